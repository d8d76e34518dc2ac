"""The conversation list and its trash."""

import time
import unicodedata
from collections.abc import Callable
from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMenu, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Conversation
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.store.conversations import ConversationStore
from chatapp.ui.main_window import MainWindow
from chatapp.ui.sidebar.conversation_list import ConversationList
from chatapp.ui.sidebar.item_model import ConversationItemModel, Data


def _save(conversation: Conversation, store: ConversationStore) -> None:
    store.save_conversation(conversation.header())


HOUR = 3600.0
Fill = Callable[..., None]


@pytest.fixture
def fill(services: Services) -> Fill:
    """Put conversations into the list: (id, title, hours ago)."""

    def put(*rows: tuple[int, str, float]) -> None:
        now = time.time()
        for number, title, hours in rows:
            conversation = Conversation(number, title, now, now - hours * HOUR)
            services.storage.write(partial(_save, conversation))
            services.conversations.touch(conversation)

    return put


@pytest.fixture
def listed(window: MainWindow) -> ConversationList:
    found = window.findChild(ConversationList)
    assert found is not None
    return found


def compose(widget: QWidget, text: str) -> None:
    """Type *text* as an input method does; QTest knows no keys for Hangul."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def rows(model: ConversationItemModel) -> list[str]:
    """What is written in each row, headings in brackets."""
    texts = []
    for number in range(model.rowCount()):
        index = model.index(number)
        text = str(index.data())
        texts.append(text if index.data(Data.ID) is not None else f"[{text}]")
    return texts


def test_conversations_are_grouped_by_day(listed: ConversationList, fill: Fill) -> None:
    fill((900, "now", 0), (901, "long ago", 24 * 40), (902, "", 24 * 41))
    assert rows(listed.item_model) == ["[Today]", "now", "[Earlier]", "long ago", "New conversation"]


def test_a_click_opens_and_the_shown_one_is_marked(listed: ConversationList, services: Services, qtbot: QtBot) -> None:
    for text in ("first", "second"):
        services.chat.new_conversation()
        services.chat.send(text)
        qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
    first = next(s for s in services.conversations.summaries() if s.title == "first")
    index = listed.item_model.index_of(first.id)
    assert index.data(Data.SHOWN) is False
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=listed.visualRect(index).center())
    qtbot.waitUntil(lambda: services.chat.conversation.id == first.id)
    assert listed.item_model.index_of(first.id).data(Data.SHOWN) is True


def test_a_heading_does_nothing(listed: ConversationList, services: Services, fill: Fill, qtbot: QtBot) -> None:
    fill((900, "now", 0))
    shown = services.chat.conversation.id
    heading = listed.visualRect(listed.item_model.index(0)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=heading)
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    assert services.chat.conversation.id == shown
    assert len(services.conversations.summaries()) == 1


@pytest.mark.parametrize(
    ("typed", "found"),
    [("SOFT", ["Softmax"]), ("어텐션", ["어텐션 요약"]), ("한글", ["한글"]), ("", None), ("zzz", [])],
)
def test_the_filter_finds_titles(
    window: MainWindow, listed: ConversationList, fill: Fill, qtbot: QtBot, typed: str, found: list[str] | None
) -> None:
    # The last title is decomposed Hangul, as macOS writes file names.
    fill((900, "Softmax", 0), (901, "어텐션 요약", 1), (902, unicodedata.normalize("NFD", "한글"), 2))
    box = window.findChild(QLineEdit, "searchBox")
    box.setFocus()
    compose(box, typed)
    titles = [text for text in rows(listed.item_model) if not text.startswith("[")]
    assert len(titles) == (3 if found is None else len(found))
    nothing = [label for label in window.findChildren(QLabel) if label.text() == "No title contains this text."]
    assert bool(nothing and nothing[0].isVisible()) == (found == [])
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""


@pytest.mark.parametrize("hours", [0.001, 30, 24 * 40], ids=["one day", "next day", "months"])
def test_the_delete_key_needs_no_question_and_can_be_undone(
    window: MainWindow, listed: ConversationList, services: Services, fill: Fill, qtbot: QtBot, hours: float
) -> None:
    fill((900, "one", 0), (901, "two", 0.0005), (902, "three", hours))
    listed.setFocus()
    listed.setCurrentIndex(listed.item_model.index_of(901))
    qtbot.keyClick(listed, Qt.Key.Key_Delete)
    assert [s.id for s in services.conversations.summaries()] == [900, 902]
    assert listed.currentIndex().data(Data.ID) == 902, "the neighbour has the focus"
    undo = window.findChild(QPushButton, "notice_undo")
    assert undo.text() == "Undo"
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert [s.id for s in services.conversations.summaries()] == [900, 901, 902]
    assert window._notices.bars() == []


def test_the_focus_stays_where_the_keys_put_it_when_another_conversation_is_read(
    listed: ConversationList, services: Services, fill: Fill, qtbot: QtBot
) -> None:
    fill((900, "newest", 0), (901, "two", 1), (902, "three", 2))
    with qtbot.waitSignal(services.chat.conversation_changed):
        services.chat.open(901)
    listed.setFocus()
    qtbot.waitUntil(listed.hasFocus)
    assert listed.currentIndex().data(Data.ID) == 901
    with qtbot.waitSignal(services.chat.conversation_changed):
        qtbot.keyClick(listed, Qt.Key.Key_Delete)
    assert services.chat.conversation.id == 900
    assert listed.item_model.index_of(900).data(Data.SHOWN) is True
    assert listed.currentIndex().data(Data.ID) == 902, "a second Delete is for the neighbour"


def test_a_title_being_typed_survives_changes_of_the_list(
    listed: ConversationList, services: Services, fill: Fill, qtbot: QtBot
) -> None:
    fill((900, "old", 0))
    index = listed.item_model.index_of(900)
    listed.setCurrentIndex(index)
    listed.edit(index)
    editor = listed.findChild(QLineEdit)
    editor.selectAll()
    compose(editor, "새 제목")
    fill((901, "arrived meanwhile", 0))
    listed.item_model.set_running(900)
    assert editor.text() == "새 제목"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "새 제목" in rows(listed.item_model))
    assert "arrived meanwhile" in rows(listed.item_model)


def test_escape_and_an_empty_title_keep_the_old_one(
    listed: ConversationList, services: Services, fill: Fill, qtbot: QtBot
) -> None:
    fill((900, "old", 0))
    for keys, end in (("other", Qt.Key.Key_Escape), ("   ", Qt.Key.Key_Return)):
        listed.edit(listed.item_model.index_of(900))
        editor = listed.findChildren(QLineEdit)[-1]
        editor.selectAll()
        qtbot.keyClicks(editor, keys)
        qtbot.keyClick(editor, end)
        qtbot.waitUntil(lambda: listed.state() == ConversationList.State.NoState)
        QApplication.processEvents()
        assert rows(listed.item_model)[-1] == "old"


def test_a_running_reply_is_marked_and_said(listed: ConversationList, services: Services, qtbot: QtBot) -> None:
    services.chat.send("/wait")
    running = services.chat.conversation.id
    index = listed.item_model.index_of(running)
    assert index.data(Data.RUNNING) is True
    assert index.data(Qt.ItemDataRole.AccessibleTextRole) == "/wait, a reply is being written"
    services.chat.new_conversation()
    assert listed.item_model.index_of(running).data(Data.RUNNING) is True
    qtbot.waitUntil(lambda: services.chat.state is not ChatState.WAITING, timeout=10_000)
    services.chat.stop()
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
    assert listed.item_model.index_of(running).data(Data.RUNNING) is False


def test_the_button_on_a_line_opens_its_menu(listed: ConversationList, fill: Fill, qtbot: QtBot) -> None:
    fill((900, "one", 0))
    line = listed.visualRect(listed.item_model.index_of(900))
    qtbot.mouseMove(listed.viewport(), line.center())
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(line.right() - 20, line.center().y()))
    menu = listed.findChild(QMenu)
    assert [action.text() for action in menu.actions() if action.text()] == ["Open", "Rename", "Delete"]
    menu.close()


def test_two_thousand_conversations_are_shown_and_scrolled_at_once(
    listed: ConversationList, services: Services, qtbot: QtBot
) -> None:
    now = time.time()
    many = [Conversation(1000 + n, f"Conversation {n} 대화", now, now - n * HOUR) for n in range(2000)]
    services.conversations.blockSignals(True)
    for conversation in many:
        services.conversations.touch(conversation)
    services.conversations.blockSignals(False)
    started = time.perf_counter()
    services.conversations.list_changed.emit()
    QApplication.processEvents()
    filled = time.perf_counter() - started
    bar = listed.verticalScrollBar()
    started = time.perf_counter()
    for step in range(20):
        bar.setValue(bar.maximum() * step // 20)
        listed.grab()
    scrolled = (time.perf_counter() - started) / 20
    # Generous for a loaded test machine: it is a few milliseconds each.
    assert filled < 1.0
    assert scrolled < 0.1


def test_the_trash_restores_what_the_arrow_keys_marked(
    window: MainWindow, services: Services, fill: Fill, qtbot: QtBot
) -> None:
    fill((900, "one", 0), (901, "two", 1), (902, "three", 2))
    for number in (900, 901, 902):
        services.conversations.delete(number)
    qtbot.mouseClick(window.findChild(QPushButton, "trashButton"), Qt.MouseButton.LeftButton)
    page = window.findChild(QWidget, "trashPage")
    listed, restore = page._list, page._restore_button
    line = listed.visualRect(listed.model().index(0)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=line)
    qtbot.keyClick(listed, Qt.Key.Key_Down)
    marked = [row for row in range(3) if listed.model().index(row).data(Data.SHOWN)]
    assert marked == [1]
    qtbot.mouseClick(restore, Qt.MouseButton.LeftButton)
    assert [s.id for s in services.conversations.trash()] == [902, 900]
    assert not restore.isEnabled()


def test_the_trash_restores_and_is_emptied_only_after_a_question(
    window: MainWindow, services: Services, fill: Fill, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill((900, "one", 0), (901, "two", 1), (902, "three", 2))
    for number in (900, 901):
        services.conversations.delete(number)
    button = window.findChild(QPushButton, "trashButton")
    assert button.text() == "Trash (2)"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    page = window.findChild(QWidget, "trashPage")
    assert page.isVisible()
    listed = page._list
    assert rows(listed.model()) == ["two", "one"]
    assert any("30 days" in label.text() and label.isVisible() for label in page.findChildren(QLabel))
    restore = page._restore_button
    assert not restore.isEnabled()
    line = listed.visualRect(listed.model().index(0)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=line)
    qtbot.mouseClick(restore, Qt.MouseButton.LeftButton)
    assert [s.id for s in services.conversations.trash()] == [900]

    asked: list[str] = []

    def answer(box: QMessageBox) -> None:
        asked.append(box.informativeText())
        wanted = "Delete for good" if len(asked) > 1 else "Cancel"
        next(button for button in box.buttons() if button.text().replace("&", "") == wanted).click()

    monkeypatch.setattr(QMessageBox, "exec", answer)
    for left in (1, 0):
        qtbot.mouseClick(page._empty_button, Qt.MouseButton.LeftButton)
        assert len(services.conversations.trash()) == left
    assert asked[0] == "Conversations that are deleted for good: 1. This cannot be undone."
    qtbot.keyClick(page, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert window.findChild(ConversationList).isVisible()


def test_undo_is_offered_only_for_what_is_in_the_trash(
    window: MainWindow, services: Services, fill: Fill, qtbot: QtBot
) -> None:
    fill((900, "one", 0), (901, "two", 1))
    for number in (900, 901):
        services.conversations.delete(number)
    services.conversations.restore(901)
    window.actions_table["undo_delete"].trigger()
    assert [s.id for s in services.conversations.summaries()] == [900, 901], "the one that is left"
    services.conversations.delete(900)
    assert len(window._notices.bars()) == 1
    services.conversations.empty_trash()
    assert window._notices.bars() == []


def test_escape_in_the_trash_stops_no_reply(window: MainWindow, services: Services, fill: Fill, qtbot: QtBot) -> None:
    fill((900, "one", 0))
    services.conversations.delete(900)
    services.chat.send("/wait")
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING, timeout=10_000)
    qtbot.mouseClick(window.findChild(QPushButton, "trashButton"), Qt.MouseButton.LeftButton)
    page = window.findChild(QWidget, "trashPage")
    page._list.setFocus()
    qtbot.waitUntil(page._list.hasFocus)
    states: list[str] = []
    services.chat.state_changed.connect(states.append)
    qtbot.keyClick(page._list, Qt.Key.Key_Escape)
    assert not page.isVisible()
    assert ChatState.STOPPING not in states
    services.chat.stop()
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
