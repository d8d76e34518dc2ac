"""The small windows: about, shortcuts, crash report, what keeps the app from starting."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QLabel, QMessageBox, QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from chatapp import __version__
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.services.bundle import Services
from chatapp.ui.dialogs.confirm import confirm
from chatapp.ui.dialogs.crash import CrashDialog
from chatapp.ui.dialogs.startup import show_startup_error
from chatapp.ui.main_window import MainWindow


def test_about_has_what_a_report_needs(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    window.actions_table["about"].trigger()
    about = window.findChild(QDialog, "about")
    facts = about.findChild(QPlainTextEdit).toPlainText()
    for part in (__version__, str(services.paths.database), str(services.paths.logs), "LGPL-3.0", "llama.cpp"):
        assert part in facts
    copy = next(b for b in about.findChildren(QPushButton) if b.text() == "Copy")
    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == facts
    qtbot.keyClick(about, Qt.Key.Key_Escape)
    assert not about.isVisible()


def test_shortcuts_lists_every_key(window: MainWindow) -> None:
    window.actions_table["shortcuts"].trigger()
    dialog = window.findChild(QDialog, "shortcuts")
    shown = {label.text() for label in dialog.findChildren(QLabel)}
    for name in window.actions_table.names():
        keys = window.actions_table[name].shortcut()
        if not keys.isEmpty():
            assert keys.toString(keys.SequenceFormat.NativeText) in shown, name
    assert "New conversation" in shown


def test_crashes_share_one_window_with_the_report(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    CrashDialog.open_once(tmp_path / "crash.txt", "first report", window)
    CrashDialog.open_once(None, "second report", window)
    (dialog,) = window.findChildren(CrashDialog)
    assert any(str(tmp_path / "crash.txt") in label.text() for label in dialog.findChildren(QLabel))
    qtbot.mouseClick(dialog.findChild(QPushButton, "copyReport"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "first report\n\nsecond report"


def test_a_name_in_a_question_is_no_html(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: dict[str, Qt.TextFormat] = {}
    monkeypatch.setattr(
        QMessageBox, "exec", lambda box: shown.update((la.text(), la.textFormat()) for la in box.findChildren(QLabel))
    )
    assert not confirm(window, "Delete “<b>m</b>”?", "/models/<img src=x>.gguf", "Delete")
    for text in ("Delete “<b>m</b>”?", "/models/<img src=x>.gguf"):
        assert shown[text] is Qt.TextFormat.PlainText


def test_what_keeps_the_app_from_starting_is_said_in_its_language(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append((box.text(), box.informativeText())))
    show_startup_error(StorageError(ErrorCode.ALREADY_RUNNING, path="/data"), "ko")
    ((message, remedy),) = said
    assert "/data" in message
    assert "이미 실행 중" in message
    assert remedy
