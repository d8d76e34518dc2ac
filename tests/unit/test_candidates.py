"""The candidates of one token: every probability accounted for, before and after the samplers."""

import numpy as np
import pytest

from chatapp.core.candidates import candidates_of
from chatapp.core.stages import StageTrace
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

TOP = np.array([[0.5, 0.2, 0.2], [0.6, 0.2, 0.1], [0.6, 0.2, 0.1], [np.nan] * 3])
IDS = np.array([[1, 2, 3], [1, 2, 3], [1, 2, 3], [-1, -1, -1]], np.int32)
TAKEN = np.array([3, 9, 2, 5], np.int32)
PROBS = np.array([0.2, 0.01, 0.2, np.nan])
RANKS = np.array([1, 40, 1, -1], np.int32)
PIECES = {1: b"a", 2: b" b", 3: b"\xed", 5: b"", 9: b"rare"}


def trace(stages: StageTrace | None = None) -> TraceBuffer:
    return TraceBuffer(
        TokenTrace(
            TAKEN, np.log(PROBS).astype(np.float32), RANKS, np.ones(4, np.float32), IDS,
            np.log(TOP).astype(np.float32), PIECES, stages=stages,
        )
    )  # fmt: skip


@pytest.fixture
def staged() -> TraceBuffer:
    probs = np.zeros((4, 3, 3), np.float32)
    probs[:, 0] = np.nan_to_num(TOP)
    probs[0, 1], probs[0, 2] = [0.5, 0.2, 0.2], [0.7, 0, 0.3]
    probs[1, 1], probs[1, 2] = [0.6, 0.2, 0], [0.7, 0.25, 0]
    left = np.array([[9, 3, 2], [9, 4, 3], [9, 0, 0], [9, 0, 0]], np.int32)
    drawn = np.array([[0.2, 0.2, 0.3], [0.01, 0.02, 0.05], [0.2, 0, 0], [0, 0, 0]], np.float32)
    return trace(StageTrace(("raw", "top_k", "draw"), left, probs, drawn))


def test_raw_probabilities_and_the_rest() -> None:
    found = candidates_of(trace(), 0)
    assert found is not None
    assert [(c.rank, c.token, c.data, c.chosen) for c in found.rows] == [
        (1, 1, b"a", False), (2, 2, b" b", False), (2, 3, b"\xed", True)
    ]  # fmt: skip
    assert [c.probability for c in found.rows] == pytest.approx([0.5, 0.2, 0.2])
    assert found.others == pytest.approx(0.1)
    assert found.others_final is None
    assert {c.final for c in found.rows} == {None}
    assert found.chosen == 2


def test_the_token_that_was_taken_has_a_row_wherever_it_ranks() -> None:
    found = candidates_of(trace(), 1)
    assert found is not None
    last = found.rows[found.chosen]
    assert (found.chosen, last.rank, last.token, last.data) == (3, 41, 9, b"rare")
    assert last.probability == pytest.approx(0.01)
    assert found.others == pytest.approx(0.09)


def test_after_the_samplers(staged: TraceBuffer) -> None:
    first = candidates_of(staged, 0)
    assert first is not None
    assert [c.final for c in first.rows] == pytest.approx([0.7, 0, 0.3])
    assert [c.cut_by for c in first.rows] == [None, "draw", None]
    assert first.others_final == 0
    second = candidates_of(staged, 1)
    assert second is not None
    assert [c.cut_by for c in second.rows] == [None, None, "top_k", None]
    assert second.rows[3].final == pytest.approx(0.05)
    assert second.others_final == 0


def test_a_token_that_was_given_went_through_no_sampler(staged: TraceBuffer) -> None:
    found = candidates_of(staged, 2)
    assert found is not None
    assert {c.final for c in found.rows} == {None}
    assert {c.cut_by for c in found.rows} == {None}


def test_nothing_came_before_the_first_token_of_a_text() -> None:
    assert candidates_of(trace(), 3) is None
