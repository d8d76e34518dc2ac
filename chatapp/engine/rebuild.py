"""Attention weights rebuilt from the recorded Q and the K cache, with the proof that they are the run's own."""

import ctypes
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml
from chatapp.engine.recorder import AttentionRecorder, RecordedLayer


@dataclass(frozen=True, slots=True)
class Check:
    """How far w·V of the rebuilt weights is from what the attention node put out, at one position.

    error  largest difference over the largest output, of all layers and heads
    """

    position: int
    error: float


def weights(recorder: AttentionRecorder, layer: RecordedLayer, position: int) -> NDArray[np.float32]:
    """One token's attention in one layer, float32 (n_head, position + 1).

    Rows sum to 1, or to less where the model has attention sinks: the missing part went there.
    """
    q = recorder.query(layer, position)
    n_keys = position + 1
    keys = _cached(layer.keys, layer.n_head_kv, layer.width, n_keys)
    if layer.half_keys:
        keys = keys.astype(np.float16).astype(np.float32)
    group = layer.n_head // layer.n_head_kv
    scores = np.einsum("grd,kgd->grk", q.reshape(layer.n_head_kv, group, layer.width), keys, optimize=True)
    scores = scores.reshape(layer.n_head, n_keys)
    if layer.softcap:
        scores = np.tanh(scores * np.float32(layer.scale / layer.softcap)) * np.float32(layer.softcap)
    else:
        scores = scores * np.float32(layer.scale)
    if layer.max_bias:
        distance = np.arange(n_keys, dtype=np.float32) - position
        scores += _slopes(layer.n_head, layer.max_bias)[:, None] * distance
    scores[:, : recorder.lowest_key(layer, position)] = -np.inf
    peak = scores.max(axis=1, keepdims=True)
    if layer.sinks is not None:
        peak = np.maximum(peak, layer.sinks[:, None])
    raised = np.exp(scores - peak)
    total = raised.sum(axis=1, keepdims=True)
    if layer.sinks is not None:
        total += np.exp(layer.sinks[:, None] - peak)
    found: NDArray[np.float32] = raised / total
    return found


def check(recorder: AttentionRecorder, position: int) -> Check | None:
    """Compare at *position*, None where no output was kept."""
    for proof in recorder.proofs:
        if proof.position == position:
            break
    else:
        return None
    error = 0.0
    for index, output in proof.outputs.items():
        layer = recorder.layers[index]
        rows = weights(recorder, layer, position)
        values = _cached(layer.values, layer.n_head_kv, layer.value_width, position + 1)
        group = layer.n_head // layer.n_head_kv
        mixed = np.einsum("grk,kgd->grd", rows.reshape(layer.n_head_kv, group, position + 1), values, optimize=True)
        difference = np.abs(mixed.reshape(output.shape) - output).max()
        error = max(error, float(difference / max(1e-12, float(np.abs(output).max()))))
    return Check(position, error)


def _cached(cache: ggml.Tensor, n_head_kv: int, width: int, n_keys: int) -> NDArray[np.float32]:
    """The first *n_keys* cells of the K or V cache, float32 (n_keys, n_head_kv, width)."""
    row = int(cache.nb[1])
    data = ggml.read_bytes(ctypes.addressof(cache), 0, n_keys * row)
    return ggml.dequantize(data, cache.type, n_keys * n_head_kv * width).reshape(n_keys, n_head_kv, width)


def _slopes(n_head: int, max_bias: float) -> NDArray[np.float32]:
    """ALiBi's slope of every head (Press et al. 2021, arXiv:2108.12409), as ggml computes them."""
    low = 1 << math.floor(math.log2(n_head))
    m0, m1 = 2.0 ** (-max_bias / low), 2.0 ** (-max_bias / 2 / low)
    return np.array([m0 ** (h + 1) if h < low else m1 ** (2 * (h - low) + 1) for h in range(n_head)], np.float32)
