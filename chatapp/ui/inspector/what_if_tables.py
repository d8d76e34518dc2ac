"""The tables of the What if page: the likeliest tokens before and after, and the heads that mattered most."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from chatapp.core.attention_picture import Head
from chatapp.core.what_if import Effect, HeadEffects, TokenChange
from chatapp.ui import theme
from chatapp.ui.inspector.attention_words import head_name, weight_text
from chatapp.ui.inspector.numbers import count, percent
from chatapp.ui.inspector.what_if_words import bits_text, points_text

Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class Row:
    """Its cells' texts. *key* is what it stands for."""

    cells: tuple[str, ...]
    key: object = None
    is_bold: bool = False


class RowsItemModel(QAbstractTableModel):
    """Rows of texts."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: Sequence[Row] = ()
        self.heads: tuple[str, ...] = ()
        self.wide = 0

    def show(self, heads: tuple[str, ...], rows: Sequence[Row], wide: int) -> None:
        """Others than before; columns up to *wide* hold words, the others numbers."""
        self.beginResetModel()
        self.heads, self.rows, self.wide = heads, rows, wide
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.heads)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.FontRole and row.is_bold:
            font = QFont(theme.font())
            font.setBold(True)
            return font
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and section < len(self.heads):
            if role == Qt.ItemDataRole.DisplayRole:
                return self.heads[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self._side(section)
        return None

    def _side(self, column: int) -> int:
        side = Qt.AlignmentFlag.AlignLeft if column <= self.wide else Qt.AlignmentFlag.AlignRight
        return int(side | Qt.AlignmentFlag.AlignVCenter)


class RowsTable(QTableView):
    """*chosen* comes with the key of a row that was clicked, or that Enter was pressed on."""

    chosen = Signal(object)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.rows = RowsItemModel(self)
        self.setModel(self.rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        theme.notifier.changed.connect(self._renew)
        self._renew()

    def show_rows(self, heads: tuple[str, ...], rows: Sequence[Row], wide: int = 0) -> None:
        """Others than before; column *wide* takes the room that is left."""
        if (heads, list(rows)) == (self.rows.heads, list(self.rows.rows)):
            return
        self.rows.show(heads, rows, wide)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        if heads:
            header.setSectionResizeMode(wide, QHeaderView.ResizeMode.Stretch)

    def name(self, text: str) -> None:
        """For screen readers."""
        for widget in (self, self.horizontalHeader(), self.verticalHeader()):
            widget.setAccessibleName(text)

    def _choose(self, index: QModelIndex) -> None:
        self.chosen.emit(self.rows.rows[index.row()].key)

    def _renew(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._renew()
        super().changeEvent(event)


def token_rows(effect: Effect, word: Callable[[int], str]) -> list[Row]:
    """The likeliest tokens before and after, the one that was written in bold and always among them."""
    rows = list(effect.rows)
    if all(row.token != effect.token.token for row in rows):
        rows.append(effect.token)
    return [_token_row(row, word(row.token), is_bold=row.token == effect.token.token) for row in rows]


def _token_row(row: TokenChange, word: str, *, is_bold: bool) -> Row:
    before, after = math.exp(row.before), math.exp(row.after)
    ranks = f"{count(row.rank_before + 1)} → {count(row.rank_after + 1)}"
    return Row((word, percent(before), percent(after), points_text(after - before), ranks), row.token, is_bold)


def head_rows(effects: HeadEffects, by: str, chosen: frozenset[Head], word: Callable[[int], str]) -> list[Row]:
    """The ten heads with the largest effect, those that are chosen in bold."""
    return [
        Row(
            (head_name(effect.head), word(effect.source), weight_text(effect.weight), bits_text(effect.change),
             bits_text(effect.divergence).lstrip("+")),
            effect.head,
            effect.head in chosen,
        )
        for effect in effects.strongest(10, by)
    ]  # fmt: skip
