"""`SimilarityChart`: how alike a word's states are in two sentences, layer by layer."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from chatapp.ui import theme
from chatapp.ui.widgets.text import number_text, plain_tip

# Okabe and Ito's colours for lines; each line has a letter of its own at its end, too.
_LINES = {
    False: ("#0072b2", "#d55e00", "#007a5a", "#a34d86", "#8a6d00"),
    True: ("#56b4e9", "#f0894d", "#3fc79f", "#dd93c4", "#e0c23c"),
}
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 26, 8, 20


def line_colour(index: int) -> QColor:
    """Of line number *index*."""
    colours = _LINES[theme.is_dark()]
    return QColor(colours[index % len(colours)])


class SimilarityChart(QWidget):
    """Layer 0 is the embedding. Arrow keys walk from layer to layer; the numbers of the one pointed at are told."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("similarityChart")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._lines: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._low = 0.0
        self._layer: int | None = None  # that is pointed at
        theme.notifier.changed.connect(self.update)

    def show_lines(self, lines: NDArray[np.float32]) -> None:
        """*lines* float32 (N, L+1): cosines, of the first sentence with each other one."""
        self._lines, self._layer = lines, None
        self.setAccessibleDescription("")
        least = float(lines.min(initial=1.0))
        self._low = min(0.9, np.floor(least * 10) / 10)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 150)

    def describe(self, layer: int) -> str:
        """The numbers of one layer in words."""
        found = ", ".join(f"{letter(i + 1)} {number_text(float(line[layer]), 3)}" for i, line in enumerate(self._lines))
        return self.tr("Layer {layer}: {numbers}").format(layer=layer, numbers=found)

    def _at(self, layer: int, value: float) -> QPointF:
        steps = max(1, self._lines.shape[1] - 1)
        width, height = self.width() - _LEFT - _RIGHT, self.height() - _TOP - _BOTTOM
        return QPointF(_LEFT + width * layer / steps, _TOP + height * (1 - (value - self._low) / (1 - self._low)))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if not self._lines.size:
            return
        painter = QPainter(self)
        if self.hasFocus():
            painter.setPen(QPen(theme.colors().accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(theme.font(0.85))
        height = painter.fontMetrics().height()
        last = self._lines.shape[1] - 1
        for value in np.linspace(self._low, 1, 3):
            y = self._at(0, float(value)).y()
            painter.setPen(QPen(theme.colors().border))
            painter.drawLine(QPointF(_LEFT, y), QPointF(self.width() - _RIGHT, y))
            painter.setPen(theme.colors().muted)
            box = QRectF(0, y - height / 2, _LEFT - 6, height)
            painter.drawText(
                box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, number_text(float(value), 2)
            )
        for layer in sorted({0, last // 2, last}):
            box = QRectF(self._at(layer, 0).x() - 60, self.height() - height - 1, 120, height)
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, str(layer))
        painter.drawText(
            QRectF(_LEFT + 14, self.height() - height - 1, 140, height), Qt.AlignmentFlag.AlignLeft, self.tr("layer")
        )
        if self._layer is not None:
            painter.setPen(QPen(theme.colors().text))
            painter.drawLine(self._at(self._layer, self._low), self._at(self._layer, 1))
        ends: list[float] = []
        for index, line in enumerate(self._lines):
            painter.setPen(QPen(line_colour(index), 2))
            painter.drawPolyline(QPolygonF([self._at(layer, float(value)) for layer, value in enumerate(line)]))
            end = self._at(last, float(line[-1]))
            y = end.y()
            while any(abs(y - other) < height - 3 for other in ends):
                y += height - 3
            ends.append(y)
            painter.drawText(QPointF(end.x() + 6, y + height / 3), letter(index + 1))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self._lines.size:
            return
        steps, width = self._lines.shape[1] - 1, max(1, self.width() - _LEFT - _RIGHT)
        layer = max(0, min(steps, round((event.position().x() - _LEFT) * steps / width)))
        self._point_at(layer, event.globalPosition().toPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not self._lines.size:
            super().keyPressEvent(event)
            return
        layer = max(0, min(self._lines.shape[1] - 1, (self._layer if self._layer is not None else -1) + step))
        self._point_at(layer, self.mapToGlobal(self._at(layer, self._low).toPoint()))
        self.setAccessibleDescription(self.describe(layer))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None, QPoint())

    def _point_at(self, layer: int | None, position: QPoint) -> None:
        if layer != self._layer:
            self._layer = layer
            self.update()
        if layer is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(position, plain_tip(self.describe(layer)), self)


def letter(index: int) -> str:
    """What sentence number *index* is called: A, B, C …"""
    return chr(ord("A") + index)
