"""Paints a row of the tree map: the lanes that pass, the message's own dot, its fork and its first words."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.core.conversation import Role
from chatapp.core.tree_rows import START
from chatapp.ui import theme
from chatapp.ui.inspector.tree_item_model import Data, TreeItemModel

ZOOMS = (0.35, 0.6, 0.8, 1.0, 1.25, 1.6)
NORMAL = 3
_TEXT_FROM = 0.6  # smaller rows have no words
_WORDS = 220  # pixels that words have at least, at zoom 1


class TreeDelegate(QStyledItemDelegate):
    """Draws rows of `TreeItemModel`, all of one size."""

    def __init__(self, model: TreeItemModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._tree = model
        self.zoom = ZOOMS[NORMAL]
        self.measure()

    def measure(self) -> None:
        """Take the sizes from the font in use, the zoom and the lanes there are."""
        self._font = theme.font(max(0.6, self.zoom))
        self._small = theme.font(max(0.6, 0.88 * self.zoom))
        line = QFontMetrics(theme.font()).height()
        self._step = max(5.0, round(0.85 * line * self.zoom))
        self._dot = max(1.8, 0.24 * line * self.zoom)
        words = _WORDS * self.zoom if self.zoom >= _TEXT_FROM else 0
        width = 2 * self._step + self._step * self._tree.rows.width + words
        self._size = QSize(round(width), max(7, round((line + 9) * self.zoom)))

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del option, index
        return self._size

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row = index.row()
        if row >= len(self._tree.rows):
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(option.rect)
        self._ground(painter, option, rect)
        self._lanes(painter, rect, row)
        if self.zoom >= _TEXT_FROM:
            self._words(painter, rect, row, index)
        painter.restore()

    def _x(self, rect: QRectF, lane: int) -> float:
        return rect.left() + self._step * (lane + 0.9)

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem, rect: QRectF) -> None:
        colors, state = theme.colors(), option.state
        ground = rect.adjusted(2, 0.5, -2, -0.5)
        if state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.selected if state & QStyle.StateFlag.State_Selected else colors.hover)
            painter.drawRoundedRect(ground, 5, 5)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colors.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)

    def _lanes(self, painter: QPainter, rect: QRectF, row: int) -> None:
        tree, colors = self._tree, theme.colors()
        rows, path = tree.rows, tree.path
        quiet = QPen(theme.mix(colors.border, colors.muted, 0.45), max(1.0, 1.4 * self.zoom))
        strong = QPen(colors.accent, max(1.6, 2.2 * self.zoom))
        top, middle, bottom = rect.top(), rect.center().y(), rect.bottom()

        def line(x: float, start: float, end: float, pen: QPen) -> None:
            painter.setPen(pen)
            painter.drawLine(QPointF(x, start), QPointF(x, end))

        own, parent = self._x(rect, rows.lanes[row]), rows.parents[row]
        shown = tree.is_shown(row)
        pen = strong if shown else quiet
        twig = rows.lanes[row] > (0 if parent == START else rows.lanes[parent])
        if twig:
            curve = QPainterPath(QPointF(own - self._step, middle - self._step / 2))
            curve.quadTo(QPointF(own - self._step, middle), QPointF(own - self._step / 2, middle))
            curve.lineTo(own - self._dot, middle)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(curve)
        for lane, owner in enumerate(rows.rails(row)):
            x, after = self._x(rect, lane), path.get(owner, START)
            begins = owner == START and row == 0
            line(x, middle if begins else top, bottom, quiet)
            if after >= row:
                line(x, middle if begins else top, bottom if after > row else middle - self._step / 2, strong)
        if not twig and (parent != START or row > 0):
            line(own, top, middle - self._dot, pen)
        if not rows.last[row]:
            line(own, middle + self._dot, bottom, strong if row in path else quiet)
        color = colors.accent if shown else colors.muted
        painter.setPen(QPen(color, max(1.2, 1.6 * self.zoom)))
        message = tree.message_at(row)
        painter.setBrush(Qt.BrushStyle.NoBrush if message and message.role is Role.ASSISTANT else color)
        painter.drawEllipse(QPointF(own, middle), self._dot, self._dot)

    def _words(self, painter: QPainter, rect: QRectF, row: int, index: QModelIndex | QPersistentModelIndex) -> None:
        colors, shown = theme.colors(), self._tree.is_shown(row)
        left = self._x(rect, self._tree.rows.lanes[row]) + self._step * 0.75
        room = QRectF(left, rect.top(), rect.right() - left - 8, rect.height())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        mark, fork = str(index.data(Data.MARK)), str(index.data(Data.FORK))
        if mark:
            side = min(rect.height() - 6, 20 * self.zoom)
            badge = QRectF(room.right() - side, rect.center().y() - side / 2, side, side)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.accent)
            painter.drawRoundedRect(badge, 4, 4)
            painter.setFont(theme.font(0.85 * self.zoom, bold=True))
            painter.setPen(colors.on_accent)
            painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, mark)
            room.setRight(badge.left() - 6)
        if fork:
            painter.setFont(self._small)
            painter.setPen(colors.accent if shown else colors.muted)
            shown_text = painter.fontMetrics().elidedText(fork, Qt.TextElideMode.ElideRight, int(room.width() * 0.6))
            painter.drawText(room, flags, shown_text)
            room.setLeft(room.left() + painter.fontMetrics().horizontalAdvance(shown_text) + 8 * self.zoom)
        painter.setFont(self._font)
        painter.setPen(colors.text if shown else colors.muted)
        text = str(index.data(Qt.ItemDataRole.DisplayRole)) or "…"
        text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, max(0, int(room.width())))
        painter.drawText(room, flags, text)
