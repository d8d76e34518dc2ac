"""The database schema, as steps that are only ever appended.

When the schema changes: append ``m00N_<what>``, never edit an earlier step; keep a database of the version before in
``tests/data/databases/`` (its README says how), add the test that opens it, and adapt the pinned schema of
``tests/unit/store/test_migrations.py``. A step runs inside a transaction: execute single statements, never
``executescript``, which commits.
"""

import sqlite3
from collections.abc import Callable

Migration = Callable[[sqlite3.Connection], None]


def m001_initial(connection: sqlite3.Connection) -> None:
    """Conversations as trees of messages, and the token traces of replies.

    Ids come from the app, so the window never waits for one. Times are seconds since the epoch, JSON columns hold what
    the core types' ``to_json`` gives. Alternatives of a message are siblings: they share its parent.
    """
    connection.execute("""
        CREATE TABLE conversation (
            id INTEGER PRIMARY KEY,
            title TEXT NOT NULL DEFAULT '',
            created_at REAL NOT NULL,
            updated_at REAL NOT NULL,
            system_prompt TEXT NOT NULL DEFAULT '',
            sampling TEXT,
            leaf_id INTEGER,
            draft TEXT NOT NULL DEFAULT '',
            pinned INTEGER NOT NULL DEFAULT 0,
            folder TEXT NOT NULL DEFAULT '',
            deleted_at REAL
        )""")
    connection.execute("""
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE,
            parent_id INTEGER REFERENCES message(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
            text TEXT NOT NULL,
            created_at REAL NOT NULL,
            info TEXT
        )""")
    # Apart from message: a trace is a hundred times its text, and the list of messages must not page through it.
    connection.execute("""
        CREATE TABLE trace (
            message_id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE,
            blob BLOB NOT NULL
        )""")
    connection.execute("CREATE INDEX message_conversation ON message(conversation_id)")
    connection.execute("CREATE INDEX message_parent ON message(parent_id)")


def m002_context(connection: sqlite3.Connection) -> None:
    """What is sent when the context is full, and how a reply begins; raw is NULL where the model decides."""
    connection.execute("ALTER TABLE conversation ADD COLUMN overflow TEXT NOT NULL DEFAULT 'ask'")
    connection.execute("ALTER TABLE conversation ADD COLUMN raw INTEGER")
    connection.execute("ALTER TABLE conversation ADD COLUMN prefill TEXT NOT NULL DEFAULT ''")
    connection.execute("ALTER TABLE message ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0")


MIGRATIONS: tuple[Migration, ...] = (m001_initial, m002_context)
