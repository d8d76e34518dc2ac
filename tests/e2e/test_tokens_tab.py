"""The Tokens tab on the starter model: a reply, its prompt, a branch by id, and all of it again without a model."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from chatapp.paths import Paths
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.file import Settings
from chatapp.settings.inspector import WHOLE_PROMPT
from chatapp.settings.schema import MAX_TOKENS, SEED, TEMPERATURE
from chatapp.ui.inspector.candidate_model import Column
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.panel import InspectorPanel
from chatapp.ui.inspector.strip_layout import Kind
from chatapp.ui.inspector.tokens_tab import TokensTab
from tests.services.test_chat import answer, wait_until_idle

pytestmark = pytest.mark.qt_log_ignore("^This plugin does not support")  # of the offscreen platform

Start = Callable[[bool], tuple[Services, TokensTab]]


@pytest.fixture
def start(tmp_path: Path, qapp: QApplication, qtbot: QtBot, starter_model: str) -> Iterator[Start]:
    """The services on one data folder, with the model or without, and the inspector; again is a restart."""
    paths = Paths.under(tmp_path)
    running: list[Services] = []
    panels: list[InspectorPanel] = []

    def begin(with_model: bool) -> tuple[Services, TokensTab]:
        while running:
            assert running.pop().close()
        paths.ensure()
        services = Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)
        running.append(services)
        if with_model:
            with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
                services.models.choose(starter_model)
        panel = InspectorPanel(services)
        qtbot.addWidget(panel)
        panels.append(panel)  # the test holds a tab of it only
        panel.resize(460, 720)
        with qtbot.waitExposed(panel):
            panel.show()
        tab = panel.findChild(TokensTab)
        assert tab is not None
        return services, tab

    yield begin
    while running:
        assert running.pop().close()


def shown(tab: TokensTab) -> str:
    return "".join(box.text for box in tab.strip.layout_now.boxes if box.kind is not Kind.CONTROL)


def ready(services: Services, tab: TokensTab, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY, timeout=20_000)
    qtbot.waitUntil(lambda: tab.strip.is_laid_out)


def test_a_reply_its_prompt_and_a_branch(start: Start, qtbot: QtBot) -> None:
    services, tab = start(True)
    for setting, value in ((TEMPERATURE, 0.8), (SEED, 7), (MAX_TOKENS, 24)):
        services.settings.set(setting, value)
    reply = answer(services, qtbot, "What is a token?")
    ready(services, tab, qtbot)
    assert shown(tab) == reply.text
    trace = services.inspector.trace

    # Pointing shows the candidates, before and after the samplers.
    box = tab.strip.layout_now.boxes[1]
    height = tab.strip._painter.line_height
    qtbot.mouseMove(tab.strip.viewport(), QPoint(round(8 + box.x + box.width / 2), 8 + height // 2))
    qtbot.waitUntil(lambda: services.inspector.hovered == box.start)
    rows = tab.table.rows
    assert rows.data(rows.index(0, Column.RAW)) == percent(math.exp(trace.top_logprobs[box.start, 0]))
    assert not tab.table.isColumnHidden(Column.FINAL)
    recorded = trace.stage_of(box.start)
    assert recorded is not None
    assert rows.data(rows.index(0, Column.FINAL)) == percent(float(recorded[0].probs[recorded[1], -1, 0]))
    tab.strip.pointed.emit(None)

    # Branching: the other reply begins with exactly the tokens before and the chosen one.
    services.inspector.select_token(1)
    other = next(i for i in range(5) if trace.top_ids[1, i] != trace.ids[1])
    wanted = [int(trace.ids[0]), int(trace.top_ids[1, other])]
    tab.table.selectRow(other)
    qtbot.mouseClick(tab.findChild(QPushButton, "branchButton"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: services.chat.conversation.leaf_id != reply.id, timeout=20_000)
    wait_until_idle(services, qtbot)
    ready(services, tab, qtbot)
    assert services.inspector.message_id == services.chat.conversation.leaf_id
    assert services.inspector.trace.ids[:2].tolist() == wanted
    assert services.chat.conversation.messages[reply.id].text == reply.text

    # The prompt is short: it is scored without being asked for, and kept.
    qtbot.mouseClick(tab.findChild(QToolButton, "previousMessage"), Qt.MouseButton.LeftButton)
    ready(services, tab, qtbot)
    assert shown(tab) == "What is a token?"
    services.settings.set(WHOLE_PROMPT, "on")
    services.inspector.message_changed.emit()
    assert shown(tab).startswith("<|bos|><|user|>What is a token?")
    summary = tab.findChild(QLabel, "tokenSummary").text()
    qtbot.waitUntil(lambda: services.storage.is_saved)

    # And all of it without a model.
    conversation, prompt = services.chat.conversation.id, reply.parent_id
    again, tab = start(False)
    again.chat.open(conversation)
    qtbot.waitUntil(lambda: again.chat.conversation.id == conversation, timeout=10_000)
    assert prompt is not None
    again.inspector.select(prompt)
    ready(again, tab, qtbot)
    assert tab.findChild(QLabel, "tokenSummary").text() == summary
