"""The numbers of one token in words: a line for the eye, a sentence for the ear."""

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from chatapp.core.token_measures import numbers_of
from chatapp.core.token_text import SPACE, byte_text, token_text, visible
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.ui.inspector.numbers import bits, count, percent
from chatapp.ui.widgets.text import ElidedLabel

_LONGEST = 20  # characters


class TokenLine(QWidget):
    """Says which token is looked at and how likely it was; *row* has room at its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._trace: TraceBuffer | None = None
        self._range = (0, 0)
        self._text = QLabel(self)
        self._text.setObjectName("tokenText")
        self._text.setProperty("role", "heading")
        self._place = ElidedLabel(self)
        self._place.setObjectName("tokenPlace")
        self._place.setProperty("role", "small")
        self._numbers = ElidedLabel(self)
        self._numbers.setObjectName("tokenNumbers")
        for label in (self._text, self._place, self._numbers):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.row = QHBoxLayout()
        self.row.setSpacing(8)
        self.row.addWidget(self._text)
        self.row.addWidget(self._place, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(self.row)
        column.addWidget(self._numbers)

    def show_token(self, trace: TraceBuffer | None, start: int = 0, end: int = 0) -> None:
        """Show the tokens *start* to *end* (exclusive), which are one character if they are several; None: no token."""
        self._trace, self._range = trace, (start, end)
        if trace is None:
            self._text.setText("")
            self._place.set_full_text("")
            self._numbers.set_full_text("")
            return
        total = count(len(trace))
        if end == start + 1:
            place = self.tr("token {number} of {total}").format(number=count(start + 1), total=total)
            cell = trace.cells[trace.cell_of(start)]
            if cell.end > cell.start + 1:
                place += self.tr(", {part}/{parts} of {character}").format(
                    part=start - cell.start + 1,
                    parts=cell.end - cell.start,
                    character=visible((cell.text or "").strip()),
                )
        else:
            place = self.tr("tokens {first}–{last} of {total}, below the first").format(
                first=count(start + 1), last=count(end), total=total
            )
        text = text_of(trace, start, end)
        self._text.setText(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")
        self._place.set_full_text(place)
        self._numbers.set_full_text(self._numbers_text(trace, start, end))

    def sentence(self) -> str:
        """All of it as one sentence: token 12 of 80, “ cat”, probability 4.1 %, rank 3."""
        if self._trace is None:
            return ""
        start, end = self._range
        numbers = numbers_of(self._trace, start, end)
        words = [self._place.full_text, f"“{text_of(self._trace, start, end, space=' ')}”"]
        if numbers is not None:
            words.append(self.tr("probability {percent}").format(percent=percent(numbers.probability)))
            words.append(self.tr("rank {rank}").format(rank=count(numbers.rank)))
        return ", ".join(words)

    def _numbers_text(self, trace: TraceBuffer, start: int, end: int) -> str:
        numbers = numbers_of(trace, start, end)
        if numbers is None:
            return self.tr("Nothing came before it, so the model had no say in it.")
        several = end > start + 1
        values = {
            "percent": percent(numbers.probability),
            "surprisal": bits(numbers.surprisal),
            "entropy": bits(numbers.entropy),
            "rank": count(numbers.rank),
        }
        if several:
            text = self.tr(
                "together {percent} · {surprisal} bits surprisal · entropy up to {entropy} · rank up to {rank}"
            )
        else:
            text = self.tr("{percent} · {surprisal} bits surprisal · {entropy} bits entropy · rank {rank}")
        return text.format(**values)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_token(self._trace, *self._range)
        super().changeEvent(event)


def text_of(trace: TraceBuffer, start: int, end: int, space: str = SPACE) -> str:
    """What the tokens *start* to *end* say; bytes where they are no characters."""
    data = b"".join(trace.token_bytes(i) for i in range(start, end))
    if not data:
        return token_text(int(trace.ids[start]), trace.shown(int(trace.ids[start])))
    try:
        return visible(data.decode(), space)
    except UnicodeDecodeError:
        return byte_text(data)
