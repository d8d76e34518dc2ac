"""What a change did to the next token, and what every head does for it, beside where it looks."""

import math
import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention import without_sink
from chatapp.core.attention_picture import AttentionPicture, Head
from chatapp.core.probability import distribution, rank

_ROWS = 8  # of the likeliest tokens before, and of those after
LN2 = math.log(2)
_HEAD = re.compile(r"[lL]?(\d{1,4})\s*[.:hH ]\s*[hH]?(\d{1,4}|\*)")
_BETWEEN = " \t\n,;"


@dataclass(frozen=True, slots=True)
class Change:
    """Heads that are muted, *everywhere* or at the last token only, and the positions that are hidden."""

    heads: frozenset[Head] = frozenset()
    everywhere: bool = False
    hidden: tuple[int, int] | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether it changes nothing."""
        return not self.heads and self.hidden is None


@dataclass(frozen=True, slots=True)
class TokenChange:
    """One token: logprobs (nats) and ranks, 0 is the likeliest."""

    token: int
    before: float
    after: float
    rank_before: int
    rank_after: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What *change* did.

    token       the one that was asked about
    divergence  Kullback-Leibler, nats, of the distribution after from the one before
    rows        the likeliest tokens before and after, the largest of the two first
    picture     where the heads looked, without the change
    """

    change: Change
    token: TokenChange
    divergence: float
    rows: tuple[TokenChange, ...]
    picture: AttentionPicture

    @property
    def source(self) -> tuple[int, float]:
        """The position that the muted heads looked at most, apart from the sink, and its share (their mean)."""
        rest, _ = without_sink(self.picture.row(self.change.heads))
        position = int(rest.argmax())
        return position, float(rest[position])

    @property
    def hidden_share(self) -> float:
        """What the hidden tokens got, of the mean over all heads."""
        if self.change.hidden is None:
            return 0.0
        start, end = self.change.hidden
        return float(self.picture.row()[start:end].sum())


def effect_of(
    change: Change,
    before: NDArray[np.float32],
    after: NDArray[np.float32],
    token: int,
    picture: AttentionPicture,
) -> Effect:
    """Of the logits float32 (V,) *before* and *after*; not for the GUI thread at large vocabularies."""
    one, other = distribution(before, _ROWS), distribution(after, _ROWS)
    logp, logq = before.astype(np.float64) - one.log_z, after.astype(np.float64) - other.log_z
    divergence = float(np.dot(np.exp(logp), logp - logq))

    def row(at: int) -> TokenChange:
        ranks = rank(before, at, one.top_ids), rank(after, at, other.top_ids)
        return TokenChange(at, float(logp[at]), float(logq[at]), *ranks)

    shown = dict.fromkeys([*one.top_ids.tolist(), *other.top_ids.tolist()])
    rows = sorted((row(at) for at in shown), key=lambda r: -max(r.before, r.after))
    return Effect(change, row(token), max(0.0, divergence), tuple(rows), picture)


def parsed_heads(text: str, picture: AttentionPicture) -> frozenset[Head]:
    """The heads in "12.3, L5 H0, 7.*"; raise ValueError with the piece that is none, or is not in the model."""
    found: set[Head] = set()
    at = 0
    while at < len(text):
        if text[at] in _BETWEEN:
            at += 1
            continue
        match = _HEAD.match(text, at)
        if match is None:
            raise ValueError(re.split(r"[,;]", text[at:])[0].strip())
        layer, heads = int(match[1]), set()
        if layer in picture.layers:
            exists = picture.exists[picture.layers.index(layer)].nonzero()[0].tolist()
            heads = {(layer, head) for head in exists if match[2] in ("*", str(head))}
        if not heads:
            raise ValueError(match[0])
        found |= heads
        at = match.end()
    return frozenset(found)


def typed_heads(heads: frozenset[Head]) -> str:
    """What `parsed_heads` reads as *heads*."""
    return ", ".join(f"{layer}.{head}" for layer, head in sorted(heads))


# -- every head --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeadEffect:
    """What muting *head* did: *change* of the token's logprob and *divergence*, nats; where it looks, apart from the
    sink: most at *source*, with the share *weight*."""

    head: Head
    change: float
    divergence: float
    source: int
    weight: float


@dataclass(frozen=True, slots=True)
class HeadEffects:
    """Of every head that was muted by itself when *token* was predicted.

    change, divergence  float32 (L, H), nats; nan where it was not reached
    sources, weights    int32, float32 (L, H): the position that the head looks at most, apart from the sink
    picture             where the heads looked
    """

    token: int
    logprob: float
    change: NDArray[np.float32]
    divergence: NDArray[np.float32]
    sources: NDArray[np.int32]
    weights: NDArray[np.float32]
    picture: AttentionPicture

    @property
    def done(self) -> tuple[int, int]:
        """How many heads were muted, and how many there are."""
        return int((~np.isnan(self.change)).sum()), int(self.picture.exists.sum())

    def half(self, by: str) -> float:
        """What half of the heads stay below, nats."""
        return float(np.nanmedian(np.abs(self.values(by))))

    def values(self, by: str) -> NDArray[np.float32]:
        """`change` or `divergence` by its name."""
        return self.divergence if by == "divergence" else self.change

    def strongest(self, count: int, by: str = "change") -> list[HeadEffect]:
        """The *count* heads with the largest effect, whatever its sign."""
        size = np.abs(self.values(by))
        order = np.argsort(-np.nan_to_num(size, nan=-1), axis=None, kind="stable")[:count]
        places = [divmod(int(at), size.shape[1]) for at in order]
        return [self.at(layer, head) for layer, head in places if not np.isnan(size[layer, head])]

    def at(self, layer: int, head: int) -> HeadEffect:
        """Of one place in the arrays."""
        return HeadEffect(
            (self.picture.layers[layer], head),
            float(self.change[layer, head]),
            float(self.divergence[layer, head]),
            int(self.sources[layer, head]),
            float(self.weights[layer, head]),
        )

    def correlation(self, by: str = "change") -> float:
        """Spearman's, over heads, of the weight on the top source and the size of the effect; nan for fewer than 3."""
        known = ~np.isnan(self.change)
        if known.sum() < 3:
            return math.nan
        one, other = _ranks(self.weights[known]), _ranks(np.abs(self.values(by)[known]))
        spread = float(one.std() * other.std())
        return float(((one - one.mean()) * (other - other.mean())).mean() / spread) if spread > 0 else math.nan


def effects_of(
    change: NDArray[np.float32], divergence: NDArray[np.float32], logprob: float, token: int, picture: AttentionPicture
) -> HeadEffects:
    """Of the arrays of a `Swept` over the layers of *picture*."""
    weights = picture.weights.astype(np.float32)
    weights[..., 0] = 0  # the sink
    sources = weights.argmax(axis=-1).astype(np.int32)
    return HeadEffects(token, logprob, change, divergence, sources, weights.max(axis=-1), picture)


def _ranks(values: NDArray[np.float32]) -> NDArray[np.float64]:
    """Equal values share the mean of their ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[inverse], np.float64)
