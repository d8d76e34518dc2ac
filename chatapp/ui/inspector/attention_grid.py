"""`AttentionGrid`: every head of every layer as a small picture; heads that share keys and values stand together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetricsF,
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from chatapp.core.attention_picture import AttentionPicture, Head, binned
from chatapp.ui import theme
from chatapp.ui.inspector import grid_image
from chatapp.ui.inspector.grid_header import GridHeader
from chatapp.ui.widgets.text import plain_tip

_MARGIN = 4  # pixels
_NARROWEST, _WIDEST = 9, 40  # of a cell
_LOWEST, _HIGHEST = 11, 26
_GAP = 1
_GROUP_GAP = 3  # more between heads with other keys and values


@dataclass(slots=True)
class _Row:
    """*at*: its place in the picture's arrays, -1 for a layer without attention."""

    layer: int
    at: int


class AttentionGrid(QAbstractScrollArea):
    """Rows are layers, columns heads; sorted, the heads stand in the order of their score.

    Signals:
        pointed(object)      the head under the pointer or the keys, (layer, head) or None
        chosen(object, str)  a head was chosen: "one", "more" (Ctrl: together with the others) or "range" (Shift)
    """

    pointed = Signal(object)
    chosen = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attentionGrid")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.no_attention = ""  # what stands in rows without
        self.tip: Callable[[Head], str] = lambda _head: ""
        self._header = GridHeader(self)
        self._picture: AttentionPicture | None = None
        self._scores: NDArray[np.float32] | None = None
        self._rows: list[_Row] = []
        self._order: list[Head] = []  # when sorted
        self._ranks: dict[Head, int] = {}
        self._sorted = False
        self._image: QImage | None = None
        self._heads: frozenset[Head] = frozenset()
        self._cursor: Head | None = None
        self._anchor: Head | None = None  # where a range begins
        theme.notifier.changed.connect(self._renew)
        self._renew()

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def order(self) -> Sequence[Head]:
        """The heads by their score, largest first, while they are sorted."""
        return self._order

    def show_heads(
        self,
        picture: AttentionPicture | None,
        n_layer: int,
        scores: NDArray[np.float32] | None,
        *,
        is_sorted: bool,
    ) -> None:
        """Show *picture*'s heads in *n_layer* layers, on grounds of *scores* (L, H), sorted by them or in place."""
        self._picture, self._scores = picture, scores
        self._sorted = is_sorted and scores is not None
        layers = picture.layers if picture else ()
        places = {layer: at for at, layer in enumerate(layers)}
        self._rows = [_Row(layer, places.get(layer, -1)) for layer in range(max([n_layer, *(x + 1 for x in layers)]))]
        self._order = self._by_score() if self._sorted else []
        self._ranks = {head: rank for rank, head in enumerate(self._order)}
        if picture is None:
            self._rows = []
        self._refresh()

    def mark(self, heads: frozenset[Head]) -> None:
        """The heads that are chosen."""
        self._heads = heads
        self.viewport().update()

    def describe(self, sentence: str) -> None:
        """Say *sentence* of the head that is pointed at to a screen reader."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def choice(self, heads: frozenset[Head], head: Head, manner: str) -> frozenset[Head]:
        """What is chosen after *head* was, in this *manner* (see `chosen`), when *heads* were before."""
        if manner == "range" and self._anchor is not None:
            return self.heads_between(self._anchor, head)
        self._anchor = head
        if manner == "more":
            return heads ^ {head}
        return frozenset() if heads == {head} else frozenset({head})

    def heads_between(self, one: Head, other: Head) -> frozenset[Head]:
        """All heads in the rectangle of two; sorted, all from one to the other."""
        if self._picture is None:
            return frozenset()
        if self._sorted and one in self._ranks and other in self._ranks:
            low, high = sorted((self._ranks[one], self._ranks[other]))
            return frozenset(self._order[low : high + 1])
        layers = range(min(one[0], other[0]), max(one[0], other[0]) + 1)
        columns = range(min(one[1], other[1]), max(one[1], other[1]) + 1)
        return frozenset((layer, head) for layer in layers for head in columns if self._exists((layer, head)))

    # -- where things are ----------------------------------------------------------------------------------------------

    def _exists(self, head: Head) -> bool:
        return self._picture is not None and self._picture.has(head)

    def _by_score(self) -> list[Head]:
        assert self._scores is not None
        assert self._picture is not None
        flat = self._scores.reshape(-1)
        order = np.argsort(-np.nan_to_num(flat, nan=-np.inf), kind="stable")
        width = self._scores.shape[1]
        return [(self._picture.layers[i // width], i % width) for i in order.tolist() if not np.isnan(flat[i])]

    def _columns(self) -> int:
        return self._picture.shape[1] if self._picture else 1

    def _label_width(self) -> int:
        metrics = QFontMetricsF(self.font())
        return round(metrics.horizontalAdvance("L000")) + 6

    def _offsets(self) -> list[int]:
        """The x of every column of cells."""
        left, columns = _MARGIN + self._label_width(), self._columns()
        group = self._group_size()
        gaps = (columns - 1) * _GAP + ((columns - 1) // group) * _GROUP_GAP
        room = self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width() - left - _MARGIN
        self._cell = max(_NARROWEST, min(_WIDEST, (room - gaps) // columns))
        return [left + at * (self._cell + _GAP) + (at // group) * _GROUP_GAP for at in range(columns)]

    def _group_size(self) -> int:
        """Heads that share keys and values, 1 where each has its own, or all of them are sorted."""
        if self._picture is None or self._sorted or not len(self._picture.groups):
            return max(1, self._columns())
        groups = int(self._picture.groups.max())
        return max(1, self._columns() // groups) if 0 < groups < self._columns() else self._columns()

    def _refresh(self) -> None:
        self._x = self._offsets()
        self._height = self._row_height()
        self._image = None
        self._fit_bars()
        self._place_header()
        self.viewport().update()

    def _place_header(self) -> None:
        shown = self._picture is not None and not self._sorted
        height = self._header.needed_height() if shown else 0
        if height != self.viewportMargins().top():
            self.setViewportMargins(0, height, 0, 0)
        view = self.viewport().geometry()
        self._header.setVisible(shown)
        self._header.setGeometry(view.x(), view.y() - height, view.width(), height)
        left = self.horizontalScrollBar().value()
        self._header.show_columns([x - left for x in self._x], self._cell, self._group_size())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self._place_header()

    def _row_height(self) -> int:
        return max(_LOWEST, min(_HIGHEST, round(self._cell * 0.75)))

    def _n_rows(self) -> int:
        return -(-len(self._order) // self._columns()) if self._sorted else len(self._rows)

    def _fit_bars(self) -> None:
        height = self._n_rows() * (self._height + _GAP) + 2 * _MARGIN
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._height + _GAP)
        bar.setRange(0, max(0, height - self.viewport().height()))
        side = self.horizontalScrollBar()
        side.setPageStep(self.viewport().width())
        side.setSingleStep(self._cell)
        side.setRange(0, max(0, self._x[-1] + self._cell + _MARGIN - self.viewport().width()))

    def rect_of(self, head: Head) -> QRect:
        """Where *head* is drawn, in the viewport; empty where it is not."""
        place = self._place_of(head)
        if place is None:
            return QRect()
        row, column = place
        x = self._x[column] - self.horizontalScrollBar().value()
        y = _MARGIN + row * (self._height + _GAP) - self.verticalScrollBar().value()
        return QRect(x, y, self._cell, self._height)

    def _place_of(self, head: Head) -> tuple[int, int] | None:
        if not self._exists(head):
            return None
        if self._sorted:
            return divmod(self._ranks[head], self._columns()) if head in self._ranks else None
        return head[0], head[1]

    def head_at(self, point: QPointF) -> Head | None:
        """The head drawn at a point of the viewport."""
        row = int((point.y() + self.verticalScrollBar().value() - _MARGIN) // (self._height + _GAP))
        x = point.x() + self.horizontalScrollBar().value()
        column = next((at for at, left in enumerate(self._x) if left <= x < left + self._cell), None)
        return None if column is None or row < 0 else self._head_of(row, column)

    def _head_of(self, row: int, column: int) -> Head | None:
        if self._sorted:
            at = row * self._columns() + column
            return self._order[at] if 0 <= at < len(self._order) else None
        return (row, column) if self._exists((row, column)) else None

    # -- drawing -------------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        self.setFont(theme.font(0.8))
        self._header.setFont(self.font())
        self._refresh()

    def _pictures(self, picture: AttentionPicture, width: int, height: int) -> grid_image.Pixels:
        """What is in the cells: (L, H, height, width)."""
        levels = None if self._scores is None else grid_image.levels_of(self._scores)
        return grid_image.cells(binned(picture.profile, width), levels, picture.exists, height)

    def _drawn(self, ratio: float) -> QImage:
        """All cells; made when they are drawn for the first time."""
        picture = self._picture
        assert picture is not None
        if self._image is None or self._image.devicePixelRatio() != ratio:
            cell, height = round(self._cell * ratio), round(self._height * ratio)
            made = self._pictures(picture, cell, height)
            width = round((self._x[-1] + self._cell + _MARGIN) * ratio)
            step = (self._height + _GAP) * ratio
            ground = int(theme.colors().surface.rgb()) | 0xFF000000
            pixels = np.full((max(1, round(self._n_rows() * step) + 2), width), ground, np.uint32)
            for at, layer in enumerate(picture.layers):
                for head in range(picture.shape[1]):
                    place = self._place_of((layer, head))
                    if place is not None:
                        y, x = round(place[0] * step), round(self._x[place[1]] * ratio)
                        pixels[y : y + height, x : x + cell] = made[at, head]
            self._image = grid_image.image_of(pixels, ratio)
        return self._image

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        colors = theme.colors()
        painter.fillRect(event.rect(), colors.surface)
        if self._picture is not None and self._rows:
            offset = QPoint(-self.horizontalScrollBar().value(), _MARGIN - self.verticalScrollBar().value())
            painter.drawImage(offset, self._drawn(self.devicePixelRatioF()))
            if not self._sorted:
                self._paint_rows(painter, self._picture)
            for head in self._heads:
                painter.setPen(QPen(colors.accent, 2))
                painter.drawRect(self.rect_of(head).adjusted(0, 0, -1, -1))
            if self._cursor is not None:
                painter.setPen(QPen(colors.text, 1))
                painter.drawRect(self.rect_of(self._cursor).adjusted(-1, -1, 0, 0))
        if self.hasFocus():
            painter.setPen(QPen(colors.accent, 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_rows(self, painter: QPainter, picture: AttentionPicture) -> None:
        """Names of layers, layers without attention, and where a window begins."""
        colors, n_keys = theme.colors(), max(1, picture.weights.shape[-1])
        left = _MARGIN + self._label_width()
        painter.setFont(self.font())
        every = -(-painter.fontMetrics().ascent() // (self._height + _GAP))  # rows that a name takes
        for row in self._rows:
            y = _MARGIN + row.layer * (self._height + _GAP) - self.verticalScrollBar().value()
            if y + self._height < 0 or y > self.viewport().height():
                continue
            x = -self.horizontalScrollBar().value()
            painter.setPen(colors.muted)
            area = QRectF(x + _MARGIN, y, self._label_width() - 6, self._height)
            if row.layer % every == 0:
                flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
                painter.drawText(area, flags, f"L{row.layer}")
            if row.at < 0:
                wide = QRectF(x + left, y, self._x[-1] + self._cell - left, self._height)
                painter.fillRect(wide, colors.code_background)
                painter.drawText(wide, Qt.AlignmentFlag.AlignCenter, self.no_attention)
                continue
            lowest = int(picture.lowest[row.at])
            if lowest > 0:
                painter.setPen(QPen(colors.warning, 1))
                for column, at in enumerate(self._x):
                    if self._exists((row.layer, column)):
                        edge = x + at + round(lowest / n_keys * self._cell)
                        painter.drawLine(QPointF(edge + 0.5, y), QPointF(edge + 0.5, y + self._height))

    # -- events --------------------------------------------------------------------------------------------------------

    def _point(self, head: Head | None) -> None:
        if head != self._cursor:
            self._cursor = head
            self.viewport().update()
            self.pointed.emit(head)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.head_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        head = self.head_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and head is not None:
            self._point(head)
            self.chosen.emit(head, _manner(event.modifiers()))

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        elif isinstance(event, QHelpEvent):
            head = self.head_at(QPointF(event.pos()))
            if head is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), plain_tip(self.tip(head)), self, self.rect_of(head))
            return True
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps and self._rows:
            self._walk(*steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space) and self._cursor is not None:
            self.chosen.emit(self._cursor, _manner(event.modifiers()))
        else:
            super().keyPressEvent(event)

    def _walk(self, down: int, right: int) -> None:
        start = self._cursor or min(self._heads, default=None)
        place = self._place_of(start) if start is not None else None
        if place is None:
            target = next((h for row in range(self._n_rows()) if (h := self._head_of(row, 0)) is not None), None)
        else:
            row, column = place
            target = None
            while target is None:
                row, column = row + down, column + right
                if not (0 <= row < self._n_rows() and 0 <= column < self._columns()):
                    return
                target = self._head_of(row, column)
        self._point(target)
        if target is not None:
            self._reveal(target)

    def _reveal(self, head: Head) -> None:
        rect, bar, side = self.rect_of(head), self.verticalScrollBar(), self.horizontalScrollBar()
        view = self.viewport().rect()
        bar.setValue(bar.value() + min(0, rect.top() - _MARGIN) + max(0, rect.bottom() + _MARGIN - view.bottom()))
        side.setValue(side.value() + min(0, rect.left() - _MARGIN) + max(0, rect.right() + _MARGIN - view.right()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refresh()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


def _manner(modifiers: Qt.KeyboardModifier) -> str:
    if modifiers & Qt.KeyboardModifier.ShiftModifier:
        return "range"
    return "more" if modifiers & Qt.KeyboardModifier.ControlModifier else "one"
