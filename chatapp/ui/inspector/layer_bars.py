"""`LayerBars`: one number for every layer as a row of bars."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatapp.ui import theme
from chatapp.ui.inspector.bar_row import BarRow

_WIDEST, _HEIGHT = 20.0, 40


class LayerBars(BarRow):
    """Signals as in `BarRow`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_WIDEST, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._values: Sequence[float] = ()
        self._full = 1.0

    def show_values(self, values: Sequence[float], full: float) -> None:
        """*values* from 0 to *full*, which is the height."""
        self._values, self._full, self._cursor = values, full, None
        self.update()

    def count(self) -> int:
        return len(self._values)

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

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
