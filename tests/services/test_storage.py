"""What happens when the disk does not play along."""

import shutil
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.services.notices import INTERRUPTED_FOUND, Action, Notice, Notices
from chatapp.services.storage import StorageService
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import open_database


def conversation(number: int) -> Conversation:
    return Conversation(number, f"title {number}", 1.0, float(number))


class FullDisk:
    """Makes a store's writes fail as on a full disk until `free` is called."""

    def __init__(self, storage: StorageService) -> None:
        self._storage = storage
        self._set_pages(1)

    def free(self) -> None:
        self._set_pages(1_000_000)

    def _set_pages(self, pages: int) -> None:
        def limit(store: ConversationStore) -> None:
            store._database.connection.execute(f"PRAGMA max_page_count = {pages}")

        self._storage.read_now(limit)


@pytest.fixture
def told() -> list[Notice]:
    return []


@pytest.fixture
def storage(tmp_path: Path, told: list[Notice], qtbot: QtBot):
    notices = Notices()
    notices.attach(told.append)
    service = StorageService(tmp_path / "conversations.sqlite3", notices)
    yield service
    if not service.is_closed:
        service.close()


def big(number: int) -> Conversation:
    found = conversation(number)
    found.system_prompt = "x" * 200_000
    return found


def test_a_full_disk_is_told_once_and_nothing_is_lost_when_there_is_room_again(
    storage: StorageService, told: list[Notice], qtbot: QtBot
) -> None:
    disk = FullDisk(storage)
    storage.write(lambda store: store.save_conversation(big(1)))
    storage.write(lambda store: store.save_conversation(conversation(2)))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert told[0].error is not None
    assert told[0].error.code is ErrorCode.DISK_FULL_UNSAVED
    assert storage.failure is told[0].error
    action, retry = told[0].actions[0]
    assert action is Action.RETRY_SAVING
    retry()
    disk.free()
    with qtbot.waitSignal(storage.saved, timeout=10_000):
        retry()
    assert len(told) == 1
    assert storage.is_saved
    assert storage.failure is None
    assert {s.id for s in storage.read_now(lambda store: store.summaries())} == {1, 2}


def test_saving_is_tried_again_by_itself(storage: StorageService, told: list[Notice], qtbot: QtBot) -> None:
    disk = FullDisk(storage)
    storage.write(lambda store: store.save_conversation(big(1)))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    disk.free()
    with qtbot.waitSignal(storage.saved, timeout=10_000):
        pass


def test_closing_with_a_full_disk_says_that_something_is_unsaved(
    storage: StorageService, told: list[Notice], qtbot: QtBot
) -> None:
    FullDisk(storage)
    storage.write(lambda store: store.save_conversation(big(1)))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert not storage.close()


def test_at_the_end_what_fits_is_written_though_something_before_it_does_not(
    storage: StorageService, told: list[Notice], qtbot: QtBot, tmp_path: Path
) -> None:
    FullDisk(storage)
    for one in (big(1), conversation(2), big(3), conversation(4)):
        storage.write(lambda store, one=one: store.save_conversation(one))
    storage.write(_wrong)  # a bug of ours, which costs nothing but itself
    storage.write(lambda store: store.save_conversation(conversation(5)))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    with pytest.raises(ZeroDivisionError):
        storage.close()
    store = ConversationStore(open_database(tmp_path / "conversations.sqlite3").database)
    assert {summary.id for summary in store.summaries()} == {2, 4, 5}
    store.close()


def _wrong(_store: ConversationStore) -> None:
    raise ZeroDivisionError


def test_a_bug_in_one_write_does_not_end_the_saving_of_others(
    storage: StorageService, told: list[Notice], qtbot: QtBot
) -> None:
    disk = FullDisk(storage)
    storage.write(lambda store: store.save_conversation(big(1)))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    storage.write(_wrong)
    storage.write(lambda store: store.save_conversation(conversation(2)))
    disk.free()
    with qtbot.capture_exceptions() as raised, qtbot.waitSignal(storage.saved, timeout=10_000):
        storage.retry()
    assert [kind for kind, _value, _trace in raised] == [ZeroDivisionError]
    assert {s.id for s in storage.read_now(lambda store: store.summaries())} == {1, 2}


def test_what_is_written_while_a_retry_succeeds_is_not_forgotten(
    storage: StorageService, told: list[Notice], qtbot: QtBot
) -> None:
    disk = FullDisk(storage)
    storage.write(lambda store: store.save_conversation(big(1)))
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    disk.free()
    storage.retry()
    assert len(storage.read_now(lambda store: store.summaries())) == 1  # it has, and the window does not know yet
    storage.write(lambda store: store.save_conversation(conversation(2)))
    with qtbot.waitSignal(storage.saved, timeout=2000):
        pass
    assert len(storage.read_now(lambda store: store.summaries())) == 2


def test_a_failed_read_does_not_say_that_something_is_unsaved(
    storage: StorageService, told: list[Notice], qtbot: QtBot
) -> None:
    def fail(store: ConversationStore) -> None:
        with store._database.reading() as connection:
            connection.execute("SELECT * FROM nothing")

    storage.read(fail, lambda _found: None)
    qtbot.waitUntil(lambda: bool(told), timeout=5000)
    assert told[0].error is not None
    assert told[0].error.code is ErrorCode.DATABASE_FAILED
    storage.write(fail)
    qtbot.waitUntil(lambda: storage.failure is not None, timeout=5000)
    assert storage.failure is not None
    assert storage.failure.code is ErrorCode.DATABASE_UNSAVED
    assert storage.failure.params["reason"] == told[0].error.params["reason"]


def test_without_room_to_mark_a_reply_that_was_cut_off_everything_can_be_read(
    tiny_disk: Path, told: list[Notice], qtbot: QtBot
) -> None:
    path, filler = tiny_disk / "conversations.sqlite3", tiny_disk / "filler"
    store = ConversationStore(open_database(path).database)
    store.save_conversation(conversation(1))
    store.save_message(1, Message(1, None, Role.USER, "why", 1.0))
    store.save_message(1, Message(2, 1, Role.ASSISTANT, "because", 2.0, ReplyInfo()))
    store.close()
    shared_memory, one_page = 32 << 10, 4 << 10  # what SQLite needs to read; what it can begin to write
    filler.write_bytes(b"x" * (shutil.disk_usage(tiny_disk).free - shared_memory - one_page))
    notices = Notices()
    notices.attach(told.append)
    storage = StorageService(path, notices)
    try:
        assert storage.read_now(lambda store: store.load(1)).path()[-1].text == "because"
        qtbot.waitUntil(lambda: storage.failure is not None, timeout=5000)
        filler.unlink()
        with qtbot.waitSignal(storage.saved, timeout=10_000):
            storage.retry()
        reply = storage.read_now(lambda store: store.load(1)).path()[-1]
        assert reply.info is not None
        assert reply.info.finish is FinishReason.INTERRUPTED
        assert told[-1].template == INTERRUPTED_FOUND
    finally:
        storage.close()


def test_what_is_read_comes_behind_what_was_written(storage: StorageService, qtbot: QtBot) -> None:
    found: list[int] = []
    for number in range(1, 51):
        storage.write(lambda store, n=number: store.save_conversation(conversation(n)))
    storage.read(lambda store: len(store.summaries()), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=5000)
    assert found == [50]


def test_a_data_folder_that_cannot_be_used_is_an_error_with_a_remedy(tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StorageError) as caught:
        StorageService(tmp_path / "file" / "conversations.sqlite3", Notices())
    assert caught.value.code is ErrorCode.FOLDER_UNUSABLE
    assert caught.value.remedy
