"""Two replies token by token: where they part, and how far the model's distributions are from each other there.

Of every distribution only the likeliest tokens were kept. All others are taken together as one rest, and what comes out
is the divergence of two coarser distributions: never more than that of the whole ones (Cover and Thomas, *Elements of
Information Theory*, section 2.8: data processing), and equal to it where everything likely was kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

Trace = TokenTrace | TraceBuffer
_LEAST_REST = 1e-6  # of Q: what float32 logprobs leave uncertain of a sum; a larger rest can only lower the result
_CHUNK = 512  # positions at a time: each is a table of K x K


@dataclass(frozen=True, slots=True)
class Comparison:
    """Of the first N tokens of both, N being the length of the shorter one.

    fork    number of the first token that differs; N where one is the beginning of the other
    kl      float64 (N,)  D(P‖Q) in bits at every token, at least; nan where nothing was recorded
    """

    fork: int
    kl: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.kl)

    @property
    def same_context(self) -> int:
        """Up to this token (exclusive) both distributions were of the same text before."""
        return min(self.fork + 1, len(self))


def compare(p: Trace, q: Trace) -> Comparison:
    """Compare two replies, position by position."""
    count = min(len(p), len(q))
    parts = [
        kl_at_least(
            p.top_ids[at : at + _CHUNK][: count - at], p.top_logprobs[at : at + _CHUNK][: count - at],
            q.top_ids[at : at + _CHUNK][: count - at], q.top_logprobs[at : at + _CHUNK][: count - at],
        )
        for at in range(0, count, _CHUNK)
    ]  # fmt: skip
    return Comparison(first_difference(p.ids[:count], q.ids[:count]), np.concatenate([np.zeros(0), *parts]))


def first_difference(one: NDArray[np.int32], other: NDArray[np.int32]) -> int:
    """The index of the first element that differs, of two arrays of one length; that length when none does."""
    different = np.flatnonzero(one != other)
    return int(different[0]) if len(different) else len(one)


def kl_at_least(
    p_ids: NDArray[np.int32], p_logprobs: NDArray[np.float32], q_ids: NDArray[np.int32], q_logprobs: NDArray[np.float32]
) -> NDArray[np.float64]:
    """D(P‖Q) in bits of each row, from the likeliest tokens of both; the rest counts as one more token.

    Ids and natural logprobs are (T, K) and (T, L); an id of -1 is no token. The result is never above the divergence of
    the distributions that they are from.
    """
    p, q = _probabilities(p_ids, p_logprobs), _probabilities(q_ids, q_logprobs)
    same = (p_ids[:, :, None] == q_ids[:, None, :]) & (p_ids >= 0)[:, :, None]
    q_of = np.where(same, q[:, None, :], 0.0).sum(axis=2)  # of P's tokens
    p_of = np.where(q_of > 0, p, 0.0)
    p_rest = np.clip(1.0 - p_of.sum(axis=1), 0.0, 1.0)
    q_rest = np.clip(1.0 - q_of.sum(axis=1), _LEAST_REST, 1.0)
    bits = _terms(p_of, q_of).sum(axis=1) + _terms(p_rest, q_rest)
    unknown = (p_ids < 0).all(axis=1) | (q_ids < 0).all(axis=1)
    return np.where(unknown, np.nan, np.maximum(bits, 0.0))


def _probabilities(ids: NDArray[np.int32], logprobs: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.where(ids >= 0, np.exp(np.nan_to_num(logprobs.astype(np.float64), nan=-np.inf)), 0.0)


def _terms(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """p log2(p/q), 0 where p is; q is positive where p is."""
    some = p > 0
    terms: NDArray[np.float64] = p * (np.log2(np.where(some, p, 1.0)) - np.log2(np.where(some, q, 1.0)))
    return terms
