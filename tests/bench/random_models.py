"""GGUF models of any shape with random weights, quantized by llama.cpp itself: speed without a download.

They write nonsense, at the speed of a real model of that shape::

    python -m tests.bench.random_models model.gguf                      the shape of Qwen2.5 0.5B, Q4_K_M
    python -m tests.bench.random_models model.gguf --layers 2 --width 256 --heads 4 --vocab 32000 --type Q8_0
"""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Literal

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it

from tests.helpers.tiny_models import write_llama

# enum llama_ftype
TYPES = {"F16": 1, "Q4_0": 2, "Q8_0": 7, "Q4_K_S": 14, "Q4_K_M": 15, "Q5_K_M": 17, "Q6_K": 18}


def write_random(
    path: Path,
    *,
    architecture: Literal["llama", "qwen2"] = "qwen2",
    layers: int = 24,
    width: int = 896,
    heads: int = 14,
    kv_heads: int = 2,
    feed_forward: int = 4864,
    vocab: int = 151_936,
    context: int = 32_768,
    quantization: str = "Q4_K_M",
    seed: int = 1,
) -> None:
    """Write a model to *path*; needs memory and a temporary file of twice its parameters in bytes."""
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.gguf"
        write_llama(
            plain, n_layer=layers, n_embd=width, n_head=heads, n_head_kv=kv_heads, n_ff=feed_forward, vocab=vocab,
            context_length=context, dtype="F16", tied=True, architecture=architecture, seed=seed,
        )  # fmt: skip
        params = C.llama_model_quantize_default_params()
        params.ftype = TYPES[quantization]
        code = C.llama_model_quantize(str(plain).encode(), str(path).encode(), params)
    if code:
        raise RuntimeError(f"llama_model_quantize returned {code}")


def main() -> int:
    """Write the model that the command line describes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--architecture", choices=("llama", "qwen2"), default="qwen2")
    shape = {"layers": 24, "width": 896, "heads": 14, "kv-heads": 2, "feed-forward": 4864, "vocab": 151_936,
             "context": 32_768, "seed": 1}  # fmt: skip
    for name, default in shape.items():
        parser.add_argument(f"--{name}", type=int, default=default, metavar="N")
    parser.add_argument("--type", choices=TYPES, default="Q4_K_M", dest="quantization")
    write_random(**vars(parser.parse_args()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
