"""The window's side of token colours: the action and its shortcut, and the way from a message to the inspector."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QDockWidget, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import COLORS_IN_CHAT
from chatapp.ui.chat.message_list import MessageList
from chatapp.ui.inspector.colour_row import ColourRow
from chatapp.ui.inspector.tokens_tab import TokensTab
from chatapp.ui.main_window import MainWindow
from tests.services.test_chat import answer


def child(window: QWidget, kind: type[QWidget], name: str) -> QWidget:
    found = window.findChild(kind, name)
    assert found is not None, name
    return found


def test_the_shortcut_switches_the_colours_and_they_are_kept(
    window: MainWindow, services: Services, qtbot: QtBot
) -> None:
    reply = answer(services, qtbot, "/say colour me 한국어로")
    action = window.actions_table["token_colors"]
    assert not action.isChecked()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_H, keys)
    assert action.isChecked()
    assert services.settings.get(COLORS_IN_CHAT) == "on"
    messages = child(window, MessageList, "messageList")
    assert isinstance(messages, MessageList)
    qtbot.waitUntil(lambda: messages.widget_of(reply.id).heat is not None)  # type: ignore[union-attr]  # it is in sight
    legend = child(window, ColourRow, "chatLegend")
    assert legend.isVisible()
    window.actions_table["inspector"].trigger()
    tab = window.findChild(TokensTab)
    assert tab is not None
    (button,) = tab.findChildren(QToolButton, "colorsInChat")
    qtbot.waitUntil(button.isVisible)
    assert button.isChecked()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not action.isChecked()
    assert not legend.isVisible()
    assert services.settings.get(COLORS_IN_CHAT) == "off"


def test_a_messages_button_opens_the_inspector_on_it(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say the first")
    answer(services, qtbot, "/say the second")
    dock = child(window, QDockWidget, "inspector")
    assert dock.isHidden()
    messages = child(window, MessageList, "messageList")
    assert isinstance(messages, MessageList)
    widget = messages.ensure_widget(first.id)
    assert widget is not None
    (button,) = [b for b in widget.findChildren(QAbstractButton) if b.accessibleName().startswith("Inspect")]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not dock.isHidden()
    assert services.inspector.message_id == first.id
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
