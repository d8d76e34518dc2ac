"""What the model thought of a text: its tokens as a heat strip, the sums, and one token looked at."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from chatapp.core.candidates import candidates_of
from chatapp.core.token_measures import numbers_of
from chatapp.core.token_text import token_text
from chatapp.settings.inspector import SHOW_HINTS
from chatapp.ui.inspector.colour_row import ColourRow
from chatapp.ui.inspector.explorer_exports import text_export
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.hints import Hint
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.search_line import SearchLine
from chatapp.ui.inspector.summary import SummaryLine
from chatapp.ui.inspector.token_line import TokenLine, text_of
from chatapp.ui.inspector.token_strip import TokenStrip
from chatapp.ui.widgets.text import ElidedLabel, number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_SUMS_AFTER = 250  # ms; while tokens come
_ROOM_FOR_HINT = 400  # pixels; below it the strip would be a line or two
_EXPECTED = 4  # candidates that are named


class TextResult(QWidget):
    """Follows `TextScoreService` as the tokens come."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._score = services.text_score
        self._token: int | None = None
        self._hovered: int | None = None
        self._settings = services.settings
        self._colours = ColourRow(services.settings, self, in_chat=False)
        self._hint = Hint(self)
        self._summary = SummaryLine(self)
        self._sums = QLabel(self)
        self._sums.setObjectName("textTotals")
        self._sums.setTextFormat(Qt.TextFormat.PlainText)
        self._sums.setWordWrap(True)
        self._sums.setProperty("role", "small")
        self.strip = TokenStrip(self)
        self.search = SearchLine(services.tasks, self)
        self._line = TokenLine(self)
        self._expected = ElidedLabel(self)
        self._expected.setObjectName("expectedTokens")
        self._expected.setProperty("role", "small")
        self._later = QTimer(self, singleShot=True, interval=_SUMS_AFTER)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for part in (self._summary, self._sums, self._colours, self._hint, self.strip, self.search, self._line,
                     self._expected):  # fmt: skip
            column.addWidget(part, int(part is self.strip))
        self._later.timeout.connect(self._catch_up)
        self._colours.changed.connect(self._on_colours)
        self._hint.closed.connect(lambda: self._settings.set(SHOW_HINTS, "off"))
        self.strip.chosen.connect(self._select)
        self.strip.pointed.connect(self._point)
        self._summary.jumped.connect(self._select)
        self.search.jumped.connect(self._select)
        self.search.found.connect(self.strip.set_found)
        self._score.restarted.connect(self._on_restarted)
        self._score.grew.connect(self.strip.grow)
        self._score.changed.connect(self._on_changed)
        self._retranslate()
        self._on_restarted()

    def export_data(self, meta: dict[str, Any]) -> Exported | None:
        """The strip with the numbers of its tokens, and the sums."""
        totals, trace = self._score.totals, self._score.trace
        if not len(trace):
            return None
        sums = {"tokens": totals.total, "counted": totals.counted, "bits": totals.bits}
        if totals.counted:
            sums |= {"perplexity": totals.perplexity}
        return text_export(trace, self._score.rest, self.strip, self._colours.legend, {**meta, **sums})

    def _on_restarted(self) -> None:
        self._token = self._hovered = None
        self.strip.show_trace(self._score.trace)
        self._on_colours()
        self.search.set_trace(self._score.trace)
        self._show_sums()
        self._show_token()

    def _on_changed(self) -> None:
        if not self._score.is_busy:
            self._later.stop()
            self._catch_up()
        elif not self._later.isActive():
            self._later.start()

    def _on_colours(self) -> None:
        self.strip.set_measure(self._colours.measure, self._colours.bounds)
        self._show_hint()

    def _show_hint(self) -> None:
        token, trace = self._token, self._score.trace
        self._hint.setVisible(self._settings.get(SHOW_HINTS) == "on" and self.height() >= _ROOM_FOR_HINT)
        if token is None or token >= len(trace):
            self._hint.show_measure(self._colours.measure, "", None)
        else:
            start, end = self.strip.group_at(token)
            self._hint.show_measure(self._colours.measure, text_of(trace, start, end), numbers_of(trace, start, end))

    def _catch_up(self) -> None:
        self._show_sums()
        self.search.catch_up()

    def _show_sums(self) -> None:
        totals, trace = self._score.totals, self._score.trace
        self._summary.show_summary(trace, totals.summary(len(trace)))
        self._sums.setVisible(totals.counted > 0)
        self._sums.setText(self._sums_text())

    def _sums_text(self) -> str:
        totals = self._score.totals
        if not totals.counted:
            return ""
        parts = [
            self.tr("{bits} bits in all").format(bits=number_text(totals.bits, 1)),
            self.tr("{bits} per byte").format(bits=number_text(totals.bits_per_byte, 3)),
            self.tr("{bits} per character").format(bits=number_text(totals.bits_per_char, 3)),
        ]
        if totals.counted > 1:
            exact, error = number_text(totals.perplexity, 4), number_text(totals.error, 4)
            parts.insert(0, self.tr("perplexity {perplexity} ± {error}").format(perplexity=exact, error=error))
        if totals.counted < totals.seen:
            left = number_text(totals.seen - totals.counted)
            parts.append(self.tr("not counted: {count}").format(count=left))
        if totals.seen > len(self._score.trace):
            shown = number_text(len(self._score.trace))
            parts.append(self.tr("the first {count} tokens are shown, an exported table has all").format(count=shown))
        return "  ·  ".join(parts)

    def _select(self, token: int) -> None:
        self._token = token
        self._show_token()

    def _point(self, token: int | None) -> None:
        self._hovered = token
        self._show_token()

    def _show_token(self) -> None:
        self.strip.mark(selected=self._token, hovered=self._hovered)
        token, trace = self._token if self._hovered is None else self._hovered, self._score.trace
        if token is None or token >= len(trace):
            self._line.show_token(None)
            self._expected.set_full_text("")
        else:
            self._line.show_token(trace, *self.strip.group_at(token))
            self._expected.set_full_text(self._expected_text(token))
        if self._hovered is None:
            self._show_hint()
            self.strip.describe(f"{self._line.sentence()}. {self._expected.text()}".strip(". "))

    def _expected_text(self, token: int) -> str:
        found = candidates_of(self._score.trace, token)
        if found is None:
            return ""
        likeliest = [f"{token_text(row.token, row.data)} {percent(row.probability)}" for row in found.rows[:_EXPECTED]]
        return self.tr("Expected: {tokens}").format(tokens="   ".join(likeliest))

    def _retranslate(self) -> None:
        self.strip.setAccessibleName(self.tr("Tokens of the text"))
        self._show_sums()
        self._show_token()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_hint()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
