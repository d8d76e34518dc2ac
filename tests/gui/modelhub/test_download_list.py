"""The page of downloads with a real queue: what it says, its buttons, keys and places."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMessageBox, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.services.downloads import Item, RemoteFile, State
from chatapp.settings.schema import OFFLINE
from chatapp.ui.modelhub import download_list
from chatapp.ui.modelhub import download_words as words
from chatapp.ui.modelhub.download_button import DownloadButton
from chatapp.ui.modelhub.download_item_model import Data
from chatapp.ui.modelhub.download_list import DownloadList
from chatapp.ui.modelhub.download_words import Act
from tests.gui.conftest import open_window
from tests.gui.modelhub.conftest import HALT, SIZE
from tests.helpers.hub_server import Hub


def published(hub: Hub) -> list[RemoteFile]:
    return [hub.add(path, data, repo) for (repo, path), data in [*hub.files.items()]]


def add(page: DownloadList, services: Services, qtbot: QtBot, files: list[RemoteFile]) -> list[int]:
    ids = [services.downloads.add([file]) for file in files]
    qtbot.waitUntil(lambda: page.view.item_model.rowCount() == len(services.downloads.items()) >= len(ids))
    return ids


def row(page: DownloadList, item_id: int) -> QModelIndex:
    return page.view.item_model.index(page.view.item_model.row_of(item_id))


def shown(page: DownloadList, item_id: int) -> Item:
    item = row(page, item_id).data(Data.ITEM)
    assert isinstance(item, Item)
    return item


def wait_for(page: DownloadList, qtbot: QtBot, item_id: int, state: State) -> None:
    qtbot.waitUntil(lambda: row(page, item_id).isValid() and shown(page, item_id).state is state)


def click(page: DownloadList, qtbot: QtBot, item_id: int, act: Act) -> None:
    view, index = page.view, row(page, item_id)
    view.scrollTo(index)
    at = dict(view._delegate.buttons(shown(page, item_id), view.visualRect(index)))[act]
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at.center())


def said(page: DownloadList, item_id: int) -> str:
    return str(row(page, item_id).data(Qt.ItemDataRole.AccessibleTextRole))


def test_an_empty_queue_says_so(page: DownloadList, qtbot: QtBot) -> None:
    empty = page.findChild(QWidget, "downloadsEmpty")
    assert empty.isVisible()
    assert empty.accessibleName().startswith("Nothing is being downloaded ")
    (find,) = [button for button in page.findChildren(QPushButton) if button.isVisible()]
    qtbot.mouseClick(find, Qt.MouseButton.LeftButton)
    assert page.window().findChild(QWidget, "findPage").isVisible()


def test_buttons_pause_resume_and_cancel(page: DownloadList, services: Services, hub: Hub, qtbot: QtBot) -> None:
    hub.halt_at = HALT
    first, second = add(page, services, qtbot, published(hub)[:2])
    qtbot.waitUntil(lambda: shown(page, first).progress.done > 0)
    assert "Waits for its turn, 0 bytes of 4 MB" in said(page, second).replace(" · ", ", ")
    click(page, qtbot, first, Act.PAUSE)
    wait_for(page, qtbot, first, State.PAUSED)
    click(page, qtbot, second, Act.CANCEL)  # little has come: nobody asks
    qtbot.waitUntil(lambda: page.view.item_model.rowCount() == 1)
    assert page.findChild(QPushButton, "resumeAllButton").isVisible()
    assert page.findChild(QLabel, "downloadTotal").text() == "1 paused"
    hub.release.set()
    click(page, qtbot, first, Act.RESUME)
    wait_for(page, qtbot, first, State.DONE)
    assert page.findChild(QLabel, "downloadTotal").text() == "Everything is here"
    qtbot.mouseClick(page.findChild(QPushButton, "clearFinishedButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(QWidget, "downloadsEmpty").isVisible())
    assert (services.paths.models / "some/model-GGUF/m0-Q4_K_M.gguf").stat().st_size == SIZE


def test_the_keyboard_does_it_all(page: DownloadList, services: Services, hub: Hub, qtbot: QtBot) -> None:
    hub.halt_at = HALT
    first, second, third = add(page, services, qtbot, published(hub)[:3])
    view = page.view
    view.setCurrentIndex(row(page, third))
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    qtbot.waitUntil(lambda: [i.id for i in services.downloads.items()] == [first, third, second])
    qtbot.waitUntil(lambda: view.currentIndex().row() == 1)  # still the same entry
    qtbot.keyClick(view, Qt.Key.Key_Space)
    wait_for(page, qtbot, third, State.PAUSED)
    qtbot.keyClick(view, Qt.Key.Key_Space)
    wait_for(page, qtbot, third, State.QUEUED)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: view.item_model.row_of(third) < 0)
    menu = view.menu_for(shown(page, second))
    texts = [action.text() for action in menu.actions() if action.isEnabled() and action.text()]
    assert texts == ["Pause", "Cancel download", "Move to the top", "Move up"]
    menu.actions()[-3].trigger()
    qtbot.waitUntil(lambda: [i.id for i in services.downloads.items()] == [second, first])


def test_a_row_is_dragged_to_another_place(page: DownloadList, services: Services, hub: Hub, qtbot: QtBot) -> None:
    hub.halt_at = HALT
    ids = add(page, services, qtbot, published(hub))
    for source, before, order in ((0, 3, [1, 2, 0, 3]), (3, 1, [1, 3, 2, 0])):
        assert page.view.item_model.moveRows(QModelIndex(), source, 1, QModelIndex(), before)  # what a drop calls
        wanted = [ids[at] for at in order]
        qtbot.waitUntil(lambda wanted=wanted: [i.id for i in services.downloads.items()] == wanted)


def test_a_failure_has_its_sentence_and_its_remedies(
    page: DownloadList, services: Services, hub: Hub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(QUrl(url).toString()) or True)
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_good"
    (number,) = add(page, services, qtbot, published(hub)[:1])
    wait_for(page, qtbot, number, State.FAILED)
    assert "give it only to people who asked them for access. Ask for access on the model's page" in said(page, number)
    assert page.view.sizeHintForIndex(row(page, number)).height() > 60
    click(page, qtbot, number, Act.PAGE)
    assert opened == [f"{hub.url}/some/model-GGUF"]
    hub.gated.clear()
    click(page, qtbot, number, Act.RETRY)
    wait_for(page, qtbot, number, State.DONE)


def test_a_name_that_is_refused_is_no_html_either(services: Services, qtbot: QtBot) -> None:
    button = DownloadButton(services)
    qtbot.addWidget(button)
    with qtbot.waitSignal(services.downloads.failed):
        services.downloads.add([RemoteFile("some/model-GGUF", "c" * 40, "<img src=x>.gguf", 5, "0" * 64)])
    assert button.text() == "Download failed"
    assert "<img" not in button.toolTip()
    assert "&lt;img src=x&gt;" in button.toolTip()


def test_what_is_done_opens_in_the_chat(
    page: DownloadList, services: Services, hub: Hub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []
    revealed: list[Path] = []
    monkeypatch.setattr(services.models, "choose", chosen.append)
    monkeypatch.setattr(download_list, "reveal", lambda path, _parent: revealed.append(path))
    (number,) = add(page, services, qtbot, published(hub)[:1])
    wait_for(page, qtbot, number, State.DONE)
    click(page, qtbot, number, Act.CHAT)
    click(page, qtbot, number, Act.FOLDER)
    eyes = services.downloads.add([hub.add("mmproj-F16.gguf", b"eyes")])
    wait_for(page, qtbot, eyes, State.DONE)
    assert words.acts(shown(page, eyes)) == (Act.FOLDER, Act.REMOVE)  # nobody can chat with it
    path = services.paths.models / "some/model-GGUF/m0-Q4_K_M.gguf"
    assert chosen == [str(path)]
    assert revealed == [path]


def test_offline_mode_is_said_and_can_be_ended_here(
    page: DownloadList, services: Services, hub: Hub, qtbot: QtBot
) -> None:
    services.settings.set(OFFLINE, "on")
    (number,) = add(page, services, qtbot, published(hub)[:1])
    assert "Waits: offline mode is on" in said(page, number)
    assert page.findChild(QLabel, "downloadTotal").text() == "Offline mode is on"
    assert hub.asked_hub == []
    qtbot.mouseClick(page.findChild(QPushButton, "goOnlineButton"), Qt.MouseButton.LeftButton)
    wait_for(page, qtbot, number, State.DONE)


def test_a_remedy_in_the_preferences_opens_them_at_its_input(
    page: DownloadList, services: Services, hub: Hub, qtbot: QtBot
) -> None:
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_good"
    (number,) = add(page, services, qtbot, published(hub)[:1])
    wait_for(page, qtbot, number, State.FAILED)
    click(page, qtbot, number, Act.TOKEN)
    edit = page.window().findChild(QLineEdit, "tokenEdit")
    qtbot.waitUntil(edit.hasFocus)
    qtbot.waitUntil(lambda: not edit.visibleRegion().isEmpty())
    edit.window().close()


def test_giving_up_much_is_asked_about(
    page: DownloadList, services: Services, hub: Hub, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download_list, "_ASK_FROM", 1_000_000)
    hub.halt_at = HALT
    (number,) = add(page, services, qtbot, published(hub)[:1])
    qtbot.waitUntil(lambda: shown(page, number).progress.done >= 1_000_000)
    asked: list[str] = []

    def answer(wanted: str) -> None:
        box = QApplication.activeModalWidget()
        assert isinstance(box, QMessageBox)
        asked.append(box.informativeText())
        next(button for button in box.buttons() if button.text() == wanted).click()

    for wanted in ("Cancel", "Give it up"):
        QTimer.singleShot(100, page, lambda wanted=wanted: answer(wanted))
        click(page, qtbot, number, Act.CANCEL)
    assert "of “m0-Q4_K_M” have arrived and will be deleted" in asked[0]
    qtbot.waitUntil(lambda: page.view.item_model.rowCount() == 0)


def test_the_main_window_tells_in_title_and_status_bar(
    services: Services, hub: Hub, qtbot: QtBot, qapp: QApplication
) -> None:
    window = open_window(services, qapp, qtbot)
    button = window.findChild(QWidget, "downloadsButton")
    assert not button.isVisible()
    hub.halt_at = HALT
    services.downloads.add(published(hub)[:1])
    qtbot.waitUntil(lambda: bool(re.match(r"(26|52) % · New conversation — ", window.windowTitle())))
    assert window.windowTitle().startswith(button.text())
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert window._models is not None
    assert window._models.findChild(DownloadList).isVisible()
    hub.release.set()
    qtbot.waitUntil(lambda: window.windowTitle() == "New conversation — ChatApp")
    assert not button.isVisible()
    window.close()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s left"), (59.4, "59 s left"), (61, "1 min left"), (3700, "1 h 2 min left"), (3e5, "3 days left")],
)
def test_time_left_is_rounded_to_what_can_be_known(seconds: float, text: str) -> None:
    assert words.time_left(seconds) == text
