"""What is said of tokens, against sums written out by hand."""

import math

import numpy as np
import pytest

from chatapp.core.measure import Measure
from chatapp.core.token_measures import group_values, levels, numbers_of, rank_bucket, summarize
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

PROBS = np.array([np.nan, 0.5, 0.25, 0.125, 0.5, 0.001])
RANKS = np.array([-1, 0, 1, 4, 0, 1500])
ENTROPY_BITS = np.array([np.nan, 1.0, 2.0, 3.0, 0.5, 9.0])


@pytest.fixture
def trace() -> TraceBuffer:
    ids = np.arange(len(PROBS), dtype=np.int32)
    logprobs = np.log(PROBS).astype(np.float32)
    entropy = (ENTROPY_BITS * math.log(2)).astype(np.float32)
    pieces = {int(i): b"x" for i in ids}
    return TraceBuffer(
        TokenTrace(ids, logprobs, RANKS.astype(np.int32), entropy, ids[:, None], logprobs[:, None], pieces)
    )


def test_one_token_and_several(trace: TraceBuffer) -> None:
    one = numbers_of(trace, 2)
    assert one is not None
    assert (one.probability, one.surprisal, one.entropy, one.rank) == pytest.approx((0.25, 2.0, 2.0, 2))
    group = numbers_of(trace, 1, 4)
    assert group is not None
    assert (group.probability, group.surprisal, group.entropy, group.rank) == pytest.approx((1 / 64, 6.0, 3.0, 5))
    assert numbers_of(trace, 0) is None
    assert numbers_of(trace, 0, 2) is None


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        (Measure.PROBABILITY, [1 / 64, 0.001]),
        (Measure.SURPRISAL, [6.0, math.log2(1000)]),
        (Measure.ENTROPY, [3.0, 9.0]),
        (Measure.RANK, [5, 1501]),
    ],
)
def test_groups_with_a_gap_between(trace: TraceBuffer, measure: Measure, expected: list[float]) -> None:
    np.testing.assert_allclose(group_values(trace, measure, [1, 5], [4, 6]), expected, rtol=1e-5)
    assert np.isnan(group_values(trace, measure, [0, 2], [2, 3])).tolist() == [True, False]
    assert group_values(trace, measure, [], []).shape == (0,)


def test_levels_are_fixed_whatever_the_message() -> None:
    probability = levels(np.array([1.0, 0.5, 0.0, np.nan]), Measure.PROBABILITY)
    np.testing.assert_allclose(probability, [0, 0.5, 1, np.nan])
    np.testing.assert_allclose(levels(np.array([0.0, 6.0, 40.0]), Measure.SURPRISAL), [0, 0.5, 1])
    np.testing.assert_allclose(levels(np.array([0.0, 4.0, 40.0]), Measure.ENTROPY), [0, 0.5, 1])
    ranks = np.array([1, 2, 10, 11, 100, 1000, 1001, np.nan])
    np.testing.assert_allclose(levels(ranks, Measure.RANK), [0, 0.25, 0.25, 0.5, 0.5, 0.75, 1, np.nan])
    np.testing.assert_allclose(levels(ranks, Measure.RANK, (5,)), [0, 0, 1, 1, 1, 1, 1, np.nan])


def test_buckets_of_ranks() -> None:
    assert [rank_bucket(r) for r in (1, 2, 10, 11, 1000, 1001)] == [0, 1, 1, 2, 3, 4]


def test_summary(trace: TraceBuffer) -> None:
    found = summarize(trace)
    assert found is not None
    bits = 1 + 2 + 3 + 1 + math.log2(1000)
    assert found.tokens == 5  # nothing came before the first one
    assert found.mean_surprisal == pytest.approx(bits / 5, rel=1e-5)
    assert found.perplexity == pytest.approx(2 ** (bits / 5), rel=1e-5)
    assert found.rank_one == pytest.approx(2 / 5)
    assert found.surprising == (5, 3, 2, 1)
    some = summarize(trace, np.array([0, 1, 2]))
    assert some is not None
    assert (some.tokens, some.perplexity) == (2, pytest.approx(math.sqrt(8)))
    assert summarize(trace, np.array([0])) is None
