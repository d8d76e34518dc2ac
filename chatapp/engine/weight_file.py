"""Rows of a model's weights as floats, read from its GGUF file by ggml's own reader.

From the file and not from memory: there ggml may have put them in another order for the processor, or on a graphics
card. Source: ggml/include/gguf.h.
"""

import ctypes
import os
from collections.abc import Iterator
from functools import cache
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml

_BLOCK = 1 << 22  # floats that are held at a time


class _Params(ctypes.Structure):
    """struct gguf_init_params."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


@cache
def _api() -> Any:
    base = ggml.library("ggml-base")
    for name, result, arguments in (
        ("gguf_init_from_file", ctypes.c_void_p, [ctypes.c_char_p, _Params]),
        ("gguf_free", None, [ctypes.c_void_p]),
        ("gguf_find_tensor", ctypes.c_int64, [ctypes.c_void_p, ctypes.c_char_p]),
        ("gguf_get_tensor_type", ctypes.c_int, [ctypes.c_void_p, ctypes.c_int64]),
        ("gguf_get_tensor_offset", ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_int64]),
        ("gguf_get_tensor_size", ctypes.c_size_t, [ctypes.c_void_p, ctypes.c_int64]),
        ("gguf_get_data_offset", ctypes.c_size_t, [ctypes.c_void_p]),
        ("ggml_row_size", ctypes.c_size_t, [ctypes.c_int, ctypes.c_int64]),
    ):
        function = getattr(base, name)
        function.restype, function.argtypes = result, arguments
    return base


class WeightFile:
    """The file at *path*, open; raise OSError when it cannot be read."""

    def __init__(self, path: str) -> None:
        self._handle = _api().gguf_init_from_file(os.fsencode(path), _Params(no_alloc=True, ctx=None))
        if not self._handle:
            raise OSError(f"{path} is not a GGUF file")
        self._data = np.memmap(path, np.uint8, "r")
        self._start = int(_api().gguf_get_data_offset(self._handle))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _api().gguf_free(self._handle)
        self._handle = None
        del self._data

    def __contains__(self, name: str) -> bool:
        return int(_api().gguf_find_tensor(self._handle, name.encode())) >= 0

    def rows(self, name: str, first: int, count: int, width: int) -> NDArray[np.float32]:
        """float32 (count, width): rows from *first* on of a tensor whose rows have *width* numbers.

        Raise KeyError when there is no such tensor, ValueError when it is smaller.
        """
        at = int(_api().gguf_find_tensor(self._handle, name.encode()))
        if at < 0:
            raise KeyError(name)
        kind = int(_api().gguf_get_tensor_type(self._handle, at))
        size = int(_api().ggml_row_size(kind, width))
        start = first * size
        if first < 0 or start + count * size > int(_api().gguf_get_tensor_size(self._handle, at)):
            raise ValueError(f"{name} has no rows {first} to {first + count} of {width}")
        begin = self._start + int(_api().gguf_get_tensor_offset(self._handle, at)) + start
        data = np.array(self._data[begin : begin + count * size])
        return ggml.dequantize(data, kind, count * width).reshape(count, width)

    def blocks(self, name: str, first: int, count: int, width: int) -> Iterator[NDArray[np.float32]]:
        """The same, in pieces that take little memory."""
        step = max(1, _BLOCK // width)
        for at in range(first, first + count, step):
            yield self.rows(name, at, min(step, first + count - at), width)

    def vector(self, name: str, size: int, first: int = 0) -> NDArray[np.float32] | None:
        """*size* numbers of a vector of floats from *first* on, None when there is none."""
        return self.rows(name, first, size, 1)[:, 0] if name in self else None
