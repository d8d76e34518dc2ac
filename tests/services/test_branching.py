"""Branches: replies that leave another one at one of its tokens, by token id."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from chatapp.core.conversation import Message, Role
from chatapp.core.errors import ErrorCode, RequestError, UserFixable
from chatapp.core.generation import FinishReason, Fork, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.core.vocabulary import Vocabulary
from chatapp.engine.llama import Context, Model
from chatapp.paths import Paths
from chatapp.protocol.messages import Failed, ModelInfo, PromptProgress
from chatapp.services.branching import is_by, same_tokens
from chatapp.services.bundle import Services
from chatapp.services.notices import Notice
from chatapp.settings.file import Settings
from tests.helpers.tiny_models import tiny
from tests.services.test_chat import answer, wait_for_text, wait_until_idle

GREEDY = SamplingParams(temperature=0, max_tokens=24)


def trace_of(services: Services, message: Message) -> TokenTrace:
    trace = services.storage.read_now(lambda store: store.load_trace(message.id))
    assert trace is not None
    return trace


def branch(services: Services, qtbot: QtBot, message: Message, position: int, *ids: int) -> Message:
    """Branch, and wait for the whole new reply."""
    with qtbot.waitSignal(services.chat.path_changed, timeout=20_000):
        services.chat.branch(message.id, position, ids if len(ids) > 1 else ids[0])
    wait_until_idle(services, qtbot)
    made = services.chat.conversation.path()[-1]
    assert made.id != message.id
    return made


def fork_of(message: Message) -> Fork:
    assert message.info is not None
    assert message.info.fork is not None
    return message.info.fork


# -- with the fake engine ----------------------------------------------------------------------------------------------


def test_a_branch_is_a_sibling_and_the_old_reply_is_kept(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three")
    ids = trace_of(services, first).ids
    made = branch(services, qtbot, first, 1, int(ids[2]))
    conversation = services.chat.conversation
    assert [m.id for m in conversation.siblings(made.id)] == [first.id, made.id]
    assert conversation.messages[first.id] == first
    assert made.text == "one threeone two three"  # the script begins anew behind what was given
    fork = fork_of(made)
    assert (fork.message_id, fork.position) == (first.id, 1)
    assert (fork.piece, fork.old_piece) == (b"three", b"two ")
    assert (fork.probability, fork.old_probability) == (1.0, 1.0)
    services.chat.select(first.id)
    assert conversation.path()[-1] == first


def test_given_text_stays_given(services: Services, qtbot: QtBot) -> None:
    services.chat.set_prefill("Well, ")
    first = answer(services, qtbot, "/say one two three")
    assert first.text == "Well, one two three"
    services.chat.set_prefill("another beginning ")
    trace = trace_of(services, first)
    made = branch(services, qtbot, first, 2, int(trace.ids[0]))
    assert made.text == "Well, one two one one two three"
    assert trace_of(services, made).ids[:3].tolist() == trace.ids[[0, 1, 0]].tolist()


def test_a_reply_that_was_continued_is_branched_in_both_parts(services: Services, qtbot: QtBot) -> None:
    services.chat.set_prefill("Well, ")
    first = answer(services, qtbot, "/say one two")
    services.chat.resume(first.id)
    wait_until_idle(services, qtbot)
    whole = services.chat.conversation.path()[-1]
    assert whole.text == "Well, one twoone two"
    ids = trace_of(services, whole).ids.tolist()
    made = branch(services, qtbot, whole, 3, ids[0])
    assert trace_of(services, made).ids[:4].tolist() == [*ids[:3], ids[0]]
    assert made.text.startswith("Well, one twoone one ")
    early = branch(services, qtbot, whole, 0, ids[1])
    assert early.text.startswith("Well, twoone two")


def test_a_continued_reply_keeps_only_tokens_that_it_is_made_of(services: Services, qtbot: QtBot) -> None:
    """Cut in the middle of a character: its first bytes are not in the text that was gone on with."""
    services.chat.set_sampling(SamplingParams(max_tokens=2))
    first = answer(services, qtbot, "/say hi 안")
    assert first.text == "hi "
    assert len(trace_of(services, first)) == 2
    services.chat.resume(first.id)
    wait_until_idle(services, qtbot)
    whole = services.chat.conversation.path()[-1]
    assert whole.text == "hi hi "
    assert trace_of(services, whole).texts() == ["hi ", "hi ", ""]


def test_what_goes_on_with_a_branch_is_a_branch(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three")
    made = branch(services, qtbot, first, 1, int(trace_of(services, first).ids[2]))
    services.chat.resume(made.id)
    wait_until_idle(services, qtbot)
    assert fork_of(services.chat.conversation.path()[-1]) == fork_of(made)


def test_the_inspector_selects_where_a_new_branch_begins(services: Services, qtbot: QtBot) -> None:
    services.inspector.set_open(True)
    first = answer(services, qtbot, "/say one two three four")
    services.inspector.select(first.id, 2)
    made = branch(services, qtbot, first, 2, int(trace_of(services, first).ids[0]))
    assert (services.inspector.message_id, services.inspector.token) == (made.id, 2)
    services.chat.regenerate(first.id)
    wait_until_idle(services, qtbot)
    assert services.inspector.token is None


def test_tokens_behind_the_end_are_appended(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two")
    ids = trace_of(services, first).ids.tolist()
    fork = fork_of(branch(services, qtbot, first, 2, ids[0], ids[0]))
    assert (fork.position, fork.token, fork.logprob) == (2, ids[0], 0.0)
    assert fork.old_token is None
    assert fork.old_probability is None


def test_the_fork_is_where_several_tokens_first_differ(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three four")
    ids = trace_of(services, first).ids.tolist()
    fork = fork_of(branch(services, qtbot, first, 1, ids[1], ids[3], ids[3]))
    assert (fork.position, fork.token, fork.old_token) == (2, ids[3], ids[2])
    again = fork_of(branch(services, qtbot, first, 1, ids[1]))  # the same token: drawn anew from there
    assert (again.position, again.token, again.old_token) == (1, ids[1], ids[1])


def test_a_limit_counts_from_a_beginning_that_is_longer_than_it(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "/say one two three four five six")
    ids = trace_of(services, first).ids.tolist()
    services.chat.set_sampling(SamplingParams(max_tokens=3))
    made = branch(services, qtbot, first, 4, ids[0])
    assert len(trace_of(services, made)) == 5 + 3
    short = branch(services, qtbot, first, 1, ids[0])
    assert len(trace_of(services, short)) == 3


def test_a_reply_that_a_stop_text_ended_keeps_what_was_given(services: Services, qtbot: QtBot) -> None:
    services.chat.set_prefill("Well, ")
    services.chat.set_sampling(SamplingParams(stop=("three",)))
    first = answer(services, qtbot, "/say one two three four")
    assert first.text == "Well, one two "
    ids = trace_of(services, first).ids.tolist()
    made = branch(services, qtbot, first, 1, ids[0])
    assert made.text == "Well, one one one two "


def test_a_second_branch_while_one_runs_is_refused(services: Services, notices: list[Notice], qtbot: QtBot) -> None:
    first = answer(services, qtbot, "one two three")
    services.chat.send("/wait")
    wait_for_text(services, qtbot)
    count = len(services.chat.conversation.messages)
    services.chat.branch(first.id, 0, 0)
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.ENGINE_BUSY
    services.chat.stop()
    wait_until_idle(services, qtbot)
    assert len(services.chat.conversation.messages) == count


def test_a_reply_without_a_trace_is_refused(services: Services, notices: list[Notice], qtbot: QtBot) -> None:
    first = answer(services, qtbot, "hello")
    services.chat.edit(first.id, "written by hand")
    edited = services.chat.conversation.path()[-1]
    services.chat.branch(edited.id, 0, 0)
    qtbot.waitUntil(lambda: bool(notices))
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.NO_TRACE
    assert services.chat.conversation.path()[-1] == edited


def test_a_reply_of_another_model_is_refused(services: Services, notices: list[Notice], qtbot: QtBot) -> None:
    first = answer(services, qtbot, "hello")
    with qtbot.waitSignal(services.engine.model_loaded, timeout=20_000):
        services.models.choose("another")
    services.chat.branch(first.id, 0, 0)
    qtbot.waitUntil(lambda: bool(notices))
    assert notices[-1].error is not None
    assert notices[-1].error.code is ErrorCode.OTHER_MODEL
    assert services.chat.conversation.path()[-1] == first


def test_messages_that_were_left_out_are_left_out_again(services: Services, qtbot: QtBot) -> None:
    conversation = services.chat.conversation
    asked = answer(services, qtbot, "word " * 1500)
    long = answer(services, qtbot, "word " * 400)
    services.chat.answer_without_oldest(answer(services, qtbot, "/say one two").id)
    wait_until_idle(services, qtbot)
    short = conversation.path()[-1]
    assert short.info is not None
    assert short.info.unsent
    assert asked.id in short.info.unsent
    assert long.id not in short.info.unsent
    made = branch(services, qtbot, short, 1, int(trace_of(services, short).ids[0]))
    assert made.info is not None
    assert made.info.unsent == short.info.unsent
    assert made.info.prompt_tokens == short.info.prompt_tokens


def test_leaving_the_conversation_at_once_begins_nothing(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "hello")
    count = len(services.chat.conversation.messages)
    conversation = services.chat.conversation
    services.chat.branch(first.id, 0, 0)
    services.chat.new_conversation()
    read: list[int] = []
    services.storage.read(lambda store: 1, read.append)
    qtbot.waitUntil(lambda: bool(read))
    assert services.chat.streaming_id is None
    assert len(conversation.messages) == count


def test_what_is_not_of_the_shown_conversation_is_left_alone(services: Services, qtbot: QtBot) -> None:
    first = answer(services, qtbot, "hello")
    services.chat.new_conversation()
    services.chat.branch(first.id, 0, 0)
    services.chat.go_to(first.id)
    assert services.chat.conversation.leaf_id is None
    assert services.chat.conversation.path() == []


# -- with llama.cpp ----------------------------------------------------------------------------------------------------


@pytest.fixture
def real(tmp_path: Path, qtbot: QtBot) -> Iterator[Services]:
    """Services with a tiny model, greedy."""
    services = make_real(tmp_path)
    yield start(services, qtbot)
    if not services.storage.is_closed:
        services.close()


def make_real(folder: Path) -> Services:
    paths = Paths.under(folder / "data")
    paths.ensure()
    return Services.create(paths, Settings.load(paths.settings_file), fake_engine=False)


def start(services: Services, qtbot: QtBot) -> Services:
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.start(str(tiny("llama-f32")))
    services.chat.set_sampling(GREEDY)
    return services


def prompt_ids(services: Services) -> list[int]:
    """Filled with the prompt's ids by the next reply."""
    seen: list[int] = []

    def on_event(event: object) -> None:
        if isinstance(event, PromptProgress) and event.prompt_ids and not seen:
            seen.extend(event.prompt_ids)

    services.engine.event_received.connect(on_event)
    return seen


def fresh(prompt: list[int], begun: list[int], count: int) -> list[int]:
    """Ids of a greedy reply of at most *count* tokens that begins with *begun*, each decoded by itself."""
    model = Model(str(tiny("llama-f32")), 0, lambda _: True)
    context = Context(model, 2048, n_threads=1)
    for position, token in enumerate(prompt):
        assert context.decode([token], position) == 0
    ids: list[int] = []
    while len(ids) < count:
        ids.append(begun[len(ids)] if len(ids) < len(begun) else int(context.logits().argmax()))
        if len(ids) > len(begun) and model.is_end(ids[-1]):
            break
        assert context.decode([ids[-1]], len(prompt) + len(ids) - 1) == 0
    context.close()
    model.close()
    return ids


@pytest.mark.parametrize("raw", [False, True])
def test_a_branch_is_what_a_fresh_run_from_its_ids_gives(real: Services, qtbot: QtBot, raw: bool) -> None:
    real.chat.set_raw(raw)
    first = answer(real, qtbot, "hello there, 안녕")
    trace = trace_of(real, first)
    chosen = int(trace.top_ids[5, 1])
    prompt = prompt_ids(real)
    made = branch(real, qtbot, first, 5, chosen)
    new = trace_of(real, made)
    assert new.ids[:6].tolist() == [*trace.ids[:5].tolist(), chosen]
    assert new.ids.tolist() == fresh(prompt, [*trace.ids[:5].tolist(), chosen], GREEDY.max_tokens)
    assert made.info is not None
    assert made.info.prompt_tokens == len(prompt)
    assert made.info.evaluated_tokens == 2  # the last token before the fork and the new one; the rest from the KV cache
    np.testing.assert_array_equal(new.logprobs[:5], trace.logprobs[:5])
    np.testing.assert_array_equal(new.top_ids[:5], trace.top_ids[:5])
    fork = fork_of(made)
    assert fork.logprob == pytest.approx(float(trace.top_logprobs[5, 1]))
    assert fork.old_logprob == pytest.approx(float(trace.logprobs[5]))
    assert new.logprobs[5] == pytest.approx(fork.logprob, abs=0.03)
    assert trace_of(real, first).ids.tolist() == trace.ids.tolist()


def test_tokens_whose_text_is_cut_differently_stay_what_they_are(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    trace = trace_of(real, first)
    letters = [ord("h"), ord("e"), 0xEC, 0x95]  # "he" is one token, and so are the two bytes of a syllable
    prompt = prompt_ids(real)
    made = branch(real, qtbot, first, 4, *letters)
    begun = [*trace.ids[:4].tolist(), *letters]
    assert trace_of(real, made).ids.tolist() == fresh(prompt, begun, GREEDY.max_tokens)
    fork = fork_of(made)
    assert fork.piece == b"h"
    assert fork.logprob is not None  # far outside the top 20: the new reply's own trace says it
    assert trace_of(real, made).logprobs[4] == pytest.approx(fork.logprob)
    # The next turn is made of these very tokens, too.
    asked = prompt_ids(real)
    answer(real, qtbot, "and then?")
    text = "".join(map(str, asked))
    assert "".join(map(str, begun)) in text


def test_after_a_restart(real: Services, qtbot: QtBot, tmp_path: Path) -> None:
    first = answer(real, qtbot, "hello there")
    trace = trace_of(real, first)
    made = branch(real, qtbot, first, 3, int(trace.top_ids[3, 2]))
    assert real.close()
    again = make_real(tmp_path)
    try:
        with qtbot.waitSignal(again.chat.conversation_changed, timeout=20_000):
            start(again, qtbot)
        assert again.chat.conversation.messages[made.id] == made  # with its fork
        other = branch(again, qtbot, first, 3, int(trace.top_ids[3, 2]))
        found = trace_of(again, other)
        np.testing.assert_array_equal(found.ids, trace_of(again, made).ids)
        np.testing.assert_array_equal(found.logprobs[:3], trace.logprobs[:3])  # known, though the KV cache is gone
        assert other.info is not None
        assert other.info.evaluated_tokens == other.info.prompt_tokens + 4
        assert fork_of(other).logprob == pytest.approx(fork_of(made).logprob, abs=0.03)
        assert [m.id for m in again.chat.conversation.siblings(other.id)] == [first.id, made.id, other.id]
    finally:
        again.close()


def test_another_quantization_of_the_model_can_branch_a_reply(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    trace = trace_of(real, first)
    told: list[Notice] = []
    real.notices.attach(told.append)
    load(real, qtbot, "llama-q8_0")
    made = branch(real, qtbot, first, 3, int(trace.top_ids[3, 1]))
    found = trace_of(real, made)
    assert found.ids[:4].tolist() == [*trace.ids[:3].tolist(), int(trace.top_ids[3, 1])]
    assert (found.logprobs[:3] != trace.logprobs[:3]).all()  # what this one makes of them
    assert made.info is not None
    assert made.info.model.endswith("llama-q8_0.gguf")
    load(real, qtbot, "llama-sentencepiece")
    count = len(real.chat.conversation.messages)
    real.chat.branch(first.id, 3, 7)
    qtbot.waitUntil(lambda: bool(told), timeout=20_000)
    assert told[-1].error is not None
    assert told[-1].error.code is ErrorCode.OTHER_MODEL
    assert told[-1].error.params["model"] == "llama-f32"
    assert len(real.chat.conversation.messages) == count


def test_behind_another_system_prompt_the_beginning_is_read_anew(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    trace = trace_of(real, first)
    real.chat.set_system_prompt("Be brief.")
    made = branch(real, qtbot, first, 4, int(trace.top_ids[4, 1]))
    found = trace_of(real, made)
    assert found.ids[:4].tolist() == trace.ids[:4].tolist()
    assert (found.logprobs[:4] != trace.logprobs[:4]).all()
    assert made.info is not None
    assert made.info.reused_given_tokens == 0


def test_a_branch_of_a_continued_reply_knows_what_came_before_the_pause(real: Services, qtbot: QtBot) -> None:
    real.chat.set_sampling(SamplingParams(temperature=0, max_tokens=8))
    first = answer(real, qtbot, "hello there")
    real.chat.resume(first.id)
    wait_until_idle(real, qtbot)
    whole = real.chat.conversation.path()[-1]
    trace = trace_of(real, whole)
    early = branch(real, qtbot, whole, 3, int(trace.top_ids[3, 1]))
    assert early.info is not None
    assert early.info.evaluated_tokens == 2
    np.testing.assert_array_equal(trace_of(real, early).logprobs[:3], trace.logprobs[:3])
    paused = len(trace_of(real, first))
    late = branch(real, qtbot, whole, len(trace) - 1, int(trace.top_ids[-1, 1]))
    assert late.info is not None
    assert 2 <= late.info.evaluated_tokens <= 2 + len(trace) - paused + 4
    assert trace_of(real, late).ids[: len(trace) - 1].tolist() == trace.ids[:-1].tolist()


def test_a_branch_has_stages_whether_or_not_the_other_reply_had_them(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    assert trace_of(real, first).stages is None
    real.inspector.set_open(True)
    made = branch(real, qtbot, first, 4, int(trace_of(real, first).top_ids[4, 1]))
    stages = trace_of(real, made).stages
    assert stages is not None
    assert (stages.left[:, -1] > 0).tolist() == [False] * 5 + [True] * (len(stages.left) - 5)  # given, then drawn
    shown = [real.inspector.trace.stage_of(i) is not None for i in range(len(real.inspector.trace))]
    assert all(shown)


def test_a_vocabulary_that_a_reply_interrupts_is_asked_for_again(real: Services, qtbot: QtBot) -> None:
    got: list[Vocabulary] = []
    refused: list[UserFixable] = []
    real.vocabulary.failed.connect(refused.append)
    real.vocabulary.read(got.append, refused.append)
    asked = real.vocabulary._job
    real.engine.answered.emit(Failed(asked, RequestError(ErrorCode.CANCELLED)))
    assert real.vocabulary._job not in (0, asked)
    qtbot.waitUntil(lambda: bool(got), timeout=20_000)
    assert got == [real.vocabulary.current]
    assert refused == []
    real.vocabulary.read(got.append, refused.append)
    assert len(got) == 2


def test_a_vocabulary_that_cannot_be_had_says_why(real: Services, qtbot: QtBot) -> None:
    got: list[Vocabulary] = []
    refused: list[UserFixable] = []
    real.vocabulary.read(got.append, refused.append)
    real.engine.unload()
    real.vocabulary.read(got.append, refused.append)
    assert [error.code for error in refused] == [ErrorCode.NO_MODEL] * 2
    assert not got


def test_a_branch_is_given_up_when_something_else_is_done_before_it_begins(
    real: Services, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = answer(real, qtbot, "hello there")
    load(real, qtbot, "llama-q8_0")  # another file: its vocabulary has to be read first
    waiting: list[tuple[Callable[[Vocabulary], None], Callable[[UserFixable], None]]] = []
    read = real.vocabulary.read
    monkeypatch.setattr(real.vocabulary, "read", lambda *on_end: waiting.append(on_end))
    real.chat.branch(first.id, 3, 7)
    qtbot.waitUntil(lambda: bool(waiting), timeout=20_000)
    assert real.chat.send("something else")
    wait_until_idle(real, qtbot)
    read(*waiting[0])
    qtbot.waitUntil(lambda: real.vocabulary.current is not None, timeout=20_000)
    assert [m.id for m in real.chat.conversation.siblings(first.id)] == [first.id]
    assert real.chat.streaming_id is None


def load(services: Services, qtbot: QtBot, name: str) -> None:
    """Load another tiny model."""
    with qtbot.waitSignal(services.engine.model_loaded, timeout=60_000):
        services.models.choose(str(tiny(name)))


def test_the_end_of_turn_as_a_branch_ends_it(real: Services, qtbot: QtBot) -> None:
    first = answer(real, qtbot, "hello there")
    trace = trace_of(real, first)
    model = Model(str(tiny("llama-f32")), 0, lambda _: True)
    end = next(i for i in range(model.n_vocab) if model.is_end(i))
    name = model.name(end)
    model.close()
    made = branch(real, qtbot, first, 3, end)
    found = trace_of(real, made)
    assert found.ids.tolist() == [*trace.ids[:3].tolist(), end]
    assert (found.shown(end), found.token_bytes(3)) == (name, b"")  # shown by its name, and no part of the text
    assert made.text == "".join(found.texts())
    assert name.startswith(b"<")
    assert fork_of(made).piece == name
    assert made.info is not None
    assert made.info.finish is FinishReason.STOP


# -- the rules ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fingerprint", "path", "taken"),
    [("same", "/moved/m.gguf", True), ("other", "/m.gguf", False), ("", "/m.gguf", True), ("", "/other.gguf", False)],
)
def test_a_model_is_known_by_its_content_and_only_then_by_its_place(fingerprint: str, path: str, taken: bool) -> None:
    message = Message(2, 1, Role.ASSISTANT, "x", 0, ReplyInfo(model="/m.gguf"))
    trace = TokenTrace.empty({"fingerprint": "same"} if fingerprint else {})
    model = ModelInfo(
        path, "m", "llama", "", size=1, n_params=1, n_vocab=9, n_ctx=9, n_ctx_train=9, n_layer=1, n_head=1,
        fingerprint=fingerprint,
    )  # fmt: skip
    assert is_by(message, trace, model, path) is taken


def test_while_the_model_is_loaded_its_place_has_to_do() -> None:
    message = Message(2, 1, Role.ASSISTANT, "x", 0, ReplyInfo(model="/m.gguf"))
    assert is_by(message, TokenTrace.empty({"fingerprint": "f"}), None, "/m.gguf")
    assert not is_by(message, TokenTrace.empty({"fingerprint": "f"}), None, "/n.gguf")


def test_tokens_are_the_same_when_their_bytes_are() -> None:
    pieces = [b"a", b" b", b"\xed", b"<end>"]
    vocabulary = Vocabulary(
        np.array([len(p) for p in pieces], np.int32),
        np.frombuffer(b"".join(pieces), np.uint8),
        np.array([0, 0, 0, 1], np.uint8),
    )

    def same(**known: bytes) -> bool:
        named = {int(name[1:]): piece for name, piece in known.items()}
        return same_tokens(replace(TokenTrace.empty(), pieces=named), vocabulary)

    assert same(t0=b"a", t2=b"\xed", t3=b"")
    assert same()
    assert not same(t0=b"a", t1=b"b")
    assert not same(t4=b"x")
