"""The download queue behind its signals, against a hub on loopback."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.services.downloads import Progress, State
from chatapp.services.notices import Action, Notice
from chatapp.settings import schema
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
    assert services.downloads.find([replace(file, commit="f" * 40)]) == item  # only another file of it has changed
    assert item.path == path
    assert services.downloads.total() is None
    assert [model.path for model in services.models.models() if not model.is_starter] == [path]


def test_settings_take_effect_at_once(hub: Hub, make_services: Make, qtbot: QtBot, tmp_path: Path) -> None:
    services = make_services()
    downloads, settings = services.downloads, services.settings
    settings.set(schema.OFFLINE, "on")
    settings.set(schema.DOWNLOADS_AT_ONCE, 2)
    hub.halt_at = 10
    for number in range(3):
        downloads.add([hub.add(f"m{number}.gguf", bytes([number]) * 1000)])

    def states() -> list[State]:
        return [item.state for item in downloads.items()]

    qtbot.waitUntil(lambda: states() == [State.QUEUED] * 3)
    assert downloads.is_offline
    settings.set(schema.OFFLINE, "off")
    qtbot.waitUntil(lambda: states() == [State.RUNNING, State.RUNNING, State.QUEUED])
    settings.set(schema.DOWNLOADS_AT_ONCE, 1)
    qtbot.waitUntil(lambda: states() == [State.RUNNING, State.QUEUED, State.QUEUED])
    downloads.pause_all()
    qtbot.waitUntil(lambda: states() == [State.PAUSED] * 3)
    folder = tmp_path / "larger disk"
    settings.set(schema.DOWNLOAD_FOLDER, str(folder))
    assert settings.get(schema.MODEL_FOLDERS) == (str(folder),)
    settings.set(schema.SPEED_LIMIT, 20)
    hub.release.set()
    with qtbot.waitSignal(downloads.finished) as finished:
        downloads.add([hub.add("late.gguf", bytes(1000))])
    assert Path(finished.args[0]).is_relative_to(folder)
    assert downloads._queue is not None
    assert downloads._queue.pace.bytes_per_second == 20_000


def test_a_token_lets_what_was_refused_try_again(
    hub: Hub, make_services: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = make_services()
    told: list[Notice] = []
    services.notices.attach(told.append)
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_good"
    with qtbot.waitSignal(services.downloads.failed):
        services.downloads.add([hub.add("m.gguf", bytes(1000))])
    assert [action for action, _call in told[-1].actions] == [Action.SHOW_DOWNLOADS]
    assert told[-1].message.startswith("The authors of some/model-GGUF give it only to people")
    monkeypatch.setenv("HF_TOKEN", "hf_good")
    with qtbot.waitSignals([services.downloads.finished, services.notices.cleared]):
        services.hub._renew()
    assert told[-1].message == "“m” is here and ready to chat with."


def test_a_silent_server_shows_no_speed(
    hub: Hub, make_services: Make, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatapp.services.downloads._SILENCE", 0.1)
    services = make_services()
    hub.halt_at, hub.speed = 3 << 20, 8 << 20
    number = services.downloads.add([hub.add("m.gguf", bytes(4 << 20))])

    def speed() -> float:
        item = services.downloads.item(number)
        return item.progress.speed if item else 0.0

    qtbot.waitUntil(lambda: speed() > 0)
    assert hub.hanging.wait(10)
    services.downloads._clock.setInterval(50)
    qtbot.waitUntil(lambda: speed() == 0)


def test_reading_again_what_is_here_counts_for_no_speed(hub: Hub, make_services: Make, qtbot: QtBot) -> None:
    """Or a large download that goes on would be said to be nearly done."""
    downloads = make_services().downloads
    hub.halt_at = 10
    number = downloads.add([hub.add("m.gguf", bytes(1000))])
    qtbot.waitUntil(lambda: [item.state for item in downloads.items()] == [State.RUNNING])
    item = downloads.item(number)
    assert item is not None
    for phase, speed in (("checking", 0.0), ("downloading", 100.0)):
        downloads._show(item, Progress(500, 1000, 100.0, 5.0, phase))
        total = downloads.total()
        assert total is not None
        assert (total.speed, total.eta is None) == (speed, not speed)
