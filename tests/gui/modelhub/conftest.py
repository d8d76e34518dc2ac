"""A hub on loopback, and the page of downloads in its window."""

import random
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from chatapp.services.bundle import Services
from chatapp.ui.modelhub.download_list import DownloadList
from chatapp.ui.modelhub.window import ModelHubWindow
from tests.helpers.hub_server import Hub, running_hub
from tests.services.conftest import Make

SIZE, HALT = 4_000_000, 2_100_000  # bytes of a published file; more than the mebibyte that is read at a time


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        for number in range(4):
            hub.add(f"m{number}-Q4_K_M.gguf", random.Random(number).randbytes(SIZE))
        yield hub


@pytest.fixture
def services(hub: Hub, make_services: Make) -> Services:
    """Without an engine: nothing here asks for one."""
    del hub
    return make_services()


@pytest.fixture
def page(services: Services, qtbot: QtBot) -> Iterator[DownloadList]:
    """In a window that is active."""
    window = ModelHubWindow(services)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.open("downloadList")
    qtbot.waitUntil(window.isActiveWindow)
    page = window.findChild(DownloadList)
    assert page is not None
    yield page
    window.close()
