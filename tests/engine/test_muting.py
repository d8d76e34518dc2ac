"""Muted heads against the NumPy reference with the same heads' part of the output matrix put to 0."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import RequestError
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Mute, Muted, Prefix, Sweep, Swept
from tests.helpers import reference
from tests.helpers.asking import CHAT, ask, opened, prompt_of, reply, weights_of
from tests.helpers.gguf_weights import Weights
from tests.helpers.listeners import Recorder

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
        if everywhere:  # other batches
            np.testing.assert_allclose(found.arrays["before"], found.arrays["after"], rtol=0, atol=1e-4)
        else:
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


def test_a_sweep_mutes_every_head_by_itself(llama: LlamaBackend) -> None:
    token = 7
    swept = ask(llama, Sweep(1, TEXT, token))
    assert swept.layers == tuple(range(len(swept.layers)))
    for layer, head in ((0, 0), (1, 2), (2, 1)):
        alone = ask(llama, Mute(1, TEXT, ((layer, head),)))
        before, after = (reference.log_softmax(alone.arrays[n].astype(np.float64)) for n in ("before", "after"))
        assert swept.logprob == pytest.approx(before[token], abs=1e-5)
        assert swept.arrays["change"][layer, head] == pytest.approx(after[token] - before[token], abs=1e-5)
        divergence = float((np.exp(before) * (before - after)).sum())
        assert swept.arrays["divergence"][layer, head] == pytest.approx(divergence, abs=1e-5)


def test_the_chat_goes_on_as_if_nothing_had_been_muted(llama: LlamaBackend) -> None:
    _, first, text = reply(llama)
    ask(llama, Mute(1, Prefix(CHAT), ((0, 0), (1, 1)), everywhere=True))
    ask(llama, Sweep(1, Prefix(CHAT), 3, (1,)))
    _, again, same = reply(llama)
    assert same == text
    assert again.reused_tokens >= first.prompt_tokens - 2
    assert llama._context is not None
    assert llama._context.recorder is not None
    assert llama._context.recorder.muted == {}


def test_a_cancelled_sweep_has_what_was_done(llama: LlamaBackend) -> None:
    listener = Recorder(lambda r: len(r.progress) >= 4)
    swept = ask(llama, Sweep(1, TEXT, 3), listener)
    known = ~np.isnan(swept.arrays["change"])
    assert 0 < known.sum() < known.size
    with pytest.raises(RequestError):
        ask(llama, Sweep(1, Prefix(text="never read before"), 3), Recorder(lambda _r: True))


@pytest.mark.parametrize("heads", [((99, 0),), ((0, 99),), ((0, -1),)])
def test_a_head_that_is_not_there_is_refused(llama: LlamaBackend, heads: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(RequestError):
        ask(llama, Mute(1, TEXT, heads))
    with pytest.raises(RequestError):
        ask(llama, Sweep(1, TEXT, 10_000_000))
