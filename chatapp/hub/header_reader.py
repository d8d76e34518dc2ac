"""The raw layer of a GGUF header: numbers, strings and arrays, from a file that may be damaged or malicious.

Read in growing pieces, not memory-mapped: a file that shrinks while it is mapped (a drive pulled out, a download
restarted) kills the process with SIGBUS. Nothing is allocated on the word of the file alone.
"""

import struct
from typing import BinaryIO

MAX_HEADER = 128 * 1024 * 1024  # bytes; 256k-word vocabularies with merges take some 20 MB
MAX_KEPT_STRING = 64 * 1024  # bytes; longer ones (chat templates) are skipped, only their length matters
MAX_KEPT_ARRAY = 1024  # numbers; arrays with one value a layer are kept, vocabularies are not

_FIRST_PIECE = 256 * 1024  # bytes
_STRING, _ARRAY = 8, 9
_NUMBERS: dict[int, struct.Struct] = {
    0: struct.Struct("<B"),
    1: struct.Struct("<b"),
    2: struct.Struct("<H"),
    3: struct.Struct("<h"),
    4: struct.Struct("<I"),
    5: struct.Struct("<i"),
    6: struct.Struct("<f"),
    7: struct.Struct("<?"),
    10: struct.Struct("<Q"),
    11: struct.Struct("<q"),
    12: struct.Struct("<d"),
}
_U32, _U64 = _NUMBERS[4], _NUMBERS[10]


class BrokenHeaderError(Exception):
    """The bytes are not a GGUF header; the text completes "the file is damaged: …"."""


class Skipped:
    """Stands for a value that was not kept; *length* is its bytes (string) or items (array)."""

    def __init__(self, length: int) -> None:
        self.length = length


Value = int | float | bool | str | tuple[int | float | bool, ...] | Skipped


class HeaderReader:
    """Reads forwards through the header of an open file of *size* bytes."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.position = 0
        self.items = 0  # of the list of strings that was read last, or is being read
        self._file = file
        self._end = min(size, MAX_HEADER)
        self._size = size
        self._data = bytearray()

    def bytes(self, count: int) -> bytes:
        """The next *count* bytes."""
        self._need(count)
        start = self.position
        self.position += count
        return bytes(self._data[start : self.position])

    def u32(self) -> int:
        """An unsigned 32-bit number."""
        return int(self._number(_U32))

    def u64(self) -> int:
        """An unsigned 64-bit number."""
        return int(self._number(_U64))

    def count(self, smallest: int) -> int:
        """A number of items of at least *smallest* bytes each: no more than the file has room for."""
        found = self.u64()
        if found * smallest > self._size - self.position:
            raise BrokenHeaderError("it ends before its header does")
        return found

    def string(self, limit: int = MAX_KEPT_STRING) -> str:
        """A string of at most *limit* bytes; wrong UTF-8 is replaced."""
        length = self.u64()
        if length > limit:
            raise BrokenHeaderError(f"it has a name of {length} bytes")
        return self.bytes(length).decode("utf-8", "replace")

    def value(self) -> Value:
        """A value after its type; long ones are skipped."""
        kind = self.u32()
        if kind == _STRING:
            return self._string_value()
        if kind == _ARRAY:
            return self._array()
        return self._number(self._layout(kind))

    def _string_value(self) -> Value:
        length = self.u64()
        if length <= MAX_KEPT_STRING:
            return self.bytes(length).decode("utf-8", "replace")
        self._skip(length)
        return Skipped(length)

    def _array(self) -> Value:
        kind = self.u32()
        if kind == _ARRAY:
            raise BrokenHeaderError("it has an array of arrays")
        if kind == _STRING:
            self.items = self.count(smallest=8)
            self._skip_strings(self.items)
            return Skipped(self.items)
        layout = self._layout(kind)
        count = self.count(smallest=layout.size)
        if count > MAX_KEPT_ARRAY:
            self._skip(count * layout.size)
            return Skipped(count)
        return tuple(item for (item,) in layout.iter_unpack(self.bytes(count * layout.size)))

    def _skip_strings(self, count: int) -> None:
        """Walk over the lengths, building nothing: some 300,000 of them in an ordinary model file."""
        unpack = _U64.unpack_from
        done = 0
        while done < count:
            data, position = self._data, self.position
            try:
                for done in range(done, count):  # noqa: B007, B020 - goes on where the data ran out
                    position += 8 + unpack(data, position)[0]
            except (struct.error, OverflowError):
                self.position = position
                self._need(8)
            else:
                self.position = position
                break
        self._need(0)

    def _skip(self, count: int) -> None:
        self._need(count)
        self.position += count

    def _number(self, layout: struct.Struct) -> int | float | bool:
        self._need(layout.size)
        (value,) = layout.unpack_from(self._data, self.position)
        self.position += layout.size
        number: int | float | bool = value
        return number

    def _layout(self, kind: int) -> struct.Struct:
        layout = _NUMBERS.get(kind)
        if layout is None:
            raise BrokenHeaderError(f"it has a value of the unknown type {kind}")
        return layout

    def _need(self, count: int) -> None:
        """Have *count* bytes from the position on in memory."""
        wanted = self.position + count
        if wanted <= len(self._data):
            return
        if wanted > self._end:
            raise BrokenHeaderError(
                "it ends before its header does" if wanted > self._size else "its header is far too large"
            )
        # Doubling, so that a big header is not copied over and over, and a small one is one read.
        piece = max(wanted, 2 * len(self._data), _FIRST_PIECE) - len(self._data)
        self._data += self._file.read(piece)
        if wanted > len(self._data):
            raise BrokenHeaderError("it ends before its header does")
