"""The list of conversations: what the sidebar shows, renames and throws away."""

import math
import time
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from chatapp import log
from chatapp.core.conversation import Conversation, ConversationSummary
from chatapp.core.errors import StorageError
from chatapp.services.notices import CONVERSATION_DELETED, UNTITLED_DELETED, Action, Level, Notice, Notices
from chatapp.services.storage import StorageService
from chatapp.store.conversations import ConversationStore

TRASH_DAYS = 30  # then what is in the trash is deleted for good
_log = log.get("store")


class ConversationsService(QObject):
    """Kept in memory; the database follows.

    Signals:

    list_changed()
    renamed(int, str)  conversation id, new title
    deleted(int)       moved to the trash
    """

    list_changed = Signal()
    renamed = Signal(int, str)
    deleted = Signal(int)

    def __init__(self, storage: StorageService, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._storage = storage
        self._notices = notices
        storage.write(_purge_old)
        everything = storage.read_now(lambda store: store.summaries() + store.trash())
        self._summaries = {summary.id: summary for summary in everything}
        self._gone: set[int] = set()  # deleted for good; a reply that was being written may end later

    def summaries(self) -> list[ConversationSummary]:
        """What is not in the trash, newest first."""
        kept = [summary for summary in self._summaries.values() if summary.deleted_at is None]
        return sorted(kept, key=lambda s: (s.updated_at, s.id), reverse=True)

    def trash(self) -> list[ConversationSummary]:
        """What is in the trash, latest deleted first."""
        thrown = [summary for summary in self._summaries.values() if summary.deleted_at is not None]
        return sorted(thrown, key=lambda s: s.deleted_at or 0.0, reverse=True)

    def title(self, conversation_id: int) -> str:
        """As the list shows it, also before that is written."""
        known = self._summaries.get(conversation_id)
        return known.title if known else ""

    def is_deleted(self, conversation_id: int) -> bool:
        """Whether it is in the trash, or not even there any more."""
        known = self._summaries.get(conversation_id)
        return conversation_id in self._gone or (known is not None and known.deleted_at is not None)

    def touch(self, conversation: Conversation) -> None:
        """A conversation is new or has changed: show it where it now belongs. Its header is not saved here."""
        if conversation.id in self._gone:
            return
        known = self._summaries.get(conversation.id)
        deleted_at = known.deleted_at if known else None
        self._put(ConversationSummary(conversation.id, conversation.title, conversation.updated_at, deleted_at))

    def rename(self, conversation_id: int, title: str) -> None:
        """Give a title; an empty one is ignored."""
        title = " ".join(title.split())
        if not title or conversation_id not in self._summaries:
            return
        self._put(replace(self._summaries[conversation_id], title=title))
        self._storage.write(lambda store: store.set_title(conversation_id, title))
        self.renamed.emit(conversation_id, title)

    def delete(self, conversation_id: int) -> None:
        """Move to the trash, and offer to take it back."""
        summary = self._summaries.get(conversation_id)
        if summary is None or summary.deleted_at is not None:
            return
        now = time.time()
        self._put(replace(summary, deleted_at=now))
        self._storage.write(lambda store: store.set_deleted(conversation_id, now))
        self.deleted.emit(conversation_id)
        undo = (Action.UNDO, lambda: self.restore(conversation_id))
        text = CONVERSATION_DELETED if summary.title else UNTITLED_DELETED
        params = {"title": summary.title}
        self._notices.post(Notice(Level.INFO, text, params, actions=(undo,), key=_key(conversation_id)))

    def restore(self, conversation_id: int) -> None:
        """Take out of the trash."""
        summary = self._summaries.get(conversation_id)
        if summary is not None and summary.deleted_at is not None:
            self._put(replace(summary, deleted_at=None))
            self._storage.write(lambda store: store.set_deleted(conversation_id, None))
            self._notices.clear(_key(conversation_id))

    def empty_trash(self) -> None:
        """Really delete what is in the trash."""
        for summary in self.trash():
            del self._summaries[summary.id]
            self._gone.add(summary.id)
            self._notices.clear(_key(summary.id))
        # Whenever that was deleted: the clock may have been put back since.
        self._storage.write(lambda store: store.purge_trash(math.inf))
        self.list_changed.emit()

    def _put(self, summary: ConversationSummary) -> None:
        if self._summaries.get(summary.id) != summary:
            self._summaries[summary.id] = summary
            self.list_changed.emit()


def _key(conversation_id: int) -> str:
    """Of the notice that a conversation can be taken back, which is true only while it is in the trash."""
    return f"deleted {conversation_id}"


def _purge_old(store: ConversationStore) -> None:
    """What cannot be deleted now is at the next start: it must hold up, and be said to be, nothing that was written."""
    try:
        store.purge_trash(time.time() - TRASH_DAYS * 86400)
    except StorageError as error:
        _log.warning("the trash is left as it is: %s", error)
