"""A box for a text that somebody pastes ten million characters into."""

import time

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QToolTip
from pytestqt.qtbot import QtBot

from chatapp.ui.widgets.plain_edit import LONGEST, PlainEdit


def paste(edit: PlainEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    edit.insertFromMimeData(data)


@pytest.fixture
def edit(qtbot: QtBot) -> PlainEdit:
    made = PlainEdit()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.mark.parametrize("text", ["line of words\n" * 700_000, "ㄱ" * 10_000_000], ids=["lines", "one_line"])
def test_a_paste_of_ten_million_characters_is_cut_and_told(edit: PlainEdit, text: str, qtbot: QtBot) -> None:
    began = time.monotonic()
    paste(edit, text)
    assert time.monotonic() - began < 1
    assert edit.toPlainText() == text[:LONGEST]
    qtbot.waitUntil(lambda: "50,000" in QToolTip.text())
    edit.selectAll()
    paste(edit, "short")
    assert edit.toPlainText() == "short"


def test_what_is_there_and_what_is_selected_count(qtbot: QtBot) -> None:
    edit = PlainEdit(longest=10)
    qtbot.addWidget(edit)
    edit.setPlainText("12345678")
    edit.moveCursor(edit.textCursor().MoveOperation.End)
    paste(edit, "abcd")
    assert edit.toPlainText() == "12345678ab"
    edit.selectAll()
    paste(edit, "0123456789")
    assert edit.toPlainText() == "0123456789"


def test_no_break_spaces_stay(edit: PlainEdit, qtbot: QtBot) -> None:
    written = "10\u00a0000\u202f€\nnext"
    edit.setPlainText(written)
    assert edit.text() == written
    assert edit.toPlainText() != written  # which is why there is `text`
    edit.clear()
    qtbot.keyClicks(edit, "a")
    qtbot.keyClick(edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(edit, "b")
    assert edit.text() == "a\nb"
