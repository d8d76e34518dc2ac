"""The Sampling tab: stages of real replies, with and without the model that wrote them."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.ui.inspector.sampling_tab import SamplingTab
from tests.gui.inspector.real import Real, ask, open_real, uneasy
from tests.services.conftest import make_services, services
from tests.services.test_chat import answer

__all__ = ["make_services", "open_real", "services"]
PARAMS = SamplingParams(seed=5, max_tokens=30, temperature=1.3, top_k=12, top_p=0.9, repeat_penalty=1.2)


def open_tab(services: Services, qtbot: QtBot) -> SamplingTab:
    tab = SamplingTab(services)
    qtbot.addWidget(tab)
    tab.resize(460, 620)
    with qtbot.waitExposed(tab):
        tab.show()
    return tab


def cells(tab: SamplingTab) -> list[list[str]]:
    stages = tab.stages.table.stages
    return [
        [str(stages.index(row, column).data()) for column in range(stages.columnCount())]
        for row in range(stages.rowCount())
    ]


def heads(tab: SamplingTab) -> list[str]:
    stages = tab.stages.table.stages
    return [str(stages.headerData(c, Qt.Orientation.Horizontal)) for c in range(stages.columnCount())]


def test_a_column_for_every_stage_and_a_row_for_every_candidate(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "Tell me about attention", PARAMS)
    assert trace.stages is not None
    tab = open_tab(services, qtbot)
    token = uneasy(trace)
    services.inspector.select_token(token)
    left = trace.stages.left[token]
    assert [head.split("\n")[0] for head in heads(tab)] == [
        "Model", "Penalties", "Top-k", "Top-p", "Min-p", "Temperature", "Draw",
    ]  # fmt: skip
    assert [int(head.split("\n")[1].replace(",", "")) for head in heads(tab)] == left.tolist()
    rows = cells(tab)
    ids = trace.top_ids[token].tolist()
    assert len(rows) == len(ids) + (trace.ids[token] not in ids) + 1
    assert rows[0][0] == f"{100 * np.exp(trace.top_logprobs[token][0]):.1f} %"
    cut_by = trace.stages.cut_by(token)
    for row, stage in enumerate(cut_by):
        assert rows[row].count("cut") == (0 if stage is None else 1)
        if stage is not None:
            assert rows[row][trace.stages.names.index(stage)] == "cut"
    assert "top_k" in cut_by
    assert tab.stages._source.text() == "Recorded while the reply was written."


def test_the_drawn_token_is_marked_even_outside_the_candidates(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    wild = replace(PARAMS, temperature=3.0, top_k=0, top_p=1.0, min_p=0.0)
    trace = ask(services, qtbot, "Say anything", wild)
    token = int(np.argmax(trace.ranks))
    assert trace.ranks[token] >= 20
    tab = open_tab(services, qtbot)
    services.inspector.select_token(token)
    stages = tab.stages.table.stages
    names = [str(stages.headerData(r, Qt.Orientation.Vertical)) for r in range(stages.rowCount())]
    assert len(names) == 22
    assert [name.startswith("• ") for name in names].index(True) == 20
    assert names[-1] == "all others"
    assert "was taken" in str(stages.headerData(20, Qt.Orientation.Vertical, Qt.ItemDataRole.ToolTipRole))


def test_tokens_and_cells_are_walked_with_the_keyboard(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = open_tab(services, qtbot)
    assert "Choose a token" in tab._nothing.text()
    qtbot.mouseClick(tab._after, Qt.MouseButton.LeftButton)
    assert services.inspector.token == 0
    qtbot.mouseClick(tab._after, Qt.MouseButton.LeftButton)
    assert services.inspector.token == 1
    qtbot.mouseClick(tab._before, Qt.MouseButton.LeftButton)
    assert not tab._before.isEnabled()
    table = tab.stages.table
    table.setFocus()
    for _ in range(len(heads(tab))):
        qtbot.keyClick(table, Qt.Key.Key_Right)
    assert table.currentIndex().column() == table.stages.columnCount() - 1
    said = table.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
    assert "Draw" in said or "cut by" in said
    tip = str(table.stages.headerData(2, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole))
    assert tip.startswith("Top-k 12\n")
    assert tip.endswith("12 candidates are left after it.")


def test_the_saved_trace_is_enough_after_a_restart(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "Tell me about attention", PARAMS)
    message = services.inspector.message_id
    again = open_real(False)
    again.chat.open(again.conversations.summaries()[0].id)
    qtbot.waitUntil(lambda: bool(again.chat.conversation.messages))
    tab = open_tab(again, qtbot)
    again.inspector.select(message or 0, uneasy(trace))
    qtbot.waitUntil(lambda: again.inspector.state is TraceState.READY)
    assert len(cells(tab)) > 20
    assert not tab.findChild(QPushButton, "recomputeButton").isVisible()  # type: ignore[union-attr]  # it is there


def test_what_was_not_recorded_says_so(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = open_tab(services, qtbot)
    services.inspector.select_token(3)
    assert not cells(tab)
    assert "were not recorded" in tab.stages._source.text()
    button = tab.findChild(QPushButton, "recomputeButton")
    assert button is not None
    assert button.isVisible()
    with qtbot.waitSignal(services.engine.state_changed):
        services.engine.unload()
    assert not button.isVisible()
    assert "Load a model" in tab.stages._source.text()


def test_every_state_has_its_sentence(services: Services, qtbot: QtBot) -> None:
    tab = open_tab(services, qtbot)
    assert tab._nothing.text().startswith("When a reply is there")
    reply = answer(services, qtbot, "hello there")
    services.inspector.select(reply.id)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY)
    assert tab._nothing.text().startswith("Choose a token")
    services.inspector.select_token(0)
    assert tab._pages.currentWidget() is tab.stages
    services.chat.edit(reply.id, "by hand")
    services.inspector.select(services.chat.conversation.leaf_id or 0)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.MISSING)
    assert tab._nothing.text().startswith("Nothing was recorded")
    services.inspector.select(reply.parent_id or 0)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.UNSCORED)
    assert "only replies are sampled" in tab._nothing.text()
