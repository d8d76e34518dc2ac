"""Frames on a byte stream: one JSON header line, then as many raw bytes as its ``nbytes`` says.

The only module that knows how a message lies on the wire. The raw bytes are numpy arrays (`chatapp.core.arrays`).
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from chatapp.core.arrays import Arrays, array_parts, decode_arrays

MAX_HEADER = 64 * 1024 * 1024  # bytes; a header carries a whole conversation
MAX_PAYLOAD = 2 * 1024**3  # bytes


class FramingError(Exception):
    """The stream does not hold frames: the peer is broken, the connection is of no further use."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message: JSON *header* (always with a ``type``) and numpy *arrays*."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def encode(header: dict[str, Any], arrays: Arrays | None = None) -> bytes:
    """The bytes of one frame."""
    return b"".join(encode_parts(header, arrays))


def encode_parts(header: dict[str, Any], arrays: Arrays | None = None) -> list[memoryview]:
    """The same as pieces one behind the other: large arrays are not copied."""
    data: list[memoryview] = []
    if arrays:
        spec, data = array_parts(arrays)
        header = header | {"arrays": spec, "nbytes": sum(len(part) for part in data)}
    # ensure_ascii keeps lone surrogates (from broken input) encodable.
    return [memoryview(json.dumps(header, allow_nan=False).encode("ascii") + b"\n"), *data]


class Decoder:
    """Turns chunks of bytes, cut anywhere, into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._searched = 0  # a long header arriving in pieces is scanned once
        self._header: dict[str, Any] | None = None
        self._nbytes = 0

    @property
    def pending(self) -> int:
        """Bytes held of a frame that is not whole yet."""
        return len(self._buffer)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Yield every frame that *data* completes; raise `FramingError` on a stream that is not ours."""
        self._buffer += data
        while True:
            if self._header is None and not self._read_header():
                return
            if len(self._buffer) < self._nbytes:
                return
            payload: bytes | memoryview
            if len(self._buffer) == self._nbytes:  # as nearly always; what is long is not copied
                payload, self._buffer = memoryview(self._buffer).toreadonly(), bytearray()
            else:
                payload = bytes(self._buffer[: self._nbytes])
                del self._buffer[: self._nbytes]
            header, self._header = self._header or {}, None
            header.pop("nbytes", None)
            try:
                arrays = decode_arrays(header.pop("arrays", []), payload)
            except ValueError as error:
                raise FramingError(str(error)) from error
            yield Frame(header, arrays)

    def _read_header(self) -> bool:
        end = self._buffer.find(b"\n", self._searched)
        if (end if end >= 0 else len(self._buffer)) > MAX_HEADER:
            raise FramingError("header line without an end")
        if end < 0:
            self._searched = len(self._buffer)
            return False
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._searched = 0
        try:
            header = json.loads(line)
        except ValueError as error:
            raise FramingError(f"not a frame: {line[:80]!r}") from error
        nbytes = header.get("nbytes", 0) if isinstance(header, dict) else None
        if not isinstance(header, dict) or not isinstance(header.get("type"), str):
            raise FramingError(f"not a frame: {line[:80]!r}")
        if not isinstance(nbytes, int) or not 0 <= nbytes <= MAX_PAYLOAD:
            raise FramingError(f"impossible payload size {nbytes!r}")
        self._header, self._nbytes = header, nbytes
        return True
