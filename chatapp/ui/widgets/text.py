"""Numbers as people read them, and text that is cut to fit."""

from html import escape

from PySide6.QtCore import QLocale, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtGui import Qt as QtText
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget


def size_text(size: int) -> str:
    """A file size in the user's language, for example "398 MB" (powers of ten, as disks and stores count)."""
    if size <= 0:
        return ""
    return QLocale().formattedDataSize(size, 1 if size >= 10**9 else 0, QLocale.DataSizeFormat.DataSizeSIFormat)


def number_text(value: float, decimals: int = 0) -> str:
    """A number in the user's language."""
    return QLocale().toString(float(value), "f", decimals)


def plain_tip(text: str) -> str:
    """*text* for a tooltip, which Qt would take for HTML where it looks like it: token texts such as "<s>", titles."""
    if not QtText.mightBeRichText(text):
        return text
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>"


class ElidedLabel(QLabel):
    """One line that ends in "…" when there is no room, with the whole text, or what was set, as its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._full = ""
        self._tip = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.setTextFormat(Qt.TextFormat.PlainText)

    @property
    def full_text(self) -> str:
        """The text, whether it fits or not."""
        return self._full

    def set_full_text(self, text: str) -> None:
        """Show *text*, as much as fits."""
        self._full = text
        self._elide()

    def set_tool_tip(self, text: str) -> None:
        """Show *text* as the tooltip, also when there is room."""
        self._tip = text
        self._elide()

    def _elide(self) -> None:
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, max(0, self.width()))
        self.setText(shown)
        self.setToolTip(plain_tip(self._tip or (self._full if shown != self._full else "")))

    def minimumSizeHint(self) -> QSize:
        return QSize(20, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._elide()


class CutLabel(QLabel):
    """One line that is drawn with "…" at its end where there is no room; its text stays whole, its tooltip free."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self.text()) + 4, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
