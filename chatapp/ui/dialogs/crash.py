"""Shown when something failed that should not have: says so plainly and hands over the report."""

from pathlib import Path

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from chatapp.ui import theme

_MAX_LINES = 5000


class CrashDialog(QDialog):
    """One crash report; further ones are added to the same window."""

    def __init__(self, path: Path | None, text: str, parent: QWidget | None = None) -> None:
        """*path* is where the report is kept, if it could be written."""
        super().__init__(parent)
        self.setObjectName("crash")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Something went wrong"))
        self.resize(640, 440)
        title = QLabel(self.tr("Something went wrong inside ChatApp"), self)
        title.setProperty("role", "title")
        words = QLabel(self._words(path), self)
        words.setWordWrap(True)
        words.setTextFormat(Qt.TextFormat.PlainText)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text = QPlainTextEdit(text, self)
        self._text.setReadOnly(True)
        self._text.setFont(theme.monospace(0.9))
        self._text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._text.setAccessibleName(self.tr("Crash report"))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton(self.tr("Copy report"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.setObjectName("copyReport")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._text.toPlainText()))
        if path is not None:
            folder = QUrl.fromLocalFile(str(path.parent))
            button = buttons.addButton(self.tr("Open folder"), QDialogButtonBox.ButtonRole.ActionRole)
            button.clicked.connect(lambda: QDesktopServices.openUrl(folder))
        buttons.rejected.connect(self.reject)
        for button in buttons.findChildren(QPushButton):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(words)
        column.addWidget(self._text, 1)
        column.addWidget(buttons)

    @classmethod
    def open_once(cls, path: Path | None, text: str, window: QWidget) -> None:
        """Show the report; while one is shown already, add it there."""
        shown = window.findChild(cls)
        if shown is not None and shown.isVisible():
            shown.add(text)
        else:
            cls(path, text, window).open()

    def add(self, text: str) -> None:
        """Append another report."""
        if self._text.blockCount() < _MAX_LINES:
            self._text.appendPlainText("\n" + text)

    def _words(self, path: Path | None) -> str:
        words = self.tr(
            "This is our mistake, not yours. Your conversations are saved; you can go on working, or start ChatApp "
            "again if something looks odd. Please send us the report below: it holds versions and the place in the "
            "program, none of your chats."
        )
        if path is None:
            return words
        return words + "\n" + self.tr("The report is kept in {path}.").format(path=path)
