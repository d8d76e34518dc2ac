"""`AttentionMatrix`: one head as a matrix, a row for every token that looks and a column for every one looked at."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from chatapp.core.attention import SINK
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.grid_image import image_of

_LEFT, _TOP = 86, 62  # pixels for the labels
_SMALLEST, _LARGEST, _USUAL = 2, 40, 15  # of a cell
_READABLE = 11  # of a cell that has a label


class AttentionMatrix(QAbstractScrollArea):
    """Ctrl and the wheel, or + and -, zoom; the arrow keys move the cross.

    Signals:
        pointed(object)  (row, column) of the cross, or None
        chosen(int)      the number of a row that was clicked, as the columns are counted
    """

    pointed = Signal(object)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attentionMatrix")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.cell = _USUAL
        self.painted = 0  # cells, by the last paint
        self._weights: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._labels: Sequence[str] = ()
        self._lowest: NDArray[np.integer] = np.zeros(0, np.int64)
        self._cross: tuple[int, int] | None = None
        self._full = 1.0
        theme.notifier.changed.connect(self._renew)
        self._renew()

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def first_query(self) -> int:
        """The position of the first row."""
        return int(self._weights.shape[1]) - int(self._weights.shape[0])

    @property
    def full(self) -> float:
        """The weight that has the strongest colour; the sink's count no more than that."""
        return self._full

    def show_weights(
        self, weights: NDArray[np.floating], labels: Sequence[str], lowest: NDArray[np.integer] | None = None
    ) -> None:
        """Show *weights* (Q, T), of the last Q of the T that are called *labels*.

        lowest  (Q,)  the first column that a row can see: a line is drawn where a window begins
        """
        same = weights.shape == self._weights.shape
        self._weights, self._labels = np.asarray(weights, np.float32), labels
        self._lowest = np.zeros(len(weights), np.int64) if lowest is None else lowest
        rest = np.delete(self._weights, SINK, axis=1) if self._weights.shape[1] > 1 else self._weights
        self._full = float(rest.max()) if rest.size and rest.max() > 0 else 1.0
        self._fit_bars()
        if not same:
            self._cross = None
            self.horizontalScrollBar().setValue(self.horizontalScrollBar().maximum())
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
        self.viewport().update()

    def weight(self, row: int, column: int) -> float:
        """What a row gives a column."""
        return float(self._weights[row, column])

    def zoom(self, cell: int, at: QPointF | None = None) -> None:
        """Make cells *cell* pixels wide; what is *at* a point of the viewport stays there."""
        cell = max(_SMALLEST, min(_LARGEST, cell))
        at = at or QPointF(self.viewport().rect().center())
        column = (at.x() - _LEFT + self.horizontalScrollBar().value()) / self.cell
        row = (at.y() - _TOP + self.verticalScrollBar().value()) / self.cell
        self.cell = cell
        self._fit_bars()
        self.horizontalScrollBar().setValue(round(column * cell - at.x() + _LEFT))
        self.verticalScrollBar().setValue(round(row * cell - at.y() + _TOP))
        self.viewport().update()

    def describe(self, sentence: str) -> None:
        """Say *sentence* of the cell that is pointed at to a screen reader."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # -- where things are ----------------------------------------------------------------------------------------------

    def _fit_bars(self) -> None:
        rows, columns = self._weights.shape
        for bar, count, room in (
            (self.horizontalScrollBar(), columns, self.viewport().width() - _LEFT),
            (self.verticalScrollBar(), rows, self.viewport().height() - _TOP),
        ):
            bar.setPageStep(max(1, room))
            bar.setSingleStep(3 * self.cell)
            bar.setRange(0, max(0, count * self.cell + 4 - room))

    def _origin(self) -> QPoint:
        return QPoint(_LEFT - self.horizontalScrollBar().value(), _TOP - self.verticalScrollBar().value())

    def cell_at(self, point: QPointF) -> tuple[int, int] | None:
        """(row, column) at a point of the viewport."""
        if point.x() < _LEFT or point.y() < _TOP:
            return None
        at = point - QPointF(self._origin())
        row, column = int(at.y() // self.cell), int(at.x() // self.cell)
        inside = 0 <= row < self._weights.shape[0] and 0 <= column < self._weights.shape[1]
        return (row, column) if inside else None

    def rect_of(self, row: int, column: int) -> QRectF:
        """Where a cell is drawn, in the viewport."""
        origin = self._origin()
        return QRectF(origin.x() + column * self.cell, origin.y() + row * self.cell, self.cell, self.cell)

    def _seen(self) -> tuple[range, range]:
        """The rows and columns in view."""
        rows, columns = self._weights.shape
        x, y = self.horizontalScrollBar().value(), self.verticalScrollBar().value()
        right, bottom = x + self.viewport().width() - _LEFT, y + self.viewport().height() - _TOP
        return (
            range(y // self.cell, min(rows, max(0, bottom) // self.cell + 1)),
            range(x // self.cell, min(columns, max(0, right) // self.cell + 1)),
        )

    # -- drawing -------------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        self.setFont(theme.font(0.8))
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        colors = theme.colors()
        painter.fillRect(event.rect(), colors.surface)
        rows, columns = self._seen()
        self.painted = len(rows) * len(columns)
        if self.painted:
            self._paint_cells(painter, rows, columns)
            self._paint_window(painter, rows)
            self._paint_cross(painter)
            self._paint_labels(painter, rows, columns)
        if self.hasFocus():
            painter.setPen(QPen(colors.accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_cells(self, painter: QPainter, rows: range, columns: range) -> None:
        ramp = np.array([_argb(color) for color in scales.ramp(scales.ATTENTION)], np.uint32)
        part = self._weights[rows.start : rows.stop, columns.start : columns.stop]
        steps = np.rint(np.clip(part / self._full, 0, 1) * (scales.STEPS - 1)).astype(np.intp)
        pixels = ramp[steps]
        query = self.first_query + np.arange(rows.start, rows.stop)[:, None]
        pixels[np.arange(columns.start, columns.stop) > query] = _argb(theme.colors().code_background)
        first, last = self.rect_of(rows.start, columns.start), self.rect_of(rows.stop - 1, columns.stop - 1)
        painter.save()
        painter.setClipRect(_LEFT, _TOP, self.viewport().width(), self.viewport().height())
        painter.drawImage(QRectF(first.topLeft(), last.bottomRight()), image_of(pixels, 1.0))
        painter.restore()

    def _paint_window(self, painter: QPainter, rows: range) -> None:
        """Where the window of each row begins."""
        painter.save()
        painter.setClipRect(_LEFT, _TOP, self.viewport().width(), self.viewport().height())
        painter.setPen(QPen(theme.colors().warning, 2))
        for row in rows:
            if self._lowest[row] > 0:
                rect = self.rect_of(row, int(self._lowest[row]))
                painter.drawLine(rect.topLeft(), rect.bottomLeft())
                before = self._lowest[row - 1] if row else 0
                if 0 < before < self._lowest[row]:
                    painter.drawLine(self.rect_of(row, int(before)).topLeft(), rect.topLeft())
        painter.restore()

    def _paint_cross(self, painter: QPainter) -> None:
        if self._cross is None:
            return
        colors, rect = theme.colors(), self.rect_of(*self._cross)
        painter.save()
        painter.setClipRect(_LEFT, _TOP, self.viewport().width(), self.viewport().height())
        painter.setPen(QPen(colors.muted, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        width, height = self._weights.shape[1] * self.cell, self._weights.shape[0] * self.cell
        origin = self._origin()
        painter.drawRect(QRectF(origin.x(), rect.y(), width, self.cell))
        painter.drawRect(QRectF(rect.x(), origin.y(), self.cell, height))
        painter.setPen(QPen(colors.text, 2))
        painter.drawRect(rect)
        painter.restore()

    def _paint_labels(self, painter: QPainter, rows: range, columns: range) -> None:
        colors = theme.colors()
        painter.setFont(self.font())
        metrics = QFontMetricsF(self.font())
        shown = self.cell >= _READABLE
        painter.save()
        painter.setClipRect(0, _TOP - 3, _LEFT, self.viewport().height())
        for row in rows:
            marked = self._cross is not None and self._cross[0] == row
            rect = self.rect_of(row, 0)
            if (shown or marked) and rect.bottom() > _TOP:
                painter.setPen(colors.text if marked else colors.muted)
                text = metrics.elidedText(self._labels[self.first_query + row], Qt.TextElideMode.ElideRight, _LEFT - 10)
                height = max(rect.height(), metrics.height())
                area = QRectF(2, rect.center().y() - height / 2, _LEFT - 8, height)
                painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        painter.setClipRect(_LEFT - 3, 0, self.viewport().width(), _TOP)
        for column in columns:
            marked = self._cross is not None and self._cross[1] == column
            rect = self.rect_of(0, column)
            if (shown or marked) and rect.right() > _LEFT:
                painter.setPen(colors.text if marked else colors.muted)
                text = metrics.elidedText(self._labels[column], Qt.TextElideMode.ElideRight, _TOP - 10)
                painter.save()
                painter.translate(rect.center().x(), _TOP - 5)
                painter.rotate(-90)
                painter.drawText(QPointF(0, metrics.ascent() / 2 - 1), text)
                painter.restore()
        painter.restore()

    # -- events --------------------------------------------------------------------------------------------------------

    def _point(self, cross: tuple[int, int] | None) -> None:
        if cross != self._cross:
            self._cross = cross
            self.viewport().update()
            self.pointed.emit(cross)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self.cell_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and found is not None:
            self.chosen.emit(self.first_query + found[0])

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        return super().viewportEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and event.angleDelta().y():
            by = 1 if event.angleDelta().y() > 0 else -1
            self.zoom(self.cell + by * max(1, self.cell // 6), event.position())
            event.accept()
        else:
            super().wheelEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (0, -1), Qt.Key.Key_Right: (0, 1), Qt.Key.Key_Up: (-1, 0), Qt.Key.Key_Down: (1, 0),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom(self.cell + (-1 if key == Qt.Key.Key_Minus else 1) * max(1, self.cell // 6))
        elif key in steps and self._weights.size:
            rows, columns = self._weights.shape
            row, column = self._cross or (rows - 1, columns - 1)
            if self._cross is not None:
                row, column = row + steps[key][0], column + steps[key][1]
            self._point((max(0, min(row, rows - 1)), max(0, min(column, columns - 1))))
            self._reveal()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cross is not None:
            self.chosen.emit(self.first_query + self._cross[0])
        else:
            super().keyPressEvent(event)

    def _reveal(self) -> None:
        if self._cross is None:
            return
        rect, view = self.rect_of(*self._cross), self.viewport().rect()
        side, bar = self.horizontalScrollBar(), self.verticalScrollBar()
        side.setValue(round(side.value() + min(0.0, rect.left() - _LEFT) + max(0.0, rect.right() - view.right())))
        bar.setValue(round(bar.value() + min(0.0, rect.top() - _TOP) + max(0.0, rect.bottom() - view.bottom())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        bars = (self.horizontalScrollBar(), self.verticalScrollBar())
        at_end = [bar.value() == bar.maximum() for bar in bars]
        self._fit_bars()
        for bar, was in zip(bars, at_end, strict=True):
            if was:
                bar.setValue(bar.maximum())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()


def _argb(color: QColor) -> int:
    return int(color.rgb()) | 0xFF000000
