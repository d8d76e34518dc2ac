"""The chat area with a real conversation behind it: what users do, key by key and click by click."""

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QGuiApplication
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.ui import i18n
from chatapp.ui.chat.status import StatusLine
from chatapp.ui.chat.view import ChatView


def say(view: ChatView, services: Services, qtbot: QtBot, text: str) -> None:
    view.composer.edit.insertPlainText(text)  # Qt's simulated keys know no Hangul
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    idle(services, qtbot)


def idle(services: Services, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=20_000)
    QApplication.processEvents()


def shown(view: ChatView) -> list[str]:
    return ["\n".join(v.toPlainText() for v in w.body.views()) for w in view.list.widgets()]


def by_name(parent: QWidget, name: str) -> QAbstractButton:
    found = [b for b in parent.findChildren(QAbstractButton) if b.accessibleName() == name or b.text() == name]
    assert found, name
    return found[0]


def click(qtbot: QtBot, parent: QWidget, name: str) -> None:
    qtbot.mouseClick(by_name(parent, name), Qt.MouseButton.LeftButton)


def label_texts(parent: QWidget) -> list[str]:
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible()]


def test_an_empty_conversation_teaches(view: ChatView, services: Services, qtbot: QtBot) -> None:
    assert view.empty.isVisible()
    assert not view.list.isVisible()
    assert any("Fake is ready" in text for text in label_texts(view.empty))
    questions = list(view.empty.findChildren(QPushButton))
    assert len(questions) == 3
    qtbot.mouseClick(questions[0], Qt.MouseButton.LeftButton)
    idle(services, qtbot)
    assert shown(view) == ["What is attention?", "You said: What is attention?"]
    assert view.list.isVisible()
    assert view.composer.edit.hasFocus()


def test_a_question_that_is_asked_by_a_click_leaves_what_is_being_written(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    qtbot.keyClicks(view.composer.edit, "half a thought")
    asked = services.chat.conversation.id
    qtbot.mouseClick(view.empty.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)
    idle(services, qtbot)
    assert view.composer.edit.text() == "half a thought"
    services.chat.new_conversation()
    services.chat.open(asked)
    assert view.composer.edit.text() == "half a thought"
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    idle(services, qtbot)
    assert services.chat.draft() == ""


def test_a_turn(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "/say Some **bold** words, 한글도")
    assert shown(view) == ["/say Some **bold** words, 한글도", "Some bold words, 한글도"]
    reply = view.list.widgets()[1]
    assert reply.accessibleName().startswith("Reply: Some **bold**")
    click(qtbot, reply, "Copy")
    assert QGuiApplication.clipboard().text() == "Some **bold** words, 한글도"
    assert any("tokens/s" in text for text in label_texts(reply))


def test_while_a_reply_runs(view: ChatView, services: Services, qtbot: QtBot) -> None:
    seen: list[str] = []
    services.chat.state_changed.connect(
        lambda _state: seen.extend(
            label.text() for w in view.list.widgets() for label in w.findChild(StatusLine).findChildren(QLabel)
        )
    )
    qtbot.keyClicks(view.composer.edit, "/wait")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    qtbot.waitUntil(lambda: shown(view)[1] == "Waiting to be stopped.")
    assert {"Thinking…", "Waiting for the model to load…"} & set(seen)
    user = view.list.widgets()[0]
    assert not by_name(user, "Edit").isEnabled()
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Escape)
    idle(services, qtbot)
    reply = view.list.widgets()[1]
    assert "Stopped" in label_texts(reply)
    assert by_name(user, "Edit").isEnabled()


def test_prompt_progress_is_told(view: ChatView, services: Services, qtbot: QtBot) -> None:
    qtbot.keyClicks(view.composer.edit, "/hang")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    services.chat.state = ChatState.PROMPT
    services.chat.prompt_progress.emit(37, 100)
    assert "Reading the prompt… 37 %" in label_texts(view.list.widgets()[1])
    services.engine.restart()
    idle(services, qtbot)


def test_a_crash_says_so_and_offers_to_try_again(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "/abort half a sentence")
    reply = view.list.widgets()[1]
    assert "Interrupted before it was finished" in label_texts(reply)
    assert shown(view)[1] == "half a sentence"
    assert by_name(reply, "Regenerate").isVisible()


@pytest.mark.parametrize(
    ("finish", "said"),
    [
        (FinishReason.LENGTH, "Cut off at the token limit"),
        (FinishReason.CONTEXT, "Context full: there is no room left for more of this conversation"),
        (None, "Interrupted before it was finished"),
        (FinishReason.STOP, ""),
        (FinishReason.STOP_STRING, ""),
    ],
)
def test_how_a_reply_ended(view: ChatView, services: Services, finish: FinishReason | None, said: str) -> None:
    put(
        services, Message(1, None, Role.USER, "hi", 0), Message(2, 1, Role.ASSISTANT, "text", 0, ReplyInfo("m", finish))
    )
    status = view.list.widgets()[1].status
    assert status.isVisible() == bool(said)
    assert not said or said in label_texts(status)


def test_regenerate_and_switch_between_versions(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "question")
    first = view.list.widgets()[1]
    assert not by_name(first, "Show the next version").isVisible()
    click(qtbot, first, "Regenerate: ask for another reply")
    idle(services, qtbot)
    second = view.list.widgets()[1]
    assert "2/2" in label_texts(second)
    leaf = services.chat.conversation.leaf_id
    back = by_name(second, "Show the previous version")
    back.setFocus()
    qtbot.keyClick(back, Qt.Key.Key_Space)
    other = view.list.widgets()[1]
    assert "1/2" in label_texts(other)
    assert services.chat.conversation.leaf_id != leaf
    assert by_name(other, "Show the next version").hasFocus()
    assert not by_name(other, "Show the previous version").isEnabled()
    click(qtbot, other, "Show the next version")
    assert services.chat.conversation.leaf_id == leaf


def test_a_branch_is_told_where_versions_are_switched(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "/say one two three")
    reply = services.chat.conversation.path()[-1]
    services.chat.branch(reply.id, 1, 0)  # the fake engine numbers words as they come
    qtbot.waitUntil(lambda: services.chat.streaming_id is not None)
    idle(services, qtbot)
    made = view.list.widgets()[1]
    assert shown(view)[1].startswith("one one ")
    assert {"2/2", "from “one” 100 %"} <= set(label_texts(made))
    click(qtbot, made, "Show the previous version")
    assert shown(view)[1] == "one two three"
    assert not any("from" in text for text in label_texts(view.list.widgets()[1]))


def test_edit_a_user_message_in_place(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "first wording")
    user = view.list.widgets()[0]
    click(qtbot, user, "Edit")
    assert user.is_editing
    editor = user.focusables().__next__()
    assert editor.hasFocus()
    qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(editor, "second wording")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    idle(services, qtbot)
    assert shown(view) == ["second wording", "You said: second wording"]
    assert "2/2" in label_texts(view.list.widgets()[0])
    click(qtbot, view.list.widgets()[0], "Show the previous version")
    assert shown(view) == ["first wording", "You said: first wording"]


def test_escape_leaves_an_edit_without_a_trace(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "stay")
    user = view.list.widgets()[0]
    click(qtbot, user, "Edit")
    editor = next(iter(user.focusables()))
    qtbot.keyClicks(editor, " not kept")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert not user.is_editing
    assert shown(view)[0] == "stay"
    assert len(services.chat.conversation.messages) == 2


def test_edit_a_reply_keeps_both(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "question")
    reply = view.list.widgets()[1]
    click(qtbot, reply, "Edit")
    editor = next(iter(reply.focusables()))
    qtbot.keyClicks(editor, " and more")
    click(qtbot, reply, "Save")
    assert shown(view)[1] == "You said: question and more"
    assert "2/2" in label_texts(view.list.widgets()[1])
    assert services.chat.streaming_id is None


def test_up_in_the_empty_composer_edits_the_last_question(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "one")
    say(view, services, qtbot, "two")
    qtbot.keyClicks(view.composer.edit, "x")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Up)
    assert not any(w.is_editing for w in view.list.widgets())
    view.composer.edit.clear()
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Up)
    assert [w.is_editing for w in view.list.widgets()] == [False, False, True, False]


def test_another_conversation_and_back_while_a_reply_runs(view: ChatView, services: Services, qtbot: QtBot) -> None:
    qtbot.keyClicks(view.composer.edit, "/long 400")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    running = services.chat.conversation.id
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    services.chat.new_conversation()
    assert view.empty.isVisible()
    send = view.findChild(QAbstractButton, "sendButton")
    assert send.isVisible()
    assert not send.isEnabled()
    services.chat.open(running)
    assert view.findChild(QAbstractButton, "stopButton").isVisible()
    idle(services, qtbot)
    qtbot.waitUntil(lambda: len(shown(view)[1].split()) == 400)
    assert shown(view)[1].split() == [f"word{n}" for n in range(400)]


def test_model_files_dragged_over_pass_through(view: ChatView) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/models/a.gguf")])
    for target in (view, view.composer.edit.viewport(), view.list.viewport()):
        event = QDragEnterEvent(
            QPointF(5, 5).toPoint(), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        event.ignore()
        QApplication.sendEvent(target, event)
        assert not event.isAccepted()


def test_tab_reaches_everything_in_reading_order(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "/say text [link](https://example.com)")
    names: list[str] = []
    view.list.setFocus()
    for _ in range(14):
        QApplication.focusWidget().focusNextChild()
        focus = QApplication.focusWidget()
        names.append(focus.accessibleName() or focus.objectName() or type(focus).__name__)
        if focus is view.composer.edit:
            break
    text, link, more = "Text of the message", "Text of the message", ["Inspect", "Pin"]
    wanted = [text, "Copy", "Edit", *more, text, link, "Copy", "Edit", "Regenerate", *more, "Message"]
    assert [name.split(":")[0] for name in names] == wanted


def test_long_questions_are_shortened_until_asked(view: ChatView, services: Services, qtbot: QtBot) -> None:
    put(services, Message(1, None, Role.USER, "word " * 3000, 0))
    (widget,) = view.list.widgets()
    assert len(shown(view)[0]) < 7000
    more = by_name(widget, "Show all")
    more.setFocus()
    more.focusPreviousChild()
    assert widget.body.isAncestorOf(QApplication.focusWidget()), "it comes behind the text"
    more.setFocus()
    qtbot.keyClick(more, Qt.Key.Key_Space)
    assert QApplication.focusWidget() is by_name(widget, "Copy")
    assert "".join(shown(view)[0].split()) == "word" * 3000


def put(services: Services, *messages: Message) -> None:
    """Show *messages*, as if they had been read from the disk."""
    conversation = services.chat.conversation
    for message in messages:
        conversation.add(message)
    services.chat.path_changed.emit()
    QApplication.processEvents()


def test_another_language_is_spoken_at_once(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "hello")
    before = view.list.widgets()
    view.composer.edit.setFocus()
    QApplication.sendEvent(view, QEvent(QEvent.Type.LanguageChange))
    assert not set(map(id, view.list.widgets())) & set(map(id, before))
    assert shown(view) == ["hello", "You said: hello"]


def spoken(widget: QWidget) -> set[str]:
    """What the buttons of a message say, and tell."""
    buttons = widget.findChildren(QAbstractButton)
    return {text for b in buttons if not b.isHidden() for text in (b.text(), b.toolTip()) if text}


def test_a_reply_that_was_being_written_speaks_another_language_when_it_ends(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    qtbot.keyClicks(view.composer.edit, "/wait")
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: shown(view)[1] == "Waiting to be stopped.")
    i18n.install("ko")
    QApplication.processEvents()
    qtbot.keyClick(view.composer.edit, Qt.Key.Key_Escape)
    idle(services, qtbot)
    qtbot.waitUntil(lambda: {"복사", "이어 쓰기"} <= spoken(view.list.widgets()[1]))
    assert "멈춤" in label_texts(view.list.widgets()[1])
    assert not {"Copy", "Continue", "Regenerate"} & spoken(view.list.widgets()[1])


def test_a_message_with_the_focus_speaks_another_language_when_that_leaves(
    view: ChatView, services: Services, qtbot: QtBot
) -> None:
    say(view, services, qtbot, "hello")
    kept = view.list.widgets()[0]
    by_name(kept, "Copy").setFocus()
    i18n.install("ko")
    QApplication.processEvents()
    assert view.list.widgets()[0] is kept
    view.composer.edit.setFocus()
    qtbot.waitUntil(lambda: "복사" in spoken(view.list.widgets()[0]))


def test_an_open_editor_speaks_another_language_at_once(view: ChatView, services: Services, qtbot: QtBot) -> None:
    say(view, services, qtbot, "hello")
    user = view.list.widgets()[0]
    click(qtbot, user, "Edit")
    qtbot.keyClicks(QApplication.focusWidget(), " there")
    i18n.install("ko")
    QApplication.processEvents()
    assert {"취소", "저장하고 보내기"} <= spoken(user)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QPlainTextEdit)
    assert editor.toPlainText() == "hello there"
    assert user.isAncestorOf(editor)
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    view.composer.edit.setFocus()
    qtbot.waitUntil(lambda: "복사" in spoken(view.list.widgets()[0]))


def test_the_focus_is_seen(view: ChatView, qtbot: QtBot) -> None:
    def edge() -> str:
        return view.composer.grab().toImage().pixelColor(200, 0).name()

    qtbot.waitUntil(view.composer.edit.hasFocus)
    focused = edge()
    view.empty.findChildren(QPushButton)[0].setFocus()
    assert edge() != focused
