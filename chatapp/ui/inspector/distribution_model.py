"""The next token's distribution as an item model: rows are numbers in an array, nothing is made for a row not seen."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from chatapp.core.next_token import NextToken
from chatapp.core.token_text import SPACE, hex_text, token_text, visible
from chatapp.core.vocabulary import Vocabulary
from chatapp.ui.inspector.numbers import nats_as_bits, percent
from chatapp.ui.widgets.text import number_text

RANK, TOKEN, ID, PROBABILITY, SURPRISAL, FINAL = range(6)

_Index = QModelIndex | QPersistentModelIndex
_NONE = np.zeros(0, np.int32)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is drawn: *share* (0..1) is the bar behind it.

    special  a control token        taken  the token that stands in this place of the chat
    """

    text: str
    share: float
    quiet: bool
    special: bool
    taken: bool


class DistributionItemModel(QAbstractTableModel):
    """The whole vocabulary, the likeliest first; `search` leaves the rows that fit."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: NextToken | None = None
        self._vocabulary: Vocabulary | None = None
        self._pending = b""
        self._taken: int | None = None
        self._query = ""
        self._rows: NDArray[np.int32] = _NONE

    # -- what is shown -------------------------------------------------------------------------------------------------

    def show_distribution(
        self, known: NextToken | None, vocabulary: Vocabulary | None, pending: bytes = b"", taken: int | None = None
    ) -> None:
        """Show *known*; *pending* are bytes before it that its tokens may complete, *taken* is pointed out."""
        self._known, self._vocabulary, self._pending, self._taken = known, vocabulary, pending, taken
        self._fill()

    def search(self, query: str) -> None:
        """Leave the tokens that fit, see `Vocabulary.search`; "" shows all."""
        if query != self._query:
            self._query = query
            self._fill()

    @property
    def ids(self) -> NDArray[np.int32]:
        """The tokens of all rows, int32."""
        return self._rows

    def token(self, row: int) -> int:
        """The id in *row*."""
        return int(self._rows[row])

    def bytes_of(self, token: int) -> bytes:
        """What *token* says."""
        return self._vocabulary.piece(token) if self._vocabulary is not None else b""

    def mass(self) -> float:
        """The probability of all that is shown."""
        return float(np.exp(self._known.logprobs[self._rows], dtype=np.float64).sum()) if self._known else 0.0

    def mass_to(self, row: int) -> float:
        """The probability of the rows up to and with *row*."""
        if self._known is None:
            return 0.0
        if len(self._rows) == len(self._known):
            return float(self._known.cumulative[row])
        return float(np.exp(self._known.logprobs[self._rows[: row + 1]], dtype=np.float64).sum())

    def _fill(self) -> None:
        self.beginResetModel()
        known, vocabulary = self._known, self._vocabulary
        if known is None or vocabulary is None or len(known) != len(vocabulary):
            self._known, self._rows = None, _NONE
        else:
            self._rows = known.rows(vocabulary.search(self._query, self._pending) if self._query else None)
        self.endResetModel()

    # -- the item model ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else 6

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Rank"), self.tr("Token"), self.tr("ID"), self.tr("Model"), self.tr("Bits"),
                    self.tr("Sampled"))[section]  # fmt: skip
        if role == Qt.ItemDataRole.ToolTipRole:
            return (
                self.tr("1 is the likeliest token"),
                self.tr("· is a space, ⏎ a new line, <ED> a byte that is only a part of a character"),
                self.tr("The token's number in the vocabulary"),
                self.tr("The model's own probability, before any sampler"),
                self.tr("Surprisal: -log₂ of the model's probability"),
                self.tr("The probability after this chat's samplers; – was cut by one of them"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(section)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        known, vocabulary = self._known, self._vocabulary
        if known is None or vocabulary is None or not index.isValid():
            return None
        token, column = int(self._rows[index.row()]), index.column()
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(known, vocabulary, token, column)
            case Qt.ItemDataRole.TextAlignmentRole:
                return alignment(column)
            case Qt.ItemDataRole.AccessibleTextRole if column == TOKEN and token == self._taken:
                text = self._text(known, vocabulary, token, column)
                return self.tr("{token}, the token that stands here").format(token=text)
            case Qt.ItemDataRole.ToolTipRole if column == TOKEN:
                return self._bytes_text(vocabulary, token)
            case _:
                return None

    def cell(self, row: int, column: int) -> Cell:
        """What is drawn; quicker than a question for every role."""
        known, vocabulary = self._known, self._vocabulary
        assert known is not None
        assert vocabulary is not None
        token = int(self._rows[row])
        share = 0.0
        if column == PROBABILITY:
            share = math.exp(float(known.logprobs[token]))
        elif column == FINAL:
            share = float(known.final[token])
        return Cell(
            self._text(known, vocabulary, token, column),
            share,
            quiet=column in (RANK, ID) or (column == FINAL and share == 0),
            special=column == TOKEN and vocabulary.is_control(token),
            taken=token == self._taken,
        )

    def _text(self, known: NextToken, vocabulary: Vocabulary, token: int, column: int) -> str:
        logprob = float(known.logprobs[token])
        match column:
            case 0:
                return number_text(int(known.places[token]) + 1)
            case 1:
                return cell_text(token, vocabulary.piece(token), self._pending)
            case 2:
                return str(token)
            case 3:
                return percent(math.exp(logprob))
            case 4:
                return nats_as_bits(-logprob)
            case _:
                final = float(known.final[token])
                return percent(final) if final > 0 else "–"

    def _bytes_text(self, vocabulary: Vocabulary, token: int) -> str:
        piece = vocabulary.piece(token)
        if vocabulary.is_control(token):
            return self.tr("A control token: a mark, no text")
        return self.tr("Bytes: {bytes}").format(bytes=hex_text(piece) or "–")


def cell_text(token: int, piece: bytes, pending: bytes = b"") -> str:
    """A token to be seen on one line; where it goes on with *pending*, also the character they make."""
    shown = token_text(token, piece)
    if pending and piece:
        try:
            whole = (pending + piece).decode()
        except UnicodeDecodeError:
            return shown
        return f"{shown} = {visible(whole, SPACE)}"
    return shown


def alignment(column: int) -> Qt.AlignmentFlag:
    """Of a column's cells and its title."""
    side = Qt.AlignmentFlag.AlignLeft if column == TOKEN else Qt.AlignmentFlag.AlignRight
    return side | Qt.AlignmentFlag.AlignVCenter
