"""Paints one line of what can be found: name and marks, a sentence, facts."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.ui import theme
from chatapp.ui.modelhub.chips import AIR, GAP, INSET, MARGIN, paint_ground, paint_marks
from chatapp.ui.modelhub.find_item_model import Data, Row


class FindDelegate(QStyledItemDelegate):
    """Two lines for a result, three for a curated model, one for a heading."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.measure()

    def measure(self) -> None:
        """Take the sizes from the font in use."""
        self._name, self._text, self._small = theme.font(1.05, bold=True), theme.font(), theme.font(0.9)
        self._heights = [QFontMetrics(font).height() for font in (self._name, self._text, self._small)]

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: Row = index.data(Data.ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.is_heading:
            self._paint_heading(painter, option.rect, row.name)
        else:
            paint_ground(painter, option.rect, option.state)
            self._paint_row(painter, option.rect, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, line: QRect, text: str) -> None:
        painter.setFont(theme.font(0.9, bold=True))
        painter.setPen(theme.colors().muted)
        room = line.adjusted(MARGIN + INSET, 0, -MARGIN, -6)
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_row(self, painter: QPainter, line: QRect, row: Row) -> None:
        room = line.adjusted(MARGIN + INSET, AIR, -MARGIN - INSET, -AIR)
        name_height, text_height, small_height = self._heights
        right = paint_marks(painter, float(room.right()), room.top() + name_height / 2, row.marks)
        at = room.left()
        limit = int(right) - GAP
        if row.author:
            at = self._write(
                painter, f"{row.author} / ", self._text, "muted", QRect(at, room.top(), limit - at, name_height)
            )
        self._write(painter, row.name, self._name, "text", QRect(at, room.top(), limit - at, name_height))
        y = room.top() + name_height + 3
        if row.why:
            self._write(painter, row.why, self._text, "text", QRect(room.left(), y, room.width(), text_height))
            y += text_height + 2
        self._write(
            painter, "  ·  ".join(row.facts), self._small, "muted", QRect(room.left(), y, room.width(), small_height)
        )

    def _write(self, painter: QPainter, text: str, font: QFont, color: str, room: QRect) -> int:
        """Draw *text*, cut to fit; return where it ends."""
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(0, room.width()))
        painter.setFont(font)
        painter.setPen(getattr(theme.colors(), color))
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        return room.left() + metrics.horizontalAdvance(shown)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option
        row: Row = index.data(Data.ROW)
        name, text, small = self._heights
        if row.is_heading:
            return QSize(120, small + 22)
        return QSize(120, 2 * AIR + name + 3 + small + (text + 2 if row.why else 0))
