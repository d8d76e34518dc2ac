import math

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.next_token import NextToken

LOGITS = np.array([0.5, 2.0, 2.0, -1.0, -40.0], np.float32)


def made(logits: NDArray[np.float32] = LOGITS, final: list[float] | None = None) -> NextToken:
    shares = np.array(final or [0, 0.25, 0.75, 0, 0], np.float32)
    return NextToken.of(logits, shares, 7)


def test_the_numbers_are_those_of_a_softmax_by_hand() -> None:
    known = made()
    weights = [math.exp(x) for x in LOGITS.tolist()]
    shares = [w / sum(weights) for w in weights]
    np.testing.assert_allclose(np.exp(known.logprobs), shares, rtol=1e-5)
    assert known.order.tolist() == [1, 2, 0, 3, 4]  # equal ones in order of the id
    assert known.places.tolist() == [2, 0, 1, 3, 4]
    assert known.cumulative[-1] == pytest.approx(1)
    assert known.cumulative[1] == pytest.approx(shares[1] + shares[2])
    assert known.entropy == pytest.approx(-sum(p * math.log(p) for p in shares), rel=1e-6)
    assert known.possible == 4
    assert known.likeliest == 1


def test_forbidden_tokens_have_no_part_in_the_entropy() -> None:
    known = made(np.array([0, 0, -np.inf, -np.inf, -np.inf], np.float32))
    assert known.entropy == pytest.approx(math.log(2))
    assert known.cumulative[-1] == pytest.approx(1)


def test_rows_are_in_order_of_probability() -> None:
    known = made()
    assert known.rows(np.array([3, 0, 2], np.int32)).tolist() == [2, 0, 3]
    assert known.rows(None).tolist() == known.order.tolist()


def test_draws_follow_the_probabilities_after_the_samplers() -> None:
    known = made()
    drawn = [known.draw(3, step) for step in range(2000)]
    assert set(drawn) == {1, 2}
    assert drawn.count(2) / 2000 == pytest.approx(0.75, abs=0.04)
    assert drawn == [known.draw(3, step) for step in range(2000)]
    assert drawn != [known.draw(4, step) for step in range(2000)]
