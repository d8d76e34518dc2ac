"""Attention weights made readable: shares, sources, sinks, what a head does, rollout.

Arrays are (…, T) over key positions; a head is one of layers x query heads. Nothing here knows where weights come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]

SINK = 0  # the position that heads with nothing to look for look at (Xiao et al. 2023, arXiv:2309.17453)


@dataclass(frozen=True, slots=True)
class Source:
    """A token that is looked at. *weight* is its share of the whole row."""

    position: int
    weight: float


def combined(weights: Floats, how: str = "mean", *, heads: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """One row (T,) of *weights* (L, H, T): the "mean" or the "max" over all heads, or those of the mask (L, H)."""
    chosen = weights.reshape(-1, weights.shape[-1]) if heads is None else weights[heads]
    if not len(chosen):
        return np.zeros(weights.shape[-1], np.float32)
    return np.asarray(chosen.max(axis=0) if how == "max" else chosen.mean(axis=0, dtype=np.float32), np.float32)


def without_sink(row: Floats, sink: int = SINK) -> tuple[NDArray[np.float32], float]:
    """*row* (T,) with the sink's weight taken out, and that weight.

    What the row lacks to 1 (learned sinks take it) counts as the sink's, too.
    """
    rest = np.asarray(row, np.float32).copy()
    learned = max(0.0, 1.0 - float(rest.sum(dtype=np.float64)))
    mass = float(rest[sink]) + learned if len(rest) > sink else learned
    if len(rest) > sink:
        rest[sink] = 0
    return rest, mass


def sources(row: Floats, mass: float = 0.9, most: int = 20) -> list[Source]:
    """The fewest tokens that together have the share *mass* of *row*'s weight, the heaviest first, at most *most*."""
    total = float(np.sum(row, dtype=np.float64))
    if total <= 0:
        return []
    order = np.argsort(-np.asarray(row, np.float64), kind="stable")
    reached = np.cumsum(np.asarray(row, np.float64)[order]) / total
    count = min(most, int(np.searchsorted(reached, mass - 1e-12)) + 1)
    return [Source(int(p), float(row[p])) for p in order[:count] if row[p] > 0]


def shares(rows: Floats, owners: NDArray[np.int32], n_owners: int) -> NDArray[np.float32]:
    """How much of each of *rows* (…, T) goes to each owner: float32 (…, n_owners + 1), the owner -1 last."""
    weights = np.asarray(rows, np.float32)
    found = np.zeros((*weights.shape[:-1], n_owners + 1), np.float32)
    for owner in np.unique(owners):
        found[..., int(owner)] = weights[..., owners == owner].sum(axis=-1)
    return found


def entropy(rows: Floats) -> NDArray[np.float32]:
    """Bits of each of *rows* (…, T): 0 looks at one token, log2 T at all alike."""
    p = np.asarray(rows, np.float32)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log2(p), 0)
    return np.asarray(-terms.sum(axis=-1), np.float32)


def distance(rows: Floats, first_query: int) -> NDArray[np.float32]:
    """How far back the queries look on average, in tokens: *rows* (…, Q, T), query q at *first_query* + q → (…, Q)."""
    n_query, n_keys = rows.shape[-2:]
    back = first_query + np.arange(n_query)[:, None] - np.arange(n_keys)
    return np.asarray((np.asarray(rows, np.float32) * back).sum(axis=-1), np.float32)


# -- what a head does --------------------------------------------------------------------------------------------------


def patterns(ids: Sequence[int] | NDArray[np.int32], first_query: int) -> dict[str, NDArray[np.bool_]]:
    """Where a head of each kind would look: name → bool (Q, T) for the queries from *first_query* to the end.

    previous   the token before
    duplicate  earlier places of the same token
    induction  what came after those (Olsson et al. 2022, arXiv:2209.11895)
    """
    tokens = np.asarray(ids)
    n = len(tokens)
    query, key = np.arange(first_query, n)[:, None], np.arange(n)
    same = (tokens[query] == tokens) & (key < query)
    after = np.zeros_like(same)
    after[:, 1:] = same[:, :-1]
    return {"previous": key == query - 1, "duplicate": same, "induction": after & (key <= query)}


def pattern_scores(
    weights: Floats, ids: Sequence[int] | NDArray[np.int32], *, sink: int = SINK
) -> dict[str, NDArray[np.float32]]:
    """For each head of *weights* (L, H, Q, T), the last Q tokens of *ids*, how much it does what it is asked: (L, H).

    For the `patterns` the share of the weight that lies on them, of all that is neither on the sink nor on the token
    itself, over queries that have the pattern at all; "sink" is the share that goes to the sink.
    """
    w = np.asarray(weights, np.float32)
    n_query, n_keys = w.shape[-2:]
    first = n_keys - n_query
    query, key = np.arange(first, n_keys)[:, None], np.arange(n_keys)
    counted = (key != sink) & (key < query)
    found: dict[str, NDArray[np.float32]] = {}
    for name, pattern in patterns(ids, first).items():
        on = pattern & counted
        asked = on.any(axis=1)
        hit = (w[:, :, asked] * on[asked]).sum(axis=(-1, -2))
        whole = (w[:, :, asked] * counted[asked]).sum(axis=(-1, -2))
        found[name] = np.divide(hit, whole, out=np.zeros_like(hit), where=whole > 0)
    missing = np.maximum(0, 1 - w.sum(axis=-1))
    found["sink"] = np.asarray((w[..., sink] + missing).mean(axis=-1), np.float32)
    return found


# -- through the layers ------------------------------------------------------------------------------------------------


def rollout(weights: Floats) -> NDArray[np.float32]:
    """Attention rollout (Abnar and Zuidema 2020, arXiv:2005.00928) of *weights* (L, H, T, T): float32 (T, T).

    The convention: heads are averaged, half of every layer is the residual stream (0.5·A + 0.5·I), rows are scaled to
    sum to 1, and layers are multiplied from the first to the last.
    """
    size = weights.shape[-1]
    identity = np.eye(size, dtype=np.float64)
    result = identity
    for layer in np.asarray(weights, np.float64).mean(axis=1):
        mixed = 0.5 * layer + 0.5 * identity
        result = (mixed / mixed.sum(axis=-1, keepdims=True)) @ result
    return result.astype(np.float32)
