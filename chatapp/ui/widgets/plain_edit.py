"""A box for a text of several lines that takes so much at a time as it can lay out between two frames."""

import re

from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from chatapp.ui.widgets.text import number_text

LONGEST = 50_000  # characters; ten million take Qt seconds
UNBROKEN = re.compile(r"\S{2000}")  # looking for places to break this takes Qt seconds


class PlainEdit(QPlainTextEdit):
    """What is pasted or dropped into it is cut at *longest* characters in all, and it says so."""

    def __init__(self, parent: QWidget | None = None, longest: int = LONGEST) -> None:
        super().__init__(parent)
        self._longest = longest

    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text()
        if UNBROKEN.search(text, 0, self._longest):
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        room = self._longest - (self.document().characterCount() - 1) + len(self.textCursor().selectedText())
        if len(text) <= room:
            super().insertFromMimeData(source)
        else:
            self.take_too_long(text, max(0, room))

    def take_too_long(self, text: str, room: int) -> None:
        """*text* is longer than the *room* that is left: its beginning is put in."""
        self.insertPlainText(text[:room])
        self.ensureCursorVisible()
        said = self.tr("The pasted text was cut: only {count} characters fit here").format(
            count=number_text(self._longest)
        )
        QToolTip.showText(self.mapToGlobal(QPoint(0, self.height())), said, self)
