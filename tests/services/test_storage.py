"""What happens when the disk does not play along."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Conversation
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.services.notices import Action, Notice, Notices
from chatapp.services.storage import StorageService
from chatapp.store.conversations import ConversationStore


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
    assert told[0].error.code is ErrorCode.DISK_FULL
    action, retry = told[0].actions[0]
    assert action is Action.RETRY_SAVING
    retry()
    disk.free()
    with qtbot.waitSignal(storage.saved, timeout=10_000):
        retry()
    assert len(told) == 1
    assert storage.is_saved
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
