"""Newer versions: asked for only when wanted, told once, never in the way."""

import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatapp import __version__
from chatapp.services.bundle import Services
from chatapp.services.notices import Action, Notice
from chatapp.services.updates import UpdateState
from chatapp.settings.schema import OFFLINE, UPDATE_CHECK, UPDATE_LAST, UPDATE_SKIPPED
from chatapp.ui.dialogs.updates import UpdateDialog
from tests.gui.conftest import open_window
from tests.helpers.release_server import ReleaseServer, release_server


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ReleaseServer]:
    with release_server() as made:
        made.body = [made.release("v99.1", "## What is new\n\n* **Faster**를 <b>not bold</b>\n\n" + "More.\n\n" * 60)]
        monkeypatch.setenv("CHATAPP_UPDATE_FEED", made.url)
        yield made


def wait_for(services: Services, qtbot: QtBot, state: UpdateState) -> None:
    qtbot.waitUntil(lambda: services.updates.state is state)


def told(services: Services) -> list[Notice]:
    found: list[Notice] = []
    services.notices.attach(found.append)
    return found


def test_nothing_is_asked_unless_it_is_wanted_and_a_newcomer_is_left_alone(
    server: ReleaseServer, services: Services
) -> None:
    assert told(services) == []
    assert services.updates.state is UpdateState.NOT_ASKED
    assert server.asked == []


@pytest.mark.parametrize("by", ["preferences", "environment"])
def test_offline_mode_is_for_newer_versions_too(
    server: ReleaseServer, services: Services, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "preferences":
        services.settings.set(OFFLINE, "on")
    else:
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    services.settings.set(UPDATE_CHECK, "on")
    services.updates.start()
    assert services.updates.state is UpdateState.NOT_ASKED
    services.updates.check()
    assert services.updates.error is not None
    assert services.updates.error.message.startswith("Offline mode is on, so 127.0.0.1:")
    assert server.asked == []


def test_the_question_comes_once_when_there_are_chats(
    server: ReleaseServer, services: Services, qtbot: QtBot, qapp: QApplication
) -> None:
    window = open_window(services, qapp, qtbot)
    services.updates.start()
    assert window._notices.bars() == []
    with qtbot.waitSignal(services.conversations.list_changed):
        services.chat.send("hello")
    services.updates.start()
    (bar,) = window._notices.bars()
    services.updates.start()
    assert window._notices.bars() == [bar]
    assert server.asked == []
    qtbot.mouseClick(bar.action_button(Action.UPDATE_ON), Qt.MouseButton.LeftButton)
    wait_for(services, qtbot, UpdateState.FOUND)
    (news,) = window._notices.bars()
    assert "99.1" in news.accessibleName()
    qtbot.mouseClick(news.action_button(Action.UPDATE_NEWS), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(window.findChild(UpdateDialog).findChild(QPushButton, "skipVersion"), Qt.MouseButton.LeftButton)
    services.updates.start()
    assert len(server.asked) == 1, "a day is not over"


def test_a_version_that_is_skipped_is_not_told_and_the_one_after_it_is(
    server: ReleaseServer, services: Services, qtbot: QtBot
) -> None:
    notices = told(services)
    services.settings.set(UPDATE_SKIPPED, "99.1")
    services.settings.set(UPDATE_CHECK, "on")
    wait_for(services, qtbot, UpdateState.FOUND)
    assert notices == []
    server.body = [server.release("v99.2")]
    services.settings.set(UPDATE_LAST, int(time.time()) - 90_000)
    services.updates.start()
    qtbot.waitUntil(lambda: len(notices) == 1)
    assert notices[0].words["version"] == "99.2"


def test_offline_is_silent_unless_somebody_asked(
    server: ReleaseServer, services: Services, qtbot: QtBot, qapp: QApplication
) -> None:
    server.status = 500
    notices = told(services)
    services.settings.set(UPDATE_CHECK, "on")
    wait_for(services, qtbot, UpdateState.FAILED)
    assert notices == []
    window = open_window(services, qapp, qtbot)
    window.actions_table["updates"].trigger()
    dialog = window.findChild(UpdateDialog)
    assert dialog.findChild(QLabel, "updateHeadline").text() == "Looking for new versions…"
    wait_for(services, qtbot, UpdateState.FAILED)
    assert "HTTP 500" in dialog.findChild(QLabel, "updateHeadline").text()
    server.status, server.body = 200, [server.release(__version__)]
    services.updates.check()
    wait_for(services, qtbot, UpdateState.NEWEST)
    assert dialog.findChild(QLabel, "updateHeadline").text() == "You have the newest version"
    assert notices == []


def test_the_notes_are_drawn_without_html_and_the_page_opens_on_a_click(
    server: ReleaseServer, services: Services, qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toString()))
    window = open_window(services, qapp, qtbot)
    window.actions_table["updates"].trigger()
    wait_for(services, qtbot, UpdateState.FOUND)
    dialog = window.findChild(UpdateDialog)
    text = "".join(view.toPlainText() for view in dialog._notes._body.views())
    assert "Faster를 <b>not bold</b>" in text
    assert dialog._notes.verticalScrollBar().maximum() > 0
    assert dialog.height() < 600
    assert opened == []
    qtbot.mouseClick(dialog.findChild(QPushButton, "openDownloadPage"), Qt.MouseButton.LeftButton)
    assert opened == [f"{server.url}/v99.1"]


def test_a_silent_server_does_not_keep_the_window_from_closing(
    server: ReleaseServer, services: Services, qtbot: QtBot
) -> None:
    server.drip = True
    services.updates.check()
    qtbot.waitUntil(lambda: bool(server.asked))
    start = time.monotonic()
    assert services.close()
    assert time.monotonic() - start < 5


def test_a_copy_from_source_says_so(services: Services) -> None:
    services.updates.check()
    assert services.updates.error is not None
    assert "does not know" in services.updates.error.message
