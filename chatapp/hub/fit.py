"""Will a model fit into memory? An estimate before loading, because running out of it kills the engine."""

from dataclasses import dataclass

import psutil

from chatapp.hub.gguf import GgufHeader
from chatapp.hub.library import split_files
from chatapp.protocol.messages import DEFAULT_CONTEXT

KV_BYTES = {"f32": 4.0, "f16": 2.0, "bf16": 2.0, "q8_0": 34 / 32, "q4_0": 18 / 32}  # bytes a value
BATCH = 512  # tokens llama.cpp computes at a time (n_ubatch)

COMFORTABLE = 0.7  # of a memory: other programs keep theirs
Q4_BITS = 4.85  # a weight in Q4_K_M, the usual quantization
_BESIDES = 1_000_000_000  # bytes for context and buffers, in `largest_params`

WORKER = 80_000_000  # bytes: Python, numpy and the llama.cpp library themselves
# Every how many layers one looks at the whole context, where the others see a window; llama.cpp keeps that in code.
_FULL_ATTENTION_EVERY = {"gemma2": 2, "gemma3": 6, "gemma3n": 5, "gpt-oss": 2, "cohere2": 4, "exaone4": 4}


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes: the weights, keys and values of the whole context, what computing needs, and the record of attention."""

    weights: int
    kv_cache: int
    compute: int
    recording: int = 0

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.kv_cache + self.compute + self.recording


def context_to_use(header: GgufHeader, n_ctx: int) -> int:
    """*n_ctx*, or for 0 what the engine picks by itself, in tokens."""
    if n_ctx > 0:
        return n_ctx
    return min(header.context_length or DEFAULT_CONTEXT, DEFAULT_CONTEXT)


def estimate(header: GgufHeader, n_ctx: int = 0, kv_type: str = "f16") -> MemoryNeed:
    """What loading the model with *n_ctx* tokens of context (0: automatic) takes."""
    tokens = context_to_use(header, n_ctx)
    cells = 0  # KV heads x tokens, over all layers
    every = _FULL_ATTENTION_EVERY.get(header.architecture, 1) if header.sliding_window else 1
    window = min(tokens, header.sliding_window + BATCH)
    for layer, heads in enumerate(header.kv_head_counts):
        cells += heads * (tokens if layer % every == every - 1 else window)
    kv_cache = cells * (header.key_length + header.value_length) * KV_BYTES.get(kv_type, 4.0)
    # One batch of logits and of the widest activations; attention works in small blocks (flash attention).
    batch = min(BATCH, tokens)
    widest = header.vocab_size + 2 * header.feed_forward_length + 6 * header.embedding_length
    return MemoryNeed(_weights(header), int(kv_cache), 4 * batch * widest + WORKER)


def recorded_token(header: GgufHeader) -> int:
    """Bytes that the record of attention takes for one token: the queries of every attention layer as halves."""
    heads = sum(n for n, kv in zip(header.head_counts, header.kv_head_counts, strict=False) if kv)
    return 2 * heads * header.key_length


def largest_params(memory: int) -> float:
    """How many billion weights *memory* bytes have room for in Q4_K_M, with a usual context."""
    return max(0.5, (memory * COMFORTABLE - _BESIDES) * 8 / Q4_BITS / 1e9)


def available_memory() -> int:
    """Bytes that programs can still use, cached files that would make way included."""
    return int(psutil.virtual_memory().available)


def _weights(header: GgufHeader) -> int:
    if header.split_count == 1:
        return header.tensor_bytes
    return sum(part.stat().st_size for part in split_files(header.path) if part.exists())
