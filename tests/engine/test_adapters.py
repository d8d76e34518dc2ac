"""LoRA adapters against merged weights in NumPy; the cache of another adapter set is never read."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import ReplyInfo, SamplingParams
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import ChatMessage, Generate, LoadOptions
from tests.helpers import reference
from tests.helpers.gguf_weights import Weights, read
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_lora import merged, write_lora
from tests.helpers.tiny_models import tiny

TOLERANCE = 2e-3  # nats; F32 weights, F32 cache, rounding of the engine's kernels


@pytest.fixture(scope="module")
def weights() -> Weights:
    return read(tiny("llama-f32"))


@pytest.fixture
def backend() -> Iterator[LlamaBackend]:
    backend = LlamaBackend()
    backend.load(str(tiny("llama-f32")), LoadOptions(n_threads=2, kv_type="f32"), lambda _: None)
    yield backend
    backend.close()


def first(backend: LlamaBackend, *adapters: AdapterUse) -> tuple[Recorder, ReplyInfo]:
    listener = Recorder()
    request = Generate(
        1, (ChatMessage("user", "hello there"),), SamplingParams(temperature=0, max_tokens=4), adapters=adapters
    )
    _held, info = backend.generate(request, listener)
    return listener, info


def expected(weights: Weights, listener: Recorder) -> np.ndarray:
    """Log-probabilities of the reply's tokens, each after what the engine really wrote before it."""
    ids = [*listener.prompt_ids, *listener.trace.ids.tolist()]
    logprobs = reference.log_softmax(reference.forward(weights, ids)[0])
    start = len(listener.prompt_ids)
    return np.array([logprobs[at - 1, ids[at]] for at in range(start, len(ids))])


@pytest.mark.parametrize("scale", [1.0, 0.5, -1.25])
def test_an_adapter_is_its_merged_weights(
    backend: LlamaBackend, weights: Weights, tmp_path: Path, scale: float
) -> None:
    path = write_lora(tmp_path / "a.gguf", weights)
    listener, _info = first(backend, AdapterUse(str(path), scale))
    truth = expected(merged(weights, path, scale), listener)
    assert np.abs(listener.trace.logprobs - truth).max() < TOLERANCE
    assert np.abs(listener.trace.logprobs - expected(weights, listener)).max() > 20 * TOLERANCE


def test_two_adapters_add_up(backend: LlamaBackend, weights: Weights, tmp_path: Path) -> None:
    one = write_lora(tmp_path / "one.gguf", weights)
    two = write_lora(tmp_path / "two.gguf", weights, seed=2)
    listener, _info = first(backend, AdapterUse(str(one), 0.7), AdapterUse(str(two), 0.4))
    truth = expected(merged(merged(weights, one, 0.7), two, 0.4), listener)
    assert np.abs(listener.trace.logprobs - truth).max() < TOLERANCE


def test_another_set_reads_nothing_of_the_cache_and_going_back_is_exact(
    backend: LlamaBackend, weights: Weights, tmp_path: Path
) -> None:
    adapter = AdapterUse(str(write_lora(tmp_path / "a.gguf", weights)))
    plain, _ = first(backend)
    again, info = first(backend)
    assert info.reused_tokens == len(plain.prompt_ids) - 1
    changed, info = first(backend, adapter)
    assert info.reused_tokens == 0
    same, info = first(backend, adapter)
    assert info.reused_tokens == len(plain.prompt_ids) - 1
    assert same.trace.logprobs == pytest.approx(changed.trace.logprobs, abs=1e-4)
    back, info = first(backend)
    assert info.reused_tokens == 0
    assert back.trace.logprobs.tolist() == plain.trace.logprobs.tolist()
    off, info = first(backend, AdapterUse(adapter.path, 0.0))  # a scale of 0 is no adapter
    assert info.reused_tokens == len(plain.prompt_ids) - 1
    assert again.trace.ids.tolist() == off.trace.ids.tolist()


def test_a_file_that_has_changed_is_read_again(backend: LlamaBackend, weights: Weights, tmp_path: Path) -> None:
    path = write_lora(tmp_path / "a.gguf", weights)
    first(backend, AdapterUse(str(path)))
    write_lora(path, weights, seed=9)
    os.utime(path, ns=(1, 1))
    listener, info = first(backend, AdapterUse(str(path)))
    assert info.reused_tokens == 0
    assert np.abs(listener.trace.logprobs - expected(merged(weights, path, 1.0), listener)).max() < TOLERANCE


def test_what_cannot_be_used_is_one_sentence_and_the_engine_goes_on(
    backend: LlamaBackend, weights: Weights, tmp_path: Path
) -> None:
    good = AdapterUse(str(write_lora(tmp_path / "good.gguf", weights)))
    text = tmp_path / "text.gguf"
    text.write_text("no model at all")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(Path(good.path).read_bytes()[:-3000])
    bad = {
        str(write_lora(tmp_path / "gpt2.gguf", weights, architecture="gpt2")): "another kind of model",
        str(write_lora(tmp_path / "wide.gguf", weights, widen=32)): "another size",
        str(tiny("llama-f32")): "not an adapter",
        str(text): "not a GGUF file",
        str(cut): "incomplete",
        str(tmp_path): "not a file",
        str(tmp_path / "missing.gguf"): "no such file",
        "nul\0": "no such file",
    }
    before, _info = first(backend, good)
    for path, reason in bad.items():
        with pytest.raises(UserFixable) as caught:
            first(backend, AdapterUse(path))
        assert caught.value.code is ErrorCode.ADAPTER_REFUSED
        assert reason in caught.value.message
    for scale in (float("nan"), float("inf"), 11.0):
        with pytest.raises(UserFixable, match="scale must lie between"):
            first(backend, AdapterUse(good.path, scale))
    with pytest.raises(UserFixable, match="twice"):
        first(backend, good, good)
    after, info = first(backend, good)
    assert after.trace.ids.tolist() == before.trace.ids.tolist()
    assert info.reused_tokens > 0  # the set in use was not lost
