"""The legend of the token colours: the ramp with its numbers, or the buckets of ranks."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from chatapp.core.measure import RANK_BOUNDS, Measure
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.numbers import count
from chatapp.ui.widgets.text import number_text

_BAR = 10  # pixels
_APART = 5  # pixels between labels


class Legend(QWidget):
    """Shows what the colours of one measure stand for; its accessible name says the same."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tokenLegend")
        self._measure = Measure.SURPRISAL
        self._bounds: tuple[int, ...] = RANK_BOUNDS
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.notifier.changed.connect(self._renew)
        self._renew()

    def show_measure(self, measure: Measure, bounds: Sequence[int]) -> None:
        """Explain the colours of *measure*, ranks in buckets up to *bounds*."""
        self._measure, self._bounds = measure, tuple(bounds)
        self.setAccessibleName(self.tr("Legend: {values}").format(values=", ".join(self.labels())))
        self.update()

    def ticks(self) -> list[tuple[float, float]]:
        """Places, 0 to 1, and their numbers."""
        return scales.ticks(self._measure, self._bounds)

    def labels(self) -> list[str]:
        """The numbers, in order of strength."""
        values = [value for _level, value in self.ticks()]
        if self._measure is Measure.PROBABILITY:
            return [f"{number_text(100 * value)} %" for value in values]
        if self._measure is Measure.RANK:
            texts = ["1" if value == 1 else f"≤{count(int(value))}" for value in values[:-1]]
            return [*texts, f">{count(int(values[-2]))}"]
        texts = [number_text(value) for value in values]
        return [*texts[:-1], self.tr("{bits}+ bits").format(bits=texts[-1])]

    def _renew(self) -> None:
        self.setFont(theme.font(0.8))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, _BAR + 3 + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(90, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        colors = theme.colors()
        bar = QRectF(0.5, 0.5, self.width() - 1, _BAR)
        labels = self.labels()
        if self._measure is Measure.RANK:
            self._paint_buckets(painter, bar, labels, colors)
        else:
            gradient = QLinearGradient(bar.topLeft(), bar.topRight())
            ramp = scales.ramp(self._measure)
            for step, color in enumerate(ramp):
                gradient.setColorAt(step / (len(ramp) - 1), color)
            painter.fillRect(bar, gradient)
            painter.setPen(colors.muted)
            levels = [level for level, _value in self.ticks()]
            self._labels(painter, [bar.left() + level * bar.width() for level in levels], labels)
        painter.setPen(theme.mix(colors.border, colors.muted, 0.4))
        painter.drawRect(bar)
        painter.end()

    def _paint_buckets(self, painter: QPainter, bar: QRectF, labels: list[str], colors: theme.Colors) -> None:
        width = bar.width() / len(labels)
        for at in range(len(labels)):
            swatch = QRectF(bar.left() + at * width, bar.top(), width, bar.height())
            painter.fillRect(swatch, scales.color(Measure.RANK, at / max(1, len(labels) - 1)))
            painter.fillRect(QRectF(swatch.x(), swatch.bottom() - at, swatch.width(), at), colors.muted)
        painter.setPen(colors.muted)
        self._labels(painter, [bar.left() + (at + 0.5) * width for at in range(len(labels))], labels)

    def _labels(self, painter: QPainter, middles: list[float], texts: list[str]) -> None:
        """Write *texts* below, the first and the last for certain, of the others those that have room."""
        metrics = QFontMetricsF(self.font())
        widths = [metrics.horizontalAdvance(text) for text in texts]
        lefts = [min(max(0.0, x - w / 2), self.width() - w) for x, w in zip(middles, widths, strict=True)]
        free, last = 0.0, len(texts) - 1
        for at, (left, width) in enumerate(zip(lefts, widths, strict=True)):
            if at in (0, last) or (left >= free and left + width + _APART <= lefts[last]):
                painter.drawText(QPointF(left, _BAR + 3 + metrics.ascent()), texts[at])
                free = left + width + _APART

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_measure(self._measure, self._bounds)
        super().changeEvent(event)
