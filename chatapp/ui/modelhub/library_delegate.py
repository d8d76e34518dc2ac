"""Paints one local model: its name and marks, and the facts below."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.ui import theme
from chatapp.ui.modelhub.chips import GAP, chip_width, paint_chip
from chatapp.ui.modelhub.library_item_model import Data, Row
from chatapp.ui.widgets.icons import icon

_MARGIN, _INSET, _AIR = 8, 12, 8  # pixels: around the ground of a line, from there to the text, above and below it


class LibraryDelegate(QStyledItemDelegate):
    """Two lines of text for each model, however many there are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.measure()

    def measure(self) -> None:
        """Take the sizes from the font in use."""
        self._name, self._small = theme.font(bold=True), theme.font(0.9)
        self._heights = QFontMetrics(self._name).height(), QFontMetrics(self._small).height()
        self._size = QSize(200, sum(self._heights) + 2 * _AIR + 3)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option, index
        return self._size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(Data.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, option.rect, option.state)
        self._paint_row(painter, option.rect, row)
        painter.restore()

    def _paint_ground(self, painter: QPainter, line: QRect, state: QStyle.StateFlag) -> None:
        colors = theme.colors()
        ground = QRectF(line.adjusted(_MARGIN, 1, -_MARGIN, -1))
        selected = bool(state & QStyle.StateFlag.State_Selected)
        if selected or state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.selected if selected else colors.hover)
            painter.drawRoundedRect(ground, 7, 7)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colors.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(0.75, 0.75, -0.75, -0.75), 7, 7)

    def _paint_row(self, painter: QPainter, line: QRect, row: Row) -> None:
        colors = theme.colors()
        room = line.adjusted(_MARGIN + _INSET, _AIR, -_MARGIN - _INSET, -_AIR)
        name_height, small_height = self._heights
        right = float(room.right())
        for text, color in reversed(row.marks):
            right -= chip_width(text)
            paint_chip(painter, right, room.top() + name_height / 2, text, getattr(colors, color))
            right -= GAP
        left = room.left()
        if row.favourite:
            star = QRect(left, room.top() + (name_height - 14) // 2, 14, 14)
            icon("star-filled", "warning").paint(painter, star)
            left += 20
        name = QRect(left, room.top(), int(right) - GAP - left, name_height)
        self._write(painter, name, row.name, self._name, colors.muted if row.broken else colors.text)
        below = QRect(room.left(), room.top() + name_height + 3, room.width(), small_height)
        self._write(painter, below, row.line, self._small, colors.error if row.broken else colors.muted)

    def _write(self, painter: QPainter, room: QRect, text: str, font: QFont, color: QColor) -> None:
        painter.setFont(font)
        painter.setPen(color)
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideMiddle, max(0, room.width()))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
