"""Paints one line of what can be found: name and marks, a sentence, facts."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.ui import theme
from chatapp.ui.modelhub.chips import GAP, chip_width, paint_chip
from chatapp.ui.modelhub.find_item_model import Data, Row

_MARGIN = 8  # between the list's edge and the coloured ground of a line
_INSET = 12  # between that ground and the text
_AIR = 9  # above and below


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
            self._paint_ground(painter, option)
            self._paint_row(painter, option.rect, row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, line: QRect, text: str) -> None:
        painter.setFont(theme.font(0.9, bold=True))
        painter.setPen(theme.colors().muted)
        room = line.adjusted(_MARGIN + _INSET, 0, -_MARGIN, -6)
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        colors, line, state = theme.colors(), option.rect, option.state
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
        name_height, text_height, small_height = self._heights
        right = float(room.right())
        for text, color in reversed(row.marks):
            right -= chip_width(text)
            paint_chip(painter, right, room.top() + name_height / 2, text, getattr(colors, color))
            right -= GAP
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
        return QSize(120, 2 * _AIR + name + 3 + small + (text + 2 if row.why else 0))
