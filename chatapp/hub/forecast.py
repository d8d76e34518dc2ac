"""What loading a model will take, before it is downloaded, and which of its quantizations to take.

The keys and values follow from the header's first bytes, which all quantizations of a model have in common; without
them, from what models of that size usually have, on the side of too much.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import sqrt
from pathlib import Path

from chatapp.hub.file_names import Variant, without_quantization
from chatapp.hub.fit import COMFORTABLE, Q4_BITS
from chatapp.hub.gguf import GgufHeader
from chatapp.hub.plan import LoadPlan, Verdict, make_plan
from chatapp.hub.quality import GOOD_ENOUGH, rank
from chatapp.protocol.messages import Device, LoadOptions

_KV_BYTES = 72 << 10  # of a token, in a model with a billion weights; it grows with the root of their number
_VOCABULARY = 152_000  # tokens, as of many models
_LAYERS = 32
_SMALL = 3_000_000_000  # weights; smaller models suffer more from quantization
_BEST = rank("Q6_K_XL")  # what is better can hardly be told apart, and is slower
_BEST_OF_SMALL = rank("Q8_0")


class Badge(StrEnum):
    """Where a model would run."""

    GPU = "gpu"  # all of it on graphics cards
    MEMORY = "memory"
    TIGHT = "tight"
    TOO_BIG = "too_big"


@dataclass(frozen=True, slots=True)
class Forecast:
    """The *plan* of a load; *exact*: its keys and values follow from the model's own header."""

    plan: LoadPlan
    exact: bool

    @property
    def badge(self) -> Badge:
        """The plan in one word."""
        verdict = self.plan.verdict
        if verdict is Verdict.TOO_LARGE:
            return Badge.TOO_BIG
        if verdict is Verdict.TIGHT:
            return Badge.TIGHT
        return Badge.GPU if self.plan.options.n_gpu_layers >= self.plan.n_layers else Badge.MEMORY

    @property
    def comfortable(self) -> bool:
        """Whether it leaves memory for other programs; the record of attention makes do with less when it must."""
        ram = self.plan.shares[0]
        needed = ram.need - self.plan.need.recording
        return self.badge in (Badge.GPU, Badge.MEMORY) and needed <= ram.free * COMFORTABLE


def key(variant: Variant) -> str:
    """What tells a variant from the others of its repository: the path of its (first) file."""
    return variant.files[0].path


def stand_in(name: str, size: int, n_params: int, context_length: int = 0) -> GgufHeader:
    """A header like that of a usual model with *n_params* weights in *size* bytes; 0: as many as in Q4."""
    n_params = n_params or round(size * 8 / Q4_BITS)
    width = 64 * max(1, round(sqrt(n_params / (12 * _LAYERS)) / 64))
    # Two bytes each for key and value; a multiple of 32, for quantized caches.
    head = 32 * max(1, -(-round(_KV_BYTES * sqrt(n_params / 1e9)) // (4 * _LAYERS * 32)))
    header = GgufHeader(
        path=Path(name), size=size, architecture="", name=name, kind="", quantization="", n_params=n_params,
        context_length=context_length, block_count=_LAYERS, embedding_length=width, feed_forward_length=4 * width,
        head_counts=(max(1, width // head),) * _LAYERS, kv_head_counts=(1,) * _LAYERS, key_length=head,
        value_length=head, sliding_window=0, vocab_size=_VOCABULARY, has_chat_template=False, licence="", alignment=32,
        tensor_bytes=size, expected_size=size, split_count=1,
    )  # fmt: skip
    return sized(header, size, n_params)


def sized(header: GgufHeader, size: int, n_params: int) -> GgufHeader:
    """*header* for a file of *size* bytes with *n_params* weights: what its embedding takes is worked out from them."""
    inputs = header.vocab_size * header.embedding_length
    share = min(0.5, inputs / n_params) if n_params else 0.0
    return replace(
        header, size=size, n_params=n_params, tensor_bytes=size, expected_size=size, split_count=1,
        input_bytes=round(size * share), block_bytes=size - round(size * share),
    )  # fmt: skip


def forecast(
    variant: Variant,
    header: GgufHeader | None,
    n_params: int,
    context_length: int,
    options: LoadOptions,
    devices: Sequence[Device],
    memory: int,
) -> Forecast:
    """What loading *variant* with *options* would take. *header*: of a variant of the same model, if known.

    Raise `RequestError` as `make_plan` does.
    """
    if header is None:
        known = stand_in(variant.name, variant.size, n_params, context_length)
    else:
        known = sized(header, variant.size, n_params)
    return Forecast(make_plan(known, options, devices, memory), header is not None)


def is_same_model(one: Variant, other: Variant) -> bool:
    """Whether two files of a repository are quantizations of one model, by their names."""
    return without_quantization(one.name) == without_quantization(other.name)


def recommended(forecasts: Mapping[str, Forecast], variants: Sequence[Variant], n_params: int) -> Variant | None:
    """The best quality that fits comfortably, on graphics cards as a whole when one does; None when nothing fits.

    When all that is good fills the memory, the smallest of it; when nothing good fits, the best of the rest.
    *forecasts* are by `key`.
    """
    best = _BEST_OF_SMALL if 0 < n_params < _SMALL else _BEST
    known = [v for v in variants if v.is_complete and key(v) in forecasts and 0 <= rank(v.quantization) <= best]
    fitting = [v for v in known if forecasts[key(v)].badge in (Badge.GPU, Badge.MEMORY)]
    good = [v for v in fitting if rank(v.quantization) >= GOOD_ENOUGH]
    comfortable = [v for v in good if forecasts[key(v)].comfortable]
    on_cards = [v for v in comfortable if forecasts[key(v)].badge is Badge.GPU]
    if good and not comfortable:
        return min(good, key=lambda v: v.size)
    return max(on_cards or comfortable or fitting, key=lambda v: (rank(v.quantization), -v.size), default=None)
