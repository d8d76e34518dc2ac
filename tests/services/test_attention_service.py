"""What the selected token looked at, with llama.cpp on the model that ships with the app."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.core.attention import entropy, rollout
from chatapp.core.generation import SamplingParams
from chatapp.protocol.messages import Attend, Attended
from chatapp.services.attention_place import AttentionState, Known, Moment, Part
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from chatapp.settings.schema import ATTENTION_MEMORY, FLASH_ATTENTION, RECORD_ATTENTION
from tests.gui.inspector.real import Real, ask, open_real
from tests.helpers.asking import weights_of
from tests.helpers.tiny_lora import write_lora
from tests.helpers.tiny_models import tiny
from tests.services.conftest import make_services, services

__all__ = ["make_services", "open_real", "services"]
GREEDY = SamplingParams(temperature=0, max_tokens=12)


def open_recording(open_real: Real, qtbot: QtBot, starter_model: str) -> Services:
    """The starter model, loaded as the settings say."""
    services = open_real(False)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(starter_model)
    services.inspector.set_open(True)
    return services


def settle(services: Services, qtbot: QtBot, state: AttentionState = AttentionState.READY) -> None:
    qtbot.waitUntil(lambda: services.attention.state is state, timeout=20_000)


def look(services: Services, qtbot: QtBot, token: int) -> None:
    services.inspector.select_token(token)
    services.attention.set_active(True)
    attention = services.attention
    qtbot.waitUntil(
        lambda: attention.state is AttentionState.READY and attention.shown is not None and attention.shown[1] == token,
        timeout=20_000,
    )


def truth(services: Services, qtbot: QtBot, count: int, queries: int = 1) -> Attended:
    """What the engine says when it is asked directly."""
    inspector, found = services.inspector, []
    prefix = inspector.prefix_to(inspector.message_id or 0, count)
    services.questions.ask(Attend(0, prefix, (), queries), found.append)
    qtbot.waitUntil(lambda: bool(found), timeout=20_000)
    assert isinstance(found[0], Attended)
    return found[0]


def test_the_numbers_are_those_of_the_engine(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    trace = ask(services, qtbot, "What is attention?", GREEDY)
    attention = services.attention
    for token in (0, 5):
        look(services, qtbot, token)
        known = truth(services, qtbot, token)
        picture = attention.picture
        assert picture is not None
        assert picture.recorded
        assert picture.kv_type == "f16"
        assert 0 <= picture.difference < 1e-2
        np.testing.assert_array_equal(picture.weights, known.arrays["weights"][:, :, 0])
        np.testing.assert_array_equal(picture.ids, known.arrays["ids"])
        weights = known.arrays["weights"][:, :, 0].astype(np.float64)
        np.testing.assert_allclose(picture.row(), weights.mean(axis=(0, 1)), atol=1e-6)
        np.testing.assert_array_equal(picture.row(how="max"), weights.max(axis=(0, 1)))
        np.testing.assert_array_equal(picture.row(frozenset({(1, 2)})), weights[1, 2])
        assert picture.sums == pytest.approx((1, 1), abs=2e-3)
        # Behind what could be looked at comes the rest of the reply.
        assert attention.ids[len(picture.ids) :].tolist() == trace.ids[token:].tolist()
        assert attention.owners[-1] == len(attention.regions) - 1
        assert attention.regions[-1].role == "reply"


def test_the_other_moment_is_the_row_of_the_token_itself(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    look(services, qtbot, 4)
    assert services.attention.moment is Moment.WRITING
    services.attention.set_moment(Moment.READING)
    qtbot.waitUntil(lambda: services.attention.shown is not None and services.attention.shown[2] is Moment.READING)
    picture = services.attention.picture
    assert picture is not None
    known = truth(services, qtbot, 5)
    assert picture.ids[-1] == services.inspector.trace.ids[4]
    np.testing.assert_array_equal(picture.weights, known.arrays["weights"][:, :, 0])


def test_what_is_pointed_at_is_shown_and_what_was_seen_is_not_asked_again(
    open_real: Real, qtbot: QtBot, starter_model: str
) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    attention = services.attention
    look(services, qtbot, 3)
    first = attention.picture
    services.inspector.hover(7)
    qtbot.waitUntil(lambda: attention.shown is not None and attention.shown[1] == 7, timeout=20_000)
    assert attention.picture is not first
    services.inspector.hover(None)
    with qtbot.assertNotEmitted(services.engine.answered):
        qtbot.waitUntil(lambda: attention.picture is first)


def test_a_token_of_the_prompt(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    question = services.chat.conversation.path()[0]
    inspector, attention = services.inspector, services.attention
    inspector.select(question.id)
    qtbot.waitUntil(lambda: inspector.state is TraceState.UNSCORED)
    inspector.score()
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)
    look(services, qtbot, 4)
    assert attention.moment is Moment.READING
    picture = attention.picture
    assert picture is not None
    assert picture.position == 4
    assert picture.ids.tolist() == inspector.trace.ids[:5].tolist()
    assert len(attention.ids) == len(inspector.trace)
    attention.set_moment(Moment.WRITING)
    inspector.select_token(0)
    settle(services, qtbot, AttentionState.FIRST)


def score(services: Services, qtbot: QtBot) -> None:
    """Have the question that is looked at read again, as it would be now."""
    inspector = services.inspector
    qtbot.waitUntil(lambda: inspector.state is TraceState.UNSCORED)
    inspector.score()
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)


def open_question(services: Services, qtbot: QtBot) -> None:
    """Ask, and score the question."""
    ask(services, qtbot, "What is attention?", GREEDY)
    services.inspector.select(services.chat.conversation.path()[0].id)
    score(services, qtbot)


def test_behind_another_system_prompt_other_tokens_are_looked_at(
    open_real: Real, qtbot: QtBot, starter_model: str
) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    open_question(services, qtbot)
    inspector, attention = services.inspector, services.attention
    look(services, qtbot, 5)
    before = attention.picture
    qtbot.waitUntil(lambda: attention.row(7) is not None, timeout=20_000)
    services.chat.set_system_prompt("Answer in one short sentence, and never with a question of your own.")
    assert attention.picture is None  # at once: what is shown would be of other tokens
    assert attention.rows.row(attention.query_of(7)) is None
    settle(services, qtbot, AttentionState.NOTHING)
    score(services, qtbot)
    look(services, qtbot, 5)
    picture = attention.picture
    assert picture is not None
    assert before is not None
    assert picture.position == 5
    assert picture.ids.tolist() == inspector.trace.ids[:6].tolist() != before.ids.tolist()
    assert [attention.token_at(attention.position_of(token)) for token in (0, 7)] == [0, 7]
    assert attention.ids.tolist() == inspector.trace.ids.tolist()


def test_rows_behind_another_system_prompt_are_others(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    services.chat.set_system_prompt("Be brief.")
    ask(services, qtbot, "What is attention?", GREEDY)
    attention = services.attention
    del services.inspector.trace.meta["system"]  # not known of older replies: they are read as is set now
    look(services, qtbot, 2)
    qtbot.waitUntil(lambda: attention.row(9) is not None, timeout=20_000)
    services.chat.set_system_prompt("Be very brief.")
    look(services, qtbot, 3)
    for token in (4, 9):
        qtbot.waitUntil(lambda token=token: attention.row(token) is not None, timeout=20_000)
        row = attention.row(token)
        assert row is not None
        expected = truth(services, qtbot, token).arrays["weights"][:, :, 0].astype(np.float32).mean(axis=(0, 1))
        np.testing.assert_allclose(row, expected, atol=3e-3)


def test_another_adapter_gives_other_weights(open_real: Real, qtbot: QtBot, tmp_path: Path) -> None:
    services = open_real(False)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(str(tiny("llama-f32")))
    services.inspector.set_open(True)
    open_question(services, qtbot)
    attention = services.attention
    look(services, qtbot, 5)
    first = attention.picture
    lora = write_lora(tmp_path / "a.gguf", weights_of("llama-f32"))
    services.chat.set_adapters((AdapterUse(str(lora), 2.0),))
    score(services, qtbot)
    look(services, qtbot, 5)
    picture = attention.picture
    assert first is not None
    assert picture is not None
    np.testing.assert_array_equal(picture.ids, first.ids)
    assert np.abs(picture.weights.astype(np.float64) - first.weights).max() > 0.01
    services.chat.set_adapters(())
    score(services, qtbot)
    look(services, qtbot, 5)
    assert attention.picture is first  # as it was then


def test_what_a_model_gave_is_not_kept_for_the_next(
    open_real: Real, qtbot: QtBot, starter_model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    attention = services.attention
    held: dict[type, tuple[Callable[[Any], None], Any]] = {}

    def hold(work: Callable[[], Any], done: Callable[[Any], None], _failed: object = None) -> None:
        made = work()
        held[type(made)] = (done, made)

    monkeypatch.setattr(services.tasks, "run", hold)
    services.inspector.select_token(5)
    attention.set_active(True)
    qtbot.waitUntil(lambda: Known in held, timeout=20_000)
    monkeypatch.undo()
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.engine.load(starter_model)
    done, known = held[Known]
    done(known)  # late: made for the worker before
    look(services, qtbot, 5)
    assert attention.picture is not None
    assert not attention.picture.recorded  # the run that wrote the reply is gone


def test_heads_that_the_next_model_does_not_have_are_chosen_no_more(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    inspector, attention = services.inspector, services.attention

    def load(name: str) -> None:
        with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
            services.models.choose(str(tiny(name)))

    load("llama-f32")
    inspector.look_at_text("What is attention?")
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)
    look(services, qtbot, 5)
    attention.choose_heads(frozenset({(0, 3), (1, 2), (2, 1)}))
    load("deci-f32")  # two heads, none, four
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)
    look(services, qtbot, 5)
    assert attention.heads == {(2, 1)}


def test_scores_of_all_heads_and_the_matrix_of_one(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    attention = services.attention
    look(services, qtbot, 9)
    with qtbot.waitSignal(attention.side.scores_changed, timeout=20_000):
        attention.side.want(Part.SCORES)
    scores = attention.side.scores
    assert scores is not None
    known = truth(services, qtbot, 9, scores.queries).arrays["weights"].astype(np.float32)
    np.testing.assert_allclose(scores.scores["entropy"], entropy(known).mean(axis=-1), rtol=1e-5)
    attention.choose_heads(frozenset({(3, 1)}))
    with qtbot.waitSignal(attention.side.matrix_changed, timeout=20_000):
        attention.side.want(Part.MATRIX, 8)
    matrix = attention.side.matrix
    assert matrix is not None
    assert matrix.layers == (3,)
    np.testing.assert_array_equal(matrix.weights[0], known[3][:, -8:].astype(np.float16))
    assert matrix.of((2, 1)) is None


def test_rows_of_the_whole_reply_are_read_so_that_pointing_shows_them_at_once(
    open_real: Real, qtbot: QtBot, starter_model: str
) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    trace = ask(services, qtbot, "What is attention?", GREEDY)
    look(services, qtbot, 4)
    attention = services.attention
    first = len(attention.ids) - len(trace)
    for how in ("mean", "max", "rollout"):
        attention.choose_heads(frozenset(), how)
        qtbot.waitUntil(lambda: all(attention.row(t) is not None for t in range(len(trace))), timeout=20_000)
        known = truth(services, qtbot, len(trace) - 1, len(trace) - 1).arrays["weights"].astype(np.float32)
        weights = {"mean": known.mean(axis=(0, 1)), "max": known.max(axis=(0, 1))}
        if how == "rollout":
            weights[how] = rollout(truth(services, qtbot, len(trace) - 1, 1 << 20).arrays["weights"])[
                -len(known[0, 0]) :
            ]
        for token in range(1, len(trace)):
            services.inspector.hover(token)  # nothing is waited for
            light = attention.light.current
            assert light is not None
            assert attention.light.token == token
            assert len(light.row) == first + token
            np.testing.assert_allclose(light.row, weights[how][token - 1, : first + token], atol=3e-3)
        services.inspector.hover(None)


def test_a_rollout_can_be_given_up(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    look(services, qtbot, 4)
    attention = services.attention
    worker = psutil.Process(services.engine.pid)
    worker.suspend()
    try:
        attention.choose_heads(frozenset(), "rollout")
        assert attention.rows.progress == 0
        assert attention.light.current is None  # nothing that is something else is shown for it
        attention.rows.cancel()
        assert attention.rows.progress is None
        assert attention.rows.is_cancelled
    finally:
        worker.resume()
    attention.retry()
    qtbot.waitUntil(lambda: attention.light.current is not None, timeout=20_000)


def test_while_a_reply_is_written_nothing_is_asked(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    look(services, qtbot, 2)
    first = services.inspector.message_id or 0
    assert services.chat.send("And more of it?")
    # The starter model may have written all of it before the pointer has settled: not while it stands still.
    worker = psutil.Process(services.engine.pid)
    worker.suspend()
    try:
        services.inspector.select(first, 5)
        with qtbot.assertNotEmitted(services.engine.answered):
            settle(services, qtbot, AttentionState.WRITING)
    finally:
        worker.resume()
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=60_000)
    settle(services, qtbot)
    assert services.attention.shown is not None
    assert services.attention.shown[:2] == (first, 5)


def test_without_recording_it_is_replayed(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_real(False)
    services.settings.set(RECORD_ATTENTION, "off")
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(starter_model)
    assert services.engine.options.recording == 0
    services.inspector.set_open(True)
    ask(services, qtbot, "Hello", GREEDY)
    services.attention.set_active(True)
    settle(services, qtbot, AttentionState.NOTHING)
    services.inspector.select_token(1)
    settle(services, qtbot)
    replayed = services.attention.picture
    assert replayed is not None
    assert (replayed.method, replayed.recorded, replayed.flash_attention) == ("replayed", False, False)
    services.settings.set(RECORD_ATTENTION, "on")
    services.settings.set(ATTENTION_MEMORY, 3)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(starter_model)
    assert services.engine.options.recording == 3 << 20
    settle(services, qtbot)
    picture = services.attention.picture
    assert picture is not None
    assert (picture.method, picture.recorded) == ("rebuilt", False)  # the run that wrote it is gone
    np.testing.assert_allclose(picture.weights, replayed.weights, rtol=0, atol=6e-2)  # other kernels
    assert services.models.recorded_bytes() == 2 * picture.weights[..., 0].size * 32  # heads, width of one
    services.engine.unload()
    settle(services, qtbot, AttentionState.NO_MODEL)


def test_without_flash_attention_it_is_replayed(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_real(False)
    services.settings.set(FLASH_ATTENTION, "off")
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(starter_model)
    services.inspector.set_open(True)
    ask(services, qtbot, "Hello", GREEDY)
    services.inspector.select_token(1)
    services.attention.set_active(True)
    settle(services, qtbot)
    assert services.attention.picture is not None
    assert services.attention.picture.method == "replayed"


def test_after_a_restart_one_reading_brings_everything_back(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    look(services, qtbot, 6)
    before = services.attention.picture
    assert before is not None
    services.close()
    services = open_real(False)
    services.inspector.set_open(True)
    services.start(starter_model)
    qtbot.waitUntil(
        lambda: services.engine.model is not None and services.inspector.state is TraceState.READY, timeout=60_000
    )
    look(services, qtbot, 6)
    picture = services.attention.picture
    assert picture is not None
    assert (before.recorded, picture.recorded) == (True, False)
    np.testing.assert_array_equal(picture.ids, before.ids)
    np.testing.assert_allclose(picture.weights, before.weights, rtol=0, atol=5e-3)
    progress: list[float] = []
    services.attention.changed.connect(lambda: progress.append(services.attention.progress))
    look(services, qtbot, 3)
    assert not any(progress)  # all before it was read with it


def test_a_long_reading_can_be_cancelled(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_recording(open_real, qtbot, starter_model)
    ask(services, qtbot, "What is attention?", GREEDY)
    worker = psutil.Process(services.engine.pid)
    worker.suspend()
    try:
        services.inspector.select_token(4)
        services.attention.set_active(True)
        settle(services, qtbot, AttentionState.READING)
        services.attention.cancel()
        assert services.attention.state is AttentionState.FAILED
        assert services.attention.error is not None
    finally:
        worker.resume()
    services.attention.retry()
    settle(services, qtbot)


def test_the_test_engine_refuses(services: Services, qtbot: QtBot) -> None:
    services.inspector.set_open(True)
    assert services.chat.send("Hello there")
    qtbot.waitUntil(
        lambda: services.chat.streaming_id is None and services.inspector.state is TraceState.READY, timeout=20_000
    )
    services.inspector.select_token(0)
    services.attention.set_active(True)
    settle(services, qtbot, AttentionState.FAILED)
    assert services.attention.error is not None
