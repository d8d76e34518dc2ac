"""Draws the boxes of the token strip: ground, text, what cannot be seen, and the marks of what is selected."""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText

from chatapp.core.measure import Measure
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.strip_layout import Box, Kind, StripLayout

_PAD = 2  # pixels at each side of a text
_GAP = 5  # pixels between lines
_EDGE = 4  # pixels
_CACHED = 4096  # texts


@dataclass(slots=True)
class Marks:
    """What is pointed out: tokens, and the *dim* ones that are not the message's own."""

    selected: int | None = None
    hovered: int | None = None
    found: Container[int] = ()
    dim: Callable[[int], bool] | None = None
    focus: bool = False


@dataclass(slots=True)
class _Shape:
    """A text ready to draw: *dots* are the middles of its spaces."""

    text: QStaticText
    width: float
    dots: tuple[float, ...]


class StripPainter:
    """Knows the fonts and the colours in use; `renew` after they changed."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Read fonts and colours anew."""
        small = theme.monospace(0.8)
        self._fonts = (theme.font(1.05), small, small)
        self._metrics = [QFontMetricsF(font) for font in self._fonts]
        self._shapes: dict[tuple[str, Kind], _Shape] = {}
        self.line_height = ceil(self._metrics[0].height()) + _GAP + 3

    def advance(self, text: str, kind: Kind) -> float:
        """The width of a box, whole pixels so that grounds are crisp."""
        return ceil(self._shape(text, kind).width) + 2 * _PAD

    def paint(
        self,
        painter: QPainter,
        layout: StripLayout,
        lines: range,
        measure: scales.Scale,
        buckets: int,
        marks: Marks,
        shades: Sequence[int] | None = None,
    ) -> int:
        """Draw *lines* as if the first one of the message were at the top; how many boxes that were.

        shades  of the boxes, where they are not to be looked up in these
        """
        colors = theme.colors()
        ramp = scales.ramp(measure)
        count = 0
        for line in lines:
            top = line * self.line_height + _GAP / 2
            for index in layout.in_line(line):
                box = layout.boxes[index]
                shade = box.shade if shades is None else shades[index]
                dim = marks.dim is not None and marks.dim(box.start)
                rect = QRectF(box.x, top, box.width - 1, self.line_height - _GAP)
                if shade > 0:  # of the template's own tokens only the edge: their text is muted
                    painter.fillRect(rect.adjusted(0, rect.height() - _EDGE, 0, 0) if dim else rect, ramp[shade])
                quiet = dim or (box.kind is Kind.CONTROL and shade <= 0)
                self._text(painter, box, rect, colors.muted if quiet else colors.text)
                bucket = round(shade / (scales.STEPS - 1) * buckets) if measure is Measure.RANK else 0
                self._lines(painter, box, rect, 0 if dim else max(0, bucket))
                self._marks(painter, box, rect, marks, colors)
                count += 1
        return count

    def _text(self, painter: QPainter, box: Box, rect: QRectF, ink: QColor) -> None:
        shape = self._shape(box.text, box.kind)
        metrics = self._metrics[box.kind]
        painter.setPen(ink)
        painter.setFont(self._fonts[box.kind])
        y = rect.y() + (rect.height() - metrics.height()) / 2
        if shape.width > rect.width() + 1:  # one that is longer than a line
            shown = metrics.elidedText(box.text, Qt.TextElideMode.ElideRight, rect.width() - 2 * _PAD)
            painter.drawText(QPointF(rect.x() + _PAD, y + metrics.ascent()), shown)
            return
        painter.drawStaticText(QPointF(rect.x() + _PAD, y), shape.text)
        for dot in shape.dots:
            painter.fillRect(QRectF(rect.x() + _PAD + dot - 1, rect.center().y(), 2, 2), theme.colors().muted)

    def _lines(self, painter: QPainter, box: Box, rect: QRectF, bucket: int) -> None:
        """Below: thicker for worse ranks, in as many pieces as there are tokens. Above: one over an opened group."""
        tokens, colors = box.end - box.start, theme.colors()
        height = max(bucket, 2 if tokens > 1 else 0)
        step = rect.width() / tokens
        for part in range(tokens if height else 0):
            left, right = round(rect.x() + part * step), round(rect.x() + (part + 1) * step)
            gap = 0 if part == tokens - 1 else 2
            painter.fillRect(QRectF(left, rect.bottom() - height, right - left - gap, height), colors.muted)
        if box.whole:
            painter.fillRect(QRectF(rect.x(), rect.top(), rect.width() + 1, 2), colors.accent)

    def _marks(self, painter: QPainter, box: Box, rect: QRectF, marks: Marks, colors: theme.Colors) -> None:
        if box.start in marks.found:
            painter.setPen(QPen(colors.text, 1.5, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(rect.x() + 1, rect.bottom() - 1), QPointF(rect.right() - 1, rect.bottom() - 1))
        if marks.selected is not None and box.start <= marks.selected < box.end:
            painter.setPen(QPen(colors.surface, 1))  # keeps the frame apart from a ground of a colour like its own
            painter.drawRect(rect.adjusted(1.5, 1.5, -1.5, -1.5))
            painter.setPen(QPen(colors.text if marks.focus else colors.accent, 2))
            painter.drawRect(rect)
        elif marks.hovered is not None and box.start <= marks.hovered < box.end:
            painter.setPen(QPen(colors.text, 1))
            painter.drawRect(rect.adjusted(0.5, 0.5, -0.5, -0.5))

    def _shape(self, text: str, kind: Kind) -> _Shape:
        found = self._shapes.get((text, kind))
        if found is None:
            found = self._shapes[text, kind] = _shape(text, self._fonts[kind], self._metrics[kind])
            if len(self._shapes) > _CACHED:
                self._shapes.clear()
        return found


def _shape(text: str, font: QFont, metrics: QFontMetricsF) -> _Shape:
    static = QStaticText(text)
    static.setTextFormat(Qt.TextFormat.PlainText)
    static.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    static.prepare(font=font)
    dots = []
    for at, char in enumerate(text):
        if char == " ":
            before = metrics.horizontalAdvance(text[:at])
            dots.append((before + metrics.horizontalAdvance(text[: at + 1])) / 2)
    return _Shape(static, metrics.horizontalAdvance(text), tuple(dots))
