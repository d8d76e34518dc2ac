"""What is done to a run while it is decoded, as a causal check: heads that put out nothing, tokens nobody sees."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Head = tuple[int, int]  # layer, head


class Change(Protocol):
    """What `AttentionRecorder` asks at every attention node while something is changed."""

    @property
    def hides(self) -> bool:
        """Whether masks are to be changed at all."""
        ...

    def hide(self, mask: NDArray[np.float16], position: int) -> None:
        """Put -inf into *mask* (rows, keys) where a row must not look; the rows are tokens from *position* on."""
        ...

    def muted(self, layer: int, position: int, rows: int) -> Iterable[tuple[int, int]]:
        """(row, head) pairs whose output is put to 0."""
        ...


@dataclass(frozen=True, slots=True)
class Without:
    """Some heads put out nothing, some tokens are not seen by what comes after them.

    heads   layer → heads, muted at tokens from position *since* on
    hidden  (start, end) positions, hidden from the tokens from *end* on; what is left of a row sums to 1 again
    """

    heads: Mapping[int, frozenset[int]] = field(default_factory=dict)
    since: int = 0
    hidden: tuple[tuple[int, int], ...] = ()

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return bool(self.hidden)

    def hide(self, mask: NDArray[np.float16], position: int) -> None:
        """See `Change`."""
        for start, end in self.hidden:
            mask[max(0, end - position) :, start:end] = -np.inf

    def muted(self, layer: int, position: int, rows: int) -> Iterable[tuple[int, int]]:
        """See `Change`."""
        heads = self.heads.get(layer, ())
        return [(row, head) for row in range(max(0, self.since - position), rows) for head in heads]


class OneEach:
    """Copies of one token at one place, which do not see each other; each has one head muted, or (None) none.

    Their cells lie one behind the other from *first* on.
    """

    hides = True

    def __init__(self, first: int, heads: Sequence[Head | None]) -> None:
        self._first = first
        self._heads: dict[int, list[tuple[int, int]]] = {}
        for row, head in enumerate(heads):
            if head is not None:
                self._heads.setdefault(head[0], []).append((row, head[1]))

    def hide(self, mask: NDArray[np.float16], position: int) -> None:
        """See `Change`."""
        rows = np.arange(len(mask)) + position - self._first
        own = mask[np.arange(len(mask)), self._first + rows].copy()
        mask[:, self._first :] = -np.inf
        mask[np.arange(len(mask)), self._first + rows] = own

    def muted(self, layer: int, position: int, rows: int) -> Iterable[tuple[int, int]]:
        """See `Change`."""
        before = position - self._first
        return [(row - before, head) for row, head in self._heads.get(layer, ()) if 0 <= row - before < rows]
