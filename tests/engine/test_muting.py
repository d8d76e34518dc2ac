"""Muted heads and hidden tokens against the NumPy reference without them."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import RequestError
from chatapp.engine import muting, reading
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, ChatMessage, Mute, Muted, Prefix, Sweep, Swept
from tests.helpers import reference
from tests.helpers.asking import CHAT, ask, opened, prompt_of, reply, weights_of
from tests.helpers.gguf_weights import Weights
from tests.helpers.listeners import Recorder

LONG = (*CHAT, ChatMessage("assistant", "the inn, the hen " * 3), ChatMessage("user", "in the end, 그래"))
FAMILIES = ("llama-f32", "gemma3-f32", "gemma2-hf", "gpt-oss-hf", "deepseek2-hf", "bloom-hf")
TEXT = Prefix(text="the hen in the inn, 안녕")


@pytest.fixture(scope="module")
def llama() -> Iterator[LlamaBackend]:
    backend = opened("llama-f32", flash_attention="on", recording=1 << 28)
    yield backend
    backend.close()


def without(name: str, heads: list[tuple[int, int]], n_head: int) -> Weights:
    """The weights of a model in which nothing comes of *heads*."""
    weights = weights_of(name)
    tensors = dict(weights.tensors)
    for layer, head in heads:
        key = f"blk.{layer}.attn_output.weight"
        matrix = tensors[key].copy()
        width = matrix.shape[1] // n_head
        matrix[:, head * width : (head + 1) * width] = 0
        tensors[key] = matrix
    return replace(weights, tensors=tensors)


def truth(heads: list[tuple[int, int]], ids: list[int], n_head: int) -> NDArray[np.float64]:
    return reference.forward(without("llama-f32", heads, n_head), ids)[0][-1]


def heads_of(backend: LlamaBackend) -> tuple[int, int]:
    swept = ask(backend, Sweep(1, TEXT, 5))
    assert isinstance(swept, Swept)
    layers, heads = swept.arrays["change"].shape
    return layers, heads


def test_nothing_muted_is_bit_identical(llama: LlamaBackend) -> None:
    for everywhere in (False, True):
        found = ask(llama, Mute(1, TEXT, (), everywhere))
        assert isinstance(found, Muted)
        np.testing.assert_array_equal(found.arrays["before"], found.arrays["after"])


def test_heads_muted_everywhere_are_those_of_a_model_without_them(llama: LlamaBackend) -> None:
    n_layer, n_head = heads_of(llama)
    ids = prompt_of(llama, TEXT)
    every = [(layer, head) for layer in range(n_layer) for head in range(n_head)]
    for heads in ([(0, 1)], [(1, 0), (2, n_head - 1)], [(1, h) for h in range(n_head)], every):
        found = ask(llama, Mute(1, TEXT, tuple(heads), everywhere=True))
        np.testing.assert_allclose(found.arrays["after"], truth(heads, ids, n_head), rtol=0, atol=5e-3)
        np.testing.assert_allclose(found.arrays["before"], truth([], ids, n_head), rtol=0, atol=5e-3)
        assert np.abs(found.arrays["after"] - found.arrays["before"]).max() > 0.01


def test_at_the_last_layer_it_is_the_same_at_the_last_token_only(llama: LlamaBackend) -> None:
    n_layer, _ = heads_of(llama)
    heads = ((n_layer - 1, 0),)
    last, whole = (ask(llama, Mute(1, TEXT, heads, everywhere)).arrays["after"] for everywhere in (False, True))
    np.testing.assert_allclose(last, whole, rtol=0, atol=5e-3)


@pytest.mark.parametrize("name", ["llama-f32", "qwen2-f32", "gpt2-f32", "gemma3-f32"])
def test_hidden_tokens_are_not_there_for_those_that_follow(name: str) -> None:
    backend = opened(name, flash_attention="on", recording=1 << 28)
    reply(backend, LONG)
    _, first, text = reply(backend, LONG)  # with the prompt reused, as after the questions
    ids = prompt_of(backend, Prefix(LONG))
    for hidden in (((1, 9),), ((5, 30), (41, 42)), ((30, len(ids) - 1),)):
        found = ask(backend, Mute(1, Prefix(LONG), hidden=hidden))
        expected = reference.forward(weights_of(name), ids, reference.gelu_table, hidden)[0][-1]
        whole = reference.forward(weights_of(name), ids, reference.gelu_table)[0][-1]
        np.testing.assert_allclose(found.arrays["after"], expected, rtol=0, atol=5e-3)
        np.testing.assert_allclose(found.arrays["before"], whole, rtol=0, atol=5e-3)
        assert np.abs(expected - whole).max() > 0.02
    # The chat, and what is recorded of it, are as they were.
    _, again, same = reply(backend, LONG)
    assert same == text
    assert again.reused_tokens >= first.prompt_tokens - 2
    seen = ask(backend, Attend(1, Prefix(LONG)))
    attention = reference.forward(weights_of(name), ids, reference.gelu_table)[1]
    np.testing.assert_allclose(seen.arrays["weights"][:, :, 0], attention[:, :, -1], rtol=0, atol=5e-3)
    backend.close()


def test_a_sweep_that_is_cut_off_anywhere_leaves_the_chat_alone(llama: LlamaBackend) -> None:
    reply(llama)
    _, first, text = reply(llama)
    for looks in (1, 3, 20, 60, 150):
        left = iter(range(looks))
        listener = Recorder(lambda _r, left=left: next(left, None) is None)
        with contextlib.suppress(RequestError):  # cancelled before there was anything to answer
            ask(llama, Sweep(1, Prefix(CHAT), 3), listener)
        _, again, same = reply(llama)
        assert same == text
        assert again.reused_tokens == first.reused_tokens


def test_heads_and_tokens_go_together(llama: LlamaBackend) -> None:
    ids = prompt_of(llama, TEXT)
    hidden = ((2, 6),)
    both = ask(llama, Mute(1, TEXT, ((1, 0),), everywhere=True, hidden=hidden))
    expected = reference.forward(without("llama-f32", [(1, 0)], heads_of(llama)[1]), ids, hidden=hidden)[0][-1]
    np.testing.assert_allclose(both.arrays["after"], expected, rtol=0, atol=5e-3)
    last = ask(llama, Mute(1, TEXT, ((1, 0),), hidden=hidden))
    only = ask(llama, Mute(1, TEXT, hidden=hidden))
    # Muted at the last token only: not what it is everywhere, and not nothing.
    assert np.abs(last.arrays["after"] - both.arrays["after"]).max() > 1e-3
    assert np.abs(last.arrays["after"] - only.arrays["after"]).max() > 1e-3


@pytest.mark.parametrize("hidden", [(0, 3), (3, 3), (4, 1000), (-2, 3)])
def test_what_cannot_be_hidden_is_refused(llama: LlamaBackend, hidden: tuple[int, int]) -> None:
    with pytest.raises(RequestError):
        ask(llama, Mute(1, TEXT, hidden=(hidden,)))
    last = len(prompt_of(llama, TEXT)) - 1
    with pytest.raises(RequestError):
        ask(llama, Mute(1, TEXT, hidden=((1, last + 1),)))
    assert ask(llama, Mute(1, TEXT, hidden=((1, last),)))  # the first token and itself are left


def test_where_not_every_layer_has_attention_nothing_can_be_hidden() -> None:
    backend = opened("jamba-f32", flash_attention="on", recording=1 << 28)
    with pytest.raises(RequestError):
        ask(backend, Mute(1, TEXT, hidden=((1, 3),)))
    alone = ask(backend, Mute(1, TEXT, ((1, 2),)))
    swept = ask(backend, Sweep(1, TEXT, 7))  # one after the other: this memory cannot be cut
    before, after = (reference.log_softmax(alone.arrays[n].astype(np.float64)) for n in ("before", "after"))
    assert swept.layers == (1,)
    assert swept.arrays["change"][0, 2] == pytest.approx(after[7] - before[7], abs=1e-5)
    backend.close()


@pytest.mark.parametrize("name", [*FAMILIES, "llama-q4_k"])
def test_what_is_hidden_might_be_anything(name: str) -> None:
    backend = opened(name, flash_attention="on", recording=1 << 28)
    ids = tuple(int(i) for i in np.random.default_rng(3).integers(0, 200, 90))
    start, end = 20, 50
    other = (*ids[:start], *(i + 7 for i in ids[start:end]), *ids[end:])
    one, another = (ask(backend, Mute(1, Prefix(reply_ids=t), hidden=((start, end),))).arrays for t in (ids, other))
    assert np.abs(one["before"] - another["before"]).max() > 0.05
    np.testing.assert_allclose(one["after"], another["after"], rtol=0, atol=1e-6)
    backend.close()


@pytest.mark.parametrize("name", FAMILIES)
def test_a_sweep_side_by_side_is_one_after_the_other(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = opened(name, flash_attention="on", recording=1 << 28)
    prefix = Prefix(LONG)
    beside = ask(backend, Sweep(1, prefix, 7))
    monkeypatch.setattr(muting, "_FEWEST", 10_000)
    alone = ask(backend, Sweep(1, prefix, 7))
    for found in ("change", "divergence"):
        np.testing.assert_allclose(beside.arrays[found], alone.arrays[found], rtol=0, atol=2e-3)
    assert np.abs(alone.arrays["change"]).max() > 0.05
    backend.close()


def test_a_sweep_mutes_every_head_by_itself(llama: LlamaBackend) -> None:
    token = 7
    swept = ask(llama, Sweep(1, TEXT, token))
    assert swept.layers == tuple(range(len(swept.layers)))
    for layer, head in ((0, 0), (1, 2), (2, 1)):
        alone = ask(llama, Mute(1, TEXT, ((layer, head),)))
        before, after = (reference.log_softmax(alone.arrays[n].astype(np.float64)) for n in ("before", "after"))
        assert swept.logprob == pytest.approx(before[token], abs=2e-3)
        assert swept.arrays["change"][layer, head] == pytest.approx(after[token] - before[token], abs=2e-3)
        divergence = float((np.exp(before) * (before - after)).sum())
        assert swept.arrays["divergence"][layer, head] == pytest.approx(divergence, abs=2e-3)


def test_the_chat_goes_on_as_if_nothing_had_been_muted(llama: LlamaBackend) -> None:
    _, first, text = reply(llama)
    ask(llama, Mute(1, Prefix(CHAT), ((0, 0), (1, 1)), everywhere=True))
    ask(llama, Sweep(1, Prefix(CHAT), 3, (1,)))
    _, again, same = reply(llama)
    assert same == text
    assert again.reused_tokens >= first.prompt_tokens - 2
    assert llama._context is not None
    assert llama._context.recorder is not None
    assert llama._context.recorder.change is None


def test_a_cancelled_sweep_has_what_was_done(llama: LlamaBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = ask(llama, Sweep(1, TEXT, 3))
    assert llama._model is not None
    monkeypatch.setattr(reading, "_LOGITS", 4 * llama._model.n_vocab * 5)  # four at once, one of which is left alone
    listener = Recorder(lambda r: r.progress[-1:] == [(6, 12, 0)])
    swept = ask(llama, Sweep(1, TEXT, 3), listener)
    known = ~np.isnan(swept.arrays["change"])
    assert known.sum() == 6
    np.testing.assert_allclose(swept.arrays["change"][known], whole.arrays["change"][known], rtol=0, atol=2e-3)
    with pytest.raises(RequestError):
        ask(llama, Sweep(1, Prefix(text="never read before"), 3), Recorder(lambda _r: True))


@pytest.mark.parametrize("heads", [((99, 0),), ((0, 99),), ((0, -1),)])
def test_a_head_that_is_not_there_is_refused(llama: LlamaBackend, heads: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(RequestError):
        ask(llama, Mute(1, TEXT, heads))
    with pytest.raises(RequestError):
        ask(llama, Sweep(1, TEXT, 10_000_000))
