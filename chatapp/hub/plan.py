"""What loading a model will take of every device, before it is loaded: which layers go where, and does it fit.

llama.cpp's own fit (``common_fit_params``) is part of its programs, not of the library that the binding builds, so this
is an estimate from the file's header. It errs on the side of too much.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from chatapp.core.context import RESERVE
from chatapp.core.errors import ErrorCode, ModelError, RequestError
from chatapp.core.generation import invalid
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.fit import WORKER, MemoryNeed, context_to_use, estimate, recorded_token
from chatapp.hub.gguf import GgufHeader
from chatapp.hub.sizes import format_size
from chatapp.protocol.messages import NO_DEVICE, QUANTIZED_KV_TYPES, Device, LoadOptions

KV_BLOCK = QT_TRANSLATE_NOOP("reasons", "this model's heads are {width} wide, which is no multiple of {block}")
MEMORY = "RAM"  # the name of the computer's own memory among the shares

_BLOCK = 32  # values a block of a quantized KV cache
_TIGHT = 0.95  # of what is free; beyond, other programs will have to give something up
_SMALLEST_CONTEXT = 512  # tokens; less is no use
_STEP = 256  # tokens; contexts are offered in such steps
_LARGE_STEP = 1024  # tokens, where there is room
_PARAGRAPH = 128  # tokens
_AUTOMATIC_CONTEXTS = (8192, 4096, 2048, 1024)  # tokens, the first that fits
_DRIVER = 300_000_000  # bytes a graphics driver and its buffers take besides


class Verdict(StrEnum):
    """Whether a load fits."""

    FITS = "fits"
    TIGHT = "tight"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Share:
    """What one memory has to give. *name* is a device's, or `MEMORY`; bytes."""

    name: str
    description: str
    need: int
    free: int


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What a load will do.

    options   with every automatic value decided; the record of attention has to make do with what the rest leaves
    shares    the computer's memory first, then graphics cards
    n_layers  of the model, the output counted as one
    """

    options: LoadOptions
    need: MemoryNeed
    shares: tuple[Share, ...]
    n_layers: int

    @property
    def verdict(self) -> Verdict:
        """Of the tightest memory."""
        if any(share.need > share.free for share in self.shares):
            return Verdict.TOO_LARGE
        if any(share.need > share.free * _TIGHT for share in self.shares):
            return Verdict.TIGHT
        return Verdict.FITS

    @property
    def worst(self) -> Share:
        """The memory that lacks most."""
        return max(self.shares, key=lambda share: share.need - share.free)

    def check(self) -> None:
        """Raise `ModelError` when it does not fit."""
        if self.verdict is Verdict.TOO_LARGE:
            worst = self.worst
            raise ModelError(
                ErrorCode.MODEL_TOO_LARGE, needed=format_size(worst.need), available=format_size(worst.free)
            )


def make_plan(header: GgufHeader, options: LoadOptions, devices: Sequence[Device], memory: int) -> LoadPlan:
    """Decide what *options* leaves open. *memory*: free bytes of the computer; *devices*: none when not known.

    Raise `RequestError` for options that contradict each other or the model.
    """
    options.checked()
    width = header.key_length | header.value_length  # both are multiples of 32 when this is
    if options.kv_type in QUANTIZED_KV_TYPES and width % _BLOCK:
        raise invalid("kv_type", options.kv_type, KV_BLOCK, width=str(header.key_length), block=str(_BLOCK))
    if options.device and devices and not _cards(devices, options) and options.n_gpu_layers:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_DEVICE, device=options.device[:80])
    if options.n_ctx:
        return _placed(header, options, devices, memory)
    limit = context_to_use(header, 0)
    plans = [
        _placed(header, replace(options, n_ctx=n_ctx), devices, memory)
        for n_ctx in (limit, *(n for n in _AUTOMATIC_CONTEXTS if n < limit))
    ]
    return next((plan for plan in plans if plan.verdict is Verdict.FITS), plans[0])


def smaller_context(header: GgufHeader, options: LoadOptions, devices: Sequence[Device], memory: int) -> int:
    """The longest context below that of *options* with which the model fits, in tokens; 0 when there is none."""
    low, high = _SMALLEST_CONTEXT // _STEP - 1, (context_to_use(header, options.n_ctx) - 1) // _STEP
    if header.context_length:  # it makes no sense of more than it was trained for
        high = min(high, header.context_length // _STEP)
    while low < high:
        middle = (low + high + 1) // 2
        plan = _placed(header, replace(options, n_ctx=middle * _STEP), devices, memory)
        low, high = (middle, high) if plan.verdict is Verdict.FITS else (low, middle - 1)
    return low * _STEP if low * _STEP >= _SMALLEST_CONTEXT else 0


def larger_contexts(needed: int, n_ctx: int, limit: int) -> list[int]:
    """Contexts above *n_ctx* tokens for a prompt of *needed* tokens, the roomiest first; at most *limit*, or none.

    The first one leaves a reply its usual share, the last one little more than a paragraph.
    """
    comfortable = -(-needed * RESERVE // (RESERVE - 1) // _LARGE_STEP) * _LARGE_STEP
    tight = -(-(needed + _PARAGRAPH) // _STEP) * _STEP
    found = [min(wanted, limit) for wanted in (comfortable, tight)]
    return [wanted for wanted in dict.fromkeys(found) if wanted > n_ctx and wanted >= needed + _PARAGRAPH]


def _placed(header: GgufHeader, options: LoadOptions, devices: Sequence[Device], memory: int) -> LoadPlan:
    need = estimate(header, options.n_ctx, options.kv_type)
    layers = max(1, header.block_count)
    scale = need.weights / header.tensor_bytes if header.tensor_bytes else 0.0  # of a split model one file was read
    layer = (header.block_bytes * scale + need.kv_cache) / layers
    inputs = header.input_bytes * scale
    output = need.weights - inputs - header.block_bytes * scale or inputs  # tied: the embedding is there twice
    scratch = need.compute - WORKER
    cards = _cards(devices, options)
    room = [max(0.0, card.free * _TIGHT - scratch - _DRIVER) for card in cards]
    wanted = options.n_gpu_layers if options.n_gpu_layers >= 0 else _that_fit(sum(room), layers, layer, output)
    wanted = min(wanted, layers + 1) if cards else 0
    on_cards = min(wanted, layers) * layer + (output if wanted > layers else 0)
    # The token embedding stays in the computer's memory always.
    left = inputs if wanted > layers else need.weights + need.kv_cache - wanted * layer
    n_ctx = context_to_use(header, options.n_ctx)
    recording = 0 if wanted else min(options.recording, max(0, int(memory * _TIGHT - left - need.compute)))
    if options.flash_attention != "off":  # without it there is nothing that can be recorded
        need = replace(need, recording=min(recording, n_ctx * recorded_token(header)))
    shares = [Share(MEMORY, "", round(left + need.compute + need.recording), memory)]
    for card, part in zip(cards, room, strict=True):
        if wanted:
            fraction = part / sum(room) if sum(room) else 1 / len(cards)
            taken = round(on_cards * fraction + scratch + _DRIVER)
            if card.kind == "igpu":  # has no memory of its own
                shares[0] = replace(shares[0], need=shares[0].need + taken)
            else:
                shares.append(Share(card.name, card.description, taken, card.free))
    options = replace(options, n_ctx=n_ctx, n_gpu_layers=wanted, recording=recording)
    return LoadPlan(options, need, tuple(shares), layers + 1)


def _cards(devices: Sequence[Device], options: LoadOptions) -> list[Device]:
    """The graphics cards to use; as `chatapp.engine.devices.used_devices` and llama.cpp choose them."""
    if options.n_gpu_layers == 0:
        return []
    if options.device:
        return [d for d in devices if d.name == options.device and d.kind in ("gpu", "igpu")]
    return [d for d in devices if d.kind == "gpu"] or [d for d in devices if d.kind == "igpu"][:1]


def _that_fit(room: float, layers: int, layer: float, output: float) -> int:
    """How many layers *room* bytes hold; the output goes last, as it is the largest."""
    if layers * layer + output <= room:
        return layers + 1
    return min(layers, int(room // layer)) if layer else 0
