import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import textwrap
import time
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import open_database
from tests.unit.store.builders import all_texts, fill, make_tree, open_store, save

PAGE = 4096


@pytest.fixture
def path(tmp_path):
    return tmp_path / "conversations.sqlite3"


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    """A closed database, written once, and its texts."""
    path = tmp_path_factory.mktemp("template") / "conversations.sqlite3"
    store = open_store(path)
    texts = fill(store)
    store.close()
    return path, texts


@pytest.fixture
def texts(path, template):
    """What the closed database at *path* holds."""
    shutil.copy(template[0], path)
    return template[1]


def reopen_damaged(path):
    """Open, expect the notice; returns the store and the notice."""
    result = open_database(path)
    assert result.notice is not None
    assert result.notice.code is ErrorCode.DATABASE_CORRUPT
    kept = Path(result.notice.params["kept"])
    assert kept.name.startswith("conversations.damaged-")
    assert kept.exists()
    store = ConversationStore(result.database)
    assert result.database.connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert result.database.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    return store, result.notice


# -- opening -----------------------------------------------------------------------------------------------------------


def test_pragmas(path):
    with closing(open_database(path).database.connection) as connection:
        for pragma, value in (("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 1), ("busy_timeout", 5000)):
            assert connection.execute(f"PRAGMA {pragma}").fetchone()[0] == value


def test_closing_folds_the_log_in(path):
    store = open_store(path)
    save(store, make_tree())
    store.close()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize("with_log", [False, True])
def test_a_newer_database_is_refused_unchanged(path, with_log):
    store = open_store(path)
    save(store, make_tree())
    copy = path.parent / "copy"
    copy.mkdir()
    if with_log:  # the version is only in the log of an app that was killed
        store._database.connection.execute("PRAGMA user_version = 99")
        for file in list(path.parent.glob("conversations*")):
            shutil.copy(file, copy)
        path = copy / path.name
        store.close()
    else:
        store.close()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA user_version = 99")
    endings = ("", "-wal")
    before = [Path(f"{path}{e}").read_bytes() for e in endings if Path(f"{path}{e}").exists()]
    with pytest.raises(StorageError) as caught:
        open_database(path)
    assert caught.value.code is ErrorCode.DATABASE_TOO_NEW
    assert caught.value.params == {"path": str(path), "found": "99", "known": "2"}
    assert [Path(f"{path}{e}").read_bytes() for e in endings if Path(f"{path}{e}").exists()] == before
    assert not list(path.parent.glob("*damaged*"))


def test_an_impossible_version_is_damage_not_the_future(path):
    store = open_store(path)
    save(store, make_tree())
    store.close()
    data = bytearray(path.read_bytes())
    data[60:64] = b"\x7f\x12\x34\x56"
    path.write_bytes(data)
    store, notice = reopen_damaged(path)
    assert store.load(1) == make_tree()
    assert notice.params["saved"] == "4"
    store.close()


def test_a_file_where_the_folder_should_be(tmp_path):
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageError) as caught:
        open_database(tmp_path / "data" / "conversations.sqlite3")
    assert caught.value.code is ErrorCode.FOLDER_UNUSABLE
    assert caught.value.params["path"] == str(tmp_path / "data")


def test_a_folder_where_the_file_should_be(path):
    path.mkdir()
    with pytest.raises(StorageError) as caught:
        open_database(path)
    assert caught.value.code is ErrorCode.FOLDER_UNUSABLE
    assert path.is_dir()


@pytest.fixture
def as_nobody():
    """A folder of its own, and a context in which even root may not write everywhere."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)  # pytest's own folders are closed to others

    @contextmanager
    def drop():
        if os.geteuid() != 0:
            yield
            return
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)

    yield folder, drop
    for path in folder.iterdir():
        path.chmod(0o700)
    shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
@pytest.mark.parametrize("mode", [0o000, 0o555])
@pytest.mark.parametrize("exists", [True, False])
def test_an_unwritable_folder(as_nobody, mode, exists):
    parent, drop = as_nobody
    path = parent / "data" / "conversations.sqlite3"
    path.parent.mkdir()
    if exists:
        open_store(path).close()
    before = path.read_bytes() if exists else None
    path.parent.chmod(mode)
    with drop(), pytest.raises(StorageError) as caught:
        open_database(path)
    path.parent.chmod(0o700)
    assert caught.value.code is ErrorCode.FOLDER_UNUSABLE
    assert caught.value.params["path"] == str(path.parent)
    assert (path.read_bytes() if exists else None) == before


# -- kill -9 -----------------------------------------------------------------------------------------------------------

WRITER = """
    import sys
    from pathlib import Path
    from chatapp.core.conversation import Conversation, Message, Role
    from chatapp.core.generation import ReplyInfo
    from tests.unit.store.builders import make_trace, open_store
    store = open_store(Path(sys.argv[1]))
    _, number = store.next_ids()
    store.save_conversation(Conversation(1, "대화", 1.0, 1.0))
    while True:
        message = Message(number, None, Role.ASSISTANT, f"{number} 안녕 " * 50, 1.0, ReplyInfo())
        store.save_reply(1, message, make_trace())
        print(number, flush=True)
        number += 1
"""


def test_kill_nine_of_a_writer_loses_nothing_committed(path):
    total = 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(WRITER), str(path)], stdout=subprocess.PIPE, text=True
        )
        with writer:
            for line in writer.stdout:
                total = int(line)
                if total % 150 == 0:
                    break
            time.sleep(0.02)  # into the middle of a later write
            writer.send_signal(signal.SIGKILL) if hasattr(signal, "SIGKILL") else writer.kill()
            rest = writer.stdout.read().split()
        total = int(rest[-1]) if rest else total
    store = open_store(path)
    messages = store.load(1).messages
    assert len(messages) in {total, total + 1}  # one may have been committed and not printed
    assert all(messages[i].text == f"{i} 안녕 " * 50 for i in range(1, total + 1))
    assert all(len(store.load_trace(i)) == 5 for i in range(1, total + 1, 50))
    assert store.mark_interrupted() == len(messages)
    store.close()


# -- damage ------------------------------------------------------------------------------------------------------------


def test_an_overwritten_page_costs_only_its_rows(path, texts):
    data = bytearray(path.read_bytes())
    middle = len(data) // PAGE // 2 * PAGE
    data[middle : middle + PAGE] = random.Random(1).randbytes(PAGE)
    path.write_bytes(data)
    store, notice = reopen_damaged(path)
    found = all_texts(store)
    assert int(notice.params["saved"]) == len(found)
    assert len(found) >= len(texts) - 12
    assert all(texts[i] == text for i, text in found.items())
    assert Path(notice.params["kept"]).read_bytes() == data
    store.save_conversation(Conversation(100, "new", 1.0, 1.0))
    store.close()
    open_store(path).close()


@pytest.mark.parametrize("page", range(6))
def test_every_one_of_the_first_pages_may_be_lost(path, texts, page):
    """Header and list of tables, roots of the tables, roots of the indexes."""
    data = bytearray(path.read_bytes())
    data[page * PAGE : (page + 1) * PAGE] = b"\xff" * PAGE
    path.write_bytes(data)
    store, notice = reopen_damaged(path)
    found = all_texts(store)
    assert len(found) == int(notice.params["saved"])
    if page != 2:  # the root of message itself names the pages of its rows
        assert found == texts
    assert Path(notice.params["kept"]).read_bytes() == data
    assert not list(path.parent.glob("*.tmp*"))
    store.close()


@pytest.mark.parametrize("fraction", [0.9, 0.5, 0.1])
def test_a_truncated_file(path, texts, fraction):
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * fraction)])
    store, _ = reopen_damaged(path)
    found = all_texts(store)
    assert all(texts[i] == text for i, text in found.items())
    assert len(found) >= int(len(texts) * (fraction - 0.1))
    store.close()


@pytest.mark.parametrize("content", [b"", b"x", "일기장\n".encode() * 5000, b"SQLite format 3\x00" + b"\0" * 4080])
def test_what_is_no_database_is_set_aside(path, content):
    path.write_bytes(content)
    store, notice = reopen_damaged(path)
    assert Path(notice.params["kept"]).read_bytes() == content
    assert notice.params["saved"] == "0"
    save(store, make_tree())
    store.close()
    open_store(path).close()


def test_somebody_elses_database_is_set_aside_whole(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.execute("INSERT INTO recipes VALUES ('김치')")
        connection.commit()
    store, notice = reopen_damaged(path)
    store.close()
    with closing(sqlite3.connect(notice.params["kept"])) as connection:
        assert connection.execute("SELECT name FROM recipes").fetchone() == ("김치",)


def test_damage_with_a_log_left_behind(path, tmp_path):
    """A killed app whose database file was overwritten: most of it is still in the log."""
    store = open_store(path)
    texts = fill(store, conversations=1)
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in tmp_path.glob("conversations*"):
        shutil.copy(file, copy)
    store.close()
    path = copy / path.name
    path.write_bytes(b"\xff" * 100 + path.read_bytes()[100:])
    log = Path(f"{path}-wal").read_bytes()
    store, notice = reopen_damaged(path)
    assert all_texts(store) == texts
    assert Path(notice.params["kept"] + "-wal").read_bytes() == log
    store.close()


def test_a_log_without_its_database_is_not_deleted(path):
    Path(f"{path}-wal").write_bytes(b"precious")
    result = open_database(path)
    result.database.close()
    kept = Path(result.notice.params["kept"])
    assert kept.name.endswith("-wal")
    assert kept.read_bytes() == b"precious"


def damage(path):
    data = path.read_bytes()
    path.write_bytes(b"\xff" * PAGE + data[PAGE:])


@pytest.mark.parametrize("step", range(6))
def test_a_recovery_that_is_cut_short_starts_over(path, texts, step, monkeypatch):
    """Every change of a name may be the last thing that happens before the power fails."""
    damage(path)
    steps = 0
    replace = Path.replace

    def fail_at(self, target):
        nonlocal steps
        steps += 1
        if steps > step:
            raise OSError(5, "the power failed")
        return replace(self, target)

    with monkeypatch.context() as patch, suppress(StorageError):
        patch.setattr(Path, "replace", fail_at)
        open_database(path).database.close()
    result = open_database(path)
    store = ConversationStore(result.database)
    assert all_texts(store) == texts
    assert len(list(path.parent.glob("conversations.damaged-*.sqlite3"))) == 1
    store.close()
    open_store(path).close()
    assert {p.name.split("-")[0] for p in path.parent.iterdir()} == {path.name, "conversations.damaged"}


def test_no_room_to_recover_leaves_the_damaged_file(path, texts, monkeypatch):
    damage(path)
    before = path.read_bytes()

    def full(damaged, target):
        target.execute("PRAGMA max_page_count = 1")
        target.execute("CREATE TABLE more (x)")

    monkeypatch.setattr("chatapp.store.database.salvage", full)
    with pytest.raises(StorageError) as caught:
        open_database(path)
    monkeypatch.undo()
    assert caught.value.code is ErrorCode.DISK_FULL
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
    store, _ = reopen_damaged(path)
    assert all_texts(store) == texts
    store.close()


def test_two_damages_in_one_second_keep_both_files(path):
    for content in (b"first", b"second"):
        for old in path.parent.glob("conversations.sqlite3*"):
            old.unlink()
        path.write_bytes(content)
        open_database(path).database.close()
    kept = {p.read_bytes() for p in path.parent.glob("conversations.damaged-*")}
    assert kept == {b"first", b"second"}


@pytest.mark.parametrize("seed", range(20))
def test_random_damage_never_raises_and_never_invents(path, texts, seed):
    chance = random.Random(seed)
    data = bytearray(path.read_bytes())
    for _ in range(chance.choice((1, 5, 40))):
        at = chance.randrange(len(data))
        length = chance.choice((1, 16, PAGE))
        data[at : at + length] = chance.randbytes(min(length, len(data) - at))
    path.write_bytes(data)
    # (None of these seeds hits the version number, which would be refused as a newer database.)
    store = ConversationStore(open_database(path).database)
    for summary in store.summaries():
        store.load(summary.id).path()
    assert all_texts(store).keys() <= texts.keys()
    for message_id in range(1, len(texts) + 1):
        store.load_trace(message_id)
    save(store, make_tree(1000, 100_000))
    store.close()


# -- a full disk -------------------------------------------------------------------------------------------------------


def test_disk_full_is_said_and_survived(path):
    store = open_store(path)
    save(store, make_tree())
    connection = store._database.connection
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    big = Message(5, 3, Role.ASSISTANT, "가" * 100_000, 5.0)
    with pytest.raises(StorageError) as caught:
        store.save_message(1, big)
    assert caught.value.code is ErrorCode.DISK_FULL
    assert store.load(1) == make_tree()
    connection.execute("PRAGMA max_page_count = 1000000")
    store.save_message(1, big)
    assert store.load(1).messages[5] == big
    store.close()


def test_a_really_full_disk(tiny_disk):
    path = tiny_disk / "conversations.sqlite3"
    store = open_store(path)
    save(store, make_tree())
    saved = 4
    with pytest.raises(StorageError) as caught:  # noqa: PT012 - which of them fails is up to the disk
        for i in range(5, 500):
            store.save_message(1, Message(i, i - 1, Role.USER, "가" * 3000, 5.0))
            saved = i
    assert caught.value.code is ErrorCode.DISK_FULL
    assert len(store.load(1).messages) == saved
    with pytest.raises(StorageError):
        store.save_message(1, Message(saved + 1, saved, Role.USER, "가" * 30_000, 5.0))
    subprocess.run(["mount", "-o", "remount,size=8m", str(tiny_disk)], check=True)
    store.save_message(1, Message(saved + 1, saved, Role.USER, "가" * 3000, 5.0))
    store.close()
    store = open_store(path)
    assert len(store.load(1).messages) == saved + 1
    store.close()


def test_no_room_even_to_begin(tiny_disk):
    (tiny_disk / "filler").write_bytes(b"x" * 500_000)
    with pytest.raises(StorageError) as caught:
        open_database(tiny_disk / "conversations.sqlite3")
    assert caught.value.code is ErrorCode.DISK_FULL
