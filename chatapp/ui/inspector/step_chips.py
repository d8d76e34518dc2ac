"""The text so far: its end in grey, and the tokens put behind it as chips in the colour of their probability."""

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QToolTip, QWidget

from chatapp.core.measure import Measure
from chatapp.core.token_text import BREAK
from chatapp.services.explorer import Step
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.distribution_model import cell_text
from chatapp.ui.inspector.numbers import nats_as_bits, percent
from chatapp.ui.widgets.text import plain_tip

_PAD, _GAP = 5, 4  # pixels beside a chip's text, between chips
_LINES = 3  # that are seen without scrolling


class StepChips(QWidget):
    """Click a chip, or go to it with the arrow keys and press Enter, to go back to it.

    Signals:
        rewound(int)  how many steps to keep
    """

    rewound = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepChips")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._before = ""
        self._steps: tuple[Step, ...] = ()
        self._rects: list[QRectF] = []
        self._texts: list[str] = []
        self._current = -1
        theme.notifier.changed.connect(self.update)
        self._retranslate()

    def show_steps(self, before: bytes, steps: tuple[Step, ...]) -> None:
        """*before* is the end of the text that the steps follow."""
        text = before.decode("utf-8", "ignore").replace("\n", BREAK)
        self._before = "".join(c if c.isprintable() else " " for c in text)
        self._steps = steps
        self._texts = [cell_text(step.id, step.piece) for step in steps]
        self._current = len(steps) - 1
        self._arrange()
        self._describe()

    # -- layout --------------------------------------------------------------------------------------------------------

    @property
    def line_height(self) -> int:
        """Of one line of chips, with the gap below."""
        return self.fontMetrics().height() + 2 * 3 + _GAP

    def _before_text(self) -> str:
        metrics = self.fontMetrics()
        return metrics.elidedText(self._before, Qt.TextElideMode.ElideLeft, int(self.width() * 0.6))

    def _arrange(self) -> None:
        metrics = QFontMetricsF(theme.monospace())
        x, y = 0.0, 0.0
        if self._before:
            x = self.fontMetrics().horizontalAdvance(self._before_text()) + _GAP + 2
        self._rects = []
        for text in self._texts:
            wide = min(metrics.horizontalAdvance(text) + 2 * _PAD, float(self.width()))
            if x > 0 and x + wide > self.width():
                x, y = 0.0, y + self.line_height
            self._rects.append(QRectF(x, y, wide, self.line_height - _GAP))
            x += wide + _GAP
        self.setMinimumHeight(int(y) + self.line_height)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100, self.minimumHeight())

    def resizeEvent(self, event: object) -> None:
        del event
        self._arrange()

    # -- painting ------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.muted)
        line = QRectF(0, 0, self.width(), self.line_height - _GAP)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._before_text())
        painter.setFont(theme.monospace())
        for at, (rect, text) in enumerate(zip(self._rects, self._texts, strict=True)):
            if not rect.intersects(QRectF(event.rect())):
                continue
            ground = scales.color(Measure.PROBABILITY, 1 - math.exp(self._steps[at].logprob))
            focused = self.hasFocus() and at == self._current
            painter.setPen(colors.accent if focused else colors.border)
            painter.setBrush(ground)
            painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            painter.setPen(colors.text)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(rect.width()) - _PAD)
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, shown)
        painter.end()

    # -- input ---------------------------------------------------------------------------------------------------------

    def chip_at(self, point: QPointF) -> int:
        """The number of the step that is drawn there, -1 for none."""
        return next((at for at, rect in enumerate(self._rects) if rect.contains(point)), -1)

    def chip_rect(self, step: int) -> QRectF:
        """Where *step* is drawn."""
        return self._rects[step]

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self.chip_at(event.position())
        if at >= 0:
            self._current = at
            self.rewound.emit(at + 1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        move = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()), 0)
        if move and self._steps:
            self._current = max(0, min(len(self._steps) - 1, self._current + move))
            self._describe()
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.rewound.emit(self._current + 1)
        elif event.key() == Qt.Key.Key_Backspace and self._steps:
            self.rewound.emit(len(self._steps) - 1)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            assert isinstance(event, QHelpEvent)
            at = self.chip_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), plain_tip(self._chip_text(at)) if at >= 0 else "", self)
            return True
        return super().event(event)

    def _chip_text(self, at: int) -> str:
        step = self._steps[at]
        return self.tr("{token}  ·  {percent}  ·  {bits} bits  ·  after the samplers {final}").format(
            token=self._texts[at],
            percent=percent(math.exp(step.logprob)),
            bits=nats_as_bits(-step.logprob),
            final=percent(step.final),
        )

    def _describe(self) -> None:
        self.setAccessibleDescription(self._chip_text(self._current) if self._current >= 0 else "")

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Tokens added by hand"))
        self._describe()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._arrange()
        super().changeEvent(event)


class ChipsArea(QScrollArea):
    """`StepChips` on as many lines as they need, of which a few are seen; the last token always is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chips = StepChips(self)
        self.setWidget(self.chips)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().rangeChanged.connect(lambda _low, high: self.verticalScrollBar().setValue(high))

    def show_steps(self, before: bytes, steps: tuple[Step, ...]) -> None:
        """See `StepChips.show_steps`."""
        self.chips.show_steps(before, steps)
        wanted = min(self.chips.minimumHeight(), _LINES * self.chips.line_height)
        self.setFixedHeight(wanted)
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
