"""Perplexity of texts: against the NumPy reference, and by a transcription of llama.cpp's own program."""

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.trace import TokenTrace
from chatapp.engine import reading
from chatapp.engine.client import EngineClient
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Event, LoadOptions, ScoreText, TextPart, TextScored
from tests.helpers import reference
from tests.helpers.asking import CHAT, PLAIN, TOLERANCE, ask, opened, reply, truth, weights_of
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_lora import merged, write_lora
from tests.helpers.tiny_models import BOS, tiny, vocabulary

TEXT = "the hen in the inn, 안녕하세요 🙂 hello <|end|>\n" * 9
BOS_ID = vocabulary(320)[0].index(BOS)
MARGIN = 2e-3  # nats: a text's own context has an F16 KV cache


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


def tokens_of(backend: LlamaBackend, text: str) -> list[int]:
    return [BOS_ID, *backend._need_model().tokenize(text, add_special=False, parse_special=False)]


def by_llama_cpp(name: str, tokens: list[int], n_ctx: int) -> tuple[int, float, dict[int, float]]:
    """What ``tools/perplexity/perplexity.cpp`` counts, on the reference's logits: count, nll, logprob by position."""
    first, count, nll = n_ctx // 2, 0, 0.0
    logprobs: dict[int, float] = {}
    for chunk in range(len(tokens) // n_ctx):
        start = chunk * n_ctx
        read = tokens[start : start + n_ctx]
        read[0] = BOS_ID
        rows = reference.log_softmax(truth(name, read))
        for i in range(n_ctx - 1 - first):
            logprob = float(rows[first + i, tokens[start + first + i + 1]])
            logprobs[start + first + i + 1] = logprob
            nll -= logprob
        count += n_ctx - first - 1
    return count, nll, logprobs


def continuously(name: str, tokens: list[int], n_ctx: int) -> dict[int, float]:
    """Each token's logprob after all before it, or in the window that leaves it at least half of *n_ctx*."""
    found = {}
    for position in range(1, len(tokens)):
        begin = 0
        while position >= begin + n_ctx:
            begin += n_ctx // 2
        assert begin == 0 or position - begin >= n_ctx // 2
        read = [BOS_ID, *tokens[begin + 1 : begin + n_ctx]]
        rows = reference.log_softmax(truth(name, read))  # what comes later changes nothing
        found[position] = float(rows[position - begin - 1, tokens[position]])
    return found


def scored(backend: LlamaBackend, request: ScoreText) -> tuple[TextScored, list[TextPart], TokenTrace]:
    listener = Recorder()
    end = ask(backend, request, listener)
    return end, listener.parts, TokenTrace.join([part.trace for part in listener.parts])


def assert_whole(end: TextScored, parts: list[TextPart], trace: TokenTrace, tokens: list[int]) -> None:
    """The parts lie one after the other, and what they say sums to what the end says."""
    assert trace.ids.tolist() == tokens
    assert end.total == len(tokens)
    at = 0
    for part in parts:
        assert (part.start, part.total) == (at, len(tokens))
        counts = np.isfinite(part.trace.logprobs)
        assert counts.sum() == part.counted
        assert counts[len(counts) - part.counted :].all()
        assert (part.trace.ranks[~counts] == -1).all()
        assert (part.trace.top_ids[~counts] == -1).all()
        at += len(part.trace)
    assert sum(part.counted for part in parts) == end.counted
    assert -np.nansum(trace.logprobs, dtype=np.float64) == pytest.approx(end.nll, rel=1e-6)
    assert not end.cancelled


@pytest.mark.parametrize("n_ctx", [16, 33, 64, 100])
def test_llama_cpps_way_is_what_its_program_counts(model: tuple[str, LlamaBackend], n_ctx: int) -> None:
    name, backend = model
    tokens = tokens_of(backend, TEXT.removesuffix("\n"))  # the program drops it
    end, parts, trace = scored(backend, ScoreText(1, TEXT.encode(), "llama.cpp", n_ctx))
    count, nll, logprobs = by_llama_cpp(name, tokens, n_ctx)
    assert_whole(end, parts, trace, tokens)
    assert (end.counted, end.n_ctx) == (count, n_ctx)
    assert end.nll / count == pytest.approx(nll / count, abs=MARGIN)
    assert np.flatnonzero(np.isfinite(trace.logprobs)).tolist() == sorted(logprobs)
    assert trace.logprobs[sorted(logprobs)] == pytest.approx([logprobs[i] for i in sorted(logprobs)], abs=3 * MARGIN)


@pytest.mark.parametrize("n_ctx", [16, 33, 100, 0])
def test_every_token_after_all_before_it_or_half_a_window(model: tuple[str, LlamaBackend], n_ctx: int) -> None:
    name, backend = model
    text = TEXT[: len(TEXT) // 3]
    tokens = tokens_of(backend, text)
    end, parts, trace = scored(backend, ScoreText(1, text.encode(), n_ctx=n_ctx))
    expected = continuously(name, tokens, n_ctx or 1024)
    assert_whole(end, parts, trace, tokens)
    assert (end.counted, end.n_ctx) == (len(tokens) - 1, n_ctx or 1024)
    assert trace.logprobs[1:] == pytest.approx(list(expected.values()), abs=3 * MARGIN)
    assert np.isnan(trace.logprobs[0])
    assert math.exp(end.nll / end.counted) == pytest.approx(math.exp(-sum(expected.values()) / end.counted), rel=MARGIN)


def test_batches_of_many_sizes_give_the_same(llama: LlamaBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    text = TEXT * 4
    whole, _, trace = scored(llama, ScoreText(1, text.encode(), n_ctx=512))
    monkeypatch.setattr(reading, "_LOGITS", 0)
    end, parts, again = scored(llama, ScoreText(1, text.encode(), n_ctx=512))
    assert len(parts) > 4
    assert again.logprobs[1:] == pytest.approx(trace.logprobs[1:], abs=0.03)
    assert end.nll == pytest.approx(whole.nll, rel=1e-4)


@pytest.mark.parametrize("name", ["mamba-f32", "jamba-f32"])
def test_a_memory_that_cannot_be_cut_is_scored_too(name: str) -> None:
    backend = opened(name)
    end, parts, trace = scored(backend, ScoreText(1, TEXT.encode(), n_ctx=64))
    assert_whole(end, parts, trace, tokens_of(backend, TEXT))
    backend.close()


def test_adapters_are_at_work_in_the_text_and_not_in_the_chat(llama: LlamaBackend, tmp_path: Path) -> None:
    path = write_lora(tmp_path / "a.gguf", weights_of("llama-f32"))
    text = TEXT[:40]
    tokens = tokens_of(llama, text)
    _, _, trace = scored(llama, ScoreText(1, text.encode(), adapters=(AdapterUse(str(path), 0.5),)))
    rows = reference.log_softmax(reference.forward(merged(weights_of("llama-f32"), path, 0.5), tokens)[0])
    assert trace.logprobs[1:] == pytest.approx(rows[np.arange(len(tokens) - 1), tokens[1:]], abs=3 * MARGIN)
    _, _, plain = scored(llama, ScoreText(1, text.encode()))
    assert np.abs(plain.logprobs[1:] - trace.logprobs[1:]).max() > 0.1


def test_the_chat_does_not_notice(llama: LlamaBackend) -> None:
    params = PLAIN.with_value("max_tokens", 5)
    first, _, _ = reply(llama, params=params)
    scored(llama, ScoreText(1, TEXT.encode()))
    again, info, _ = reply(llama, params=params)
    assert info.reused_tokens == info.prompt_tokens - 1
    assert again.trace.ids.tolist() == first.trace.ids.tolist()


@pytest.mark.parametrize("method", ["continuous", "llama.cpp"])
def test_a_cancelled_text_has_what_was_done(llama: LlamaBackend, method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LOGITS", 0)
    listener = Recorder(lambda seen: sum(part.counted for part in seen.parts) > 60)
    end = ask(llama, ScoreText(1, (TEXT * 4).encode(), method, 256), listener)
    assert end.cancelled
    assert 60 < end.counted < end.total / 2
    assert sum(part.counted for part in listener.parts) == end.counted
    assert end.nll == pytest.approx(-sum(np.nansum(p.trace.logprobs) for p in listener.parts), rel=1e-5)
    with pytest.raises(UserFixable, match="cancelled"):
        ask(llama, ScoreText(1, TEXT.encode()), Recorder(lambda _: True))


@pytest.mark.parametrize(
    ("request_", "code", "words"),
    [
        (ScoreText(1, b""), ErrorCode.EMPTY_PROMPT, "nothing"),
        (ScoreText(1, TEXT.encode(), "backwards"), ErrorCode.INVALID_ARGUMENT, "continuous, llama.cpp"),
        (ScoreText(1, TEXT.encode(), n_ctx=15), ErrorCode.INVALID_ARGUMENT, "between 16 and 2048"),
        (ScoreText(1, TEXT.encode(), n_ctx=-1), ErrorCode.INVALID_ARGUMENT, "between 16 and 2048"),
        (ScoreText(1, TEXT.encode(), n_ctx=10**9), ErrorCode.INVALID_ARGUMENT, "between 16 and 2048"),
        (ScoreText(1, TEXT.encode(), adapters=(AdapterUse("/nowhere"),)), ErrorCode.ADAPTER_REFUSED, "nowhere"),
        (ScoreText(1, TEXT.encode(), "llama.cpp"), ErrorCode.TEXT_TOO_SHORT, "at least 1024 are needed"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence(
    llama: LlamaBackend, request_: ScoreText, code: ErrorCode, words: str
) -> None:
    with pytest.raises(UserFixable, match=words) as caught:
        ask(llama, request_)
    assert caught.value.code is code
    assert scored(llama, ScoreText(1, b"hello"))[0].counted > 0


def test_ten_megabytes_can_be_begun_and_left(llama: LlamaBackend) -> None:
    text = "hello 안녕 " * 800_000
    end = ask(llama, ScoreText(1, text.encode()), Recorder(lambda seen: len(seen.parts) > 1))
    assert end.cancelled
    assert end.total > 2_000_000
    assert end.counted > 100
    reply(llama, CHAT, PLAIN.with_value("max_tokens", 2))


def test_a_text_is_text(llama: LlamaBackend) -> None:
    """Names of control tokens in a file are letters; where a conversation is looked at they are tokens."""
    end, _, trace = scored(llama, ScoreText(1, b"<|end|>"))
    assert end.total > 4
    assert b"<|end|>" not in [trace.token_bytes(i) for i in range(1, len(trace))]


def test_a_long_chat_does_not_double_its_memory() -> None:
    backend = opened("llama-f32", 5000)
    assert ask(backend, ScoreText(1, b"hello")).n_ctx == 4096
    assert ask(backend, ScoreText(1, b"hello", n_ctx=5000)).n_ctx == 5000
    backend.close()


def test_a_worker_streams_parts_and_can_be_stopped() -> None:
    with EngineClient() as client:
        client.load(str(tiny("llama-f32")), LoadOptions(n_threads=1))
        seen: list[Event] = []

        def stop(event: Event) -> None:
            seen.append(event)
            if isinstance(event, TextPart):
                client.cancel(event.job)

        end = client.ask(ScoreText(0, (TEXT * 400).encode(), n_ctx=64), stop)
        assert isinstance(end, TextScored)
        assert end.cancelled
        parts = [event for event in seen if isinstance(event, TextPart)]
        assert 0 < sum(part.counted for part in parts) == end.counted < end.total
        assert isinstance(client.ask(ScoreText(0, b"hello there")), TextScored)
