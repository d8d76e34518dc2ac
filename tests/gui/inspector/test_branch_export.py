"""Files of the tree and of a comparison: every row and every number, and pictures of all of it."""

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from chatapp.core.compare import compare
from chatapp.core.trace_export import csv_bytes, table_json
from chatapp.ui import theme
from chatapp.ui.inspector import picture
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.tree_map import TreeTab
from tests.gui.inspector.test_compare import Pair, opened, pair
from tests.services.test_branching import trace_of

__all__ = ["pair"]


def colours(shown: Exported) -> set[str]:
    """Those of the whole picture."""
    drawn = picture.png(shown.picture(), shown.meta)()
    image = QImage.fromData(drawn)
    assert not image.isNull()
    return {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}


def test_the_tree(pair: Pair, qtbot: QtBot) -> None:
    services, first, made = pair
    tab = TreeTab(services)
    qtbot.addWidget(tab)
    assert tab.export_data() is None
    tab.resize(420, 60)  # less than there is to see
    with qtbot.waitExposed(tab):
        tab.show()
    qtbot.waitUntil(lambda: tab.view.model().rowCount() == 3)
    shown = tab.export_data()
    assert shown is not None
    table = shown.table()
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert [row["message"] for row in rows] == [first.parent_id, first.id, made.id]
    assert [row["shown"] for row in rows] == [1, 0, 1]
    assert [row["lane"] for row in rows] == [0, 1, 0]
    fork = made.info.fork if made.info else None
    assert fork is not None
    assert rows[1]["left"] is None
    assert (rows[2]["left"], rows[2]["token_number"], rows[2]["token"]) == (first.id, 6, fork.token)
    assert rows[2]["token_logprob"] == pytest.approx(fork.logprob)
    assert rows[2]["text"] == made.text
    assert csv_bytes(table).count(b"\n") >= 4
    assert table_json(table)
    size = shown.picture().size
    assert size.height() == 3 * tab.view.visualRect(tab.view.model().index(0, 0)).height()
    assert theme.colors().accent.name() in colours(shown)


def test_a_comparison(pair: Pair, qtbot: QtBot) -> None:
    services, first, made = pair
    dialog = opened(services, qtbot, first.id, made.id)
    shown = dialog.export_data()
    assert shown is not None
    p, q = trace_of(services, first), trace_of(services, made)
    found = compare(p, q)
    table = shown.table()
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert len(rows) == max(len(p), len(q))
    assert [row["a_id"] for row in rows[: len(p)]] == p.ids.tolist()
    assert [row["b_logprob"] for row in rows[: len(q)]] == pytest.approx(q.logprobs.tolist())
    np.testing.assert_allclose([row["kl_bits"] for row in rows[: len(found)]], found.kl)
    assert table.meta["fork_token_number"] == 6
    assert table.meta["fingerprint"] == table.meta["b"]["fingerprint"]
    assert table.meta["sampling"]["temperature"] == 0
    assert theme.colors().accent.name() in colours(shown)
