"""Opening the database: pragmas, migrations with a backup first, and what to do with a damaged file.

Nothing here ever deletes what the user wrote: a newer database is left alone, a damaged one is set aside whole and as
much as possible is copied out of it.
"""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chatapp import log
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.store import migrations
from chatapp.store.errors import READ_FAILURES, folder_unusable, is_corrupt, translate
from chatapp.store.salvage import salvage

BUSY_SECONDS = 5.0
BACKUPS_KEPT = 3

_MAGIC = b"SQLite format 3\x00"
_NEWEST_THINKABLE = 65_535  # a greater version is a damaged number
_VERSION_OFFSET = 60  # of user_version in the file header, big-endian
_FILES = ("-wal", "-shm", "")  # what belongs to a database, by the ending of the name
_TABLES = frozenset({"conversation", "message", "trace"})
_log = log.get("store")


class _Damaged(Exception):  # noqa: N818 - private signal, not an error anybody sees
    """The file at the path is not a usable database of ours."""


class Database:
    """One connection, to be used by one thread at a time (the store's), which need not be the one that opened it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = connection
        self.path = path

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; raise `StorageError` when SQLite fails. The connection stays usable."""
        connection = self.connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                # A full disk has rolled back already.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            _log.warning("transaction failed: %r", error)
            raise translate(error, self.path) from error

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Queries only; raise `StorageError` when SQLite fails."""
        try:
            yield self.connection
        except sqlite3.Error as error:
            _log.warning("query failed: %r", error)
            raise translate(error, self.path) from error

    def close(self) -> None:
        """Fold the write-ahead log into the database file and close."""
        try:
            self.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.Error:
            _log.warning("last checkpoint failed; the log file keeps what is missing", exc_info=True)
        self.connection.close()


@dataclass(frozen=True, slots=True)
class OpenResult:
    """An open database and, when something had to be done to open it, what to tell the user."""

    database: Database
    notice: StorageError | None = None


def open_database(path: Path) -> OpenResult:
    """Open or create the database at *path*.

    Raises StorageError: FOLDER_UNUSABLE, DATABASE_TOO_NEW (nothing was changed), DISK_FULL, DATABASE_FAILED.
    A damaged file is no error: the result's *notice* is a DATABASE_CORRUPT saying what was kept and saved.
    """
    notice = None
    try:
        _check_folder(path)
        try:
            if _salvaged(path).exists():
                raise _Damaged("an earlier recovery was cut short")  # noqa: TRY301
            database = _open_existing(path) if path.exists() else _create(path)
        except _Damaged as damage:
            _log.error("database damaged: %s", damage)
            database, notice = _replace_damaged(path, str(damage))
    except (sqlite3.Error, OSError) as error:
        raise translate(error, path) from error
    return OpenResult(database, notice)


def _check_folder(path: Path) -> None:
    folder = path.parent
    folder.mkdir(parents=True, exist_ok=True)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise folder_unusable(path, "the folder is not writable")
    for file in (path, _beside(path, "-wal")):
        if file.is_dir():
            raise folder_unusable(path, f"{file.name} is a folder")
        if file.exists() and not os.access(file, os.R_OK | os.W_OK):
            raise folder_unusable(path, f"{file.name} is not readable and writable")


def _create(path: Path) -> Database:
    # A log without its database (somebody moved one file) would be replayed into the new one, or deleted.
    if _beside(path, "-wal").exists():
        raise _Damaged("a write-ahead log without its database")
    database = _connect(path)
    try:
        _migrate(database)
    except BaseException:
        database.connection.close()
        raise
    return database


def _open_existing(path: Path) -> Database:
    _refuse_newer(path)
    try:
        database = _connect(path)
    except READ_FAILURES as error:
        if is_corrupt(error):
            raise _Damaged(str(error)) from error
        raise
    try:
        _check(database.connection)
        _migrate(database)
    except BaseException as error:
        database.connection.close()
        if is_corrupt(error):
            raise _Damaged(str(error)) from error
        raise
    return database


def _connect(path: Path) -> Database:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    # A flipped bit in a text must not make the whole conversation unreadable.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
    except BaseException:
        connection.close()
        raise
    return Database(connection, path)


def _refuse_newer(path: Path) -> None:
    """Raise DATABASE_TOO_NEW without touching a byte, or `_Damaged` when the file is no SQLite database."""
    with path.open("rb") as file:
        header = file.read(100)
    if len(header) < 100 or not header.startswith(_MAGIC):
        raise _Damaged("not an SQLite database" if header else "the file is empty")
    found = int.from_bytes(header[_VERSION_OFFSET : _VERSION_OFFSET + 4], "big", signed=True)
    known = len(migrations.MIGRATIONS)
    wal = _beside(path, "-wal")
    if found <= known and wal.exists() and wal.stat().st_size:
        # The newer version may still be in the log. Read-only: closing must not fold the log in.
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            try:
                found = connection.execute("PRAGMA user_version").fetchone()[0]
            except READ_FAILURES as error:
                if is_corrupt(error):
                    raise _Damaged(str(error)) from error
                raise
    if found > _NEWEST_THINKABLE:
        raise _Damaged(f"the impossible version {found}")
    if found > known:
        raise StorageError(ErrorCode.DATABASE_TOO_NEW, path=path, found=found, known=known)


def _check(connection: sqlite3.Connection) -> None:
    problems = [row[0] for row in connection.execute("PRAGMA quick_check(10)")]
    if problems != ["ok"]:
        raise _Damaged("; ".join(map(str, problems)))
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if (version > 0 and not names >= _TABLES) or (version <= 0 and names):
        raise _Damaged("not a database of this app")


def _migrate(database: Database) -> None:
    version = database.connection.execute("PRAGMA user_version").fetchone()[0]
    steps = migrations.MIGRATIONS[version:]
    if not steps:
        return
    if version > 0:
        _back_up(database, version)
    with database.transaction() as connection:
        for step in steps:
            _log.info("database: %s", step.__name__)
            step(connection)
        connection.execute(f"PRAGMA user_version = {len(migrations.MIGRATIONS)}")


def _back_up(database: Database, version: int) -> None:
    folder = database.path.parent / "backups"
    folder.mkdir(exist_ok=True)
    target = _free_name(folder / f"{database.path.stem}-v{version}-{_timestamp()}.sqlite3")
    unfinished = target.with_suffix(".tmp")
    try:
        with closing(sqlite3.connect(unfinished)) as copy:
            database.connection.backup(copy)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    # Not by the clock alone, which may have been put back: the new one stays.
    earlier = set(folder.glob(f"{database.path.stem}-v*.sqlite3")) - {target}
    for old in sorted(earlier, key=lambda p: p.stat().st_mtime)[: 1 - BACKUPS_KEPT]:
        old.unlink(missing_ok=True)


def _replace_damaged(path: Path, reason: str) -> tuple[Database, StorageError]:
    """Salvage into a new file, then swap. A kill or a full disk at any point leaves a state that starts over here."""
    salvaged = _salvaged(path)
    if not salvaged.exists():
        unfinished = path.with_name(f"{path.stem}.salvaging{path.suffix}")
        _remove(unfinished)
        try:
            database = _create(unfinished)
            try:
                salvage(path, database.connection)
            finally:
                database.close()
            unfinished.replace(salvaged)
        finally:
            _remove(unfinished)
    kept = _free_name(path.with_name(f"{path.stem}.damaged-{_timestamp()}{path.suffix}"))
    for ending in _FILES:
        file = _beside(path, ending)
        if file.exists():
            file.replace(_beside(kept, ending))
    salvaged.replace(path)
    database = _connect(path)
    (saved,) = database.connection.execute("SELECT count(*) FROM message").fetchone()
    shown = kept if kept.exists() else _beside(kept, "-wal")
    return database, StorageError(ErrorCode.DATABASE_CORRUPT, details=reason, kept=shown, saved=saved)


def _salvaged(path: Path) -> Path:
    """Where a finished recovery waits to take the place of the damaged file."""
    return path.with_name(f"{path.stem}.salvaged{path.suffix}")


def _remove(path: Path) -> None:
    for ending in _FILES:
        _beside(path, ending).unlink(missing_ok=True)


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _free_name(path: Path) -> Path:
    candidate, n = path, 1
    while candidate.exists():
        n += 1
        candidate = path.with_name(f"{path.stem}-{n}{path.suffix}")
    return candidate


def _timestamp() -> str:
    return time.strftime("%Y%m%d-%H%M%S")
