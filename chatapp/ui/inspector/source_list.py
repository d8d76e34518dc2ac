"""The tokens that were looked at most, as a table: the token, its message, its weight."""

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from chatapp.ui import theme
from chatapp.ui.inspector.attention_words import weight_text


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A token at *position*; *weight* is its share of all that is looked at."""

    position: int
    token: str
    message: str
    weight: float


class SourceItemModel(QAbstractTableModel):
    """Largest weight first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[SourceRow] = []
        self.fine = False  # whether small weights are told apart

    def show(self, rows: list[SourceRow]) -> None:
        """Show other tokens."""
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 3

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return (row.token, row.message, weight_text(row.weight, fine=self.fine))[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column == 2 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ForegroundRole and column == 1:
            return theme.colors().muted
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Top sources"), self.tr("From"), self.tr("Weight"))[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section == 2 else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None


class SourceList(QTableView):
    """*went_to* comes with the position of a row that was clicked or walked to."""

    went_to = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("sourceList")
        self.sources = SourceItemModel(self)
        self.setModel(self.sources)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setResizeContentsPrecision(0)  # of the rows in view: it is filled anew for every token that is pointed at
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.clicked.connect(lambda index: self._go(index.row()))
        self.selectionModel().currentRowChanged.connect(self._on_current)
        theme.notifier.changed.connect(self._renew)
        self._renew()

    def show_sources(self, rows: list[SourceRow]) -> None:
        """Show *rows*; nothing is sent while a pointer passes over many tokens and nothing is another one."""
        if rows != self.sources.rows:
            self.sources.show(rows)

    def _on_current(self, current: QModelIndex) -> None:
        if self.hasFocus() and current.isValid():
            self._go(current.row())

    def _go(self, row: int) -> None:
        if 0 <= row < len(self.sources.rows):
            self.went_to.emit(self.sources.rows[row].position)

    def _renew(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 6)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.sources.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 2)
        elif event.type() == QEvent.Type.FontChange:
            self._renew()
        super().changeEvent(event)
