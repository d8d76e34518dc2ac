"""The What if page by hand: mouse and keys, the starter model in the real worker."""

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QTabBar
from pytestqt.qtbot import QtBot

from chatapp.core.trace_export import table_json
from chatapp.ui.inspector.attention_tab import AttentionTab
from chatapp.ui.inspector.attention_words import head_name, weight_text
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.picture import png
from chatapp.ui.inspector.what_if_page import WhatIfPage
from tests.gui.inspector.real import open_real
from tests.gui.inspector.test_attention_tab import click, part, shown, tab
from tests.services.conftest import make_services, services

__all__ = ["make_services", "open_real", "services", "tab"]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(tab: AttentionTab, qtbot: QtBot) -> WhatIfPage:
    """The sixth token of a reply is selected, the page in front."""
    tab.resize(480, 760)
    bar = part(tab, QTabBar, "attentionPages")
    click(bar, bar.tabRect([bar.tabText(at) for at in range(bar.count())].index("What if")).center())
    page = tab.what_if
    qtbot.waitUntil(lambda: page.isVisible() and page.change.strip.is_laid_out)
    shown(tab, qtbot, 5)
    return page


def text(page: WhatIfPage, name: str) -> str:
    return part(page, QLabel, name).text()


def run(page: WhatIfPage, qtbot: QtBot, name: str = "whatIfRun") -> None:
    button = part(page, QPushButton, name)
    assert button.isEnabled()
    click(button, button.rect().center())
    qtbot.waitUntil(lambda: not page.what_if.is_asking, timeout=20_000)


def drag(page: WhatIfPage, start: int, end: int) -> None:
    """From token to token, both included."""
    strip = page.change.strip
    one, other = (strip.rect_of(at).center().toPoint() for at in (start, end))
    QTest.mouseMove(strip.viewport(), one)
    QTest.mousePress(strip.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, one)
    QTest.mouseMove(strip.viewport(), (one + other) / 2)
    QTest.mouseMove(strip.viewport(), other)
    QTest.mouseRelease(strip.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, other)


def test_heads_are_typed_muted_and_compared(page: WhatIfPage, tab: AttentionTab, qtbot: QtBot) -> None:
    assert not part(page, QPushButton, "whatIfRun").isEnabled()
    field = part(page, QLineEdit, "whatIfHeads")
    click(field, field.rect().center())
    QTest.keyClicks(field, "3.1, 99.0")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "99.0" in page.change._told.full_text
    assert not tab._attention.heads
    field.selectAll()
    QTest.keyClicks(field, "L3 H1")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert tab._attention.heads == {(3, 1)}  # the heads of the whole tab
    run(page, qtbot)
    effect = page.change.effect
    assert effect is not None
    before_after = text(page, "whatIfBeforeAfter")
    assert percent(2.718281828459045**effect.token.before) in before_after
    source, weight = effect.source
    assert "L3 H1" in text(page, "whatIfStory")
    assert f"“{tab._attention.word(source)}” {weight_text(weight)}" in text(page, "whatIfStory")
    assert "KL" in text(page, "whatIfFigures")
    rows = page.change.table.rows
    assert rows.rowCount() >= 8
    assert [row.key for row in rows.rows if row.is_bold] == [effect.token.token]
    # What is shown is of what is chosen.
    where = part(page, QComboBox, "whatIfWhere")
    where.setFocus()
    QTest.keyClick(where, Qt.Key.Key_Down)
    assert page.change.effect is None
    assert not page.change.table.isVisible()
    run(page, qtbot)
    assert page.change.effect is not None
    assert page.change.effect.change.everywhere


def test_tokens_are_dragged_over_and_hidden(page: WhatIfPage, tab: AttentionTab, qtbot: QtBot) -> None:
    attention = tab._attention
    first = attention.owners.tolist().index(0)
    drag(page, first + 1, first + 3)
    assert page.change.change.hidden == (first + 1, first + 4)
    combo = part(page, QComboBox, "whatIfHidden")
    assert str(first + 2) in combo.currentText()
    run(page, qtbot)
    effect = page.change.effect
    assert effect is not None
    picture = attention.picture
    assert picture is not None
    assert weight_text(effect.hidden_share) in text(page, "whatIfStory")
    assert effect.hidden_share == pytest.approx(float(picture.mean[first + 1 : first + 4].sum()), rel=1e-3)
    # A click inside takes it back; a message can be chosen whole; Shift and an arrow mark, too.
    strip = page.change.strip
    click(strip.viewport(), strip.rect_of(first + 2).center().toPoint())
    assert page.change.change.hidden is None
    combo.setCurrentIndex(1)
    combo.activated.emit(1)
    assert page.change.change.hidden == (first, int((attention.owners == 0).nonzero()[0][-1]) + 1)
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert page.change.change.hidden is None
    strip.setFocus()
    strip.point_out(first + 1)
    QTest.keyClick(strip, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert page.change.change.hidden == (first + 1, first + 3)


def test_the_selected_token_and_the_one_before_stay(page: WhatIfPage, tab: AttentionTab) -> None:
    last = len(tab._attention.ids) - len(tab._services.inspector.trace) + 4  # before the selected one
    drag(page, last - 2, last + 1)
    assert page.change.change.hidden == (last - 2, last)


def test_every_head_is_tried_and_a_click_chooses_it(
    page: WhatIfPage, tab: AttentionTab, qtbot: QtBot, tmp_path: Path
) -> None:
    bar = part(page, QTabBar, "whatIfParts")
    click(bar, bar.tabRect(1).center())
    assert page.export_data() is None
    run(page, qtbot, "sweepRun")
    effects = page.what_if.effects
    assert effects is not None
    assert tab._attention.picture is not None
    heads = tab._attention.picture.weights[..., 0].size
    assert f"{heads} heads" in text(page, "sweepTold")
    assert "rank correlation" in text(page, "effectPointed")
    ten = effects.strongest(10)
    rows = page.sweep.table.rows.rows
    assert [row.key for row in rows] == [effect.head for effect in ten]
    grid = page.sweep.grid
    head = ten[0].head

    def point() -> bool:
        for step in (0, 1):  # a pointer that lies there already sends nothing; and the page may still be settling
            QTest.mouseMove(grid.viewport(), grid.rect_of(head).center() + QPoint(step, 0))
        return head_name(head) in text(page, "effectPointed")

    qtbot.waitUntil(point)
    color = grid.viewport().grab().toImage().pixelColor(grid.rect_of(head).center() + QPoint(2, 2))
    assert (color.blue() > color.red()) == (ten[0].change < 0)  # less likely without it: blue
    click(grid.viewport(), grid.rect_of(head).center())
    assert tab._attention.heads == {head}
    table = page.sweep.table
    click(table.viewport(), table.visualRect(table.rows.index(1, 0)).center())
    assert tab._attention.heads == {ten[1].head}
    by = part(page, QComboBox, "effectBy")
    by.setFocus()
    QTest.keyClick(by, Qt.Key.Key_Down)
    assert [row.key for row in page.sweep.table.rows.rows] == [e.head for e in effects.strongest(10, "divergence")]
    found = tab.export_data()
    assert found is not None
    told = json.loads(table_json(found.table()))
    assert len(told["rows"]) == heads
    assert (told["rows"][0]["layer"], told["rows"][0]["head"]) == head
    assert told["meta"]["fingerprint"]
    assert told["meta"]["correlation_change"] == pytest.approx(effects.correlation())
    (tmp_path / "x.png").write_bytes(png(found.picture(), found.meta)())
    assert not QImage(str(tmp_path / "x.png")).isNull()


def test_the_change_goes_out(page: WhatIfPage, tab: AttentionTab, qtbot: QtBot) -> None:
    tab._attention.choose_heads(frozenset({(2, 3)}))
    run(page, qtbot)
    found, effect = tab.export_data(), page.change.effect
    assert found is not None
    assert effect is not None
    told = json.loads(table_json(found.table()))
    assert told["meta"]["muted"] == ["L2 H3"]
    assert told["meta"]["logprob_after"] == pytest.approx(effect.token.after)
    assert [row["id"] for row in told["rows"]] == [row.token for row in effect.rows]
    assert "hidden_positions" not in told["meta"]


def test_another_message_takes_what_was_found_with_it(page: WhatIfPage, tab: AttentionTab, qtbot: QtBot) -> None:
    services = tab._services
    tab._attention.choose_heads(frozenset({(2, 3)}))
    run(page, qtbot)
    click(part(page, QTabBar, "whatIfParts"), part(page, QTabBar, "whatIfParts").tabRect(1).center())
    run(page, qtbot, "sweepRun")
    click(part(page, QTabBar, "whatIfParts"), part(page, QTabBar, "whatIfParts").tabRect(0).center())
    assert page.change.effect is not None
    reply = services.inspector.message_id
    services.inspector.select(services.chat.conversation.path()[0].id)
    assert page.change.effect is None
    assert page.what_if.effects is None
    assert reply is not None
    services.inspector.select(reply, 4)
    shown(tab, qtbot, 4)
    run(page, qtbot)
    assert page.change.effect is not None
    services.chat.new_conversation()
    assert page.change.effect is None
