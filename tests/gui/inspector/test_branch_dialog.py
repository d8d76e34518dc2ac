"""A branch with a typed token: what it becomes is shown before it is used."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QTableWidget
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.ui.inspector.branch_dialog import BranchDialog
from tests.services.conftest import Make
from tests.services.test_chat import answer, wait_until_idle


def opened(services: Services, qtbot: QtBot, reply: Message, position: int) -> BranchDialog:
    services.inspector.select(reply.id, position)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    dialog = BranchDialog(services, reply.id, position)
    with qtbot.waitExposed(dialog):
        dialog.open()
    return dialog


def cells(dialog: BranchDialog) -> list[list[str]]:
    table = dialog.findChild(QTableWidget, "branchTokens")
    return [[table.item(row, at).text() for at in range(4)] for row in range(table.rowCount())]


def type_text(dialog: BranchDialog, qtbot: QtBot, text: str) -> None:
    qtbot.keyClicks(dialog.findChild(QLineEdit, "branchText"), text)
    qtbot.waitUntil(dialog.findChild(QPushButton, "branchButton").isEnabled)


def test_a_typed_text_becomes_tokens_that_begin_the_branch(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one two three")
    dialog = opened(services, qtbot, reply, 1)
    intro = dialog.findChildren(QLabel)[0].text()
    assert intro == "Token 2 is “two ” (100 %). What should stand there instead?"
    button = dialog.findChild(QPushButton, "branchButton")
    assert not button.isEnabled()
    type_text(dialog, qtbot, "three four")
    qtbot.waitUntil(lambda: len(cells(dialog)) == 2)
    assert [row[0] for row in cells(dialog)] == ["three·", "four"]
    assert cells(dialog)[1][2] == "66 6F 75 72"
    assert [row[3] for row in cells(dialog)] == ["<100 %", ""]
    qtbot.keyClick(dialog.findChild(QLineEdit, "branchText"), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.chat.streaming_id is not None)
    wait_until_idle(services, qtbot)
    assert services.chat.conversation.path()[-1].text == "one three fourone two three"


def test_only_the_first_token(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one two three")
    dialog = opened(services, qtbot, reply, 1)
    type_text(dialog, qtbot, "three four")
    qtbot.waitUntil(lambda: len(cells(dialog)) == 2)
    first = dialog.findChild(QAbstractButton, "branchFirst")
    qtbot.mouseClick(first, Qt.MouseButton.LeftButton, pos=QPoint(8, first.height() // 2))
    qtbot.mouseClick(dialog.findChild(QPushButton, "branchButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.chat.streaming_id is not None)
    wait_until_idle(services, qtbot)
    assert services.chat.conversation.path()[-1].text == "one three one two three"


def test_what_cannot_be_typed_is_written_with_a_backslash(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one two three")
    dialog = opened(services, qtbot, reply, 0)
    type_text(dialog, qtbot, "x\\n")
    assert [row[0] for row in cells(dialog)] == ["x⏎"]
    assert not dialog.findChild(QAbstractButton, "branchFirst").isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert services.chat.streaming_id is None


def test_without_a_model_it_says_so(services: Services, make_services: Make, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one two three")
    services.close()
    again = make_services()
    again.chat.open(again.conversations.summaries()[0].id)
    qtbot.waitUntil(lambda: bool(again.chat.conversation.messages))
    dialog = opened(again, qtbot, reply, 0)
    qtbot.keyClicks(dialog.findChild(QLineEdit, "branchText"), "x")
    note = dialog.findChild(QLabel, "branchNote")
    assert note.text() == "No model is loaded. Choose a model at the top of the window."
    assert not dialog.findChild(QPushButton, "branchButton").isEnabled()
    dialog.close()
