"""The rows of the tree map for Qt: what each says, to the eye, on hover and to screen readers."""

from enum import IntEnum
from html import escape
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractListModel, QCoreApplication, QModelIndex, QObject, QPersistentModelIndex, Qt

from chatapp.core import reasoning
from chatapp.core.conversation import Message, Role
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.tree_rows import TreeRows
from chatapp.ui.chat.fork_label import fork_sentence, fork_text

if TYPE_CHECKING:
    from chatapp.services.chat import ChatService

_WORDS = 160  # characters of a message that a row can show
_HOVER = 700  # characters of it on hover
_READ = 4000  # characters looked at to find them


class Data(IntEnum):
    """What the delegate asks for."""

    FORK = Qt.ItemDataRole.UserRole
    MARK = Qt.ItemDataRole.UserRole + 1


class TreeItemModel(QAbstractListModel):
    """One row for every message of the shown conversation; `rows` says where they stand, `path` which are shown.

    marks  message id → the letter it is compared as
    """

    def __init__(self, chat: "ChatService", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chat = chat
        self._texts: dict[int, tuple[Message, str]] = {}
        self.rows = TreeRows()
        self.path: dict[int, int] = {}
        self.marks: dict[int, str] = {}

    def set_rows(self, rows: TreeRows) -> None:
        """Show another tree."""
        self.beginResetModel()
        self.rows = rows
        self._texts.clear()
        self.show_path()
        self.endResetModel()

    def show_path(self) -> None:
        """Another branch is shown in the chat; the rows stay."""
        self.path = self.rows.path(m.id for m in self._chat.conversation.path())

    def message_at(self, row: int) -> Message | None:
        """The message of *row*; None when it is gone."""
        if not 0 <= row < len(self.rows):
            return None
        return self._chat.conversation.messages.get(self.rows.ids[row])

    def is_shown(self, row: int) -> bool:
        """Whether *row* is on the path that the chat shows."""
        return self.path.get(self.rows.parents[row]) == row

    def refresh(self, message_id: int) -> None:
        """A message has another text or end."""
        row = self.rows.row_of.get(message_id)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt's own
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        message = self.message_at(index.row())
        if message is None:
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole:
                found = self._words(message)
            case Data.FORK:
                found = fork_text(message.info.fork) if message.info and message.info.fork else ""
            case Data.MARK:
                found = self.marks.get(message.id, "")
            case Qt.ItemDataRole.ToolTipRole:
                found = _hover_text(message)
            case Qt.ItemDataRole.AccessibleTextRole:
                found = self._spoken(index.row(), message)
            case _:
                return None
        return found

    def _words(self, message: Message) -> str:
        known = self._texts.get(message.id)
        if known is not None and known[0] is message:
            return known[1]
        text = message.text[:_READ]
        words = " ".join((reasoning.split(text)[1].strip() or text).split())[:_WORDS]
        self._texts[message.id] = (message, words)
        return words

    def _spoken(self, row: int, message: Message) -> str:
        template = _ROLES[message.role]
        parts = [QCoreApplication.translate("TreeItemModel", template).format(text=self._words(message))]
        if message.info and message.info.fork:
            parts.append(fork_sentence(message.info.fork))
        if self.is_shown(row):
            parts.append(self.tr("shown in the chat"))
        return ", ".join(parts)


_ROLES = {
    Role.USER: QT_TRANSLATE_NOOP("TreeItemModel", "You: {text}"),
    Role.ASSISTANT: QT_TRANSLATE_NOOP("TreeItemModel", "Reply: {text}"),
    Role.SYSTEM: QT_TRANSLATE_NOOP("TreeItemModel", "System: {text}"),
}


def _hover_text(message: Message) -> str:
    """As rich text, and escaped: Qt would take what looks like it for rich text anyway."""
    text = message.text.strip()
    if len(text) > _HOVER:
        text = text[: _HOVER - 1].rstrip() + "…"
    if message.info and message.info.fork:
        text = f"{fork_sentence(message.info.fork)}\n\n{text}"
    return f"<p style='white-space: pre-wrap'>{escape(text)}</p>"
