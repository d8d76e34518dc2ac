"""LoRA adapters (GGUF) on a loaded model: read once, switched and scaled without reloading the weights."""

import ctypes
import math
import os
from pathlib import Path

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it

from chatapp.core.adapters import ADAPTER_SCALE, MAX_ADAPTERS, AdapterUse
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import log
from chatapp.engine.llama import Context, Model

NO_FILE = QT_TRANSLATE_NOOP("reasons", "there is no such file")
NOT_A_FILE = QT_TRANSLATE_NOOP("reasons", "it is not a file")
TWICE = QT_TRANSLATE_NOOP("reasons", "it is in the list twice")
OTHER_KIND = QT_TRANSLATE_NOOP("reasons", "it was made for another kind of model")
NO_ADAPTER = QT_TRANSLATE_NOOP("reasons", "it is not an adapter")
NOT_GGUF = QT_TRANSLATE_NOOP("reasons", "it is not a GGUF file")
OTHER_SIZE = QT_TRANSLATE_NOOP("reasons", "it was made for a model of another size")
OTHER_MODEL = QT_TRANSLATE_NOOP("reasons", "it was made for another model")
INCOMPLETE = QT_TRANSLATE_NOOP("reasons", "it is incomplete")
TOO_MANY = QT_TRANSLATE_NOOP("reasons", "at most {high} can be used at a time")
SCALE_BETWEEN = QT_TRANSLATE_NOOP("reasons", "its scale must lie between {low} and {high}")

_Used = tuple[tuple[str, int, int], float]  # path, size, time of change; scale


class Adapters:
    """What is read of adapter files, and which of them work on *context* now.

    A file that has changed since is read again. Memory is freed with the model.
    """

    def __init__(self, model: Model, context: Context) -> None:
        self._model = model
        self._context = context
        self._read: dict[tuple[str, int, int], int] = {}  # path, size, time of change → llama_adapter_lora *
        self._used: list[_Used] = []

    @property
    def used(self) -> list[_Used]:
        """Those that work now."""
        return self._used

    def use(self, wanted: tuple[AdapterUse, ...]) -> bool:
        """Let exactly these work; True when that is another set than before: what the KV cache holds is then void.

        Raise `RequestError` for one that cannot be used; the set before it stays.
        """
        used = self.checked(wanted)
        if used == self._used:
            return False
        self._apply(self._context, used)
        self._used = used
        return True

    def use_in(self, context: Context, wanted: tuple[AdapterUse, ...]) -> None:
        """Let these work in another *context* of the model that has none yet."""
        self._apply(context, self.checked(wanted))

    def checked(self, wanted: tuple[AdapterUse, ...]) -> list[_Used]:
        """What is to be used, once all of it has been read: equal to another only where the weights are."""
        wanted = tuple(adapter for adapter in wanted if adapter.scale)  # one of scale 0 does nothing
        if len(wanted) > MAX_ADAPTERS:
            raise _refused(wanted[MAX_ADAPTERS].path, TOO_MANY, high=str(MAX_ADAPTERS))
        keys = [self._key(adapter) for adapter in wanted]
        if len(set(keys)) < len(keys):
            raise _refused(wanted[0].path, TWICE)
        for key in keys:
            self._handle(key)
        return [(key, adapter.scale) for key, adapter in zip(keys, wanted, strict=True)]

    def _apply(self, context: Context, used: list[_Used]) -> None:
        pointers = (C.llama_adapter_lora_p_ctypes * len(used))(*(self._handle(key) for key, _ in used))
        scales = (ctypes.c_float * len(used))(*(scale for _, scale in used))
        code = int(C.llama_set_adapters_lora(context.handle, pointers, len(used), scales))
        if code:
            raise _refused(used[0][0][0], log.last_error() or f"llama_set_adapters_lora returned {code}")

    def _key(self, adapter: AdapterUse) -> tuple[str, int, int]:
        low, high = ADAPTER_SCALE
        if not (math.isfinite(adapter.scale) and low <= adapter.scale <= high):
            raise _refused(adapter.path, SCALE_BETWEEN, low=f"{low:g}", high=f"{high:g}")
        try:
            status = Path(adapter.path).stat()
        except (OSError, ValueError):
            raise _refused(adapter.path, NO_FILE) from None
        if not Path(adapter.path).is_file():  # reading a pipe would wait for ever
            raise _refused(adapter.path, NOT_A_FILE)
        return adapter.path, status.st_size, status.st_mtime_ns

    def _handle(self, key: tuple[str, int, int]) -> int:
        known = self._read.get(key)
        if known is None:
            log.clear_errors()
            known = C.llama_adapter_lora_init(self._model.handle, os.fsencode(key[0]))
            if not known:
                raise _refused(key[0], _reason(log.last_error()))
            self._read[key] = known
        return known


def _reason(words: str) -> str:
    """llama.cpp's words, in ours where they are known."""
    for theirs, ours in (
        ("arch mismatch", OTHER_KIND),
        ("general.type", NO_ADAPTER),
        ("magic characters", NOT_GGUF),
        ("gguf_init", NOT_GGUF),
        ("failed to load lora adapter from file", NOT_GGUF),
        ("incorrect shape", OTHER_SIZE),
        ("does not exist in base model", OTHER_MODEL),
        ("not within the file bounds", INCOMPLETE),
    ):
        if theirs in words:
            return ours
    return words or "llama.cpp gave no reason"


def _refused(path: str, reason: str, **params: str) -> RequestError:
    return RequestError(ErrorCode.ADAPTER_REFUSED, path=Path(path).name[:200], reason=reason, **params)
