"""A box for a text of several lines that takes so much at a time as it can lay out between two frames."""

import re

from PySide6.QtCore import QMimeData, QPoint
from PySide6.QtGui import QTextDocument, QTextOption
from PySide6.QtWidgets import QPlainTextEdit, QToolTip, QWidget

from chatapp.ui.widgets.text import number_text

LONGEST = 50_000  # characters; ten million take Qt seconds
UNBROKEN = re.compile(r"\S{2000}")  # looking for places to break this takes Qt seconds
_LINE_ENDS = dict.fromkeys((0x2028, 0x2029, 0xFDD0, 0xFDD1), "\n")  # as `toPlainText` does


def text_of(document: QTextDocument) -> str:
    """The text of *document*, with its no-break spaces: `toPlainText` makes ordinary ones of them."""
    return document.toRawText().translate(_LINE_ENDS)


class PlainEdit(QPlainTextEdit):
    """What is pasted or dropped into it is cut at *longest* characters in all, and it says so."""

    def __init__(self, parent: QWidget | None = None, longest: int = LONGEST) -> None:
        super().__init__(parent)
        self._longest = longest

    def text(self) -> str:
        """What stands in it."""
        return text_of(self.document())

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
