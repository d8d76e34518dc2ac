"""A reply that must begin with given tokens: put in by id, traced like the others, continued as from a fresh run."""

from collections.abc import Iterator

import numpy as np
import pytest

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
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
    backend: LlamaBackend, prefix: tuple[int, ...], n: int = 50, stop: tuple[str, ...] = ()
) -> tuple[str, ReplyInfo, Recorder]:
    listener = Recorder()
    params = SamplingParams(temperature=0, max_tokens=n, stop=stop)
    held, info = backend.generate(Generate(1, ASKED, params, prefix_ids=prefix), listener)
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


def test_impossible_beginnings_are_refused(backend: LlamaBackend) -> None:
    with pytest.raises(UserFixable) as caught:
        run(backend, (10**6,))
    assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    with pytest.raises(UserFixable) as caught:
        run(backend, (5,) * 600)
    assert caught.value.code is ErrorCode.CONTEXT_FULL
    assert run(backend, ())[1].completion_tokens > 0
