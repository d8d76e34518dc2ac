"""Two models on one text: how far their distributions are from each other at every token, and their attention."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention_picture import AttentionPicture
from chatapp.core.token_measures import LN2
from chatapp.core.trace_buffer import TraceBuffer


@dataclass(frozen=True, slots=True)
class ModelFile:
    """*name* of the file, and the *fingerprint* of what is in it."""

    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Side:
    """What one model says of the text.

    own     bool (T,)  the tokens that are the text's; the others stand before it, or are the template's
    length  characters of the text
    """

    model: ModelFile
    trace: TraceBuffer
    own: NDArray[np.bool_]
    length: int

    @property
    def scored(self) -> NDArray[np.intp]:
        """The text's tokens that have a probability."""
        return np.flatnonzero(self.own & ~np.isnan(self.trace.logprobs))

    @property
    def perplexity(self) -> float:
        """Of the text's tokens."""
        nats = -self.trace.logprobs[self.scored].astype(np.float64)
        return math.exp(nats.mean()) if len(nats) else math.nan

    @property
    def bits_per_character(self) -> float:
        """Comparable between models that cut the text into other tokens."""
        nats = -self.trace.logprobs[self.scored].astype(np.float64)
        return float(nats.sum()) / LN2 / self.length if len(nats) and self.length else math.nan


@dataclass(frozen=True, slots=True)
class ModelComparison:
    """Of models A and B, which read the same text.

    kl  float64 (T,)  D(A‖B) in bits over the whole vocabulary, nan where it was not asked for; None for models that
                      cut text into other tokens, whose distributions have nothing in common
    """

    sides: tuple[Side, Side]
    kl: NDArray[np.float64] | None = None
    attention: dict[int, "HeadsApart"] = field(default_factory=dict)

    @property
    def known(self) -> NDArray[np.intp]:
        """The tokens whose divergence is known."""
        return np.flatnonzero(~np.isnan(self.kl)) if self.kl is not None else np.zeros(0, np.intp)

    @property
    def mean_kl(self) -> float:
        """Bits a token."""
        return float(self.kl[self.known].mean()) if self.kl is not None and len(self.known) else math.nan

    @property
    def agreement(self) -> float:
        """The share of tokens at which both find the same one likeliest."""
        one, two = (side.trace.top_ids[self.known, 0] for side in self.sides)
        return float((one == two).mean()) if len(one) else math.nan

    @property
    def farthest(self) -> int:
        """The token with the largest divergence; -1 when none is known."""
        return int(np.nanargmax(self.kl)) if self.kl is not None and len(self.known) else -1


@dataclass(frozen=True, slots=True)
class HeadsApart:
    """How two models' attention differs where one token looked, float32 (L, H), nan where there is no head.

    moved    the share of its attention that a head has elsewhere: half the sum of the differences, 0 to 1
    largest  difference of a single weight        picture  model A's attention
    """

    picture: AttentionPicture
    moved: NDArray[np.float32]
    largest: NDArray[np.float32]

    @property
    def mean(self) -> NDArray[np.float32]:
        """Absolute difference of a weight, float32 (L, H)."""
        return self.moved * np.float32(2 / self.picture.weights.shape[-1])


def divergence(p: NDArray[np.float32], q: NDArray[np.float32], shared: int) -> NDArray[np.float64]:
    """D(P‖Q) in bits of each row of the logits *p* and *q* (N, V), over the first *shared* tokens; exact."""
    found = np.zeros(len(p))
    for at in range(len(p)):
        log_p, log_q = _log_softmax(p[at, :shared]), _log_softmax(q[at, :shared])
        found[at] = np.dot(np.exp(log_p), log_p - log_q) / LN2
    return np.maximum(found, 0.0)


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    shifted = logits.astype(np.float64)
    shifted -= shifted.max()
    shifted -= math.log(np.exp(shifted).sum())
    return shifted


def heads_apart(picture: AttentionPicture, other: NDArray[np.float16]) -> HeadsApart | None:
    """Of model A's *picture* and B's weights (L, H, T) of the same layers; None where these have other heads."""
    one = picture.weights
    if one.shape != other.shape:
        return None
    apart = np.abs(one.astype(np.float32) - other.astype(np.float32))
    nothing = np.float32(np.nan)
    moved = np.where(picture.exists, apart.sum(axis=-1) / 2, nothing).astype(np.float32)
    return HeadsApart(picture, moved, np.where(picture.exists, apart.max(axis=-1), nothing).astype(np.float32))
