"""Going on with a reply, and replies that wait for a model: with another model, adapters or a grammar."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.adapters import AdapterUse
from chatapp.core.conversation import Message, Role
from chatapp.core.errors import ErrorCode
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import Predict, Predicted
from chatapp.services.branching import is_by
from chatapp.services.bundle import Services
from chatapp.services.chat import ChatState
from chatapp.services.explorer_place import place_in
from chatapp.services.inspector import TraceState
from chatapp.services.notices import Notice
from chatapp.services.reply import whole_trace
from tests.helpers.tiny_models import tiny
from tests.services.conftest import Make
from tests.services.test_branching import branch, fork_of, load, make_real, start, trace_of
from tests.services.test_chat import answer, wait_until_idle


@pytest.fixture
def real(tmp_path: Path, qtbot: QtBot) -> Iterator[Services]:
    """Services with a tiny model, greedy."""
    services = make_real(tmp_path)
    yield start(services, qtbot)
    services.close()


def go_on(services: Services, qtbot: QtBot, message: Message) -> Message:
    """Go on with *message*, and wait for the whole new reply."""
    services.chat.resume(message.id)
    wait_until_idle(services, qtbot)
    return services.chat.conversation.path()[-1]


def said(trace: TokenTrace) -> str:
    return "".join(trace.texts())


# -- with another model ------------------------------------------------------------------------------------------------


def test_what_another_model_goes_on_with_is_not_taken_for_its_own(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    load(real, qtbot, "llama-sentencepiece")
    whole = go_on(real, qtbot, first)
    trace = trace_of(real, whole)
    assert whole.text == first.text + said(trace)
    model = real.engine.model
    assert model is not None
    assert trace.meta["fingerprint"] == model.fingerprint != trace_of(real, first).meta["fingerprint"]
    assert whole.info is not None
    assert len(trace) == whole.info.completion_tokens
    assert whole.info.model.endswith("llama-sentencepiece.gguf")
    assert is_by(whole, trace, model, model.path)
    made = branch(real, qtbot, whole, 2, int(trace.top_ids[2, 1]))
    assert made.text.startswith(first.text + said(trace.head(2)))
    longer = go_on(real, qtbot, whole)
    assert longer.text == first.text + said(trace_of(real, longer))  # its own are together again
    assert trace_of(real, longer).ids[: len(trace)].tolist() == trace.ids.tolist()


def test_where_a_branch_began_is_not_told_of_what_another_model_goes_on_with(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    made = branch(real, qtbot, first, 2, int(trace_of(real, first).top_ids[2, 1]))
    assert fork_of(go_on(real, qtbot, made)) == fork_of(made)
    load(real, qtbot, "llama-q8_0")
    info = go_on(real, qtbot, made).info
    assert info is not None
    assert info.fork is None


PRINT, PATH, ADAPTERS = {"fingerprint": "a"}, {"model": "/a.gguf"}, {"adapters": [AdapterUse("/l.gguf", 0.5).to_json()]}


@pytest.mark.parametrize(
    ("earlier", "now", "joined"),
    [
        (PRINT, PRINT, True),
        (PRINT | PATH, PRINT | {"model": "/moved.gguf"}, True),
        (PRINT | PATH, {"fingerprint": "b"} | PATH, False),
        (PATH, PRINT | PATH, True),  # cut off before the file was known by its content
        (PATH, {"fingerprint": "", "model": "/b.gguf"}, False),
        (PRINT | ADAPTERS, PRINT | ADAPTERS, True),
        (PRINT | ADAPTERS, PRINT | {"adapters": []}, False),
        (PRINT, PRINT | ADAPTERS, False),
        (PRINT, PRINT | {"adapters": []}, True),
    ],
)
def test_a_trace_tells_of_one_model_with_the_same_adapters(
    earlier: dict[str, object], now: dict[str, object], joined: bool
) -> None:
    one = np.zeros(1, np.float32)
    part = TokenTrace(np.array([1], np.int32), one, np.zeros(1, np.int32), one, *np.zeros((2, 1, 0)), {1: b"x"})
    trace = whole_trace(Message(2, 1, Role.ASSISTANT, "x", 0), replace(part, meta=earlier), [part], now)
    assert len(trace) == (2 if joined else 1)
    assert trace.meta == (now | {"origin": "", "origin_tokens": 0} if joined else now)


def test_nothing_is_traced_of_a_reply_that_was_stopped_before_it_began(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two")
    services.engine.load("fake2")
    services.chat.resume(first.id)
    services.chat.stop()
    stopped = services.chat.conversation.path()[-1]
    assert stopped.text == ""
    assert len(trace_of(services, stopped)) == 0


# -- under a grammar ---------------------------------------------------------------------------------------------------

GRAMMAR = 'root ::= "ab하나" [0-9]{9}'


def test_a_reply_goes_on_within_its_grammar(real: Services, qtbot: QtBot) -> None:
    real.chat.set_prefill("Sure: ")
    real.chat.set_sampling(SamplingParams(temperature=0, grammar=GRAMMAR, max_tokens=3))
    message = first = answer(real, qtbot, "hello there")
    assert first.text.startswith("Sure: a")
    while message.info is not None and message.info.finish is FinishReason.LENGTH and len(message.text) < 40:
        message = go_on(real, qtbot, message)
        real.chat.set_prefill("something else")  # what the first one began with counts
    assert re.fullmatch("Sure: ab하나[0-9]{9}", message.text)
    assert said(trace_of(real, message)) == message.text.removeprefix("Sure: ")


def test_a_branch_of_what_another_model_went_on_with_stays_within_the_grammar(real: Services, qtbot: QtBot) -> None:
    real.chat.set_sampling(SamplingParams(temperature=0, grammar=GRAMMAR, max_tokens=4))
    first = answer(real, qtbot, "hello there")
    load(real, qtbot, "llama-q8_0")
    real.chat.set_sampling(SamplingParams(temperature=0, grammar=GRAMMAR))
    whole = go_on(real, qtbot, first)
    assert re.fullmatch("ab하나[0-9]{9}", whole.text)
    trace = trace_of(real, whole)
    assert said(trace) == whole.text.removeprefix(first.text)
    made = branch(real, qtbot, whole, 1, int(trace.ids[1]))
    assert re.fullmatch("ab하나[0-9]{9}", made.text)


def test_the_inspector_asks_behind_what_another_model_wrote_within_the_grammar(real: Services, qtbot: QtBot) -> None:
    params = SamplingParams(temperature=0, grammar=GRAMMAR)
    real.chat.set_sampling(params.with_value("max_tokens", 4))
    first = answer(real, qtbot, "hello there")
    load(real, qtbot, "llama-q8_0")
    real.chat.set_sampling(params)
    whole = go_on(real, qtbot, first)
    inspector = real.inspector
    found: list[object] = []
    inspector.select(whole.id)
    qtbot.waitUntil(lambda: inspector.state is TraceState.READY)
    ids = inspector.trace.ids.tolist()
    for at in (0, 2):
        real.questions.ask(Predict(0, inspector.prefix_to(whole.id, at), params), found.append, found.append)
    qtbot.waitUntil(lambda: len(found) == 2, timeout=20_000)
    for at, answered in zip((0, 2), found, strict=True):
        assert isinstance(answered, Predicted)
        assert answered.arrays["stage_probs"][-1][ids[at]] > 0
    inspector.select(first.parent_id or 0)
    end = place_in(real.chat, inspector, real.engine.model, None, at_end=True)
    assert end is not None
    assert (end.prefix.prefill, end.prefix.written) == (whole.text, len(whole.text))


def test_text_that_does_not_follow_a_later_grammar_stays(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    real.chat.set_sampling(SamplingParams(temperature=0, grammar=GRAMMAR))
    assert re.fullmatch("ab하나[0-9]{9}", go_on(real, qtbot, first).text.removeprefix(first.text))


# -- while the model is loaded -----------------------------------------------------------------------------------------


def test_a_reply_that_waits_is_by_the_model_that_writes_it(make_services: Make, qtbot: QtBot) -> None:
    services = make_services()
    services.start()
    assert services.chat.send("early bird")
    waiting = services.chat.conversation.path()[-1]
    services.engine.load("fake2")
    assert services.chat.state is ChatState.WAITING
    changed: list[int] = []
    services.chat.message_changed.connect(changed.append)
    wait_until_idle(services, qtbot)
    reply = services.chat.conversation.path()[-1]
    assert waiting.info is not None
    assert reply.info is not None
    assert (waiting.info.model, reply.info.model) == ("fake", "fake2")
    assert trace_of(services, reply).meta["model"] == "fake2"
    assert changed == [reply.id, reply.id]  # when it began and when it ended


def test_a_base_model_that_is_being_loaded_continues_the_text_at_once(real: Services, qtbot: QtBot) -> None:
    real.engine.load(str(tiny("llama-no-template")))
    assert trace_of(real, answer(real, qtbot, "Once upon a time")).meta["raw"] is True


def test_tokens_are_refused_by_another_model_that_was_chosen_meanwhile(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    trace = trace_of(real, first)
    told: list[Notice] = []
    real.notices.attach(told.append)
    for name, refused in (("llama-sentencepiece", True), ("llama-q8_0", False)):
        real.engine.load(str(tiny("llama-f32")))
        with qtbot.waitSignal(real.chat.path_changed, timeout=20_000):
            real.chat.branch(first.id, 3, int(trace.top_ids[3, 1]))
        assert real.chat.state is ChatState.WAITING
        load(real, qtbot, name)
        wait_until_idle(real, qtbot)
        made = real.chat.conversation.path()[-1]
        assert made.id != first.id
        assert made.info is not None
        if refused:
            assert made.text == ""
            assert made.info.finish is FinishReason.INTERRUPTED
            assert told[-1].error is not None
            assert told[-1].error.code is ErrorCode.OTHER_MODEL
        else:
            assert trace_of(real, made).ids[:3].tolist() == trace.ids[:3].tolist()
            assert made.info.model.endswith("llama-q8_0.gguf")


def test_an_interrupted_reply_knows_which_model_wrote_it(real: Services, qtbot: QtBot) -> None:
    model = real.engine.model
    assert model is not None
    real.chat.set_sampling(SamplingParams(temperature=0))
    with qtbot.waitSignal(real.chat.reply_traced, timeout=20_000):
        real.chat.send("hello there")
    real.engine.load(str(tiny("llama-q8_0")))
    cut = real.chat.conversation.path()[-1]
    assert cut.info == replace(cut.info or ReplyInfo(), finish=FinishReason.INTERRUPTED, model=model.path)
    assert trace_of(real, cut).meta["fingerprint"] == model.fingerprint
