import pytest
from PySide6.QtGui import QTextDocumentFragment
from pytestqt.qtbot import QtBot

from chatapp.ui.widgets.text import ElidedLabel, plain_tip


@pytest.mark.parametrize("text", ["<s>", "a <b>bold</b> token", "<img src='/x'>", "&lt;s&gt;", "<div>\nlines</div>"])
def test_what_looks_like_html_is_shown_as_it_stands(text: str) -> None:
    shown = QTextDocumentFragment.fromHtml(plain_tip(text)).toPlainText()
    assert shown == text
    assert "<img" not in plain_tip(text)


@pytest.mark.parametrize("text", ["", "plain", "5 > 3", "“cat” 4.1 %"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert plain_tip(text) == text


def test_a_cut_label_tells_its_text_and_nothing_else(qtbot: QtBot) -> None:
    label = ElidedLabel()
    qtbot.addWidget(label)
    label.resize(30, 20)
    label.set_full_text("<img src='/etc/passwd'> and more than has room")
    assert QTextDocumentFragment.fromHtml(label.toolTip()).toPlainText() == label.full_text
