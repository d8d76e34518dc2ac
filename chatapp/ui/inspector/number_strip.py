"""`NumberStrip`: a list of numbers as a row of colours, what the model has above what was recomputed."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from chatapp.ui import theme
from chatapp.ui.widgets.text import number_text, plain_tip

F32 = NDArray[np.float32]

_ROW = 11  # pixels of one of the two rows
_WIDEST = 34  # pixels of a cell
_CENTRE = Qt.AlignmentFlag.AlignHCenter
_NAMED = 22  # pixels from which on a cell has a name below
# Blue below zero, orange above: told apart with every kind of colour blindness, and by lightness from zero.
_COLOURS = {False: ("#1f5fa8", "#c05a00"), True: ("#62a8ee", "#f09a3e")}


def ramp_colour(level: float) -> QColor:
    """The colour of a number, -1 to 1 of the largest one; nan (hidden) is grey."""
    colors = theme.colors()
    if np.isnan(level):
        return theme.mix(colors.border, colors.muted, 0.4)
    low, high = (QColor(name) for name in _COLOURS[theme.is_dark()])
    return theme.mix(colors.surface, high if level > 0 else low, min(1.0, abs(level)))


def number(value: float) -> str:
    """With four digits that count."""
    if np.isneginf(value):
        return "−∞"
    if np.isnan(value) or value == 0:
        return "–" if value else "0"
    if 1e-3 <= abs(value) < 1e5:
        whole = len(str(int(abs(value))))
        return number_text(value, max(0, 5 - whole))
    return f"{value:.3g}"


class NumberStrip(QWidget):
    """Arrow keys walk from number to number; the one pointed at is told in a tooltip and to screen readers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._values: F32 = np.zeros(0, np.float32)
        self._again: F32 | None = None
        self._names: Sequence[str] = ()
        self._from_mean = False
        self._at: int | None = None
        self._image: QImage | None = None
        theme.notifier.changed.connect(self._forget)

    def show_numbers(
        self, values: F32, again: F32 | None, names: Sequence[str] = (), *, from_mean: bool = False
    ) -> None:
        """*values* of the model and the same recomputed, each (n,); *names* of the cells, where they have any.

        The strongest colour is the largest number, or with *from_mean* the one that is farthest from their mean.
        """
        self._values, self._again, self._names, self._at = values, again, names, None
        self._from_mean = from_mean
        self._forget()
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        named = 2 * self.fontMetrics().height() + 2 if self._names else 0
        return QSize(240, 2 * _ROW + 3 + named)

    def minimumSizeHint(self) -> QSize:
        return QSize(60, self.sizeHint().height())

    def describe(self, index: int) -> str:
        """One number in words."""
        name = f"“{self._names[index]}”, " if self._names else ""
        place = self.tr("number {index} of {count}").format(index=index + 1, count=len(self._values))
        text = f"{name}{place}: {number(float(self._values[index]))}"
        if self._again is not None and self._again is not self._values:
            again = float(self._again[index])
            text += "\n" + self.tr("recomputed: {value}").format(value=number(again))
        return text

    # -- painting ------------------------------------------------------------------------------------------------------

    def _cell(self) -> float:
        return min(float(_WIDEST * 2 if self._names else _WIDEST), self.width() / max(1, len(self._values)))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        if not len(self._values):
            return
        width = round(self._cell() * len(self._values))
        if self._image is None:
            self._image = self._made()
        area = QRect(0, 1, width, 2 * _ROW + 1)
        painter.drawImage(area, self._image)
        painter.setPen(QPen(theme.colors().border))
        painter.drawRect(area.adjusted(0, 0, -1, -1))
        if self._again is not None:
            painter.drawLine(0, 1 + _ROW, width, 1 + _ROW)
        if self._names and self._cell() >= _NAMED:
            painter.setPen(theme.colors().muted)
            painter.setFont(theme.font(0.82))
            for at, name in enumerate(self._names):
                box = QRectF(at * self._cell(), 2 * _ROW + 3, self._cell(), self.fontMetrics().height())
                shown = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(box.width()) - 2)
                painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, shown)
                told = number(float(self._values[at]))
                if painter.fontMetrics().horizontalAdvance(told) <= box.width() - 2:
                    painter.drawText(box.translated(0, self.fontMetrics().height() - 2), _CENTRE, told)
        if self._at is not None:
            painter.setPen(QPen(theme.colors().text, 2))
            left = self._at * self._cell()
            painter.drawRect(QRectF(left, 1, max(3.0, self._cell()), 2 * _ROW))
        if self.hasFocus():
            painter.setPen(QPen(theme.colors().accent))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _made(self) -> QImage:
        """One pixel for each number, or of as many as fall on one pixel that of the largest."""
        count = min(len(self._values), max(1, self.width()))
        middle = self._middle
        spread = float(np.abs(self._finite() - middle).max(initial=0.0)) or 1.0
        again = self._values if self._again is None else self._again
        return _image(np.stack([(_thinned(values, count) - middle) / spread for values in (self._values, again)]))

    @property
    def _middle(self) -> float:
        """What has the colour of the ground: 0, or the mean."""
        return float(self._finite().mean()) if self._from_mean and self._finite().size else 0.0

    def _finite(self) -> F32:
        return self._values[np.isfinite(self._values)]

    def _forget(self) -> None:
        self._image = None
        self.update()

    def resizeEvent(self, event: object) -> None:
        del event
        self._forget()

    # -- pointing ------------------------------------------------------------------------------------------------------

    def _index_at(self, position: QPoint) -> int | None:
        index = int(position.x() / self._cell()) if len(self._values) else -1
        if not 0 <= index < len(self._values) or position.x() < 0:
            return None
        per_pixel = int(np.ceil(1 / self._cell())) if self._cell() < 1 else 1
        near = np.abs(self._values[index : index + per_pixel])  # of many on one pixel, the one that is drawn
        return index + int(np.argmax(np.where(np.isfinite(near), near, 0)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self._index_at(event.position().toPoint()), event.globalPosition().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point_at(None, QPoint())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not len(self._values):
            super().keyPressEvent(event)
            return
        index = max(0, min(len(self._values) - 1, (self._at if self._at is not None else -1) + step))
        self._point_at(index, self.mapToGlobal(QPoint(round(index * self._cell()), self.height())))
        self.setAccessibleDescription(self.describe(index))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            return True  # shown while the pointer moves
        return super().event(event)

    def _point_at(self, index: int | None, position: QPoint) -> None:
        if index != self._at:
            self._at = index
            self.update()
        if index is None:
            QToolTip.hideText()
        else:
            QToolTip.showText(position, plain_tip(self.describe(index)), self)


def _image(levels: F32) -> QImage:
    """A pixel for each of *levels* (rows, n) in the colour of `ramp_colour`."""
    colours = [ramp_colour(level) for level in (-1.0, 0.0, 1.0, float("nan"))]
    stops = np.array([(colour.red(), colour.green(), colour.blue()) for colour in colours], np.float32)
    hidden = ~np.isfinite(levels)
    strength = np.minimum(np.abs(np.where(hidden, 0, levels)), 1)[..., None]
    mixed = stops[1] * (1 - strength) + np.where((levels > 0)[..., None], stops[2], stops[0]) * strength
    red, green, blue = np.moveaxis(np.where(hidden[..., None], stops[3], mixed).round().astype(np.uint32), -1, 0)
    pixels = np.ascontiguousarray(0xFF000000 | red << 16 | green << 8 | blue, np.uint32)
    height, width = pixels.shape
    return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()


def _thinned(values: F32, count: int) -> F32:
    """*values* (n,) as *count* of them, each the largest of its neighbours."""
    if count >= len(values):
        return values
    bounds = np.linspace(0, len(values), count + 1).astype(int)
    finite = np.where(np.isfinite(values), np.abs(values), 0)
    return np.array([values[a + int(np.argmax(finite[a:b]))] for a, b in pairwise(bounds)])
