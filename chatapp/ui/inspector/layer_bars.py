"""`LayerBars`: one number for every layer as a row of bars."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatapp.ui import theme

_WIDEST, _HEIGHT = 20.0, 40


class LayerBars(QWidget):
    """Signals:

    pointed(int | None)  the bar under the pointer or the keys
    chosen(int)          a bar was clicked, or Enter pressed on it
    """

    pointed = Signal(object)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._values: Sequence[float] = ()
        self._full = 1.0
        self._cursor: int | None = None
        theme.notifier.changed.connect(self.update)

    def show_values(self, values: Sequence[float], full: float) -> None:
        """*values* from 0 to *full*, which is the height."""
        self._values, self._full, self._cursor = values, full, None
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def rect_of(self, bar: int) -> QRectF:
        """Where a bar stands, from top to bottom."""
        step = min(_WIDEST, (self.width() - 2) / max(1, len(self._values)))
        return QRectF(1 + bar * step, 2, max(1.0, step - 1), self.height() - 5)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, colors = QPainter(self), theme.colors()
        for bar, value in enumerate(self._values):
            room = self.rect_of(bar)
            height = max(1.0, room.height() * min(1.0, value / self._full))
            color = colors.accent if bar == self._cursor else theme.mix(colors.accent, colors.surface, 0.45)
            painter.fillRect(QRectF(room.x(), room.bottom() - height, room.width(), height), color)
        painter.setPen(QPen(colors.accent if self.hasFocus() else colors.border, 1))
        painter.drawLine(QPointF(0, self.height() - 1.5), QPointF(self.width(), self.height() - 1.5))
        painter.end()

    def _point(self, bar: int | None) -> None:
        if bar != self._cursor:
            self._cursor = bar
            self.update()
            self.pointed.emit(bar)

    def _bar_at(self, x: float) -> int | None:
        return next((bar for bar in range(len(self._values)) if x < self.rect_of(bar).right() + 1), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._bar_at(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and bar is not None:
            self.chosen.emit(bar)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self._values:
            start = -1 if self._cursor is None else self._cursor
            self._point(max(0, min(start + steps[event.key()], len(self._values) - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.chosen.emit(self._cursor)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()
