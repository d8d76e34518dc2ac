"""Attention of quantized weights against the NumPy reference on the same weights, dequantized.

llama.cpp rounds what meets a quantized matrix to eight bits, too, each block by its own scale. How much that changes is
measured in the reference itself, by rounding there; the engine may be as far from the exact one as that, and no more.
"""

import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.protocol.messages import Attend, Inspect, Prefix
from tests.helpers import reference
from tests.helpers.asking import ask, opened, weights_of
from tests.helpers.listeners import Recorder

F64 = NDArray[np.float64]
IDS = tuple(np.random.default_rng(11).integers(0, 320, 120).tolist())


def rounded(x: F64, block: int, scale_type: type[np.floating]) -> F64:
    """As ggml rounds a row of activations: eight bits, and a scale for every *block* of them."""
    parts = x.reshape(*x.shape[:-1], -1, block)
    scale = np.abs(parts).max(axis=-1, keepdims=True) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    return (np.round(parts * inverse) * scale.astype(scale_type)).reshape(x.shape)


@pytest.mark.parametrize(
    ("name", "block", "scale_type"), [("llama-q8_0", 32, np.float16), ("llama-q4_k", 256, np.float32)]
)
def test_quantized_attention_is_off_by_the_rounding_of_activations_and_nothing_else(
    name: str, block: int, scale_type: type[np.floating], monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = reference.forward(weights_of(name), IDS)[1]
    linear = reference._Model.linear
    monkeypatch.setattr(
        reference._Model, "linear", lambda self, x, matrix: linear(self, rounded(x, block, scale_type), matrix)
    )
    as_ggml = reference.forward(weights_of(name), IDS)[1]
    backend = opened(name, flash_attention="on", recording=1 << 26)
    found = backend.inspect(Inspect(1, None, IDS, "f32", (), 0), Recorder()).arrays["attention"]
    rebuilt = ask(backend, Attend(1, Prefix(reply_ids=IDS), queries=len(IDS))).arrays["weights"]
    backend.close()
    off = functools.partial(np.abs, dtype=np.float64)
    noise, error = off(as_ggml - exact), off(found - exact)
    assert 1e-5 < noise.mean() < 1e-4
    assert error.mean() < 1.1 * noise.mean()
    assert error.max() < 1.5 * noise.max() < 0.03
    # With the rounding followed, what is left of the first layer is the order of summation; later on, some activations
    # that lie between two steps go the other way.
    first = off(found[0] - as_ggml[0])
    assert np.quantile(first, 0.999) < 1e-6
    assert off(found - as_ggml).mean() < 0.2 * noise.mean()
    assert off(rebuilt - exact).mean() < 2 * noise.mean()
    assert off(rebuilt - exact).max() < 0.03
