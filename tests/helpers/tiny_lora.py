"""Random LoRA adapters for the tiny models, and the merged weights that they stand for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import gguf
import numpy as np

from tests.helpers.gguf_weights import Weights

RANK = 4
ALPHA = 8.0
# Attention, feed-forward and output: what adapters are usually trained on.
TARGETS = ("blk.0.attn_q", "blk.1.attn_v", "blk.2.attn_output", "blk.1.ffn_down", "blk.0.ffn_gate", "output")


def write_lora(
    path: Path,
    weights: Weights,
    *,
    targets: Sequence[str] = TARGETS,
    architecture: str = "",
    seed: int = 1,
    widen: int = 0,
    kind: str = "adapter",
) -> Path:
    """An adapter for *weights*; *widen* makes its inputs that much wider than the model's: it no longer fits."""
    random = np.random.default_rng(seed)
    writer = gguf.GGUFWriter(path, architecture or weights.architecture)
    writer.add_type(kind)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, ALPHA)
    for target in targets:
        rows, columns = weights.tensors[f"{target}.weight"].shape
        a = random.standard_normal((RANK, columns + widen), np.float32) / np.float32(columns**0.5)
        b = random.standard_normal((rows, RANK), np.float32) * np.float32(0.3)
        writer.add_tensor(f"{target}.weight.lora_a", a.astype(np.float32))
        writer.add_tensor(f"{target}.weight.lora_b", b.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def merged(weights: Weights, path: Path, scale: float) -> Weights:
    """W + scale · (alpha / rank) · B·A for every matrix that the adapter at *path* changes (arXiv:2106.09685)."""
    parts = {tensor.name: np.array(tensor.data, np.float64) for tensor in gguf.GGUFReader(path).tensors}
    tensors = dict(weights.tensors)
    for name in {name.removesuffix(".lora_a") for name in parts if name.endswith(".lora_a")}:
        change = scale * ALPHA / RANK * parts[f"{name}.lora_b"] @ parts[f"{name}.lora_a"]
        tensors[name] = (tensors[name] + change).astype(np.float32)
    return replace(weights, tensors=tensors)
