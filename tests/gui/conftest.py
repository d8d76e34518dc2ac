"""The whole window around real services with the fake engine."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.settings.schema import LANGUAGE, THEME
from chatapp.ui import i18n
from chatapp.ui.appearance import Appearance
from chatapp.ui.main_window import MainWindow
from tests.services.conftest import home, make_services, notices, services

__all__ = ["home", "make_services", "notices", "services"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform warns of what it cannot do with popups and dialogs; that says nothing about us."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("^This plugin does not support"))


@pytest.fixture(scope="session", autouse=True)
def translations() -> None:
    """The .qm is built, not committed: make it when it is older than its source."""
    script = Path(__file__).resolve().parents[2] / "packaging" / "translations.py"
    spec = importlib.util.spec_from_file_location("translations", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if module.is_stale():
        assert module.compile_ts() == 0


@pytest.fixture(autouse=True)
def english(qapp: QApplication) -> Iterator[None]:
    """Tests read English, whatever the system speaks and the last test chose."""
    i18n.install("en")
    yield
    i18n.install("en")


@pytest.fixture
def window(services: Services, qapp: QApplication, qtbot: QtBot) -> MainWindow:
    return open_window(services, qapp, qtbot)


def open_window(services: Services, qapp: QApplication, qtbot: QtBot) -> MainWindow:
    """Show a window of 1180 x 760 in the light theme."""
    services.settings.set(LANGUAGE, "en")
    services.settings.set(THEME, "light")
    window = MainWindow(services, Appearance(qapp, services.settings, services.settings))
    qtbot.addWidget(window)
    window.resize(1180, 760)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)  # shortcuts work only then
    return window
