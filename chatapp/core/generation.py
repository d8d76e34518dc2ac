"""What is asked of a model (`SamplingParams`) and how a reply ended (`FinishReason`, `ReplyInfo`)."""

from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Self

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP

BETWEEN = QT_TRANSLATE_NOOP("reasons", "it must lie between {low} and {high}")
ONE_OF = QT_TRANSLATE_NOOP("reasons", "it must be one of {choices}")
WHOLE_NUMBER = QT_TRANSLATE_NOOP("reasons", "it must be a whole number")
STOP_LENGTH = QT_TRANSLATE_NOOP("reasons", "a stop text has 1 to {high} characters")

MAX_SEED = 2**32 - 2  # llama.cpp takes 32 bits and reads 0xFFFFFFFF as "random"
MAX_STOP_LENGTH = 256  # characters


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
class SamplingParams:
    """Sampling settings of one reply. A value that turns its sampler off is given in brackets.

    temperature     divides the logits; [1.0], and 0 means greedy (the likeliest token, always)
    top_k           keep the k likeliest tokens; [0]
    top_p           keep the smallest set of tokens with this cumulative probability; [1.0]
    min_p           keep tokens with at least this fraction of the likeliest one's probability; [0.0]
    repeat_penalty  divides (multiplies) positive (negative) logits of recent tokens; [1.0]
    repeat_last_n   how many recent tokens that looks at; [0], -1 is the whole context
    seed            of the random draw; None draws a new one, which the trace records
    max_tokens      length limit of the reply in tokens; 0 is the rest of the context
    stop            texts that end the reply and are not part of it
    """

    temperature: float = 0.7
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    repeat_last_n: int = 64
    seed: int | None = None
    max_tokens: int = 0
    stop: tuple[str, ...] = ()

    def checked(self) -> Self:
        """Return self, or raise `RequestError` naming the first value that is out of its bounds."""
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if value is None and name == "seed":
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise invalid(name, value, BETWEEN, low=f"{low:g}", high=f"{high:g}")
            if name in _INTEGERS and not isinstance(value, int):
                raise invalid(name, value, WHOLE_NUMBER)
        for text in self.stop:
            if not text or len(text) > MAX_STOP_LENGTH:
                raise invalid("stop", f"“{text[:20]}…”", STOP_LENGTH, high=str(MAX_STOP_LENGTH))
        return self

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return asdict(self) | {"stop": list(self.stop)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote; unknown keys of a newer version are ignored, missing ones get their default."""
        known = {f.name for f in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        if "stop" in given:
            given["stop"] = tuple(str(text) for text in given["stop"])
        return cls(**given).checked()

    def with_value(self, name: str, value: object) -> Self:
        """A checked copy with one value changed."""
        changes: dict[str, Any] = {name: value}
        return replace(self, **changes).checked()


BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 5.0),
    "top_k": (0, 1_000_000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.1, 3.0),
    "repeat_last_n": (-1, 1_000_000),
    "seed": (0, MAX_SEED),
    "max_tokens": (0, 1_000_000),
}
_INTEGERS = frozenset({"top_k", "repeat_last_n", "seed", "max_tokens"})


def invalid(name: str, value: object, reason: str, **params: str) -> RequestError:
    """The error for a setting out of its bounds; *params* fill the template *reason*."""
    return RequestError(ErrorCode.INVALID_SETTING, name=name, value=value, reason=reason, **params)


@dataclass(frozen=True, slots=True)
class ReplyInfo:
    """What is known of a reply besides its text; kept with the message.

    Counts are tokens, times seconds. *reused_tokens* of the prompt were not evaluated again; *restored_tokens* of these
    had left the KV cache and were copied back. *cache* is None where nobody said (replies of older versions).
    *prefill_tokens* of the prompt are the beginning of the reply's text that was given. *unsent* are the ids of
    messages that the model did not see, since the context was full.
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
