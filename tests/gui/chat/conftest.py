"""The chat area around real services with the fake engine."""

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.ui import theme
from chatapp.ui.chat.view import ChatView
from tests.services.conftest import make_services, notices, services

__all__ = ["make_services", "notices", "services"]


@pytest.fixture(autouse=True)
def light_theme(qapp: QApplication) -> None:
    theme.apply(qapp, "light", 10)


@pytest.fixture
def view(services: Services, qtbot: QtBot) -> ChatView:
    view = ChatView(services)
    qtbot.addWidget(view)
    view.setMinimumSize(300, 200)
    view.resize(900, 700)
    with qtbot.waitExposed(view):
        view.show()
    view.activateWindow()
    view.composer.edit.setFocus()
    return view
