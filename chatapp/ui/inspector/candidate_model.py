"""The candidates of one token as rows of a table: the likeliest, the one that was taken, and all others together."""

from collections.abc import Callable
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from chatapp.core.candidates import Candidate, Candidates
from chatapp.core.token_text import hex_text, token_text
from chatapp.ui import theme
from chatapp.ui.inspector.numbers import count, percent
from chatapp.ui.inspector.stage_words import stage_title

Index = QModelIndex | QPersistentModelIndex
SHARE = Qt.ItemDataRole.UserRole  # of 1, for the bar; None where there is none


class Column(IntEnum):
    """What the columns show."""

    RANK = 0
    TOKEN = 1
    RAW = 2
    FINAL = 3
    ID = 4
    BYTES = 5


class CandidateItemModel(QAbstractTableModel):
    """Rows of `Candidates`, and one more for what lies outside them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.candidates: Candidates | None = None
        self._readers: dict[int, Callable[[Candidate | None, Column], Any]] = {
            Qt.ItemDataRole.DisplayRole: self._text,
            Qt.ItemDataRole.ToolTipRole: self._note,
            Qt.ItemDataRole.AccessibleDescriptionRole: self._note,
            Qt.ItemDataRole.TextAlignmentRole: lambda _found, column: _alignment(column),
            Qt.ItemDataRole.FontRole: self._font,
            Qt.ItemDataRole.ForegroundRole: self._ink,
            SHARE: self._share,
        }

    def show(self, candidates: Candidates | None) -> None:
        """Show other candidates, None for none."""
        self.beginResetModel()
        self.candidates = candidates
        self.endResetModel()

    def candidate(self, row: int) -> Candidate | None:
        """The candidate in *row*, None for the row of all others."""
        rows = self.candidates.rows if self.candidates else ()
        return rows[row] if 0 <= row < len(rows) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() or self.candidates is None else len(self.candidates.rows) + 1

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(Column)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        read = self._readers.get(role)
        if read is None or self.candidates is None or not index.isValid():
            return None
        return read(self.candidate(index.row()), Column(index.column()))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        column = Column(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return {
                Column.RANK: self.tr("Rank"),
                Column.TOKEN: self.tr("Token"),
                Column.RAW: self.tr("Probability"),
                Column.FINAL: self.tr("Final"),
                Column.ID: self.tr("Id"),
                Column.BYTES: self.tr("Bytes"),
            }[column]
        if role == Qt.ItemDataRole.ToolTipRole:
            return {
                Column.RANK: self.tr("1 is the likeliest token of the whole vocabulary"),
                Column.TOKEN: self.tr("· is a space, ⏎ a line break"),
                Column.RAW: self.tr("What the model computed, before any sampler"),
                Column.FINAL: self.tr("What temperature, top-k and the other samplers left of it"),
                Column.ID: self.tr("The token's number in the model's vocabulary"),
                Column.BYTES: self.tr("The exact bytes the token stands for, in hexadecimal"),
            }[column]
        return _alignment(column) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def retranslate(self) -> None:
        """The language is another one now."""
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(Column) - 1)
        self.show(self.candidates)

    def _text(self, found: Candidate | None, column: Column) -> str:
        share = self._share(found, column)
        if found is None:
            return self.tr("all others") if column is Column.TOKEN else "" if share is None else percent(share)
        if self._is_cut(found, column):
            return self.cut_text(found.cut_by or "raw")
        return {
            Column.RANK: count(found.rank),
            Column.TOKEN: token_text(found.token, found.data),
            Column.ID: str(found.token),
            Column.BYTES: hex_text(found.data),
        }.get(column, "" if share is None else percent(share))

    def cut_text(self, stage: str) -> str:
        """That *stage* cut a candidate."""
        return self.tr("cut: {stage}").format(stage=stage_title(stage))

    def _share(self, found: Candidate | None, column: Column) -> float | None:
        assert self.candidates is not None
        if column is Column.RAW:
            return self.candidates.others if found is None else found.probability
        if column is Column.FINAL:
            return self.candidates.others_final if found is None else found.final
        return None

    def _is_cut(self, found: Candidate, column: Column) -> bool:
        return column is Column.FINAL and found.cut_by is not None

    def _ink(self, found: Candidate | None, column: Column) -> QColor:
        muted = found is None or column in (Column.ID, Column.BYTES) or self._is_cut(found, column)
        return theme.colors().muted if muted else theme.colors().text

    def _font(self, found: Candidate | None, column: Column) -> QFont | None:
        if column is Column.BYTES:
            return theme.monospace(0.8)
        if found is not None and found.chosen and column in (Column.TOKEN, Column.RANK):
            return theme.font(bold=True)
        return None

    def _note(self, found: Candidate | None, column: Column) -> str:
        if found is None:
            return self.tr("The probability of all tokens that are not in the list, together")
        if self._is_cut(found, column):
            return self.tr("The sampler {stage} left this token out").format(stage=stage_title(found.cut_by or "raw"))
        if column in (Column.TOKEN, Column.ID, Column.BYTES):
            return self.tr("Id {id}, bytes {bytes}").format(id=found.token, bytes=hex_text(found.data) or "–")
        return self.tr("This token was taken") if found.chosen else ""


def _alignment(column: Column) -> int:
    left = column in (Column.TOKEN, Column.BYTES)
    return int((Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter)
