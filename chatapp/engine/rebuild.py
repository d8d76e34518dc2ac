"""Attention weights rebuilt from the recorded Q and the K cache, with the proof that they are the run's own."""

import ctypes
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml
from chatapp.engine.queries import RecordedLayer
from chatapp.engine.recorder import AttentionRecorder


@dataclass(frozen=True, slots=True)
class Check:
    """How far w·V of the rebuilt weights is from what the attention node put out, at one position.

    error  largest difference over the largest output, of all layers and heads
    """

    position: int
    error: float


def weights(recorder: AttentionRecorder, layer: RecordedLayer, position: int, count: int = 1) -> NDArray[np.float32]:
    """Attention in one layer of *count* tokens, the last of them at *position*: float32 (n_head, count, position + 1).

    Rows sum to 1, or to less where the model has attention sinks: the missing part went there. Raise KeyError when one
    of the tokens was not recorded.
    """
    positions = np.arange(position + 1 - count, position + 1)
    q = np.stack([recorder.queries.query(layer, int(p)) for p in positions])  # (count, n_head, width)
    n_keys = position + 1
    keys = _cached(layer.keys, layer.n_head_kv, layer.width, n_keys)
    if layer.half_keys:
        keys = keys.astype(np.float16).astype(np.float32)
    group = layer.n_head // layer.n_head_kv
    # One product for each key-value head: (group · count, width) with (width, keys).
    q = q.reshape(count, layer.n_head_kv, group, layer.width).transpose(1, 2, 0, 3)
    scores = np.stack([q[g].reshape(group * count, -1) @ keys[:, g].T for g in range(layer.n_head_kv)])
    scores = scores.reshape(layer.n_head, count, n_keys)
    if layer.softcap:
        scores = np.tanh(scores * np.float32(layer.scale / layer.softcap)) * np.float32(layer.softcap)
    else:
        scores *= np.float32(layer.scale)
    key, query = np.arange(n_keys), positions[:, None]
    if layer.max_bias:
        slopes = _slopes(layer.n_head, layer.max_bias)[:, None, None]
        scores += slopes * np.minimum(key - query, 0).astype(np.float16)  # as the mask holds distances
    lowest = np.array([recorder.lowest_key(layer, int(p)) for p in positions])[:, None]
    scores[:, (key > query) | (key < lowest)] = -np.inf
    peak = scores.max(axis=-1, keepdims=True)
    sinks = None if layer.sinks is None else layer.sinks[:, None, None]
    if sinks is not None:
        peak = np.maximum(peak, sinks)
    raised = np.exp(scores - peak)
    total = raised.sum(axis=-1, keepdims=True)
    if sinks is not None:
        total += np.exp(sinks - peak)
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
        rows = weights(recorder, layer, position)[:, 0]
        values = _cached(layer.values, layer.n_head_kv, layer.value_width, position + 1)
        group = layer.n_head // layer.n_head_kv
        mixed = np.einsum("grk,kgd->grd", rows.reshape(layer.n_head_kv, group, position + 1), values, optimize=True)
        difference = np.abs(mixed.reshape(output.shape) - output).max()
        error = max(error, float(difference / max(1e-12, float(np.abs(output).max()))))
    return Check(position, error)


def _cached(cache: ggml.Tensor, n_head_kv: int, width: int, n_keys: int) -> NDArray[np.float32]:
    """The first *n_keys* cells of the K or V cache, float32 (n_keys, n_head_kv, width)."""
    row, columns = int(cache.nb[1]), int(cache.ne[0])
    data = ggml.read_bytes(ctypes.addressof(cache), 0, n_keys * row)
    cells = ggml.dequantize(data, cache.type, n_keys * columns).reshape(n_keys, columns)
    # With latent attention (MLA) V is the front of the cells of K.
    return cells[:, : n_head_kv * width].reshape(n_keys, n_head_kv, width)


def _slopes(n_head: int, max_bias: float) -> NDArray[np.float32]:
    """ALiBi's slope of every head (Press et al. 2021, arXiv:2108.12409), as ggml computes them."""
    low = 1 << math.floor(math.log2(n_head))
    m0, m1 = 2.0 ** (-max_bias / low), 2.0 ** (-max_bias / 2 / low)
    return np.array([m0 ** (h + 1) if h < low else m1 ** (2 * (h - low) + 1) for h in range(n_head)], np.float32)
