"""A distribution of which only the likeliest tokens are known, and what the rest can be.

Of the rest it is known how many tokens it has, how likely they are together, and that none is likelier than the least
likely one that was kept.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
Mask = NDArray[np.bool_]

SLACK = 4e-6  # what float32 logarithms leave open, as a share of all


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of a number: it lies between *low* and *high*, ends included."""

    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """To six digits."""
        return self.high - self.low <= 2e-6 * max(1.0, abs(self.high))


@dataclass(frozen=True, slots=True)
class Rest:
    """The tokens that were not kept.

    count    how many are left; the higher end is inf where the vocabulary's size is not known
    weight   the sum of exp(logit)
    highest  no logit is above it
    mass     the probability that the model itself gave those that are left
    scale    mass / weight, while the samplers have changed no ratio between tokens; else None
    """

    count: Span
    weight: Span
    highest: float
    mass: Span
    scale: float | None = 1.0

    @property
    def is_gone(self) -> bool:
        """Nothing is left of it."""
        return self.count.high <= 0 or self.weight.high <= 0

    def cut(self, count: Span, weight: Span) -> "Rest":
        """Smaller; the mass follows the weight where the two go together."""
        if count.high <= 0 or weight.high <= 0:
            return GONE
        mass = Span(0.0, self.mass.high)
        if self.scale is not None:
            mass = Span(weight.low * self.scale, min(self.mass.high, weight.high * self.scale))
        return replace(self, count=count, weight=weight, mass=mass)


GONE = Rest(Span(0, 0), Span(0, 0), -math.inf, Span(0, 0))


@dataclass(frozen=True, slots=True)
class Kept:
    """A distribution of which k tokens are known, and what the rest can be.

    ids      int32 (k,)
    logits   float64 (k,)  up to a constant, the same as the rest's
    sure     bool (k,)     certainly not cut
    possible bool (k,)     perhaps not cut
    ahead    (k,)          how many tokens of the rest may be likelier than each
    entropy  nats, of the whole distribution; None where it is not known exactly
    """

    ids: NDArray[np.int32]
    logits: F64
    sure: Mask
    possible: Mask
    rest: Rest
    ahead: F64
    entropy: float | None = None

    @property
    def is_exact(self) -> bool:
        """Nothing is left open."""
        return self.rest.is_gone and bool((self.sure == self.possible).all())

    @property
    def weights(self) -> F64:
        """float64 (k,)."""
        return np.exp(self.logits)

    @property
    def total(self) -> Span:
        """Of all weights."""
        weights = self.weights
        return Span(
            float(weights[self.sure].sum()) + self.rest.weight.low,
            float(weights[self.possible].sum()) + self.rest.weight.high,
        )

    def left(self, sure: Mask, possible: Mask, rest: Rest) -> "Kept":
        """With less of it."""
        possible = self.possible & possible
        return replace(self, sure=self.sure & sure & possible, possible=possible, rest=rest, entropy=None)


def kept_candidates(
    ids: NDArray[np.int32],
    logprobs: NDArray[Any],
    n_vocab: int | None,
    *,
    ranks: Sequence[int] = (),
    entropy: float | None,
) -> Kept:
    """The model's own distribution from the tokens that a trace kept, likeliest first, (k,) each.

    ranks    of those that are not among the likeliest but known: the last ones of *ids*
    entropy  nats
    """
    logits = logprobs.astype(np.float64)
    top = len(ids) - len(ranks)
    missing = max(0.0, 1.0 - float(np.exp(logits).sum()))
    others = math.inf if n_vocab is None else float(max(0, n_vocab - len(ids)))
    weight = Span(max(0.0, missing - SLACK), missing + SLACK)
    rest = Rest(Span(others if n_vocab else 0.0, others), weight, float(logits[top - 1]) + 1e-6, weight)
    ahead = np.array([0.0] * top + [float(rank - top) for rank in ranks])
    everyone = np.ones(len(ids), bool)
    return Kept(ids, logits, everyone, everyone.copy(), GONE if others == 0 else rest, ahead, entropy)


def entropy_span(now: Kept) -> Span:
    """Nats. The tokens that are there for sure are one group, all that may be there the other."""
    if now.entropy is not None:
        return Span(now.entropy, now.entropy)
    weights = now.weights
    sure = weights[now.sure]
    unsure = weights[now.possible & ~now.sure]
    known = float(sure.sum())
    other = Span(now.rest.weight.low, now.rest.weight.high + float(unsure.sum()))
    count = now.rest.count.high + len(unsure)
    inner = _entropy_of(sure / known) if known > 0 else 0.0
    if other.high <= 0 or count <= 0:
        return Span(inner, inner)
    largest = max([math.exp(now.rest.highest), *unsure.tolist()]) if not now.rest.is_gone else float(unsure.max())
    low, high = share(other.low, known), share(other.high, known)
    most = math.log(count) if math.isfinite(count) else math.inf
    least = max(0.0, math.log(other.low / largest)) if other.low > 0 else 0.0

    def mixed(share: float, of_others: float) -> float:
        return (
            _entropy_of(np.array([share, 1 - share])) + (1 - share) * inner + (share * of_others if share > 0 else 0.0)
        )

    best = 1 / (1 + math.exp(min(700.0, inner - most))) if math.isfinite(most) else high
    upper = mixed(min(high, max(low, best)), most)
    return Span(max(0.0, min(mixed(low, least), mixed(high, least)) - SLACK), upper + SLACK)


def share(part: float, others: float) -> float:
    """*part* of the whole; all of it where there is nothing else."""
    if others <= 0 or math.isinf(part):
        return 1.0
    return part / (part + others)


def _entropy_of(probs: F64) -> float:
    some = probs[probs > 0]
    return float(-(some * np.log(some)).sum())
