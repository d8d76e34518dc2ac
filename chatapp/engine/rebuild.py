"""Attention weights rebuilt from the recorded Q and the K cache, with the proof that they are the run's own."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import EngineError, ErrorCode
from chatapp.engine import ggml
from chatapp.engine.queries import RecordedLayer, ensure
from chatapp.engine.recorder import AttentionRecorder, Proof

# Multiplications up to which OpenBLAS does a product in one thread. For a single row others are not worth waking: they
# compete for the cores with llama.cpp's, and on a busy machine the row waits for them.
_ALONE = 200_000


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
    of the tokens was not recorded, `EngineError` when the model computed no numbers.
    """
    n_keys, group = position + 1, layer.n_head // layer.n_head_kv
    positions = range(n_keys - count, n_keys)
    q: NDArray[np.float32] = np.stack([recorder.queries.query(layer, p) for p in positions])  # (count, n_head, width)
    q *= np.float32(layer.scale / layer.softcap if layer.softcap else layer.scale)
    keys = _cached(recorder, layer.keys, layer.n_head_kv, layer.width, n_keys)
    if layer.half_keys:
        keys = keys.astype(np.float16).astype(np.float32)
    # One product for each key-value head: (group · count, width) with (width, keys).
    q = q.reshape(count, layer.n_head_kv, group, layer.width).transpose(1, 2, 0, 3)
    q = q.reshape(layer.n_head_kv, group * count, layer.width)
    scores = np.empty((layer.n_head_kv, group * count, n_keys), np.float32)
    step = max(1, _ALONE // (q.shape[1] * layer.width)) if count == 1 else n_keys
    for start in range(0, n_keys, step):
        part = slice(start, start + step)
        np.matmul(q, keys[part].transpose(1, 2, 0), out=scores[:, :, part])
    scores = scores.reshape(layer.n_head, count, n_keys)
    if layer.softcap:
        np.tanh(scores, out=scores)
        scores *= np.float32(layer.softcap)
    slopes = _slopes(layer.n_head, layer.max_bias)[:, None] if layer.max_bias else None
    for row, at in enumerate(positions):
        if slopes is not None:
            scores[:, row] += slopes * np.minimum(np.arange(n_keys) - at, 0).astype(np.float16)  # as the mask has it
        scores[:, row, at + 1 :] = -np.inf
        scores[:, row, : recorder.lowest_key(layer, at)] = -np.inf
    peak = scores.max(axis=-1, keepdims=True)
    if layer.sinks is not None:
        peak = np.maximum(peak, layer.sinks[:, None, None])
    scores -= peak
    np.exp(scores, out=scores)
    total = scores.sum(axis=-1, keepdims=True)
    if layer.sinks is not None:
        total += np.exp(layer.sinks[:, None, None] - peak)
    scores /= total
    return finite(scores)


def finite(found: NDArray[Any]) -> NDArray[Any]:
    """*found*; raise `EngineError` when there is an infinity or a NaN in it: some drivers compute them."""
    if not np.isfinite(found).all():
        raise EngineError(ErrorCode.ENGINE_NO_NUMBERS)
    return found


def check(recorder: AttentionRecorder, position: int) -> Check | None:
    """Compare at *position*, None where no output was kept."""
    for proof in recorder.proofs:
        if proof.position == position:
            break
    else:
        return None
    if proof.error is None:  # the cells before a token change only when it is cut, and then the proof is, too
        proof.error = _error(recorder, proof)
    return Check(position, proof.error)


def _error(recorder: AttentionRecorder, proof: Proof) -> float:
    error, n_keys = 0.0, proof.position + 1
    for index, output in proof.outputs.items():
        layer = recorder.layers[index]
        rows = weights(recorder, layer, proof.position)[:, 0]
        values = _cached(recorder, layer.values, layer.n_head_kv, layer.value_width, n_keys)
        group = layer.n_head // layer.n_head_kv
        mixed = np.matmul(rows.reshape(layer.n_head_kv, group, n_keys), values.transpose(1, 0, 2))
        difference = np.abs(finite(mixed.reshape(output.shape) - output)).max()
        error = max(error, float(difference / max(1e-12, float(np.abs(output).max()))))
    return error


def _cached(
    recorder: AttentionRecorder, cache: ggml.Tensor, n_head_kv: int, width: int, n_keys: int
) -> NDArray[np.float32]:
    """The first *n_keys* cells of the K or V cache, float32 (n_keys, n_head_kv, width), until this is called again."""
    columns = int(cache.ne[0])
    recorder.scratch = ensure(recorder.scratch, n_keys * columns)  # new memory for each layer would take the most time
    cells = recorder.scratch[: n_keys * columns]
    ggml.read_floats(cache, cells)
    # With latent attention (MLA) V is the front of the cells of K.
    return cells.reshape(n_keys, columns)[:, : n_head_kv * width].reshape(n_keys, n_head_kv, width)


def _slopes(n_head: int, max_bias: float) -> NDArray[np.float32]:
    """ALiBi's slope of every head (Press et al. 2021, arXiv:2108.12409), as ggml computes them."""
    low = 1 << math.floor(math.log2(n_head))
    m0, m1 = 2.0 ** (-max_bias / low), 2.0 ** (-max_bias / 2 / low)
    return np.array([m0 ** (h + 1) if h < low else m1 ** (2 * (h - low) + 1) for h in range(n_head)], np.float32)
