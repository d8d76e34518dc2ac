"""`BarRow`: bars side by side that are pointed at and chosen by mouse and keys; what they look like is its heirs'."""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from chatapp.ui import theme

_EDGE = 2  # pixels before the first and behind the last bar
_GAP = 1.0


class BarRow(QWidget):
    """*widest* is the most pixels from one bar to the next.

    Signals:
        pointed(int | None)  the bar under the pointer or the keys
        chosen(int)          a bar was clicked, or Enter pressed on it
    """

    pointed = Signal(object)
    chosen = Signal(int)

    def __init__(self, widest: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._widest = widest
        self._cursor: int | None = None
        theme.notifier.changed.connect(self.update)

    def count(self) -> int:
        """How many bars there are."""
        raise NotImplementedError

    def first_by_keys(self) -> int:
        """The bar that the first arrow key goes to."""
        return 0

    def step(self) -> float:
        """Pixels from one bar to the next."""
        return min(self._widest, (self.width() - 2 * _EDGE) / max(1, self.count()))

    def bar_at(self, x: float) -> int | None:
        """The bar at *x*."""
        index = int((x - _EDGE) // self.step())
        return index if 0 <= index < self.count() else None

    def rect_of(self, bar: int) -> QRectF:
        """Where a bar stands, from top to bottom."""
        step = self.step()
        return QRectF(_EDGE + bar * step, 3, max(1.0, step - _GAP), self.height() - 6)

    def _point(self, bar: int | None) -> None:
        if bar != self._cursor:
            self._cursor = bar
            self.update()
            self.pointed.emit(bar)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.bar_at(event.position().x()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        bar = self.bar_at(event.position().x())
        if event.button() is Qt.MouseButton.LeftButton and bar is not None:
            self.chosen.emit(bar)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and self.count():
            at = self.first_by_keys() if self._cursor is None else self._cursor + steps[event.key()]
            self._point(max(0, min(at, self.count() - 1)))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.chosen.emit(self._cursor)
        else:
            super().keyPressEvent(event)
