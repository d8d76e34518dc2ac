"""The engine's numbers against the NumPy reference, through the `Backend` the app uses.

What an F32 KV cache leaves is the order of summation; every other tolerance is float16 (or int8) rounding inside ggml,
which the reference does not follow. Tokens are random ids: the models know no language.
"""

import codecs
import functools
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine.backend import Inspection
from chatapp.engine.capture import AttentionCapture
from chatapp.engine.llama import Context, Model
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Generate, Inspect, LoadOptions, TextPart
from tests.helpers import reference
from tests.helpers.gguf_weights import Weights, read
from tests.helpers.tiny_models import tiny, vocabulary

F64 = NDArray[np.float64]
LONG = 650  # tokens: n_kv grows past 256 and 512, and every kind of batch is left behind
ORDINARY = 320 - 5  # ids below are no control tokens

GREEDY = SamplingParams(temperature=0.0)
PLAIN = SamplingParams(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0)  # the model's own distribution


@dataclass
class Listener:
    """Keeps what a job reports."""

    parts: list[TokenTrace] = field(default_factory=list)
    text: str = ""
    progress: list[tuple[int, int, int]] = field(default_factory=list)
    prompt: tuple[int, ...] = ()

    def cancelled(self) -> bool:
        return False

    def prompt_progress(self, done: int, total: int, reused: int, prompt_ids: tuple[int, ...] = ()) -> None:
        self.progress.append((done, total, reused))
        self.prompt = prompt_ids or self.prompt

    def prompt_made(self, prefill: int, dropped: tuple[int, ...], origin: str = "") -> None:
        pass

    def tokens(self, text: str, trace: TokenTrace, known: int = 0) -> None:
        self.text += text
        self.parts.append(trace)

    def text_part(self, part: TextPart) -> None:
        pass


@dataclass
class Reply:
    prompt: list[int]
    trace: TokenTrace
    text: str
    info: ReplyInfo


Loader = Callable[..., LlamaBackend]


@pytest.fixture(scope="module")
def load() -> Iterator[Loader]:
    """Load a tiny model (each way once), and close them all at the end."""
    loaded: dict[tuple[object, ...], LlamaBackend] = {}

    def load(name: str, kv_type: str = "f16", flash_attention: str = "auto", *, fresh: object = None) -> LlamaBackend:
        key = (name, kv_type, flash_attention, fresh)
        if key not in loaded:
            backend = loaded[key] = LlamaBackend()
            options = LoadOptions(1024, 0, 1, flash_attention, kv_type)
            backend.load(str(tiny(name)), options, lambda fraction: None)
        return loaded[key]

    yield load
    for backend in loaded.values():
        backend.close()


def inspected(
    backend: LlamaBackend, ids: list[int], kv: str = "f16", layers: tuple[int, ...] = (), last: int = 0
) -> Inspection:
    return backend.inspect(Inspect(1, None, tuple(ids), kv, layers, last), Listener())


def generated(backend: LlamaBackend, prompt: str, params: SamplingParams, *, max_tokens: int = 40) -> Reply:
    listener = Listener()
    request = Generate(1, params=params.with_value("max_tokens", max_tokens), raw=True, prompt=prompt)
    held, info = backend.generate(request, listener)
    return Reply(list(listener.prompt), TokenTrace.join(listener.parts), listener.text + held, info)


@functools.cache
def weights_of(name: str) -> Weights:
    return read(tiny(name))


@functools.lru_cache(maxsize=2)  # a result can be 50 MB; neighbouring tests share it
def expected(name: str, ids: tuple[int, ...]) -> tuple[F64, F64]:
    """The reference's logits and attention, with GELU as llama.cpp's table where the family has it."""
    return reference.forward(weights_of(name), ids, reference.gelu_table)


def random_ids(count: int, seed: int = 11) -> list[int]:
    return np.random.default_rng(seed).integers(0, 320, count).tolist()


def long_text(seed: int = 0) -> str:
    """A text of some 600 tokens of this vocabulary: English, Hangul and emoji."""
    words = ["the", "hello", "안녕", "하세요", "😀", "token", "attention", "가각", "12", "!\n"]
    return " ".join(np.random.default_rng(seed).choice(words, 150))


# -- scoring -----------------------------------------------------------------------------------------------------------

# name, KV cache, tolerance of logprob and entropy (nats), of attention
SCORED = [
    ("llama-f32", "f32", 5e-5, 1e-4),
    ("llama-f32", "f16", 2e-3, 5e-3),
    ("llama-f16", "f32", 2e-3, 5e-3),
    ("llama-f16", "f16", 2e-3, 5e-3),
    ("llama-tied", "f32", 5e-5, 1e-4),  # eight query heads on one key head
    ("llama-tied", "f16", 4e-3, 5e-3),
    ("gpt2-f32", "f32", 2e-3, 1e-4),
    ("gpt2-f32", "f16", 2e-3, 5e-3),
    ("gpt2-f16", "f16", 2e-3, 5e-3),
    ("qwen2-f32", "f32", 5e-5, 1e-4),
    ("qwen2-f32", "f16", 2e-3, 5e-3),
    ("gemma3-f32", "f32", 2e-3, 1e-3),
    ("gemma3-f32", "f16", 4e-3, 5e-3),
]


@pytest.mark.parametrize("length", [37, LONG])
@pytest.mark.parametrize(("name", "kv", "logprob_tolerance", "attention_tolerance"), SCORED)
def test_scores_and_attention_match_the_reference(
    load: Loader, name: str, kv: str, logprob_tolerance: float, attention_tolerance: float, length: int
) -> None:
    ids = random_ids(length)
    logits, attention = expected(name, tuple(ids))
    found = inspected(load(name), ids, kv).arrays
    assert found["tokens"].tolist() == ids
    assert_scores(found, logits, ids, logprob_tolerance)
    assert found["attention"].shape == attention.shape
    assert np.abs(found["attention"] - attention).max() < attention_tolerance
    assert_is_attention(found["attention"])


def assert_scores(found: dict[str, NDArray[np.float32]], logits: F64, ids: list[int], tolerance: float) -> None:
    following = np.array(ids[1:])
    logprobs = reference.log_softmax(logits)[np.arange(len(following)), following]
    np.testing.assert_allclose(found["logprobs"], logprobs, rtol=0, atol=tolerance)
    np.testing.assert_allclose(found["entropy"], reference.entropy(logits), rtol=0, atol=tolerance)
    assert_ranks(found["ranks"], logits[:-1], following, tolerance)


def assert_ranks(ranks: NDArray[np.int32], logits: F64, tokens: NDArray[np.int64], tolerance: float) -> None:
    """Exactly the reference's rank, unless another logit is so close that rounding decides."""
    certain = 0
    for row, token in enumerate(tokens):
        low, high = reference.rank_range(logits[row], int(token), 2 * tolerance)
        assert low <= ranks[row] <= high, f"position {row}"
        certain += low == high
        if low == high:
            assert ranks[row] == reference.rank(logits[row], int(token))
    assert certain >= len(tokens) / 5, "nearly everything is a tie: the test says nothing"


def assert_is_attention(attention: NDArray[np.float32]) -> None:
    length, queries = attention.shape[3], attention.shape[2]
    assert attention.dtype == np.float32
    np.testing.assert_allclose(attention.sum(axis=-1, dtype=np.float64), 1.0, rtol=0, atol=1e-5)
    assert attention.min() >= 0.0
    assert not np.triu(attention, length - queries + 1).any(), "a query saw the future"


def test_eight_bit_weights_stay_near_the_reference_on_the_same_weights(load: Loader) -> None:
    # ggml rounds the activations to eight bits, too: single values stray, the bulk does not.
    ids = random_ids(300)
    logits, attention = expected("llama-q8_0", tuple(ids))
    found = inspected(load("llama-q8_0"), ids, "f32").arrays
    off = np.abs(found["logprobs"] - reference.log_softmax(logits)[np.arange(299), ids[1:]])
    assert off.max() < 0.1
    assert off.mean() < 0.02
    assert np.abs(found["entropy"] - reference.entropy(logits)).max() < 0.05
    assert np.abs(found["attention"] - attention).mean() < 5e-4
    assert_is_attention(found["attention"])


@pytest.mark.parametrize("length", [1, 2, 127, 128, 129, 256, 257, 512, 513])
def test_every_length_gives_the_beginning_of_a_longer_one(load: Loader, length: int) -> None:
    ids = random_ids(LONG)
    whole = inspected(load("llama-f32"), ids, "f32").arrays
    part = inspected(load("llama-f32"), ids[:length], "f32").arrays
    assert part["attention"].shape == (3, 4, length, length)
    np.testing.assert_allclose(part["attention"], whole["attention"][:, :, :length, :length], rtol=0, atol=2e-5)
    np.testing.assert_allclose(part["logprobs"], whole["logprobs"][: length - 1], rtol=0, atol=5e-5)
    np.testing.assert_allclose(part["entropy"], whole["entropy"][:length], rtol=0, atol=5e-5)


def test_a_batch_of_several_ubatches_is_put_together_in_order() -> None:
    # One llama_decode of 650 tokens runs as 512 + 138, each calling back with its own number of cells.
    ids, model = random_ids(LONG), Model(str(tiny("llama-f32")), 0, lambda fraction: None)
    _, attention = expected("llama-f32", tuple(ids))
    for queries in (LONG, 400, 100):
        capture = AttentionCapture(LONG, queries, [0, 2], 4)
        context = Context(
            model, 1024, n_batch=1024, n_threads=1, flash_attention="off", kv_type="f32", cb_eval=capture.callback
        )
        capture.begin(0)
        code = context.decode(ids, 0)
        context.close()
        assert (code, capture.error) == (0, None)
        np.testing.assert_allclose(capture.result(), attention[[0, 2], :, LONG - queries :], rtol=0, atol=1e-4)
    model.close()


@pytest.mark.parametrize("last", [1, 2, 100, 128, 129, 300, LONG, 5000])
def test_the_last_rows_are_the_last_rows_of_everything(load: Loader, last: int) -> None:
    ids = random_ids(LONG)
    whole = inspected(load("llama-f32"), ids).arrays
    found = inspected(load("llama-f32"), ids, last=last)
    rows = min(last, LONG)
    np.testing.assert_array_equal(found.arrays["attention"], whole["attention"][:, :, LONG - rows :])
    assert found.meta["first_query"] == LONG - rows
    for name in ("tokens", "logprobs", "ranks", "entropy"):
        np.testing.assert_array_equal(found.arrays[name], whole[name])


@pytest.mark.parametrize("layers", [(0,), (2,), (0, 2), (1, 2), (0, 1, 2)])
def test_chosen_layers_are_those_layers_and_nothing_else_changes(load: Loader, layers: tuple[int, ...]) -> None:
    ids = random_ids(200)
    whole = inspected(load("gpt2-f32"), ids).arrays
    found = inspected(load("gpt2-f32"), ids, layers=layers, last=50)
    assert found.meta["layers"] == list(layers)
    np.testing.assert_array_equal(found.arrays["attention"], whole["attention"][list(layers), :, 150:])
    for name in ("logprobs", "ranks", "entropy"):
        np.testing.assert_array_equal(found.arrays[name], whole[name], f"{name}: capturing less changed the numbers")


def test_inspecting_again_gives_the_identical_numbers(load: Loader) -> None:
    ids = random_ids(140)
    first, second = (inspected(load("llama-f16"), ids).arrays for _ in range(2))
    for name, array in first.items():
        np.testing.assert_array_equal(second[name], array)


def test_a_label_says_what_the_numbers_are(load: Loader) -> None:
    meta = inspected(load("llama-f32"), random_ids(20), "f32").meta
    assert (meta["source"], meta["kv_type"], meta["flash_attention"]) == ("replayed", "f32", False)
    assert meta["row_sum_error"] < 1e-5
    assert meta["layers"] == [0, 1, 2]
    assert meta["layers_without_attention"] == []


def test_windowed_layers_see_their_window_and_full_layers_everything(load: Loader) -> None:
    ids = random_ids(300)
    attention = inspected(load("gemma3-f32"), ids).arrays["attention"]
    window = int(weights_of("gemma3-f32").metadata["attention.sliding_window"])
    query, key = np.indices((300, 300))
    for layer in range(7):
        seen = (attention[layer] > 0).any(axis=0)
        reachable = (key <= query) & ((query - key < window) | (layer == 5))
        assert not (seen & ~reachable).any()
        assert (seen == reachable).mean() > 0.99


def test_a_model_without_attention_still_gets_its_scores(load: Loader) -> None:
    found = inspected(load("mamba-f32"), random_ids(50))
    assert found.arrays["attention"].shape[0] == 0
    assert found.meta["layers"] == []
    assert found.meta["layers_without_attention"] == [0, 1]
    assert np.isfinite(found.arrays["logprobs"]).all()


def test_text_is_scored_as_the_tokens_it_has(load: Loader) -> None:
    backend = load("llama-f32")
    by_text = backend.inspect(Inspect(1, text="hello 안녕<|end|>"), Listener()).arrays
    pieces, _, _ = vocabulary(320)
    assert by_text["tokens"].tolist()[-1] == pieces.index("<|end|>")
    by_tokens = inspected(backend, by_text["tokens"].tolist()).arrays
    for name, array in by_text.items():
        np.testing.assert_array_equal(by_tokens[name], array)


# -- generation --------------------------------------------------------------------------------------------------------

# name, KV cache, tolerance (nats)
WRITTEN = [
    ("llama-f32", "f32", 5e-5),
    ("llama-f32", "f16", 2e-3),
    ("llama-f16", "f16", 2e-3),
    ("gpt2-f32", "f32", 2e-3),
    ("gpt2-f32", "f16", 2e-3),
    ("gpt2-f16", "f16", 2e-3),
    ("qwen2-f32", "f16", 2e-3),
    ("gemma3-f32", "f16", 4e-3),
]
PROMPTS = {"short": "hello 안녕하세요 😀", "long": long_text()}
SAMPLED = {
    "greedy": GREEDY,
    "seeded": PLAIN.with_value("seed", 5),
    "truncated": SamplingParams(temperature=1.5, top_k=60, top_p=0.9, min_p=0.02, repeat_penalty=1.2, seed=6),
}


@pytest.mark.parametrize(
    ("prompt", "how"), [("short", "greedy"), ("short", "seeded"), ("short", "truncated"), ("long", "seeded")]
)
@pytest.mark.parametrize(("name", "kv", "tolerance"), WRITTEN)
def test_every_step_of_a_reply_matches_the_reference(
    load: Loader, name: str, kv: str, tolerance: float, how: str, prompt: str
) -> None:
    reply = generated(load(name, kv, "off"), PROMPTS[prompt], SAMPLED[how])
    logits = assert_trace(reply, name, tolerance)
    if how == "greedy":
        chosen = logits[np.arange(len(reply.trace)), reply.trace.ids]
        assert (chosen >= logits.max(axis=1) - 2 * tolerance).all()


@pytest.mark.parametrize(("length", "tolerance"), [("short", 4e-3), ("long", 2e-2)])
@pytest.mark.parametrize("name", ["llama-f32", "llama-f16", "gpt2-f32", "gpt2-f16", "qwen2-f32", "gemma3-f32"])
def test_flash_attention_matches_as_far_as_its_half_precision_sums_allow(
    load: Loader, name: str, length: str, tolerance: float
) -> None:
    # One token at a time, llama.cpp's CPU kernel adds up weights · V in float16: the error grows with the context.
    reply = generated(load(name, "f16", "on"), PROMPTS[length], PLAIN.with_value("seed", 5))
    assert_trace(reply, name, tolerance)


def steps_of(reply: Reply, name: str) -> F64:
    """The reference's logits for every token of the reply, from the ids the engine says it read and wrote."""
    ids = [*reply.prompt, *reply.trace.ids.tolist()]
    logits, _ = reference.forward(weights_of(name), ids, reference.gelu_table)
    return logits[len(reply.prompt) - 1 : -1]


def assert_trace(reply: Reply, name: str, tolerance: float) -> F64:
    """Everything the trace says; returns the reference's logits for more."""
    trace, logits = reply.trace, steps_of(reply, name)
    logprobs = reference.log_softmax(logits)
    rows = np.arange(len(trace))
    assert len(trace) == reply.info.completion_tokens > 0
    np.testing.assert_allclose(trace.logprobs, logprobs[rows, trace.ids], rtol=0, atol=tolerance)
    np.testing.assert_allclose(trace.entropy, reference.entropy(logits), rtol=0, atol=tolerance)
    for row in rows:
        low, high = reference.rank_range(logits[row], int(trace.ids[row]), 2 * tolerance)
        assert low <= trace.ranks[row] <= high
    assert trace.top_ids.shape == trace.top_logprobs.shape == (len(trace), 20)
    np.testing.assert_allclose(trace.top_logprobs, logprobs[rows[:, None], trace.top_ids], rtol=0, atol=tolerance)
    # The k-th candidate is as likely as the reference's k-th (its id can differ where two are within rounding).
    best = -np.sort(-logprobs, axis=1)[:, :20]
    np.testing.assert_allclose(logprobs[rows[:, None], trace.top_ids], best, rtol=0, atol=2 * tolerance)
    assert (np.diff(trace.top_logprobs, axis=1) <= 0).all()
    in_top = trace.top_ids == trace.ids[:, None]
    for row in rows:
        assert len(set(trace.top_ids[row].tolist())) == 20
        assert trace.ranks[row] >= 20 or in_top[row].any()
        if in_top[row].any():
            assert trace.top_logprobs[row][in_top[row]][0] == pytest.approx(trace.logprobs[row], abs=1e-6)
    return logits


def test_a_reply_that_reuses_the_cache_matches_the_reference(load: Loader) -> None:
    backend = load("llama-f32", "f32", "off", fresh="reuse")
    first = generated(backend, long_text(1), PLAIN.with_value("seed", 1), max_tokens=100)
    assert first.info.reused_tokens == 0
    prompt = long_text(1)
    shorter = generated(backend, prompt[: len(prompt) // 2] + " hello", PLAIN.with_value("seed", 2), max_tokens=100)
    assert 100 < shorter.info.reused_tokens < len(shorter.prompt)
    longer = generated(backend, prompt, PLAIN.with_value("seed", 3), max_tokens=100)
    assert longer.info.reused_tokens == len(longer.prompt) - 1
    assert longer.info.restored_tokens > 100
    again = generated(backend, prompt, PLAIN.with_value("seed", 3), max_tokens=100)
    assert again.info.reused_tokens == len(again.prompt) - 1
    assert again.trace.ids.tolist() == longer.trace.ids.tolist()
    for reply in (first, shorter, longer, again):
        assert_trace(reply, "llama-f32", 5e-5)


def test_inspecting_leaves_the_chat_untouched(load: Loader) -> None:
    params = PLAIN.with_value("seed", 9)
    quiet, watched = (load("llama-f16", fresh=n) for n in ("quiet", "watched"))
    inspected(watched, random_ids(300))
    before = [generated(b, "hello", params) for b in (quiet, watched)]
    inspected(watched, random_ids(300, seed=4), "f32")
    after = [generated(b, "hello 안녕", params) for b in (quiet, watched)]
    for alone, beside in (before, after):
        for name in ("ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs"):
            np.testing.assert_array_equal(getattr(beside.trace, name), getattr(alone.trace, name))


def test_scoring_a_reply_gives_the_numbers_of_its_trace(load: Loader) -> None:
    backend = load("llama-f32", "f32", "off")
    reply = generated(backend, "hello 안녕", PLAIN.with_value("seed", 3), max_tokens=60)
    scores = inspected(backend, [*reply.prompt, *reply.trace.ids.tolist()], "f32").arrays
    start = len(reply.prompt) - 1
    np.testing.assert_allclose(scores["logprobs"][start:], reply.trace.logprobs, rtol=0, atol=5e-5)
    np.testing.assert_array_equal(scores["ranks"][start:], reply.trace.ranks)
    np.testing.assert_allclose(scores["entropy"][start:-1], reply.trace.entropy, rtol=0, atol=5e-5)


@pytest.mark.parametrize("name", ["llama-f32", "gpt2-f32"])
def test_a_seed_gives_the_same_reply_and_another_seed_another(load: Loader, name: str) -> None:
    backend = load(name)
    replies = [generated(backend, "hello", PLAIN.with_value("seed", s)) for s in (5, 5, 6)]
    assert replies[0].trace.ids.tolist() == replies[1].trace.ids.tolist()
    assert replies[0].trace.ids.tolist() != replies[2].trace.ids.tolist()
    assert [r.info.seed for r in replies] == [5, 5, 6]


def first_tokens(backend: LlamaBackend, params: SamplingParams, draws: int) -> tuple[list[int], Counter[int]]:
    """The prompt's ids, and how often each token was drawn first, over as many seeds."""
    replies = [generated(backend, "hello 안녕", params.with_value("seed", seed), max_tokens=1) for seed in range(draws)]
    return replies[0].prompt, Counter(int(reply.trace.ids[0]) for reply in replies)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_draws_follow_the_models_distribution(load: Loader, temperature: float) -> None:
    draws = 600
    prompt, counts = first_tokens(load("llama-f32"), PLAIN.with_value("temperature", temperature), draws)
    probabilities = np.exp(reference.log_softmax(expected("llama-f32", tuple(prompt))[0][-1] / temperature))
    likely = np.argsort(-probabilities)[:12]
    for token in likely:
        mean = draws * probabilities[token]
        assert abs(counts[int(token)] - mean) < 4 * np.sqrt(mean * (1 - probabilities[token])), f"token {token}"


@pytest.mark.parametrize(
    ("name", "value"), [("top_k", 1), ("top_k", 7), ("top_p", 0.3), ("min_p", 0.4), ("min_p", 1.0)]
)
def test_samplers_keep_what_their_definition_says(load: Loader, name: str, value: float) -> None:
    prompt, counts = first_tokens(load("llama-f32"), PLAIN.with_value(name, value), 150)
    probabilities = np.exp(reference.log_softmax(expected("llama-f32", tuple(prompt))[0][-1]))
    order = np.argsort(-probabilities)
    match name:
        case "top_k":
            kept = order[: int(value)]
        case "top_p":
            kept = order[: int(np.searchsorted(np.cumsum(probabilities[order]), value)) + 1]
        case _:
            kept = np.flatnonzero(probabilities >= value * probabilities.max())
    assert set(counts) <= set(kept.tolist())
    assert len(counts) >= min(len(kept), 5), "most of what is kept is drawn sooner or later"


def test_the_repeat_penalty_is_applied_to_recent_tokens_and_not_to_the_trace(load: Loader) -> None:
    backend = load("llama-f32", "f32", "off")
    params = GREEDY.with_value("repeat_penalty", 3.0)
    reply = generated(backend, "hello", params, max_tokens=30)
    logits = assert_trace(reply, "llama-f32", 5e-5)
    ids, recent = reply.trace.ids.tolist(), list(reply.prompt)
    for row, token in enumerate(ids):
        penalised = logits[row].copy()
        for seen in set(recent[-params.repeat_last_n :]):
            penalised[seen] = penalised[seen] / 3.0 if penalised[seen] > 0 else penalised[seen] * 3.0
        assert penalised[token] >= penalised.max() - 1e-3
        recent.append(token)


def test_a_reply_ends_where_the_context_does(load: Loader) -> None:
    backend = load("llama-f32", "f32", "off")
    # Control tokens would end it sooner; greedy replies of this model have none.
    reply = generated(backend, long_text(), GREEDY, max_tokens=0)
    assert reply.info.finish in {FinishReason.CONTEXT, FinishReason.STOP}
    assert len(reply.prompt) + len(reply.trace) <= 1024 + 1
    assert_trace(reply, "llama-f32", 5e-5)


def test_the_text_of_a_reply_is_the_text_of_its_tokens(load: Loader) -> None:
    for seed in range(20):
        reply = generated(load("llama-f32"), "안녕", PLAIN.with_value("seed", seed), max_tokens=30)
        spoken = reply.trace.ids < ORDINARY
        raw = b"".join(reply.trace.token_bytes(i) for i in range(len(reply.trace)) if spoken[i])
        # All of it, but for a character that the end cuts in half.
        assert reply.text == codecs.getincrementaldecoder("utf-8")("replace").decode(raw)


# -- the command line --------------------------------------------------------------------------------------------------


def chatapp(data: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "chatapp", *arguments, "--data-dir", str(data)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["llama-f32", "llama-f16", "gpt2-f32", "gpt2-f16"])
def test_ask_prints_the_references_numbers(tmp_path: Path, name: str) -> None:
    arguments = ("ask", "hello 안녕하세요", "--model", str(tiny(name)), "--max-tokens", "24", "--seed", "3", "--json")
    answer = json.loads(chatapp(tmp_path, *arguments))
    prompt, tokens = answer["prompt_ids"], answer["tokens"]
    ids = [*prompt, *(token["id"] for token in tokens)]
    logits = reference.forward(weights_of(name), ids, reference.gelu_table)[0][len(prompt) - 1 : -1]
    logprobs = reference.log_softmax(logits)
    assert len(tokens) > 0
    for row, token in enumerate(tokens):
        assert token["logprob"] == pytest.approx(logprobs[row, token["id"]], abs=2e-3)
        assert token["entropy"] == pytest.approx(float(reference.entropy(logits[row])), abs=2e-3)
        low, high = reference.rank_range(logits[row], token["id"], 4e-3)
        assert low <= token["rank"] <= high
        candidates, values = zip(*token["top"], strict=True)
        np.testing.assert_allclose(values, logprobs[row, list(candidates)], rtol=0, atol=4e-3)
    assert "".join(token["text"] for token in tokens) == answer["text"]


@pytest.mark.parametrize(("kv", "tolerance"), [("f32", 1e-4), ("f16", 5e-3)])
@pytest.mark.parametrize("name", ["llama-f32", "gpt2-f32"])
def test_inspect_writes_the_references_numbers(tmp_path: Path, name: str, kv: str, tolerance: float) -> None:
    ids, out = random_ids(300), tmp_path / "found.npz"
    tokens = ",".join(map(str, ids))
    chatapp(tmp_path, "inspect", "--model", str(tiny(name)), "--tokens", tokens, "--kv-type", kv, "--out", str(out))
    logits, attention = expected(name, tuple(ids))
    with np.load(out) as file:
        found = dict(file)
    meta = json.loads(str(found.pop("meta")))
    assert (meta["kv_type"], meta["flash_attention"]) == (kv, False)
    assert_scores(found, logits, ids, 2e-3)
    assert np.abs(found["attention"] - attention).max() < tolerance
    assert_is_attention(found["attention"])
