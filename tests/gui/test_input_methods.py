"""Input methods on Linux: which one Qt is told to use, and the order of what fcitx5 sends."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from chatapp.ui import input_methods
from chatapp.ui.chat.input_edit import InputEdit

FCITX = {"QT_IM_MODULE": "fcitx", "XMODIFIERS": "@im=fcitx"}


@pytest.mark.parametrize(
    ("given", "modules", "is_fcitx"),
    [
        ({}, None, False),
        ({"QT_IM_MODULE": "ibus", "XMODIFIERS": "@im=ibus"}, None, False),
        ({"XMODIFIERS": "@im=ibus"}, None, False),
        ({"QT_IM_MODULE": "uim"}, None, False),
        (FCITX, "fcitx;ibus;wayland", True),
        ({"QT_IM_MODULE": "fcitx5"}, "fcitx5;ibus;wayland", True),
        ({"XMODIFIERS": "@im=fcitx"}, "fcitx;ibus;wayland", True),
        ({"XMODIFIERS": "@im=fcitx", "WAYLAND_DISPLAY": "wayland-0"}, None, True),  # the compositor asks fcitx5 itself
        ({"QT_IM_MODULES": "wayland;fcitx;ibus", **FCITX}, "wayland;fcitx;ibus", True),
        ({"QT_IM_MODULES": "wayland;fcitx"}, "wayland;fcitx;ibus", True),
        ({"QT_IM_MODULE": "ibus", "XMODIFIERS": "@im=fcitx"}, None, True),
    ],
)
def test_only_those_who_use_fcitx_see_a_change(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], modules: str | None, is_fcitx: bool
) -> None:
    monkeypatch.setattr(input_methods.sys, "platform", "linux")
    environment = dict(given)
    assert input_methods.choose(environment) is is_fcitx
    assert environment.pop("QT_IM_MODULES", None) == modules
    changed = modules is not None
    assert environment.pop("IBUS_USE_PORTAL", None) == ("1" if changed else None)
    given = {key: value for key, value in given.items() if key != "QT_IM_MODULES"}
    assert environment == given


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(input_methods.sys, "platform", "win32")
    environment = dict(FCITX)
    assert not input_methods.choose(environment)
    assert environment == FCITX


@pytest.fixture
def order(qapp: QApplication) -> Iterator[input_methods.KeepOrder]:
    order = input_methods.KeepOrder(qapp)
    yield order
    order._watch(None)
    order.deleteLater()


def compose(widget: QWidget, preedit: str, commit: str = "") -> None:
    event = QInputMethodEvent(preedit, [])
    event.setCommitString(commit)
    QApplication.sendEvent(widget, event)


def show(widget: QWidget, qtbot: QtBot) -> None:
    qtbot.addWidget(widget)
    widget.show()
    widget.activateWindow()
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit, InputEdit])
def test_what_fcitx5_sends_comes_out_in_the_order_it_was_typed(
    order: input_methods.KeepOrder, qtbot: QtBot, kind: type[QLineEdit | QPlainTextEdit]
) -> None:
    edit = kind()
    show(edit, qtbot)
    compose(edit, "아")
    QTest.keyClick(edit, Qt.Key.Key_Shift)
    compose(edit, "안")
    QTest.keyClicks(edit, " ")  # "not mine", then what it ended
    compose(edit, "", commit="안")
    compose(edit, "")
    compose(edit, "세")
    compose(edit, "요", commit="세")
    QTest.keyClick(edit, Qt.Key.Key_Left)
    compose(edit, "", commit="요")
    QTest.keyClicks(edit, "1")
    compose(edit, "요")  # typed again, and committed before the key, as ibus does
    compose(edit, "", commit="요")
    QTest.keyClicks(edit, "2")
    text = edit.text() if isinstance(edit, QLineEdit) else edit.toPlainText()
    assert text == "안 세1요2요"


def test_one_enter_sends_the_whole_text_once(order: input_methods.KeepOrder, qtbot: QtBot) -> None:
    edit = InputEdit()
    show(edit, qtbot)
    sent: list[str] = []
    edit.submitted.connect(lambda: sent.append(edit.toPlainText()) or edit.clear())  # type: ignore[func-returns-value]
    compose(edit, "녕", commit="안")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    compose(edit, "", commit="녕")
    compose(edit, "")
    assert (sent, edit.toPlainText()) == (["안녕"], "")


def test_a_key_that_writes_nothing_leaves_the_syllable_open(order: input_methods.KeepOrder, qtbot: QtBot) -> None:
    edit = QLineEdit()
    show(edit, qtbot)
    compose(edit, "아")
    for key in (Qt.Key.Key_Shift, Qt.Key.Key_VolumeUp, Qt.Key.Key_Control):
        QApplication.sendEvent(edit, QKeyEvent(QKeyEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier))
    assert edit.text() == ""
    compose(edit, "", commit="아")
    assert edit.text() == "아"


def test_the_field_that_had_the_focus_may_be_gone(order: input_methods.KeepOrder, qtbot: QtBot) -> None:
    first, second = QLineEdit(), QLineEdit()
    first.show()
    first.setFocus()
    first.activateWindow()
    qtbot.waitUntil(first.hasFocus)
    compose(first, "아")
    first.deleteLater()
    show(second, qtbot)
    QTest.keyClicks(second, "a")
    assert second.text() == "a"
