import numpy as np
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.core.conversation import Role
from chatapp.core.errors import UserFixable
from chatapp.core.generation import SamplingParams
from chatapp.protocol.messages import Scored
from chatapp.services.bundle import Services
from chatapp.services.inspector import TraceState
from tests.gui.inspector.real import Real, ask, open_real
from tests.helpers.tiny_models import tiny
from tests.services.conftest import Make, ready
from tests.services.test_chat import answer, wait_for_text, wait_until_idle
from tests.unit.test_trace import trace_of

__all__ = ["open_real"]


def settled(services: Services, qtbot: QtBot, state: TraceState = TraceState.READY) -> None:
    qtbot.waitUntil(lambda: services.inspector.state is state, timeout=10_000)


def test_the_newest_reply_is_followed_as_it_is_written(services: Services, qtbot: QtBot) -> None:
    inspector = services.inspector
    inspector.set_open(True)
    grown: list[int] = []
    inspector.trace_grew.connect(grown.append)
    services.chat.send("/say one two three 한글")
    wait_for_text(services, qtbot)
    assert inspector.state is TraceState.WRITING
    wait_until_idle(services, qtbot)
    settled(services, qtbot)
    assert "".join(cell.text or "" for cell in inspector.trace.cells) == "one two three 한글"
    assert grown
    assert inspector.message_id == services.chat.conversation.leaf_id
    first = inspector.message_id
    answer(services, qtbot, "again")
    assert inspector.message_id != first


def test_a_message_chosen_by_hand_stays_until_its_branch_is_left(services: Services, qtbot: QtBot) -> None:
    inspector = services.inspector
    inspector.set_open(True)
    first = answer(services, qtbot, "one")
    answer(services, qtbot, "two")
    inspector.select(first.id, 1)
    settled(services, qtbot)
    assert inspector.token == 1
    answer(services, qtbot, "three")
    assert inspector.message_id == first.id
    services.chat.edit(first.parent_id or 0, "another")
    wait_until_idle(services, qtbot)
    assert inspector.message_id == services.chat.conversation.leaf_id


def test_a_trace_is_read_after_a_restart_without_a_model(services: Services, make_services: Make, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "안녕 there")
    services.close()
    again = make_services()
    again.chat.open(again.conversations.summaries()[0].id)
    qtbot.waitUntil(lambda: bool(again.chat.conversation.messages))
    again.inspector.select(reply.id, 2)
    settled(again, qtbot)
    assert again.inspector.token == 2
    assert again.inspector.trace.meta["model"] == reply.info.model  # type: ignore[union-attr]  # a reply has one
    assert reply.parent_id is not None
    again.inspector.select(reply.parent_id)
    settled(again, qtbot, TraceState.NEEDS_MODEL)


def test_a_trace_that_is_continued_is_whole_in_the_end(services: Services, qtbot: QtBot) -> None:
    services.inspector.set_open(True)
    first = answer(services, qtbot, "/say alpha beta")
    services.chat.resume(first.id)
    wait_until_idle(services, qtbot)
    settled(services, qtbot)
    leaf = services.chat.conversation.leaf_id
    kept = services.storage.read_now(lambda store: store.load_trace(leaf or 0))
    assert kept is not None
    qtbot.waitUntil(lambda: len(services.inspector.trace) == len(kept))
    np.testing.assert_array_equal(services.inspector.trace.ids, kept.ids)


def test_an_edited_reply_has_no_trace(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "x")
    services.chat.edit(reply.id, "written by hand")
    leaf = services.chat.conversation.leaf_id
    assert leaf is not None
    services.inspector.select(leaf)
    settled(services, qtbot, TraceState.MISSING)


def test_what_the_model_had_read(services: Services, qtbot: QtBot) -> None:
    services.chat.set_system_prompt("Be brief.")
    services.chat.set_prefill("You ")
    reply = answer(services, qtbot, "/say a b")
    services.inspector.select(reply.id)
    settled(services, qtbot)
    prefix = services.inspector.prefix_to(reply.id, 1)
    assert [(m.role, m.content) for m in prefix.messages] == [(Role.SYSTEM, "Be brief."), (Role.USER, "/say a b")]
    assert prefix.prefill == "You "
    assert prefix.reply_ids == tuple(services.inspector.trace.ids[:1])


def test_stages_are_recorded_while_the_inspector_is_open(make_services: Make, qtbot: QtBot) -> None:
    services = ready(make_services(), qtbot)
    assert not services.chat.stages_wanted
    services.inspector.set_open(True)
    assert services.chat.stages_wanted


def test_a_reply_is_asked_about_as_it_was_written(services: Services, qtbot: QtBot) -> None:
    services.chat.set_system_prompt("Be brief.")
    reply = answer(services, qtbot, "/say a b")
    services.inspector.select(reply.id)
    settled(services, qtbot)
    before = services.inspector.prefix_to(reply.id, 1)
    services.chat.set_system_prompt("Be long.")
    services.chat.set_raw(True)
    assert services.inspector.prefix_to(reply.id, 1) == before
    services.chat.set_system_prompt("")
    assert services.inspector.prefix_to(reply.id, 1) == before
    assert before.messages[0].content == "Be brief."


def test_following_goes_on_after_a_branch_is_left(services: Services, qtbot: QtBot) -> None:
    inspector = services.inspector
    inspector.set_open(True)
    first = answer(services, qtbot, "one")
    answer(services, qtbot, "two")
    inspector.select(first.id)
    assert first.parent_id is not None
    services.chat.edit(first.parent_id, "another")
    wait_until_idle(services, qtbot)
    answer(services, qtbot, "again")
    assert inspector.message_id == services.chat.conversation.leaf_id


def test_half_a_score_is_none(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "one two")
    assert reply.parent_id is not None
    inspector = services.inspector
    inspector.select(reply.parent_id)
    settled(services, qtbot, TraceState.UNSCORED)
    prefix = inspector.prefix_to(reply.parent_id)
    half = trace_of(b"a", b"b")
    services.prompt_scores._on_scored(reply.parent_id, prefix, Scored(1, 0, 5, half, (0, 0)))
    assert inspector.state is TraceState.UNSCORED
    assert not len(inspector.trace)
    services.prompt_scores._on_scored(reply.parent_id, prefix, Scored(1, 0, 2, half, (0, 0)))
    assert inspector.state is TraceState.READY
    inspector.select(reply.id)
    settled(services, qtbot)
    inspector.select(reply.parent_id)
    settled(services, qtbot)
    services.chat.set_system_prompt("Another one.")
    inspector.select(reply.id)
    settled(services, qtbot)
    inspector.select(reply.parent_id)
    settled(services, qtbot, TraceState.UNSCORED)  # it was scored behind another system prompt


def test_a_prompt_that_would_be_read_in_another_way_is_not_scored_yet(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "one two three")
    assert reply.parent_id is not None
    inspector, chat = services.inspector, services.chat
    prompt = chat.conversation.system_prompt
    inspector.select(reply.parent_id)
    settled(services, qtbot, TraceState.UNSCORED)
    prefix = inspector.prefix_to(reply.parent_id)
    scored = Scored(1, 0, 2, trace_of(b"a", b"b"), (0, 0))
    services.prompt_scores._on_scored(reply.parent_id, prefix, scored)
    for change, back in (
        (lambda: chat.set_system_prompt("Be brief."), lambda: chat.set_system_prompt(prompt)),
        (lambda: chat.set_raw(True), lambda: chat.set_raw(None)),
        (lambda: chat.set_adapters((AdapterUse("a.gguf"),)), lambda: chat.set_adapters(())),
    ):
        inspector.select_token(1)
        chat.set_prefill("Well, ")  # of the reply: the prompt is the same
        assert (inspector.state, inspector.token) == (TraceState.READY, 1)
        change()
        assert not len(inspector.trace)
        settled(services, qtbot, TraceState.UNSCORED)
        assert inspector.token is None
        services.prompt_scores._on_scored(reply.parent_id, prefix, scored)  # asked for before
        assert inspector.state is TraceState.UNSCORED
        back()
        settled(services, qtbot)  # what was scored is kept
    inspector.select(reply.id)
    settled(services, qtbot)
    chat.set_system_prompt("Another one.")
    assert inspector.state is TraceState.READY  # a reply is looked at as it was written


def test_a_prompt_that_changed_without_a_model_is_not_scored_for_it(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "one two three")
    assert reply.parent_id is not None
    inspector = services.inspector
    inspector.select(reply.parent_id)
    settled(services, qtbot, TraceState.UNSCORED)
    prefix = inspector.prefix_to(reply.parent_id)
    services.prompt_scores._on_scored(reply.parent_id, prefix, Scored(1, 0, 2, trace_of(b"a", b"b"), (0, 0)))
    path = services.engine.model_path
    services.engine.unload()
    services.chat.set_system_prompt("Be brief.")
    assert inspector.state is TraceState.READY
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.load(path)
    settled(services, qtbot, TraceState.UNSCORED)


def test_another_model_ends_the_scoring_and_is_no_failure_of_it(services: Services, qtbot: QtBot) -> None:
    reply = answer(services, qtbot, "one two three")
    assert reply.parent_id is not None
    failed: list[UserFixable] = []
    services.prompt_scores.failed.connect(lambda _id, error: failed.append(error))
    services.inspector.select(reply.parent_id)
    settled(services, qtbot, TraceState.UNSCORED)
    services.inspector.score()
    settled(services, qtbot, TraceState.SCORING)
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.engine.load(services.engine.model_path)
    settled(services, qtbot, TraceState.UNSCORED)
    assert failed == []


def test_a_prompt_is_not_shown_as_another_model_scored_it(open_real: Real, qtbot: QtBot) -> None:
    services = open_real(False)

    def load(name: str) -> None:
        with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
            services.models.choose(str(tiny(name)))

    load("llama-f32")
    ask(services, qtbot, "Hello", SamplingParams(temperature=0, max_tokens=2))
    inspector = services.inspector
    inspector.select(services.chat.conversation.path()[0].id)
    settled(services, qtbot, TraceState.UNSCORED)
    inspector.score()
    settled(services, qtbot)
    scored = inspector.trace.logprobs.tolist()
    load("llama-tied")
    settled(services, qtbot, TraceState.UNSCORED)
    assert not len(inspector.trace)
    load("llama-f32")
    settled(services, qtbot)  # what this one said is kept
    np.testing.assert_array_equal(inspector.trace.logprobs, scored)
