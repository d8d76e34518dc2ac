"""Escape in a field to search with empties it, and does nothing else while there is something to empty."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.ui.inspector.tokens_tab import TokensTab
from chatapp.ui.main_window import MainWindow
from chatapp.ui.sidebar.sidebar import Sidebar


@pytest.mark.parametrize(("place", "name"), [(Sidebar, "searchBox"), (TokensTab, "tokenSearch")])
def test_a_reply_goes_on_when_a_search_is_emptied(
    window: MainWindow, services: Services, qtbot: QtBot, place: type[Sidebar | TokensTab], name: str
) -> None:
    services.chat.send("/wait")
    qtbot.waitUntil(lambda: services.chat.state is ChatState.STREAMING, timeout=10_000)
    window.resize(1400, 760)  # both are shown
    window.actions_table["inspector"].trigger()
    services.inspector.select(services.chat.conversation.leaf_id or 0)
    box = window.findChild(place).findChild(QLineEdit, name)
    qtbot.waitUntil(box.isVisible)
    box.setFocus()
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, "wait")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    assert services.chat.state is ChatState.STREAMING
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
