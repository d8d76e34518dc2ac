"""The tree of the likeliest continuations: from left to right, edges as thick as they are likely."""

import math
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from chatapp.core.lookahead import LookaheadTree
from chatapp.ui import theme
from chatapp.ui.inspector.distribution_model import cell_text
from chatapp.ui.inspector.numbers import log_percent, nats_as_bits, percent
from chatapp.ui.widgets.text import plain_tip

_EDGE = 28  # pixels between columns
_MARGIN = 12
_PAD = 6
_WIDEST = 104  # pixels of a token's text
_THICKEST = 9.0


class LookaheadTreeView(QAbstractScrollArea):
    """Click a node, or go to it with the arrow keys and press Enter, to take the tokens up to it.

    Signals:
        chosen(int)  a node of the tree
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lookaheadTree")
        self.setFrameShape(QAbstractScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.tree: LookaheadTree | None = None
        self._pending = b""
        self._boxes: list[QRectF] = []
        self._texts: list[str] = []
        self._root = QPointF()
        self._size = QSize()
        self._current = -1
        self._hovered = -1
        theme.notifier.changed.connect(self._on_theme)
        self._retranslate()

    def show_tree(self, tree: LookaheadTree | None, pending: bytes = b"") -> None:
        """Show *tree*; *pending* are bytes before it that its first tokens may complete to a character."""
        self.tree, self._pending = tree, pending
        self._current = self._hovered = -1
        self._arrange()
        self.horizontalScrollBar().setValue(0)
        self.verticalScrollBar().setValue(0)
        self._describe()

    # -- layout --------------------------------------------------------------------------------------------------------

    def _arrange(self) -> None:
        tree = self.tree
        self._boxes, self._texts = [], []
        if tree is not None:
            for node in range(len(tree)):
                first = tree.parents[node] < 0
                self._texts.append(cell_text(int(tree.ids[node]), tree.pieces[node], self._pending if first else b""))
            self._place(tree)
        self._fit_bars()
        self.viewport().update()

    def _place(self, tree: LookaheadTree) -> None:
        token, share = QFontMetricsF(theme.monospace()), QFontMetricsF(theme.font(0.85))
        high = token.height() + share.height() + _PAD + 2
        row = high + 6
        columns = [0.0] * (int(tree.depths.max(initial=-1)) + 1)
        for node, text in enumerate(self._texts):
            text_width = min(float(_WIDEST), token.horizontalAdvance(text))
            below = share.horizontalAdvance(log_percent(float(tree.cumulative[node])))
            width = max(text_width, below) + 2 * _PAD
            depth = int(tree.depths[node])
            columns[depth] = max(columns[depth], width)
        lefts = [_MARGIN + _EDGE + sum(columns[:at]) + at * _EDGE for at in range(len(columns))]
        rows = _rows(tree, len(columns))
        middles = [_MARGIN + at * row + high / 2 for at in rows]
        self._root = QPointF(_MARGIN, _MARGIN + high / 2)
        self._boxes = [
            QRectF(lefts[int(tree.depths[n])], middles[n] - high / 2, columns[int(tree.depths[n])], high)
            for n in range(len(tree))
        ]
        right = lefts[-1] + columns[-1] if columns else 0
        self._size = QSize(int(right) + _MARGIN, int((max(rows, default=-1) + 1) * row) + 2 * _MARGIN)

    def _fit_bars(self) -> None:
        room, size = self.viewport().size(), self._size if self._boxes else QSize()
        for bar, wanted, seen in (
            (self.horizontalScrollBar(), size.width(), room.width()),
            (self.verticalScrollBar(), size.height(), room.height()),
        ):
            bar.setRange(0, max(0, wanted - seen))
            bar.setPageStep(seen)
            bar.setSingleStep(20)

    def _offset(self) -> QPointF:
        """Where the tree's own origin is drawn."""
        return QPointF(-self.horizontalScrollBar().value(), -self.verticalScrollBar().value())

    def resizeEvent(self, event: object) -> None:
        del event
        self._fit_bars()

    # -- painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        tree = self.tree
        if tree is None or not self._boxes:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        offset = self._offset()
        painter.translate(offset)
        seen = QRectF(event.rect()).translated(-offset)
        at = self._hovered if self._hovered >= 0 else self._current if self.hasFocus() else -1
        marked = set(tree.path(at)) if at >= 0 else set()
        for node in range(len(tree)):
            self._paint_edge(painter, tree, node, marked=node in marked)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colors().muted)
        painter.drawEllipse(self._root, 4, 4)
        for node, box in enumerate(self._boxes):
            if box.intersects(seen):
                self._paint_node(painter, tree, node, marked=node in marked)
        painter.end()

    def _paint_edge(self, painter: QPainter, tree: LookaheadTree, node: int, *, marked: bool) -> None:
        parent = int(tree.parents[node])
        start = self._root if parent < 0 else QPointF(self._boxes[parent].right(), self._boxes[parent].center().y())
        end = QPointF(self._boxes[node].left(), self._boxes[node].center().y())
        half = QPointF((end.x() - start.x()) / 2, 0)
        path = QPainterPath(start)
        path.cubicTo(start + half, end - half, end)
        color = theme.colors().accent if marked else theme.mix(theme.colors().border, theme.colors().muted, 0.45)
        thick = max(1.0, _THICKEST * math.exp(float(tree.logprobs[node])))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, thick, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap))
        painter.drawPath(path)

    def _paint_node(self, painter: QPainter, tree: LookaheadTree, node: int, *, marked: bool) -> None:
        colors, box = theme.colors(), self._boxes[node]
        current = node == self._current and self.hasFocus()
        edge: QColor = colors.accent if marked or current else colors.border
        painter.setPen(QPen(edge, 2.0 if current else 1.0))
        painter.setBrush(colors.surface)
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        share = max(0.0, min(1.0, math.exp(float(tree.cumulative[node]))))
        painter.fillRect(QRectF(box.left() + 3, box.bottom() - 4, (box.width() - 6) * share, 2), colors.accent)
        painter.setPen(colors.text)
        font = theme.monospace()
        painter.setFont(font)
        upper = QRectF(box.left() + _PAD, box.top() + 2, box.width() - 2 * _PAD, QFontMetricsF(font).height())
        text = QFontMetricsF(font).elidedText(self._texts[node], Qt.TextElideMode.ElideRight, upper.width() + 1)
        painter.drawText(upper, Qt.AlignmentFlag.AlignCenter, text)
        painter.setPen(colors.muted)
        painter.setFont(theme.font(0.85))
        lower = QRectF(upper.left(), upper.bottom(), upper.width(), box.bottom() - upper.bottom() - 4)
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, log_percent(float(tree.cumulative[node])))

    # -- input ---------------------------------------------------------------------------------------------------------

    def node_at(self, point: QPointF) -> int:
        """The node drawn at *point* of the viewport, -1 for none."""
        at = point - self._offset()
        return next((node for node, box in enumerate(self._boxes) if box.contains(at)), -1)

    def node_point(self, node: int) -> QPoint:
        """The middle of *node* in the viewport."""
        return (self._boxes[node].center() + self._offset()).toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self.node_at(event.position())
        if at != self._hovered:
            self._hovered = at
            shape = Qt.CursorShape.PointingHandCursor if at >= 0 else Qt.CursorShape.ArrowCursor
            self.viewport().setCursor(shape)
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.node_at(event.position())
        if at >= 0 and event.button() is Qt.MouseButton.LeftButton:
            self.chosen.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        tree = self.tree
        if tree is None or not len(tree):
            super().keyPressEvent(event)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.chosen.emit(self._current)
            return
        moves = {
            Qt.Key.Key_Left: partial(self._parent, tree),
            Qt.Key.Key_Right: partial(self._child, tree),
            Qt.Key.Key_Up: partial(self._beside, tree, -1),
            Qt.Key.Key_Down: partial(self._beside, tree, 1),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None:
            super().keyPressEvent(event)
            return
        self._current = tree.children(-1)[0] if self._current < 0 else move()
        self._show_current()

    def _parent(self, tree: LookaheadTree) -> int:
        parent = int(tree.parents[self._current])
        return parent if parent >= 0 else self._current

    def _child(self, tree: LookaheadTree) -> int:
        return next(iter(tree.children(self._current)), self._current)

    def _beside(self, tree: LookaheadTree, step: int) -> int:
        """The next node above or below in the same column."""
        column = [n for n in range(len(tree)) if tree.depths[n] == tree.depths[self._current]]
        column.sort(key=lambda n: self._boxes[n].top())
        at = column.index(self._current) + step
        return column[at] if 0 <= at < len(column) else self._current

    def _show_current(self) -> None:
        box, offset, room = self._boxes[self._current], self._offset(), self.viewport().rect()
        shown = box.translated(offset)
        if shown.left() < 0 or shown.right() > room.width():
            self.horizontalScrollBar().setValue(int(box.center().x() - room.width() / 2))
        if shown.top() < 0 or shown.bottom() > room.height():
            self.verticalScrollBar().setValue(int(box.center().y() - room.height() / 2))
        self._describe()
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            at = self.node_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(self._node_text(at)), self.viewport())
            return True
        if event.type() == QEvent.Type.Leave and self._hovered >= 0:
            self._hovered = -1
            self.viewport().update()
        return super().viewportEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._current < 0 and self.tree is not None and len(self.tree):
            self._current = self.tree.children(-1)[0]
            self._describe()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    # -- words ---------------------------------------------------------------------------------------------------------

    def _node_text(self, node: int) -> str:
        tree = self.tree
        if tree is None or node < 0:
            return ""
        return self.tr("{tokens}\nthis token {percent}, {bits} bits; all of them {whole}").format(
            tokens="".join(self._texts[n] for n in tree.path(node)),
            percent=percent(math.exp(float(tree.logprobs[node]))),
            bits=nats_as_bits(-float(tree.logprobs[node])),
            whole=log_percent(float(tree.cumulative[node])),
        )

    def _describe(self) -> None:
        self.setAccessibleDescription(self._node_text(self._current))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Tree of the likeliest continuations"))
        self._describe()

    def _on_theme(self) -> None:
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _rows(tree: LookaheadTree, columns: int) -> list[int]:
    """The row of each node: the likeliest way after a node runs straight on, the others lie close below.

    A node stands below all that were placed in its column before, so that no edges cross.
    """
    rows, free = [0] * len(tree), [0] * columns

    def place(node: int) -> None:
        way, depth = [node], int(tree.depths[node])
        while children := tree.children(way[-1]):
            way.append(children[0])
        row = max([free[depth + i] for i in range(len(way))] + [rows[int(tree.parents[node])] if depth else 0])
        for i, at in enumerate(way):
            rows[at], free[depth + i] = row, row + 1
        for at in reversed(way):
            for child in tree.children(at)[1:]:
                place(child)

    for first in tree.children(-1):
        place(first)
    return rows
