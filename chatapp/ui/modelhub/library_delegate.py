"""Paints one local model: its name and marks, and the facts below."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.ui import theme
from chatapp.ui.modelhub.chips import AIR, GAP, INSET, MARGIN, paint_ground, paint_marks
from chatapp.ui.modelhub.library_item_model import Data, Row
from chatapp.ui.widgets.icons import icon


class LibraryDelegate(QStyledItemDelegate):
    """Two lines of text for each model, however many there are."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._star = icon("star-filled", "warning")
        self.measure()

    def measure(self) -> None:
        """Take the sizes from the font in use."""
        self._name, self._small = theme.font(bold=True), theme.font(0.9)
        self._heights = QFontMetrics(self._name).height(), QFontMetrics(self._small).height()
        self._size = QSize(200, sum(self._heights) + 2 * AIR + 3)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option, index
        return self._size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(Data.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint_ground(painter, option.rect, option.state)
        self._paint_row(painter, option.rect, row)
        painter.restore()

    def _paint_row(self, painter: QPainter, line: QRect, row: Row) -> None:
        colors = theme.colors()
        room = line.adjusted(MARGIN + INSET, AIR, -MARGIN - INSET, -AIR)
        name_height, small_height = self._heights
        right = paint_marks(painter, float(room.right()), room.top() + name_height / 2, row.marks)
        left = room.left()
        if row.favourite:
            star = QRect(left, room.top() + (name_height - 14) // 2, 14, 14)
            self._star.paint(painter, star)
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
