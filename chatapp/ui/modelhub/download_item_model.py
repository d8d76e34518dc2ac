"""The Qt item model of the download queue: one row an entry, in the queue's order, moved by dragging."""

from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from chatapp.services.downloads import Item
from chatapp.ui.modelhub import download_words as words
from chatapp.ui.widgets.text import plain_tip

Index = QModelIndex | QPersistentModelIndex


class Data(IntEnum):
    """Roles beside Qt's own."""

    ITEM = Qt.ItemDataRole.UserRole + 1


class DownloadItemModel(QAbstractListModel):
    """*move* is asked to put an entry at a place; the rows follow when the queue has done it."""

    def __init__(self, move: Callable[[int, int], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._move = move
        self._items: list[Item] = []
        self.offline = False

    def show_items(self, items: Sequence[Item]) -> None:
        """Show these; rows that stay keep selection and place in sight."""
        wanted = {item.id for item in items}
        for row in reversed(range(len(self._items))):
            if self._items[row].id not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._items[row]
                self.endRemoveRows()
        for row, item in enumerate(items):
            at = self.row_of(item.id)
            if at < 0:
                self.beginInsertRows(QModelIndex(), row, row)
                self._items.insert(row, item)
                self.endInsertRows()
            elif at != row:
                self.beginMoveRows(QModelIndex(), at, at, QModelIndex(), row)
                self._items.insert(row, self._items.pop(at))
                self.endMoveRows()
        self._items = list(items)
        if items:
            self.dataChanged.emit(self.index(0), self.index(len(items) - 1))

    def take_progress(self, item: Item) -> QModelIndex:
        """Bytes came. The caller repaints that row: after ``dataChanged`` a list view lays out all of them anew."""
        row = self.row_of(item.id)
        if row >= 0:
            self._items[row] = item
        return self.index(row)

    def row_of(self, item_id: int) -> int:
        """-1 when it is not here."""
        return next((row for row, item in enumerate(self._items) if item.id == item_id), -1)

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._items):
            return None
        item = self._items[index.row()]
        match role:
            case Data.ITEM:
                return item
            case Qt.ItemDataRole.DisplayRole:
                return item.title
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip("\n".join(filter(None, (item.name, words.origin(item), words.reason(item)))))
            case Qt.ItemDataRole.AccessibleTextRole:
                return words.spoken(item, offline=self.offline)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid():
            return flags | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemNeverHasChildren
        return flags | Qt.ItemFlag.ItemIsDropEnabled  # between rows, not on one

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.MoveAction

    def moveRows(self, source: Index, row: int, count: int, target: Index, before: int) -> bool:
        if count != 1 or not 0 <= row < len(self._items):
            return False
        self._move(self._items[row].id, before - 1 if before > row else before)
        return True
