"""A model's vocabulary: the bytes of every token, and finding tokens by what they say."""

import re

import numpy as np
from numpy.typing import NDArray

from chatapp.core.text import unescaped

_ID = re.compile(r"#\s*(\d+)$")
_BYTES = re.compile(r"(?:<(?:[0-9a-fA-F]{2}\s*)+>)+$")
_HEX = re.compile(r"[0-9a-fA-F]{2}")


def unfinished(data: bytes) -> bytes:
    """The end of *data* that is the beginning of a character whose other bytes are missing."""
    for length in range(1, min(3, len(data)) + 1):
        lead = data[-length]
        if lead >= 0xC0:
            needed = 2 if lead < 0xE0 else 3 if lead < 0xF0 else 4
            return data[-length:] if length < needed else b""
        if lead < 0x80:
            break
    return b""


class Vocabulary:
    """The bytes of V tokens: lengths int32 (V,), data uint8 (all of them in a row), control uint8 (V,)."""

    def __init__(self, lengths: NDArray[np.int32], data: NDArray[np.uint8], control: NDArray[np.uint8]) -> None:
        self._ends = np.cumsum(lengths, dtype=np.int64)
        self._starts = self._ends - lengths
        self._data = data
        self._bytes = data.tobytes()
        upper = (data >= ord("A")) & (data <= ord("Z"))
        self._folded = np.where(upper, data + np.uint8(32), data)
        self._owner = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)  # the token of each byte
        self._control = control

    def __len__(self) -> int:
        return len(self._ends)

    def piece(self, token: int) -> bytes:
        """The bytes of *token*; of a control token its name."""
        return self._bytes[int(self._starts[token]) : int(self._ends[token])]

    def is_control(self, token: int) -> bool:
        """Whether *token* is a mark and no text."""
        return bool(self._control[token])

    def shared_with(self, other: "Vocabulary") -> int:
        """How many tokens both have, where one is the beginning of the other (models are padded); else 0."""
        count = min(len(self), len(other))
        size = int(self._ends[count - 1]) if count else 0
        same = (
            np.array_equal(self._ends[:count], other._ends[:count])
            and np.array_equal(self._control[:count], other._control[:count])
            and np.array_equal(self._data[:size], other._data[:size])
        )
        return count if same else 0

    def search(self, query: str, pending: bytes = b"") -> NDArray[np.int32]:
        """The tokens that *query* means, in order of their ids, int32.

        ``#123`` is an id and ``<ED 95>`` are bytes; anything else is a text that the token must contain (``\\n`` is a
        new line; capitals count only when there are some). A token also fits that begins the text in the middle of a
        character, or goes on where *pending*, the `unfinished` bytes before it, broke off.
        """
        number = _ID.match(query.strip())
        if number:
            token = int(number[1])
            return np.array([token] if token < len(self) else [], np.int32)
        if _BYTES.match(query.strip()):
            return self._holding(bytes(int(pair, 16) for pair in _HEX.findall(query)), self._data)
        needle = unescaped(query).encode("utf-8", "ignore")
        if not needle:
            return np.arange(len(self), dtype=np.int32)
        folded = needle.lower() == needle
        found = [self._holding(needle, self._folded if folded else self._data)]
        found += [self._ending_in(needle[:cut]) for cut in _cuts(needle)]
        if pending and needle.startswith(pending) and len(needle) > len(pending):
            found.append(self._beginning_with(needle[len(pending) :]))
        if len(found) == 1:
            return found[0]
        fits = np.zeros(len(self), np.bool_)
        fits[np.concatenate(found)] = True
        return np.flatnonzero(fits).astype(np.int32)

    def _holding(self, needle: bytes, data: NDArray[np.uint8]) -> NDArray[np.int32]:
        """The tokens that have *needle* in their bytes, as *data* has these."""
        at = np.flatnonzero(data[: len(data) - len(needle) + 1] == needle[0]) if len(data) >= len(needle) else _NOWHERE
        for offset in range(1, len(needle)):
            at = at[data[at + offset] == needle[offset]]
        tokens: NDArray[np.int32] = self._owner[at]
        tokens = tokens[tokens == self._owner[at + len(needle) - 1]]
        first = np.ones(len(tokens), np.bool_)
        first[1:] = tokens[1:] != tokens[:-1]
        return tokens[first]

    def _ending_in(self, part: bytes) -> NDArray[np.int32]:
        """The tokens whose last bytes are *part*."""
        tokens = np.flatnonzero(self._ends - self._starts >= len(part))
        for offset in range(1, len(part) + 1):
            tokens = tokens[self._data[self._ends[tokens] - offset] == part[-offset]]
        return tokens.astype(np.int32)

    def _beginning_with(self, rest: bytes) -> NDArray[np.int32]:
        """The tokens that begin with *rest*, or are the beginning of it that cuts a character."""
        tokens = np.flatnonzero(self._ends > self._starts)
        found: list[NDArray[np.int64]] = []
        for offset, byte in enumerate(rest):
            tokens = tokens[self._data[self._starts[tokens] + offset] == byte]
            ended = self._ends[tokens] - self._starts[tokens] == offset + 1
            found.append(tokens[ended])
            tokens = tokens[~ended]
        return np.concatenate([*found, tokens]).astype(np.int32)


_NOWHERE = np.zeros(0, np.int64)


def _cuts(needle: bytes) -> list[int]:
    """Where *needle* can be cut in the middle of a character."""
    return [at for at in range(1, len(needle)) if 0x80 <= needle[at] < 0xC0]
