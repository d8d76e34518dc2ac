import os
import re
import sqlite3
import time
from contextlib import closing

import pytest

from chatapp.core.errors import ErrorCode, StorageError
from chatapp.store import migrations
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import BACKUPS_KEPT, open_database
from tests.unit.store.builders import make_trace, make_tree, open_store, save
from tests.unit.store.write_dump import DUMPS

# The schema after all migrations. A change here without a new migration is a mistake: users have the old tables.
SCHEMA = {
    "conversation": "CREATE TABLE conversation ( id INTEGER PRIMARY KEY, title TEXT NOT NULL DEFAULT '', "
    "created_at REAL NOT NULL, updated_at REAL NOT NULL, system_prompt TEXT NOT NULL DEFAULT '', sampling TEXT, "
    "leaf_id INTEGER, draft TEXT NOT NULL DEFAULT '', pinned INTEGER NOT NULL DEFAULT 0, "
    "folder TEXT NOT NULL DEFAULT '', deleted_at REAL , overflow TEXT NOT NULL DEFAULT 'ask', raw INTEGER, "
    "prefill TEXT NOT NULL DEFAULT '')",
    "message": "CREATE TABLE message ( id INTEGER PRIMARY KEY, "
    "conversation_id INTEGER NOT NULL REFERENCES conversation(id) ON DELETE CASCADE, "
    "parent_id INTEGER REFERENCES message(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED, "
    "role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')), text TEXT NOT NULL, "
    "created_at REAL NOT NULL, info TEXT , pinned INTEGER NOT NULL DEFAULT 0)",
    "message_conversation": "CREATE INDEX message_conversation ON message(conversation_id)",
    "message_parent": "CREATE INDEX message_parent ON message(parent_id)",
    "trace": "CREATE TABLE trace ( message_id INTEGER PRIMARY KEY REFERENCES message(id) ON DELETE CASCADE, "
    "blob BLOB NOT NULL )",
}


def schema(path):
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in rows}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "conversations.sqlite3"


def restore(dump, path):
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))


def test_schema_is_pinned(path):
    open_store(path).close()
    assert schema(path) == SCHEMA


def test_names_are_numbered_and_every_version_has_its_dump():
    for number, step in enumerate(migrations.MIGRATIONS, 1):
        assert step.__name__.startswith(f"m{number:03}_")
        assert (DUMPS / f"v{number}.sql").exists()


@pytest.mark.parametrize("dump", sorted(DUMPS.glob("v*.sql")), ids=lambda p: p.stem)
def test_databases_of_every_version_open_with_everything_in_them(dump, path):
    restore(dump, path)
    store = open_store(path)
    assert store.load(1) == make_tree()
    assert store.load_trace(2).meta == make_trace().meta
    assert store.load_draft(1) == "다음 질문"
    store.close()
    assert schema(path) == SCHEMA


def m003_add_stars(connection):
    connection.execute("ALTER TABLE message ADD COLUMN stars INTEGER NOT NULL DEFAULT 0")


def m004_fail(connection):
    connection.execute("ALTER TABLE message ADD COLUMN moons INTEGER")
    connection.execute("DELETE FROM message")
    connection.execute("CREATE TABLE broken (")


def versions(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("PRAGMA user_version").fetchone()[0]


def test_an_upgrade_leaves_a_backup_of_before(path, monkeypatch):
    store = open_store(path)
    save(store, make_tree())
    store.close()
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m003_add_stars))
    store = open_store(path)
    assert store.load(1) == make_tree()
    store.close()
    assert versions(path) == 3
    (backup,) = (path.parent / "backups").iterdir()
    assert backup.name.startswith("conversations-v2-")
    assert schema(backup) == SCHEMA
    assert versions(backup) == 2
    open_store(path).close()
    assert len(list((path.parent / "backups").iterdir())) == 1


def test_a_new_database_has_no_backup(path):
    open_store(path).close()
    assert not (path.parent / "backups").exists()


def test_a_failing_upgrade_changes_nothing(path, monkeypatch):
    store = open_store(path)
    save(store, make_tree())
    store.close()
    original = migrations.MIGRATIONS
    monkeypatch.setattr(migrations, "MIGRATIONS", (*original, m003_add_stars, m004_fail))
    with pytest.raises(StorageError) as caught:
        open_database(path)
    assert caught.value.code is ErrorCode.DATABASE_FAILED
    assert versions(path) == 2
    monkeypatch.setattr(migrations, "MIGRATIONS", original)
    store = open_store(path)
    assert store.load(1) == make_tree()
    store.close()


def test_only_the_newest_backups_are_kept(path, monkeypatch):
    open_store(path).close()
    folder = path.parent / "backups"
    folder.mkdir()
    tomorrow = time.time() + 24 * 3600  # the clock was put back since
    for i in range(6):
        old = folder / f"conversations-v1-2020010{i}-000000.sqlite3"
        old.write_bytes(b"old")
        os.utime(old, (tomorrow + i, tomorrow + i))
    (folder / "mine.sqlite3").write_bytes(b"not ours")
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m003_add_stars))
    open_store(path).close()
    kept = sorted(backup.name[:25] for backup in folder.glob("conversations-*"))
    assert kept[:-1] == ["conversations-v1-20200104", "conversations-v1-20200105"]
    assert kept[-1].startswith("conversations-v2-")
    assert len(kept) == BACKUPS_KEPT
    assert (folder / "mine.sqlite3").exists()


def test_damage_in_an_upgraded_database_is_salvaged_too(path, monkeypatch):
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, m003_add_stars))
    store = open_store(path)
    save(store, make_tree())
    store.close()
    path.write_bytes(b"\0" * 4096 + path.read_bytes()[4096:])
    result = open_database(path)
    assert result.notice.code is ErrorCode.DATABASE_CORRUPT
    store = ConversationStore(result.database)
    assert len(store.load(1).messages) == 4
    store.close()
