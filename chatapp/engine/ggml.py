"""The little of ggml that reading tensors inside a running graph needs, by ctypes.

The layout of `ggml_tensor` is from ggml/include/ggml.h of the llama.cpp that llama-cpp-python 0.3.36 builds;
`check_layout` compares its size with what the library says, so another version is noticed instead of misread.
"""

import ctypes
import os
from functools import cache
from pathlib import Path
from typing import Any

import llama_cpp
import numpy as np
from numpy.typing import NDArray

F32, F16 = 0, 1  # enum ggml_type
IS_INPUT = 1  # enum ggml_tensor_flag
_ARRAY, _NUMBERS = 9, (4, 5)  # enum gguf_type: an array; uint32 and int32
_OBJECT_HEADER = 32  # bytes of ggml_object, which ggml_tensor_overhead() includes


class Tensor(ctypes.Structure):
    """struct ggml_tensor. ne counts elements, innermost first; nb are strides in bytes."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("buffer", ctypes.c_void_p),
        ("ne", ctypes.c_int64 * 4),
        ("nb", ctypes.c_size_t * 4),
        ("op", ctypes.c_int),
        ("op_params", ctypes.c_int32 * 16),
        ("flags", ctypes.c_int32),
        ("src", ctypes.c_void_p * 10),
        ("view_src", ctypes.c_void_p),
        ("view_offs", ctypes.c_size_t),
        ("data", ctypes.c_void_p),
        ("name", ctypes.c_char * 64),
        ("extra", ctypes.c_void_p),
        ("padding", ctypes.c_char * 8),
    )


def _folder() -> Path:
    return Path(llama_cpp.__file__).parent / "lib"


@cache
def library(name: str) -> ctypes.CDLL:
    """One of llama.cpp's libraries (\"ggml\", \"ggml-base\"…), the very one that llama_cpp has loaded."""
    folder = _folder()
    for pattern in (f"lib{name}.so", f"lib{name}.dylib", f"{name}.dll", f"lib{name}.dll"):
        if (folder / pattern).exists():
            return ctypes.CDLL(str(folder / pattern))
    raise OSError(f"llama.cpp's library {name} is not in {folder}")


@cache
def load_backends() -> None:
    """Load what llama.cpp computes with, where it was built as libraries of their own: the one for this processor's
    instructions, and those for graphics cards. In other builds they are there already."""
    registry = library("ggml")
    registry.ggml_backend_reg_count.restype = ctypes.c_size_t
    if not registry.ggml_backend_reg_count():
        registry.ggml_backend_load_all_from_path.argtypes = [ctypes.c_char_p]
        registry.ggml_backend_load_all_from_path.restype = None
        registry.ggml_backend_load_all_from_path(os.fsencode(_folder()))


@cache
def check_layout() -> None:
    """Raise RuntimeError when the library's tensor is not the one described here."""
    base = library("ggml-base")
    base.ggml_tensor_overhead.restype = ctypes.c_size_t
    size = int(base.ggml_tensor_overhead()) - _OBJECT_HEADER
    if size != ctypes.sizeof(Tensor):
        raise RuntimeError(
            f"ggml_tensor has {size} bytes, not {ctypes.sizeof(Tensor)}: this llama.cpp is another version"
        )


@cache
def op_number(name: str) -> int:
    """The number of the operation called *name* ("SOFT_MAX") in this build."""
    base = library("ggml-base")
    base.ggml_op_name.restype = ctypes.c_char_p
    base.ggml_op_name.argtypes = [ctypes.c_int]
    for number in range(256):
        found = base.ggml_op_name(number)
        if found == name.encode():
            return number
        if not found:
            break
    raise RuntimeError(f"ggml has no operation {name}")


@cache
def _tensor_get() -> Any:
    function = library("ggml-base").ggml_backend_tensor_get
    function.restype = None
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    return function


@cache
def _tensor_set() -> Any:
    function = library("ggml-base").ggml_backend_tensor_set
    function.restype = None
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t]
    return function


def read_f32(address: int, offset: int, count: int) -> NDArray[np.float32]:
    """Copy *count* floats at element *offset* of the contiguous F32 tensor at *address*, from host or device memory."""
    out = np.empty(count, np.float32)
    read_f32_into(address, offset, out)
    return out


def read_f32_into(address: int, offset: int, out: NDArray[np.float32]) -> None:
    """The same into *out*, which is contiguous, as many as it holds."""
    _tensor_get()(address, out.ctypes.data, offset * 4, out.nbytes)


def write_f32(address: int, offset: int, values: NDArray[np.float32]) -> None:
    """Put *values* at element *offset* of the contiguous F32 tensor at *address*, in host or device memory."""
    write_bytes(address, offset * 4, values)


def write_bytes(address: int, offset: int, values: NDArray[Any]) -> None:
    """Put the contiguous *values* at byte *offset* of the tensor at *address*, in host or device memory."""
    _tensor_set()(address, values.ctypes.data, offset, values.nbytes)


def read_bytes(address: int, offset: int, size: int) -> NDArray[np.uint8]:
    """Copy *size* bytes from *offset* on of the tensor at *address*, from host or device memory."""
    out = np.empty(size, np.uint8)
    _tensor_get()(address, out.ctypes.data, offset, size)
    return out


@cache
def to_half() -> Any:
    """``(address of floats, address of halves, count)``: llama.cpp's own conversion, 300 times as fast as NumPy's."""
    return _converter("fp32_to_fp16")


def halves(values: NDArray[np.float32]) -> NDArray[np.float16]:
    """The same numbers in half precision."""
    out = np.empty(values.shape, np.float16)
    to_half()(values.ctypes.data, out.ctypes.data, values.size)
    return out


@cache
def to_single() -> Any:
    """``(address of halves, address of floats, count)``: the way back."""
    return _converter("fp16_to_fp32")


def _converter(name: str) -> Any:
    try:
        function = library("ggml-cpu")[f"ggml_cpu_{name}"]
    except OSError:  # built with a library for each kind of processor; the one of all of them is slower
        function = library("ggml-base")[f"ggml_{name}_row"]
    function.restype = None
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64]
    return function


def is_host(tensor: Tensor) -> bool:
    """Whether *tensor* lies in this process's memory, and not on a graphics card."""
    function = library("ggml-base").ggml_backend_buffer_is_host
    function.restype = ctypes.c_bool
    function.argtypes = [ctypes.c_void_p]
    return bool(tensor.buffer and function(tensor.buffer))


class _TypeTraits(ctypes.Structure):
    """struct ggml_type_traits."""

    _fields_ = (
        ("type_name", ctypes.c_char_p),
        ("block_size", ctypes.c_int64),
        ("interleave", ctypes.c_int64),
        ("type_size", ctypes.c_size_t),
        ("is_quantized", ctypes.c_bool),
        ("to_float", ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64)),
        ("from_float", ctypes.c_void_p),
    )


def read_floats(tensor: Tensor, out: NDArray[np.float32]) -> None:
    """Fill *out* with the first numbers of *tensor*, which may be of any type, from host or device memory."""
    if is_host(tensor):
        _to_floats(tensor.data, tensor.type, out)
    else:
        traits = _traits(tensor.type)
        data = read_bytes(ctypes.addressof(tensor), 0, out.size // traits.block_size * traits.type_size)
        _to_floats(data.ctypes.data, tensor.type, out)


def dequantize(data: NDArray[np.uint8], kind: int, count: int) -> NDArray[np.float32]:
    """*count* numbers of ggml type *kind* as floats, by ggml's own reference conversion."""
    if kind == F32:
        return data.view(np.float32)[:count]
    out = np.empty(count, np.float32)
    _to_floats(data.ctypes.data, kind, out)
    return out


def _to_floats(address: int, kind: int, out: NDArray[np.float32]) -> None:
    if kind == F32:
        ctypes.memmove(out.ctypes.data, address, out.nbytes)
    elif kind == F16:
        to_single()(address, out.ctypes.data, out.size)
    else:
        _traits(kind).to_float(address, out.ctypes.data, out.size)


def _traits(kind: int) -> _TypeTraits:
    function = library("ggml-base").ggml_get_type_traits
    function.restype = ctypes.POINTER(_TypeTraits)
    function.argtypes = [ctypes.c_int]
    found: _TypeTraits = function(kind).contents
    return found


def array_of(path: str, key: str) -> NDArray[np.int32]:
    """The numbers of the array *key* in the metadata of a GGUF file, which llama.cpp does not tell; none without it."""
    base = library("ggml-base")
    base.gguf_init_from_file.restype = base.gguf_get_arr_data.restype = ctypes.c_void_p
    base.gguf_init_from_file.argtypes = [ctypes.c_char_p, _GgufInit]
    base.gguf_find_key.restype, base.gguf_find_key.argtypes = ctypes.c_int64, [ctypes.c_void_p, ctypes.c_char_p]
    base.gguf_get_arr_n.restype = ctypes.c_size_t
    for function in (base.gguf_get_kv_type, base.gguf_get_arr_type, base.gguf_get_arr_n, base.gguf_get_arr_data):
        function.argtypes = [ctypes.c_void_p, ctypes.c_int64]
    base.gguf_free.argtypes = [ctypes.c_void_p]
    file = base.gguf_init_from_file(os.fsencode(path), _GgufInit(True, None))
    if not file:
        return np.zeros(0, np.int32)
    try:
        at = base.gguf_find_key(file, key.encode())
        if at < 0 or base.gguf_get_kv_type(file, at) != _ARRAY or base.gguf_get_arr_type(file, at) not in _NUMBERS:
            return np.zeros(0, np.int32)
        size = 4 * base.gguf_get_arr_n(file, at)
        return np.frombuffer(ctypes.string_at(base.gguf_get_arr_data(file, at), size), np.int32)
    finally:
        base.gguf_free(file)


class _GgufInit(ctypes.Structure):
    """struct gguf_init_params."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))
