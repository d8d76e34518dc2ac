"""Small framed words, painted: marks in lists."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen

from chatapp.ui import theme

_ACROSS, _DOWN = 7, 1  # pixels between the frame and the word
GAP = 6


def chip_width(text: str) -> int:
    """Pixels that a chip with *text* takes."""
    return QFontMetrics(theme.font(0.85)).horizontalAdvance(text) + 2 * _ACROSS + 2


def paint_chip(painter: QPainter, left: float, middle: float, text: str, color: QColor) -> float:
    """Draw a chip that begins at *left*, around the height *middle*; return where it ends."""
    font = theme.font(0.85)
    height = QFontMetrics(font).height() + 2 * _DOWN
    box = QRectF(left + 0.5, middle - height / 2 + 0.5, chip_width(text) - 1, height - 1)
    painter.setFont(font)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.mix(color, theme.colors().background, 0.55), 1))
    painter.drawRoundedRect(box, height / 2, height / 2)
    painter.setPen(color)
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
    return box.right() + 1
