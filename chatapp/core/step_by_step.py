"""What a transformer computes for one token, step by step, in plain NumPy: the formulas a textbook has.

Every function takes what the step before put out, as the model itself computed it, and gives what should come next; how
far that is from what the model has is a `Difference`. Shapes: T tokens, E width of the state, D of a head.
Sources: Attention Is All You Need (arXiv:1706.03762), RoPE (arXiv:2104.09864), RMSNorm (arXiv:1910.07467), GLU
(arXiv:2002.05202), GELU (arXiv:1606.08415, its tanh form).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Difference:
    """Between what the model has and what was recomputed: the *largest* one, and that as a *share* of the largest
    number there is."""

    largest: float
    share: float


@dataclass(frozen=True, slots=True)
class Rope:
    """How a head's vector is turned: *size* of its numbers, in pairs that are *neighbours* or lie half of it apart.

    factors  float32 (size/2,) that divide the angles, None for all 1     scale  of the positions
    """

    size: int
    base: float
    neighbours: bool
    scale: float = 1.0
    magnitude: float = 1.0
    factors: F32 | None = None


def difference(captured: F32, recomputed: F32) -> Difference:
    """Of two arrays of the same shape; hidden places, -inf in both, are equal."""
    hidden = np.isneginf(captured) & np.isneginf(recomputed)
    one, other = np.where(hidden, 0, captured), np.where(hidden, 0, recomputed)
    largest = float(np.abs(one.astype(np.float64) - other).max(initial=0.0))
    scale = float(np.abs(one).max(initial=0.0))
    return Difference(largest, largest / scale if scale else largest)


def rms_norm(x: F32, weight: F32, eps: float) -> F32:
    """x / √(mean(x²) + ε) · weight, over the last axis."""
    wide = x.astype(np.float64)
    return np.asarray(wide / np.sqrt(np.mean(wide**2, axis=-1, keepdims=True) + eps) * weight, np.float32)


def layer_norm(x: F32, weight: F32, bias: F32, eps: float) -> F32:
    """(x - mean) / √(variance + ε) · weight + bias, over the last axis."""
    wide = x.astype(np.float64)
    centred = wide - wide.mean(axis=-1, keepdims=True)
    scaled = centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + eps)
    return np.asarray(scaled * weight + bias, np.float32)


def linear(x: F32, blocks: Iterable[F32], bias: F32 | None = None) -> F32:
    """W·x + b, with the rows of W in *blocks*, each (rows, E)."""
    out = np.concatenate([block @ x for block in blocks])
    return np.asarray(out if bias is None else out + bias, np.float32)


def rotate(x: F32, positions: NDArray[np.int64], rope: Rope) -> F32:
    """*x* (T, D) with pair i of each row turned by position · base^(-2i/size)."""
    half = rope.size // 2
    angle = positions[:, None] * rope.scale * rope.base ** (-2.0 * np.arange(half) / rope.size)[None, :]
    if rope.factors is not None:
        angle = angle / rope.factors[None, :half]
    near = (slice(0, rope.size, 2), slice(1, rope.size, 2))
    first, second = near if rope.neighbours else (slice(0, half), slice(half, rope.size))
    a, b = x[:, first].astype(np.float64), x[:, second].astype(np.float64)
    turned = x.astype(np.float64)
    turned[:, first] = (a * np.cos(angle) - b * np.sin(angle)) * rope.magnitude
    turned[:, second] = (a * np.sin(angle) + b * np.cos(angle)) * rope.magnitude
    return turned.astype(np.float32)


def softmax(scaled: F32, sink: float | None = None) -> F32:
    """Of float32 (T,), -inf where hidden; a *sink* takes its part and is no token."""
    most = max(float(scaled.max()), sink if sink is not None else -np.inf)
    powers = np.exp(scaled.astype(np.float64) - most)
    total = powers.sum() + (np.exp(sink - most) if sink is not None else 0.0)
    return np.asarray(powers / total, np.float32)


def gelu(x: F32) -> F32:
    """½·x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))."""
    wide = x.astype(np.float64)
    return np.asarray(0.5 * wide * (1 + np.tanh(np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3))), np.float32)


def silu(x: F32) -> F32:
    """x / (1 + e^-x)."""
    wide = x.astype(np.float64)
    return np.asarray(wide / (1 + np.exp(-wide)), np.float32)


def relu(x: F32) -> F32:
    """max(x, 0)."""
    return np.maximum(x, np.float32(0))


ACTIVATIONS: dict[str, Callable[[F32], F32]] = {"silu": silu, "gelu": gelu, "relu": relu}


def similarity(states: F32) -> F32:
    """Cosines (…, N, N) of the N rows of *states* (…, N, E) with each other."""
    wide = states.astype(np.float64)
    wide = wide / np.maximum(np.linalg.norm(wide, axis=-1, keepdims=True), 1e-30)
    return np.asarray(wide @ wide.swapaxes(-1, -2), np.float32)
