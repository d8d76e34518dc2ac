"""The window is closed while what was written cannot be saved."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.ui.main_window import MainWindow
from tests.services.test_storage import FullDisk, big


@pytest.fixture
def disk(window: MainWindow, services: Services, qtbot: QtBot) -> FullDisk:
    """A full one, and something that does not fit on it."""
    full = FullDisk(services.storage)
    services.storage.write(lambda store: store.save_conversation(big(1000)))
    qtbot.waitUntil(lambda: services.storage.failure is not None, timeout=5000)
    return full


def close(window: MainWindow, answer: Callable[[QMessageBox], object]) -> list[str]:
    """Close the window and give the *answer*; what was asked."""
    asked: list[str] = []

    def find() -> None:
        box = window.findChild(QMessageBox, "unsaved")
        if box is not None:
            asked.append(f"{box.text()} {box.informativeText()}")
            answer(box)

    QTimer.singleShot(0, find)
    window.close()
    return asked


def press(label: str) -> Callable[[QMessageBox], None]:
    return lambda box: next(b for b in box.buttons() if b.text() == label).click()


def test_it_is_asked_first_and_the_window_can_stay(
    window: MainWindow, disk: FullDisk, services: Services, qtbot: QtBot
) -> None:
    for answer in (press("Keep open"), lambda box: qtbot.keyClick(box, Qt.Key.Key_Escape), QMessageBox.close):
        (words,) = close(window, answer)
        assert "not saved" in words
        assert "Free some space" in words
        assert window.isVisible()
    disk.free()
    with qtbot.waitSignal(services.storage.saved, timeout=10_000):
        services.storage.retry()
    assert close(window, press("Keep open")) == []  # there is nothing to ask any more
    assert not window.isVisible()


def test_it_can_be_closed_all_the_same(window: MainWindow, disk: FullDisk) -> None:
    assert close(window, press("Close anyway"))
    assert not window.isVisible()


def test_it_closes_by_itself_when_everything_is_saved(window: MainWindow, disk: FullDisk, services: Services) -> None:
    def make_room(_box: QMessageBox) -> None:
        disk.free()
        services.storage.retry()

    assert close(window, make_room)
    assert not window.isVisible()
    assert services.storage.is_saved
