"""Transformer forward passes in plain NumPy, float64: the truth that the engine is measured against.

Written from the papers and the GGUF conventions, sharing no code with chatapp or llama.cpp. One function a family, the
whole sequence at once, nothing optimised. Shapes: T tokens, E embedding, H query heads, G key/value heads, D head size.

Nothing is rounded, with one choice: `gelu_table` is llama.cpp's GELU, a table of float16 over float16. ggml also rounds
what meets an F16 matrix or the F16 KV cache to float16, and what meets a Q8_0 matrix to int8 blocks. Following it there
was tried and gains little, as one unit that flips in the first layer flips many in the next: the tests' tolerances
carry that.

Sources: GPT-2 (Radford et al. 2019), Llama (arXiv:2302.13971), grouped queries (arXiv:2305.13245), rotary positions
(arXiv:2104.09864), Gemma 3 (arXiv:2503.19786).
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from tests.helpers.gguf_weights import Weights

F64 = NDArray[np.float64]
LOCAL_ROPE_BASE = 10000.0  # Gemma 3's sliding-window layers; not in the file


def forward(
    weights: Weights,
    token_ids: Sequence[int],
    gelu: Callable[[F64], F64] | None = None,
    hidden: Sequence[tuple[int, int]] = (),
) -> tuple[F64, F64]:
    """Logits (T, V), of the token that follows each position, and attention weights (L, H, T, T).

    Positions start to end of *hidden* are not seen by tokens from end on.
    """
    families: dict[str, Callable[[_Model, NDArray[np.int64]], tuple[F64, F64]]] = {
        "llama": _llama,
        "qwen2": _llama,
        "gpt2": _gpt2,
        "gemma3": _gemma3,
    }
    return families[weights.architecture](_Model(weights, gelu or exact_gelu, hidden), np.asarray(token_ids, np.int64))


def hidden_states(weights: Weights, token_ids: Sequence[int]) -> F64:
    """States (T, E) after the last norm, of a Llama: what the output matrix turns into logits."""
    unit = {"output.weight": np.eye(int(weights.metadata["embedding_length"]), dtype=np.float32)}
    return forward(replace(weights, tensors=weights.tensors | unit), token_ids)[0]


class _Model:
    """Weights and settings by the names the file has for them."""

    def __init__(self, weights: Weights, gelu: Callable[[F64], F64], hidden: Sequence[tuple[int, int]] = ()) -> None:
        self.weights, self.gelu, self.hidden = weights, gelu, hidden
        self.meta = weights.metadata
        self.heads = int(self.meta["attention.head_count"])
        self.groups = int(self.meta.get("attention.head_count_kv", self.heads))

    def get(self, name: str) -> F64:
        return self.weights.tensors[name].astype(np.float64)

    def linear(self, x: F64, name: str) -> F64:
        """x (T, in) through the matrix (out, in), plus the bias where there is one."""
        y = x @ self.get(f"{name}.weight").T
        return y + self.get(f"{name}.bias") if f"{name}.bias" in self.weights.tensors else y

    def rms_norm(self, x: F64, name: str) -> F64:
        return rms_norm(x, self.get(f"{name}.weight"), float(self.meta["attention.layer_norm_rms_epsilon"]))

    def layer_norm(self, x: F64, name: str) -> F64:
        eps = float(self.meta["attention.layer_norm_epsilon"])
        return layer_norm(x, self.get(f"{name}.weight"), self.get(f"{name}.bias"), eps)

    def logits(self, x: F64) -> F64:
        return self.linear(x, "output" if "output.weight" in self.weights.tensors else "token_embd")


def _llama(model: _Model, ids: NDArray[np.int64]) -> tuple[F64, F64]:
    base = float(model.meta["rope.freq_base"])
    # GGUF files of the Llama family hold q and k for the paper's neighbouring pairs; Qwen2 rotates halves.
    pairs = neighbours if model.weights.architecture == "llama" else halves
    x = model.get("token_embd.weight")[ids]
    attention = []
    for i in range(model.weights.n_layer):
        layer = f"blk.{i}."
        h = model.rms_norm(x, layer + "attn_norm")
        q = rotate(split_heads(model.linear(h, layer + "attn_q"), model.heads), base, pairs)
        k = rotate(split_heads(model.linear(h, layer + "attn_k"), model.groups), base, pairs)
        v = split_heads(model.linear(h, layer + "attn_v"), model.groups)
        mixed, probabilities = attend(q, k, v, hidden=model.hidden)
        attention.append(probabilities)
        x = x + model.linear(mixed, layer + "attn_output")
        h = model.rms_norm(x, layer + "ffn_norm")
        gated = silu(model.linear(h, layer + "ffn_gate")) * model.linear(h, layer + "ffn_up")
        x = x + model.linear(gated, layer + "ffn_down")
    return model.logits(model.rms_norm(x, "output_norm")), np.stack(attention)


def _gpt2(model: _Model, ids: NDArray[np.int64]) -> tuple[F64, F64]:
    x = model.get("token_embd.weight")[ids] + model.get("position_embd.weight")[: len(ids)]
    attention = []
    for i in range(model.weights.n_layer):
        layer = f"blk.{i}."
        qkv = model.linear(model.layer_norm(x, layer + "attn_norm"), layer + "attn_qkv")
        q, k, v = (split_heads(part, model.heads) for part in np.split(qkv, 3, axis=1))
        mixed, probabilities = attend(q, k, v, hidden=model.hidden)
        attention.append(probabilities)
        x = x + model.linear(mixed, layer + "attn_output")
        h = model.gelu(model.linear(model.layer_norm(x, layer + "ffn_norm"), layer + "ffn_up"))
        x = x + model.linear(h, layer + "ffn_down")
    return model.logits(model.layer_norm(x, "output_norm")), np.stack(attention)


def _gemma3(model: _Model, ids: NDArray[np.int64]) -> tuple[F64, F64]:
    x = model.get("token_embd.weight")[ids] * int(model.meta["embedding_length"]) ** 0.5
    attention = []
    for i in range(model.weights.n_layer):
        layer = f"blk.{i}."
        full = i % 6 == 5  # five sliding-window layers, then one that sees everything
        base = float(model.meta["rope.freq_base"]) if full else LOCAL_ROPE_BASE
        window = None if full else int(model.meta["attention.sliding_window"])
        h = model.rms_norm(x, layer + "attn_norm")
        q = model.rms_norm(split_heads(model.linear(h, layer + "attn_q"), model.heads), layer + "attn_q_norm")
        k = model.rms_norm(split_heads(model.linear(h, layer + "attn_k"), model.groups), layer + "attn_k_norm")
        v = split_heads(model.linear(h, layer + "attn_v"), model.groups)
        mixed, probabilities = attend(rotate(q, base, halves), rotate(k, base, halves), v, window, model.hidden)
        attention.append(probabilities)
        x = x + model.rms_norm(model.linear(mixed, layer + "attn_output"), layer + "post_attention_norm")
        h = model.rms_norm(x, layer + "ffn_norm")
        gated = model.gelu(model.linear(h, layer + "ffn_gate")) * model.linear(h, layer + "ffn_up")
        x = x + model.rms_norm(model.linear(gated, layer + "ffn_down"), layer + "post_ffw_norm")
    return model.logits(model.rms_norm(x, "output_norm")), np.stack(attention)


# -- building blocks ---------------------------------------------------------------------------------------------------


def attend(
    q: F64, k: F64, v: F64, window: int | None = None, hidden: Sequence[tuple[int, int]] = ()
) -> tuple[F64, F64]:
    """Causal scaled dot-product attention of q (H, T, D) over k and v (G, T, D); H/G query heads share a k and v.

    Returns the mixed values, heads side by side (T, H·D), and the weights (H, T, T). With a *window* a query sees the
    last *window* positions, its own included.
    """
    shared = q.shape[0] // k.shape[0]
    k, v = np.repeat(k, shared, axis=0), np.repeat(v, shared, axis=0)
    scores = q @ k.swapaxes(1, 2) / q.shape[-1] ** 0.5
    query, key = np.ogrid[: scores.shape[1], : scores.shape[2]]
    masked = key > query if window is None else (key > query) | (query - key >= window)
    for start, end in hidden:
        masked = masked | ((query >= end) & (key >= start) & (key < end))
    weights = softmax(np.where(masked, -np.inf, scores))
    mixed = (weights @ v).swapaxes(0, 1)
    return mixed.reshape(len(mixed), -1), weights


def neighbours(size: int) -> tuple[slice, slice]:
    """Rotate (x0, x1), (x2, x3), …: the rotary paper's pairs."""
    return slice(0, size, 2), slice(1, size, 2)


def halves(size: int) -> tuple[slice, slice]:
    """Rotate (x0, x[D/2]), (x1, x[D/2+1]), …: GPT-NeoX's pairs."""
    return slice(0, size // 2), slice(size // 2, size)


def rotate(x: F64, base: float, pairs: Callable[[int], tuple[slice, slice]]) -> F64:
    """Rotary positions for x (…, T, D): pair i turns by position · base^(-2i/D)."""
    length, size = x.shape[-2:]
    angle = np.arange(length)[:, None] * base ** (-np.arange(0, size, 2) / size)[None, :]
    first, second = pairs(size)
    a, b = x[..., first], x[..., second]
    turned = np.empty_like(x)
    turned[..., first] = a * np.cos(angle) - b * np.sin(angle)
    turned[..., second] = a * np.sin(angle) + b * np.cos(angle)
    return turned


def split_heads(x: F64, count: int) -> F64:
    """(T, count·D) to (count, T, D)."""
    return x.reshape(len(x), count, -1).swapaxes(0, 1)


def rms_norm(x: F64, weight: F64, eps: float) -> F64:
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True) + eps) * weight


def layer_norm(x: F64, weight: F64, bias: F64, eps: float) -> F64:
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / np.sqrt(np.mean(centred**2, axis=-1, keepdims=True) + eps) * weight + bias


def silu(x: F64) -> F64:
    return x / (1 + np.exp(-x))


def exact_gelu(x: F64) -> F64:
    """GPT-2's tanh form."""
    return 0.5 * x * (1 + np.tanh((2 / np.pi) ** 0.5 * (x + 0.044715 * x**3)))


def gelu_table(x: F64) -> F64:
    """The same as llama.cpp's CPU code looks it up."""
    return exact_gelu(x.astype(np.float16).astype(np.float64)).astype(np.float16).astype(np.float64)


def softmax(x: F64) -> F64:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


# -- what is read off the logits ---------------------------------------------------------------------------------------


def log_softmax(logits: F64) -> F64:
    shifted = np.asarray(logits, np.float64) - logits.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def entropy(logits: F64) -> F64:
    """Of each row, in nats."""
    logprobs = log_softmax(logits)
    probabilities = np.exp(logprobs)
    return -np.where(probabilities > 0, probabilities * logprobs, 0.0).sum(axis=-1)


def rank(logits: F64, token: int) -> int:
    """How many tokens of the row are strictly likelier."""
    return sum(1 for other in logits if other > logits[token])


def rank_range(logits: F64, token: int, margin: float) -> tuple[int, int]:
    """The ranks *token* can have when logits within *margin* of its own may lie on either side of it."""
    above = int(np.count_nonzero(logits > logits[token] + margin))
    near = int(np.count_nonzero(np.abs(logits - logits[token]) <= margin)) - 1
    return above, above + near
