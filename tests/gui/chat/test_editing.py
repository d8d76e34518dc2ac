"""Changing a message never loses what was written: not when it is refused, not when the message goes out of sight."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.services.notices import Notice
from chatapp.ui.chat.edit_box import EditBox
from chatapp.ui.chat.input_edit import InputEdit
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.chat.view import ChatView
from tests.gui.chat.test_view import by_name, click, idle, say, shown


def message_at(view: ChatView, services: Services, number: int) -> MessageWidget:
    """The widget of message *number* of the path, from 0."""
    widget = view.list.ensure_widget(services.chat.conversation.path()[number].id)
    assert widget is not None
    return widget


def editor_of(widget: MessageWidget) -> InputEdit:
    box = widget.findChild(EditBox)
    assert box is not None
    assert box.isVisible()
    return box.edit


def rewrite(widget: MessageWidget, qtbot: QtBot, text: str) -> InputEdit:
    """Open *widget* for changes by its button and write *text* instead."""
    click(qtbot, widget, "Edit")
    editor = editor_of(widget)
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, text)
    return editor


def told(notices: list[Notice]) -> list[ErrorCode]:
    return [notice.error.code for notice in notices if notice.error is not None]


def test_without_a_model_the_editor_stays(
    view: ChatView, services: Services, notices: list[Notice], qtbot: QtBot
) -> None:
    say(view, services, qtbot, "first wording")
    services.engine.unload()
    editor = rewrite(message_at(view, services, 0), qtbot, "second wording")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert told(notices) == [ErrorCode.NO_MODEL]
    assert editor_of(message_at(view, services, 0)).toPlainText() == "second wording"
    assert editor.hasFocus()
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.restart()
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    idle(services, qtbot)
    assert shown(view) == ["second wording", "You said: second wording"]
    assert view.composer.edit.hasFocus()


def test_while_a_reply_is_written_the_editor_stays_and_says_why(
    view: ChatView, services: Services, notices: list[Notice], qtbot: QtBot
) -> None:
    cleared: list[str] = []
    services.notices.cleared.connect(cleared.append)
    say(view, services, qtbot, "first wording")
    editor = rewrite(message_at(view, services, 0), qtbot, "second wording")
    qtbot.keyClicks(view.composer.edit, "/wait")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert told(notices) == [ErrorCode.ENGINE_BUSY]
    assert editor_of(message_at(view, services, 0)).toPlainText() == "second wording"
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Escape)
    idle(services, qtbot)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    idle(services, qtbot)
    assert shown(view) == ["second wording", "You said: second wording"]
    assert "edit" in cleared


def test_a_reply_is_not_changed_while_another_is_written(
    view: ChatView, services: Services, notices: list[Notice], qtbot: QtBot
) -> None:
    say(view, services, qtbot, "question")
    editor = rewrite(message_at(view, services, 1), qtbot, "by hand")
    qtbot.keyClicks(view.composer.edit, "/wait")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert told(notices) == [ErrorCode.ENGINE_BUSY]
    assert editor_of(message_at(view, services, 1)).toPlainText() == "by hand"
    services.chat.stop()
    idle(services, qtbot)


def test_another_conversation_and_back_to_the_open_editor(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "first wording")
    first = services.chat.conversation.id
    rewrite(message_at(view, services, 0), qtbot, "second wording")
    services.chat.new_conversation()
    view.composer.edit.setFocus()
    services.chat.open(first)
    assert view.composer.edit.hasFocus(), "what is typed goes where it would without an editor"
    again = message_at(view, services, 0)
    assert editor_of(again).toPlainText() == "second wording"
    qtbot.keyClick(editor_of(again), Qt.Key.Key_Escape)
    services.chat.new_conversation()
    services.chat.open(first)
    assert not message_at(view, services, 0).is_editing


def test_a_syllable_that_is_composed_is_kept_with_the_editor(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "first wording")
    first = services.chat.conversation.id
    editor = rewrite(message_at(view, services, 0), qtbot, "a")
    QApplication.sendEvent(editor, QInputMethodEvent("한", []))
    services.chat.new_conversation()
    services.chat.open(first)
    assert editor_of(message_at(view, services, 0)).toPlainText() == "a한"


def test_one_syllable_is_enough_to_be_saved(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "first wording")
    asked = message_at(view, services, 0)
    editor = rewrite(asked, qtbot, " ")
    save = by_name(asked, "Save and send")
    assert not save.isEnabled()
    QApplication.sendEvent(editor, QInputMethodEvent("네", []))
    assert save.isEnabled()


def test_an_open_editor_outlives_another_reply_to_an_earlier_message(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    say(view, services, qtbot, "one")
    say(view, services, qtbot, "two")
    rewrite(message_at(view, services, 2), qtbot, "two, again")
    click(qtbot, message_at(view, services, 1), "Regenerate: ask for another reply")
    idle(services, qtbot)
    assert len(services.chat.conversation.path()) == 2
    click(qtbot, message_at(view, services, 1), "Show the previous version")
    editor = editor_of(message_at(view, services, 2))
    assert editor.toPlainText() == "two, again"
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    idle(services, qtbot)
    assert shown(view)[2:] == ["two, again", "You said: two, again"]
    click(qtbot, message_at(view, services, 2), "Show the previous version")
    assert not message_at(view, services, 2).is_editing, "what was taken is not offered again"


def test_up_goes_to_an_editor_that_is_open(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "one")
    editor = rewrite(message_at(view, services, 0), qtbot, "uno")
    view.composer.edit.setFocus()
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Up)
    assert editor.hasFocus()
    assert editor.toPlainText() == "uno"


def test_a_long_message_that_is_open_offers_nothing_else(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "/say ok " + "word " * 2000)
    widget = message_at(view, services, 0)
    rewrite(widget, qtbot, "short")
    services.chat.message_changed.emit(widget.message.id)
    assert not by_name(widget, "Show all").isVisible()


def test_a_reply_that_is_saved_as_it_was_stays_as_it_was(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "/say 10\u00a0000\u00a0€")
    reply = message_at(view, services, 1)
    assert "\u00a0" in reply.message.text
    click(qtbot, reply, "Edit")
    qtbot.keyClick(editor_of(reply), Qt.Key.Key_Return)
    assert reply.findChild(EditBox) is None or not reply.findChild(EditBox).isVisible()
    assert services.chat.conversation.path()[1].id == reply.message.id, "no second version of it"
