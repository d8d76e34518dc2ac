"""The names of the heads over the grid's columns, those that share keys and values under one line."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from chatapp.ui import theme

_LINE = 5  # pixels below the names


class GridHeader(QWidget):
    """*group* columns belong together; with as many as there are columns, or 1, there is no line."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("gridHeader")
        self._x: Sequence[int] = ()
        self._cell = self._group = 1

    def show_columns(self, x: Sequence[int], cell: int, group: int) -> None:
        """Name the columns that begin at *x* in this widget and are *cell* pixels wide."""
        if (x, cell, group) != (self._x, self._cell, self._group):
            self._x, self._cell, self._group = x, cell, group
            self.update()

    def needed_height(self) -> int:
        """Pixels."""
        return round(QFontMetricsF(self.font()).height()) + _LINE + 1

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colors, metrics = theme.colors(), QFontMetricsF(self.font())
        painter.fillRect(event.rect(), colors.surface)
        painter.setFont(self.font())
        painter.setPen(colors.muted)
        widest = metrics.horizontalAdvance(f"H{len(self._x) - 1}") + 4
        every = next((n for n in (1, 2, 4, 8, 16) if n * self._cell >= widest), 32)
        for column in range(0, len(self._x), every):
            area = QRectF(self._x[column] + self._cell / 2 - 30, 1, 60, metrics.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, f"H{column}")
        if 1 < self._group < len(self._x):
            painter.setPen(QPen(colors.muted, 1.5))
            y = self.height() - _LINE / 2
            for first in range(0, len(self._x), self._group):
                last = min(first + self._group, len(self._x)) - 1
                painter.drawLine(QPointF(self._x[first], y), QPointF(self._x[last] + self._cell, y))
        painter.end()
