"""Before a model is loaded: what it needs against what is free, and the ways out; after it failed, too."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.errors import EngineError, ErrorCode, ModelError, UserFixable
from chatapp.hub.plan import LoadPlan
from chatapp.paths import Paths
from chatapp.protocol.messages import Device
from chatapp.services import models
from chatapp.services.bundle import Services
from chatapp.services.engine_process import EngineState
from chatapp.services.notices import Action, Level, Notice
from chatapp.settings import schema
from chatapp.settings.file import Settings
from tests.helpers.tiny_models import tiny, write_llama

GB = 10**9
CARD = Device("Vulkan0", "A card", "gpu", 8 * GB, 8 * GB)


@pytest.fixture
def real(tmp_path: Path, qtbot: QtBot) -> Iterator[Services]:
    """Services with the real engine, nothing loaded."""
    paths = Paths.under(tmp_path / "data")
    paths.ensure()
    services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    yield services
    if not services.storage.is_closed:
        services.close()


@pytest.fixture
def told(real: Services) -> list[Notice]:
    told: list[Notice] = []
    real.notices.attach(told.append)
    return told


@pytest.fixture(scope="module")
def long_model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """8 heads of 64 in 8 layers: 16 kB of KV cache a token."""
    path = tmp_path_factory.mktemp("models") / "long.gguf"
    write_llama(path, n_layer=8, n_embd=512, n_head=8, n_head_kv=8, context_length=131_072)
    return str(path)


def load(services: Services, qtbot: QtBot, path: str) -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.models.choose(path)


def test_a_model_that_fits_is_loaded_with_the_planned_context(real: Services, qtbot: QtBot) -> None:
    load(real, qtbot, str(tiny("llama-f32")))
    assert real.engine.model is not None
    assert real.engine.model.n_ctx == 2048
    assert real.engine.devices is not None
    assert "CPU" in [device.name for device in real.engine.devices]


@pytest.mark.parametrize("folder", ["", "x" * 300])  # the second nobody can look into, root neither
def test_at_the_start_the_starter_model_stands_in_for_a_file_that_is_gone(
    real: Services, qtbot: QtBot, starter_model: str, tmp_path: Path, folder: str
) -> None:
    real.settings.set(schema.LAST_MODEL, str(tmp_path / folder / "gone.gguf"))
    with qtbot.waitSignal(real.engine.model_loaded, timeout=20_000):
        real.models.open_last()
    assert real.engine.model_path == starter_model
    assert real.settings.get(schema.LAST_MODEL) == starter_model


def test_a_file_on_a_drive_that_does_not_answer_holds_up_nothing(
    real: Services, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answers, is_file = threading.Event(), threading.Event(), Path.is_file
    last = tmp_path / "away.gguf"

    def silent(path: Path) -> bool:
        if path == last:
            asked.set()
            assert answers.wait(20)
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", silent)
    real.settings.set(schema.LAST_MODEL, str(last))
    try:
        real.models.open_last()
        qtbot.waitUntil(asked.is_set)
        load(real, qtbot, str(tiny("llama-f32")))  # and it is this one that stays
        real.models.open_last()
        real.close()  # does not wait either
        assert real.settings.get(schema.LAST_MODEL) == str(tiny("llama-f32"))
    finally:
        answers.set()


def test_what_is_needed_is_known_before_loading(real: Services, qtbot: QtBot) -> None:
    path = real.paths.models / "some.gguf"
    path.write_bytes(tiny("llama-f32").read_bytes())
    with qtbot.waitSignal(real.models.plans_changed, timeout=10_000):
        real.models.refresh()
    plan = real.models.plan(str(path))
    assert isinstance(plan, LoadPlan)
    assert plan.need.kv_cache == 3 * 2 * 2048 * 32 * 2
    assert real.engine.state is EngineState.OFF
    with qtbot.waitSignal(real.models.plans_changed, timeout=10_000):
        real.settings.set(schema.CONTEXT_LENGTH, 1024)
    plan = real.models.plan(str(path))
    assert isinstance(plan, LoadPlan)
    assert plan.need.kv_cache == 3 * 2 * 1024 * 32 * 2


def test_too_large_offers_the_context_that_fits(
    real: Services, told: list[Notice], long_model: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "free_memory", lambda _worker=0: GB)
    real.settings.set(schema.CONTEXT_LENGTH, 100_000)
    real.models.choose(long_model)
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    (notice,) = told
    assert notice.error is not None
    assert notice.error.code is ErrorCode.MODEL_TOO_LARGE
    assert real.engine.state is EngineState.OFF
    assert [action for action, _call in notice.actions] == [Action.SMALLER_CONTEXT, Action.CHOOSE_MODEL]
    with qtbot.waitSignal(real.engine.model_loaded, timeout=20_000):
        notice.actions[0][1]()
    assert real.engine.model is not None
    assert notice.words["context"] == str(real.engine.model.n_ctx)
    assert 40_000 < real.engine.model.n_ctx < 60_000
    assert real.settings.get(schema.CONTEXT_LENGTH) == real.engine.model.n_ctx


def test_a_tight_load_is_asked_about(
    real: Services, told: list[Notice], long_model: str, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.settings.set(schema.CONTEXT_LENGTH, 32_768)
    need = 32_768 * 16_384 + Path(long_model).stat().st_size + 100_000_000
    monkeypatch.setattr(models, "free_memory", lambda _worker=0: round(need * 1.01))
    real.models.choose(long_model)
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    (notice,) = told
    assert notice.level is Level.WARNING
    assert "long" in notice.message
    assert real.engine.state is EngineState.OFF
    assert notice.actions[0][0] is Action.LOAD_ANYWAY
    with qtbot.waitSignal(real.engine.model_loaded, timeout=20_000):
        notice.actions[0][1]()


def test_a_quantized_cache_without_flash_attention_is_refused_before_loading(
    real: Services, told: list[Notice], qtbot: QtBot
) -> None:
    real.settings.set(schema.FLASH_ATTENTION, "off")
    real.settings.set(schema.KV_TYPE, "q8_0")
    real.models.choose(str(tiny("gemma3-f32")))
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert "needs flash attention" in told[0].message
    assert real.engine.state is EngineState.OFF
    real.settings.set(schema.FLASH_ATTENTION, "auto")
    load(real, qtbot, str(tiny("gemma3-f32")))


def offered(services: Services, told: list[Notice], error: UserFixable) -> dict[Action, Notice]:
    told.clear()
    services.engine.failed.emit(error)
    return {action: told[-1] for action, _call in told[-1].actions}


def test_after_the_card_failed_the_cpu_is_offered(real: Services, told: list[Notice], qtbot: QtBot) -> None:
    load(real, qtbot, str(tiny("llama-f32")))
    assert Action.LOAD_CPU_ONLY not in offered(real, told, ModelError(ErrorCode.MODEL_LOAD_FAILED, reason="x"))
    real.engine.devices = (CARD,)
    assert Action.LOAD_CPU_ONLY in offered(real, told, ModelError(ErrorCode.MODEL_LOAD_FAILED, reason="x"))
    found = offered(real, told, EngineError(ErrorCode.ENGINE_GPU))
    assert next(iter(found)) is Action.LOAD_CPU_ONLY
    with qtbot.waitSignal(real.engine.model_loaded, timeout=20_000):
        found[Action.LOAD_CPU_ONLY].actions[0][1]()
    assert real.settings.get(schema.GPU_LAYERS) == 0


def test_after_memory_ran_out_half_the_context_is_offered(real: Services, told: list[Notice], qtbot: QtBot) -> None:
    load(real, qtbot, str(tiny("llama-f32")))
    found = offered(real, told, EngineError(ErrorCode.ENGINE_OUT_OF_MEMORY))
    assert found[Action.SMALLER_CONTEXT].words["context"] == "1024"
    with qtbot.waitSignal(real.engine.model_loaded, timeout=20_000):
        found[Action.SMALLER_CONTEXT].actions[0][1]()
    assert real.engine.model is not None
    assert real.engine.model.n_ctx == 1024
