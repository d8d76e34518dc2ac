"""The prompt cache on the real llama.cpp: what comes out is what a fresh context gives, and nothing is read twice."""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import EngineError
from chatapp.core.generation import CacheUse, FinishReason, ReplyInfo, SamplingParams
from chatapp.engine import cache as cache_module
from chatapp.engine.cache import PromptCache
from chatapp.engine.capture import AttentionCapture
from chatapp.engine.llama import Context, Model
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import ChatMessage, Generate, LoadOptions
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

PLENTY = 1 << 26  # bytes
N_CTX = 1024
CLOSE = 0.03  # nats: batches of other sizes and F16 rounding move a logprob less, a wrong token far more
CUTTABLE = ("llama-f32", "gpt2-f32", "gemma3-f32")
UNCUTTABLE = ("mamba-f32", "jamba-f32")  # recurrent, hybrid
Open = Callable[..., LlamaBackend]


@pytest.fixture
def open_model() -> Iterator[Open]:
    opened: list[LlamaBackend] = []

    def load(name: str = "llama-f32", *, budget: int = PLENTY, least: int = 1, **options: str) -> LlamaBackend:
        backend = LlamaBackend()
        opened.append(backend)
        more = LoadOptions(n_ctx=N_CTX, n_threads=2, cache_bytes=budget, **options)  # type: ignore[arg-type]
        backend.load(str(tiny(name)), more, lambda _: None)
        backend._cache = PromptCache(backend._need_context(), budget, least=least)
        return backend

    yield load
    for backend in opened:
        backend.close()


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a chat of a hundred tokens has many of them."""
    monkeypatch.setattr(cache_module, "_PIECE", 16)


def turns(*texts: str) -> tuple[ChatMessage, ...]:
    return tuple(ChatMessage("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts))


def greedy(n: int = 8) -> SamplingParams:
    return SamplingParams(temperature=0, max_tokens=n)


def reply(
    backend: LlamaBackend, messages: tuple[ChatMessage, ...], params: SamplingParams | None = None
) -> tuple[str, ReplyInfo, Recorder]:
    listener = Recorder()
    held, info = backend.generate(Generate(1, messages, params or greedy()), listener)
    return "".join(listener.texts) + held, info, listener


def logprobs(model: Model, ids: list[int], kv_type: str) -> NDArray[np.float64]:
    """Of every next token after each of *ids*, from a context that has seen nothing else."""
    context = Context(model, N_CTX, n_threads=2, kv_type=kv_type)
    rows = []
    for start in range(0, len(ids), context.n_batch):
        part = ids[start : start + context.n_batch]
        assert context.decode(part, start, all_logits=True) == 0
        rows += [context.logits(row).astype(np.float64) for row in range(len(part))]
    context.close()
    logits = np.stack(rows)
    highest = logits.max(axis=1, keepdims=True)
    return logits - highest - np.log(np.exp(logits - highest).sum(axis=1, keepdims=True))


# -- random walks ------------------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """A user who sends, edits, regenerates, goes to other versions and presses Stop, with a look into the cache."""

    backend: LlamaBackend
    kv_type: str
    random: random.Random
    path: list[str] = field(default_factory=list)  # user, reply, user, reply…
    visited: list[list[str]] = field(default_factory=list)
    read: set[tuple[int, ...]] = field(default_factory=set)  # every beginning that was evaluated
    ends: set[tuple[int, ...]] = field(default_factory=set)  # what was in memory when a job ended
    read_twice: int = 0
    n_prompt: int = 0

    def __post_init__(self) -> None:
        self.cache = self.backend._need_cache()
        evaluate = self.cache.evaluate

        def watched(tokens: list[int], **how: Any) -> bool:
            before = len(self.cache.tokens)
            done = evaluate(tokens, **how)
            for end in range(before + 1, len(self.cache.tokens) + 1):
                beginning = tuple(self.cache.tokens[:end])
                # The last token of a prompt is always read again, and so is a reply that is drawn once more:
                # their logits are needed.
                self.read_twice += beginning in self.read and end < self.n_prompt
                self.read.add(beginning)
            return done

        self.cache.evaluate = watched  # type: ignore[method-assign]

    def step(self) -> ReplyInfo:
        draw = self.random.random()
        if self.visited and draw < 0.25:  # to another version
            self.path = list(self.random.choice(self.visited))
        if self.path and draw < 0.5:  # edit
            self.path = self.path[: 2 * self.random.randrange(len(self.path) // 2)]
            self.path.append(self.words())
        elif self.path and draw < 0.65:  # regenerate
            self.path = self.path[: 2 * self.random.randrange(len(self.path) // 2) + 1]
        else:
            self.path.append(self.words())
        if sum(len(text) for text in self.path) > 600:
            self.path = [self.words()]
        return self.answer()

    def words(self) -> str:
        return " ".join(self.random.choice(["hello", "the 안녕", "an", "in then", "🙂"]) for _ in range(12))

    def answer(self) -> ReplyInfo:
        params = SamplingParams(
            temperature=self.random.choice([0, 0, 1.3]), seed=self.random.randrange(1000), top_k=0,
            max_tokens=self.random.randint(2, 12),
        )  # fmt: skip
        patience = self.random.choice([10**6, 10**6, self.random.randrange(40), self.random.randrange(400)])
        asked = itertools.count()
        listener = Recorder(lambda _: next(asked) > patience)
        request = Generate(1, turns(*self.path), params)
        self.n_prompt = len(self.backend._need_prompts().make(request, 1 << 30).tokens)
        held, info = self.backend.generate(request, listener)
        self.path.append("".join(listener.texts) + held)
        self.visited.append(list(self.path))
        self.check(info, listener, params)
        return info

    def check(self, info: ReplyInfo, listener: Recorder, params: SamplingParams) -> None:
        prompt = listener.prompt_ids
        known = max((len(end) for end in self.ends if end == prompt[:-1][: len(end)]), default=0)
        assert info.reused_tokens >= known
        assert 0 <= info.restored_tokens <= info.reused_tokens < info.prompt_tokens == len(prompt)
        assert (info.cache is CacheUse.RESTORED) == (info.restored_tokens > 0)
        assert len(self.backend._need_context()) == len(self.cache.tokens)
        assert self.cache.saved.nbytes == sum(s.nbytes for s in self.cache.saved._states) <= self.cache.saved.budget
        self.ends.add(tuple(self.cache.tokens))
        if not listener.traces:
            return
        ids = listener.trace.ids.tolist()
        expected = logprobs(self.backend._need_model(), [*prompt, *ids], self.kv_type)[len(prompt) - 1 : -1]
        assert listener.trace.logprobs == pytest.approx(expected[np.arange(len(ids)), ids], abs=CLOSE)
        if params.temperature == 0:
            assert (expected.max(axis=1) - expected[np.arange(len(ids)), ids] < CLOSE).all()


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("kv_type", ["f16", "f32"])
@pytest.mark.parametrize("name", CUTTABLE)
def test_any_walk_over_the_tree_reads_every_token_once_and_right(open_model: Open, name: str, kv_type: str) -> None:
    walk = Walk(open_model(name, kv_type=kv_type), kv_type, random.Random(f"{name} {kv_type}"))
    uses = {walk.step().cache for _ in range(40)}
    assert walk.read_twice == 0
    assert {CacheUse.REUSED, CacheUse.RESTORED} <= uses


def test_a_walk_with_windows_shorter_than_what_is_saved(open_model: Open) -> None:
    """llama.cpp saves of a windowed layer only what the last token of the sequence still sees."""
    walk = Walk(open_model("gemma3-f32"), "f16", random.Random(4))
    assert CacheUse.RESTORED in {walk.step().cache for _ in range(30)}
    assert walk.read_twice == 0


@pytest.mark.usefixtures("small_pieces")
def test_a_walk_with_a_quantized_memory(open_model: Open) -> None:
    walk = Walk(open_model("gemma3-f32", kv_type="q8_0"), "q8_0", random.Random(3))
    assert CacheUse.RESTORED in {walk.step().cache for _ in range(25)}
    assert walk.read_twice == 0


@pytest.mark.usefixtures("small_pieces")
def test_a_walk_without_flash_attention(open_model: Open) -> None:
    walk = Walk(open_model(flash_attention="off"), "f16", random.Random(5))
    assert CacheUse.RESTORED in {walk.step().cache for _ in range(25)}
    assert walk.read_twice == 0


@pytest.mark.parametrize("name", UNCUTTABLE)
def test_a_walk_with_a_memory_that_cannot_be_cut(open_model: Open, name: str) -> None:
    walk = Walk(open_model(name), "f16", random.Random(6))
    assert not walk.backend._need_context().can_be_cut
    assert CacheUse.RESTORED in {walk.step().cache for _ in range(40)}


def test_a_walk_with_a_window_that_is_not_kept_whole(open_model: Open) -> None:
    backend = open_model("gemma3-f32")
    backend._need_context().close()
    backend._context = Context(backend._need_model(), N_CTX, n_threads=2, can_save=True, swa_full=False)
    assert not backend._context.can_be_cut
    backend._cache = PromptCache(backend._context, PLENTY)
    walk = Walk(backend, "f16", random.Random(7))
    assert CacheUse.RESTORED in {walk.step().cache for _ in range(40)}


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("name", ["llama-f32", "mamba-f32"])
@pytest.mark.parametrize("budget", [0, 1, 30_000, 120_000])
def test_a_small_budget_is_kept_and_only_costs_time(open_model: Open, name: str, budget: int) -> None:
    walk = Walk(open_model(name, budget=budget), "f16", random.Random(8))
    most = 0
    for _ in range(30):
        walk.ends.clear()  # they may have been evicted
        walk.step()
        most = max(most, walk.cache.saved.nbytes)
    assert most <= budget
    assert (most > 0) == (budget > 1)


# -- single cases ------------------------------------------------------------------------------------------------------


def test_to_a_sibling_and_back(open_model: Open) -> None:
    backend = open_model()
    first = turns("one two three " * 10)
    text_a, a, _ = reply(backend, first)
    text_b, b, _ = reply(backend, turns("one two four " * 10))
    _, again, _ = reply(backend, (*first, *turns("", text_a, "go on")[1:]))
    # All but the last sampled token of the first reply, which was never evaluated.
    assert again.reused_tokens == a.prompt_tokens + a.completion_tokens - 1
    assert again.restored_tokens > 0
    assert again.cache is CacheUse.RESTORED
    _, other, _ = reply(backend, turns("one two four " * 10, text_b, "and you"))
    assert other.reused_tokens == b.prompt_tokens + b.completion_tokens - 1
    assert other.cache is CacheUse.RESTORED


def test_going_to_and_fro_saves_nothing_twice(open_model: Open) -> None:
    backend = open_model()
    sizes = []
    for _ in range(3):
        for text in ("one two three " * 10, "one two four " * 10):
            assert reply(backend, turns(text))[0]
        sizes.append(backend._need_cache().saved.nbytes)
    # The last token of a prompt and the reply are evaluated each time; in the first round one of them is still live.
    assert sizes[0] < sizes[1] == sizes[2]


def test_without_a_budget_the_other_branch_is_read_again(open_model: Open) -> None:
    backend = open_model(budget=0)
    reply(backend, turns("one two three"))
    reply(backend, turns("four"))
    _, info, _ = reply(backend, turns("one two three"))
    assert info.restored_tokens == 0
    assert len(backend._need_cache().saved) == 0


def test_a_few_tokens_are_not_worth_a_state(open_model: Open) -> None:
    backend = open_model(least=64)
    reply(backend, turns("one two three"))
    reply(backend, turns("four"))
    assert len(backend._need_cache().saved) == 0


def test_a_memory_that_cannot_be_cut_says_so(open_model: Open) -> None:
    backend = open_model("mamba-f32", budget=0)
    reply(backend, turns("one two three"))
    assert reply(backend, turns("one two"))[1].cache is CacheUse.LOST
    kept = open_model("mamba-f32")
    reply(kept, turns("one two three"))
    reply(kept, turns("four"))
    _, info, _ = reply(kept, turns("one two three"))
    assert (info.cache, info.reused_tokens) == (CacheUse.RESTORED, info.prompt_tokens - 1)


def test_a_damaged_state_is_dropped_and_the_reply_is_right(open_model: Open) -> None:
    backend = open_model()
    expected = reply(backend, turns("one two three"))[0]
    reply(backend, turns("four five six"))
    cache = backend._need_cache()
    for state in cache.saved._states:
        state.data[:] = 255
    before = len(cache.saved)
    text, info, _ = reply(backend, turns("one two three"))
    assert text == expected
    assert info.restored_tokens == 0
    assert len(cache.saved) < before + 1
    assert len(backend._need_context()) == len(cache.tokens)


def test_other_weights_forget_everything(open_model: Open) -> None:
    backend = open_model()
    reply(backend, turns("one two three"))
    reply(backend, turns("four five six"))
    backend._need_cache().forget(saved=True)
    assert reply(backend, turns("one two three"))[1].cache is CacheUse.NONE


def test_restored_cells_are_positions() -> None:
    """What the inspection of attention relies on: column j is position j, after going to a sibling and back, too."""
    model = Model(str(tiny("llama-f32")), 0, lambda _: None)
    numbers = random.Random(9)
    first, second = ([numbers.randrange(10, 300) for _ in range(90)] for _ in range(2))
    second[:30] = first[:30]
    seen = []
    for restored in (True, False):
        capture = AttentionCapture(90, 10, range(model.n_layer), model.n_head)
        context = Context(model, 512, n_threads=2, flash_attention="off", cb_eval=capture.callback, can_save=True)
        cache = PromptCache(context, PLENTY)
        capture.begin(-1000)  # not what we are after
        if restored:
            cache.evaluate(first[:80])
            assert cache.reuse(second).tokens == 30
            cache.evaluate(second[30:])
        known = cache.reuse([*first[:80], 0])
        assert known.restored == (50 if restored else 0)
        if not restored:
            cache.evaluate(first[:80])
        capture.begin(80)
        cache.evaluate(first[80:])
        assert capture.error is None
        seen.append(capture.result().copy())
        context.close()
    model.close()
    assert seen[0].sum(axis=-1) == pytest.approx(1, abs=1e-3)
    assert seen[0] == pytest.approx(seen[1], abs=1e-3)


# -- errors ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["llama-f32", *UNCUTTABLE])
def test_after_an_error_the_books_are_true(open_model: Open, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = open_model(name)
    expected = reply(backend, turns("one two three"))[0]
    cache, context = backend._need_cache(), backend._need_context()
    with pytest.raises(EngineError):  # -1: no such token
        cache.evaluate([10**6])
    assert len(context) == len(cache.tokens)
    decode = context.decode

    def partly(tokens: list[int], position: int, *, all_logits: bool = False) -> int:
        decode(tokens[: len(tokens) // 2], position, all_logits=all_logits)
        return -3

    monkeypatch.setattr(context, "decode", partly)
    with pytest.raises(EngineError):
        reply(backend, turns("one two three four five six"))
    monkeypatch.undo()
    assert len(context) == len(cache.tokens)
    assert reply(backend, turns("one two three"))[0] == expected


def test_a_full_context_leaves_the_books_true(open_model: Open) -> None:
    backend = open_model()
    cache, context = backend._need_cache(), backend._need_context()
    for start in range(0, N_CTX, 256):
        cache.evaluate([5 + start % 7] * 256)
    with pytest.raises(EngineError, match="returned 1"):
        cache.evaluate([5])
    assert len(context) == len(cache.tokens) == N_CTX
    assert reply(backend, turns("hi"))[1].finish is not FinishReason.CANCELLED


@pytest.mark.parametrize("name", ["llama-f32", *UNCUTTABLE])
def test_an_abort_within_a_batch_leaves_the_books_true(open_model: Open, name: str) -> None:
    # Not from nothing: then even a memory that cannot be cut is emptied by llama.cpp itself.
    backend, undisturbed = open_model(name), open_model(name)
    begun = [reply(one, turns("hi"))[0] for one in (backend, undisturbed)]
    assert begun[0] == begun[1]
    long = turns("hi", begun[0], "word " * 100)
    expected = reply(undisturbed, long)[0]
    for patience in (1, 3, 30, 60):
        asked = itertools.count()
        _, info = backend.generate(Generate(1, long, greedy()), Recorder(lambda _, a=asked, p=patience: next(a) > p))
        assert info.finish is FinishReason.CANCELLED
        assert len(backend._need_context()) == len(backend._need_cache().tokens)
        assert reply(backend, long)[0] == expected
        reply(backend, turns(f"something else {patience}"))
