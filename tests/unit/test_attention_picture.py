"""The arrays behind the Attention tab, by hand."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention_picture import binned, head_scores, picture_of, shares_of
from chatapp.core.context_sections import Section, buffer_of, sections_of, word_of


def arrays() -> dict[str, NDArray[Any]]:
    """Two layers of four and of two heads; three queries, five keys."""
    random = np.random.default_rng(1)
    weights = random.random((2, 4, 3, 5)).astype(np.float32)
    for query in range(3):
        weights[:, :, query, 3 + query :] = 0
    weights /= weights.sum(axis=-1, keepdims=True)
    weights[1, 2:] = 0
    return {
        "weights": weights.astype(np.float16),
        "ids": np.array([9, 4, 7, 4, 7], np.int32),
        "owners": np.array([-1, 0, 0, 1, 2], np.int32),
        "groups": np.array([2, 1], np.int32),
        "lowest": np.zeros((2, 3), np.int32),
    }


def test_heads_that_a_layer_lacks_do_not_count() -> None:
    given = arrays()
    picture = picture_of(given, (0, 5), 3, recorded=True, checked=2, difference=0.0, kv_type="f16")
    assert picture.shape == (2, 4)
    assert picture.exists.tolist() == [[True] * 4, [True, True, False, False]]
    weights = given["weights"][:, :, 0, :4].astype(np.float64)
    six = np.concatenate([weights[0], weights[1, :2]])
    np.testing.assert_allclose(picture.row(), six.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(picture.row(how="max"), six.max(axis=0), atol=1e-6)
    two = picture.row(frozenset({(0, 1), (5, 0), (5, 3), (4, 0)}))  # of which two exist
    np.testing.assert_allclose(two, (weights[0, 1] + weights[1, 0]) / 2, atol=1e-6)
    assert [picture.group_of((0, head)) for head in range(4)] == [0, 0, 1, 1]
    assert [picture.group_of((5, head)) for head in range(2)] == [0, 0]


def test_shares_sum_to_one_with_the_sink_apart() -> None:
    given = arrays()
    scores = head_scores(given["weights"], given["ids"], given["owners"], 0)
    assert scores.queries == 3
    assert np.isnan(scores.scores["sink"][1, 2:]).all()
    mean = given["weights"][0].astype(np.float32).mean(axis=0)
    np.testing.assert_allclose(shares_of(mean, given["owners"], 2).sum(axis=-1), 1, atol=2e-3)
    weights = given["weights"].astype(np.float64)
    of_first = weights[0, 0, :, 1:3].sum(axis=-1).mean()
    np.testing.assert_allclose(scores.scores["first_user"][0, 0], of_first, atol=1e-3)
    row = np.array([[0.5, 0.125, 0.125, 0.25, 0.0]], np.float32)
    assert shares_of(row, given["owners"], 2).tolist() == [[0.25, 0.25, 0.0, 0.0, 0.5]]


def test_parts_of_the_context() -> None:
    weights = np.arange(1, 7, dtype=np.float32)
    assert binned(weights, 3).tolist() == [3, 7, 11]
    assert binned(weights, 12).tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    assert binned(np.zeros((2, 0), np.float32), 4).shape == (2, 4)


def test_sections_are_the_messages_with_what_stands_before_them() -> None:
    owners = np.array([-1, -1, 0, 0, -1, 0, -1, 1, -1], np.int32)
    assert sections_of(owners) == [Section(0, 6, 0), Section(6, 9, 1)]
    assert sections_of(np.full(3, -1, np.int32)) == [Section(0, 3, -1)]
    assert sections_of(np.zeros(0, np.int32)) == []


def test_tokens_that_are_parts_of_a_character() -> None:
    pieces = {0: b"a", 1: " 움".encode()[:3], 2: " 움".encode()[3:], 3: b"", 4: b"\xff"}
    ids = np.array([0, 1, 2, 0, 4, 3], np.int32)
    words = [word_of(ids, pieces.__getitem__, at) for at in range(len(ids))]
    assert words == ["a", "움 1/2", "움 2/2", "a", "<FF>", "⟨3⟩"]
    assert [(cell.start, cell.end) for cell in buffer_of(ids, pieces.__getitem__).cells][:2] == [(0, 1), (1, 3)]
