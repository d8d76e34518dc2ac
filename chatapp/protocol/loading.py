"""How a model is loaded, what it can be computed on, and what is known of it once it is."""

from dataclasses import dataclass, field
from typing import Self

from chatapp.core.generation import BETWEEN, ONE_OF, invalid
from chatapp.core.text import QT_TRANSLATE_NOOP


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load. Zero or "auto" leaves the choice to the engine.

    n_ctx         context length in tokens; 0: the model's own, at most `DEFAULT_CONTEXT`
    n_gpu_layers  -1: as many as fit; 0: CPU only
    n_threads     0: physical cores
    flash_attention  "auto", "on" or "off"
    cache_bytes   most memory for saved states of branches; 0: none; -1: `engine.cache.default_budget`
    kv_type       of the KV cache, one of `KV_TYPES`; the quantized ones work with flash attention only
    recording     most bytes for the queries of attention that are recorded as the chat runs; 0: nothing is recorded
    device        name of the only graphics card to use; "": all of them
    """

    n_ctx: int = 0
    n_gpu_layers: int = -1
    n_threads: int = 0
    flash_attention: str = "auto"
    kv_type: str = "f16"
    cache_bytes: int = -1
    recording: int = 0
    device: str = ""

    def checked(self) -> Self:
        """Return self, or raise `RequestError` naming the first value that cannot be used."""
        for name, (low, high) in _LOAD_BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise invalid(name, value, BETWEEN, low=str(low), high=str(high))
        for name, allowed in (("flash_attention", FLASH_ATTENTION), ("kv_type", KV_TYPES)):
            if getattr(self, name) not in allowed:
                raise invalid(name, str(getattr(self, name))[:40], ONE_OF, choices=", ".join(allowed))
        if self.kv_type in QUANTIZED_KV_TYPES and self.flash_attention == "off":
            raise invalid("kv_type", self.kv_type, NEEDS_FLASH_ATTENTION)
        return self


FLASH_ATTENTION = ("auto", "on", "off")
KV_TYPES = ("f16", "f32", "q8_0", "q4_0")
QUANTIZED_KV_TYPES = ("q8_0", "q4_0")
NO_DEVICE = QT_TRANSLATE_NOOP("reasons", "There is no graphics card called {device} here")
NEEDS_FLASH_ATTENTION = QT_TRANSLATE_NOOP("reasons", "a quantized KV cache needs flash attention, which is off")
_LOAD_BOUNDS = {"n_ctx": (0, 2**31 - 1), "n_gpu_layers": (-1, 100_000), "n_threads": (0, 4096), "recording": (0, 2**40)}
DEFAULT_CONTEXT = 8192  # tokens; more costs memory most chats never use


@dataclass(frozen=True, slots=True)
class Device:
    """Something llama.cpp can compute on. *free* and *total* are bytes of memory; 0 when it does not say.

    name         llama.cpp's, such as "Vulkan0"
    description  the maker's
    kind         "cpu", "gpu", "igpu" (shares the computer's memory) or "accelerator" (helps the CPU)
    """

    name: str
    description: str
    kind: str
    free: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the worker knows of the model it loaded. Sizes are bytes; *fingerprint* identifies the file.

    n_gpu_layers  layers on graphics cards, the output counted as one; *devices* names those
    """

    path: str
    name: str
    architecture: str
    description: str
    size: int
    n_params: int
    n_vocab: int
    n_ctx: int
    n_ctx_train: int
    n_layer: int
    n_head: int
    n_gpu_layers: int = 0
    has_chat_template: bool = True
    fingerprint: str = ""
    backend: str = ""
    has_attention: bool = True
    devices: tuple[str, ...] = ()
    recommended: dict[str, str] = field(default_factory=dict)  # its general.sampling.* values
