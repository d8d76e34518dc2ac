"""Two replies side by side from where they part: their tokens, both probabilities there, and how far they drift."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from chatapp.core.compare import Comparison
from chatapp.core.measure import RANK_BOUNDS, Measure
from chatapp.core.token_measures import summarize
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.comparing import Compared, read_compared
from chatapp.ui.chat.fork_label import token_words
from chatapp.ui.inspector.branch_export import compare_export
from chatapp.ui.inspector.export import ExportButton
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.kl_chart import KlChart
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.inspector.token_strip import TokenStrip
from chatapp.ui.widgets.text import ElidedLabel, number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_BEFORE = 12  # tokens of what both share that are shown, too
_Pair = tuple[int, int]
_LETTERS = "AB"


class CompareDialog(QDialog):
    """Compares the replies *pair* of the shown conversation; stays open beside the window."""

    def __init__(self, services: "Services", pair: _Pair, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("compareDialog")
        self._services = services
        self.pair = pair
        self._names = self._named(pair)
        self._traces = (TraceBuffer(), TraceBuffer())
        self._found: Comparison | None = None
        self._same_model = self._comparable = True
        self._selected: int | None = None
        self._heads = (ElidedLabel(self), ElidedLabel(self))
        self.strips = (TokenStrip(self), TokenStrip(self))
        self.chart = KlChart(self)
        self._legend = Legend(self)
        self._legend.setFixedWidth(230)
        self._legend.show_measure(Measure.SURPRISAL, RANK_BOUNDS)
        self._verdict, self._detail, self._note = QLabel(self), QLabel(self), QLabel(self)
        self._chart_title = QLabel(self)
        self._swap = QPushButton(self)
        self._swap.setObjectName("swapButton")
        self._swap.setAutoDefault(False)
        self._export = ExportButton(services, self.export_data, self)
        self._verdict.setObjectName("compareVerdict")
        self._detail.setObjectName("compareDetail")
        for label, role in ((self._verdict, "heading"), (self._detail, "small"), (self._note, "small"),
                            (self._chart_title, "heading")):  # fmt: skip
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", role)
        self._build()
        for strip in self.strips:
            strip.set_measure(Measure.SURPRISAL)
            strip.chosen.connect(self._select)
            strip.pointed.connect(self._hover)
        self.chart.chosen.connect(self._select)
        self.chart.pointed.connect(self._hover)
        self._swap.clicked.connect(self._on_swap_clicked)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(860, 620)
        self._retranslate()
        self._read()

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        for column in range(2):
            grid.addWidget(self._heads[column], 0, column)
            grid.addWidget(self.strips[column], 1, column)
            grid.setColumnStretch(column, 1)
        grid.setRowStretch(1, 1)
        above = QHBoxLayout()
        above.addWidget(self._chart_title, 1)
        above.addWidget(self._swap)
        above.addWidget(self._export)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(16, 14, 16, 14)
        column_box.setSpacing(8)
        top = QHBoxLayout()
        top.setSpacing(20)
        top.addWidget(self._verdict, 1)
        top.addWidget(self._legend)
        column_box.addLayout(top)
        column_box.addLayout(grid, 1)
        column_box.addLayout(above)
        column_box.addWidget(self.chart)
        column_box.addWidget(self._detail)
        column_box.addWidget(self._note)

    def export_data(self) -> Exported | None:
        """Both replies and the chart."""
        if self._found is None:
            return None
        return compare_export(self._traces, self._found, self.strips, self.chart, self._verdict.text())

    # -- reading -------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        read_compared(self._services.storage, *self.pair, self._on_read)

    def _on_read(self, compared: Compared) -> None:
        if not isValid(self):  # closed meanwhile
            return
        self._found, self._same_model = compared.found, compared.same_model
        self._comparable = compared.comparable
        self._traces = (compared.one, compared.two)
        self._show()

    def _named(self, pair: _Pair) -> tuple[str, str]:
        messages = self._services.chat.conversation.messages
        words = [" ".join(messages[i].text[:400].split()) for i in pair]
        return words[0], words[1]

    def _on_swap_clicked(self) -> None:
        self.pair = (self.pair[1], self.pair[0])
        self._names = (self._names[1], self._names[0])
        self._read()

    # -- showing -------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        found = self._found
        for which, head in enumerate(self._heads):
            head.set_full_text(self._head_of(which))
        fork = found.fork if found else 0
        first = max(0, fork - _BEFORE)
        for strip, trace in zip(self.strips, self._traces, strict=True):
            strip.show_trace(trace, lambda token: token >= first, lambda token: token < fork)
        self._note.setText(self._note_text())
        self.chart.setVisible(found is not None and len(found) > 0)
        if found is None:
            self._verdict.setText(
                self.tr("Nothing was recorded of the tokens of one of these replies.")
                if self._comparable
                else self.tr("Models with different vocabularies wrote these replies: their tokens cannot be compared.")
            )
            self._detail.clear()
            return
        self.chart.show_values(found.kl, first, fork)
        self._verdict.setText(self._verdict_of(found))
        self._selected = None
        self._select(min(fork, len(found) - 1) if len(found) else 0)

    def _head_of(self, which: int) -> str:
        """How long and how sure a reply is; its words only where both do not begin with the same ones."""
        trace = self._traces[which]
        parts = [_LETTERS[which], self.tr("{count} tokens").format(count=number_text(len(trace)))]
        summary = summarize(trace)
        if summary is not None:
            parts.append(self.tr("perplexity {value}").format(value=number_text(summary.perplexity, 2)))
        if self._found is None or self._found.fork == 0:
            parts.append(self._names[which])
        return " · ".join(parts)

    def _verdict_of(self, found: Comparison) -> str:
        lengths = [len(trace) for trace in self._traces]
        at = found.fork
        if at < len(found):
            return self.tr("They part at token {number}: A has {one}, B has {two}.").format(
                number=number_text(at + 1), one=self._words(0, at), two=self._words(1, at)
            )
        if lengths[0] == lengths[1]:
            return self.tr("Both are the same, token by token.")
        longer = int(lengths[1] > lengths[0])
        return self.tr("{longer} begins as {shorter} and goes on at token {number} with {token}.").format(
            longer=_LETTERS[longer], shorter=_LETTERS[1 - longer], number=number_text(at + 1),
            token=self._words(longer, at),
        )  # fmt: skip

    def _note_text(self) -> str:
        note = self.tr(
            "P is what the model expected next in A, Q in B. The Kullback–Leibler divergence D(P‖Q) is 0 bits where "
            "both expect the same, and the more of what A expects comes as a surprise to B, the larger it is. It is "
            "worked out from the likeliest tokens that were kept of both: the true value is at least that. "
            "After the token where they part the two have read different words, so the same number of a token is "
            "another place in the text."
        )
        if self._same_model:
            return note
        return note + " " + self.tr("Two different models wrote these replies.")

    def _words(self, which: int, at: int) -> str:
        trace = self._traces[which]
        token = int(trace.ids[at])
        return token_words(token, trace.shown(token), math.exp(float(trace.logprobs[at])))

    def _select(self, token: int) -> None:
        self._selected = token
        self._mark(None)
        self._tell(token)

    def _hover(self, token: int | None) -> None:
        self._mark(token)
        shown = self._selected if token is None else token
        if shown is not None:
            self._tell(shown)

    def _mark(self, hovered: int | None) -> None:
        self.chart.mark(selected=self._selected, hovered=hovered)
        for strip, trace in zip(self.strips, self._traces, strict=True):
            selected, pointed = (t if t is not None and t < len(trace) else None for t in (self._selected, hovered))
            strip.mark(selected=selected, hovered=pointed)

    def _tell(self, token: int) -> None:
        """The line about one token: both sides, and the divergence."""
        parts = []
        for letter, which in zip(_LETTERS, range(2), strict=True):
            if token < len(self._traces[which]):
                parts.append(f"{letter} {self._words(which, token)}")
            else:
                parts.append(self.tr("{reply} has ended").format(reply=letter))
        bits = self._found.kl[token] if self._found and token < len(self._found) else math.nan
        if not math.isnan(bits):
            parts.append(self.tr("D(P‖Q) ≥ {bits} bits").format(bits=number_text(bits, 2)))
        text = self.tr("Token {number}: {facts}").format(number=number_text(token + 1), facts=" · ".join(parts))
        self._detail.setText(text)
        self.chart.setAccessibleDescription(text)

    # -- words ---------------------------------------------------------------------------------------------------------

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Compare two replies"))
        self._chart_title.setText(self.tr("How far B’s distribution is from A’s, bits per token"))
        self._swap.setText(self.tr("Swap A and B"))
        self.chart.setAccessibleName(self.tr("Divergence by token"))
        for letter, strip in zip(_LETTERS, self.strips, strict=True):
            strip.setAccessibleName(self.tr("Tokens of reply {letter}").format(letter=letter))
        if self._found is not None:
            self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
