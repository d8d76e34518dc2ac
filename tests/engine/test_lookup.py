"""Drafts by prompt lookup change the speed of a reply and nothing else.

Rows of a batch are summed in another order than single tokens, so an F32 KV cache and short, small models are used:
what is left of the difference is far below the gaps between their logits.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine import lookup
from chatapp.engine.cache import PromptCache
from chatapp.engine.llama import Context
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.lookup import Drafts, NgramIndex
from chatapp.protocol.messages import Generate, LoadOptions
from tests.helpers import reference
from tests.helpers.gguf_weights import read
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

PROMPT = "hello there, 안녕 one two three. " * 4
CLOSE = 2e-3  # nats
GREEDY = SamplingParams(temperature=0.0, max_tokens=120)
CUTTABLE = ["llama-f32", "gpt2-f32", "qwen2-f32", "gemma3-f32", "llama-tied"]


def loaded(name: str, n_ctx: int = 512) -> LlamaBackend:
    made = LlamaBackend()
    made.load(str(tiny(name)), LoadOptions(n_ctx, 0, 1, "off", "f32"), lambda _: None)
    return made


@pytest.fixture
def backend(request: pytest.FixtureRequest) -> Iterator[LlamaBackend]:
    made = loaded(request.param)
    yield made
    made.close()


on = pytest.mark.parametrize("backend", CUTTABLE, indirect=True)
looping = pytest.mark.parametrize("backend", ["gpt2-f32"], indirect=True)  # goes round in circles: drafts are taken


def run(
    backend: LlamaBackend, params: SamplingParams, *, lookup: bool = True, listener: Recorder | None = None,
    stages: bool = False, prefix_ids: tuple[int, ...] = (),
) -> tuple[str, ReplyInfo, Recorder]:  # fmt: skip
    listener = listener or Recorder()
    request = Generate(1, params=params, raw=True, prompt=PROMPT, lookup=lookup, stages=stages, prefix_ids=prefix_ids)
    held, info = backend.generate(request, listener)
    return "".join(listener.texts) + held, info, listener


def assert_memory_is_true(backend: LlamaBackend, listener: Recorder) -> None:
    """The cache holds the prompt and the reply but its last token, and nothing that was only guessed."""
    said = [*listener.prompt_ids, *listener.trace.ids.tolist()]
    tokens = backend._need_cache().tokens
    assert tokens == said[: len(tokens)]
    assert len(said) - 1 <= len(tokens) <= len(said)
    assert len(backend._need_context()) == len(tokens)


# -- finding -----------------------------------------------------------------------------------------------------------


def test_the_latest_longest_match_is_found() -> None:
    random = np.random.default_rng(4)
    for _ in range(40):
        tokens = random.integers(0, 5, 60).tolist()
        index = NgramIndex()
        for end in range(1, len(tokens)):
            index.extend(tokens[:end])
            known, last = tokens[:end], tokens[end]
            assert index.find(known, last) == by_search(known, last)


def by_search(known: list[int], last: int) -> tuple[int, int]:
    whole = [*known, last]
    for n in (4, 3, 2):
        for at in reversed(range(n, len(known))):
            if len(whole) >= n and whole[at - n : at] == whole[-n:]:
                length = n
                while length < min(16, at) and whole[at - length - 1] == whole[-length - 1]:
                    length += 1
                return at, length
    return 0, 0


@looping
def test_a_draft_follows_the_match_and_reaches_into_itself(backend: LlamaBackend) -> None:
    cache = backend._need_cache()
    cache.forget()
    cache.evaluate([5, 6, 7, 8, 9, 10, 5, 6])
    drafts = Drafts(cache, wanted=True)
    assert drafts.evaluate(7, 100) == 0
    assert cache.tokens[-3:] == [8, 9, 10]
    drafts.drop()
    assert cache.tokens == [5, 6, 7, 8, 9, 10, 5, 6, 7]
    cache.forget()
    cache.evaluate([5, 6] * 12)
    drafts = Drafts(cache, wanted=True)
    assert drafts.evaluate(5, 100) == 0
    assert cache.tokens == [5, 6] * 20
    drafts.drop()
    assert cache.tokens == [*[5, 6] * 12, 5]


# -- nothing else changes ----------------------------------------------------------------------------------------------


@on
@pytest.mark.parametrize("temperature", [0.0, 0.3])
def test_the_same_tokens_come_with_and_without(backend: LlamaBackend, temperature: float) -> None:
    params = SamplingParams(temperature=temperature, seed=3, max_tokens=120)
    plain, info, expected = run(backend, params, lookup=False)
    assert info.drafted_tokens == 0
    text, info, listener = run(backend, params)
    assert text == plain
    assert listener.trace.ids.tolist() == expected.trace.ids.tolist()
    assert listener.trace.logprobs == pytest.approx(expected.trace.logprobs, abs=CLOSE)
    assert listener.trace.entropy == pytest.approx(expected.trace.entropy, abs=CLOSE)
    assert info.accepted_tokens <= info.drafted_tokens
    if temperature == 0:
        assert info.accepted_tokens > 5
    assert_memory_is_true(backend, listener)


@on
def test_the_trace_of_accepted_drafts_is_the_models_own_distribution(backend: LlamaBackend) -> None:
    _, info, listener = run(backend, SamplingParams(temperature=0.5, seed=1, max_tokens=100, top_k=0, top_p=1, min_p=0))
    name = CUTTABLE[[str(tiny(n)) for n in CUTTABLE].index(backend._need_model().path)]
    assert info.accepted_tokens > 10 or name in ("llama-f32", "qwen2-f32")
    trace, prompt = listener.trace, list(listener.prompt_ids)
    ids = trace.ids.tolist()
    logits, _ = reference.forward(read(tiny(name)), [*prompt, *ids[:-1]], reference.gelu_table)
    logits = logits[len(prompt) - 1 :]
    logprobs = reference.log_softmax(logits)
    assert trace.logprobs == pytest.approx(logprobs[np.arange(len(ids)), ids], abs=CLOSE)
    assert trace.entropy == pytest.approx(reference.entropy(logits), abs=CLOSE)
    assert trace.top_logprobs == pytest.approx(np.take_along_axis(logprobs, trace.top_ids, axis=1), abs=CLOSE)
    assert trace.logprobs.max() < 0
    for row, token in enumerate(ids):
        low, high = reference.rank_range(logits[row], token, CLOSE)
        assert low <= trace.ranks[row] <= high


@looping
def test_stages_and_grammar_see_the_right_row(backend: LlamaBackend) -> None:
    for params in (GREEDY.with_value("temperature", 0.3), GREEDY.with_value("grammar", 'root ::= ("ab " | "cd "){20}')):
        seeded = params.with_value("seed", 3)
        _, _, expected = run(backend, seeded, lookup=False, stages=True)
        _, info, listener = run(backend, seeded, stages=True)
        _, _, without = run(backend, seeded)
        assert info.accepted_tokens > 0
        assert listener.trace.ids.tolist() == expected.trace.ids.tolist() == without.trace.ids.tolist()
        ours, theirs = listener.trace.stages, expected.trace.stages
        assert ours is not None
        assert theirs is not None
        assert ours.names == theirs.names
        assert ours.drawn == pytest.approx(theirs.drawn, abs=CLOSE)


@looping
def test_given_tokens_come_first(backend: LlamaBackend) -> None:
    _, _, expected = run(backend, GREEDY, lookup=False)
    begun = tuple(expected.trace.ids[:40].tolist())
    _, info, listener = run(backend, GREEDY, prefix_ids=begun)
    assert listener.trace.ids.tolist() == expected.trace.ids.tolist()
    assert info.accepted_tokens > 20


# -- ends in the middle of a draft -------------------------------------------------------------------------------------


@looping
def test_limits_hold_at_every_place_of_a_draft(backend: LlamaBackend) -> None:
    _, _, whole = run(backend, GREEDY, lookup=False)
    for n in range(60, 84):
        _, info, listener = run(backend, GREEDY.with_value("max_tokens", n))
        assert (info.finish, info.completion_tokens) == (FinishReason.LENGTH, n)
        assert listener.trace.ids.tolist() == whole.trace.ids[:n].tolist()
        assert_memory_is_true(backend, listener)


@looping
def test_a_stop_string_inside_an_accepted_draft_ends_the_reply_there(backend: LlamaBackend) -> None:
    plain, _, whole = run(backend, GREEDY, lookup=False)
    spread = whole.trace.texts()
    accepted = 0
    for length in range(10, 30):  # of a text that repeats itself: each is first found at another place
        stop = "".join(spread[70 - length : 70])
        text, info, listener = run(backend, GREEDY.with_value("stop", (stop,)))
        assert (text, info.finish) == (plain[: plain.find(stop)], FinishReason.STOP_STRING)
        assert_memory_is_true(backend, listener)
        accepted += info.accepted_tokens
    assert accepted > 0


@looping
def test_cancel_at_every_place_of_a_draft_leaves_a_true_memory(backend: LlamaBackend) -> None:
    _, _, whole = run(backend, GREEDY, lookup=False)
    for n in range(40, 64):
        asked = iter(range(10_000))
        listener = Recorder(lambda recorder, asked=asked, n=n: next(asked) >= n)
        _, info, listener = run(backend, GREEDY, listener=listener)
        assert info.finish is FinishReason.CANCELLED
        assert listener.trace.ids.tolist() == whole.trace.ids[: len(listener.trace)].tolist()
        assert_memory_is_true(backend, listener)
    _, info, listener = run(backend, GREEDY)
    assert listener.trace.ids.tolist() == whole.trace.ids.tolist()
    assert info.reused_tokens > 0


@looping
def test_a_grammar_that_leads_nowhere_in_a_draft_leaves_a_true_memory(
    backend: LlamaBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    cuts: list[int] = []
    real = PromptCache.cut
    monkeypatch.setattr(PromptCache, "cut", lambda cache, at: (cuts.append(at), real(cache, at))[1])
    b = next(i for i in range(300) if backend._need_model().piece(i) == b"b")
    params = GREEDY.with_value("grammar", f'root ::= "{"ac " * 12}" "b"').with_value("logit_bias", ((b, -100.0),))
    listener = Recorder()
    with pytest.raises(UserFixable) as caught:
        run(backend, params, listener=listener)
    assert caught.value.code is ErrorCode.GRAMMAR_STUCK
    assert cuts
    assert cuts[-1] == len(listener.prompt_ids) + len(listener.trace)  # by the end, in the middle of a draft
    assert_memory_is_true(backend, listener)


def test_a_full_context_ends_the_reply_at_the_same_token() -> None:
    ends: list[TokenTrace] = []
    for wanted in (False, True):
        backend = loaded("gpt2-f32", 256)
        _, info, listener = run(backend, GREEDY.with_value("max_tokens", 0), lookup=wanted)
        assert info.finish is FinishReason.CONTEXT
        assert len(backend._need_cache().tokens) == len(backend._need_context()) == 256
        ends.append(listener.trace)
        backend.close()
    assert ends[0].ids.tolist() == ends[1].ids.tolist()


# -- where it does not work, or does not pay ---------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["mamba-f32", "jamba-f32"], indirect=True)
def test_a_memory_that_cannot_be_cut_is_left_alone(backend: LlamaBackend) -> None:
    _, _, expected = run(backend, GREEDY, lookup=False)
    _, info, listener = run(backend, GREEDY)
    assert (info.drafted_tokens, info.accepted_tokens) == (0, 0)
    assert listener.trace.ids.tolist() == expected.trace.ids.tolist()


@looping
def test_wrong_guesses_soon_cost_next_to_nothing(backend: LlamaBackend) -> None:
    """Every pair of tokens was there before and none is followed by the same again: the worst there is."""
    context: Context = backend._need_context()
    cache = PromptCache(context, 0)
    cache.forget()
    drafts = Drafts(cache, wanted=True)
    random = np.random.default_rng(0)
    prompt = random.integers(5, 25, 100).tolist()
    cache.evaluate(prompt)
    cost = {size: extra for _, size, extra in lookup._DRAFTS}
    steps, lost = 300, 0.0
    for _ in range(steps):
        before, taken = drafts.drafted, drafts.accepted
        drafts.evaluate(int(random.integers(5, 25)), 1000)
        lost -= drafts.accepted - taken
        lost += cost.get(drafts.drafted - before, 0.0)
    assert drafts.drafted > 0
    assert lost < 4 + 4.6 + steps / 256
    assert drafts.n_past == len(prompt) + steps
