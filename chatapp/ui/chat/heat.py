"""The tokens of one message as the chat shows them: which cell each character lies in, and the colour of each cell."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtGui import QColor

from chatapp.core.measure import RANK_BOUNDS, Measure
from chatapp.core.token_measures import group_values, levels
from chatapp.core.trace_buffer import Cell
from chatapp.services.traces import Traced
from chatapp.ui import theme
from chatapp.ui.inspector import scales

NONE = -1  # the level of a cell that has no number, and no colour
_FADE = 8  # steps of the ramp in which the colour comes up out of whatever ground the text stands on


@dataclass(frozen=True, slots=True)
class HeatStyle:
    """What tokens are coloured by; not *colored*, they have no ground at all, but marks are drawn all the same.

    bounds  of the rank buckets
    """

    colored: bool
    measure: Measure = Measure.SURPRISAL
    bounds: tuple[int, ...] = RANK_BOUNDS


class Heat:
    """Shared by all texts of a message.

    first     what the inspector calls the first of these tokens
    selected  the token that the inspector shows, None for none
    hovered   the token that is pointed at
    version   other colours have another one
    """

    first = 0
    version = 0

    def __init__(self, traced: Traced, style: HeatStyle) -> None:
        self.traced = traced
        self.style = style
        self.selected: int | None = None
        self.hovered: int | None = None
        self._levels: list[int] = []

    @property
    def count(self) -> int:
        """Tokens so far."""
        return len(self.traced.trace)

    def cell(self, index: int) -> Cell:
        """Cell number *index*."""
        return self.traced.trace.cells[index]

    def cell_of(self, token: int | None) -> int | None:
        """The index of the cell of a token of the inspector's."""
        if token is None or not 0 <= token - self.first < self.count:
            return None
        return self.traced.trace.cell_of(token - self.first)

    def token_of(self, cell: int) -> int:
        """What the inspector calls the first token of a cell."""
        return self.first + self.cell(cell).start

    def marked(self) -> tuple[int | None, int | None]:
        """The cells of the selected and of the hovered token."""
        return self.cell_of(self.selected), self.cell_of(self.hovered)

    def grew(self, first: int) -> None:
        """The cells from *first* on are new or others."""
        del self._levels[first:]

    def cells_between(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Of the characters *start* to *end* of the text: (cell, its first character here, the one after its last)."""
        places, cells = self.traced.places, self.traced.trace.cells
        start = max(start, places.origin)
        token = places.token_at(start)
        if token is None:
            return
        index = self.traced.trace.cell_of(token)
        while start < end and index < len(cells):
            stop = min(end, places.span_of(cells[index].start, cells[index].end)[1])
            if stop > start:
                yield index, start, stop
                start = stop
            index += 1

    def covers(self, end: int) -> bool:
        """Whether all characters before *end* have their tokens, so that nothing about them changes any more."""
        return self.traced.places.token_at(end) is not None

    def level(self, cell: int) -> int:
        """Which of the colours of `palette` a cell has, `NONE` for none."""
        known = len(self._levels)
        if cell >= known:
            cells = self.traced.trace.cells[known:]
            values = group_values(
                self.traced.trace, self.style.measure, [c.start for c in cells], [c.end for c in cells]
            )
            found = levels(values, self.style.measure, self.style.bounds) * (scales.STEPS - 1)
            self._levels += [NONE if math.isnan(f) else round(f) for f in found.tolist()]
        return self._levels[cell]

    def palette(self) -> Sequence[QColor]:
        """The colours by level, in the theme in use."""
        return palette_of(self.style.measure, theme.is_dark())


@lru_cache(maxsize=16)
def palette_of(measure: scales.Scale, dark: bool) -> tuple[QColor, ...]:
    """The ramp, beginning in thin air: here tokens stand on more grounds than one."""
    found = [QColor(color) for color in scales.ramp(measure, dark=dark)]
    for step, color in enumerate(found[:_FADE]):
        color.setAlphaF(step / _FADE)
    return tuple(found)
