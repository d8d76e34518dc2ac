"""What is known of the token that is pointed at in the chat: its probability and rank, and the likeliest candidates."""

import math

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from chatapp.core.token_measures import numbers_of
from chatapp.core.token_text import byte_text, token_text, visible
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.ui import theme
from chatapp.ui.inspector.attention_words import weight_text
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.widgets.text import number_text

CANDIDATES = 5
_WIDTH = 264  # pixels
_PADDING = 11
_BAR = 56
_DISTANCE = 5  # pixels between token and card


class TokenCard(QWidget):
    """Lies above the chat and lets the mouse through; painted in one go, so that it is there within a frame."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._parent = parent
        self.setObjectName("tokenCard")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._title = ""
        self._numbers = ""
        self._rows: list[tuple[str, float, bool]] = []  # text, probability, whether it was taken
        self._outside = 0.0
        self.hide()

    def show_cell(self, trace: TraceBuffer, cell: int, where: QRect) -> None:
        """Tell of *cell* beside *where*, its place on the screen."""
        found = trace.cells[cell]
        self._title = _title_of(trace, cell)
        self._numbers = self._said(trace, found.start, found.end)
        taken = int(trace.ids[found.start])
        tops = zip(trace.top_ids[found.start].tolist(), trace.top_logprobs[found.start].tolist(), strict=True)
        likeliest = [(i, math.exp(p)) for i, p in tops if i >= 0 and not math.isnan(p)]
        shown = likeliest[:CANDIDATES]
        own = numbers_of(trace, found.start)
        if shown and own is not None and all(i != taken for i, _p in shown):
            shown.append((taken, own.probability))  # it is told of, however unlikely it was
        self._rows = [(token_text(i, trace.shown(i)), p, i == taken) for i, p in shown]
        self._outside = max(0.0, 1 - sum(p for _i, p in shown)) if shown else 0.0
        self._show(where)

    def show_weight(self, trace: TraceBuffer, cell: int, weight: float | None, where: QRect) -> None:
        """Tell how much of the inspector's token's attention *cell* got; None: it came later."""
        self._title = _title_of(trace, cell)
        self._numbers = (
            self.tr("not written yet")
            if weight is None
            else self.tr("{weight} of the attention").format(weight=weight_text(weight))
        )
        self._rows, self._outside = [], 0.0
        self._show(where)

    def _show(self, where: QRect) -> None:
        self.setAccessibleName(f"{self._title}: {self._numbers}")
        self.resize(self.sizeHint())
        self._move_beside(where)
        self.show()
        self.raise_()
        self.update()

    def _said(self, trace: TraceBuffer, start: int, end: int) -> str:
        numbers = numbers_of(trace, start, end)
        if numbers is None:
            return self.tr("Nothing came before it")
        said = self.tr("{probability} · rank {rank}").format(
            probability=percent(numbers.probability), rank=number_text(numbers.rank)
        )
        if end - start > 1:
            said += " · " + self.tr("{count} tokens together").format(count=end - start)
        return said

    def _move_beside(self, where: QRect) -> None:
        parent = self._parent
        area = QRect(parent.mapFromGlobal(where.topLeft()), where.size())
        x = max(4, min(area.left() - _PADDING, parent.width() - self.width() - 4))
        below = area.bottom() + _DISTANCE
        above = area.top() - _DISTANCE - self.height()
        fits = below + self.height() <= parent.height() - 4
        self.move(QPoint(x, below if fits or above < 4 else above))

    def sizeHint(self) -> QSize:
        line = self._line()
        rows = len(self._rows) + (self._outside > 0)
        height = 2 * _PADDING + round(line * 2.15) + (round(line * 0.5) + line * rows if rows else 0)
        return QSize(_WIDTH, height)

    def _line(self) -> int:
        return round(QFontMetrics(theme.font(0.92)).height() * 1.22)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.mix(colors.border, colors.muted, 0.3), 1))
        painter.setBrush(colors.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        line, inner = self._line(), QRect(_PADDING, _PADDING, self.width() - 2 * _PADDING, 0)
        y = _PADDING
        self._text(painter, QRect(inner.left(), y, inner.width(), line), self._title, theme.monospace(1.0))
        y += line
        painter.setPen(colors.muted)
        self._text(painter, QRect(inner.left(), y, inner.width(), line), self._numbers, theme.font(0.92), muted=True)
        y += round(line * 1.15)
        if not self._rows:
            return
        painter.fillRect(QRectF(inner.left(), y + line * 0.2, inner.width(), 1), colors.border)
        y += round(line * 0.5)
        most = max(probability for _text, probability, _taken in self._rows)
        for text, probability, taken in self._rows:
            self._row(painter, QRect(inner.left(), y, inner.width(), line), text, probability, most, taken=taken)
            y += line
        if self._outside > 0:
            self._row(painter, QRect(inner.left(), y, inner.width(), line), None, self._outside, most, taken=False)

    def _row(
        self, painter: QPainter, area: QRect, text: str | None, probability: float, most: float, *, taken: bool
    ) -> None:
        colors = theme.colors()
        number = QRect(area.right() - 64, area.top(), 65, area.height())
        bar = QRectF(number.left() - _BAR - 4, area.center().y() - 3, _BAR, 7)
        label = QRect(area.left(), area.top(), round(bar.left()) - area.left() - 8, area.height())
        if taken:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.selected)
            painter.drawRoundedRect(QRectF(area).adjusted(-5, 0.5, 5, -0.5), 4, 4)
        if text is None:
            self._text(painter, label, self.tr("all others"), theme.font(0.92), muted=True)
        else:
            self._text(painter, label, text, theme.monospace(0.92))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.border)
            painter.drawRoundedRect(bar, 3, 3)
            painter.setBrush(colors.accent)
            width = _BAR * probability / most if most else 0
            painter.drawRoundedRect(QRectF(bar.left(), bar.top(), max(2.0, width), bar.height()), 3, 3)
        self._text(painter, number, percent(probability), theme.font(0.92), muted=text is None, right=True)

    def _text(
        self, painter: QPainter, area: QRect, text: str, font: QFont, *, muted: bool = False, right: bool = False
    ) -> None:
        colors = theme.colors()
        painter.setPen(colors.muted if muted else colors.text)
        painter.setFont(font)
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, shown)


def _title_of(trace: TraceBuffer, cell: int) -> str:
    found = trace.cells[cell]
    data = b"".join(trace.token_bytes(i) for i in range(found.start, found.end))
    return byte_text(data) if found.text is None else visible(found.text, "·")
