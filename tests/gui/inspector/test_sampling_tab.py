"""The Sampling tab: stages of real replies, with and without the model that wrote them."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDoubleSpinBox, QPushButton, QSlider, QToolButton
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.ui.inspector.sampling_tab import SamplingTab
from chatapp.ui.settings_panel import SettingsPanel
from tests.gui.inspector.real import Real, ask, open_real, uneasy
from tests.helpers.tiny_models import tiny
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
    tab.activateWindow()
    qtbot.waitUntil(tab.isActiveWindow)  # the keyboard is elsewhere otherwise
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


# -- re-shape ----------------------------------------------------------------------------------------------------------


def reshape_tab(services: Services, qtbot: QtBot, params: SamplingParams = PARAMS) -> SamplingTab:
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "Tell me about attention", params)
    tab = open_tab(services, qtbot)
    services.inspector.select_token(uneasy(trace))
    button = tab.findChild(QToolButton, "reshapeButton")
    assert button is not None
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert tab.reshape.isVisible()
    return tab


def put(qtbot: QtBot, tab: SamplingTab, name: str, text: str) -> None:
    """Type a value into one of the numbers."""
    if not tab.reshape.controls.fields[name].isVisible():
        qtbot.mouseClick(tab.reshape.controls._more, Qt.MouseButton.LeftButton)
    spin = tab.reshape.controls.fields[name].focusProxy()
    assert isinstance(spin, QDoubleSpinBox)
    spin.setFocus()
    spin.selectAll()
    qtbot.keyClicks(spin, text)
    qtbot.keyClick(spin, Qt.Key.Key_Return)


def after(tab: SamplingTab) -> list[str]:
    rows = tab.reshape.bars.rows
    return [str(rows.index(row, 2).data()) for row in range(rows.rowCount())]


def basis(tab: SamplingTab) -> str:
    return tab.reshape._basis.text()


def numbers(tab: SamplingTab) -> str:
    return tab.reshape._numbers.text()


def test_untouched_sliders_show_what_was_recorded(open_real: Real, qtbot: QtBot) -> None:
    tab = reshape_tab(open_real(True), qtbot)
    for shown, recorded in zip(after(tab)[:-1], [row[-1] for row in cells(tab)][:-1], strict=True):
        assert shown.startswith("cut: ") if recorded == "–" else shown == recorded
    assert "Computed from 2" in basis(tab)
    assert f"of {tab.prediction.n_vocab:,} tokens" in basis(tab)


def test_a_slider_reshapes_at_once(open_real: Real, qtbot: QtBot) -> None:
    tab = reshape_tab(open_real(True), qtbot)
    put(qtbot, tab, "top_k", "3")
    assert sum(not text.startswith("cut") for text in after(tab)[:-1]) <= 3
    assert numbers(tab).split("\n")[1].startswith(("1 ", "2 ", "3 "))
    put(qtbot, tab, "temperature", "0")
    assert [text for text in after(tab) if text == "100.0 %"] == ["100.0 %"]
    assert "→ 0.00 bits" in numbers(tab)
    slider = tab.reshape.controls.fields["temperature"].findChild(QSlider)
    assert slider is not None
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert tab.reshape.controls.params.temperature == 0.05


def test_the_tail_is_bounded_until_the_model_is_asked(open_real: Real, qtbot: QtBot) -> None:
    tab = reshape_tab(open_real(True), qtbot, replace(PARAMS, repeat_penalty=1.0))
    for name, value in (("top_k", "0"), ("top_p", "1"), ("min_p", "0"), ("temperature", "2")):
        put(qtbot, tab, name, value)
    assert "–" in after(tab)[0]
    bounds = tab.reshape.shaped
    assert bounds is not None
    assert not bounds.is_exact
    with qtbot.waitSignal(tab.prediction.changed, check_params_cb=lambda: not tab.prediction.is_asking):
        qtbot.mouseClick(tab.reshape._whole, Qt.MouseButton.LeftButton)
        assert tab.prediction.is_asking
        assert tab.reshape._whole.text() == "Cancel"
    exact = tab.reshape.shaped
    assert exact is not None
    assert exact.is_exact
    assert (bounds.low <= exact.low + 1e-3).all()
    assert (exact.high <= bounds.high + 1e-3).all()
    assert basis(tab) == f"Computed from all {tab.prediction.n_vocab:,} tokens."
    assert not tab.reshape._whole.isVisible()
    answer_ = tab.prediction.predicted
    assert answer_ is not None
    np.testing.assert_allclose(exact.low, answer_.arrays["stage_probs"][-1][exact.ids], atol=1e-5)


def test_what_only_the_model_can_compute_is_named_and_asked_for(open_real: Real, qtbot: QtBot) -> None:
    tab = reshape_tab(open_real(True), qtbot)
    put(qtbot, tab, "repeat_penalty", "1.6")
    assert numbers(tab).startswith("Penalties")
    assert set(after(tab)) == {"?"}
    with qtbot.waitSignal(tab.prediction.changed, check_params_cb=lambda: not tab.prediction.is_asking):
        qtbot.mouseClick(tab.reshape._whole, Qt.MouseButton.LeftButton)
    assert "?" not in after(tab)
    put(qtbot, tab, "dry_multiplier", "0.8")
    assert numbers(tab).startswith("DRY")
    assert tab.reshape._whole.text() == "Ask the model"
    with qtbot.waitSignal(tab.prediction.changed, check_params_cb=lambda: not tab.prediction.is_asking):
        qtbot.mouseClick(tab.reshape._whole, Qt.MouseButton.LeftButton)
    assert "?" not in after(tab)


def test_apply_and_reset(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = reshape_tab(services, qtbot)
    page = tab.reshape
    assert not page._apply.isEnabled()
    assert not page._reset.isEnabled()
    put(qtbot, tab, "temperature", "0.4")
    put(qtbot, tab, "min_p", "0.2")
    panel = SettingsPanel(services)
    qtbot.addWidget(panel)
    qtbot.mouseClick(page._apply, Qt.MouseButton.LeftButton)
    chosen = services.chat.effective_sampling()
    assert (chosen.temperature, chosen.min_p, chosen.seed, chosen.top_k) == (0.4, 0.2, PARAMS.seed, PARAMS.top_k)
    assert panel._rows["temperature"].field.value() == 0.4
    assert not page._apply.isEnabled()
    qtbot.mouseClick(page._reset, Qt.MouseButton.LeftButton)
    assert page.controls.params == PARAMS
    assert page._apply.isEnabled()
    qtbot.mouseClick(page._apply, Qt.MouseButton.LeftButton)
    assert services.chat.effective_sampling() == PARAMS


def test_sliders_stay_while_tokens_are_walked(open_real: Real, qtbot: QtBot) -> None:
    tab = reshape_tab(open_real(True), qtbot)
    put(qtbot, tab, "temperature", "0.4")
    qtbot.mouseClick(tab._before, Qt.MouseButton.LeftButton)
    assert tab.reshape.controls.params.temperature == 0.4
    assert tab.reshape.shaped is not None


def test_sliders_begin_with_the_settings_of_the_reply(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab, inspector = reshape_tab(services, qtbot), services.inspector
    first = inspector.message_id
    assert first is not None
    ask(services, qtbot, "And what is a token?", replace(PARAMS, temperature=0.4))
    inspector.select_token(2)
    assert tab.reshape.controls.params.temperature == 0.4
    with qtbot.waitSignal(tab.prediction.changed, check_params_cb=lambda: not tab.prediction.is_asking):
        tab.prediction.ask(PARAMS)
    inspector.select(first, 2)
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY)
    assert tab.reshape.controls.params == PARAMS


def test_xtc_is_shown_as_it_acts_and_as_it_does_not(open_real: Real, qtbot: QtBot) -> None:
    tab = reshape_tab(open_real(True), qtbot, replace(PARAMS, repeat_penalty=1.0))
    box = tab.reshape._struck
    assert not box.isVisible()
    put(qtbot, tab, "top_p", "1")
    put(qtbot, tab, "min_p", "0")
    put(qtbot, tab, "xtc_probability", "0.5")
    put(qtbot, tab, "xtc_threshold", "0")
    assert box.isVisible()
    assert "50.0 %" in box.text()
    acting = after(tab)
    qtbot.keyClick(box, Qt.Key.Key_Space)
    assert "cut: XTC" in acting
    assert "cut: XTC" not in after(tab)


def test_without_the_model_the_recording_is_reshaped_all_the_same(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = reshape_tab(services, qtbot)
    message, token = services.inspector.message_id, services.inspector.token
    put(qtbot, tab, "top_k", "4")
    shown = after(tab)
    again = open_real(False)
    again.chat.open(again.conversations.summaries()[0].id)
    qtbot.waitUntil(lambda: bool(again.chat.conversation.messages))
    other = open_tab(again, qtbot)
    again.inspector.select(message or 0, token)
    qtbot.waitUntil(lambda: again.inspector.state is TraceState.READY)
    qtbot.mouseClick(other._show_reshape, Qt.MouseButton.LeftButton)
    put(qtbot, other, "top_k", "4")
    assert after(other) == shown
    assert not other.reshape._whole.isVisible()
    assert "Load a model" in basis(other)


def test_another_models_reply_is_not_recomputed(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    tab = reshape_tab(services, qtbot)
    services.inspector.trace.meta = {**services.inspector.trace.meta, "fingerprint": "of another file"}
    tab.refresh()
    assert "Load the model that wrote" in basis(tab)
    assert not tab.reshape._whole.isVisible()


def test_an_unrecorded_token_is_computed_again(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    trace = ask(services, qtbot, "Tell me about attention", PARAMS)
    tab = open_tab(services, qtbot)
    token = uneasy(trace)
    services.inspector.select_token(token)
    with qtbot.waitSignal(tab.prediction.changed, check_params_cb=lambda: not tab.prediction.is_asking):
        qtbot.mouseClick(tab.stages._again, Qt.MouseButton.LeftButton)
    assert tab.stages._source.text() == "Recomputed by the model with the settings of the reply."
    assert [head.split("\n")[0] for head in heads(tab)][-1] == "Draw"
    assert cells(tab)[0][0] == f"{100 * np.exp(trace.top_logprobs[token][0]):.1f} %"
    services.inspector.select_token(token - 1 if token else 1)
    assert not cells(tab)


def test_a_reply_that_is_being_written_counts_its_tokens(services: Services, qtbot: QtBot) -> None:
    services.inspector.set_open(True)
    tab = open_tab(services, qtbot)
    services.chat.send("/wait")
    qtbot.waitUntil(lambda: len(services.inspector.trace) > 1)
    services.inspector.select_token(0)
    qtbot.waitUntil(lambda: f"of {len(services.inspector.trace)} " in tab._token._full)
    qtbot.mouseClick(tab._show_reshape, Qt.MouseButton.LeftButton)
    assert "when the reply is written" in basis(tab)
    assert not tab.reshape._whole.isVisible()
    services.chat.stop()
    qtbot.waitUntil(lambda: services.chat.streaming_id is None)


def test_bounds_that_say_nothing_are_not_drawn(open_real: Real, qtbot: QtBot) -> None:
    wild = replace(PARAMS, temperature=5.0, top_k=0, top_p=1.0, min_p=0.0, repeat_penalty=1.0, frequency_penalty=0.4)
    services = open_real(False)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.engine.load(str(tiny("llama-f32")))  # of random weights: nearly all of its tokens are alike
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "Say anything", wild)
    tab = open_tab(services, qtbot)
    qtbot.mouseClick(tab._show_reshape, Qt.MouseButton.LeftButton)
    probs = np.exp(trace.top_logprobs.astype(np.float64))
    unknown = 1 - probs.sum(axis=1) - probs[:, 0]  # more than the likeliest one has
    assert unknown.max() > 0.1
    services.inspector.select_token(int(np.argmax(unknown)))
    put(qtbot, tab, "top_k", "1")
    assert numbers(tab).startswith("Too little")
    assert set(after(tab)) == {"?"}
    qtbot.mouseClick(tab.reshape._whole, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "100.0 %" in after(tab), timeout=20_000)


def test_a_prompt_is_reshaped_as_far_as_its_tokens_are_known(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    ask(services, qtbot, "Tell me about attention", PARAMS)
    asked = services.chat.conversation.path()[0]
    services.inspector.select(asked.id)
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.UNSCORED)
    services.inspector.score()
    qtbot.waitUntil(lambda: services.inspector.state is TraceState.READY, timeout=20_000)
    tab = open_tab(services, qtbot)
    services.inspector.select_token(0)
    assert tab._token.full_text.endswith(" · rank –")
    assert tab.stages._source.text() == "The model read this token; no sampler chose it."
    qtbot.mouseClick(tab._show_reshape, Qt.MouseButton.LeftButton)
    assert basis(tab).startswith("Nothing stands before")
    assert not after(tab)
    services.inspector.select_token(4)
    put(qtbot, tab, "repeat_penalty", "1")
    put(qtbot, tab, "top_k", "2")
    assert sum(not text.startswith("cut") for text in after(tab)[:-1]) <= 2
    assert "tokens of replies only" in basis(tab)
    assert not tab.reshape._whole.isVisible()
