"""What the samplers would leave of a distribution: llama.cpp's own arithmetic in NumPy, stage by stage.

Source: ``src/llama-sampler.cpp``. Sums run in float32 and in llama.cpp's order of the candidates, because over a large
vocabulary the rounding decides where top-p and typical-p cut.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.sampling import BAN, IMPOSSIBLE, SamplingParams
from chatapp.core.stages import chain_of

F32 = NDArray[np.float32]

# What needs more than a distribution: the rules so far, the earlier tokens' texts, and what earlier draws left behind.
NOT_COMPUTED = frozenset({"grammar", "dry", "mirostat", "mirostat_v2", "adaptive_p"})

# The settings that decide what a stage does.
SETTINGS: dict[str, tuple[str, ...]] = {
    "grammar": ("grammar", "json_schema"),
    "penalties": ("repeat_penalty", "repeat_last_n", "frequency_penalty", "presence_penalty"),
    "dry": ("dry_multiplier", "dry_base", "dry_allowed_length", "dry_last_n", "dry_breakers"),
    "xtc": ("xtc_probability", "xtc_threshold"),
    "temperature": ("temperature", "dynatemp_range", "dynatemp_exponent"),
    **{name: (name,) for name in ("logit_bias", "top_n_sigma", "top_k", "typical_p", "top_p", "min_p")},
}


def shared_stages(one: SamplingParams, other: SamplingParams, *, past_xtc: bool = False) -> int:
    """How many stages from "raw" on are the same in both, up to the draw or, since it acts by chance, to XTC."""
    count = 1
    for left, right in zip(chain_of(one)[1:-1], chain_of(other)[1:-1], strict=False):
        same = left == right and all(getattr(one, name) == getattr(other, name) for name in SETTINGS[left])
        if not same or (left == "xtc" and not past_xtc):
            break
        count += 1
    return count


@dataclass(frozen=True, slots=True)
class Candidates:
    """The tokens that are left, in the order in which llama.cpp holds them.

    ids       int32 (n,)
    logits    float32 (n,)
    ordered   the likeliest first
    order     int (n,), what would order them, where that is known
    """

    ids: NDArray[np.int32]
    logits: F32
    ordered: bool = False
    order: NDArray[np.intp] | None = None

    @classmethod
    def of_vocabulary(cls, logits: F32) -> "Candidates":
        """The whole vocabulary with its *logits*, float32 (V,); what is -inf has been cut."""
        found = cls(np.arange(len(logits), dtype=np.int32), logits, order=np.argsort(-logits))
        return found if bool(np.isfinite(logits).all()) else found.only(np.isfinite(logits))

    def __len__(self) -> int:
        return len(self.ids)

    def sorted(self) -> "Candidates":
        """The likeliest first."""
        if self.ordered:
            return self
        order = np.argsort(-self.logits) if self.order is None else self.order
        return Candidates(self.ids[order], self.logits[order], ordered=True)

    def first(self, count: int) -> "Candidates":
        """The first *count* of them."""
        return Candidates(self.ids[:count], self.logits[:count], self.ordered)

    def only(self, mask: NDArray[np.bool_]) -> "Candidates":
        """Those where *mask* is true, in the order they are in."""
        order = None
        if self.order is not None:
            place = np.cumsum(mask) - 1
            order = place[self.order[mask[self.order]]]
        return Candidates(self.ids[mask], self.logits[mask], self.ordered, order)

    def probs(self) -> F32:
        """float32 (n,), as llama.cpp's softmax rounds them."""
        weights = np.exp(self.logits - self.logits.max())
        probs: F32 = weights / _sum(weights)
        return probs


@dataclass(frozen=True, slots=True)
class Stage:
    """What one stage left: ids int32 (n,) and their probabilities float32 (n,), in no order."""

    name: str
    ids: NDArray[np.int32]
    probs: F32

    @property
    def left(self) -> int:
        """Candidates that can still be drawn."""
        return int(np.count_nonzero(self.probs))

    @property
    def entropy(self) -> float:
        """Nats."""
        probs = self.probs[self.probs > 0].astype(np.float64)
        return float(-(probs * np.log(probs)).sum())

    def of(self, ids: NDArray[np.int32]) -> F32:
        """The probabilities of *ids* (k,), 0 where they were cut."""
        found = np.zeros(int(max(self.ids.max(initial=0), ids.max(initial=0))) + 1, np.float32)
        found[self.ids] = self.probs
        return np.where(ids >= 0, found[ids], np.float32(0)).astype(np.float32)


def reshape(
    start: Candidates,
    stages: Sequence[str],
    params: SamplingParams,
    earlier: Sequence[int] = (),
    *,
    struck: bool = True,
) -> list[Stage]:
    """What each of *stages* (of `chain_of`, none of `NOT_COMPUTED`) leaves of *start*.

    earlier  the ids of the tokens before this one, for the penalties
    struck   XTC leaves out only sometimes, by chance: what is left when it does, or when it does not
    """
    found = []
    left = start
    for name in stages:
        left = _apply(name, left, params, earlier, struck=struck)
        found.append(snapshot(name, left))
    return found


def snapshot(name: str, left: Candidates) -> Stage:
    """The probabilities of what is left now."""
    weights = np.exp(left.logits - left.logits.max())
    return Stage(name, left.ids, weights / np.float32(weights.sum(dtype=np.float64)))


def penalty_window(params: SamplingParams, earlier: Sequence[int]) -> Counter[int]:
    """How often each token occurs in what the penalties look at."""
    last = params.repeat_last_n
    return Counter(earlier if last < 0 else earlier[len(earlier) - min(last, len(earlier)) :])


def _apply(  # noqa: PLR0911 - one answer a stage
    name: str, left: Candidates, params: SamplingParams, earlier: Sequence[int], *, struck: bool
) -> Candidates:
    match name:
        case "logit_bias":
            return _logit_bias(left, params)
        case "penalties":
            return _penalties(left, params, earlier)
        case "top_n_sigma":
            return _top_n_sigma(left, params.top_n_sigma)
        case "top_k":
            return left.sorted().first(params.top_k)
        case "typical_p":
            return _typical_p(left, params.typical_p)
        case "top_p":
            return _top_p(left, params.top_p)
        case "min_p":
            return _min_p(left, params.min_p)
        case "xtc":
            return _xtc(left, params.xtc_threshold) if struck else left
        case "temperature":
            return _temperature(left, params)
        case "greedy":
            return left.only(np.arange(len(left)) == int(np.argmax(left.logits)))
        case "draw":
            return left
        case _:
            raise ValueError(name)


def _logit_bias(left: Candidates, params: SamplingParams) -> Candidates:
    logits = left.logits.copy()
    for token, bias in params.logit_bias:
        logits[left.ids == token] += np.float32(-np.inf if bias <= -BAN else bias)
    return _possible(Candidates(left.ids, logits))


def _penalties(left: Candidates, params: SamplingParams, earlier: Sequence[int]) -> Candidates:
    counts = penalty_window(params, earlier)
    if not counts:
        return Candidates(left.ids, left.logits)
    tokens = np.array(sorted(counts), np.int32)
    number = np.array([counts[int(t)] for t in tokens], np.float32)
    at = np.minimum(np.searchsorted(tokens, left.ids), len(tokens) - 1)
    seen = np.flatnonzero(tokens[at] == left.ids)
    logits = left.logits.copy()
    before, repeat = logits[seen], np.float32(params.repeat_penalty)
    after = np.where(before <= 0, before * repeat, before / repeat)
    less = number[at[seen]] * np.float32(params.frequency_penalty) + np.float32(params.presence_penalty)
    logits[seen] = after - less
    return Candidates(left.ids, logits)


def _top_n_sigma(left: Candidates, n: float) -> Candidates:
    if len(left) <= 1:
        return left
    logits = left.logits
    count = np.float32(len(logits))
    mean = _sum(logits) / count
    deviation = np.sqrt(_sum((logits - mean) ** 2) / count)
    return _possible(left.only(logits >= logits.max() - np.float32(n) * deviation))


def _typical_p(left: Candidates, p: float) -> Candidates:
    left = left.sorted()
    probs = left.probs()
    with np.errstate(divide="ignore", invalid="ignore"):
        surprisal = -np.log(probs)
        entropy = _sum(probs * surprisal)
        distance = np.abs(surprisal - entropy)
    order = np.argsort(distance, kind="stable")
    total = np.cumsum(probs[order], dtype=np.float32)
    count = int(np.searchsorted(total, np.float32(p), side="right")) + 1
    kept = order[:count]
    return Candidates(left.ids[kept], left.logits[kept])


def _top_p(left: Candidates, p: float) -> Candidates:
    probs = left.probs()  # summed in the order before sorting
    ordered = left.sorted()
    if not left.ordered:
        probs = probs[np.argsort(-left.logits) if left.order is None else left.order]
    count = int(np.searchsorted(np.cumsum(probs, dtype=np.float32), np.float32(p), side="left")) + 1
    return ordered.first(count)


def _min_p(left: Candidates, p: float) -> Candidates:
    return left.only(left.logits >= left.logits.max() + np.log(np.float32(p)))


def _xtc(left: Candidates, threshold: float) -> Candidates:
    if len(left) < 2:
        return left
    left = left.sorted()
    above = int(np.count_nonzero(left.probs() >= np.float32(threshold)))
    return replace(left, ids=left.ids[above - 1 :], logits=left.logits[above - 1 :]) if above > 1 else left


def _temperature(left: Candidates, params: SamplingParams) -> Candidates:
    temperature = np.float32(params.temperature)
    if params.dynatemp_range > 0:
        if len(left) <= 1:
            return left
        left = left.sorted()
        temperature = _dynamic(left.probs(), params)
    if temperature <= 0:
        return left.only(np.arange(len(left)) == int(np.argmax(left.logits)))
    return replace(left, logits=left.logits / temperature)


def _dynamic(probs: F32, params: SamplingParams) -> np.float32:
    """The temperature that dynamic temperature takes for *probs*."""
    some = probs[probs > 0]
    share = _sum(-some * np.log(some)) / np.log(np.float32(len(probs)))
    low = np.float32(max(0.0, params.temperature - params.dynatemp_range))
    high = np.float32(params.temperature + params.dynatemp_range)
    return np.float32(low + (high - low) * np.maximum(share, np.float32(0)) ** np.float32(params.dynatemp_exponent))


def _possible(left: Candidates) -> Candidates:
    return _min_p(left, IMPOSSIBLE)


def _sum(values: NDArray[Any]) -> np.float32:
    """One after the other in float32, as C adds them; NumPy's own sum rounds less."""
    return np.float32(np.cumsum(values, dtype=np.float32)[-1])
