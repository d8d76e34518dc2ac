"""Which conversation is shown, and the trash, where the disk is slow or full and the clock wrong."""

import time
from functools import partial

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode, StorageError
from chatapp.services.bundle import Services
from chatapp.services.notices import Notice
from chatapp.store.conversations import ConversationStore
from tests.services.conftest import Make
from tests.services.test_storage import FullDisk, big, conversation

OLD, NEW, NEWEST = 1, 2, 3


@pytest.fixture
def services(make_services: Make) -> Services:
    """Without a model; three conversations are on the disk, and none of them has been read yet."""
    earlier = make_services()
    for number in (OLD, NEW, NEWEST):
        earlier.storage.write(partial(ConversationStore.save_conversation, conversation=conversation(number)))
    earlier.close()
    return make_services()


def read(services: Services, qtbot: QtBot) -> int:
    """Wait for everything that was asked of the disk so far; the conversation that is shown then."""
    done: list[object] = []
    services.storage.read(lambda _store: None, done.append)
    qtbot.waitUntil(lambda: bool(done))
    return services.chat.conversation.id


def test_what_is_deleted_while_it_is_read_is_not_shown(services: Services, qtbot: QtBot) -> None:
    chat, conversations = services.chat, services.conversations
    chat.open(NEWEST)
    assert read(services, qtbot) == NEWEST
    conversations.delete(NEWEST)
    conversations.delete(NEW)  # which was to be shown instead
    assert read(services, qtbot) == OLD


def test_what_is_deleted_while_it_is_read_leaves_what_is_shown(services: Services, qtbot: QtBot) -> None:
    empty = services.chat.conversation.id
    services.chat.open(NEWEST)
    services.conversations.delete(NEWEST)
    assert read(services, qtbot) == empty


def test_a_new_conversation_is_not_overtaken_by_one_that_was_asked_for_before(services: Services, qtbot: QtBot) -> None:
    empty = services.chat.conversation.id
    services.chat.open(NEWEST)
    services.chat.new_conversation()
    assert read(services, qtbot) == empty


@pytest.mark.parametrize("what", ["system_prompt", "prefill"])
def test_what_was_written_for_replies_to_come_is_kept(
    services: Services, make_services: Make, qtbot: QtBot, what: str
) -> None:
    getattr(services.chat, f"set_{what}")("A long text, the work of an evening.")
    written = services.chat.conversation.id
    services.chat.open(NEWEST)
    assert read(services, qtbot) == NEWEST
    assert [summary.id for summary in services.conversations.summaries()] == [written, NEWEST, NEW, OLD]
    services.close()
    kept = make_services().storage.read_now(lambda store: store.load(written))
    assert getattr(kept, what) == "A long text, the work of an evening."


def test_a_title_that_waits_to_be_written_is_not_read_back_stale(services: Services, qtbot: QtBot) -> None:
    disk = FullDisk(services.storage)
    services.storage.write(lambda store: store.save_conversation(big(1000)))
    qtbot.waitUntil(lambda: services.storage.failure is not None, timeout=5000)
    services.conversations.rename(OLD, "new name")
    services.chat.open(OLD)
    assert read(services, qtbot) == OLD
    assert services.chat.conversation.title == "new name"
    services.chat.set_system_prompt("is saved with the title")
    disk.free()
    with qtbot.waitSignal(services.storage.saved, timeout=10_000):
        services.storage.retry()
    assert services.storage.read_now(lambda store: store.load(OLD)).title == "new name"


def test_old_trash_that_cannot_be_deleted_holds_up_nothing(
    services: Services, make_services: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_store: ConversationStore, _before: float) -> int:
        raise StorageError(ErrorCode.DISK_FULL, path="here")

    services.storage.write(lambda store: store.set_deleted(OLD, 1.0))
    services.close()
    with monkeypatch.context() as patch:
        patch.setattr(ConversationStore, "purge_trash", fail)
        again = make_services()
        again.conversations.restore(OLD)
        assert again.close()
    assert OLD in {summary.id for summary in make_services().conversations.summaries()}


def test_what_has_no_title_is_not_told_by_its_title(services: Services) -> None:
    told: list[Notice] = []
    services.notices.attach(told.append)
    services.chat.set_draft("half a thou")
    services.conversations.delete(services.chat.conversation.id)
    services.conversations.delete(OLD)
    assert [notice.message for notice in told] == [
        "The conversation was moved to the trash.",
        "“title 1” was moved to the trash.",
    ]


def test_the_trash_is_emptied_also_when_the_clock_was_put_back(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now + 3600)
        services.conversations.delete(OLD)
    services.conversations.empty_trash()
    assert services.storage.read_now(lambda store: store.trash()) == []
    assert services.storage.read_now(lambda store: len(store.summaries())) == 2
