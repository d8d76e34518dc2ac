"""Long conversations: few widgets, a steady view, nothing left behind."""

import gc
import weakref

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.services.bundle import Services
from chatapp.store.conversations import ConversationStore
from chatapp.ui.chat.view import ChatView

MANY = 2000
FIRST = 100_000  # number before the first message: the service counts its own from 1


def fill(services: Services, count: int) -> None:
    conversation = services.chat.conversation
    parent = None
    messages = []
    for number in range(1, count + 1):
        user = number % 2 == 1
        text = (
            f"Question {number}?"
            if user
            else f"Answer **{number}**.\n\n- one\n- two\n\n" + "Some words. " * (number % 40)
        )
        info = None if user else ReplyInfo("m", FinishReason.STOP, completion_tokens=5)
        message = Message(FIRST + number, parent, Role.USER if user else Role.ASSISTANT, text, 0, info)
        conversation.add(message)
        messages.append(message)
        parent = message.id

    def save(store: ConversationStore) -> None:
        store.save_conversation(conversation.header())
        for message in messages:
            store.save_message(conversation.id, message)

    services.storage.write(save)
    services.chat.conversation_changed.emit()
    QApplication.processEvents()


def top_message(view: ChatView) -> tuple[int, int]:
    """Which message is at the top of the view, and where it begins there."""
    for widget in view.list.widgets():
        y = widget.mapTo(view.list.viewport(), QPoint(0, 0)).y()
        if y + widget.height() > 0:
            return widget.message.id, y
    raise AssertionError("nothing in sight")


def delete_later_now() -> None:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()


def test_a_long_conversation_opens_at_its_end_with_few_widgets(view: ChatView, services: Services) -> None:
    made: list[int] = []
    make = view.list._make
    view.list._make = lambda message, parent: (made.append(message.id), make(message, parent))[1]
    fill(services, MANY)
    assert len(made) < 40
    bar = view.list.verticalScrollBar()
    assert bar.value() == bar.maximum() > 50_000
    last = view.list.widgets()[-1]
    assert last.message.id == FIRST + MANY
    assert last.mapTo(view.list.viewport(), QPoint(0, last.height())).y() <= view.list.viewport().height()


def test_scrolling_through_keeps_the_number_of_widgets_bounded(view: ChatView, services: Services) -> None:
    fill(services, 300)
    bar = view.list.verticalScrollBar()
    most = 0
    while bar.value() > 0:
        bar.setValue(bar.value() - 400)
        QApplication.processEvents()
        most = max(most, len(view.list.widgets()))
    assert view.list.widgets()[0].message.id == FIRST + 1
    assert most < 60


def test_the_view_is_steady_while_heights_above_become_known(view: ChatView, services: Services) -> None:
    fill(services, 400)
    bar = view.list.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    QApplication.processEvents()
    for _ in range(15):
        before = top_message(view)
        bar.setValue(bar.value() - 30)
        QApplication.processEvents()
        widget = view.list.widget_of(before[0])
        assert widget is not None
        assert widget.mapTo(view.list.viewport(), QPoint(0, 0)).y() == before[1] + 30


def test_streaming_does_not_pull_the_reader_down(view: ChatView, services: Services, qtbot: QtBot) -> None:
    fill(services, 60)
    down = view.findChild(QToolButton, "scrollToEnd")
    assert not down.isVisible()
    services.chat.send("/long 600")
    qtbot.waitUntil(lambda: services.chat.state == "streaming")
    bar = view.list.verticalScrollBar()
    bar.setValue(bar.maximum() - 900)
    before = top_message(view)
    assert down.isVisible()
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=20_000)
    QApplication.processEvents()
    assert top_message(view) == before
    qtbot.mouseClick(down, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not down.isVisible()


def test_streaming_is_followed_at_the_end(view: ChatView, services: Services, qtbot: QtBot) -> None:
    fill(services, 20)
    services.chat.send("/long 500")
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=20_000)
    QApplication.processEvents()
    bar = view.list.verticalScrollBar()
    assert bar.value() == bar.maximum()


def test_sending_jumps_to_the_end(view: ChatView, services: Services, qtbot: QtBot) -> None:
    fill(services, 60)
    bar = view.list.verticalScrollBar()
    bar.setValue(0)
    qtbot.keyClicks(view.composer.edit, "hello")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=20_000)
    QApplication.processEvents()
    assert bar.value() == bar.maximum()
    assert view.list.widgets()[-1].message.text == "You said: hello"


def test_page_keys_in_the_composer_scroll_the_messages(view: ChatView, services: Services, qtbot: QtBot) -> None:
    fill(services, 60)
    bar = view.list.verticalScrollBar()
    end = bar.value()
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_PageUp)
    assert bar.value() < end - 300
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_PageDown)
    assert bar.value() >= bar.maximum() - 2


def test_a_narrower_window_keeps_the_place(view: ChatView, services: Services) -> None:
    fill(services, 200)
    bar = view.list.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    QApplication.processEvents()
    message, _y = top_message(view)
    view.resize(500, 700)
    QApplication.processEvents()
    assert top_message(view)[0] == message
    for widget in view.list.widgets():
        assert widget.width() <= view.list.viewport().width()


def test_widgets_that_are_gone_are_really_gone(view: ChatView, services: Services) -> None:
    fill(services, 100)
    old = view.list.widgets()
    views = [v for widget in old for v in widget.body.views()]
    services.chat.new_conversation()
    QApplication.processEvents()
    delete_later_now()
    assert view.list.widgets() == []
    assert not any(isValid(widget) for widget in old)
    assert not any(isValid(v) for v in views)
    references = [weakref.ref(widget) for widget in old]
    del old, views
    gc.collect()
    assert not [reference for reference in references if reference() is not None]
