"""The next-token distribution and what the sampler stages leave of it, against the NumPy reference and a real reply."""

from collections.abc import Iterator
from typing import get_args

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import SamplingParams
from chatapp.engine.client import EngineClient
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import (
    Attend,
    Attended,
    AttendedRows,
    AttendRows,
    ChatMessage,
    InspectorQuestion,
    Lens,
    LensRead,
    LoadOptions,
    Logits,
    LogitsRead,
    Lookahead,
    LookedAhead,
    Meanings,
    MeaningsRead,
    Mute,
    Muted,
    Predict,
    Predicted,
    Prefix,
    Score,
    Scored,
    ScoreText,
    Steps,
    StepsTaken,
    Sweep,
    Swept,
    TextScored,
    Vocabulary,
    VocabularyRead,
)
from tests.helpers import reference
from tests.helpers.asking import CHAT, PLAIN, TOLERANCE, ask, opened, prompt_of, reply, truth
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import END, tiny, vocabulary

PREFIX = Prefix(CHAT, reply_ids=(260, 120, 33))
STAGED = SamplingParams(
    temperature=1.4, top_k=200, top_p=0.95, min_p=0.004, typical_p=0.97, top_n_sigma=2.2, repeat_penalty=1.3,
    frequency_penalty=0.2, dry_multiplier=0.9, logit_bias=((101, 2.5), (102, -100.0)), seed=3, max_tokens=12,
)  # fmt: skip


@pytest.fixture(scope="module", params=sorted(TOLERANCE))
def model(request: pytest.FixtureRequest) -> Iterator[tuple[str, LlamaBackend]]:
    backend = opened(request.param)
    yield request.param, backend
    backend.close()


@pytest.fixture(scope="module")
def llama() -> Iterator[LlamaBackend]:
    backend = opened("llama-f32")
    yield backend
    backend.close()


@pytest.mark.parametrize(
    "prefix",
    [
        PREFIX,
        Prefix(CHAT),
        Prefix(text="hello 안"),
        Prefix(CHAT, prefill="Well", reply_ids=(5,)),
        Prefix(CHAT, raw=True),
    ],
)
def test_every_probability_is_the_references(model: tuple[str, LlamaBackend], prefix: Prefix) -> None:
    name, backend = model
    ids = [*prompt_of(backend, prefix), *prefix.reply_ids]
    found = ask(backend, Predict(1, prefix, PLAIN))
    expected = truth(name, ids)[-1]
    assert found.n_tokens == len(ids)
    assert found.stages == ("raw",)
    logits = found.arrays["logits"]
    assert logits.dtype == np.float32
    assert reference.log_softmax(logits) == pytest.approx(reference.log_softmax(expected), abs=TOLERANCE[name])
    probs = found.arrays["stage_probs"][0]
    assert probs == pytest.approx(np.exp(reference.log_softmax(expected)), abs=TOLERANCE[name])
    assert found.arrays["stage_left"].tolist() == [320]


def stages_by_hand(
    logits: NDArray[np.float64], params: SamplingParams, prompt: list[int], said: list[int]
) -> dict[str, NDArray[np.float64]]:
    """Every stage of `STAGED` in float64, from the papers: probabilities (V,) after each."""
    x = np.array(logits, np.float64)
    found = {"raw": softmax(x)}
    for token, bias in params.logit_bias:
        x[token] = -np.inf if bias <= -100 else x[token] + bias
    found["logit_bias"] = softmax(x)
    recent = [*prompt, *said][-params.repeat_last_n :]
    for token in set(recent):
        x[token] = x[token] * params.repeat_penalty if x[token] <= 0 else x[token] / params.repeat_penalty
        x[token] -= recent.count(token) * params.frequency_penalty
    found["penalties"] = softmax(x)
    kept = x > -np.inf
    x[x < x.max() - params.top_n_sigma * x[kept].std()] = -np.inf
    found["top_n_sigma"] = softmax(x)
    x[np.argsort(-x, kind="stable")[params.top_k :]] = -np.inf
    found["top_k"] = softmax(x)
    p = softmax(x)
    with np.errstate(divide="ignore"):
        surprise = -np.log(p)
    entropy = np.nansum(p * np.where(p > 0, surprise, 0))
    near = [i for i in np.argsort(np.abs(surprise - entropy), kind="stable") if p[i] > 0]
    x[near[int(np.searchsorted(np.cumsum(p[near]), params.typical_p)) + 1 :]] = -np.inf
    found["typical_p"] = softmax(x)
    p = softmax(x)
    order = np.argsort(-p, kind="stable")
    x[order[int(np.searchsorted(np.cumsum(p[order]), params.top_p)) + 1 :]] = -np.inf
    found["top_p"] = softmax(x)
    p = softmax(x)
    x[p < params.min_p * p.max()] = -np.inf
    found["min_p"] = softmax(x)
    found["temperature"] = softmax(x / params.temperature)
    return found


def softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
    powers = np.exp(x - x.max())
    return powers / powers.sum()


def test_every_stage_is_what_the_papers_say_of_the_references_logits(model: tuple[str, LlamaBackend]) -> None:
    name, backend = model
    params = STAGED.with_value("dry_multiplier", 0.0)
    found = ask(backend, Predict(1, PREFIX, params))
    prompt = prompt_of(backend, PREFIX)
    logits = truth(name, [*prompt, *PREFIX.reply_ids])[-1]
    expected = stages_by_hand(logits, params, prompt, list(PREFIX.reply_ids))
    assert found.stages == tuple(expected)
    for row, stage in enumerate(found.stages):
        probs = found.arrays["stage_probs"][row]
        assert int(found.arrays["stage_left"][row]) == np.count_nonzero(probs)
        assert ((probs > 0) == (expected[stage] > 0)).all(), stage
        assert probs == pytest.approx(expected[stage], abs=TOLERANCE[name]), stage


@pytest.mark.parametrize(
    "params",
    [
        PLAIN,
        STAGED,
        STAGED.with_value("temperature", 0.0),
        STAGED.with_value("xtc_probability", 1.0),
        STAGED.with_value("mirostat", 2),
        STAGED.with_value("order", tuple(reversed(STAGED.order))),
        STAGED.with_value("dynatemp_range", 0.5),
        STAGED.with_value("grammar", 'root ::= [a-z ]+ "!"'),
        STAGED.with_value("adaptive_target", 0.3),
    ],
    ids=["plain", "staged", "greedy", "xtc", "mirostat", "reversed", "dynatemp", "grammar", "adaptive"],
)
def test_the_stages_are_those_that_a_reply_went_through(llama: LlamaBackend, params: SamplingParams) -> None:
    written, info, _ = reply(llama, params=params.with_value("max_tokens", 6), stages=True, prefill="the ")
    trace = written.trace
    assert trace.stages is not None
    for at in range(len(trace)):
        prefix = Prefix(CHAT, prefill="the ", reply_ids=tuple(trace.ids[:at].tolist()))
        found = ask(llama, Predict(1, prefix, params))
        assert found.n_tokens == info.prompt_tokens + at
        assert found.stages == trace.stages.names[:-1]
        probs = found.arrays["stage_probs"]
        assert probs.shape == (len(found.stages), 320)
        assert found.arrays["stage_left"].tolist() == trace.stages.left[at, :-1].tolist()
        assert probs[:, trace.top_ids[at]] == pytest.approx(trace.stages.probs[at, :-1], abs=1e-3)
        assert probs[:, trace.ids[at]] == pytest.approx(trace.stages.drawn[at, :-1], abs=1e-3)
        assert probs.sum(axis=1) == pytest.approx(1.0, abs=1e-5)


def test_xtc_is_shown_as_it_acts(llama: LlamaBackend) -> None:
    seldom = PLAIN.with_value("xtc_probability", 0.01).with_value("xtc_threshold", 0.02)
    found = ask(llama, Predict(1, PREFIX, seldom))
    raw, left = found.arrays["stage_probs"]
    above = np.flatnonzero(raw >= 0.02)
    assert len(above) > 1
    assert set(np.flatnonzero(left == 0)) == set(above) - {above[raw[above].argmin()]}


def test_nothing_is_drawn(llama: LlamaBackend) -> None:
    first, _, _ = reply(llama, params=PLAIN.with_value("max_tokens", 8))
    for _ in range(3):
        ask(llama, Predict(1, Prefix(CHAT), STAGED))
    again, info, _ = reply(llama, params=PLAIN.with_value("max_tokens", 8))
    assert again.trace.ids.tolist() == first.trace.ids.tolist()
    assert info.reused_tokens == info.prompt_tokens - 1


@pytest.mark.parametrize("name", ["llama-f32", "gemma3-f32", "mamba-f32", "jamba-f32"])
def test_the_next_turn_reuses_all_that_it_would_have(name: str) -> None:
    backend = opened(name)
    written, info, text = reply(backend, params=PLAIN.with_value("max_tokens", 20))
    for at in (0, 3, 12):
        ask(backend, Predict(1, Prefix(CHAT, reply_ids=tuple(written.trace.ids[:at].tolist())), PLAIN))
    told = (*CHAT, ChatMessage("assistant", text), ChatMessage("user", "go on"))
    _, after, _ = reply(backend, told, PLAIN.with_value("max_tokens", 2))
    assert after.reused_tokens == info.prompt_tokens + info.completion_tokens - 1
    assert len(backend._need_context()) == len(backend._need_cache().tokens)
    backend.close()


@pytest.mark.parametrize("name", ["llama-f32", "mamba-f32"])
def test_a_prediction_is_that_of_a_fresh_engine(name: str) -> None:
    """Also for ids whose text would tokenize otherwise, and whatever was in the memory before."""
    backend, fresh = opened(name), opened(name)
    ids = (104, 101, 108, 108, 111, 0xEC, 0x95)  # h e l l o, which is one token, and part of a syllable
    reply(backend, params=PLAIN.with_value("max_tokens", 30))
    found = ask(backend, Predict(1, Prefix(CHAT, reply_ids=ids), PLAIN))
    expected = ask(fresh, Predict(1, Prefix(CHAT, reply_ids=ids), PLAIN))
    assert found.arrays["logits"] == pytest.approx(expected.arrays["logits"], abs=2e-3)
    if name in TOLERANCE:
        logits = truth(name, [*prompt_of(fresh, Prefix(CHAT)), *ids])[-1]
        assert reference.log_softmax(found.arrays["logits"]) == pytest.approx(
            reference.log_softmax(logits), abs=TOLERANCE[name]
        )
    backend.close()
    fresh.close()


@pytest.mark.parametrize("name", sorted(TOLERANCE))
def test_a_branch_by_id_is_a_fresh_run_from_those_ids(name: str) -> None:
    """Token by token: what the branch drew is what a run says that never saw another."""
    for begun in ((104, 101, 108, 108, 111), (0xEC, 0x95), (0xF0, 0x9F, 0x99)):
        backend, fresh = opened(name), opened(name)
        reply(backend, params=PLAIN.with_value("max_tokens", 10))
        written, _, _ = reply(backend, params=PLAIN.with_value("max_tokens", 12), prefix_ids=begun)
        ids = written.trace.ids.tolist()
        assert ids[: len(begun)] == list(begun)
        spelled = fresh._need_model().tokenize(
            b"".join(bytes([token]) for token in begun).decode("utf-8", "replace"),
            add_special=False,
            parse_special=False,
        )
        assert spelled != list(begun)
        alone, _, _ = reply(fresh, params=PLAIN.with_value("max_tokens", 12), prefix_ids=begun)
        assert alone.trace.ids.tolist() == ids
        logprobs = reference.log_softmax(truth(name, [*written.prompt_ids, *ids]))
        steps = np.arange(len(ids)) + len(written.prompt_ids) - 1
        assert written.trace.logprobs == pytest.approx(logprobs[steps, ids], abs=TOLERANCE[name])
        backend.close()
        fresh.close()


# -- what is refused ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Predict(1, Prefix()), ErrorCode.EMPTY_PROMPT),
        (Predict(1, Prefix(CHAT, reply_ids=(320,))), ErrorCode.INVALID_ARGUMENT),
        (Predict(1, Prefix(CHAT, reply_ids=(7,) * 1000)), ErrorCode.CONTEXT_FULL),
        (Predict(1, PREFIX, PLAIN.with_value("grammar", "root :=")), ErrorCode.INVALID_GRAMMAR),
        (Predict(1, PREFIX, PLAIN.with_value("grammar", 'root ::= "x"')), ErrorCode.GRAMMAR_STUCK),
        (Predict(1, PREFIX, PLAIN.with_value("logit_bias", ((320, 1.0),))), ErrorCode.INVALID_SETTING),
        (
            Predict(1, PREFIX, PLAIN.with_value("logit_bias", tuple((i, -100.0) for i in range(320)))),
            ErrorCode.GRAMMAR_STUCK,
        ),
    ],
)
def test_what_cannot_be_predicted_is_refused(llama: LlamaBackend, request_: Predict, code: ErrorCode) -> None:
    with pytest.raises(UserFixable) as caught:
        ask(llama, request_)
    assert caught.value.code is code
    assert "{" not in caught.value.message
    assert ask(llama, Predict(1, PREFIX)).n_tokens > 50


def test_the_last_place_of_the_context_can_be_predicted(llama: LlamaBackend) -> None:
    n_prompt = len(prompt_of(llama, Prefix(CHAT)))
    prefix = Prefix(CHAT, reply_ids=(7,) * (1024 - n_prompt))
    assert ask(llama, Predict(1, prefix, PLAIN)).n_tokens == 1024


def test_a_cancelled_prediction_is_none(llama: LlamaBackend) -> None:
    with pytest.raises(UserFixable, match="cancelled"):
        ask(llama, Predict(1, PREFIX), Recorder(lambda _: True))
    assert len(llama._need_context()) == len(llama._need_cache().tokens)


# -- the vocabulary, and all of it through a worker --------------------------------------------------------------------


def test_the_vocabulary_is_the_files(llama: LlamaBackend) -> None:
    found: VocabularyRead = ask(llama, Vocabulary(1))
    lengths = found.arrays["lengths"]
    data = found.arrays["bytes"].tobytes()
    assert lengths.shape == found.arrays["control"].shape == (320,)
    ends = np.cumsum(lengths)
    pieces = [data[end - n : end] for end, n in zip(ends, lengths, strict=True)]
    assert [piece[0] for piece in pieces[:256]] == list(range(256))
    names, kinds, _ = vocabulary(320)
    assert pieces[names.index(END)].decode() == END
    assert found.arrays["control"].tolist() == [int(kind == 3) for kind in kinds]
    with pytest.raises(UserFixable, match="cancelled"):
        ask(llama, Vocabulary(1), Recorder(lambda _: True))


QUESTIONS = (
    Score(0, Prefix(CHAT)),
    ScoreText(0, b"hello there"),
    Predict(0, Prefix(CHAT)),
    Logits(0, Prefix(CHAT), 2),
    Lookahead(0, Prefix(CHAT)),
    Vocabulary(0),
    Attend(0, Prefix(CHAT)),
    AttendRows(0, Prefix(CHAT)),
    Mute(0, Prefix(CHAT), ((0, 0),)),
    Sweep(0, Prefix(CHAT), 3),
    Lens(0, Prefix(CHAT), 3),
    Steps(0, Prefix(CHAT)),
    Meanings(0, ("the hen", "the inn")),
)


def test_a_worker_answers_every_question() -> None:
    with EngineClient() as client:
        client.load(str(tiny("llama-f32")), LoadOptions(n_threads=1, recording=1 << 26))
        kinds = [type(client.ask(question)) for question in QUESTIONS]
    assert {type(question) for question in QUESTIONS} == set(get_args(InspectorQuestion))
    assert kinds == [
        Scored, TextScored, Predicted, LogitsRead, LookedAhead, VocabularyRead, Attended, AttendedRows, Muted, Swept,
        LensRead, StepsTaken, MeaningsRead,
    ]  # fmt: skip


def test_the_fake_engine_refuses_in_a_sentence() -> None:
    with EngineClient(fake=True) as client:
        client.load("fake")
        for question in QUESTIONS:
            with pytest.raises(UserFixable, match="there is no model"):
                client.ask(question)
