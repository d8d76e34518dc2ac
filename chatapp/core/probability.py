"""From one row of logits to what the trace records: logprob, exact rank, entropy and the likeliest candidates.

Everything is over the whole vocabulary and costs a few passes over it (no sort): at 152k entries a quarter of a
millisecond, against some 20 ms for the token itself.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TOP_K = 20
_BLOCK = 64  # entries


@dataclass(frozen=True, slots=True)
class Distribution:
    """One next-token distribution, before any sampler. Logarithms are natural.

    entropy       nats
    top_ids       int32 (k,), likeliest first; ties in order of the id
    top_logprobs  float32 (k,)
    """

    log_z: float
    entropy: float
    top_ids: NDArray[np.int32]
    top_logprobs: NDArray[np.float32]


def distribution(logits: NDArray[np.float32], k: int = TOP_K) -> Distribution:
    """Summarise *logits*, float32 (n_vocab,)."""
    peak = float(logits.max())
    shifted = logits - np.float32(peak)
    weights = np.exp(shifted)
    total = float(weights.sum(dtype=np.float64))
    with np.errstate(invalid="ignore"):
        expected = float(np.dot(weights, shifted))
    if math.isnan(expected):  # -inf logits (banned tokens) have weight 0, and 0·-inf is nan
        expected = float(np.dot(weights, np.maximum(shifted, np.float32(-1e30))))
    log_total = math.log(total)
    ids = top_ids(logits, k)
    return Distribution(
        log_z=peak + log_total,
        entropy=max(0.0, log_total - expected / total),
        top_ids=ids,
        top_logprobs=(logits[ids] - np.float32(peak + log_total)).astype(np.float32),
    )


def top_ids(logits: NDArray[np.float32], k: int) -> NDArray[np.int32]:
    """Indices of the *k* largest logits, largest first, int32 (min(k, n),).

    The k-th largest of the block maxima is a lower bound of the k-th largest value, so only the few entries above it
    are sorted: ten times faster than argpartition over a large vocabulary.
    """
    n = logits.shape[0]
    k = min(k, n)
    blocks = n // _BLOCK
    if blocks > k > 0:
        # A block is every blocks-th entry: the maxima of columns are found ten times faster than those of short rows.
        maxima = logits[: blocks * _BLOCK].reshape(_BLOCK, blocks).max(axis=0)
        bound = np.partition(maxima, blocks - k)[blocks - k]
        candidates = np.flatnonzero(logits >= bound)
    else:
        candidates = np.arange(n)
    order = np.lexsort((candidates, -logits[candidates]))[:k]
    return candidates[order].astype(np.int32)


def rank(logits: NDArray[np.float32], token: int) -> int:
    """How many tokens are strictly likelier than *token*: 0 is the likeliest."""
    return int(np.count_nonzero(logits > logits[token]))
