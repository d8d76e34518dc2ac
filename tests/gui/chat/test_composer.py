"""Writing a message: keys, Hangul in every order input methods deliver it, pasting, drafts."""

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QInputMethodEvent, QKeyEvent, QTextOption
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.ui.chat.composer import Composer
from chatapp.ui.chat.input_edit import MAX_LENGTH, InputEdit


class Sent:
    """Stands in for `ChatService.send` and remembers what it was given."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.takes = True

    def __call__(self, text: str) -> bool:
        self.texts.append(text)
        return self.takes


@pytest.fixture
def sent(services: Services, monkeypatch: pytest.MonkeyPatch) -> Sent:
    sent = Sent()
    monkeypatch.setattr(services.chat, "send", sent)
    return sent


@pytest.fixture
def composer(services: Services, qtbot: QtBot) -> Composer:
    composer = Composer(services.chat)
    qtbot.addWidget(composer)
    composer.setMinimumSize(300, 50)
    composer.resize(500, 60)
    with qtbot.waitExposed(composer):
        composer.show()
    composer.activateWindow()
    composer.edit.setFocus()
    return composer


def preedit(edit: InputEdit, text: str, commit: str = "") -> None:
    """What an input method sends: *text* being composed, after committing *commit*."""
    event = QInputMethodEvent(text, [])
    if commit:
        event.setCommitString(commit)
    QApplication.sendEvent(edit, event)


def button(composer: QWidget, name: str) -> QAbstractButton:
    found = composer.findChild(QAbstractButton, name)
    assert found is not None
    return found


def press_enter(edit: InputEdit) -> None:
    QTest.keyClick(edit, Qt.Key.Key_Return)


def test_names_for_tests_and_screen_readers(composer: Composer) -> None:
    assert composer.edit.objectName() == "composer"
    assert composer.edit.accessibleName() == "Message"
    assert button(composer, "sendButton").accessibleName() == "Send"
    assert button(composer, "stopButton").accessibleName() == "Stop"


@pytest.mark.parametrize(
    ("key", "modifiers"),
    [
        (Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier),
        (Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier),
    ],
)
def test_enter_sends(composer: Composer, sent: Sent, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    qtbot.keyClicks(composer.edit, "hello")
    qtbot.keyClick(composer.edit, key, modifiers)
    assert sent.texts == ["hello"]
    assert composer.edit.toPlainText() == ""


def test_shift_enter_begins_a_new_line_and_the_field_grows(composer: Composer, sent: Sent, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.edit, "one")
    low = composer.edit.height()
    for _ in range(3):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert composer.edit.height() > low + 2 * composer.edit.fontMetrics().height()
    for _ in range(30):
        qtbot.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert composer.edit.height() < 13 * composer.edit.fontMetrics().lineSpacing()
    assert sent.texts == []
    qtbot.keyClicks(composer.edit, "two")
    press_enter(composer.edit)
    assert sent.texts == ["one" + "\n" * 33 + "two"]
    assert composer.edit.height() == low


def test_nothing_but_spaces_is_not_sent(composer: Composer, sent: Sent, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.edit, "   ")
    press_enter(composer.edit)
    assert sent.texts == []
    assert not button(composer, "sendButton").isEnabled()


def test_what_is_not_taken_stays(composer: Composer, sent: Sent, qtbot: QtBot) -> None:
    sent.takes = False
    qtbot.keyClicks(composer.edit, "precious")
    press_enter(composer.edit)
    assert composer.edit.toPlainText() == "precious"


def test_a_held_enter_key_sends_once(composer: Composer, sent: Sent, qtbot: QtBot) -> None:
    sent.takes = False
    qtbot.keyClicks(composer.edit, "once")
    press_enter(composer.edit)
    for _ in range(3):
        repeat = QKeyEvent(
            QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", autorep=True
        )
        QApplication.sendEvent(composer.edit, repeat)
    assert sent.texts == ["once"]


# -- Hangul ------------------------------------------------------------------------------------------------------------

HELLO = "안녕하세요"


def compose(edit: InputEdit) -> None:
    """Type 안녕하세요; the last syllable is still being composed."""
    preedit(edit, "ㅇ")
    preedit(edit, "아")
    preedit(edit, "안")
    preedit(edit, "ㄴ", commit="안")
    preedit(edit, "녕")
    preedit(edit, "하", commit="녕")
    preedit(edit, "세", commit="하")
    preedit(edit, "요", commit="세")


def test_commit_first_then_the_key(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    preedit(composer.edit, "", commit="요")
    press_enter(composer.edit)
    assert sent.texts == [HELLO]


def test_key_first_and_the_input_method_commits_when_asked(
    composer: Composer, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composer.edit, "_ask_input_method_to_commit", lambda: preedit(composer.edit, "", commit="요"))
    compose(composer.edit)
    press_enter(composer.edit)
    assert sent.texts == [HELLO]
    assert composer.edit.toPlainText() == ""


def test_key_first_and_the_input_method_takes_it_away_to_commit_it_late(
    composer: Composer, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composer.edit, "_ask_input_method_to_commit", lambda: preedit(composer.edit, ""))
    compose(composer.edit)
    press_enter(composer.edit)
    preedit(composer.edit, "", commit="요")
    assert sent.texts == [HELLO]
    assert composer.edit.toPlainText() == ""


def test_key_first_and_the_input_method_says_nothing(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    press_enter(composer.edit)
    assert sent.texts == [HELLO]
    assert not composer.edit.is_composing


def test_key_first_then_a_late_commit_is_not_taken_twice(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    press_enter(composer.edit)
    preedit(composer.edit, "", commit="요")
    assert sent.texts == [HELLO]
    assert composer.edit.toPlainText() == ""


def test_key_first_then_a_late_commit_and_the_key_again(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    press_enter(composer.edit)
    preedit(composer.edit, "")
    preedit(composer.edit, "", commit="요")
    press_enter(composer.edit)
    assert sent.texts == [HELLO]
    assert composer.edit.toPlainText() == ""


def test_commit_and_a_doubled_key(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    preedit(composer.edit, "", commit="요")
    press_enter(composer.edit)
    press_enter(composer.edit)
    assert sent.texts == [HELLO]


def test_control_enter_while_composing(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    QTest.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    preedit(composer.edit, "", commit="요")
    assert sent.texts == [HELLO]
    assert composer.edit.toPlainText() == ""


def test_the_same_syllable_typed_next_is_not_lost(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    press_enter(composer.edit)
    preedit(composer.edit, "요")
    preedit(composer.edit, "", commit="요")
    press_enter(composer.edit)
    assert sent.texts == [HELLO, "요"]


def test_a_late_commit_together_with_the_next_syllable(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    press_enter(composer.edit)
    preedit(composer.edit, "네", commit="요")
    preedit(composer.edit, "", commit="네")
    press_enter(composer.edit)
    assert sent.texts == [HELLO, "네"]


def test_not_taken_while_composing_keeps_the_whole_text(composer: Composer, sent: Sent) -> None:
    sent.takes = False
    compose(composer.edit)
    press_enter(composer.edit)
    preedit(composer.edit, "", commit="요")
    assert composer.edit.toPlainText() == HELLO


def test_shift_enter_while_composing(composer: Composer, sent: Sent) -> None:
    compose(composer.edit)
    QTest.keyClick(composer.edit, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    preedit(composer.edit, "", commit="요")
    preedit(composer.edit, "", commit="네")
    press_enter(composer.edit)
    assert sent.texts == [HELLO + "\n네"]


def test_the_send_button_takes_the_composed_syllable(composer: Composer, sent: Sent, qtbot: QtBot) -> None:
    compose(composer.edit)
    composer.send()
    assert sent.texts == [HELLO]


# -- pasting -----------------------------------------------------------------------------------------------------------


def test_one_syllable_is_enough_for_the_send_button(composer: Composer, sent: Sent, qtbot: QtBot) -> None:
    send = button(composer, "sendButton")
    preedit(composer.edit, "네")
    assert send.isEnabled()
    preedit(composer.edit, "")
    assert not send.isEnabled()
    preedit(composer.edit, "네")
    qtbot.mouseClick(send, Qt.MouseButton.LeftButton)
    assert sent.texts == ["네"]


def test_rich_text_is_pasted_plain(composer: Composer, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setHtml("<b>bold</b>")
    data.setText("bold\r\ntext\x00")
    QGuiApplication.clipboard().setMimeData(data)
    composer.edit.paste()
    assert composer.edit.toPlainText() == "bold\ntext"


def test_a_huge_paste_is_cut_with_a_notice(composer: Composer, qtbot: QtBot) -> None:
    QGuiApplication.clipboard().setText("가나다라마 바사\n" * 1_100_000)
    composer.edit.paste()
    assert len(composer.edit.toPlainText()) == MAX_LENGTH
    qtbot.waitUntil(composer._notice.isVisible)
    assert composer._notice.text().startswith("The pasted text was cut")


def test_files_pass_through(composer: Composer) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/models/a.gguf")])
    assert not composer.edit.canInsertFromMimeData(data)


# -- state -------------------------------------------------------------------------------------------------------------


def test_the_button_stops_while_a_reply_runs(composer: Composer, services: Services, qtbot: QtBot) -> None:
    send, stop = button(composer, "sendButton"), button(composer, "stopButton")
    qtbot.keyClicks(composer.edit, "/wait")
    assert send.isVisible()
    press_enter(composer.edit)
    assert stop.isVisible()
    assert not send.isVisible()
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    qtbot.keyClicks(composer.edit, "next")
    press_enter(composer.edit)
    assert composer.edit.toPlainText() == "next"
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE)
    assert send.isVisible()
    assert send.isEnabled()


def test_escape_stops_the_reply(composer: Composer, services: Services, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.edit, "/wait")
    press_enter(composer.edit)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING)
    qtbot.keyClick(composer.edit, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE)


def test_a_draft_belongs_to_its_conversation(composer: Composer, services: Services, qtbot: QtBot) -> None:
    first = services.chat.conversation.id
    qtbot.keyClicks(composer.edit, "half a thought")
    qtbot.waitUntil(lambda: services.chat.draft() == "half a thought")
    services.chat.new_conversation()
    assert composer.edit.toPlainText() == ""
    services.chat.open(first)
    assert composer.edit.toPlainText() == "half a thought"


def test_a_draft_is_kept_before_a_shortcut_acts(composer: Composer, services: Services, qtbot: QtBot) -> None:
    first = services.chat.conversation.id
    qtbot.keyClicks(composer.edit, "quick")
    qtbot.keyClick(composer.edit, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    services.chat.new_conversation()
    services.chat.open(first)
    assert composer.edit.toPlainText() == "quick"


def test_a_draft_is_kept_when_the_window_goes(composer: Composer, services: Services, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.edit, "not lost")
    composer.hide()
    assert services.chat.draft() == "not lost"


def test_the_syllable_that_is_composed_stays_in_the_draft(composer: Composer, services: Services, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.edit, "a")
    preedit(composer.edit, "한")
    first = services.chat.conversation.id
    services.chat.new_conversation()
    assert composer.edit.text() == ""
    preedit(composer.edit, "", "한")  # the input method commits it late
    assert composer.edit.text() == ""
    services.chat.open(first)
    assert composer.edit.text() == "a한"


def test_a_huge_word_does_not_make_typing_slow(composer: Composer, qtbot: QtBot) -> None:
    usual = composer.edit.wordWrapMode()
    QGuiApplication.clipboard().setText("x" * 3000)
    composer.edit.paste()
    assert composer.edit.wordWrapMode() == QTextOption.WrapMode.WrapAnywhere
    composer.edit.clear()
    assert composer.edit.wordWrapMode() == usual


def test_a_draft_typed_just_before_a_switch_stays_where_it_was(
    composer: Composer, services: Services, qtbot: QtBot
) -> None:
    qtbot.keyClicks(composer.edit, "a moment ago")
    first = services.chat.conversation.id
    services.chat.new_conversation()
    services.chat.set_draft("second")
    assert services.chat.conversation.id != first
    services.chat.open(first)
    assert composer.edit.toPlainText() == "a moment ago"
