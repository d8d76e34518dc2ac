"""The conversations in the database: everything the services save, load and list.

Every method may block on the disk, so only the store's thread calls them. All raise `StorageError`; what could not be
saved may be saved again later, nothing is left half done.
"""

import json
import sqlite3
from collections.abc import Callable
from typing import Any, TypeVar

from chatapp import log
from chatapp.core.adapters import AdapterUse
from chatapp.core.context import Overflow
from chatapp.core.conversation import Conversation, ConversationSummary, Message, Role
from chatapp.core.errors import RequestError
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.store.database import Database

T = TypeVar("T")
_UNFINISHED = '"finish": null'  # as `_dump` writes it
_ADAPTERS = "adapters"  # the key beside the sampling parameters
_log = log.get("store")


class ConversationStore:
    """Conversations, messages and traces of one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # What is still written to a conversation after it was purged (the last words of a reply) has no place any more.
        self._purged: set[int] = set()

    # -- reading -------------------------------------------------------------------------------------------------------

    def next_ids(self) -> tuple[int, int]:
        """The next free conversation id and message id; the app counts on from there by itself."""
        with self._database.reading() as connection:
            row = connection.execute("""
                SELECT (SELECT coalesce(max(id), 0) FROM conversation),
                       (SELECT coalesce(max(id), 0) FROM message)""").fetchone()
        # Under the id of one that was purged nothing is saved any more.
        return max(row[0], max(self._purged, default=0)) + 1, row[1] + 1

    def summaries(self) -> list[ConversationSummary]:
        """What the conversation list shows, newest first."""
        return self._summaries("deleted_at IS NULL ORDER BY updated_at DESC, id DESC")

    def trash(self) -> list[ConversationSummary]:
        """What lies in the trash, latest deleted first."""
        return self._summaries("deleted_at IS NOT NULL ORDER BY deleted_at DESC, id DESC")

    def load(self, conversation_id: int) -> Conversation:
        """The whole tree, without traces; raise KeyError when there is no such conversation."""
        with self._database.reading() as connection:
            header = connection.execute("""
                SELECT title, created_at, updated_at, system_prompt, sampling, leaf_id, overflow, raw, prefill
                FROM conversation WHERE id = ?""", (conversation_id,)).fetchone()  # fmt: skip
            if header is None:
                raise KeyError(conversation_id)
            rows = connection.execute("""
                SELECT id, parent_id, role, text, created_at, info, pinned FROM message WHERE conversation_id = ?
                ORDER BY id""", (conversation_id,)).fetchall()  # fmt: skip
        title, created_at, updated_at, system_prompt, sampling, leaf_id, overflow, raw, prefill = header
        messages: dict[int, Message] = {}
        for message_id, parent_id, role, text, at, info, pinned in rows:
            # Parents come first; anything else is damage, which must not become a path without an end.
            parent = parent_id if parent_id in messages else None
            reply = _revive(ReplyInfo.from_json, info, f"info of message {message_id}")
            messages[message_id] = Message(message_id, parent, Role(role), text, at, reply, bool(pinned))
        if leaf_id not in messages:
            leaf_id = max(messages, default=None)
        what = f"sampling of conversation {conversation_id}"
        params, adapters = _revive(_split_sampling, sampling, what) or (None, ())
        return Conversation(
            conversation_id, title, created_at, updated_at, system_prompt, params, leaf_id, messages,
            Overflow(overflow) if overflow in set(Overflow) else Overflow.ASK,
            None if raw is None else bool(raw), prefill, adapters,
        )  # fmt: skip

    def load_trace(self, message_id: int) -> TokenTrace | None:
        """The trace of a reply; None when it has none or it is damaged."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT blob FROM trace WHERE message_id = ?", (message_id,)).fetchone()
        if row is None:
            return None
        try:
            return TokenTrace.from_blob(row[0])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("trace of message %d is damaged: %s", message_id, error)
            return None

    def load_draft(self, conversation_id: int) -> str:
        """What was typed and not sent; "" when nothing was."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT draft FROM conversation WHERE id = ?", (conversation_id,)).fetchone()
        return str(row[0]) if row else ""

    # -- writing -------------------------------------------------------------------------------------------------------

    def save_conversation(self, conversation: Conversation) -> None:
        """Insert or update the header: everything but the messages, which are saved one by one."""
        if conversation.id in self._purged:
            return
        sampling = _join_sampling(conversation)
        with self._database.transaction() as connection:
            connection.execute("""
                INSERT INTO conversation (id, title, created_at, updated_at, system_prompt, sampling, leaf_id,
                                          overflow, raw, prefill)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET title = excluded.title, created_at = excluded.created_at,
                    updated_at = excluded.updated_at, system_prompt = excluded.system_prompt,
                    sampling = excluded.sampling, leaf_id = excluded.leaf_id, overflow = excluded.overflow,
                    raw = excluded.raw, prefill = excluded.prefill""",
                (conversation.id, _clean(conversation.title), conversation.created_at, conversation.updated_at,
                 _clean(conversation.system_prompt), sampling, conversation.leaf_id, conversation.overflow.value,
                 conversation.raw, _clean(conversation.prefill)),
            )  # fmt: skip

    def set_title(self, conversation_id: int, title: str) -> None:
        """Rename; the conversation does not count as changed."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversation SET title = ? WHERE id = ?", (_clean(title), conversation_id))

    def save_message(self, conversation_id: int, message: Message) -> None:
        """Insert or update a message. A new one becomes the leaf, as in `Conversation.add`."""
        if conversation_id in self._purged:
            return
        with self._database.transaction() as connection:
            _put_message(connection, conversation_id, message)

    def save_reply(self, conversation_id: int, message: Message, trace: TokenTrace) -> None:
        """A reply and its trace, both or neither."""
        if conversation_id in self._purged:
            return
        blob = trace.to_blob()
        with self._database.transaction() as connection:
            _put_message(connection, conversation_id, message)
            _put_trace(connection, message.id, blob)

    def save_trace(self, message_id: int, trace: TokenTrace) -> None:
        """Insert or replace the trace of a saved message; nothing when that was purged."""
        blob = trace.to_blob()
        with self._database.transaction() as connection:
            found = connection.execute("SELECT 1 FROM message WHERE id = ?", (message_id,)).fetchone()
            if found is None and self._purged:
                return
            _put_trace(connection, message_id, blob)

    def save_draft(self, conversation_id: int, text: str) -> None:
        """Keep what is typed and not sent; the conversation does not count as changed."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversation SET draft = ? WHERE id = ?", (_clean(text), conversation_id))

    def set_deleted(self, conversation_id: int, when: float | None) -> None:
        """Move to the trash at *when* (seconds since the epoch), or with None back out of it."""
        with self._database.transaction() as connection:
            connection.execute("UPDATE conversation SET deleted_at = ? WHERE id = ?", (when, conversation_id))

    def purge_trash(self, before: float) -> int:
        """Really delete what was moved to the trash before that time; returns how many conversations."""
        with self._database.transaction() as connection:
            gone = {i for (i,) in connection.execute("SELECT id FROM conversation WHERE deleted_at < ?", (before,))}
            messages = connection.execute("""
                SELECT id FROM message WHERE conversation_id IN (SELECT id FROM conversation WHERE deleted_at < ?)
                ORDER BY id DESC""", (before,)).fetchall()  # fmt: skip
            # Answers before what they answer: SQLite follows ON DELETE CASCADE through a thousand generations only.
            connection.executemany("DELETE FROM message WHERE id = ?", messages)
            connection.execute("DELETE FROM conversation WHERE deleted_at < ?", (before,))
        self._purged |= gone
        return len(gone)

    def mark_interrupted(self) -> int:
        """Mark replies that a killed app left unfinished (assistant, no finish); returns how many. Call at start."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "SELECT id, info FROM message WHERE role = 'assistant' AND (info IS NULL OR instr(info, ?))",
                (_UNFINISHED,),
            ).fetchall()
            changes = []
            for message_id, text in rows:
                info = _revive(ReplyInfo.from_json, text, f"info of message {message_id}") or ReplyInfo()
                changes.append((_dump(info.to_json() | {"finish": FinishReason.INTERRUPTED}), message_id))
            connection.executemany("UPDATE message SET info = ? WHERE id = ?", changes)
        return len(changes)

    def close(self) -> None:
        """Close the database; nothing may be called afterwards."""
        self._database.close()

    def _summaries(self, condition: str) -> list[ConversationSummary]:
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT id, title, updated_at, deleted_at FROM conversation WHERE {condition}"
            ).fetchall()
        return [ConversationSummary(*row) for row in rows]


def _put_message(connection: sqlite3.Connection, conversation_id: int, message: Message) -> None:
    text, info = _clean(message.text), None if message.info is None else _dump(message.info.to_json())
    updated = connection.execute(
        "UPDATE message SET parent_id = ?, role = ?, text = ?, created_at = ?, info = ?, pinned = ? WHERE id = ?",
        (message.parent_id, message.role, text, message.created_at, info, message.pinned, message.id),
    )
    if updated.rowcount:
        return
    connection.execute(
        "INSERT INTO message (id, conversation_id, parent_id, role, text, created_at, info, pinned)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (message.id, conversation_id, message.parent_id, message.role, text, message.created_at, info, message.pinned),
    )
    # In the same transaction: a kill right after it must not leave the new message off the path that is shown.
    connection.execute(
        "UPDATE conversation SET leaf_id = ?, updated_at = max(updated_at, ?) WHERE id = ?",
        (message.id, message.created_at, conversation_id),
    )


def _put_trace(connection: sqlite3.Connection, message_id: int, blob: bytes) -> None:
    connection.execute(
        "INSERT INTO trace (message_id, blob) VALUES (?, ?)"
        " ON CONFLICT (message_id) DO UPDATE SET blob = excluded.blob",
        (message_id, blob),
    )


def _dump(data: dict[str, Any]) -> str:
    return json.dumps(data)  # ASCII: also lone surrogates can be stored


def _clean(text: str) -> str:
    """Lone surrogates (from broken input methods) cannot be stored: joined where they pair up, else U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


def _join_sampling(conversation: Conversation) -> str | None:
    """What the column holds: the sampling parameters, with the adapters as a further key; NULL for neither."""
    if conversation.sampling is None and not conversation.adapters:
        return None
    data = {} if conversation.sampling is None else conversation.sampling.to_json()
    return _dump(data | {_ADAPTERS: [a.to_json() for a in conversation.adapters]} if conversation.adapters else data)


def _split_sampling(data: dict[str, Any]) -> tuple[SamplingParams | None, tuple[AdapterUse, ...]]:
    adapters = tuple(AdapterUse.from_json(item) for item in data.pop(_ADAPTERS, ()))
    return SamplingParams.from_json(data) if data else None, adapters


def _revive(read: Callable[[dict[str, Any]], T], text: str | None, what: str) -> T | None:
    if text is None:
        return None
    try:
        return read(json.loads(text))
    except (ValueError, TypeError, AttributeError, RequestError) as error:
        _log.warning("%s is damaged: %s", what, error)
        return None
