"""The inspector's tabs around real services, looking at replies whose traces were made by hand."""

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatapp.core.trace import TokenTrace
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.ui.inspector.tokens_tab import TokensTab
from tests.services.test_chat import answer

Look = Callable[[TokenTrace], None]


@pytest.fixture
def tab(services: Services, qapp: QApplication, qtbot: QtBot) -> TokensTab:
    """The Tokens tab, 460 pixels wide, shown."""
    tab = TokensTab(services)
    qtbot.addWidget(tab)
    tab.resize(460, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)
    return tab


@pytest.fixture
def look(services: Services, tab: TokensTab, qtbot: QtBot) -> Look:
    """Saves a trace with a new reply and looks at it."""

    def look(trace: TokenTrace) -> None:
        inspector = services.inspector
        reply = answer(services, qtbot, "hello")
        services.storage.write(lambda store: store.save_trace(reply.id, trace))
        qtbot.waitUntil(lambda: services.storage.is_saved)
        if reply.parent_id is not None:
            inspector.select(reply.parent_id)
        inspector.select(reply.id)
        qtbot.waitUntil(lambda: inspector.state is TraceState.READY and len(inspector.trace) == len(trace))
        qtbot.waitUntil(lambda: tab.strip.is_laid_out)

    return look
