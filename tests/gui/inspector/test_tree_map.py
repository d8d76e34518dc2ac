"""The Tree tab: all branches at a glance, jumped between with mouse and keys."""

import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import FinishReason, Fork, ReplyInfo
from chatapp.services.bundle import Services
from chatapp.ui import theme
from chatapp.ui.inspector.compare_dialog import CompareDialog
from chatapp.ui.inspector.tree_map import TreeTab
from tests.services.test_chat import answer, wait_until_idle

FORK = Fork(2, 0, 5, -3.2, b" Other", 6, -0.5, b"First")
ENDED = ReplyInfo(finish=FinishReason.STOP)


@pytest.fixture
def tab(services: Services, qapp: QApplication, qtbot: QtBot) -> TreeTab:
    theme.apply(qapp, "light", 10)
    tab = TreeTab(services)
    qtbot.addWidget(tab)
    tab.resize(440, 500)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.activateWindow()
    return tab


def grow(services: Services, tab: TreeTab, qtbot: QtBot, *more: tuple[int, int | None, Role, str]) -> None:
    """Question 1 with replies 2 and 5 (a fork of 2); 3, 4 follow 2; 6, 7 follow 5; then *more*."""
    user, reply = Role.USER, Role.ASSISTANT
    shape = [
        (1, None, user, "question"), (2, 1, reply, "First <b>reply</b>"), (3, 2, user, "more of it"),
        (4, 3, reply, "more"), (5, 1, reply, "Other reply"), (6, 5, user, "why"), (7, 6, reply, "because"), *more,
    ]  # fmt: skip
    for message_id, parent, role, text in shape:
        info = None if role is user else ReplyInfo(finish=FinishReason.STOP, fork=FORK if message_id == 5 else None)
        services.chat.conversation.add(Message(message_id, parent, role, text, 0, info))
    services.chat.path_changed.emit()
    qtbot.waitUntil(lambda: tab.view.model().rowCount() == len(shape))


def place(tab: TreeTab, message_id: int) -> QPoint:
    index = tab.view.model().index(tab.view.tree.rows.row_of[message_id], 0)
    return tab.view.visualRect(index).center()


def click(qtbot: QtBot, tab: TreeTab, message_id: int, modifiers: Qt.KeyboardModifier | None = None) -> None:
    qtbot.mouseClick(
        tab.view.viewport(), Qt.MouseButton.LeftButton, modifiers or Qt.KeyboardModifier.NoModifier,
        place(tab, message_id),
    )  # fmt: skip


def said(tab: TreeTab, message_id: int, role: Qt.ItemDataRole = Qt.ItemDataRole.DisplayRole) -> str:
    return str(tab.view.model().index(tab.view.tree.rows.row_of[message_id], 0).data(role))


def current(tab: TreeTab) -> int:
    return tab.view.tree.rows.ids[tab.view.currentIndex().row()]


def test_every_message_has_a_row(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    assert tab.findChild(QLabel, "treeCount").text() == "Nothing has been said yet"
    grow(services, tab, qtbot)
    assert tab.view.tree.rows.ids == [1, 2, 3, 4, 5, 6, 7]
    assert tab.findChild(QLabel, "treeCount").text() == "7 messages · 2 branches"
    assert said(tab, 3) == "more of it"
    assert said(tab, 3, Qt.ItemDataRole.AccessibleTextRole) == "You: more of it"
    spoken = said(tab, 5, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == ("Reply: Other reply, Token 1 was “ Other” (4.1 %) instead of “First” (60.7 %), shown in the chat")
    hover = said(tab, 2, Qt.ItemDataRole.ToolTipRole)
    assert "First &lt;b&gt;reply&lt;/b&gt;" in hover


def test_a_click_shows_the_branch(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    grow(services, tab, qtbot)
    wanted: list[int] = []
    services.chat.message_wanted.connect(wanted.append)
    assert [m.id for m in services.chat.conversation.path()] == [1, 5, 6, 7]
    click(qtbot, tab, 2)
    assert [m.id for m in services.chat.conversation.path()] == [1, 2, 3, 4]
    assert services.inspector.message_id == 2
    click(qtbot, tab, 4)
    assert wanted == [2, 4]
    assert tab.view.tree.is_shown(tab.view.tree.rows.row_of[3])
    assert not tab.view.tree.is_shown(tab.view.tree.rows.row_of[5])


def test_keys_walk_and_enter_jumps(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    grow(services, tab, qtbot)
    tab.view.setFocus()
    assert current(tab) == 7  # where the chat is
    for key, expected in (
        (Qt.Key.Key_Left, 6), (Qt.Key.Key_Left, 5), (Qt.Key.Key_Left, 1), (Qt.Key.Key_Left, 1),
        (Qt.Key.Key_Right, 5), (Qt.Key.Key_Up, 4), (Qt.Key.Key_Right, 4), (Qt.Key.Key_Up, 3), (Qt.Key.Key_Home, 1),
        (Qt.Key.Key_Down, 2), (Qt.Key.Key_Right, 3),
    ):  # fmt: skip
        qtbot.keyClick(tab.view, key)
        assert current(tab) == expected
    assert services.chat.conversation.leaf_id == 7
    qtbot.keyClick(tab.view, Qt.Key.Key_Return)
    assert services.chat.conversation.leaf_id == 4


def test_a_branch_made_in_the_chat_appears(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "/say one two three")
    qtbot.waitUntil(lambda: tab.view.model().rowCount() == 2)
    services.chat.branch(reply.id, 1, 0)
    qtbot.waitUntil(lambda: tab.view.model().rowCount() == 3)
    wait_until_idle(services, qtbot)
    made = services.chat.conversation.leaf_id
    assert made is not None
    assert said(tab, made).startswith("one one ")
    assert tab.view.model().index(tab.view.tree.rows.row_of[made], 0).data(Qt.ItemDataRole.UserRole) == (
        "from “one” 100 %"
    )
    services.chat.new_conversation()
    qtbot.waitUntil(lambda: tab.view.model().rowCount() == 0)


def opened(tab: TreeTab, qtbot: QtBot) -> tuple[int, int]:
    """What is compared after the button is pressed."""
    qtbot.mouseClick(tab.findChild(QPushButton, "compareButton"), Qt.MouseButton.LeftButton)
    dialog = tab.findChild(CompareDialog)
    pair = dialog.pair
    dialog.close()
    qtbot.waitUntil(lambda: tab.findChild(CompareDialog) is None)
    return pair


def test_two_replies_can_be_compared(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    grow(services, tab, qtbot)
    button = tab.findChild(QPushButton, "compareButton")
    assert not button.isEnabled()
    click(qtbot, tab, 5)  # by itself: with the version that it left
    assert opened(tab, qtbot) == (2, 5)
    click(qtbot, tab, 7)  # no other version
    assert not button.isEnabled()
    leaf = services.chat.conversation.leaf_id
    click(qtbot, tab, 4, Qt.KeyboardModifier.ControlModifier)
    assert services.chat.conversation.leaf_id == leaf  # no jump
    assert [said(tab, i, Qt.ItemDataRole(Qt.ItemDataRole.UserRole + 1)) for i in (4, 7)] == ["A", "B"]
    assert opened(tab, qtbot) == (4, 7)
    click(qtbot, tab, 3, Qt.KeyboardModifier.ControlModifier)  # three are too many
    assert not button.isEnabled()


def test_zoom(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    grow(services, tab, qtbot)

    def height() -> int:
        return tab.view.visualRect(tab.view.model().index(0, 0)).height()

    before = height()
    for delta, compare in ((-120, "less"), (-120, "less"), (120, "more"), (120, "more"), (120, "more")):
        last = height()
        QApplication.sendEvent(tab.view.viewport(), wheel(delta))
        assert (height() < last) if compare == "less" else (height() > last)
    assert height() > before


def wheel(delta: int) -> QWheelEvent:
    return QWheelEvent(
        QPointF(50, 50), QPointF(50, 50), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


def test_the_path_that_is_shown_is_drawn_stronger(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    grow(services, tab, qtbot)
    accent = theme.colors().accent.name()

    def strong() -> int:
        image: QImage = tab.view.viewport().grab().toImage()
        return sum(image.pixelColor(x, y).name() == accent for x in range(60) for y in range(image.height()))

    before = strong()
    services.chat.conversation.leaf_id = 1
    services.chat.path_changed.emit()
    assert 0 < strong() < before / 2


def test_thousands_of_messages_do_not_slow_it_down(tab: TreeTab, services: Services, qtbot: QtBot) -> None:
    more = [
        (i, i - 1 if i % 7 else max(1, i - 5), Role.USER if i % 2 else Role.ASSISTANT, f"m{i}") for i in range(8, 6000)
    ]
    grow(services, tab, qtbot, *more)
    tab.view.scrollToBottom()
    times = []
    for step in range(20):
        tab.view.verticalScrollBar().setValue(step * 1000)
        started = time.perf_counter()
        tab.view.viewport().grab()
        times.append(time.perf_counter() - started)
    assert sorted(times)[10] < 0.05  # a screen of rows, wherever it is; all of them would take seconds
