"""What is asked of a model (`SamplingParams`) and how a reply ended (`FinishReason`, `ReplyInfo`)."""

from dataclasses import asdict, dataclass, fields
from enum import StrEnum
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

__all__ = [
    "BETWEEN",
    "BOUNDS",
    "MAX_SEED",
    "MAX_STOP_LENGTH",
    "ONE_OF",
    "WHOLE_NUMBER",
    "FinishReason",
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
    INTERRUPTED = "interrupted"  # the engine or the app died


class CacheUse(StrEnum):
    """What the prompt cache did for a reply."""

    NONE = "none"  # nothing of the prompt was known
    REUSED = "reused"  # the model's memory still held it
    RESTORED = "restored"  # part of it was copied back from a saved state
    LOST = "lost"  # known, but this model's memory cannot be cut: evaluated again


@dataclass(frozen=True, slots=True)
class ReplyInfo:
    """What is known of a reply besides its text; kept with the message.

    Counts are tokens, times seconds. *reused_tokens* of the prompt were not evaluated again; *restored_tokens* of these
    had left the KV cache and were copied back. *cache* is None where nobody said (replies of older versions).
    *prefill_tokens* of the prompt are the beginning of the reply's text that was given. *unsent* are the ids of
    messages that the model did not see, since the context was full. *seconds_thinking* is how long it thought before
    it answered, None when it did not or nobody watched.
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

    @property
    def tokens_per_second(self) -> float:
        """Decoding speed after the first token; 0 when nothing was measured."""
        return max(0, self.completion_tokens - 1) / self.decode_seconds if self.decode_seconds > 0 else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote; unknown keys are ignored."""
        known = {f.name for f in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        if given.get("finish") is not None:
            given["finish"] = FinishReason(given["finish"])
        if "cache" in given:
            given["cache"] = CacheUse(given["cache"]) if given["cache"] in list(CacheUse) else None
        if "unsent" in given:
            given["unsent"] = tuple(int(i) for i in given["unsent"])
        return cls(**given)
