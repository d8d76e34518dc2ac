"""A tiny GGUF file being written: random, seeded matrices, and a byte-level vocabulary in which Hangul is split."""

import ctypes
import itertools
from collections.abc import Callable, Sequence
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


class TinyFile:
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
