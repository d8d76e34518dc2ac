"""`SamplingParams`: what one reply is sampled with, and the bounds of every value.

The stages run in this order: logit bias and grammar, which forbid; the stages of `order`; the draw, which is plain,
mirostat or adaptive-p. Sources: llama.cpp's ``common/sampling.cpp`` (order, defaults), and per sampler the paper or
pull request named in `chatapp.engine.sampling`.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP

BETWEEN = QT_TRANSLATE_NOOP("reasons", "it must lie between {low} and {high}")
ONE_OF = QT_TRANSLATE_NOOP("reasons", "it must be one of {choices}")
WHOLE_NUMBER = QT_TRANSLATE_NOOP("reasons", "it must be a whole number")
STOP_LENGTH = QT_TRANSLATE_NOOP("reasons", "a stop text has 1 to {high} characters")
BREAKERS = QT_TRANSLATE_NOOP("reasons", "it takes up to {count} texts of 1 to {high} characters")
TOO_LONG = QT_TRANSLATE_NOOP("reasons", "it can have {high} characters at most")
IS_TEXT = QT_TRANSLATE_NOOP("reasons", "it must be a text")
BIASES = QT_TRANSLATE_NOOP(
    "reasons", "it takes up to {count} pairs of a token id and a number from -{high} to {high}, each token once"
)
STAGE_LIST = QT_TRANSLATE_NOOP("reasons", "it must name each of these stages once: {stages}")
STAGE_NAMES = QT_TRANSLATE_NOOP("reasons", "it can only name these stages: {stages}")
NOT_TOGETHER = QT_TRANSLATE_NOOP("reasons", "it cannot be used together with {other}; switch one of them off")

MAX_SEED = 2**32 - 2  # llama.cpp takes 32 bits and reads 0xFFFFFFFF as "random"
MAX_STOP_LENGTH = 256  # characters
MAX_BREAKER_LENGTH = 40  # bytes llama.cpp looks at
MAX_GRAMMAR_LENGTH = 200_000  # characters
BAN = 100.0  # a logit bias of -BAN forbids the token altogether
IMPOSSIBLE = 1e-38  # of the likeliest one's probability: what is less is dropped with what was forbidden
_MAX_BREAKERS, _MAX_BIASES = 64, 1000

ORDER = ("penalties", "dry", "top_n_sigma", "top_k", "typical_p", "top_p", "min_p", "xtc", "temperature")
FIRST = ("logit_bias", "grammar")  # always before the others: what is forbidden stays forbidden
TRUNCATING = frozenset({"top_n_sigma", "top_k", "typical_p", "top_p", "min_p", "xtc"})  # mirostat takes their place


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """Sampling settings of one reply. A value that turns its sampler off is given in brackets.

    temperature     divides the logits; [1.0], and 0 means greedy (the likeliest token, always)
    top_k           keep the k likeliest tokens; [0]
    top_p           keep the smallest set of tokens with this cumulative probability; [1.0]
    min_p           keep tokens with at least this fraction of the likeliest one's probability; [0.0]
    repeat_penalty  divides (multiplies) positive (negative) logits of recent tokens; [1.0]
    repeat_last_n   how many recent tokens the three penalties look at; [0], -1 is the whole context
    seed            of the random draw; None draws a new one, which the trace records
    max_tokens      length limit of the reply in tokens; 0 is the rest of the context
    stop            texts that end the reply and are not part of it
    frequency_penalty  subtracted once for every recent occurrence of the token; [0.0]
    presence_penalty   subtracted when the token occurred recently at all; [0.0]
    dry_multiplier     "don't repeat yourself": subtract multiplier · base ** (length - allowed) from a token that would
                       continue a repetition of *length* >= allowed tokens; [0.0]
    dry_base, dry_allowed_length, dry_last_n (-1: the whole context), dry_breakers (texts that repetitions end at)
    top_n_sigma     keep tokens whose logit is at most n standard deviations below the largest; [0.0]
    typical_p       keep the tokens whose surprisal is nearest to the entropy, up to this probability; [1.0]
    xtc_probability  how often all tokens above the threshold but the least likely of them are left out; [0.0]
    xtc_threshold
    dynatemp_range     temperature ± range, higher where the model is less sure; [0.0]
    dynatemp_exponent  how the entropy (as a fraction of the largest possible) is mapped to that range
    mirostat        1 or 2: keeps the surprisal near *tau* bits; takes the place of the truncating stages; [0]
    mirostat_tau, mirostat_eta (learning rate)
    adaptive_target    the draw prefers tokens near this probability, corrected by a moving average; [-1]
    adaptive_decay     of that average: it looks back about 1 / (1 - decay) tokens
    logit_bias      (token id, number added to its logit) pairs; -100 forbids the token
    grammar         GBNF that the reply must follow; [""]
    json_schema     JSON schema (as text) that the reply must follow; [""]
    order           the stages of `ORDER`, in the order in which they run
    disabled        stages (of `ORDER` or `FIRST`) that are left out, whatever their values
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
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_last_n: int = -1
    dry_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    top_n_sigma: float = 0.0
    typical_p: float = 1.0
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    dynatemp_range: float = 0.0
    dynatemp_exponent: float = 1.0
    mirostat: int = 0
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    adaptive_target: float = -1.0
    adaptive_decay: float = 0.9
    logit_bias: tuple[tuple[int, float], ...] = ()
    grammar: str = ""
    json_schema: str = ""
    order: tuple[str, ...] = ORDER
    disabled: tuple[str, ...] = ()

    def checked(self) -> Self:
        """Return self, or raise `RequestError` naming the first value that is out of its bounds."""
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            if value is None and name == "seed":
                continue
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
                raise invalid(name, value, BETWEEN, low=f"{low:,.15g}", high=f"{high:,.15g}")
            if name in _INTEGERS and not isinstance(value, int):
                raise invalid(name, value, WHOLE_NUMBER)
        for text in self.stop:
            if not isinstance(text, str) or not text or len(text) > MAX_STOP_LENGTH:
                raise invalid("stop", f"“{str(text)[:20]}…”", STOP_LENGTH, high=str(MAX_STOP_LENGTH))
        self._check_texts()
        self._check_stages()
        checked_bias(self.logit_bias)
        if self.mirostat and self.adaptive_target >= 0:
            raise invalid("adaptive_target", self.adaptive_target, NOT_TOGETHER, other="mirostat")
        if self.grammar.strip() and self.json_schema.strip():
            raise invalid("json_schema", _short(self.json_schema), NOT_TOGETHER, other="grammar")
        return self

    def _check_texts(self) -> None:
        for name in ("grammar", "json_schema"):
            text = getattr(self, name)
            if not isinstance(text, str):
                raise invalid(name, _short(text), IS_TEXT)
            if len(text) > MAX_GRAMMAR_LENGTH:
                raise invalid(name, _short(text), TOO_LONG, high=f"{MAX_GRAMMAR_LENGTH:,}")
        bad = [t for t in self.dry_breakers if not isinstance(t, str) or not 1 <= len(t) <= MAX_BREAKER_LENGTH]
        if bad or len(self.dry_breakers) > _MAX_BREAKERS:
            shown = _short(bad[0]) if bad else len(self.dry_breakers)
            raise invalid("dry_breakers", shown, BREAKERS, count=str(_MAX_BREAKERS), high=str(MAX_BREAKER_LENGTH))

    def _check_stages(self) -> None:
        if not all(isinstance(name, str) for name in self.order) or sorted(self.order) != sorted(ORDER):
            raise invalid("order", _short(", ".join(map(str, self.order))), STAGE_LIST, stages=", ".join(ORDER))
        if any(name not in ORDER + FIRST for name in self.disabled):
            shown = _short(", ".join(map(str, self.disabled)))
            raise invalid("disabled", shown, STAGE_NAMES, stages=", ".join(FIRST + ORDER))

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        data = asdict(self)
        for name in _TUPLES:
            data[name] = list(data[name])
        data["logit_bias"] = [list(pair) for pair in self.logit_bias]
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote; unknown keys of a newer version are ignored, missing ones get their default."""
        known = {f.name for f in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        for name in _TUPLES & given.keys():
            if not isinstance(given[name], (list, tuple)):
                raise invalid(name, _short(given[name]), _A_LIST)
            given[name] = tuple(str(text) for text in given[name])
        if "order" in given:  # stages that came after it was written take their usual place at its end
            named = given["order"]
            given["order"] = named + tuple(s for s in ORDER if s not in named)
        if "logit_bias" in given:
            given["logit_bias"] = checked_bias(given["logit_bias"])
        return cls(**given).checked()

    def with_value(self, name: str, value: object) -> Self:
        """A checked copy with one value changed."""
        changes: dict[str, Any] = {name: value}
        return replace(self, **changes).checked()

    def uses(self, stage: str) -> bool:  # noqa: PLR0911 - one answer a stage
        """Whether *stage* (of `ORDER` or `FIRST`) does anything with these values."""
        if stage in self.disabled or (self.mirostat and stage in TRUNCATING):
            return False
        match stage:
            case "logit_bias":
                return bool(self.logit_bias)
            case "grammar":
                return bool(self.grammar.strip() or self.json_schema.strip())
            case "penalties":
                changes = self.repeat_penalty != 1 or self.frequency_penalty != 0 or self.presence_penalty != 0
                return changes and self.repeat_last_n != 0
            case "dry":
                return self.dry_multiplier > 0 and self.dry_last_n != 0
            case "top_n_sigma" | "top_k" | "min_p":
                return bool(getattr(self, stage) > 0)
            case "typical_p" | "top_p":
                return bool(getattr(self, stage) < 1)
            case "xtc":
                return self.xtc_probability > 0
            case _:
                return self.temperature != 1 or self.dynatemp_range > 0


BOUNDS: dict[str, tuple[float, float]] = {
    "temperature": (0.0, 5.0),
    "top_k": (0, 1_000_000),
    "top_p": (0.0, 1.0),
    "min_p": (0.0, 1.0),
    "repeat_penalty": (0.1, 3.0),
    "repeat_last_n": (-1, 1_000_000),
    "seed": (0, MAX_SEED),
    "max_tokens": (0, 1_000_000),
    "frequency_penalty": (-2.0, 2.0),
    "presence_penalty": (-2.0, 2.0),
    "dry_multiplier": (0.0, 10.0),
    "dry_base": (1.0, 4.0),
    "dry_allowed_length": (1, 1_000),
    "dry_last_n": (-1, 1_000_000),
    "top_n_sigma": (0.0, 10.0),
    "typical_p": (0.0, 1.0),
    "xtc_probability": (0.0, 1.0),
    "xtc_threshold": (0.0, 0.5),
    "dynatemp_range": (0.0, 5.0),
    "dynatemp_exponent": (0.0, 10.0),
    "mirostat": (0, 2),
    "mirostat_tau": (0.0, 20.0),
    "mirostat_eta": (0.0, 1.0),
    "adaptive_target": (-1.0, 1.0),
    "adaptive_decay": (0.0, 0.99),
}
_INTEGERS = frozenset({"top_k", "repeat_last_n", "seed", "max_tokens", "dry_allowed_length", "dry_last_n", "mirostat"})
_TUPLES = frozenset({"stop", "dry_breakers", "order", "disabled"})
_A_LIST = QT_TRANSLATE_NOOP("reasons", "it must be a list")


def checked_bias(value: object) -> tuple[tuple[int, float], ...]:
    """*value* as (token id, bias) pairs; raise `RequestError` when it is none."""
    pairs: list[tuple[int, float]] = []
    entries: Sequence[object] = value if isinstance(value, (list, tuple)) else (None,)
    for entry in entries:
        match entry:
            case (int(token), int() | float() as bias) if (
                not isinstance(token, bool) and not isinstance(bias, bool)
                and 0 <= token < 2**31 and math.isfinite(bias) and -BAN <= bias <= BAN
            ):  # fmt: skip
                pairs.append((token, float(bias)))
            case _:
                raise _bad_bias(entry)
    if len(pairs) > _MAX_BIASES or len({token for token, _ in pairs}) < len(pairs):
        raise _bad_bias(value)
    return tuple(pairs)


def _bad_bias(value: object) -> RequestError:
    return invalid("logit_bias", _short(value), BIASES, count=str(_MAX_BIASES), high=f"{BAN:g}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def invalid(name: str, value: object, reason: str, **params: str) -> RequestError:
    """The error for a setting out of its bounds; *params* fill the template *reason*."""
    return RequestError(ErrorCode.INVALID_SETTING, name=name, value=value, reason=reason, **params)


# What models say in general.sampling.* of their GGUF file → our name and type.
RECOMMENDED: dict[str, tuple[str, type]] = {
    "top_k": ("top_k", int),
    "top_p": ("top_p", float),
    "min_p": ("min_p", float),
    "xtc_probability": ("xtc_probability", float),
    "xtc_threshold": ("xtc_threshold", float),
    "temp": ("temperature", float),
    "penalty_last_n": ("repeat_last_n", int),
    "penalty_repeat": ("repeat_penalty", float),
    "mirostat": ("mirostat", int),
    "mirostat_tau": ("mirostat_tau", float),
    "mirostat_eta": ("mirostat_eta", float),
}
