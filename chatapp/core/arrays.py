"""Named numpy arrays as one run of bytes plus a JSON-able description: frames and saved traces share it.

No pickle, and nothing is believed: types are from a short list and sizes are checked before anything is allocated.
"""

import math
from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Arrays: TypeAlias = Mapping[str, NDArray[np.generic]]
ArraySpec: TypeAlias = list[list[object]]  # [[name, dtype, [shape…]], …] in the order of the bytes

_DTYPES = frozenset({"<f2", "<f4", "<f8", "<i4", "<i8", "|u1", "<u2"})


def encode_arrays(arrays: Arrays) -> tuple[ArraySpec, bytes]:
    """Return the description and the concatenated little-endian, C-ordered bytes."""
    spec, parts = array_parts(arrays)
    return spec, b"".join(parts)


def array_parts(arrays: Arrays) -> tuple[ArraySpec, list[memoryview]]:
    """The same without a copy of what is in order already; the arrays must not change as long as it is needed."""
    spec: ArraySpec = []
    parts: list[memoryview] = []
    for name, array in arrays.items():
        kind = array.dtype.str
        if kind not in _DTYPES:
            array = array.astype(array.dtype.newbyteorder("<"))  # noqa: PLW2901 - seldom; a frame takes microseconds
            kind = array.dtype.str
        if kind not in _DTYPES:
            raise TypeError(f"array {name!r} has dtype {array.dtype}, which is not sent")
        spec.append([name, kind, list(array.shape)])
        parts.append(np.ascontiguousarray(array).reshape(-1).view(np.uint8).data)
    return spec, parts


def decode_arrays(spec: object, data: bytes | memoryview) -> dict[str, NDArray[np.generic]]:
    """Rebuild the arrays (read-only views of *data*); raise ValueError when description and bytes do not agree."""
    if not isinstance(spec, list):
        raise ValueError("array description is not a list")
    arrays: dict[str, NDArray[np.generic]] = {}
    offset = 0
    for entry in spec:
        match entry:
            case [str(name), str(dtype), list(shape)] if dtype in _DTYPES and all(
                isinstance(n, int) and n >= 0 for n in shape
            ):
                kind = np.dtype(dtype)
                count = math.prod(shape)
                if offset + count * kind.itemsize > len(data):
                    raise ValueError(f"array {name!r} is longer than its bytes")
                arrays[name] = np.frombuffer(data, kind, count, offset).reshape(shape)
                offset += count * kind.itemsize
            case _:
                raise ValueError(f"bad array description {entry!r}")
    if offset != len(data):
        raise ValueError(f"{len(data) - offset} bytes left over after the arrays")
    return arrays
