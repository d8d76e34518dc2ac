"""Attention between what is shown as one: tokens that only together make a character count as that character."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.context_sections import buffer_of
from chatapp.core.token_text import SPACE, byte_text, visible


@dataclass(frozen=True, slots=True)
class Cells:
    """The tokens of a context grouped: cell i has those from starts[i] to ends[i] (int64 (C,), exclusive)."""

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.texts)

    def up_to(self, count: int) -> "Cells":
        """Those of the first *count* tokens; the last one may have lost some."""
        last = self.of(count - 1) + 1
        return Cells(self.starts[:last], np.minimum(self.ends[:last], count), self.texts[:last])

    def of(self, position: int) -> int:
        """The cell of a token."""
        return int(np.searchsorted(self.starts, position, side="right")) - 1


def cells_of(ids: NDArray[np.int32], piece: Callable[[int], bytes]) -> Cells:
    """Group the tokens *ids*; the text of one that is part of no character are its bytes."""
    cells = buffer_of(ids, piece).cells
    texts = [
        visible(c.text, SPACE)
        if c.text is not None
        else byte_text(b"".join(piece(int(t)) for t in ids[c.start : c.end]))
        for c in cells
    ]
    starts, ends = (np.array([getattr(c, name) for c in cells], np.int64) for name in ("start", "end"))
    return Cells(starts, ends, tuple(texts))


def between_cells(weights: NDArray[np.floating], cells: Cells) -> NDArray[np.float32]:
    """*weights* (…, Q, T) of the last Q of T tokens as float32 (…, rows, C).

    What a cell gets is the sum of its tokens'; a row is the mean of its tokens' as far as there are any.
    """
    n_query, n_keys = weights.shape[-2:]
    columns = np.add.reduceat(np.asarray(weights, np.float32), cells.starts, axis=-1)
    first = cells.of(n_keys - n_query)
    starts = np.maximum(cells.starts[first:] - (n_keys - n_query), 0)
    counts = cells.ends[first:] - (n_keys - n_query) - starts
    found: NDArray[np.float32] = np.add.reduceat(columns, starts, axis=-2) / counts[:, None].astype(np.float32)
    return found


def lowest_cells(lowest: NDArray[np.int32], n_keys: int, cells: Cells) -> NDArray[np.int64]:
    """The first cell that each row of `between_cells` sees, of the first keys *lowest* (Q,) of the tokens."""
    first = cells.of(n_keys - len(lowest))
    starts = np.maximum(cells.starts[first:] - (n_keys - len(lowest)), 0)
    return np.searchsorted(cells.starts, np.minimum.reduceat(lowest, starts), side="right") - 1
