"""Tiny GGUF models with seeded random weights: real files for the real engine, a few hundred kB each.

They know no language, but everything else of a model is there: a byte-level vocabulary in which Hangul and emoji are
split over tokens, control tokens, a chat template, and logits whose entropy is neither 0 nor that of a uniform choice.

`tiny(name)` gives the path of one of `MODELS`, written on first use to a folder that goes away with the process.
The ``write_…`` functions make others.
"""

import atexit
import ctypes
import functools
import itertools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import gguf
import numpy as np
from numpy.typing import NDArray

Kind = Literal["F32", "F16", "Q8_0", "Q4_K"]
Array = NDArray[np.float32]
Edit = Callable[[str, Array], Array]  # the name of a matrix, and what was drawn for it

BOS, END, USER, ASSISTANT, SYSTEM = CONTROL_TOKENS = ("<|bos|>", "<|end|>", "<|user|>", "<|assistant|>", "<|system|>")

CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}<|{{ message.role }}|>\n{{ message.content }}<|end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>\n{% endif %}"
)

# Joined in this order. 안 and 녕 become one token, 하 stays in two, every other syllable that starts with the bytes
# EB or EC in two or three; an emoji is the token F0 9F and two single bytes.
_MERGED_TEXTS = ("he", "in", "th", "the", " t", " the", "an", "en", "er", " a", "ll", "hell", "hello")
_MERGED_BYTES = (b"\xec\x95", b"\xec\x95\x88", b"\xeb\x85", b"\xeb\x85\x95", b"\xed\x95", b"\xec\x9d", b"\xf0\x9f")


def byte_alphabet() -> dict[int, str]:
    """GPT-2's printable stand-in for every byte (the encoder of openai/gpt-2, ``bytes_to_unicode``)."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    alphabet = {b: chr(b) for b in printable}
    others = (b for b in range(256) if b not in alphabet)
    return alphabet | {b: chr(256 + i) for i, b in enumerate(others)}


def vocabulary(size: int) -> tuple[list[str], list[int], list[str]]:
    """Tokens, their types and the merges: 256 bytes, merges of two known tokens, and last the control tokens."""
    alphabet = byte_alphabet()
    tokens = [alphabet[b] for b in range(256)]
    merges: list[str] = []
    letters = "etaoinshrdlu"
    fillers = ("".join(word) for length in range(2, 6) for word in itertools.product(letters, repeat=length))
    known = set(tokens)
    wanted = itertools.chain((t.encode() for t in _MERGED_TEXTS), _MERGED_BYTES, (t.encode() for t in fillers))
    for raw in wanted:
        if len(tokens) == size - len(CONTROL_TOKENS):
            break
        token = "".join(alphabet[b] for b in raw)
        if token in known:
            continue
        cut = next((i for i in range(len(token) - 1, 0, -1) if token[:i] in known and token[i:] in known), None)
        assert cut is not None, f"{raw!r} cannot be merged from the tokens before it"
        tokens.append(token)
        known.add(token)
        merges.append(f"{token[:cut]} {token[cut:]}")
    assert len(tokens) == size - len(CONTROL_TOKENS), f"the vocabulary cannot have {size} tokens"
    types = [gguf.TokenType.NORMAL] * len(tokens) + [gguf.TokenType.CONTROL] * len(CONTROL_TOKENS)
    return [*tokens, *CONTROL_TOKENS], [int(t) for t in types], merges


class _File:
    """A GGUF file being written; matrices are random, seeded, changed by *edit*, and of the wanted type."""

    def __init__(self, path: Path, architecture: str, *, kind: Kind, seed: int, n_layer: int, n_embd: int) -> None:
        self.kind, self.n_embd = kind, n_embd
        self.edit: Edit = lambda _name, values: values
        self.random = np.random.default_rng(seed)
        self.writer = gguf.GGUFWriter(path, architecture)
        self.writer.add_name(f"Tiny {architecture} {kind}")
        self.writer.add_block_count(n_layer)
        self.writer.add_embedding_length(n_embd)
        file_types = {"F32": 0, "F16": 1, "Q8_0": 7, "Q4_K": 15}
        self.writer.add_file_type(file_types[kind])

    def add_vocabulary(self, size: int, pre: str, chat_template: str | None) -> None:
        tokens, types, merges = vocabulary(size)
        self.writer.add_vocab_size(size)
        self.writer.add_tokenizer_model("gpt2")
        self.writer.add_tokenizer_pre(pre)
        self.writer.add_token_list(tokens)
        self.writer.add_token_types(types)
        self.writer.add_token_merges(merges)
        self.writer.add_bos_token_id(tokens.index(BOS))
        self.writer.add_eos_token_id(tokens.index(END))
        self.writer.add_add_bos_token(True)
        if chat_template is not None:
            self.writer.add_chat_template(chat_template)

    def add_sentencepiece(self, size: int, words: Sequence[str], chat_template: str | None) -> None:
        """A SentencePiece vocabulary as Llama 2 has it: bytes, letters, what *words* are merged from, and fillers."""
        control, byte, normal = gguf.TokenType.CONTROL, gguf.TokenType.BYTE, gguf.TokenType.NORMAL
        letters = ["▁", *"abcdefghijklmnopqrstuvwxyz"]
        merged = dict.fromkeys(word[:end] for word in words for end in range(2, len(word) + 1))
        pieces = [*letters, *merged]
        pieces += [f"filler{i}" for i in range(size - len(pieces) - 259)]
        self.writer.add_vocab_size(size)
        self.writer.add_tokenizer_model("llama")
        self.writer.add_token_list(["<unk>", "<s>", "</s>", *(f"<0x{i:02X}>" for i in range(256)), *pieces])
        self.writer.add_token_scores([0.0] * 259 + [-float(i) for i in range(len(pieces))])
        kinds = [gguf.TokenType.UNKNOWN, control, control, *[byte] * 256, *[normal] * len(pieces)]
        self.writer.add_token_types([int(kind) for kind in kinds])
        self.writer.add_bos_token_id(1)
        self.writer.add_eos_token_id(2)
        self.writer.add_unk_token_id(0)
        self.writer.add_add_bos_token(True)
        self.writer.add_add_space_prefix(True)
        if chat_template is not None:
            self.writer.add_chat_template(chat_template)

    def matrix(self, name: str, rows: int, columns: int, gain: float = 1.0) -> None:
        """*rows* outputs of *columns* inputs; unit-variance input gives outputs of standard deviation *gain*."""
        values = self.random.standard_normal((rows, columns), dtype=np.float32) * np.float32(gain / columns**0.5)
        values = self.edit(name, values)
        if self.kind == "F32":
            self.writer.add_tensor(name, values)
        elif self.kind == "F16":
            self.writer.add_tensor(name, values.astype(np.float16))
        elif self.kind == "Q8_0":
            quant = gguf.GGMLQuantizationType.Q8_0
            self.writer.add_tensor(name, gguf.quants.quantize(values, quant), raw_dtype=quant)
        else:
            self.writer.add_tensor(name, _q4_k(values), raw_dtype=gguf.GGMLQuantizationType.Q4_K)

    def vector(self, name: str, size: int, *, mean: float = 0.0, spread: float = 0.1) -> None:
        """Norm weights and biases: always F32."""
        values = mean + spread * self.random.standard_normal(size)
        self.writer.add_tensor(name, values.astype(np.float32))

    def plain(self, name: str, values: Array) -> None:
        """A tensor that stays F32 in every file."""
        self.writer.add_tensor(name, values.astype(np.float32))

    def close(self) -> None:
        self.writer.write_header_to_file()
        self.writer.write_kv_data_to_file()
        self.writer.write_tensors_to_file()
        self.writer.close()


def _q4_k(values: Array) -> NDArray[np.uint8]:
    """By ggml itself, since gguf's Python can only read them; rows of 256 numbers become 144 bytes."""
    from chatapp.engine.ggml import library  # noqa: PLC0415 - loads llama.cpp

    rows, columns = values.shape
    found = np.empty((rows, columns // 256 * 144), np.uint8)
    function = library("ggml-base").ggml_quantize_chunk
    function.restype = ctypes.c_size_t
    function.argtypes = [ctypes.c_int, *[ctypes.c_void_p] * 2, *[ctypes.c_int64] * 3, ctypes.c_void_p]
    kind = int(gguf.GGMLQuantizationType.Q4_K)
    assert function(kind, values.ctypes.data, found.ctypes.data, 0, rows, columns, None) == found.nbytes
    return found


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
    architecture: Literal["llama", "qwen2", "qwen3"] = "llama",
    sampling: Mapping[str, float] | None = None,
    sentencepiece: Sequence[str] = (),
    seed: int = 1,
) -> None:
    """Llama: RMSNorm, rotary positions, grouped queries, SwiGLU. Qwen2 differs in the rotation and has q/k/v biases.
    Qwen3 has norms of q and k instead of them.

    *sampling* are the ``general.sampling.*`` values that its makers recommend. With *sentencepiece* the vocabulary is
    one that knows these words.
    """
    file = _File(path, architecture, kind=dtype, seed=seed, n_layer=n_layer, n_embd=n_embd)
    for key, value in (sampling or {}).items():
        add = file.writer.add_int32 if isinstance(value, int) else file.writer.add_float32
        add(f"general.sampling.{key}", value)
    head = n_embd // n_head
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(n_head_kv)
    file.writer.add_layer_norm_rms_eps(1e-5)
    file.writer.add_rope_dimension_count(head)
    file.writer.add_rope_freq_base(10000.0)
    if sentencepiece:
        file.add_sentencepiece(vocab, sentencepiece, chat_template)
    else:
        file.add_vocabulary(vocab, "llama-bpe" if architecture == "llama" else "qwen2", chat_template)
    file.matrix("token_embd.weight", vocab, n_embd, gain=1.2 if tied else 2 * n_embd**0.5)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.attn_q.weight", n_head * head, n_embd, gain=1.2)
        file.matrix(f"blk.{i}.attn_k.weight", n_head_kv * head, n_embd, gain=1.2)
        file.matrix(f"blk.{i}.attn_v.weight", n_head_kv * head, n_embd)
        if architecture == "qwen2":
            file.vector(f"blk.{i}.attn_q.bias", n_head * head, spread=0.5)
            file.vector(f"blk.{i}.attn_k.bias", n_head_kv * head, spread=0.5)
            file.vector(f"blk.{i}.attn_v.bias", n_head_kv * head, spread=0.5)
        if architecture == "qwen3":
            file.vector(f"blk.{i}.attn_q_norm.weight", head, mean=1.2)
            file.vector(f"blk.{i}.attn_k_norm.weight", head, mean=1.2)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * head, gain=0.2 if tied else 0.7)
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
    file = _File(path, "gpt2", kind=dtype, seed=seed, n_layer=n_layer, n_embd=n_embd)
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
    file = _File(path, "gemma2" if softcap else "gemma3", kind=dtype, seed=seed, n_layer=n_layer, n_embd=n_embd)
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


def write_gpt_oss(
    path: Path,
    *,
    n_layer: int = 3,
    n_embd: int = 64,
    n_head: int = 4,
    n_head_kv: int = 2,
    head: int = 16,
    window: int = 12,
    vocab: int = 320,
    context_length: int = 2048,
    seed: int = 9,
) -> None:
    """gpt-oss: every second layer has a window, every head a learned sink, and the feed-forward is of experts."""
    n_ff, experts = 32, 4  # MXFP4 in the real ones, which wants multiples of 32
    file = _File(path, "gpt-oss", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_expert_feed_forward_length(n_ff)
    file.writer.add_expert_count(experts)
    file.writer.add_expert_used_count(2)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(n_head_kv)
    file.writer.add_key_length(head)
    file.writer.add_value_length(head)
    file.writer.add_layer_norm_rms_eps(1e-5)
    file.writer.add_rope_freq_base(150_000.0)
    file.writer.add_sliding_window(window)
    file.add_vocabulary(vocab, "gpt-4o", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=n_embd**0.5)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        for part, count in (("q", n_head), ("k", n_head_kv), ("v", n_head_kv)):
            file.matrix(f"blk.{i}.attn_{part}.weight", count * head, n_embd)
            file.vector(f"blk.{i}.attn_{part}.bias", count * head)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * head, gain=0.7)
        file.vector(f"blk.{i}.attn_output.bias", n_embd)
        file.vector(f"blk.{i}.attn_sinks.weight", n_head, mean=1.0, spread=1.0)
        file.vector(f"blk.{i}.post_attention_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate_inp.weight", experts, n_embd)
        file.vector(f"blk.{i}.ffn_gate_inp.bias", experts)
        for part, rows, columns in (("gate", n_ff, n_embd), ("up", n_ff, n_embd), ("down", n_embd, n_ff)):
            values = file.random.standard_normal((experts, rows, columns)) * (0.7 / columns**0.5)
            file.plain(f"blk.{i}.ffn_{part}_exps.weight", values)
            file.plain(f"blk.{i}.ffn_{part}_exps.bias", file.random.standard_normal((experts, rows)) * 0.1)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.matrix("output.weight", vocab, n_embd, gain=1.1)
    file.close()


def write_deepseek2(
    path: Path,
    *,
    n_layer: int = 2,
    n_embd: int = 64,
    n_head: int = 4,
    vocab: int = 320,
    context_length: int = 2048,
    seed: int = 11,
) -> None:
    """DeepSeek 2 without experts: latent attention. What is cached of a token is shared by all heads, as K and as V."""
    latent, rope, plain, value, n_ff = 32, 8, 16, 16, 128
    file = _File(path, "deepseek2", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(context_length)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_leading_dense_block_count(n_layer)
    file.writer.add_expert_feed_forward_length(n_ff)
    file.writer.add_expert_shared_count(1)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(1)
    file.writer.add_q_lora_rank(latent)
    file.writer.add_kv_lora_rank(latent)
    file.writer.add_key_length(latent + rope)
    file.writer.add_value_length(latent)
    file.writer.add_key_length_mla(plain + rope)
    file.writer.add_value_length_mla(value)
    file.writer.add_rope_dimension_count(rope)
    file.writer.add_rope_freq_base(10000.0)
    file.writer.add_layer_norm_rms_eps(1e-6)
    file.add_vocabulary(vocab, "gpt-2", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=n_embd**0.5)
    for i in range(n_layer):
        file.vector(f"blk.{i}.attn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.attn_q_a.weight", latent, n_embd)
        file.vector(f"blk.{i}.attn_q_a_norm.weight", latent, mean=1.0)
        file.matrix(f"blk.{i}.attn_q_b.weight", n_head * (plain + rope), latent)
        file.matrix(f"blk.{i}.attn_kv_a_mqa.weight", latent + rope, n_embd)
        file.vector(f"blk.{i}.attn_kv_a_norm.weight", latent, mean=1.0)
        file.plain(f"blk.{i}.attn_k_b.weight", file.random.standard_normal((n_head, latent, plain)) / latent**0.5)
        file.plain(f"blk.{i}.attn_v_b.weight", file.random.standard_normal((n_head, value, latent)) / latent**0.5)
        file.matrix(f"blk.{i}.attn_output.weight", n_embd, n_head * value, gain=0.7)
        file.vector(f"blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
        file.matrix(f"blk.{i}.ffn_gate.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_up.weight", n_ff, n_embd)
        file.matrix(f"blk.{i}.ffn_down.weight", n_embd, n_ff)
    file.vector("output_norm.weight", n_embd, mean=1.0)
    file.matrix("output.weight", vocab, n_embd, gain=1.1)
    file.close()


def write_bloom(
    path: Path, *, n_layer: int = 2, n_embd: int = 48, n_head: int = 6, vocab: int = 320, seed: int = 12
) -> None:
    """BLOOM: no positions but ALiBi's distances; six heads, since the slopes of a power of two are the simple case."""
    file = _File(path, "bloom", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(2048)
    file.writer.add_feed_forward_length(4 * n_embd)
    file.writer.add_head_count(n_head)
    file.writer.add_head_count_kv(n_head)
    file.writer.add_layer_norm_eps(1e-5)
    file.add_vocabulary(vocab, "bloom", CHAT_TEMPLATE)
    file.matrix("token_embd.weight", vocab, n_embd, gain=1.2)
    sizes = {"attn_qkv": (3 * n_embd, n_embd, 1.1), "attn_output": (n_embd, n_embd, 1.0)}
    sizes |= {"ffn_up": (4 * n_embd, n_embd, 1.0), "ffn_down": (n_embd, 4 * n_embd, 0.01)}  # see "gpt2-hf"
    for i in range(n_layer):
        for norm in ("attn_norm", "ffn_norm"):
            file.vector(f"blk.{i}.{norm}.weight", n_embd, mean=1.0)
            file.vector(f"blk.{i}.{norm}.bias", n_embd)
        for name, (rows, columns, gain) in sizes.items():
            file.matrix(f"blk.{i}.{name}.weight", rows, columns, gain=gain)
            file.vector(f"blk.{i}.{name}.bias", rows, spread=0.02)
    for norm in ("token_embd_norm", "output_norm"):
        file.vector(f"{norm}.weight", n_embd, mean=1.0)
        file.vector(f"{norm}.bias", n_embd)
    file.close()


def write_t5(path: Path, *, n_layer: int = 2, n_embd: int = 32, vocab: int = 320, seed: int = 10) -> None:
    """T5: an encoder and a decoder, which has an attention to what the encoder made beside its own."""
    n_head, n_ff, buckets = 2, 64, 32
    file = _File(path, "t5", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
    file.writer.add_context_length(512)
    file.writer.add_feed_forward_length(n_ff)
    file.writer.add_head_count(n_head)
    file.writer.add_key_length(n_embd // n_head)
    file.writer.add_value_length(n_embd // n_head)
    file.writer.add_layer_norm_eps(1e-6)
    file.writer.add_layer_norm_rms_eps(1e-6)
    file.writer.add_relative_attn_buckets_count(buckets)
    file.writer.add_decoder_start_token_id(0)
    file.add_vocabulary(vocab, "gpt-2", None)
    file.matrix("token_embd.weight", vocab, n_embd)
    for side in ("enc", "dec"):
        for i in range(n_layer):
            for kind in ("attn", "cross_attn") if side == "dec" else ("attn",):
                file.vector(f"{side}.blk.{i}.{kind}_norm.weight", n_embd, mean=1.0)
                for part in ("q", "k", "v", "o"):
                    file.matrix(f"{side}.blk.{i}.{kind}_{part}.weight", n_embd, n_embd)
            file.matrix(f"{side}.blk.{i}.attn_rel_b.weight", buckets, n_head)
            file.vector(f"{side}.blk.{i}.ffn_norm.weight", n_embd, mean=1.0)
            file.matrix(f"{side}.blk.{i}.ffn_up.weight", n_ff, n_embd)
            file.matrix(f"{side}.blk.{i}.ffn_down.weight", n_embd, n_ff)
        file.vector(f"{side}.output_norm.weight", n_embd, mean=1.0)
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
    file = _File(path, "mamba", kind="F32", seed=seed, n_layer=n_layer, n_embd=n_embd)
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
    file = _File(path, "jamba", kind="F32", seed=seed, n_layer=len(heads), n_embd=n_embd)
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


def _add_ssm_sizes(file: _File) -> None:
    file.writer.add_ssm_conv_kernel(_SSM_CONV)
    file.writer.add_ssm_inner_size(2 * file.n_embd)
    file.writer.add_ssm_state_size(_SSM_STATE)
    file.writer.add_ssm_time_step_rank(_SSM_RANK)


def _add_ssm_layer(file: _File, i: int) -> None:
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
