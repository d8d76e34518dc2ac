"""A reply that must begin with given tokens: put in by id, traced like the others, continued as from a fresh run."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine.llama import Context
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import ChatMessage, Generate, LoadOptions
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

ASKED = (ChatMessage("user", "hello there, 안녕"),)
CLOSE = 0.03  # nats, between batches of different sizes


@pytest.fixture(params=["llama-f32", "gpt2-f32", "gemma3-f32", "mamba-f32"])
def backend(request: pytest.FixtureRequest) -> Iterator[LlamaBackend]:
    made = LlamaBackend()
    made.load(str(tiny(request.param)), LoadOptions(n_ctx=512, n_threads=2), lambda _: None)
    yield made
    made.close()


def run(
    backend: LlamaBackend,
    prefix: tuple[int, ...],
    n: int = 50,
    stop: tuple[str, ...] = (),
    known: int = 0,
    origin: str = "",
    **options: Any,
) -> tuple[str, ReplyInfo, Recorder]:
    listener = Recorder()
    params = SamplingParams(temperature=0, max_tokens=n, stop=stop)
    request = Generate(1, ASKED, params, prefix_ids=prefix, known_prefix=known, origin=origin)
    held, info = backend.generate(replace(request, **options), listener)
    return "".join(listener.texts) + held, info, listener


def fresh(backend: LlamaBackend, prompt: tuple[int, ...], begun: list[int], n: int) -> tuple[list[int], list[float]]:
    """Ids and logprobs of *n* reply tokens, *begun* and then greedy, one by one in a context of their own."""
    model = backend._need_model()
    context = Context(model, 512, n_threads=2)
    ids, logprobs = [], []
    for position, token in enumerate(prompt):
        assert context.decode([token], position) == 0
    while len(ids) < n:
        logits = context.logits().astype(np.float64)
        token = begun[len(ids)] if len(ids) < len(begun) else int(logits.argmax())
        ids.append(token)
        logprobs.append(float(logits[token] - np.logaddexp.reduce(logits)))
        if len(ids) > len(begun) and model.is_end(token):
            break
        assert context.decode([token], len(prompt) + len(ids) - 1) == 0
    context.close()
    return ids, logprobs


def alternative(recorder: Recorder, at: int) -> tuple[int, ...]:
    """The reply's first *at* tokens and then the second likeliest one."""
    return (*recorder.trace.ids[:at].tolist(), int(recorder.trace.top_ids[at, 1]))


@pytest.mark.parametrize("at", [0, 3, 31, 32, 40])
def test_a_branch_from_here_is_what_a_fresh_run_gives(backend: LlamaBackend, at: int) -> None:
    _, _, original = run(backend, ())
    if at >= len(original.trace):
        pytest.skip("this model ends its reply before")
    begun = alternative(original, at)
    for _ in range(2):  # the second time with all of it in the cache
        text, info, listener = run(backend, begun, 50)
        trace = listener.trace
        expected, logprobs = fresh(backend, listener.prompt_ids, list(begun), len(trace))
        assert trace.ids.tolist() == expected
        assert trace.logprobs == pytest.approx(logprobs, abs=CLOSE)
        assert trace.ranks[at] == 1
        assert info.completion_tokens == len(trace)
        assert info.given_tokens == len(begun)
        assert "".join(trace.texts()) == text


def test_given_tokens_that_the_model_would_have_drawn_change_nothing(backend: LlamaBackend) -> None:
    text, _, original = run(backend, (), 20)
    again, _, listener = run(backend, tuple(original.trace.ids[:12].tolist()), 20)
    assert again == text
    assert listener.trace.ids.tolist() == original.trace.ids.tolist()
    assert listener.trace.logprobs == pytest.approx(original.trace.logprobs, abs=CLOSE)
    assert listener.trace.entropy == pytest.approx(original.trace.entropy, abs=CLOSE)


def test_limits_and_stops_hold_for_given_tokens_too(backend: LlamaBackend) -> None:
    _, _, original = run(backend, (), 10)
    begun = tuple(original.trace.ids.tolist())
    _, info, _ = run(backend, begun, 4)
    assert (info.finish, info.completion_tokens) == (FinishReason.LENGTH, 4)
    end = next(t for t in range(backend._need_model().n_vocab) if backend._need_model().is_end(t))
    _, info, _ = run(backend, (*begun[:3], end))
    assert (info.finish, info.completion_tokens) == (FinishReason.STOP, 4)
    assert (info.given_tokens, info.tokens_per_second) == (4, 0.0)
    assert len(backend._need_context()) == len(backend._need_cache().tokens)


def test_a_stop_ends_a_batch_of_given_tokens_in_the_middle(backend: LlamaBackend) -> None:
    looks = 0

    def is_stopped(seen: Recorder) -> bool:
        nonlocal looks
        looks += bool(seen.traces)  # the first given token has been read, the batch of the others comes
        return looks > 1  # not before it, where a stop is looked for at every token

    prefix = tuple(range(5, 37))
    listener = Recorder(is_stopped)
    _, info = backend.generate(Generate(1, ASKED, SamplingParams(temperature=0), prefix_ids=prefix), listener)
    assert info.finish is FinishReason.CANCELLED
    assert info.completion_tokens == 1
    cache = backend._need_cache()
    assert len(cache.tokens) == len(backend._need_context()) <= len(listener.prompt_ids)
    assert run(backend, prefix)[1].completion_tokens == 50


def test_impossible_beginnings_are_refused(backend: LlamaBackend) -> None:
    with pytest.raises(UserFixable) as caught:
        run(backend, (10**6,))
    assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    with pytest.raises(UserFixable) as caught:
        run(backend, (5,) * 600)
    assert caught.value.code is ErrorCode.CONTEXT_FULL
    prompt = run(backend, ())[1].prompt_tokens
    assert caught.value.params == {"needed": str(prompt + 600), "available": str(backend._need_context().n_ctx)}


# -- what the asker has the trace of -----------------------------------------------------------------------------------


@pytest.mark.parametrize("at", [1, 3, 40])
def test_a_branch_is_evaluated_from_the_fork_only(backend: LlamaBackend, at: int) -> None:
    _, _, original = run(backend, ())
    if at >= len(original.trace):
        pytest.skip("this model ends its reply before")
    begun = alternative(original, at)
    text, info, listener = run(backend, begun, known=at, origin=original.origin)
    trace = TokenTrace.join([original.trace.head(at), listener.trace])
    expected, logprobs = fresh(backend, original.prompt_ids, list(begun), len(trace))
    assert trace.ids.tolist() == expected
    assert trace.logprobs == pytest.approx(logprobs, abs=CLOSE)
    assert "".join(trace.texts()) == text
    assert listener.known == at
    assert listener.prompt_ids == original.prompt_ids
    assert listener.origin == original.origin
    assert (info.given_tokens, info.completion_tokens) == (at + 1, len(trace))
    if backend._need_cache().can_be_cut:
        assert info.reused_tokens == info.prompt_tokens
        assert info.evaluated_tokens == 2  # the last token before the fork, for its logits, and the new one
    else:  # its memory is saved where prompts are likely to part: before the last token of the prompt
        assert info.reused_tokens == info.prompt_tokens - 1
        assert info.evaluated_tokens == at + 2
    again = run(backend, begun, known=at, origin=original.origin)[1]
    assert again.evaluated_tokens == 2


def test_known_tokens_whose_text_is_cut_differently_stay_what_they_are(backend: LlamaBackend) -> None:
    letters = (ord("h"), ord("e"), 0xEC, 0x95)  # "he" is one token, and so are the two bytes of a syllable
    _, _, original = run(backend, letters, 12)
    begun = (*letters, 0x88)
    text, info, listener = run(backend, begun, 12, known=4, origin=original.origin)
    assert [*letters, *listener.trace.ids.tolist()] == fresh(backend, original.prompt_ids, list(begun), 12)[0]
    assert listener.trace.ids[0] == 0x88
    assert text.startswith("he안")
    assert info.reused_given_tokens == (3 if backend._need_cache().can_be_cut else 0)


def test_known_tokens_are_read_like_a_prompt_where_the_memory_has_lost_them(backend: LlamaBackend) -> None:
    _, _, original = run(backend, (), 30)
    at = min(20, len(original.trace) - 1)
    begun = alternative(original, at)
    expected = run(backend, begun, 30)[2].trace
    backend._need_cache().forget(saved=True)
    _, info, listener = run(backend, begun, 30, known=at, origin=original.origin)
    assert listener.trace.ids.tolist() == expected.ids[at:].tolist()
    assert listener.trace.logprobs == pytest.approx(expected.logprobs[at:], abs=CLOSE)
    assert info.evaluated_tokens == info.prompt_tokens + at + 1
    assert listener.progress[-1][:2] == (info.prompt_tokens + at,) * 2


@pytest.mark.parametrize("change", ["messages", "raw", "prefill", "origin"])
def test_behind_another_prompt_all_is_traced_anew(backend: LlamaBackend, change: str) -> None:
    _, _, original = run(backend, (), 12)
    options = {
        "messages": {"messages": (ChatMessage("system", "Be brief."), *ASKED)},
        "raw": {"raw": True},
        "prefill": {"prefill": "Well"},
        "origin": {"origin": ""},
    }[change]
    begun = alternative(original, 6)
    _, info, listener = run(backend, begun, 12, known=6, **{"origin": original.origin} | options)
    assert listener.known == 0
    assert listener.trace.ids[:7].tolist() == list(begun)
    assert info.reused_given_tokens == 0


def test_limits_stops_and_ends_hold_for_known_tokens_too(backend: LlamaBackend) -> None:
    _, _, original = run(backend, (), 10)
    begun = tuple(original.trace.ids.tolist())
    model = backend._need_model()
    _, info, listener = run(backend, begun, 4, known=9, origin=original.origin)
    assert (info.finish, info.completion_tokens, listener.known) == (FinishReason.LENGTH, 4, 3)
    end = next(t for t in range(model.n_vocab) if model.is_end(t))
    _, info, listener = run(backend, (*begun[:3], end, *begun), known=6, origin=original.origin)
    assert (info.finish, info.completion_tokens, listener.known) == (FinishReason.STOP, 4, 3)
    stop = model.piece(begun[2]).decode("utf-8", "ignore")
    if stop:
        text, info, listener = run(backend, begun, stop=(stop,), known=9, origin=original.origin)
        assert info.finish is FinishReason.STOP_STRING
        assert stop not in text
        assert listener.known + len(listener.trace) == info.completion_tokens <= 3


def test_known_tokens_are_told_of_when_nothing_follows(backend: LlamaBackend) -> None:
    text, _, original = run(backend, (), 10)
    listener = Recorder()
    listener.cancelled = lambda: bool(listener.progress) and listener.progress[-1][0] == listener.progress[-1][1]
    request = Generate(
        1, ASKED, SamplingParams(temperature=0), prefix_ids=alternative(original, 4), known_prefix=4,
        origin=original.origin,
    )  # fmt: skip
    _, info = backend.generate(request, listener)
    assert (info.finish, info.completion_tokens) == (FinishReason.CANCELLED, 4)
    assert (listener.known, len(listener.trace)) == (4, 0)
    assert text.startswith("".join(listener.texts))


def test_stages_of_known_tokens_are_those_of_given_ones(backend: LlamaBackend) -> None:
    _, _, original = run(backend, (), 12, stages=True)
    begun = alternative(original, 5)
    _, _, expected = run(backend, begun, 12, stages=True)
    _, _, listener = run(backend, begun, 12, known=5, origin=original.origin, stages=True)
    trace = TokenTrace.join([original.trace.head(5).as_given(listener.trace), listener.trace])
    assert trace.stages is not None
    assert expected.trace.stages is not None
    np.testing.assert_array_equal(trace.stages.left, expected.trace.stages.left)
    np.testing.assert_allclose(trace.stages.probs, expected.trace.stages.probs, atol=CLOSE)
    np.testing.assert_allclose(trace.stages.drawn, expected.trace.stages.drawn, atol=CLOSE)


def test_penalties_see_known_tokens(backend: LlamaBackend) -> None:
    _, _, original = run(backend, (), 12)
    begun = alternative(original, 6)
    params = SamplingParams(temperature=0, max_tokens=20, frequency_penalty=2.0, repeat_last_n=64)
    plain = run(backend, begun, params=params)[2].trace.ids.tolist()
    known = run(backend, begun, params=params, known=6, origin=original.origin)[2].trace.ids.tolist()
    assert begun[:6] + tuple(known) == tuple(plain)
    assert plain != run(backend, begun, 20)[2].trace.ids.tolist()
