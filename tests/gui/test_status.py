"""Model selector and status bar: what they say in every state."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from chatapp.core.errors import ErrorCode, ModelError
from chatapp.core.generation import ReplyInfo
from chatapp.hub.library import LocalModel
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.services.engine_process import EngineState
from chatapp.ui.main_window import MainWindow
from chatapp.ui.model_selector import ModelSelector
from chatapp.ui.widgets.text import number_text, size_text

BROKEN = ModelError(ErrorCode.MODEL_TRUNCATED, path="/m/broken.gguf", missing="1.2 GB")
MODELS = [
    LocalModel(Path("/m/starter.gguf"), "ChatApp starter", 15_000_000, "llama", "Q8_0", is_starter=True),
    LocalModel(Path("/m/a & b.gguf"), "A & B " + "very long " * 12, 4_920_000_000, "llama", "Q4_K_M"),
    LocalModel(Path("/m/broken.gguf"), "broken", 120_000, error=BROKEN),
]


@pytest.fixture
def selector(window: MainWindow, services: Services, monkeypatch: pytest.MonkeyPatch) -> ModelSelector:
    monkeypatch.setattr(services.models, "models", lambda: MODELS)
    found = window.findChild(ModelSelector)
    assert found is not None
    return found


def _go(services: Services, state: EngineState, path: str) -> None:
    services.engine.model = None
    services.engine.model_path = path
    services.engine.state = state
    services.engine.state_changed.emit(state)


def says(qtbot: QtBot, selector: ModelSelector, text: str) -> None:
    """Wait until the button has the room for its text."""
    qtbot.waitUntil(lambda: selector.text() == text)


def test_the_button_says_what_the_model_is_doing(selector: ModelSelector, services: Services, qtbot: QtBot) -> None:
    says(qtbot, selector, "Fake")
    _go(services, EngineState.STARTING, "/m/starter.gguf")
    says(qtbot, selector, "Loading ChatApp starter…")
    _go(services, EngineState.LOADING, "/m/starter.gguf")
    services.engine.load_progress.emit(0.42)
    says(qtbot, selector, "Loading ChatApp starter… 42 %")
    assert selector.accessibleName() == "Model: Loading ChatApp starter… 42 %"
    assert not selector.grab().isNull()
    _go(services, EngineState.FAILED, "/m/unlisted.gguf")
    says(qtbot, selector, "unlisted is not loaded")
    _go(services, EngineState.OFF, "/m/unlisted.gguf")
    says(qtbot, selector, "No model loaded")
    _go(services, EngineState.OFF, "")
    says(qtbot, selector, "Choose a model")


def test_a_long_name_is_cut_but_never_its_state(selector: ModelSelector, services: Services, qtbot: QtBot) -> None:
    _go(services, EngineState.LOADING, "/m/a & b.gguf")
    services.engine.load_progress.emit(0.5)
    qtbot.waitUntil(lambda: selector.width() > 300)
    assert selector.text().startswith("Loading A")
    assert selector.text().endswith("… 50 %")
    assert selector.width() <= 420
    assert "very long very long" in selector.toolTip()


def test_the_menu_lists_models_and_says_why_one_cannot_be_used(
    selector: ModelSelector, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[str] = []
    monkeypatch.setattr(services.models, "choose", chosen.append)
    selector.open_list()
    menu = selector.findChild(QMenu)
    entries = {action.text().split("\t")[0]: action for action in menu.actions()}
    starter = entries["ChatApp starter"]
    assert starter.text() == "ChatApp starter\t15 MB · Q8_0 · starter model"
    broken = entries["broken"]
    assert not broken.isEnabled()
    assert "incomplete" in broken.toolTip()
    assert any(text.startswith("A && B") for text in entries), "an ampersand is no mnemonic"
    starter.trigger()
    assert [Path(path) for path in chosen] == [Path("/m/starter.gguf")]
    menu.close()


def test_the_menu_unloads(selector: ModelSelector, services: Services, qtbot: QtBot) -> None:
    selector.open_list()
    menu = selector.findChild(QMenu)
    next(action for action in menu.actions() if action.text() == "Unload the model").trigger()
    menu.close()
    assert services.engine.state is EngineState.OFF
    says(qtbot, selector, "No model loaded")


def test_the_status_bar_after_a_reply(window: MainWindow, services: Services, qtbot: QtBot) -> None:
    meter = window.findChild(QWidget, "contextMeter")
    assert meter.accessibleName() == "Context: 0 / 4,096 tokens"
    services.chat.send("/long 30")
    qtbot.waitUntil(lambda: services.chat.state is ChatState.IDLE, timeout=10_000)
    used = services.chat.context_used
    assert used > 30
    assert meter.accessibleName() == f"Context: ≈ {used} / 4,096 tokens"
    qtbot.waitUntil(lambda: meter.accessibleName() == f"Context: {used} / 4,096 tokens", timeout=5000)
    assert "Replies: " in meter.toolTip()
    services.chat.set_draft("two words")
    qtbot.waitUntil(lambda: meter.accessibleName() == f"Context: {used} + 2 / 4,096 tokens", timeout=5000)
    assert window.findChild(QLabel, "speedLabel").text().endswith(" tokens/s")
    assert window.findChild(QLabel, "firstTokenLabel").text().startswith("First token after ")
    assert window.findChild(QLabel, "engineLabel").text() == "Runs on the CPU"
    services.chat.new_conversation()
    assert not window.findChild(QLabel, "speedLabel").isVisible(), "another conversation, no reply yet"


def test_the_status_bar_while_the_prompt_is_read_and_with_a_gpu(window: MainWindow, services: Services) -> None:
    services.chat.state = ChatState.PROMPT
    services.chat.prompt_progress.emit(25, 100)
    assert window.findChild(QLabel, "firstTokenLabel").text() == "Reading the conversation: 25 %"
    services.chat.state = ChatState.IDLE
    services.chat.stats_changed.emit(ReplyInfo(seconds_to_first_token=1.24, decode_seconds=2.0, completion_tokens=101))
    assert window.findChild(QLabel, "firstTokenLabel").text() == "First token after 1.2 s"
    assert window.findChild(QLabel, "speedLabel").text() == "50.0 tokens/s"
    assert services.engine.model is not None
    services.engine.model = replace(services.engine.model, n_gpu_layers=20, n_layer=24)
    services.engine.state_changed.emit(services.engine.state)
    assert window.findChild(QLabel, "engineLabel").text() == "20 of 25 layers on the GPU"  # with the output
    services.engine.model = None
    services.engine.state = EngineState.FAILED
    services.engine.state_changed.emit(services.engine.state)
    assert window.findChild(QLabel, "engineLabel").text() == "Engine stopped"
    assert not window.findChild(QWidget, "contextMeter").isVisible()


def test_sizes_and_numbers_read_well() -> None:
    assert [size_text(n) for n in (0, 15_000_000, 398_123_456, 4_920_000_000)] == ["", "15 MB", "398 MB", "4.9 GB"]
    assert number_text(8192) == "8,192"
    assert number_text(12.345, 1) == "12.3"
