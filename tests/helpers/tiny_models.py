"""Tiny GGUF models with seeded random weights: real files for the real engine, a few hundred kB each.

They know no language, but everything else of a model is there: a byte-level vocabulary in which Hangul and emoji are
split over tokens, control tokens, a chat template, and logits whose entropy is neither 0 nor that of a uniform choice.

`tiny(name)` gives the path of one of `MODELS`, written on first use to a folder that goes away with the process.
The ``write_…`` functions make others.
"""

import atexit
import functools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from tests.helpers.tiny_attention import write_bloom, write_deepseek2, write_gpt_oss, write_t5
from tests.helpers.tiny_file import (
    BOS,
    CHAT_TEMPLATE,
    CONTROL_TOKENS,
    END,
    Array,
    Edit,
    Kind,
    TinyFile,
    byte_alphabet,
    vocabulary,
)

__all__ = (
    "BOS", "CHAT_TEMPLATE", "CONTROL_TOKENS", "END", "MODELS", "Array", "byte_alphabet", "tiny", "vocabulary",
    "write_gemma3", "write_llama",
)  # fmt: skip


def write_llama(
    path: Path,
    *,
    n_layer: int = 3,
    n_embd: int = 64,
    n_head: int = 4,
    n_head_kv: int = 2,
    n_ff: int = 128,
    vocab: int = 320,
    dtype: Kind = "F32",
    context_length: int = 2048,
    chat_template: str | None = CHAT_TEMPLATE,
    tied: bool = False,
    architecture: Literal["llama", "qwen2", "qwen3", "deci"] = "llama",
    heads: Sequence[tuple[int, int]] = (),
    sampling: Mapping[str, float] | None = None,
    sentencepiece: Sequence[str] = (),
    seed: int = 1,
) -> None:
    """Llama: RMSNorm, rotary positions, grouped queries, SwiGLU. Qwen2 differs in the rotation and has q/k/v biases.
    Qwen3 has norms of q and k instead of them.

    *heads* are the query and key heads of each layer where they differ (Deci, which is else Llama); a layer of none has
    no attention. *sampling* are the ``general.sampling.*`` values that its makers recommend. With *sentencepiece* the
    vocabulary is one that knows these words.
    """
    file = TinyFile(path, architecture, kind=dtype, seed=seed, n_layer=n_layer, n_embd=n_embd)
    for key, value in (sampling or {}).items():
        add = file.writer.add_int32 if isinstance(value, int) else file.writer.add_float32
        add(f"general.sampling.{key}", value)
    head = n_embd // n_head
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count([q for q, _ in heads] or n_head)
    file.writer.add_head_count_kv([kv for _, kv in heads] or n_head_kv)
    if heads:
        file.writer.add_key_length(head)
        file.writer.add_value_length(head)
    file.writer.add_layer_norm_rms_eps(1e-5)
    file.writer.add_rope_dimension_count(head)
    file.writer.add_rope_freq_base(10000.0)
    if sentencepiece:
        file.add_sentencepiece(vocab, sentencepiece, chat_template)
    else:
        file.add_vocabulary(vocab, "llama-bpe" if architecture in {"llama", "deci"} else "qwen2", chat_template)
    file.matrix("token_embd.weight", vocab, n_embd, gain=1.2 if tied else 2 * n_embd**0.5)
    for i in range(n_layer):
        n_q, n_kv = heads[i] if heads else (n_head, n_head_kv)
        if n_q:
            file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
            file.matrix(f"blk.{i}.attn_q.weight", n_q * head, n_embd, gain=1.2)
            file.matrix(f"blk.{i}.attn_k.weight", n_kv * head, n_embd, gain=1.2)
            file.matrix(f"blk.{i}.attn_v.weight", n_kv * head, n_embd)
        if architecture == "qwen2":
            file.vector(f"blk.{i}.attn_q.bias", n_q * head, spread=0.5)
            file.vector(f"blk.{i}.attn_k.bias", n_kv * head, spread=0.5)
            file.vector(f"blk.{i}.attn_v.bias", n_kv * head, spread=0.5)
        if architecture == "qwen3":
            file.vector(f"blk.{i}.attn_q_norm.weight", head, mean=1.2)
            file.vector(f"blk.{i}.attn_k_norm.weight", head, mean=1.2)
        if n_q:
            file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_q * head, gain=0.2 if tied else 0.7)
        file.vector(f"blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_up.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_down.weight", n_embd, n_ff, gain=0.2 if tied else 1.0)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    if not tied:
        file.matrix("output.weight", vocab, n_embd, gain=1.1)
    file.close()


def write_gpt2(
    path: Path,
    *,
    n_layer: int = 3,
    n_embd: int = 64,
    n_head: int = 4,
    n_ff: int = 128,
    vocab: int = 320,
    dtype: Kind = "F32",
    context_length: int = 1024,
    chat_template: str | None = CHAT_TEMPLATE,
    tied: bool = True,
    ffn: float = 1.0,
    seed: int = 2,
) -> None:
    """GPT-2: LayerNorm, learned positions, one fused q/k/v matrix, GELU, biases everywhere, output matrix tied.

    *ffn* scales what the feed-forward adds.
    """
    file = TinyFile(path, "gpt2", kind=dtype, seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count(n_head)
    file.writer.add_layer_norm_eps(1e-5)
    file.add_vocabulary(vocab, "gpt-2", chat_template)
    file.matrix("token_embd.weight", vocab, n_embd, gain=1.2 if tied else 2 * n_embd**0.5)
    file.plain("position_embd.weight", file.random.standard_normal((context_length, n_embd)) * 0.1)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        file.vector(f"blk.{i}.attn_norm.bias", n_embd)
        file.matrix(f"blk.{i}.attn_qkv.weight", 3 * n_embd, n_embd, gain=1.1)
        file.vector(f"blk.{i}.attn_qkv.bias", 3 * n_embd)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_embd, gain=0.2 if tied else 1.0)
        file.vector(f"blk.{i}.attn_output.bias", n_embd, spread=0.02)
        file.vector(f"blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
        file.vector(f"blk.{i}.ffn_norm.bias", n_embd)
        file.matrix(f"blk.{i}.ffn_up.weight", n_ff, n_embd)
        file.vector(f"blk.{i}.ffn_up.bias", n_ff)
        file.matrix(f"blk.{i}.ffn_down.weight", n_embd, n_ff, gain=ffn * (0.1 if tied else 0.5))
        file.vector(f"blk.{i}.ffn_down.bias", n_embd, spread=0.02)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.vector("output_norm.bias", n_embd)
    if not tied:
        file.matrix("output.weight", vocab, n_embd, gain=1.1)
    file.close()


def write_gemma3(
    path: Path,
    *,
    n_layer: int = 7,
    n_embd: int = 48,
    n_head: int = 3,
    n_head_kv: int = 1,
    n_ff: int = 96,
    head: int = 32,
    window: int = 40,
    vocab: int = 320,
    dtype: Kind = "F32",
    context_length: int = 2048,
    chat_template: str | None = CHAT_TEMPLATE,
    ffn: float = 1.0,
    softcap: float = 0.0,
    edit: Edit | None = None,
    seed: int = 3,
) -> None:
    """Gemma 3: five sliding-window layers to one full layer, norms of q and k and after each half, heads not n_embd.

    *ffn* scales what the feed-forward adds. With *softcap* it is Gemma 2: attention scores are at most that, layers
    alternate, and q and k have no norms.
    """
    file = TinyFile(path, "gemma2" if softcap else "gemma3", kind=dtype, seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.edit = edit or file.edit
    if softcap:
        file.writer.add_attn_logit_softcapping(softcap)
        file.writer.add_final_logit_softcapping(30.0)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(n_head_kv)
    file.writer.add_key_length(head)
    file.writer.add_value_length(head)
    file.writer.add_layer_norm_rms_eps(1e-6)
    file.writer.add_rope_freq_base(10_000.0 if softcap else 1_000_000.0)
    file.writer.add_sliding_window(window)
    file.add_vocabulary(vocab, "llama-bpe", chat_template)
    file.matrix("token_embd.weight", vocab, n_embd, gain=1.2)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.attn_q.weight", n_head * head, n_embd)
        file.matrix(f"blk.{i}.attn_k.weight", n_head_kv * head, n_embd)
        file.matrix(f"blk.{i}.attn_v.weight", n_head_kv * head, n_embd)
        if not softcap:
            file.vector(f"blk.{i}.attn_q_norm.weight", head, mean=1.2)
            file.vector(f"blk.{i}.attn_k_norm.weight", head, mean=1.2)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * head)
        file.vector(f"blk.{i}.post_attention_norm.weight", n_embd, mean=0.4)
        file.vector(f"blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_up.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_down.weight", n_embd, n_ff)
        file.vector(f"blk.{i}.post_ffw_norm.weight", n_embd, mean=0.4 * ffn, spread=0.1 * ffn)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.close()


def write_mamba(
    path: Path,
    *,
    n_layer: int = 2,
    n_embd: int = 32,
    vocab: int = 320,
    context_length: int = 2048,
    chat_template: str | None = CHAT_TEMPLATE,
    seed: int = 4,
) -> None:
    """Mamba: a state-space model; there is no attention anywhere in it."""
    file = TinyFile(path, "mamba", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(0)
    file.writer.add_head_count(0)
    _add_ssm_sizes(file)
    file.writer.add_layer_norm_rms_eps(1e-5)
    file.add_vocabulary(vocab, "gpt-2", chat_template)
    file.matrix("token_embd.weight", vocab, n_embd, gain=n_embd**0.5)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        _add_ssm_layer(file, i)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.matrix("output.weight", vocab, n_embd, gain=1.2)
    file.close()


def write_jamba(path: Path, *, n_embd: int = 32, vocab: int = 320, context_length: int = 2048, seed: int = 7) -> None:
    """Jamba: a hybrid, state-space layers with an attention layer (no positions) among them."""
    heads = [0, 2, 0]  # of each layer's keys; none: a state-space layer
    n_head, head, n_ff = 4, n_embd // 4, 2 * n_embd
    file = TinyFile(path, "jamba", kind="F32", seed=seed, n_layer=len(heads), n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(heads)
    _add_ssm_sizes(file)
    file.writer.add_layer_norm_rms_eps(1e-5)
    file.add_vocabulary(vocab, "gpt-2", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=n_embd**0.5)
    for i, n_head_kv in enumerate(heads):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        if n_head_kv:
            file.matrix(f"blk.{i}.attn_q.weight", n_head * head, n_embd, gain=1.2)
            file.matrix(f"blk.{i}.attn_k.weight", n_head_kv * head, n_embd, gain=1.2)
            file.matrix(f"blk.{i}.attn_v.weight", n_head_kv * head, n_embd)
            file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * head)
        else:
            _add_ssm_layer(file, i)
            file.vector(f"blk.{i}.ssm_dt_norm.weight", _SSM_RANK, mean=1.0)
            file.vector(f"blk.{i}.ssm_b_norm.weight", _SSM_STATE, mean=1.0)
            file.vector(f"blk.{i}.ssm_c_norm.weight", _SSM_STATE, mean=1.0)
        file.vector(f"blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_up.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_down.weight", n_embd, n_ff)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.matrix("output.weight", vocab, n_embd, gain=1.2)
    file.close()


_SSM_STATE, _SSM_CONV, _SSM_RANK = 8, 4, 4


def _add_ssm_sizes(file: TinyFile) -> None:
    file.writer.add_ssm_conv_kernel(_SSM_CONV)
    file.writer.add_ssm_inner_size(2 * file.n_embd)
    file.writer.add_ssm_state_size(_SSM_STATE)
    file.writer.add_ssm_time_step_rank(_SSM_RANK)


def _add_ssm_layer(file: TinyFile, i: int) -> None:
    n_embd, inner = file.n_embd, 2 * file.n_embd
    file.matrix(f"blk.{i}.ssm_in.weight", 2 * inner, n_embd)
    file.plain(f"blk.{i}.ssm_conv1d.weight", file.random.standard_normal((inner, _SSM_CONV)) / _SSM_CONV**0.5)
    file.vector(f"blk.{i}.ssm_conv1d.bias", inner)
    file.matrix(f"blk.{i}.ssm_x.weight", _SSM_RANK + 2 * _SSM_STATE, inner)
    file.matrix(f"blk.{i}.ssm_dt.weight", inner, _SSM_RANK)
    file.vector(f"blk.{i}.ssm_dt.bias", inner)
    file.plain(f"blk.{i}.ssm_a", -np.tile(np.arange(1, _SSM_STATE + 1, dtype=np.float32), (inner, 1)))
    file.vector(f"blk.{i}.ssm_d", inner, mean=1.0)
    file.matrix(f"blk.{i}.ssm_out.weight", n_embd, inner)


MODELS: dict[str, Callable[[Path], None]] = {
    "llama-f32": write_llama,
    "llama-f16": functools.partial(write_llama, dtype="F16"),
    "llama-q8_0": functools.partial(write_llama, dtype="Q8_0"),
    "llama-q4_k": functools.partial(write_llama, n_layer=2, n_embd=256, n_ff=256, dtype="Q4_K"),
    "llama-tied": functools.partial(write_llama, tied=True, n_head=8, n_head_kv=1, seed=5),
    "llama-no-template": functools.partial(write_llama, chat_template=None),
    "llama-recommends": functools.partial(
        write_llama, sampling={"temp": 0.6, "top_k": 20, "top_p": 0.9, "min_p": 0.02, "penalty_repeat": 1.05}
    ),
    "llama-sentencepiece": functools.partial(write_llama, sentencepiece=("▁cat", "cat", "▁dog"), seed=8),
    "llama-short-context": functools.partial(write_llama, context_length=128),
    "deci-f32": functools.partial(write_llama, architecture="deci", heads=((2, 1), (0, 0), (4, 2)), seed=13),
    "gpt2-f32": write_gpt2,
    "gpt2-f16": functools.partial(write_gpt2, dtype="F16", tied=False),
    "qwen2-f32": functools.partial(write_llama, architecture="qwen2", seed=6),
    "qwen3-f32": functools.partial(write_llama, architecture="qwen3", seed=11),
    "gemma3-f32": write_gemma3,
    # llama.cpp looks GELU up in a table of half precision: 5e-4 of what the feed-forward adds is lost.
    "gpt2-hf": functools.partial(write_gpt2, ffn=0.02),
    "gemma3-hf": functools.partial(write_gemma3, n_layer=6, n_head=2, window=20, ffn=0.01),
    "gemma2-hf": functools.partial(write_gemma3, n_layer=2, n_head_kv=1, window=20, ffn=0.01, softcap=2.0),
    "gpt-oss-hf": write_gpt_oss,
    "deepseek2-hf": write_deepseek2,
    "deepseek2-lite": functools.partial(write_deepseek2, lite=True),
    "bloom-hf": write_bloom,
    "t5-f32": write_t5,
    "mamba-f32": write_mamba,
    "jamba-f32": write_jamba,
}


@functools.cache
def tiny(name: str) -> Path:
    """The path of ``MODELS[name]``."""
    path = _folder() / f"{name}.gguf"
    MODELS[name](path)
    return path


@functools.cache
def _folder() -> Path:
    # Windows cannot remove a file that a context still maps.
    folder = tempfile.TemporaryDirectory(prefix="chatapp-tiny-models-", ignore_cleanup_errors=True)
    atexit.register(folder.cleanup)
    return Path(folder.name)
