"""Copies what can still be read out of a damaged database, row by row."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from chatapp import log
from chatapp.store import migrations
from chatapp.store.errors import READ_FAILURES

MAX_PROBES = 200_000  # single-row look-ups in a damaged range, some microseconds each

_COLUMNS = {
    "conversation": ("id", "title", "created_at", "updated_at", "system_prompt", "sampling", "leaf_id", "draft",
                     "pinned", "folder", "deleted_at", "overflow", "raw", "prefill"),
    "message": ("id", "conversation_id", "parent_id", "role", "text", "created_at", "info", "pinned"),
    "trace": ("message_id", "blob"),
}  # fmt: skip
_MEND = (
    # A message whose conversation is lost gets a new one, named after its first words.
    """INSERT INTO conversation (id, title, created_at, updated_at)
       SELECT conversation_id, substr(text, 1, 60), min(created_at), max(created_at) FROM message
       WHERE conversation_id NOT IN (SELECT id FROM conversation) GROUP BY conversation_id""",
    # One whose parent is lost follows the message before it, so that it stays on a path that can be read.
    """UPDATE message SET parent_id = (SELECT max(m.id) FROM message m
           WHERE m.conversation_id = message.conversation_id AND m.id < message.id)
       WHERE parent_id IS NOT NULL AND (parent_id >= id OR NOT EXISTS (SELECT 1 FROM message m
           WHERE m.id = message.parent_id AND m.conversation_id = message.conversation_id))""",
    """UPDATE conversation SET leaf_id = (SELECT max(id) FROM message WHERE conversation_id = conversation.id)
       WHERE leaf_id IS NULL OR leaf_id NOT IN (SELECT id FROM message WHERE conversation_id = conversation.id)""",
    "DELETE FROM trace WHERE message_id NOT IN (SELECT id FROM message)",
)
_log = log.get("store")


def salvage(damaged: Path, target: sqlite3.Connection) -> int:
    """Copy from the file *damaged*, which is only read, into *target*, which has the current schema and is empty.

    Returns the number of messages saved. Raises sqlite3.Error only when *target* fails.
    """
    target.execute("PRAGMA foreign_keys = OFF")
    try:
        target.execute("BEGIN IMMEDIATE")
        try:
            with _readable(damaged) as source:
                for table in _COLUMNS:
                    _copy(source, target, table)
            for statement in _MEND:
                target.execute(statement)
            (saved,) = target.execute("SELECT count(*) FROM message").fetchone()
            target.execute("COMMIT")
        except BaseException:
            if target.in_transaction:
                target.execute("ROLLBACK")
            raise
    finally:
        target.execute("PRAGMA foreign_keys = ON")
    _log.warning("salvaged %d messages from %s", saved, damaged)
    return int(saved)


@contextmanager
def _readable(damaged: Path) -> Iterator[Path]:
    """*damaged* itself, or when its first page (header, list of tables) is lost, a copy with that page replaced."""
    if _existing_columns(damaged, "message"):
        yield damaged
        return
    copy = damaged.with_suffix(".tmp")
    try:
        if _transplant(damaged, copy):
            yield copy
        else:
            yield damaged
    finally:
        for ending in ("", "-wal", "-shm"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)


def _transplant(damaged: Path, copy: Path) -> bool:
    """Write *damaged* to *copy* under the first page of a new database; False when that cannot help.

    The tables of the first migration begin on the same pages in every database, so that page fits them all.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.execute("BEGIN")
        for step in migrations.MIGRATIONS:
            step(connection)
        connection.execute("COMMIT")
        (page_size,) = connection.execute("PRAGMA page_size").fetchone()
        page = bytearray(connection.serialize()[:page_size])
    try:
        size = damaged.stat().st_size
        if size < 2 * page_size:
            return False
        page[28:32] = (size // page_size).to_bytes(4, "big")  # pages in the file
        page[32:40] = bytes(8)  # no free list: what it named may be in use by now
        shutil.copyfile(damaged, copy)
        wal = damaged.with_name(damaged.name + "-wal")
        if wal.exists():
            shutil.copyfile(wal, copy.with_name(copy.name + "-wal"))
        with copy.open("r+b") as file:
            file.write(page)
    except OSError as error:
        _log.warning("no copy to salvage from: %s", error)
        return False
    return bool(_existing_columns(copy, "message"))


def _copy(source: Path, target: sqlite3.Connection, table: str) -> None:
    columns = [name for name in _COLUMNS[table] if name in _existing_columns(source, table)]
    if not columns:
        return
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    rows = _Rows(source, f"SELECT {names} FROM {table}", columns[0], _largest_id(target, table))
    for row in rows:
        try:
            target.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)
        except (sqlite3.IntegrityError, sqlite3.DataError) as error:
            _log.warning("a row of %s is lost: %s", table, error)


class _Rows:
    """Every readable row of a query: forwards to the first damage, backwards to the last, one by one in between."""

    def __init__(self, path: Path, query: str, key: str, guess: int) -> None:
        self._path = path
        self._query = query
        self._key = key
        self._high = guess + 1  # ids below it are looked for when not even the largest can be read
        self._low = 0

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        with closing(_open(self._path)) as source:
            try:
                for row in source.execute(f"{self._query} ORDER BY {self._key}"):
                    self._low = row[0]
                    yield row
            except READ_FAILURES as error:
                _log.warning("reading forwards ended: %s", error)
            else:
                return
            try:
                for row in source.execute(f"{self._query} WHERE {self._key} > ? ORDER BY {self._key} DESC",
                                          (self._low,)):  # fmt: skip
                    self._high = row[0]
                    yield row
            except READ_FAILURES as error:
                _log.warning("reading backwards ended: %s", error)
            for rowid in range(self._low + 1, min(self._high, self._low + MAX_PROBES)):
                try:
                    yield from source.execute(f"{self._query} WHERE {self._key} = ?", (rowid,)).fetchall()
                except READ_FAILURES:
                    continue


def _open(path: Path) -> sqlite3.Connection:
    # Read-only: the set-aside file and its log stay as they were found.
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _existing_columns(path: Path, table: str) -> set[str]:
    try:
        with closing(_open(path)) as source:
            return {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
    except READ_FAILURES:
        return set()


def _largest_id(target: sqlite3.Connection, table: str) -> int:
    """The largest id known of *table* from what was saved before it."""
    query = {
        "conversation": "SELECT 10000",
        "message": "SELECT max(10000, coalesce(max(leaf_id), 0)) FROM conversation",
        "trace": "SELECT coalesce(max(id), 0) FROM message",
    }[table]
    return int(target.execute(query).fetchone()[0])
