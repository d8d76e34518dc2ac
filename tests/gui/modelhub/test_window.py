"""The window of models beside the main one."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.ui.main_window import MainWindow
from chatapp.ui.model_selector import ModelSelector
from chatapp.ui.modelhub.window import ModelHubWindow


def opened(window: MainWindow) -> ModelHubWindow:
    assert window._models is not None
    return window._models


def test_a_key_and_the_model_menu_open_it_beside_the_chat(window: MainWindow, qtbot: QtBot) -> None:
    keys = QKeySequence("Ctrl+Shift+M")[0]
    qtbot.keyClick(window, keys.key(), keys.keyboardModifiers())
    models = opened(window)
    qtbot.waitUntil(models.isActiveWindow)
    assert models.isWindow()
    assert not models.isModal()
    qtbot.keyClick(models, Qt.Key.Key_Escape)
    assert not models.isVisible()
    menu = window.findChild(ModelSelector).findChild(QMenu)
    menu.aboutToShow.emit()
    (find,) = [action for action in menu.actions() if action.text() == "Find more models…"]
    find.trigger()
    assert models.isVisible()
    window.close()
    assert not models.isVisible()


def test_it_comes_back_as_large_as_it_was_left(services: Services, qtbot: QtBot) -> None:
    for is_first in (True, False):
        models = ModelHubWindow(services)
        qtbot.addWidget(models)
        with qtbot.waitExposed(models):
            models.open()
        if is_first:
            models.resize(720, 500)
        assert (models.width(), models.height()) == (720, 500)
        models.close()


@pytest.mark.parametrize(("page", "name"), [("findPage", "hubSearchBox"), ("libraryPage", "librarySearch")])
def test_it_stays_when_escape_empties_a_search(services: Services, qtbot: QtBot, page: str, name: str) -> None:
    models = ModelHubWindow(services)
    qtbot.addWidget(models)
    with qtbot.waitExposed(models):
        models.open(page)
    qtbot.waitUntil(models.isActiveWindow)
    box = models.findChild(QLineEdit, name)
    qtbot.waitUntil(box.hasFocus)
    qtbot.keyClicks(box, "qwen")
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert box.text() == ""
    assert models.isVisible()
    qtbot.keyClick(box, Qt.Key.Key_Escape)
    assert not models.isVisible()
