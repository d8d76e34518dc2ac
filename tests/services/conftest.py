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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: which models other programs keep on this computer must not count."""
    found = tmp_path / "home"
    found.mkdir()
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "XDG_DATA_HOME", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(found))
    for name in ("XDG_CONFIG_HOME", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "OLLAMA_MODELS", "LLAMA_CACHE",
                 "JAN_DATA_FOLDER"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    return found


@pytest.fixture
def make_services(tmp_path: Path, home: Path, qtbot: QtBot) -> Iterator[Make]:
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
