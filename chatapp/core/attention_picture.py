"""The attention of one token, and of those before it, as the inspector shows it; made of an answer once.

Heads are (layer, head) pairs; in arrays a layer is its place among those that have attention.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention import SINK, combined, distance, entropy, pattern_scores, shares, without_sink

SCORES = ("entropy", "distance", "sink", "previous", "duplicate", "induction", "first_user")
Head = tuple[int, int]
_BINS = 64  # parts of the context that a profile tells apart


@dataclass(frozen=True, slots=True)
class AttentionPicture:
    """What the token at *position* looked at.

    ids, owners  int32 (T,)           the tokens up to it, itself included, and their messages (see `Scored`)
    layers       of the model, those that have attention
    weights      float16 (L, H, T)    0 where a layer has no such head
    exists       bool (L, H)
    groups       int32 (L,)           key-value heads        lowest  int32 (L,)  the first key that is not hidden
    profile      float32 (L, H, B)    what each of at most 64 parts of the context got, without the sink
    mean, peak   float32 (T,)         over all heads: the mean, the largest
    sums         the smallest and the largest sum of a head's row
    recorded, checked, difference, kv_type, method  as in `Attended`
    """

    position: int
    ids: NDArray[np.int32]
    owners: NDArray[np.int32]
    layers: tuple[int, ...]
    weights: NDArray[np.float16]
    exists: NDArray[np.bool_]
    groups: NDArray[np.int32]
    lowest: NDArray[np.int32]
    profile: NDArray[np.float32]
    mean: NDArray[np.float32]
    peak: NDArray[np.float32]
    sums: tuple[float, float]
    recorded: bool
    checked: int
    difference: float
    kv_type: str
    method: str = "rebuilt"

    @property
    def flash_attention(self) -> bool:
        """Whether the run that the weights are of had it."""
        return self.method == "rebuilt"

    @property
    def shape(self) -> tuple[int, int]:
        """Layers with attention, and heads of the one that has most."""
        return self.weights.shape[0], self.weights.shape[1]

    def has(self, head: Head) -> bool:
        """Whether the model has this head."""
        layer, number = head
        if layer not in self.layers or not 0 <= number < self.shape[1]:
            return False
        return bool(self.exists[self.layers.index(layer), number])

    def row(self, heads: frozenset[Head] = frozenset(), how: str = "mean") -> NDArray[np.float32]:
        """float32 (T,): the "mean" or the "max" of *heads*, of all of them when there are none."""
        if not heads:
            return self.peak if how == "max" else self.mean
        chosen = np.zeros(self.shape, np.bool_)
        for layer, head in filter(self.has, heads):
            chosen[self.layers.index(layer), head] = True
        return combined(self.weights, how, heads=chosen)

    def group_of(self, head: Head) -> int:
        """The key-value head that a head reads from."""
        at = self.layers.index(head[0])
        n_head = int(self.exists[at].sum())
        return head[1] * int(self.groups[at]) // max(1, n_head)


@dataclass(frozen=True, slots=True)
class HeadScores:
    """What the heads do over the last tokens up to one.

    queries  how many tokens
    scores   name in `SCORES` → float32 (L, H), nan where there is no head
    """

    queries: int
    scores: dict[str, NDArray[np.float32]] = field(default_factory=dict)


def picture_of(
    arrays: dict[str, NDArray[np.generic]],
    layers: tuple[int, ...],
    position: int,
    *,
    recorded: bool,
    checked: int,
    difference: float,
    kv_type: str,
    method: str = "rebuilt",
) -> AttentionPicture:
    """Of the arrays of an `Attended`, whose first query is the token at *position*."""
    weights = np.ascontiguousarray(np.asarray(arrays["weights"], np.float16)[:, :, 0, : position + 1])
    sums = weights.sum(axis=-1, dtype=np.float32)
    exists = sums > 0
    found = sums[exists] if exists.any() else np.zeros(1, np.float32)
    return AttentionPicture(
        position=position,
        ids=np.asarray(arrays["ids"], np.int32)[: position + 1],
        owners=np.asarray(arrays["owners"], np.int32)[: position + 1],
        layers=layers,
        weights=weights,
        exists=exists,
        groups=np.asarray(arrays["groups"], np.int32),
        lowest=np.asarray(arrays["lowest"], np.int32)[:, 0],
        profile=_profile(weights),
        mean=combined(weights, heads=exists),
        peak=combined(weights, "max", heads=exists),
        sums=(float(found.min()), float(found.max())),
        recorded=recorded,
        checked=checked,
        difference=difference,
        kv_type=kv_type,
        method=method,
    )


def binned(weights: NDArray[np.float32], bins: int) -> NDArray[np.float32]:
    """What lies in each of *bins* parts of *weights* (…, T): float32 (…, bins); one narrower than a token shows it."""
    n_keys = weights.shape[-1]
    if not n_keys:
        return np.zeros((*weights.shape[:-1], bins), np.float32)
    summed = np.zeros((*weights.shape[:-1], n_keys + 1), np.float32)
    np.cumsum(weights, axis=-1, out=summed[..., 1:])
    low = np.arange(bins) * n_keys // bins
    high = np.maximum(low + 1, (np.arange(bins) + 1) * n_keys // bins)
    found: NDArray[np.float32] = summed[..., high] - summed[..., low]
    return found


def _profile(weights: NDArray[np.float16]) -> NDArray[np.float32]:
    found = weights.astype(np.float32)
    found[..., SINK : SINK + 1] = 0
    return binned(found, max(1, min(_BINS, weights.shape[-1])))


def head_scores(
    weights: NDArray[np.float16], ids: NDArray[np.int32], owners: NDArray[np.int32], first_user: int
) -> HeadScores:
    """Of *weights* (L, H, Q, T), the last Q tokens of *ids*; *first_user* is the owner to look for, -1 for none."""
    w = np.asarray(weights, np.float32)
    n_query, n_keys = w.shape[-2:]
    exists = w.any(axis=(-1, -2))
    found = {
        "entropy": entropy(w).mean(axis=-1),
        "distance": distance(w, n_keys - n_query).mean(axis=-1),
        **pattern_scores(weights, ids),
    }
    on_first = owners == first_user if first_user >= 0 else np.zeros(n_keys, np.bool_)
    found["first_user"] = w[..., on_first].sum(axis=-1).mean(axis=-1)
    scores = {}
    for name in SCORES:
        values = found[name].astype(np.float32)
        values[~exists] = np.nan
        scores[name] = values
    return HeadScores(n_query, scores)


def shares_of(rows: NDArray[np.floating], owners: NDArray[np.int32], n_messages: int) -> NDArray[np.float32]:
    """What of *rows* (Q, T) each message got: float32 (Q, messages + 3); every row sums to 1.

    The reply (or what follows the messages) comes after them, then the template, then the sink apart.
    """
    rests = [without_sink(row) for row in rows]
    rest = np.stack([row for row, _ in rests]) if rests else np.zeros((0, len(owners)), np.float32)
    sink = np.array([mass for _, mass in rests], np.float32)[:, None]
    return np.concatenate([shares(rest, owners, n_messages + 1), sink], axis=1)
