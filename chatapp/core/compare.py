"""Two replies token by token: where they part, and how far the model's distributions are from each other there.

Of every distribution only the likeliest tokens were kept, so what comes out is the least divergence that two whole ones
can have that agree with them. It is that of coarser distributions (Cover and Thomas, *Elements of Information Theory*,
section 2.8: data processing): the tokens kept of both one by one, those kept of P only, those kept of Q only, and all
others. What one side does not know of the other's tokens is bounded: no token that was left out is likelier than the
last one that was kept.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

Trace = TokenTrace | TraceBuffer
_Row = NDArray[np.float64]  # (T,)
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
    """D(P‖Q) in bits of each row, from the likeliest tokens of both.

    Ids and natural logprobs are (T, K) and (T, L); an id of -1 is no token. The result is never above the divergence of
    the distributions that they are from.
    """
    p, q = _probabilities(p_ids, p_logprobs), _probabilities(q_ids, q_logprobs)
    same = (p_ids[:, :, None] == q_ids[:, None, :]) & (p > 0)[:, :, None] & (q > 0)[:, None, :]
    in_q, in_p = same.any(axis=2), same.any(axis=1)
    both = _terms(np.where(in_q, p, 0.0), np.where(same, q[:, None, :], 0.0).sum(axis=2)).sum(axis=1)
    only_p, only_q = (p > 0) & ~in_q, (q > 0) & ~in_p
    left_p, left_q = np.clip(1.0 - p.sum(axis=1), 0.0, 1.0), np.clip(1.0 - q.sum(axis=1), _LEAST_REST, 1.0)
    rest = _least_rest(
        np.where(only_p, p, 0.0).sum(axis=1), np.where(only_q, q, 0.0).sum(axis=1), left_p, left_q,
        np.minimum(left_p, only_q.sum(axis=1) * _last(p)), np.minimum(left_q, only_p.sum(axis=1) * _last(q)),
    )  # fmt: skip
    unknown = (p_ids < 0).all(axis=1) | (q_ids < 0).all(axis=1)
    return np.where(unknown, np.nan, np.maximum(both + rest, 0.0))


def _least_rest(p: _Row, q: _Row, left_p: _Row, left_q: _Row, most_p: _Row, most_q: _Row) -> _Row:
    """The least that tokens not kept of both add.

    p, q            mass of the tokens kept of P only, and of Q only
    left_p, left_q  mass of what was not kept
    most_p, most_q  what of it the tokens kept of the other one have at most: x <= most_p of Q's, y <= most_q of P's

    In x and y together it is convex. Where its lowest point lies beyond a bound, the least value lies on that bound,
    and there is one lowest point on each.
    """

    def at(x: _Row, y: _Row) -> _Row:
        return _terms(p, y) + _terms(x, q) + _terms(left_p - x, left_q - y)

    x, y = q * _ratio(p + left_p, q + left_q), p * _ratio(q + left_q, p + left_p)  # all of it as one token
    free = _terms(p + left_p, q + left_q)
    on_x = at(most_p, np.clip(left_q * _ratio(p, p + left_p - most_p), 0.0, most_q))
    on_y = at(np.clip(left_p * _ratio(q, q + left_q - most_q), 0.0, most_p), most_q)
    bound = np.where(x > most_p, np.where(y > most_q, np.minimum(on_x, on_y), on_x), on_y)
    return np.where((x <= most_p) & (y <= most_q), free, bound)


def _probabilities(ids: NDArray[np.int32], logprobs: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.where(ids >= 0, np.exp(np.nan_to_num(logprobs.astype(np.float64), nan=-np.inf)), 0.0)


def _last(kept: NDArray[np.float64]) -> _Row:
    """What a token that was not kept has at most; a little more, for the rounding of float32."""
    least: _Row = np.where(kept > 0, kept, np.inf).min(axis=1)
    return np.where(np.isfinite(least), least * (1 + 1e-5), 1.0)


def _ratio(a: _Row, b: _Row) -> _Row:
    return np.divide(a, b, out=np.zeros_like(a), where=b > 0)


def _terms(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """p log2(p/q), 0 where p is; infinite where only q is 0."""
    some = p > 0
    with np.errstate(divide="ignore"):
        terms: NDArray[np.float64] = p * (np.log2(np.where(some, p, 1.0)) - np.log2(np.where(some, q, 1.0)))
    return terms
