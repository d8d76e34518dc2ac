"""The Layers tab with the real engine: what it says is what the engine found."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.protocol.messages import LensRead, LoadOptions
from chatapp.services.bundle import Services
from chatapp.ui.inspector.layers_tab import LayersTab
from chatapp.ui.inspector.lens_table import CHANCE, FIRST, LAYER, RANK
from tests.gui.inspector.real import Real, ask, open_real
from tests.services.conftest import make_services, services
from tests.services.test_chat import answer

__all__ = ["make_services", "open_real", "services"]
PARAMS = SamplingParams(seed=5, max_tokens=8, temperature=0.0)


def open_tab(services: Services, qtbot: QtBot) -> LayersTab:
    tab = LayersTab(services)
    qtbot.addWidget(tab)
    tab.resize(460, 620)
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


def sentence(tab: LayersTab) -> str:
    label = tab.findChild(QLabel, "lensSentence")
    assert label is not None
    return label.text()


def button(tab: LayersTab) -> QPushButton:
    found = tab.findChild(QPushButton, "lensButton")
    assert found is not None
    return found


def with_recording(services: Services, qtbot: QtBot) -> None:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.engine.load(services.engine.model_path, LoadOptions(recording=1 << 26))


def test_every_layer_has_a_row_and_the_last_one_is_the_model(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    with_recording(services, qtbot)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "What is attention?", PARAMS)
    tab = open_tab(services, qtbot)
    assert "Choose a token" in sentence(tab)
    assert not button(tab).isVisible()
    services.inspector.select_token(3)
    assert button(tab).isVisible()
    qtbot.mouseClick(button(tab), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(tab.table.rows.layers), timeout=30_000)
    found = tab.lens.answer
    assert isinstance(found, LensRead)
    rows = tab.table.rows
    assert rows.rowCount() == len(found.arrays["ranks"]) > 1
    last = rows.rowCount() - 1
    assert rows.index(last, LAYER).data() == str(last + 1)
    assert rows.layers[-1].logprob == np.float32(found.arrays["logprobs"][-1])
    assert abs(rows.layers[-1].logprob - float(trace.logprobs[3])) < 1e-2
    assert rows.index(last, RANK).data() == "1"  # drawn greedily
    assert rows.index(last, FIRST).data() == rows.layers[-1].top[0][0].decode().replace(" ", "·")
    for row in range(rows.rowCount()):
        assert rows.index(row, CHANCE).data().endswith("%")
    assert "likeliest token from layer" in sentence(tab)
    part = found.arrays["logprobs"].copy()
    part[1:-1] = np.nan
    tab.lens.answer = replace(found, arrays=found.arrays | {"logprobs": part})  # as a reply leaves it that interrupts
    tab.lens.changed.emit()
    assert rows.rowCount() == 2
    assert "Each layer can be asked" in sentence(tab)
    assert button(tab).isVisible()
    services.inspector.select_token(4)
    assert not tab.table.rows.layers
    assert button(tab).isVisible()


def test_what_cannot_be_is_said(services: Services, qtbot: QtBot) -> None:
    tab = open_tab(services, qtbot)
    assert "When a reply is there" in sentence(tab)
    reply = answer(services, qtbot, "one two")
    services.inspector.select(reply.id, 0)
    qtbot.waitUntil(lambda: services.inspector.token == 0)
    failures: list[object] = []
    tab.lens.failed.connect(failures.append)
    qtbot.mouseClick(button(tab), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(failures))
    assert not tab.lens.is_asking
    assert button(tab).isVisible()
