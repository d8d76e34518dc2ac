"""What a model thinks is folded away from what it answers."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.settings import schema
from chatapp.ui.chat.view import ChatView


def ask(view: ChatView, services: Services, qtbot: QtBot, text: str):
    services.chat.send(text)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
    widget = view.list.widget_of(services.chat.conversation.path()[-1].id)
    qtbot.waitUntil(lambda: widget.body.is_settled)
    return widget


def shown(body) -> str:
    return "".join(piece.toPlainText() for piece in body.views())


def test_a_thought_is_folded_opens_by_key_and_is_not_copied(view: ChatView, services: Services, qtbot: QtBot) -> None:
    widget = ask(view, services, qtbot, "/say <think>\nsecret plan </think>\n\nThe **answer**")
    thought = widget.thought
    assert thought.isVisible()
    assert not thought.body.isVisible()
    assert "Thought for" in thought.button.text()
    assert shown(widget.body) == "The answer"
    folded = widget.height()
    thought.button.setFocus()
    qtbot.keyClick(thought.button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: widget.height() > folded)
    assert thought.body.isVisible()
    assert "secret plan" in shown(thought.body)
    widget.copy_message()
    assert QGuiApplication.clipboard().text() == "The **answer**"


def test_an_open_thought_is_reached_between_its_button_and_the_answer(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    widget = ask(view, services, qtbot, "/say <think>plan</think>Yes")
    button = widget.thought.button
    button.setFocus()
    button.focusNextChild()
    assert widget.body.isAncestorOf(QApplication.focusWidget())
    button.setFocus()
    qtbot.keyClick(button, Qt.Key.Key_Space)
    qtbot.waitUntil(widget.thought.body.isVisible)
    view.list.lay_out()
    for body in (widget.thought.body, widget.body):
        QApplication.focusWidget().focusNextChild()
        assert body.isAncestorOf(QApplication.focusWidget())


def test_a_plain_reply_has_no_thought(view: ChatView, services: Services, qtbot: QtBot) -> None:
    widget = ask(view, services, qtbot, "/say Use <think> like this")
    assert not widget.thought.isVisible()
    assert shown(widget.body) == "Use <think> like this"


def test_thoughts_can_be_shown_open(view: ChatView, services: Services, qtbot: QtBot) -> None:
    services.settings.set(schema.REASONING, "open")
    widget = ask(view, services, qtbot, "/say <think>plan</think>Yes")
    assert widget.thought.body.isVisible()
    assert shown(widget.thought.body) == "plan"


def test_how_long_it_thought_is_kept(view: ChatView, services: Services, qtbot: QtBot) -> None:
    widget = ask(view, services, qtbot, "/say <think> so many words to think about </think> Yes")
    info = services.chat.conversation.path()[-1].info
    assert info is not None
    assert info.seconds_thinking is not None
    assert 0 < info.seconds_thinking <= info.decode_seconds + 0.1
    told = widget.thought.button.text()
    assert told.endswith(f"Thought for {info.seconds_thinking:.1f} s")
    view.list.rebuild()  # as a restart does: nobody watched
    again = view.list.ensure_widget(services.chat.conversation.path()[-1].id)
    assert again is not None
    assert again is not widget
    assert again.thought.button.text() == told
