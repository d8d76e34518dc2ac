"""What the lists of the model window draw alike: the ground of a line, and marks, which are small framed words."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle

from chatapp.ui import theme

MARGIN = 8  # pixels between the list's edge and the coloured ground of a line
INSET = 12  # between that ground and the text
AIR = 9  # above and below the text
GAP = 6  # between marks
_ACROSS, _DOWN = 7, 1  # between a mark's frame and its word


def paint_ground(painter: QPainter, line: QRect, state: QStyle.StateFlag) -> None:
    """Colour a line that is chosen or pointed at, and frame one that has the focus."""
    colors = theme.colors()
    ground = QRectF(line.adjusted(MARGIN, 1, -MARGIN, -1))
    selected = bool(state & QStyle.StateFlag.State_Selected)
    if selected or state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.selected if selected else colors.hover)
        painter.drawRoundedRect(ground, 7, 7)
    if state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(QPen(colors.accent, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(ground.adjusted(0.75, 0.75, -0.75, -0.75), 7, 7)


def paint_marks(painter: QPainter, right: float, middle: float, marks: Sequence[tuple[str, str]]) -> float:
    """Draw *marks* (words and the names of their colours) up to *right*; return where there is room before them."""
    for text, color in reversed(marks):
        right -= chip_width(text)
        paint_chip(painter, right, middle, text, getattr(theme.colors(), color))
        right -= GAP
    return right


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
