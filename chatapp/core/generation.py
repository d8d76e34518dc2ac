"""What is asked of a model (`SamplingParams`), how a reply ended (`FinishReason`, `ReplyInfo`) and began (`Fork`)."""

import math
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from pathlib import PurePath
from typing import Any, Self

from chatapp.core.sampling import (
    BETWEEN,
    BOUNDS,
    MAX_SEED,
    MAX_STOP_LENGTH,
    ONE_OF,
    WHOLE_NUMBER,
    SamplingParams,
    invalid,
)
from chatapp.core.text import file_name

__all__ = [
    "BETWEEN",
    "BOUNDS",
    "MAX_SEED",
    "MAX_STOP_LENGTH",
    "ONE_OF",
    "WHOLE_NUMBER",
    "FinishReason",
    "Fork",
    "ReplyInfo",
    "SamplingParams",
    "invalid",
]


class FinishReason(StrEnum):
    """Why a reply ended."""

    STOP = "stop"  # the model ended its turn
    STOP_STRING = "stop_string"
    LENGTH = "length"  # the token limit
    CONTEXT = "context"  # no room left in the context
    CANCELLED = "cancelled"  # the user pressed Stop
    INTERRUPTED = "interrupted"  # the engine or the app died, or the model was changed or unloaded


class CacheUse(StrEnum):
    """What the prompt cache did for a reply."""

    NONE = "none"  # nothing of the prompt was known
    REUSED = "reused"  # the model's memory still held it
    RESTORED = "restored"  # part of it was copied back from a saved state
    LOST = "lost"  # known, but this model's memory cannot be cut: evaluated again


@dataclass(frozen=True, slots=True)
class Fork:
    """Where a reply left another one: they share the tokens before number *position*, and there it has another.

    message_id                         the other reply
    token, logprob, piece              what stands there now; the logprob is None until the model has read it
    old_token, old_logprob, old_piece  what stood there; None where the other reply had ended
    Logprobs are natural logarithms of the model's own distribution, pieces the tokens' bytes or a control token's name.
    """

    message_id: int
    position: int
    token: int
    logprob: float | None = None
    piece: bytes = b""
    old_token: int | None = None
    old_logprob: float | None = None
    old_piece: bytes = b""

    @property
    def probability(self) -> float | None:
        """Of the token that stands there now, 0..1."""
        return None if self.logprob is None else math.exp(self.logprob)

    @property
    def old_probability(self) -> float | None:
        """Of the token that stood there, 0..1."""
        return None if self.old_logprob is None else math.exp(self.old_logprob)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types; bytes as hex."""
        return asdict(self) | {"piece": self.piece.hex(), "old_piece": self.old_piece.hex()}

    @classmethod
    def from_json(cls, data: Any) -> Self | None:
        """Read what `to_json` wrote; unknown keys are ignored, and what is no fork gives None."""
        match data:
            case {"message_id": int(message_id), "position": int(position), "token": int(token)}:
                pass
            case _:
                return None
        try:
            logprobs = [None if data.get(n) is None else float(data[n]) for n in ("logprob", "old_logprob")]
            pieces = [bytes.fromhex(data.get(n, "")) for n in ("piece", "old_piece")]
            old = None if data.get("old_token") is None else int(data["old_token"])
        except (TypeError, ValueError):
            return None
        return cls(message_id, position, token, logprobs[0], pieces[0], old, logprobs[1], pieces[1])


@dataclass(frozen=True, slots=True)
class ReplyInfo:
    """What is known of a reply besides its text; kept with the message.

    Counts are tokens, times seconds. *reused_tokens* of the prompt were not evaluated again; *restored_tokens* of these
    had left the KV cache and were copied back. *cache* is None where nobody said (replies of older versions).
    *prefill_tokens* of the prompt are the beginning of the reply's text that was given. *unsent* are the ids of
    messages that the model did not see, since the context was full. *seconds_thinking* is how long it thought before
    it answered, None when it did not or nobody watched. *fork* says where it left another reply, if it was made so.
    *drafted_tokens* were guessed and evaluated ahead, and of these *accepted_tokens* were drawn. The first
    *given_tokens* were not drawn but given by id, and *reused_given_tokens* of them were not evaluated again.
    The first *begun_length* characters of the text were begun by the template or the user, no model wrote them; None
    where nobody counted.
    """

    model: str = ""
    finish: FinishReason | None = None
    prompt_tokens: int = 0
    reused_tokens: int = 0
    completion_tokens: int = 0
    seconds_to_first_token: float = 0.0
    decode_seconds: float = 0.0
    seed: int | None = None
    restored_tokens: int = 0
    cache: CacheUse | None = None
    prefill_tokens: int = 0
    unsent: tuple[int, ...] = ()
    seconds_thinking: float | None = None
    fork: Fork | None = None
    drafted_tokens: int = 0
    accepted_tokens: int = 0
    given_tokens: int = 0
    reused_given_tokens: int = 0
    begun_length: int | None = None

    @property
    def model_name(self) -> str:
        """The name of the model's file, without folder and ending; "" where it is not known."""
        return PurePath(file_name(self.model)).stem

    def written_in(self, given: str) -> int:
        """How many characters at the end of *given*, which the text begins with, a model wrote; 0 if nobody counted."""
        return 0 if self.begun_length is None else max(0, len(given) - self.begun_length)

    @property
    def evaluated_tokens(self) -> int:
        """Of the prompt and of what was given by id: what had to be evaluated before the first token was drawn."""
        return self.prompt_tokens + self.given_tokens - self.reused_tokens - self.reused_given_tokens

    @property
    def tokens_per_second(self) -> float:
        """Decoding speed after the first token that was not given; 0 when nothing was measured."""
        drawn = self.completion_tokens - self.given_tokens
        return max(0, drawn - 1) / self.decode_seconds if self.decode_seconds > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"fork": self.fork.to_json() if self.fork else None}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote; unknown keys are ignored."""
        known = {f.name for f in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        given["fork"] = Fork.from_json(given.get("fork"))
        if given.get("finish") is not None:
            given["finish"] = FinishReason(given["finish"])
        if "cache" in given:
            given["cache"] = CacheUse(given["cache"]) if given["cache"] in list(CacheUse) else None
        if "unsent" in given:
            given["unsent"] = tuple(int(i) for i in given["unsent"])
        return cls(**given)
