"""Attention between whole characters: nothing is lost when tokens are put together."""

import numpy as np
import pytest

from chatapp.core.attention_cells import between_cells, cells_of, lowest_cells

PIECES = {0: b"a", 1: " 움".encode()[:3], 2: " 움".encode()[3:], 3: b"\xff"}
IDS = np.array([0, 1, 2, 0, 3, 1, 2], np.int32)


def test_tokens_of_a_character_are_one_row_and_one_column() -> None:
    cells = cells_of(IDS, PIECES.__getitem__)
    assert cells.texts == ("a", "·움", "a", "<FF>", "·움")
    assert [cells.of(at) for at in range(7)] == [0, 1, 1, 2, 3, 4, 4]
    rows = np.tril(np.random.default_rng(3).random((7, 7)).astype(np.float32))
    rows /= rows.sum(axis=1, keepdims=True)
    for first in (0, 2, 6):  # from within a character on, too
        found = between_cells(rows[first:], cells)
        assert found.shape == (5 - cells.of(first), 5)
        np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-6)
    found = between_cells(rows, cells)
    assert found[1, 1] == pytest.approx(rows[1:3, 1:3].sum() / 2)
    assert found[4, 1] == pytest.approx(rows[5:, 1:3].sum() / 2)
    assert lowest_cells(np.array([0, 0, 1, 2, 3, 4, 5], np.int32), 7, cells).tolist() == [0, 0, 1, 2, 3]


def test_the_beginning_of_a_context() -> None:
    cells = cells_of(IDS, PIECES.__getitem__).up_to(6)
    assert cells.texts[-1] == "·움"
    assert cells.ends[-1] == 6
    assert between_cells(np.full((2, 6), 1 / 6), cells).sum(axis=-1) == pytest.approx(1)
