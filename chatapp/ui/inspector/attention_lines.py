"""`AttentionLines`: the last tokens in two columns, those that look at the left, lines to those they look at."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
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
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from chatapp.ui import theme

MOST_COLORS = 6
# Okabe and Ito's colours: told apart without seeing all hues, on light and on dark.
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
_PADDING = 4  # pixels
_FAINTEST = 0.08  # opacity


def head_color(number: int) -> QColor:
    """Of the head that was chosen as number *number*."""
    return QColor(_COLORS[number % len(_COLORS)])


@dataclass(frozen=True, slots=True)
class Lines:
    """What is drawn.

    weights  float32 (heads, rows, columns): row i looks at columns 0 to i + 1; 0 is the sum of all before the rows
    shown    bool, of the same shape: which of them have a line
    labels   of the rows, and of the columns from 1 on
    """

    weights: NDArray[np.float32]
    shown: NDArray[np.bool_]
    labels: Sequence[str]


class AttentionLines(QWidget):
    """Put it into a scroll area. The arrow keys move through a column and between the two.

    Signals:
        pointed(object)  (column 0 or 1, row) under the pointer or the keys, None for none
        chosen(int)      a row was clicked, or Enter pressed on it
    """

    pointed = Signal(object)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attentionLines")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.before = ""  # what the row of all earlier tokens is called
        self._lines: Lines | None = None
        self._cursor: tuple[int, int] | None = None
        self._still: QPixmap | None = None  # all lines, while nothing is pointed at
        theme.notifier.changed.connect(self._renew)
        self._renew()

    def show_lines(self, lines: Lines | None) -> None:
        """Draw other lines."""
        if lines is None or self._lines is None or len(lines.labels) != len(self._lines.labels):
            self._cursor = None
        self._lines = lines
        self._renew()

    def describe(self, sentence: str) -> None:
        """Say *sentence* of what is pointed at to a screen reader."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # -- where things are ----------------------------------------------------------------------------------------------

    @property
    def rows(self) -> int:
        """Of a column, the one of earlier tokens included."""
        return 0 if self._lines is None else len(self._lines.labels) + 1

    def _height(self) -> float:
        return QFontMetricsF(self.font()).height() + 3

    def _label_width(self) -> float:
        return max(60.0, self.width() * 0.3)

    def rect_of(self, column: int, row: int) -> QRectF:
        """Where a label stands; row 0 are the earlier tokens."""
        width, height = self._label_width(), self._height()
        return QRectF(self.width() - width if column else 0, _PADDING + row * height, width, height)

    def sizeHint(self) -> QSize:
        return QSize(300, round(self.rows * self._height()) + 2 * _PADDING)

    def minimumSizeHint(self) -> QSize:
        return QSize(180, self.sizeHint().height())

    def at(self, point: QPointF) -> tuple[int, int] | None:
        """The column and row at a point: labels only, so that a pointer between them shows all lines."""
        row = int((point.y() - _PADDING) // self._height())
        for column in (0, 1):
            if self.rect_of(column, row).contains(point) and (1 - column) <= row < self.rows:
                return column, row
        return None

    # -- drawing -------------------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        self.setFont(theme.font(0.88))
        self._still = None
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), theme.colors().surface)
        if self._lines is not None:
            if self._cursor is None:
                painter.drawPixmap(0, 0, self._all_lines())
            else:
                self._paint_lines(painter, self._lines, self._cursor)
            self._paint_labels(painter, self._lines)
        if self.hasFocus():
            painter.setPen(QPen(theme.colors().accent, 1))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _all_lines(self) -> QPixmap:
        """Made once: there may be thousands."""
        ratio = self.devicePixelRatioF()
        if self._still is None or self._still.devicePixelRatio() != ratio:
            self._still = QPixmap(self.size() * ratio)
            self._still.setDevicePixelRatio(ratio)
            self._still.fill(theme.colors().surface)
            painter = QPainter(self._still)
            assert self._lines is not None
            self._paint_lines(painter, self._lines, None)
            painter.end()
        return self._still

    def _paint_lines(self, painter: QPainter, lines: Lines, cursor: tuple[int, int] | None) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left, right = self._label_width() + 2, self.width() - self._label_width() - 2
        shown = lines.shown
        if cursor is not None:
            only = np.zeros(shown.shape[1:], np.bool_)
            only[(cursor[1] - 1) if cursor[0] == 0 else slice(None), slice(None) if cursor[0] == 0 else cursor[1]] = (
                True
            )
            shown = shown & only
        full = float(lines.weights[lines.shown].max()) if lines.shown.any() else 1.0
        for head in range(len(shown)):
            color = head_color(head)
            for row, column in np.argwhere(shown[head]).tolist():
                level = min(1.0, float(lines.weights[head, row, column]) / full)
                color.setAlphaF(_FAINTEST + (1 - _FAINTEST) * level)
                painter.setPen(QPen(color, 1 + 2 * level))
                start, end = self.rect_of(0, row + 1).center().y(), self.rect_of(1, column).center().y()
                painter.drawLine(QLineF(left, start, right, end))

    def _paint_labels(self, painter: QPainter, lines: Lines) -> None:
        colors, metrics = theme.colors(), QFontMetricsF(self.font())
        painter.setFont(self.font())
        for column in (0, 1):
            side = Qt.AlignmentFlag.AlignLeft if column else Qt.AlignmentFlag.AlignRight
            for row in range(1 - column, self.rows):
                rect = self.rect_of(column, row)
                marked = self._cursor == (column, row)
                if self._cursor is not None and column != self._cursor[0]:
                    self._paint_stripes(painter, lines, column, row, rect)
                if marked or (column == 0 and row == self.rows - 1):
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.setPen(QPen(colors.text if marked else colors.accent, 1.5))
                    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 3, 3)
                painter.setPen(colors.muted if row == 0 else colors.text)
                text = lines.labels[row - 1] if row else self.before
                area = rect.adjusted(6, 0, -6, 0)
                elided = metrics.elidedText(text, Qt.TextElideMode.ElideRight, area.width())
                painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, elided)

    def _paint_stripes(self, painter: QPainter, lines: Lines, column: int, row: int, rect: QRectF) -> None:
        """What each head gives to this label, or gets from it, beside the token that is pointed at."""
        assert self._cursor is not None
        if row == 0:
            return
        if column == 1:
            found = lines.weights[:, self._cursor[1] - 1, row]
        else:
            found = lines.weights[:, row - 1, self._cursor[1]]
        width = rect.width() / len(found)
        full = max(1e-6, float(lines.weights[lines.shown].max())) if lines.shown.any() else 1.0
        for head, weight in enumerate(found.tolist()):
            color = head_color(head)
            color.setAlphaF(0.55 * min(1.0, weight / full))
            painter.fillRect(QRectF(rect.x() + head * width, rect.y() + 1, width, rect.height() - 2), color)

    # -- events --------------------------------------------------------------------------------------------------------

    def _point(self, place: tuple[int, int] | None) -> None:
        if place != self._cursor:
            self._cursor = place
            self.update()
            self.pointed.emit(place)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and place is not None and place[1] > 0:
            self.chosen.emit(place[1] - 1)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1), Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0),
        }  # fmt: skip
        key = Qt.Key(event.key())
        if key in steps and self.rows > 1:
            column, row = self._cursor or (0, self.rows - 1)
            if self._cursor is not None:
                column = max(0, min(column + steps[key][0], 1))
                row += steps[key][1]
            self._point((column, max(1 - column, min(row, self.rows - 1))))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None and self._cursor[1] > 0:
            self.chosen.emit(self._cursor[1] - 1)
        elif key == Qt.Key.Key_Escape and self._cursor is not None:
            self._point(None)
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._still = None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
