"""The Text tab by hand: keys and mouse, the starter model in the real worker."""

from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel, QLineEdit, QPlainTextEdit, QPushButton, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.services.bundle import Services
from chatapp.services.text_score import LLAMA_CPP, ScoreState
from chatapp.ui.inspector.text_tab import TextTab
from chatapp.ui.inspector.token_strip import TokenStrip
from chatapp.ui.widgets.text import ElidedLabel
from tests.gui.inspector.real import Real, open_real
from tests.services.conftest import make_services, services

__all__ = ["make_services", "open_real", "services"]
W = TypeVar("W", bound=QWidget)
TEXT = "Attention lets each token look at the tokens before it. zebra! "


def open_tab(services: Services, qtbot: QtBot) -> TextTab:
    tab = TextTab(services)
    qtbot.addWidget(tab)
    tab.resize(460, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)  # the keyboard is elsewhere otherwise
    return tab


def part(tab: QWidget, kind: type[W], name: str) -> W:
    found = tab.findChild(kind, name)
    assert found is not None, name
    return found


def start(tab: TextTab) -> None:
    QTest.mouseClick(part(tab, QPushButton, "scoreStart"), Qt.MouseButton.LeftButton)


def done(services: Services, qtbot: QtBot, state: ScoreState = ScoreState.DONE) -> None:
    qtbot.waitUntil(lambda: services.text_score.state is state, timeout=60_000)


def choose_file(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))


def test_a_text_is_typed_and_scored(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    button = part(tab, QPushButton, "scoreStart")
    assert not button.isEnabled()
    assert part(tab, QLabel, "scoreHint").isVisible()
    edit = part(tab, QPlainTextEdit, "scoreText")
    edit.setFocus()
    QTest.keySequence(edit, QKeySequence(QKeySequence.StandardKey.Find))
    assert edit.hasFocus(), "there is nothing to search yet"
    qtbot.keyClicks(edit, TEXT)
    QTest.keyClick(edit, Qt.Key.Key_Tab)
    assert not edit.hasFocus()
    assert button.isEnabled()
    start(tab)
    done(services, qtbot)
    totals, strip = services.text_score.totals, part(tab, TokenStrip, "tokenStrip")
    assert strip.isVisible()
    assert not part(tab, QLabel, "scoreHint").isVisible()
    qtbot.waitUntil(lambda: strip.is_laid_out)
    told = part(tab, QLabel, "textTotals").text().replace(",", "")
    assert f"{totals.perplexity:.4f}" in told
    assert f"{totals.bits_per_byte:.3f}" in told
    assert f"{totals.counted} tokens" in part(tab, QLabel, "tokenSummary").text()

    # To the most surprising token, and on with the arrow keys.
    chip = tab.findChild(QPushButton, "surprisingToken")
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    worst = int(services.text_score.trace.logprobs[1:].argmin()) + 1
    assert f"token {worst + 1} of" in part(tab, QLabel, "tokenPlace").text()
    assert part(tab, QLabel, "expectedTokens").text().startswith("Expected:")
    strip.setFocus()
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert f"token {worst} of" in part(tab, QLabel, "tokenPlace").text()
    assert f"token {worst} of" in strip.accessibleDescription()

    # From the text to a place in it, with keys alone.
    edit.setFocus()
    QTest.keySequence(edit, QKeySequence(QKeySequence.StandardKey.Find))
    search = part(tab, QLineEdit, "tokenSearch")
    assert search.hasFocus()
    qtbot.keyClicks(search, "e")
    total = int(part(tab, QLabel, "tokenSearchCount").text().removesuffix(" found"))
    assert total > 1
    for key, number in (("F3", 1), ("F3", 2), ("Shift+F3", 1), ("Shift+F3", total)):
        QTest.keySequence(search, QKeySequence(key))
        assert part(tab, QLabel, "tokenSearchCount").text() == f"{number} of {total}"
    search.clear()
    qtbot.keyClicks(search, "rank > 50")
    assert part(tab, QLabel, "tokenSearchCount").text()


def test_as_llama_cpp_does_it(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    part(tab, QPlainTextEdit, "scoreText").setPlainText(TEXT * 12)
    method = part(tab, QComboBox, "scoreMethod")
    method.setFocus()
    QTest.keyClick(method, Qt.Key.Key_Down)
    assert method.currentData() == LLAMA_CPP
    start(tab)  # 512 tokens and as many again: the text is too short
    done(services, qtbot, ScoreState.FAILED)
    assert "1024" in part(tab, QLabel, "scoreMessage").text()
    context = part(tab, QSpinBox, "scoreContext")
    context.setFocus()
    context.selectAll()
    qtbot.keyClicks(context, "32")
    start(tab)
    done(services, qtbot)
    assert services.text_score.n_ctx == 32
    assert "not counted" in part(tab, QLabel, "textTotals").text()


def test_cancel_in_the_middle(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    part(tab, QPlainTextEdit, "scoreText").setPlainText(TEXT * 700)
    part(tab, QSpinBox, "scoreContext").setValue(128)
    with qtbot.waitSignal(services.text_score.grew, timeout=60_000):
        start(tab)
    button = part(tab, QPushButton, "scoreStart")
    assert button.text() == "Cancel"
    assert not part(tab, QPlainTextEdit, "scoreText").isEnabled()
    start(tab)
    assert services.text_score.state is ScoreState.CANCELLED
    assert "Stopped after" in part(tab, QLabel, "scoreMessage").text()
    assert button.text() == "Score the text"
    assert part(tab, QPlainTextEdit, "scoreText").isEnabled()


def said(services: Services) -> str:
    return "".join(cell.text or "" for cell in services.text_score.trace.cells)


def test_the_adapters_of_the_chat_are_named(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    tab = open_tab(services, qtbot)
    told = part(tab, QLabel, "scoreAdapters")
    assert not told.isVisible()
    services.chat.set_adapters((AdapterUse("/somewhere/poems.gguf", 0.5), AdapterUse(r"C:\x\jokes.gguf")))
    assert told.isVisible()
    assert told.text().endswith(": poems × 0.5, jokes")


def test_files(open_real: Real, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    services = open_real(True)
    tab = open_tab(services, qtbot)
    small, large, binary = tmp_path / "small.txt", tmp_path / "large.txt", tmp_path / "binary.txt"
    small.write_bytes("어텐션\r\n셀프".encode("cp949"))
    large.write_text("가나다 " * 20_000, "utf-16")
    binary.write_bytes(bytes(range(256)))
    edit, label = part(tab, QPlainTextEdit, "scoreText"), part(tab, QLabel, "textFile")
    opener = part(tab, QPushButton, "openTextFile")

    choose_file(monkeypatch, small)
    QTest.mouseClick(opener, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: edit.toPlainText() == "어텐션\n셀프", timeout=5_000)
    assert label.text() == "small.txt"
    start(tab)
    done(services, qtbot)
    assert said(services).endswith("어텐션\r\n셀프")  # as the file says it, and not as the box does
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_Delete)
    start(tab)
    done(services, qtbot)
    assert said(services).endswith(edit.toPlainText())

    choose_file(monkeypatch, large)
    QTest.mouseClick(opener, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not edit.isVisible(), timeout=5_000)  # too long to be put into a box
    assert "80,000" in label.text()
    assert part(tab, QPushButton, "scoreStart").isEnabled()

    choose_file(monkeypatch, binary)
    QTest.mouseClick(opener, Qt.MouseButton.LeftButton)
    message = part(tab, QLabel, "scoreMessage")
    qtbot.waitUntil(lambda: "binary.txt" in message.text(), timeout=5_000)
    assert "80,000" in label.text()  # what was there stays

    QTest.mouseClick(part(tab, QWidget, "dropTextFile"), Qt.MouseButton.LeftButton)
    assert edit.isVisible()
    assert message.text() == ""
    assert not part(tab, QPushButton, "scoreStart").isEnabled()


def test_a_long_text_that_is_pasted_is_kept_beside_the_box(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    tab = open_tab(services, qtbot)
    edit, label = part(tab, QPlainTextEdit, "scoreText"), part(tab, ElidedLabel, "textFile")
    QGuiApplication.clipboard().setText("가나다 " * 20)
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert edit.toPlainText() == "가나다 " * 20
    QGuiApplication.clipboard().setText("가나다 " * 20_000)
    QTest.keyClick(edit, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not edit.isVisible(), timeout=5_000)
    assert label.full_text == "Pasted text · 80,000 characters"
    assert tab._source.text().utf8 == ("가나다 " * 20_000).encode()


def test_without_a_model_and_with_the_test_engine(open_real: Real, services: Services, qtbot: QtBot) -> None:
    tab = open_tab(open_real(False), qtbot)
    part(tab, QPlainTextEdit, "scoreText").setPlainText(TEXT)
    assert not part(tab, QPushButton, "scoreStart").isEnabled()
    assert "Load a model" in part(tab, QLabel, "scoreMessage").text()
    tab = open_tab(services, qtbot)
    part(tab, QPlainTextEdit, "scoreText").setPlainText(TEXT)
    start(tab)
    done(services, qtbot, ScoreState.FAILED)
    assert services.text_score.error is not None
    assert services.text_score.error.message in part(tab, QLabel, "scoreMessage").text()
