"""States of the model's memory in the computer's: what was saved of branches, within a budget, oldest use out first."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_MOST = 1024  # states; each prompt is compared with all of them, which takes 10 ms then

Ids = NDArray[np.int32]
Copy = Callable[[Callable[[int], bool]], NDArray[np.uint8] | None]  # handed what makes room for a number of bytes


@dataclass(frozen=True, eq=False, slots=True)
class SavedState:
    """The memory of the tokens ``ids[start:]`` after ``ids[:start]``; only of use after exactly those.

    ids   int32 (end,)   data  uint8, as llama.cpp wrote it
    """

    ids: Ids
    start: int
    data: NDArray[np.uint8]

    @property
    def end(self) -> int:
        """The position after the last token."""
        return len(self.ids)

    @property
    def nbytes(self) -> int:
        """What it costs, its token ids included."""
        return self.ids.nbytes + self.data.nbytes


class SavedStates:
    """Saved states, at most *budget* bytes and `_MOST` of them at any time; a budget of 0 keeps none."""

    def __init__(self, budget: int) -> None:
        self.budget = max(0, budget)
        self.nbytes = 0
        self._states: list[SavedState] = []  # least recently used first

    def __len__(self) -> int:
        return len(self._states)

    def add(self, ids: Ids, start: int, copy: Copy, pinned: Sequence[SavedState] = ()) -> bool:
        """Save what *copy* gives for ``ids[start:]``; False when there is no room even without all but *pinned*."""
        if not self.budget:
            return False
        own = np.array(ids, np.int32)
        data = copy(lambda size: self._make_room(size + own.nbytes, pinned))
        if data is None:
            return False
        state = SavedState(own, start, data)
        self._states.append(state)
        self.nbytes += state.nbytes
        return True

    def chain(self, ids: Ids, at: int) -> list[SavedState]:
        """States that, put in one after the other, lead from *at* tokens of *ids* as far as possible."""
        found: list[SavedState] = []
        reach = [(shared(state.ids, ids), state) for state in self._states]
        while True:
            # The longest way on; of two that lead equally far the one that brings less along.
            usable = [(end, state.start, i) for i, (end, state) in enumerate(reach) if state.start <= at < end]
            if not usable:
                return found
            at, _, index = max(usable)
            found.append(reach[index][1])

    def longest_whole(self, ids: Ids) -> SavedState | None:
        """The longest state from position 0 on that *ids* begin with, all of it."""
        whole = [s for s in self._states if s.start == 0 and shared(s.ids, ids) == s.end]
        return max(whole, key=lambda s: s.end, default=None)

    def touch(self, states: Sequence[SavedState]) -> None:
        """These were used just now. The first of a chain are kept longest: without them the others are of no use."""
        for state in reversed(states):
            self._states.remove(state)
            self._states.append(state)

    def drop(self, state: SavedState) -> None:
        """Forget one."""
        self._states.remove(state)
        self.nbytes -= state.nbytes

    def clear(self) -> None:
        """Forget all."""
        self._states.clear()
        self.nbytes = 0

    def _make_room(self, size: int, pinned: Sequence[SavedState]) -> bool:
        if size + sum(state.nbytes for state in pinned) > self.budget:
            return False
        for state in list(self._states):
            if self.nbytes + size <= self.budget and len(self._states) < _MOST:
                break
            if state not in pinned:
                self.drop(state)
        return True


def shared(a: Ids, b: Ids) -> int:
    """How many tokens *a* and *b* have in common at their beginning."""
    n = min(len(a), len(b))
    different = a[:n] != b[:n]
    return int(different.argmax()) if different.any() else n
