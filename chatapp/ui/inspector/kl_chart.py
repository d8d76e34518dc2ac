"""A bar for every token: how far two replies' distributions are from each other, in bits."""

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatapp.ui import theme
from chatapp.ui.widgets.text import number_text

_WIDEST = 14.0  # pixels of a bar
_LEAST_FULL = 0.5  # bits that the height stands for at least: noise must not look like a difference


class KlChart(QWidget):
    """Signals:

    pointed(int | None)  the token under the pointer
    chosen(int)          a token was clicked or walked to
    """

    pointed = Signal(object)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("klChart")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._values: NDArray[np.float64] = np.zeros(0)
        self._first = 0
        self._fork = 0
        self._selected: int | None = None
        self._hovered: int | None = None
        theme.notifier.changed.connect(self._renew)
        self._renew()

    def show_values(self, values: NDArray[np.float64], first: int, fork: int) -> None:
        """Bits of every token, from token *first* on; at token *fork* the replies part."""
        self._values, self._first, self._fork = values[first:], first, fork
        self._selected = self._hovered = None
        self.update()

    def mark(self, *, selected: int | None, hovered: int | None) -> None:
        """The tokens that are selected and pointed at."""
        self._selected, self._hovered = selected, hovered
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, round(7.5 * QFontMetricsF(self.font()).height()))

    def _renew(self) -> None:
        self.setFont(theme.font(0.85))
        self.updateGeometry()
        self.update()

    # -- where things are ----------------------------------------------------------------------------------------------

    @property
    def _full(self) -> float:
        """Bits that the height stands for."""
        known = self._values[~np.isnan(self._values)]
        return max(_LEAST_FULL, float(known.max())) if len(known) else _LEAST_FULL

    def _room(self, size: QSize) -> QRectF:
        metrics = QFontMetricsF(self.font())
        left = metrics.horizontalAdvance(_tick(self._full)) + 10
        return QRectF(left, 6, max(1.0, size.width() - left - 6), max(1.0, size.height() - metrics.height() - 12))

    def _step(self, room: QRectF) -> float:
        return min(_WIDEST, room.width() / max(1, len(self._values)))

    def _token_at(self, x: float) -> int | None:
        room = self._room(self.size())
        index = math.floor((x - room.left()) / self._step(room))
        return self._first + index if 0 <= index < len(self._values) else None

    # -- painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        self.draw(painter, self.size())
        if self.hasFocus():
            painter.setPen(QPen(theme.colors().accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 5, 5)

    def draw(self, painter: QPainter, size: QSize) -> None:
        """The chart, *size* large."""
        colors, room, full = theme.colors(), self._room(size), self._full
        step = self._step(room)
        painter.setFont(self.font())
        painter.setPen(QPen(colors.border, 1))
        for share in (0.0, 0.5, 1.0):
            y = round(room.bottom() - share * room.height()) + 0.5
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
        painter.setPen(colors.muted)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for share in (0.0, 1.0):
            y = room.bottom() - share * room.height()
            painter.drawText(QRectF(0, y - 10, room.left() - 6, 20), flags, _tick(share * full))
        self._bars(painter, room, step, full)
        self._fork_mark(painter, room, step)

    def _bars(self, painter: QPainter, room: QRectF, step: float, full: float) -> None:
        colors = theme.colors()
        if not len(self._values):
            return
        columns = np.floor(np.arange(len(self._values)) * step).astype(int)  # several tokens may share a pixel
        tallest = np.full(columns[-1] + 1, np.nan)
        np.fmax.at(tallest, columns, self._values)
        gap = 1.0 if step >= 4 else 0.0
        shared = colors.muted
        for column in np.flatnonzero(~np.isnan(tallest)).tolist():
            token = self._first + math.ceil(column / step - 1e-9)
            height = tallest[column] / full * room.height()
            width = step - gap if step >= 1 else 1.0
            bar = QRectF(room.left() + column, room.bottom() - height, max(1.0, width), height)
            painter.fillRect(bar, shared if token <= self._fork else colors.accent)
        for marked, color in ((self._hovered, colors.muted), (self._selected, colors.text)):
            if marked is not None and self._first <= marked < self._first + len(self._values):
                x = room.left() + (marked - self._first) * step
                painter.setPen(QPen(color, 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(QRectF(x - 0.5, room.top(), max(2.0, step), room.height()))

    def _fork_mark(self, painter: QPainter, room: QRectF, step: float) -> None:
        colors = theme.colors()
        x = room.left() + (self._fork - self._first) * step
        metrics = QFontMetricsF(self.font())
        if x <= room.right():
            painter.setPen(QPen(colors.text, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, room.top()), QPointF(x, room.bottom() + 3))
        painter.setPen(colors.muted)
        below = QRectF(room.left(), room.bottom() + 3, room.width(), metrics.height())
        text = self.tr("token {number}").format(number=number_text(self._fork + 1))
        width = metrics.horizontalAdvance(text)
        left = min(max(room.left(), x - width / 2), max(room.left(), room.right() - width))
        painter.drawText(QRectF(left, below.top(), width + 2, below.height()), Qt.AlignmentFlag.AlignLeft, text)
        end = number_text(self._first + len(self._values))
        if left + 2 * width < room.right() and len(self._values):
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, end)

    # -- events --------------------------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self._token_at(event.position().x()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.pointed.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        token = self._token_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and token is not None:
            self.chosen.emit(token)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = self._first + len(self._values) - 1
        at = self._fork if self._selected is None else self._selected
        goals = {
            Qt.Key.Key_Left: at - 1,
            Qt.Key.Key_Right: at + 1,
            Qt.Key.Key_Home: self._first,
            Qt.Key.Key_End: last,
        }
        goal = goals.get(Qt.Key(event.key()))
        if goal is None or last < self._first:
            super().keyPressEvent(event)
        else:
            self.chosen.emit(max(self._first, min(goal, last)))


def _tick(bits: float) -> str:
    return number_text(bits, 0 if bits >= 100 or bits == 0 else 1)
