"""`EffectGrid`: every head of every layer, coloured by what came of muting it; and what its colours mean."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from chatapp.core.attention_picture import AttentionPicture
from chatapp.ui import theme
from chatapp.ui.inspector import grid_image, scales
from chatapp.ui.inspector.attention_grid import AttentionGrid

_LOWEST, _HIGHEST = 5, 18  # pixels of a row
_AROUND = 8  # pixels above and below all of them


class EffectGrid(AttentionGrid):
    """Takes the effects, signed or not, for scores. Nothing is drawn in a cell, so that all layers may be in view."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("effectGrid")

    def _row_height(self) -> int:
        room = (self.viewport().height() - _AROUND) // max(1, self._n_rows()) - 1
        return max(_LOWEST, min(_HIGHEST, room))

    def _pictures(self, picture: AttentionPicture, width: int, height: int) -> grid_image.Pixels:
        values = self._scores if self._scores is not None else np.full(picture.shape, np.nan, np.float32)
        return grid_image.effects(values, picture.exists, width, height)


class EffectLegend(QWidget):
    """The two ends of the colours; of effects without a sign only one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("effectLegend")
        self._ends: tuple[tuple[str, bool], ...] = ()
        theme.notifier.changed.connect(self.update)

    def show_effects(self, values: NDArray[np.float32] | None, texts: tuple[str, ...]) -> None:
        """*texts* for what is above 0, and below it where there are two."""
        self._ends = () if values is None else tuple((text, at == 0) for at, text in enumerate(texts))
        self.setAccessibleName(" · ".join(texts))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter, colors = QPainter(self), theme.colors()
        painter.setFont(theme.font(0.85))
        metrics, height = QFontMetricsF(painter.font()), self.height()
        each = self.width() / max(1, len(self._ends))
        for at, (text, raises) in enumerate(self._ends):
            ramp = scales.ramp(grid_image.RAISES if raises else grid_image.LOWERS)
            left, side = at * each, 12.0
            for step, shade in enumerate((0.35, 0.65, 1.0)):
                swatch = QRectF(left + step * side, (height - side) / 2, side, side)
                painter.fillRect(swatch, ramp[round(shade * (scales.STEPS - 1))])
            painter.setPen(colors.muted)
            room = QRectF(left + 3 * side + 6, 0, each - 3 * side - 12, height)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self.updateGeometry()
        super().changeEvent(event)
