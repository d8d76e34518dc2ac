"""`QueryStore`: the queries of attention that were recorded, by position, within a budget."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml

CHUNK = 32  # tokens whose queries are allocated at once
_AGAIN, _OWN = 1, 2


@dataclass(slots=True)
class RecordedLayer:
    """What one attention layer is, and where its keys and values lie.

    keys, values  the tensors of the KV cache, as they were when the graph ran; they stay until the context is closed
    sinks         float32 (n_head,): logits of the attention sinks, None where the model has none
    mask_class    layers of one class see the same keys
    """

    index: int
    n_head: int
    n_head_kv: int
    width: int
    value_width: int
    scale: float
    max_bias: float
    softcap: float
    keys: ggml.Tensor
    values: ggml.Tensor
    sinks: NDArray[np.float32] | None
    mask_class: int
    half_keys: bool  # the node gets keys that were rounded to half precision on the way
    stride: int  # floats from one token's Q to the next
    is_host: bool
    n_q: int = 0  # n_head · width
    offset: int = 0  # of its part of a chunk

    def rows_of(self, chunk: NDArray[np.float16]) -> NDArray[np.float16]:
        """Its part of *chunk*, (CHUNK, n_q)."""
        return chunk[self.offset : self.offset + CHUNK * self.n_q].reshape(CHUNK, self.n_q)


class QueryStore:
    """Q of every layer, half precision, in chunks of `CHUNK` positions that hold layer after layer.

    budget   bytes that are held at most; where that is not enough, the oldest positions are given up
    besides  bytes of it that somebody else has
    """

    def __init__(self, budget: int) -> None:
        self.budget = budget
        self.besides = 0
        self._layers: list[RecordedLayer] = []
        self._chunk_size = 0  # halves
        self._chunks: dict[int, tuple[NDArray[np.float16], int]] = {}  # with their addresses
        self._given_up: list[tuple[NDArray[np.float16], int]] = []  # to be used again
        self._known = np.zeros(0, np.uint8)  # for each position whether its Q is there: `_AGAIN` or `_OWN`

    def set_layers(self, layers: list[RecordedLayer]) -> None:
        """What is to be stored, before anything is."""
        self._layers = layers
        at = 0
        for layer in layers:
            layer.n_q, layer.offset = layer.n_head * layer.width, at
            at += layer.n_q * CHUNK
        self._chunk_size = at

    @property
    def size(self) -> int:
        """Bytes that are held."""
        return 2 * self._chunk_size * (len(self._chunks) + len(self._given_up)) + self._known.nbytes

    def knows(self, position: int) -> bool:
        """Whether the queries of *position* are there."""
        return position < len(self._known) and bool(self._known[position])

    def known(self) -> NDArray[np.bool_]:
        """bool (T,): for each position whether its queries are there."""
        return self._known > 0

    def own(self) -> NDArray[np.bool_]:
        """bool (T,): those among them that are the chat's, and not a question's that evaluated the token once more."""
        found: NDArray[np.bool_] = self._known == _OWN
        return found

    def query(self, layer: RecordedLayer, position: int) -> NDArray[np.float32]:
        """Q of one token after RoPE and norms, float32 (n_head, width); raise KeyError when it is not there."""
        if not self.knows(position):
            raise KeyError(position)
        rows = layer.rows_of(self._chunks[position // CHUNK][0])
        found: NDArray[np.float32] = rows[position % CHUNK].astype(np.float32).reshape(layer.n_head, layer.width)
        return found

    def make_room(self, start: int, end: int) -> int:
        """Positions *start* to *end* are about to be written: give up older ones; the first that there is room for."""
        self._known = ensure(self._known, end)
        first = max(0, -(-end // CHUNK) - self._most())  # chunk
        if (end - 1) // CHUNK not in self._chunks:
            for number in [n for n in self._chunks if n < first]:
                self._given_up.append(self._chunks.pop(number))
            self._known[: first * CHUNK] = 0
        return min(end, max(start, first * CHUNK))

    def has_room(self, start: int, end: int) -> bool:
        """Whether the queries of *start* to *end* can be there all at once."""
        return (end - 1) // CHUNK - start // CHUNK < self._most()

    def place(self, layer: RecordedLayer, position: int) -> int:
        """The address of the halves where Q of *position* is to be written; up to the chunk's end more may follow."""
        number, at = divmod(position, CHUNK)
        return self._chunk(number)[1] + 2 * (layer.offset + at * layer.n_q)

    def places(self, position: int) -> list[int]:
        """The same for every layer."""
        number, at = divmod(position, CHUNK)
        start = self._chunk(number)[1]
        return [start + 2 * (layer.offset + at * layer.n_q) for layer in self._layers]

    def mark(self, start: int, end: int, *, own: bool) -> None:
        """The queries of *start* to *end* have been written, as the chat ran (*own*) or for a question."""
        self._known[start:end] = _OWN if own else _AGAIN

    def cut(self, position: int) -> None:
        """Forget everything from *position* on."""
        self._known[position:] = 0
        for number in [n for n in self._chunks if n * CHUNK >= position]:
            del self._chunks[number]
        self._given_up.clear()

    def save(self, start: int, end: int) -> NDArray[np.uint8]:
        """What is kept of the positions *start* to *end*, to be put back by `restore`."""
        known = ensure(self._known, end)[start:end]
        if not known.any():
            return np.zeros(0, np.uint8)
        queries = np.zeros((end - start, self._chunk_size // CHUNK), np.float16)
        for number, at, first, last in _in_chunks(start, end):
            if number in self._chunks:
                for layer, column in self._columns():
                    rows = layer.rows_of(self._chunks[number][0])
                    queries[at : at + last - first, column : column + layer.n_q] = rows[first:last]
        return np.concatenate([known, queries.reshape(-1).view(np.uint8)])

    def restore(self, data: NDArray[np.uint8], start: int, end: int) -> bool:
        """Put back what `save` gave; False when it is not that."""
        self._known = ensure(self._known, end)
        count = end - start
        if not data.size:
            return True
        if data.size != count * (1 + self._chunk_size // CHUNK * 2):
            return False
        known = data[:count].copy()
        known[: self.make_room(start, end) - start] = 0
        queries = data[count:].view(np.float16).reshape(count, -1)
        for number, at, first, last in _in_chunks(start, end):
            if known[at : at + last - first].any():
                for layer, column in self._columns():
                    rows = layer.rows_of(self._chunk(number)[0])
                    rows[first:last] = queries[at : at + last - first, column : column + layer.n_q]
        self._known[start:end] = known
        return True

    def _chunk(self, number: int) -> tuple[NDArray[np.float16], int]:
        found = self._chunks.get(number)
        if found is None:
            if self._given_up:
                found = self._given_up.pop()
            else:
                chunk = np.empty(self._chunk_size, np.float16)
                found = chunk, int(chunk.ctypes.data)
            self._chunks[number] = found
        return found

    def _most(self) -> int:
        """How many chunks there may be."""
        return max(0, self.budget - self.besides - self._known.nbytes) // max(1, 2 * self._chunk_size)

    def _columns(self) -> Iterator[tuple[RecordedLayer, int]]:
        """The layers, and where their Q lies in a row of one token."""
        column = 0
        for layer in self._layers:
            yield layer, column
            column += layer.n_q


def _in_chunks(start: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """For every chunk: its number, how far behind *start* its part begins, and first and last row of it there."""
    at = start
    while at < end:
        number, first = divmod(at, CHUNK)
        last = min(CHUNK, first + end - at)
        yield number, at - start, first, last
        at += last - first


def ensure(array: NDArray[Any], size: int) -> NDArray[Any]:
    """*array* itself, or a longer one with its values in front, at least *size* long."""
    if len(array) >= size:
        return array
    grown = np.zeros(max(size, 2 * len(array), 1024), array.dtype)
    grown[: len(array)] = array
    return grown
