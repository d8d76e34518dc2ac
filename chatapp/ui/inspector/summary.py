"""One message in a few numbers: perplexity, mean surprisal, first choices, and the tokens that surprised most."""

import math

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.core.token_measures import Summary, numbers_of
from chatapp.core.token_text import visible
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.ui.inspector.numbers import bits, count
from chatapp.ui.inspector.token_line import text_of
from chatapp.ui.widgets.text import number_text

_CHIPS = 4
_LONGEST = 12  # characters on a chip


class SummaryLine(QWidget):
    """*jumped* comes with the token of a chip."""

    jumped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[TraceBuffer, Summary | None] = (TraceBuffer(), None)
        self._numbers = QLabel(self)
        self._numbers.setObjectName("tokenSummary")
        self._numbers.setWordWrap(True)
        self._row = QWidget(self)  # without a layout: chips that do not fit are hidden, not squeezed
        self._title = QLabel(self._row)
        self._title.setProperty("role", "small")
        self._chips: list[QPushButton] = []
        for _ in range(_CHIPS):
            chip = QPushButton(self._row)
            chip.setObjectName("surprisingToken")
            chip.setProperty("chip", "true")
            chip.clicked.connect(lambda _checked=False, chip=chip: self.jumped.emit(chip.property("token")))
            self._chips.append(chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._numbers)
        column.addWidget(self._row)
        self._retranslate()

    def show_summary(self, trace: TraceBuffer, summary: Summary | None) -> None:
        """Show *summary* of *trace*, None where nothing was scored."""
        self._shown = (trace, summary)
        self.setVisible(summary is not None)
        if summary is None:
            return
        self._numbers.setText(
            self.tr("{tokens} tokens · perplexity {perplexity} · {bits} bits/token · {share} % first choices").format(
                tokens=count(summary.tokens),
                perplexity=number_text(summary.perplexity, 2 if summary.perplexity < 100 else 0),
                bits=bits(summary.mean_surprisal),
                share=number_text(100 * summary.rank_one),
            )
        )
        for at, chip in enumerate(self._chips[: len(summary.surprising)]):
            self._fill(chip, trace, summary.surprising[at])
        self._fit()

    def _fit(self) -> None:
        summary = self._shown[1]
        wanted = len(summary.surprising) if summary else 0
        height = self._chips[0].sizeHint().height()
        self._row.setFixedHeight(height)
        self._row.setVisible(wanted > 0)
        self._title.setGeometry(0, 0, self._title.sizeHint().width(), height)
        x = self._title.width() + 6
        for at, chip in enumerate(self._chips):
            width = chip.sizeHint().width()
            chip.setGeometry(x, 0, width, height)
            x += width + 4
            chip.setVisible(at < wanted and x <= self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fill(self, chip: QPushButton, trace: TraceBuffer, token: int) -> None:
        cell = trace.cells[trace.cell_of(token)]
        text = text_of(trace, cell.start, cell.end)
        shown = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        numbers = numbers_of(trace, cell.start, cell.end) or numbers_of(trace, token)
        surprisal = bits(numbers.surprisal if numbers else math.nan)
        chip.setProperty("token", token)
        chip.setText(f"{shown}  {surprisal}".replace("&", "&&"))
        chip.setToolTip(self.tr("Go to token {number}, {bits} bits").format(number=count(token + 1), bits=surprisal))
        chip.setAccessibleName(
            self.tr("Surprising token {text}, {bits} bits").format(text=visible(text), bits=surprisal)
        )

    def _retranslate(self) -> None:
        self._numbers.setToolTip(
            self.tr(
                "Perplexity is 2 to the mean surprisal: as if the model had chosen among so many equal tokens each time"
            )
        )
        self._title.setText(self.tr("Most surprising:"))
        for chip in self._chips:
            chip.setAccessibleName(self.tr("Surprising token"))
        self.show_summary(*self._shown)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
