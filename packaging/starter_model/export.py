"""Writes a training checkpoint as a quantized GGUF that llama.cpp runs.

The float file is written with ``gguf``; the quantization is llama.cpp's own (``llama_model_quantize``). Afterwards the
tokenizer of the GGUF is compared with the one used in training, because a difference there is silent and ruins a model.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import gguf
import llama_cpp
import numpy as np
import torch
from encoding import SPECIAL, hangul_bytes_per_token, load_tokenizer
from held_back import FIRST, read
from llama_cpp import llama_cpp as lib
from make_corpus import documents
from numpy.typing import NDArray
from places import BUILD, BUILT
from tokenizers import Tokenizer

# Every turn is <|role|>text<|end|>; nothing else, so that the picture of the tokens in the app stays readable.
CHAT_TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "{{ '<|' + message['role'] + '|>' + message['content'] | trim + '<|end|>' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}"
)
TOKENIZER_SAMPLES = [
    "What is attention?",
    "What's the KV cache, and why's it GROWING?\n\n- one\n- two",
    "  two spaces, tabs\t\tand 1234567 numbers 3.14",
    "안녕하세요! 어텐션이 뭐예요?",
    "쿼리/키/밸류 → softmax(Q·Kᵀ / √d)·V, 뷁 😀 ﷽",
    "`top-k` **굵게**를 “따옴표”와 함께…",
]


def describe(writer: gguf.GGUFWriter, config: dict[str, float], parameters: int) -> None:
    """General metadata and the sizes llama.cpp needs."""
    writer.add_type("model")
    writer.add_name("ChatApp Starter")
    writer.add_basename("chatapp-starter")
    writer.add_version("2")
    writer.add_description(
        "Tiny English and Korean demonstration model of ChatApp; knows a little about how GPT models work."
    )
    writer.add_author("The ChatApp contributors")
    writer.add_organization("ChatApp")
    writer.add_license("apache-2.0")
    writer.add_license_name("Apache License 2.0")
    writer.add_languages(["en", "ko"])
    writer.add_tags(["text-generation", "demonstration", "education"])
    writer.add_size_label(f"{parameters / 1e6:.1f}M")
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    head = int(config["width"]) // int(config["heads"])
    writer.add_context_length(int(config["context"]))
    writer.add_embedding_length(int(config["width"]))
    writer.add_block_count(int(config["layers"]))
    writer.add_feed_forward_length(int(config["hidden"]))
    writer.add_head_count(int(config["heads"]))
    writer.add_head_count_kv(int(config["kv_heads"]))
    writer.add_key_length(head)
    writer.add_value_length(head)
    writer.add_rope_dimension_count(head)
    writer.add_rope_freq_base(float(config["rope_base"]))
    writer.add_layer_norm_rms_eps(float(config["norm_eps"]))
    writer.add_vocab_size(int(config["vocab"]))


def add_tokenizer(writer: gguf.GGUFWriter, tokenizer: Tokenizer) -> None:
    """Vocabulary, merges, special tokens and chat template."""
    model = json.loads(tokenizer.to_str())["model"]
    tokens = [token for token, _ in sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])]
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    types = [gguf.TokenType.CONTROL if token in SPECIAL else gguf.TokenType.NORMAL for token in tokens]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("llama-bpe")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(merges)
    writer.add_bos_token_id(tokens.index("<|bos|>"))
    writer.add_eos_token_id(tokens.index("<|end|>"))
    writer.add_eot_token_id(tokens.index("<|end|>"))
    writer.add_pad_token_id(tokens.index("<|end|>"))
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(False)
    writer.add_chat_template(CHAT_TEMPLATE)


def tensors(weights: dict[str, torch.Tensor]) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Weights under llama.cpp's names. No permutation of Q and K: the model already rotates neighbouring pairs."""
    for name, weight in weights.items():
        yield name.replace("layers.", "blk."), weight.detach().float().cpu().numpy()


def write_float(saved: dict[str, Any], target: Path) -> None:
    """The unquantized GGUF of a checkpoint."""
    tokenizer = load_tokenizer(BUILD / "tokenizer.json")
    writer = gguf.GGUFWriter(target, "llama")
    describe(writer, saved["config"], sum(w.numel() for w in saved["model"].values()))
    add_tokenizer(writer, tokenizer)
    for name, array in tensors(saved["model"]):
        writer.add_tensor(name, np.ascontiguousarray(array))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def quantize(source: Path, target: Path) -> None:
    """llama.cpp's own quantization to Q8_0, which at this size costs nothing one could notice."""
    params = lib.llama_model_quantize_default_params()
    params.ftype = lib.LLAMA_FTYPE_MOSTLY_Q8_0
    params.nthread = 2
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    if lib.llama_model_quantize(str(source).encode(), str(part).encode(), ctypes.byref(params)) != 0:
        raise SystemExit(f"llama.cpp could not quantize {source}")
    part.replace(target)


def check_tokenizer(path: Path) -> dict[str, float]:
    """Compares llama.cpp's tokens with the training tokenizer's; returns the bytes of Hangul text per token.

    Of answers, which the tokenizer was made for, and of the held-back questions, which it has never seen.
    """
    ours = load_tokenizer(BUILD / "tokenizer.json")
    model = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
    answers: list[str] = []
    texts = list(TOKENIZER_SAMPLES)
    for document in islice(documents(24680), 1500):
        texts += [document] if isinstance(document, str) else [m["content"] for m in document]
        answers += [] if isinstance(document, str) else [m["content"] for m in document if m["role"] == "assistant"]
    for text in texts:
        expected = ours.encode(text).ids
        if model.tokenize(text.encode(), add_bos=False, special=False) != expected:
            raise SystemExit(f"llama.cpp tokenizes differently: {text!r}")
        if ours.decode(expected) != text:
            raise SystemExit(f"The tokenizer does not round-trip: {text!r}")
    questions = [turn for question in read(FIRST) if question.lang == "ko" for turn in question.turns]
    return {
        "answers": hangul_bytes_per_token(ours, answers),
        "questions": hangul_bytes_per_token(ours, questions),
    }


def export(checkpoint: Path = BUILD / "checkpoint.pt", target: Path = BUILT) -> None:
    """Checkpoint to quantized, checked GGUF; what is to be known of the file goes to ``export.json``."""
    float_file = BUILD / "chatapp-starter-f32.gguf"
    saved = torch.load(checkpoint, map_location="cpu")
    write_float(saved, float_file)
    quantize(float_file, target)
    data = target.read_bytes()
    facts = {
        "bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "parameters": sum(w.numel() for w in saved["model"].values()),
        "config": saved["config"],
        "hangul": check_tokenizer(target),
    }
    (BUILD / "export.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    print(json.dumps(facts))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--checkpoint", type=Path, default=BUILD / "checkpoint.pt")
    parser.add_argument("--out", type=Path, default=BUILT)
    arguments = parser.parse_args()
    export(arguments.checkpoint, arguments.out)
