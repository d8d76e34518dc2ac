"""What a model file recommends to sample with is read by the real engine, offered and applied."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.settings.file import Settings
from chatapp.ui.preferences.field import Field
from chatapp.ui.settings_panel import SettingsPanel
from tests.helpers.tiny_models import tiny

RECOMMENDED = SamplingParams(temperature=0.6, top_k=20, top_p=0.9, min_p=0.02, repeat_penalty=1.05)


@pytest.fixture
def real(tmp_path: Path, qtbot: QtBot) -> Iterator[Services]:
    paths = Paths.under(tmp_path / "data")
    paths.ensure()
    services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
    yield services
    services.close()


@pytest.fixture
def panel(real: Services, qtbot: QtBot) -> SettingsPanel:
    panel = SettingsPanel(real)
    qtbot.addWidget(panel)
    panel.resize(340, 900)
    with qtbot.waitExposed(panel):
        panel.show()
    return panel


def load(services: Services, qtbot: QtBot, name: str) -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.models.choose(str(tiny(name)))


def test_it_is_read_offered_and_applied(panel: SettingsPanel, real: Services, qtbot: QtBot) -> None:
    button = panel.findChild(QPushButton, "resetToModelButton")
    presets = panel.findChild(QComboBox, "presetBox")
    assert not button.isEnabled()
    load(real, qtbot, "llama-recommends")
    assert button.isEnabled()
    assert presets.itemText(0) == "Model's recommendation"

    panel.ensureWidgetVisible(button)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    params = real.chat.effective_sampling()
    for name in ("temperature", "top_k", "top_p", "min_p", "repeat_penalty"):
        assert getattr(params, name) == pytest.approx(getattr(RECOMMENDED, name), abs=1e-6), name
    shown = panel.findChild(Field, "sampling.temperature").findChild(QDoubleSpinBox)
    assert shown.value() == pytest.approx(0.6)
    assert presets.currentIndex() == 0
    assert not button.isEnabled()  # they are in use

    shown.setValue(1.5)
    assert button.isEnabled()
    assert presets.currentIndex() == -1


def test_a_model_that_recommends_nothing_offers_nothing(panel: SettingsPanel, real: Services, qtbot: QtBot) -> None:
    load(real, qtbot, "llama-f32")
    button = panel.findChild(QPushButton, "resetToModelButton")
    assert not button.isEnabled()
    assert "recommend nothing" in button.toolTip()
    assert panel.findChild(QComboBox, "presetBox").findText("Model's recommendation") == -1
    load(real, qtbot, "llama-recommends")
    assert button.isEnabled()
    load(real, qtbot, "llama-f32")
    assert not button.isEnabled()
