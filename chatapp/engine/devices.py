"""What llama.cpp can compute on: every device of the backends it was built with, with its memory."""

import ctypes
from collections.abc import Sequence
from functools import cache
from typing import Any

import psutil

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.ggml import library, load_backends
from chatapp.protocol.messages import NO_DEVICE, Device

_KINDS = ("cpu", "gpu", "igpu", "accelerator")  # enum ggml_backend_dev_type, in order; what follows combines others
_GPUS = ("gpu", "igpu")


def list_devices() -> tuple[Device, ...]:
    """Every device, in llama.cpp's order, with the memory that is free now."""
    load_backends()
    registry = library("ggml")
    found = (_describe(_get()(i)) for i in range(int(registry.ggml_backend_dev_count())))
    return tuple(device for device in found if device is not None)


def used_devices(n_gpu_layers: int, wanted: str) -> tuple[Device, ...]:
    """The graphics cards that a model with that many layers on them is put on: llama.cpp's own choice, or *wanted*.

    Raise `RequestError` when there is no such device.
    """
    if n_gpu_layers == 0:
        return ()
    gpus = [device for device in list_devices() if device.kind in _GPUS]
    if wanted:
        gpus = [device for device in gpus if device.name == wanted]
        if not gpus:
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_DEVICE, device=wanted[:80])
        return tuple(gpus)
    # Those that share the computer's memory are used only where there is no other, and then the first.
    return tuple(d for d in gpus if d.kind == "gpu") or tuple(gpus[:1])


def handles(names: Sequence[str]) -> Any:
    """For `llama_model_params.devices`: a NULL-terminated array; empty keeps everything on the CPU."""
    load_backends()
    by_name = library("ggml").ggml_backend_dev_by_name
    by_name.restype = ctypes.c_void_p
    by_name.argtypes = [ctypes.c_char_p]
    return (ctypes.c_void_p * (len(names) + 1))(*(by_name(name.encode()) for name in names), None)


def _describe(handle: int) -> Device | None:
    base = library("ggml-base")
    for name in ("ggml_backend_dev_name", "ggml_backend_dev_description"):
        getattr(base, name).restype = ctypes.c_char_p
    for name in ("ggml_backend_dev_name", "ggml_backend_dev_description", "ggml_backend_dev_type"):
        getattr(base, name).argtypes = [ctypes.c_void_p]
    base.ggml_backend_dev_memory.restype = None
    base.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p] + [ctypes.POINTER(ctypes.c_size_t)] * 2
    kind = int(base.ggml_backend_dev_type(handle))
    if not 0 <= kind < len(_KINDS):
        return None
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    base.ggml_backend_dev_memory(handle, ctypes.byref(free), ctypes.byref(total))
    if _KINDS[kind] == "cpu":  # ggml says that all of it is free
        free.value = psutil.virtual_memory().available
    return Device(
        name=base.ggml_backend_dev_name(handle).decode("utf-8", "replace"),
        description=(base.ggml_backend_dev_description(handle) or b"").decode("utf-8", "replace").strip(),
        kind=_KINDS[kind],
        free=min(free.value, total.value),
        total=total.value,
    )


@cache
def _get() -> Any:
    function = library("ggml").ggml_backend_dev_get
    function.restype = ctypes.c_void_p
    function.argtypes = [ctypes.c_size_t]
    return function
