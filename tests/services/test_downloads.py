"""The download queue behind its signals, against a hub on loopback."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.services.downloads import State
from tests.helpers.hub_server import Hub, running_hub
from tests.services.conftest import Make


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        yield hub


def test_a_model_arrives_and_is_listed(hub: Hub, make_services: Make, qtbot: QtBot) -> None:
    services = make_services()
    data = random.Random(1).randbytes(300_000)
    file = hub.add("m.gguf", data)
    with (
        qtbot.waitSignal(services.models.changed),
        qtbot.waitSignal(services.downloads.finished) as finished,
    ):
        number = services.downloads.add([file])
    path = Path(finished.args[0])
    assert path.read_bytes() == data
    item = services.downloads.item(number)
    assert item is not None
    assert item.state is State.DONE
    assert services.downloads.find([file]) == item
    assert item.path == path
    assert services.downloads.total() is None
    assert [model.path for model in services.models.models() if not model.is_starter] == [path]
