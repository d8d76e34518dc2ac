"""The Qt item model of the conversation list: rows grouped by day, filtered by title."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from chatapp.core.conversation import ConversationSummary
from chatapp.ui.widgets.text import plain_tip

Index = QModelIndex | QPersistentModelIndex


class Data(IntEnum):
    """Roles beside Qt's own."""

    ID = Qt.ItemDataRole.UserRole + 1  # of the conversation; None for a heading
    SHOWN = Qt.ItemDataRole.UserRole + 2  # whether the chat shows it
    RUNNING = Qt.ItemDataRole.UserRole + 3  # whether a reply is being written in it


@dataclass(frozen=True, slots=True)
class _Row:
    summary: ConversationSummary | None
    heading: str = ""


class ConversationItemModel(QAbstractListModel):
    """Rows are conversations, newest first, under the headings Today, Yesterday and Earlier."""

    def __init__(self, rename: Callable[[int, str], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rename = rename
        self._summaries: list[ConversationSummary] = []
        self._rows: list[_Row] = []
        self._filter = ""
        self._shown: int | None = None
        self._running: int | None = None
        self._grouped = True

    def set_grouped(self, grouped: bool) -> None:
        """With or without headings."""
        self._grouped = grouped
        self._rebuild()

    def set_summaries(self, summaries: Sequence[ConversationSummary]) -> None:
        """Show these conversations."""
        self._summaries = list(summaries)
        self._rebuild()

    def set_filter(self, text: str) -> None:
        """Keep only titles that contain *text*, whatever the case and however their Hangul is composed."""
        self._filter = _folded(text)
        self._rebuild()

    def set_shown(self, conversation_id: int | None) -> None:
        """Mark the conversation that the chat shows."""
        self._shown = conversation_id
        self._repaint(Data.SHOWN)

    def set_running(self, conversation_id: int | None) -> None:
        """Mark the conversation in which a reply is being written."""
        if conversation_id != self._running:
            self._running = conversation_id
            self._repaint(Data.RUNNING)

    def index_of(self, conversation_id: int | None) -> QModelIndex:
        """Where a conversation is; an invalid index when it is not in the list."""
        for number, row in enumerate(self._rows):
            if row.summary is not None and row.summary.id == conversation_id:
                return self.index(number)
        return QModelIndex()

    def conversation_count(self) -> int:
        """How many conversations are in the list, headings not counted."""
        return sum(row.summary is not None for row in self._rows)

    def retranslate(self) -> None:
        """Set the headings anew."""
        self._rebuild()

    def _rebuild(self) -> None:
        rows = self._build()
        if [_key(row) for row in rows] == [_key(row) for row in self._rows]:
            self._rows = rows  # same rows, perhaps other titles: keeps scrolling and selection as they are
            self._repaint(Qt.ItemDataRole.DisplayRole)
            return
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def _build(self) -> list[_Row]:
        kept = [s for s in self._summaries if not self._filter or self._filter in _folded(s.title)]
        if not self._grouped:
            return [_Row(s) for s in kept]
        today = datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        bounds = (
            (today.timestamp(), self.tr("Today")),
            ((today - timedelta(days=1)).timestamp(), self.tr("Yesterday")),
            (float("-inf"), self.tr("Earlier")),
        )
        rows: list[_Row] = []
        heading = ""
        for summary in kept:
            group = next(title for start, title in bounds if summary.updated_at >= start)
            if group != heading:
                heading = group
                rows.append(_Row(None, heading))
            rows.append(_Row(summary))
        return rows

    def _repaint(self, role: int) -> None:
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1), [role])

    def _value(self, summary: ConversationSummary, role: int) -> Any:
        value: Any = None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                value = self._title(summary)
            case Qt.ItemDataRole.ToolTipRole:
                value = plain_tip(self._title(summary))
            case Qt.ItemDataRole.EditRole:
                value = summary.title
            case Qt.ItemDataRole.AccessibleTextRole:
                value = self._title(summary)
                if summary.id == self._running:
                    value = self.tr("{title}, a reply is being written").format(title=value)
            case Data.ID:
                value = summary.id
            case Data.SHOWN:
                value = summary.id == self._shown
            case Data.RUNNING:
                value = summary.id == self._running
        return value

    def _title(self, summary: ConversationSummary) -> str:
        return summary.title or self.tr("New conversation")

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        summary = row.summary
        if summary is None:
            return row.heading if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) else None
        return self._value(summary, role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        summary = self._rows[index.row()].summary
        title = " ".join(str(value).split())
        if role != Qt.ItemDataRole.EditRole or summary is None or not title:
            return False
        if title != summary.title:
            self._rename(summary.id, title)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid() or self._rows[index.row()].summary is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable


def _key(row: _Row) -> object:
    return row.heading if row.summary is None else row.summary.id


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
