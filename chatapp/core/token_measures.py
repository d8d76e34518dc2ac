"""What a token trace tells about a text: probability, surprisal, entropy and rank of its tokens, and sums over them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.measure import RANK_BOUNDS, Measure
from chatapp.core.trace_buffer import TraceBuffer

LN2 = math.log(2)
FULL_SURPRISAL = 12.0  # bits; the strongest colour stands for this and all above
FULL_ENTROPY = 8.0  # bits
_SURPRISING = 0.5  # bits; below that no token surprises


@dataclass(frozen=True, slots=True)
class TokenNumbers:
    """What is said of one token or of several that are shown as one; None where nothing came before.

    probability  of all of them together        surprisal  bits, the sum
    entropy      bits, the largest              rank       the largest, counted from 1
    """

    probability: float
    surprisal: float
    entropy: float
    rank: int


@dataclass(frozen=True, slots=True)
class Summary:
    """Over the tokens that have a logprob.

    perplexity     e to the mean negative logprob          mean_surprisal  bits a token
    rank_one       share of tokens that were the likeliest  surprising      the most surprising ones, worst first
    """

    tokens: int
    perplexity: float
    mean_surprisal: float
    rank_one: float
    surprising: tuple[int, ...]


def numbers_of(trace: TraceBuffer, start: int, end: int | None = None) -> TokenNumbers | None:
    """The numbers of the tokens *start* to *end* (exclusive; None: the one token)."""
    end = start + 1 if end is None else end
    logprob = float(trace.logprobs[start:end].sum(dtype=np.float64))
    if end <= start or math.isnan(logprob):
        return None
    return TokenNumbers(
        probability=math.exp(logprob),
        surprisal=max(0.0, -logprob / LN2),
        entropy=float(trace.entropy[start:end].max()) / LN2,
        rank=int(trace.ranks[start:end].max()) + 1,
    )


def group_values(
    trace: TraceBuffer, measure: Measure, starts: Sequence[int], ends: Sequence[int]
) -> NDArray[np.float64]:
    """The values of groups of tokens, each from its start to its end (exclusive), in order: float64, nan if unknown.

    Probabilities are multiplied, surprisals added; of entropies and ranks the largest counts. Ranks count from 1.
    """
    if not len(starts):
        return np.zeros(0)
    first, last = starts[0], ends[-1]
    values = np.append(_values(trace, measure, first, last), 0.0)
    edges = np.empty(2 * len(starts), np.intp)
    edges[::2], edges[1::2] = starts, ends
    largest = measure in (Measure.ENTROPY, Measure.RANK)
    found = (np.maximum if largest else np.add).reduceat(values, edges - first)[::2]
    return np.exp(found) if measure is Measure.PROBABILITY else found


def levels(values: NDArray[np.float64], measure: Measure, bounds: Sequence[int] = RANK_BOUNDS) -> NDArray[np.float64]:
    """How much colour *values* of *measure* get: 0 (expected) to 1 (not at all), nan stays."""
    if measure is Measure.PROBABILITY:
        return np.clip(1 - values, 0, 1)
    if measure is Measure.RANK:
        buckets = np.searchsorted(np.asarray(bounds), values, side="left")
        return np.where(np.isnan(values), np.nan, buckets / max(1, len(bounds)))
    return np.clip(values / (FULL_SURPRISAL if measure is Measure.SURPRISAL else FULL_ENTROPY), 0, 1)


def rank_bucket(rank: int, bounds: Sequence[int] = RANK_BOUNDS) -> int:
    """Which bucket the *rank* (from 1) lies in: 0 is the best, len(bounds) the worst."""
    return int(np.searchsorted(np.asarray(bounds), rank, side="left"))


def summarize(trace: TraceBuffer, tokens: NDArray[np.intp] | None = None, surprising: int = 4) -> Summary | None:
    """Of the whole trace or of its *tokens*; None when none of them has a logprob.

    What surprises are the cells that are shown: a character of several tokens counts as one, as its colour says.
    """
    chosen = np.arange(len(trace)) if tokens is None else tokens
    chosen = chosen[~np.isnan(trace.logprobs[chosen])]
    if not len(chosen):
        return None
    logprobs = trace.logprobs[chosen].astype(np.float64)
    mean = float(-logprobs.mean())
    nats = np.zeros(len(trace))
    nats[chosen] = -logprobs
    starts = np.fromiter((cell.start for cell in trace.cells), np.intp, len(trace.cells))
    totals = np.add.reduceat(nats, starts)
    worst = np.argsort(-totals, kind="stable")[:surprising]
    return Summary(
        tokens=len(chosen),
        perplexity=math.exp(mean),
        mean_surprisal=max(0.0, mean / LN2),
        rank_one=float((trace.ranks[chosen] == 0).mean()),
        surprising=tuple(int(starts[i]) for i in worst if totals[i] >= _SURPRISING * LN2),
    )


def _values(trace: TraceBuffer, measure: Measure, start: int, end: int) -> NDArray[np.float64]:
    if measure is Measure.RANK:
        ranks = trace.ranks[start:end]
        return np.where(ranks < 0, np.nan, ranks + 1.0)
    if measure is Measure.ENTROPY:
        return trace.entropy[start:end].astype(np.float64) / LN2
    logprobs = trace.logprobs[start:end].astype(np.float64)
    return logprobs if measure is Measure.PROBABILITY else np.maximum(0.0, -logprobs / LN2)
