"""Real services around the fake engine, in a folder of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.services.engine_process import EngineState
from chatapp.services.notices import Notice
from chatapp.settings.file import Settings

Make = Callable[[], Services]


@pytest.fixture
def make_services(tmp_path: Path, qtbot: QtBot) -> Iterator[Make]:
    """Opens the app's services on one data folder, as often as a test restarts the app."""
    paths = Paths.under(tmp_path / "data")
    made: list[Services] = []

    def make() -> Services:
        paths.ensure()
        services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=True)
        made.append(services)
        return services

    yield make
    for services in made:
        if not services.storage.is_closed:
            services.close()


@pytest.fixture
def services(make_services: Make, qtbot: QtBot) -> Services:
    """Services with the fake engine loaded."""
    return ready(make_services(), qtbot)


@pytest.fixture
def notices(services: Services) -> list[Notice]:
    """What the user was told."""
    told: list[Notice] = []
    services.notices.attach(told.append)
    return told


def ready(services: Services, qtbot: QtBot) -> Services:
    """Start and wait for the engine."""
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.start()
    assert services.engine.state is EngineState.READY
    return services
