"""The app's services with a real engine and a small model."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.file import Settings

Real = Callable[[bool], Services]


@pytest.fixture
def open_real(tmp_path: Path, starter_model: str, qtbot: QtBot) -> Iterator[Real]:
    """Opens services on one data folder with the starter model, or (False) without a model."""
    paths = Paths.under(tmp_path / "data")
    made: list[Services] = []

    def start(with_model: bool) -> Services:
        for services in made:
            if not services.storage.is_closed:
                services.close()
        paths.ensure()
        services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
        made.append(services)
        if with_model:
            with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
                services.engine.load(starter_model)
        return services

    yield start
    for services in made:
        if not services.storage.is_closed:
            services.close()


def ask(services: Services, qtbot: QtBot, text: str, params: SamplingParams) -> TokenTrace:
    """Send *text* and wait for the whole reply; its trace, which the inspector looks at."""
    services.chat.set_sampling(params)
    assert services.chat.send(text)
    inspector = services.inspector

    def written() -> bool:
        return services.chat.streaming_id is None and inspector.state is TraceState.READY and bool(inspector.trace.meta)

    if not inspector.is_open:
        qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=60_000)
        inspector.select(services.chat.conversation.leaf_id or 0)
    qtbot.waitUntil(written, timeout=60_000)
    leaf = services.chat.conversation.leaf_id
    found = services.storage.read_now(lambda store: store.load_trace(leaf or 0))
    assert found is not None
    return found


def uneasy(trace: TokenTrace) -> int:
    """The token the model was least sure of."""
    return max(range(len(trace)), key=lambda i: float(trace.entropy[i]))
