"""Attention against Hugging Face's eager attention on the same weights, as `tests/helpers/hf_reference.py` stored it.

Captured weights come with the KV cache's error only; rebuilt ones are made of queries in half precision, whatever the
cache is, and are handed over in half precision.
"""

import shutil
from pathlib import Path

import gguf
import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, ModelError, RequestError
from chatapp.engine.backend import Inspection
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, Attended, Inspect, Lens, LoadOptions, Mute, Prefix
from tests.helpers import reference
from tests.helpers.asking import N_CTX, ask, opened
from tests.helpers.gguf_weights import read
from tests.helpers.hf_reference import LENGTH, TWINS, Known, known
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

WITH_ATTENTION = [name for name in TWINS if name != "mamba-f32"]
CAPTURED = {"f32": 1e-5, "f16": 5e-3}
REBUILT = 5e-3
LOGPROBS = {"f32": 5e-5, "f16": 5e-3}  # nats


def both(name: str, kv_type: str) -> tuple[Known, Inspection, Attended | None]:
    """What is stored, captured, and rebuilt of the same tokens."""
    truth = known(name)
    backend = opened(name, flash_attention="on", kv_type=kv_type, recording=1 << 26)
    try:
        captured = backend.inspect(Inspect(1, None, tuple(truth.ids), kv_type, (), 0), Recorder())
        question = Attend(1, Prefix(reply_ids=tuple(truth.ids)), queries=LENGTH)
        rebuilt = ask(backend, question) if len(truth.layers) else None
    finally:
        backend.close()
    return truth, captured, rebuilt


@pytest.mark.parametrize("kv_type", ["f32", "f16"])
@pytest.mark.parametrize("name", WITH_ATTENTION)
def test_attention_is_hugging_faces(name: str, kv_type: str) -> None:
    truth, captured, rebuilt = both(name, kv_type)
    assert captured.meta["layers"] == truth.layers
    every = set(range(read(tiny(name)).n_layer))
    assert set(captured.meta["layers_without_attention"]) == every - set(truth.layers)
    weights = captured.arrays["attention"]
    np.testing.assert_allclose(weights, truth.attention, rtol=0, atol=CAPTURED[kv_type])
    np.testing.assert_array_equal(weights == 0, hidden(name, truth))  # the future and what windows hide, exactly
    np.testing.assert_allclose(captured.arrays["logprobs"], truth.logprobs, rtol=0, atol=LOGPROBS[kv_type])
    assert rebuilt is not None
    assert list(rebuilt.layers) == truth.layers
    np.testing.assert_allclose(rebuilt.arrays["weights"], truth.attention, rtol=0, atol=REBUILT)
    np.testing.assert_allclose(rebuilt.arrays["weights"], weights, rtol=0, atol=REBUILT)
    assert 0 <= rebuilt.difference < 1e-2


def hidden(name: str, truth: Known) -> NDArray[np.bool_]:
    """bool (layers, heads, T, T): the keys that a query must not see."""
    query, key = np.indices((LENGTH, LENGTH))
    window = int(read(tiny(name)).metadata.get("attention.sliding_window", 0))
    every = {"gemma3-hf": 6, "gemma2-hf": 2, "gpt-oss-hf": 2}.get(name, 1)  # each such layer sees everything
    windowed = np.array([(layer + 1) % every != 0 for layer in truth.layers])
    assert windowed.any() == bool(window)
    far = (query - key >= window) & windowed[:, None, None, None]
    return np.broadcast_to((key > query) | far, truth.attention.shape)


@pytest.mark.parametrize("kv_type", ["f32", "f16"])
def test_what_rows_with_learned_sinks_lack_is_the_sinks_share(kv_type: str) -> None:
    truth, captured, rebuilt = both("gpt-oss-hf", kv_type)
    assert rebuilt is not None
    weights = captured.arrays["attention"].astype(np.float64)
    missing = 1 - weights.sum(axis=-1)
    assert missing.min() > 1e-3
    assert captured.meta["row_sum_error"] == pytest.approx(missing.max(), abs=1e-6)
    np.testing.assert_allclose(missing, 1 - truth.attention.sum(axis=-1), rtol=0, atol=CAPTURED[kv_type])
    np.testing.assert_allclose(1 - rebuilt.arrays["weights"].sum(axis=-1, dtype=np.float64), missing, rtol=0, atol=5e-3)
    # The formula, worked out for the first layer: e^sink / (e^sink + Σ e^score).
    model = read(tiny("gpt-oss-hf"))
    h = model.tensors["token_embd.weight"][truth.ids].astype(np.float64)
    h = reference.rms_norm(h, model.tensors["blk.0.attn_norm.weight"], 1e-5)
    q, k = (
        reference.rotate(
            reference.split_heads(
                h @ model.tensors[f"blk.0.attn_{x}.weight"].T + model.tensors[f"blk.0.attn_{x}.bias"], n
            ),
            150_000.0,
            reference.halves,
        )
        for x, n in (("q", 4), ("k", 2))
    )
    scores = np.exp(q @ np.repeat(k, 2, axis=0).swapaxes(1, 2) / 16**0.5) * ~hidden("gpt-oss-hf", truth)[0]
    sinks = np.exp(model.tensors["blk.0.attn_sinks.weight"].astype(np.float64))[:, None]
    np.testing.assert_allclose(missing[0], sinks / (sinks + scores.sum(axis=-1)), rtol=0, atol=CAPTURED[kv_type])


@pytest.mark.parametrize("kv_type", ["f32", "f16"])
def test_a_model_without_attention_says_so(kv_type: str) -> None:
    truth = known("mamba-f32")
    backend = opened("mamba-f32", flash_attention="on", kv_type=kv_type, recording=1 << 26)
    found = backend.inspect(Inspect(1, None, tuple(truth.ids), kv_type, (), 0), Recorder())
    assert found.arrays["attention"].shape[0] == 0
    assert found.meta["layers_without_attention"] == [0, 1]
    np.testing.assert_allclose(found.arrays["logprobs"], truth.logprobs, rtol=0, atol=LOGPROBS["f32"])
    with pytest.raises(RequestError) as caught:
        ask(backend, Attend(1, Prefix(reply_ids=tuple(truth.ids))))
    backend.close()
    assert caught.value.code is ErrorCode.NO_ATTENTION
    assert "has no attention layers" in caught.value.message


def test_an_encoder_beside_the_decoder_is_refused_before_anything_runs() -> None:
    # Its three attentions have one name in the graph, and without llama_encode llama.cpp aborts the process.
    backend = LlamaBackend()
    with pytest.raises(ModelError) as caught:
        backend.load(str(tiny("t5-f32")), LoadOptions(n_ctx=128), lambda _fraction: None)
    backend.close()
    assert caught.value.code is ErrorCode.MODEL_HAS_ENCODER
    assert "t5" in caught.value.message


# -- what if, on every architecture ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_ATTENTION)
def test_all_heads_of_a_layer_muted_is_a_model_in_which_that_layer_puts_nothing_out(name: str, tmp_path: Path) -> None:
    truth = known(name)
    layer, prefix = truth.layers[-1], Prefix(reply_ids=tuple(truth.ids))
    every = tuple((layer, head) for head in range(truth.attention.shape[1]))
    backend = opened(name, flash_attention="on", recording=1 << 26)
    nothing = ask(backend, Mute(1, prefix, (), everywhere=True)).arrays
    muted = ask(backend, Mute(1, prefix, every, everywhere=True)).arrays
    one = ask(backend, Mute(1, prefix, every[:1], everywhere=True)).arrays
    backend.close()
    np.testing.assert_array_equal(nothing["before"], nothing["after"])
    np.testing.assert_array_equal(muted["before"], nothing["before"])
    assert np.abs(one["after"] - one["before"]).max() > 0
    assert np.abs(muted["after"] - muted["before"]).max() > 0.01

    path = tmp_path / "silenced.gguf"
    shutil.copy(tiny(name), path)
    for tensor in gguf.GGUFReader(path, "r+").tensors:
        if tensor.name == f"blk.{layer}.attn_output.weight":
            tensor.data[:] = 0
    silenced = LlamaBackend()
    silenced.load(
        str(path),
        LoadOptions(n_ctx=N_CTX, flash_attention="on", kv_type="f32", n_threads=1, recording=1 << 26),
        lambda _fraction: None,
    )
    there = ask(silenced, Mute(1, prefix, (), everywhere=True)).arrays
    silenced.close()
    np.testing.assert_array_equal(muted["after"], there["after"])


@pytest.mark.parametrize("name", WITH_ATTENTION)
def test_the_last_layer_of_the_lens_is_the_model(name: str) -> None:
    truth = known(name)
    backend = opened(name, flash_attention="on", recording=1 << 26)
    found = ask(backend, Lens(1, Prefix(reply_ids=tuple(truth.ids[:-1])), truth.ids[-1])).arrays
    backend.close()
    assert found["logprobs"].shape == (read(tiny(name)).n_layer,)
    assert np.isfinite(found["logprobs"]).all()
    assert found["logprobs"][-1] == pytest.approx(truth.logprobs[-1], abs=1e-2)
