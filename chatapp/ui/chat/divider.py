"""The quiet line above which the messages were not sent, since the context was full."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

from chatapp.ui import theme

HEIGHT = 40  # pixels, at least
_SPACE = 12  # pixels between text and line, and above and below the text together


class Divider(QLabel):
    """Small text in the middle of a line; hidden without a text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unsentDivider")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", "small")
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self.setWordWrap(True)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show the line with *text*; none without."""
        self.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def fit(self, width: int) -> int:
        """The height for *width* pixels."""
        return max(HEIGHT, self.heightForWidth(width) + _SPACE)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(theme.colors().border)
        y = self.height() // 2
        side = (self.width() - self.fontMetrics().horizontalAdvance(self.text())) // 2 - _SPACE
        if side > 0:
            painter.drawLine(0, y, side, y)
            painter.drawLine(self.width() - side, y, self.width(), y)
