"""The next-token explorer and its lookahead, with llama.cpp on the model that ships with the app."""

import math

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.generation import SamplingParams
from chatapp.services.bundle import Services
from chatapp.services.explorer import ExplorerState
from chatapp.services.explorer_place import Source
from chatapp.services.inspector import TraceState
from tests.gui.inspector.real import Real, ask, open_real
from tests.helpers.tiny_models import tiny
from tests.services.conftest import make_services, services

__all__ = ["make_services", "open_real", "services"]
GREEDY = SamplingParams(temperature=0, max_tokens=12)
SAMPLED = SamplingParams(temperature=0.8, top_k=5, top_p=1.0, min_p=0.0, seed=3, max_tokens=12)


def settle(services: Services, qtbot: QtBot, state: ExplorerState = ExplorerState.READY) -> None:
    qtbot.waitUntil(lambda: services.explorer.state is state, timeout=20_000)


def load(services: Services, qtbot: QtBot, name: str) -> None:
    """Load a tiny model."""
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(str(tiny(name)))


def explore_text(services: Services, qtbot: QtBot, text: str) -> None:
    services.explorer.set_active(True)
    services.explorer.set_source(Source.TEXT)
    services.explorer.set_text(text)
    qtbot.waitUntil(lambda: services.explorer.place is not None, timeout=20_000)
    settle(services, qtbot)


def step(services: Services, qtbot: QtBot, token: int | None = None) -> None:
    explorer = services.explorer
    known = explorer.distribution
    if token is None:
        explorer.take_likeliest()
    else:
        explorer.step(token)
    qtbot.waitUntil(
        lambda: explorer.state is ExplorerState.READY and explorer.distribution is not known, timeout=20_000
    )


def test_the_whole_vocabulary_has_a_probability(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.chat.set_sampling(SAMPLED)
    explore_text(services, qtbot, "Attention lets each")
    known, model = services.explorer.distribution, services.engine.model
    assert known is not None
    assert model is not None
    assert len(known) == model.n_vocab
    assert np.exp(known.logprobs.astype(np.float64)).sum() == pytest.approx(1, abs=1e-5)
    assert np.count_nonzero(known.final) == 5
    assert known.final.sum() == pytest.approx(1, abs=1e-5)
    assert set(np.flatnonzero(known.final)) == set(known.order[:5].tolist())
    assert dict(known.stages)["top_k"] == 5
    # Temperature 0.8 on the five that are left.
    kept = known.logprobs[known.order[:5]].astype(np.float64) / 0.8
    np.testing.assert_allclose(known.final[known.order[:5]], np.exp(kept) / np.exp(kept).sum(), rtol=1e-3)


def test_stepping_by_hand_is_what_greedy_generation_does(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "What is attention?", GREEDY)
    explorer = services.explorer
    explorer.set_active(True)
    services.inspector.select_token(0)
    qtbot.waitUntil(lambda: explorer.place is not None and explorer.place.taken is not None, timeout=20_000)
    settle(services, qtbot)
    for at in range(len(trace)):
        known = explorer.distribution
        assert known is not None
        assert known.likeliest == trace.ids[at]
        assert known.logprobs[trace.ids[at]] == pytest.approx(trace.logprobs[at], abs=2e-3)
        assert known.entropy == pytest.approx(trace.entropy[at], abs=2e-2)
        assert known.final[known.likeliest] == 1  # greedy
        step(services, qtbot)
    assert [s.id for s in explorer.steps] == trace.ids.tolist()
    assert explorer.logprob == pytest.approx(float(trace.logprobs.sum(dtype=np.float64)), abs=1e-2)


def test_undo_and_rewind_show_what_was_there_before(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    explore_text(services, qtbot, "Attention lets each")
    explorer = services.explorer
    first = explorer.distribution
    assert first is not None
    step(services, qtbot, int(first.order[2]))
    second = explorer.distribution
    step(services, qtbot)
    step(services, qtbot)
    explorer.undo()
    assert len(explorer.steps) == 2
    explorer.rewind(1)
    assert explorer.distribution is second  # known, the engine is not asked
    assert explorer.steps[0].logprob == pytest.approx(float(first.logprobs[first.order[2]]))
    explorer.undo()
    assert explorer.distribution is first
    explorer.undo()
    assert explorer.steps == ()


def test_draws_are_repeated_by_their_seed(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.chat.set_sampling(SamplingParams(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0))
    explore_text(services, qtbot, "The")
    explorer = services.explorer
    explorer.seed = 11
    drawn: list[list[int]] = []
    for _ in range(2):
        for _step in range(4):
            known = explorer.distribution
            explorer.draw()
            qtbot.waitUntil(
                lambda before=known: explorer.state is ExplorerState.READY and explorer.distribution is not before,
                timeout=20_000,
            )
        drawn.append([s.id for s in explorer.steps])
        explorer.rewind(0)
    assert drawn[0] == drawn[1]


def test_a_syllable_over_several_tokens_is_put_together_by_hand(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    explore_text(services, qtbot, "한국어로 ")
    explorer, vocabulary = services.explorer, services.explorer.vocabulary
    assert vocabulary is not None
    rare = "뷁".encode()
    beginnings = [int(t) for t in vocabulary.search("뷁") if vocabulary.piece(int(t)) == rare[:1]]
    assert beginnings
    step(services, qtbot, beginnings[0])
    assert explorer.pending == rare[:1]
    going_on = [int(t) for t in vocabulary.search("뷁", explorer.pending) if vocabulary.piece(int(t)) == rare[1:2]]
    assert going_on
    step(services, qtbot, going_on[0])
    assert explorer.pending == rare[:2]
    last = [int(t) for t in vocabulary.search("뷁", explorer.pending) if vocabulary.piece(int(t)) == rare[2:]]
    step(services, qtbot, last[0])
    assert explorer.pending == b""
    assert explorer.before.decode().endswith("뷁")


def test_the_end_of_the_chat_is_before_the_mark_that_ended_the_reply(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "What is attention?", SamplingParams(temperature=0, max_tokens=200))
    explorer = services.explorer
    explorer.set_active(True)
    explorer.set_source(Source.END)
    settle(services, qtbot)
    assert explorer.place is not None
    assert explorer.vocabulary is not None
    assert explorer.vocabulary.is_control(int(trace.ids[-1]))
    assert explorer.place.position == len(trace) - 1
    assert explorer.distribution is not None
    assert explorer.distribution.likeliest == trace.ids[-1]


def test_steps_become_another_version_of_the_reply(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    trace = ask(services, qtbot, "What is attention?", GREEDY)
    first = services.chat.conversation.leaf_id
    explorer = services.explorer
    explorer.set_active(True)
    services.inspector.select_token(3)
    qtbot.waitUntil(lambda: explorer.place is not None and explorer.place.position == 3, timeout=20_000)
    settle(services, qtbot)
    assert not explorer.can_continue
    assert explorer.distribution is not None
    step(services, qtbot, int(explorer.distribution.order[1]))
    step(services, qtbot, int(explorer.distribution.order[1]))
    chosen = [s.id for s in explorer.steps]
    assert explorer.can_continue
    with qtbot.waitSignal(services.chat.path_changed, timeout=20_000):
        explorer.continue_in_chat()
    qtbot.waitUntil(lambda: services.chat.streaming_id is None, timeout=60_000)
    made = services.chat.conversation.path()[-1]
    assert made.id != first
    kept = services.storage.read_now(lambda store: store.load_trace(made.id))
    assert kept is not None
    assert kept.ids[:5].tolist() == trace.ids[:3].tolist() + chosen


def test_the_place_of_a_token_of_the_prompt(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    inspector, explorer = services.inspector, services.explorer
    inspector.set_open(True)
    ask(services, qtbot, "What is attention?", GREEDY)
    inspector.select(services.chat.conversation.path()[0].id)
    qtbot.waitUntil(lambda: inspector.state is TraceState.UNSCORED, timeout=20_000)
    inspector.score()
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)
    last = len(inspector.trace) - 1
    inspector.select_token(last)
    explorer.set_active(True)
    settle(services, qtbot)
    assert explorer.place is not None
    assert explorer.place.taken is not None
    known = explorer.distribution
    assert known is not None
    assert known.n_tokens == last
    assert known.logprobs[inspector.trace.ids[last]] == pytest.approx(inspector.trace.logprobs[last], abs=2e-2)
    step(services, qtbot)
    assert not explorer.can_continue
    explorer.undo()
    inspector.select_token(0)  # nothing stands before it
    settle(services, qtbot, ExplorerState.NOTHING)


def test_other_samplers_are_followed_at_once(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.chat.set_sampling(SAMPLED)
    explore_text(services, qtbot, "Attention lets each")
    explorer = services.explorer
    assert explorer.distribution is not None
    step(services, qtbot)
    services.chat.set_sampling(SAMPLED.with_value("top_k", 2))
    qtbot.waitUntil(
        lambda: explorer.distribution is not None and np.count_nonzero(explorer.distribution.final) == 2,
        timeout=20_000,
    )
    assert len(explorer.steps) == 1
    explorer.undo()
    settle(services, qtbot)
    assert np.count_nonzero(explorer.distribution.final) == 2


def test_a_reply_interrupts_and_the_question_is_asked_again(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.chat.set_sampling(GREEDY)
    explorer = services.explorer
    explore_text(services, qtbot, "Attention")
    explorer.set_text("Attention " * 300)
    with qtbot.waitSignal(explorer.progress, timeout=20_000):
        pass
    assert services.chat.send("Hello")
    qtbot.waitUntil(
        lambda: explorer.state in (ExplorerState.INTERRUPTED, ExplorerState.READY) and not services.chat.streaming_id,
        timeout=60_000,
    )
    assert explorer.state is ExplorerState.INTERRUPTED
    explorer.resume()
    settle(services, qtbot)
    assert explorer.distribution is not None
    assert explorer.distribution.n_tokens > 300


def test_too_long_a_text_is_refused_with_a_sentence(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.explorer.set_active(True)
    services.explorer.set_source(Source.TEXT)
    services.explorer.set_text("attention " * 4000)
    settle(services, qtbot, ExplorerState.FAILED)
    assert services.explorer.error is not None
    assert services.explorer.error.message


def test_what_is_explored_follows_the_chat_until_there_are_steps(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.inspector.set_open(True)
    ask(services, qtbot, "What is attention?", GREEDY)
    explorer = services.explorer
    explorer.set_active(True)
    for token in (2, 5):
        services.inspector.select_token(token)
        qtbot.waitUntil(lambda at=token: explorer.place is not None and explorer.place.position == at, timeout=20_000)
        settle(services, qtbot)
    step(services, qtbot)
    services.inspector.select_token(1)
    qtbot.waitUntil(lambda: explorer.moved, timeout=5_000)
    assert explorer.place is not None
    assert explorer.place.position == 5
    explorer.restart()
    assert explorer.steps == ()
    assert explorer.place.position == 1


def test_without_a_model_and_with_another_one(open_real: Real, qtbot: QtBot, starter_model: str) -> None:
    services = open_real(False)
    services.explorer.set_active(True)
    services.explorer.set_source(Source.TEXT)
    services.explorer.set_text("Hello")
    settle(services, qtbot, ExplorerState.NO_MODEL)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.engine.load(starter_model)
    settle(services, qtbot)
    step(services, qtbot)
    services.engine.unload()
    assert services.explorer.state is ExplorerState.NO_MODEL
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.engine.load(starter_model)
    settle(services, qtbot)
    assert len(services.explorer.steps) == 1  # the same tokens


@pytest.mark.parametrize("in_prompt", [False, True])
def test_a_token_of_another_model_is_no_place(open_real: Real, qtbot: QtBot, in_prompt: bool) -> None:
    services = open_real(False)
    load(services, qtbot, "llama-f32")
    inspector, explorer = services.inspector, services.explorer
    inspector.set_open(True)
    ask(services, qtbot, "Hello, 마우스!", GREEDY)
    asked, reply = services.chat.conversation.path()
    if in_prompt:
        inspector.select(asked.id)
        qtbot.waitUntil(lambda: inspector.state is TraceState.UNSCORED, timeout=20_000)
        inspector.score()
        qtbot.waitUntil(lambda: inspector.state is TraceState.READY, timeout=20_000)
        del inspector.trace.meta["fingerprint"]  # as older versions kept it: else it would be asked for again
    inspector.select_token(5)
    explorer.set_active(True)
    settle(services, qtbot)
    here = explorer.place
    assert here is not None
    assert here.taken == inspector.trace.ids[5]
    load(services, qtbot, "llama-sentencepiece")
    settle(services, qtbot, ExplorerState.OTHER_MODEL)
    assert explorer.place is None
    assert explorer.distribution is None
    explorer.set_source(Source.END)  # a text, which every model has tokens for
    settle(services, qtbot)
    assert explorer.prefix is not None
    assert explorer.prefix.reply_ids == ()
    assert explorer.prefix.prefill == reply.text
    load(services, qtbot, "llama-q8_0")  # has the tokens of the first
    explorer.set_source(Source.TOKEN)
    settle(services, qtbot)
    assert explorer.place == here


def test_the_test_engine_refuses(services: Services, qtbot: QtBot) -> None:
    services.explorer.set_active(True)
    services.explorer.set_source(Source.TEXT)
    services.explorer.set_text("Hello")
    settle(services, qtbot, ExplorerState.FAILED)
    assert services.explorer.error is not None


# -- lookahead ---------------------------------------------------------------------------------------------------------


def test_lookahead_finds_what_stepping_finds(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    explore_text(services, qtbot, "Attention lets each")
    ahead, explorer = services.lookahead, services.explorer
    ahead.start(3, 5, 40)
    qtbot.waitUntil(lambda: ahead.tree is not None, timeout=30_000)
    tree = ahead.tree
    assert tree is not None
    assert len(tree) == 40
    assert explorer.distribution is not None
    firsts = tree.children(-1)
    assert tree.ids[list(firsts)].tolist() == explorer.distribution.order[:3].tolist()
    leaf = int(tree.depths.argmax())
    ahead.take(leaf)
    settle(services, qtbot)
    taken = [s.id for s in explorer.steps]
    assert taken == [int(tree.ids[n]) for n in tree.path(leaf)]
    assert explorer.logprob == pytest.approx(float(tree.cumulative[leaf]))
    assert ahead.tree is None  # it belonged to the place before
    by_hand = 0.0
    explorer.rewind(0)
    settle(services, qtbot)
    for token in taken:
        known = explorer.distribution
        assert known is not None
        by_hand += float(known.logprobs[token])
        step(services, qtbot, token)
    assert by_hand == pytest.approx(float(tree.cumulative[leaf]), abs=1e-2)
    assert math.isfinite(explorer.steps[0].final)


def test_lookahead_is_cancelled_with_what_it_found(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    explore_text(services, qtbot, "Attention lets each")
    ahead = services.lookahead
    seen: list[float] = []
    ahead.progress.connect(seen.append)
    ahead.start(2, 20, 300)
    qtbot.waitUntil(lambda: any(0 < done < 0.5 for done in seen), timeout=20_000)
    ahead.cancel()
    qtbot.waitUntil(lambda: not ahead.is_busy, timeout=20_000)
    assert ahead.tree is not None
    assert 0 < len(ahead.tree) < 300
    assert ahead.error is None
    assert not ahead.interrupted
    assert seen == sorted(seen)  # reading what comes before and looking ahead are one way


def test_a_reply_interrupts_the_lookahead_and_what_was_found_stays(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(True)
    services.chat.set_sampling(GREEDY)
    explore_text(services, qtbot, "Attention lets each")
    ahead = services.lookahead
    seen: list[float] = []
    ahead.progress.connect(seen.append)
    ahead.start(2, 20, 300)
    qtbot.waitUntil(lambda: any(0 < done < 0.5 for done in seen), timeout=20_000)
    assert services.chat.send("Hello")
    qtbot.waitUntil(lambda: not ahead.is_busy and services.chat.streaming_id is None, timeout=60_000)
    assert ahead.interrupted
    assert ahead.tree is not None
    assert 0 < len(ahead.tree) < 300


def test_a_tree_is_that_of_the_model_that_looked(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)
    load(services, qtbot, "llama-f32")
    explore_text(services, qtbot, "Hello")
    ahead, here = services.lookahead, services.explorer.prefix
    ahead.start(2, 2, 4)
    qtbot.waitUntil(lambda: ahead.tree is not None, timeout=20_000)
    load(services, qtbot, "llama-sentencepiece")
    settle(services, qtbot)
    assert services.explorer.prefix == here
    assert ahead.tree is None
