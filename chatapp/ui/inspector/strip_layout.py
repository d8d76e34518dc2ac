"""Where the boxes of the token strip are: lines that break as text does, at the same work per token however many."""

import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Container, Iterator
from copy import copy
from dataclasses import dataclass
from enum import IntEnum

from chatapp.core.token_text import byte_text, token_text, visible
from chatapp.core.trace_buffer import Cell, TraceBuffer

_LONGEST_WORD = 48  # boxes that move to the next line together


class Kind(IntEnum):
    """How the text of a box is to be read."""

    TEXT = 0
    BYTES = 1
    CONTROL = 2


@dataclass(slots=True)
class Box:
    """The tokens *start* to *end* (exclusive), drawn as one from *x* on, *width* pixels wide.

    whole    the character that the token is a part of; "" but in opened groups
    shade    the step of its colour in the ramp, -1 for none
    breaks   a new line begins behind it       starts   a new line may begin before it
    """

    start: int
    end: int
    text: str
    kind: Kind
    whole: str = ""
    breaks: bool = False
    starts: bool = True
    x: float = 0.0
    width: float = 0.0
    line: int = 0
    shade: int = -1


class StripLayout:
    """Boxes for the cells of *trace*, `cell_at` of them so far, in lines of *width* pixels.

    advance  the width of a text in pixels
    opened   first tokens of the groups that are shown token by token
    wanted   whether a token is shown at all
    placed   boxes that were given a place since the beginning: the work that was done
    """

    def __init__(
        self,
        trace: TraceBuffer,
        width: float,
        advance: Callable[[str, Kind], float],
        opened: Container[int] = (),
        wanted: Callable[[int], bool] | None = None,
    ) -> None:
        self.trace = trace
        self.width = max(1.0, width)
        self.boxes: list[Box] = []
        self.lines: list[int] = []  # the first box of each
        self.cell_at = 0
        self.placed = 0
        self._advance = advance
        self._opened = opened
        self._wanted = wanted

    @property
    def is_done(self) -> bool:
        """Whether every cell has its boxes."""
        return self.cell_at >= len(self.trace.cells)

    def cut(self, cell: int) -> int:
        """Forget the boxes of *cell* and all behind it; the number of boxes that stay where they are."""
        if cell < self.cell_at:
            self.cell_at = cell
            start = self.trace.cells[cell].start if cell < len(self.trace.cells) else len(self.trace)
            at = self._index_of(start)
            low = max(0, at - _LONGEST_WORD)
            if at < len(self.boxes):  # the word moved as a whole
                while at > low and not self.boxes[at].starts:
                    at -= 1
                self.cell_at = min(cell, self.trace.cell_of(self.boxes[at].start))
                self._drop(at)
        return len(self.boxes)

    def extend(self, cells: int) -> int:
        """Give the next *cells* cells their boxes; the first box that is new or has moved."""
        first = len(self.boxes)
        for cell in self.trace.cells[self.cell_at : self.cell_at + cells]:
            self.cell_at += 1
            for box in self._boxes(cell):
                first = min(first, self._place(box))
        return first

    def box_of(self, token: int) -> int | None:
        """The index of the box that shows *token*, of the nearest one before it when it is not shown."""
        return self._index_of(token + 1) - 1 if self.boxes and self.boxes[0].start <= token else None

    def in_line(self, line: int) -> range:
        """The boxes of a line."""
        if not 0 <= line < len(self.lines):
            return range(0)
        end = self.lines[line + 1] if line + 1 < len(self.lines) else len(self.boxes)
        return range(self.lines[line], end)

    def nearest(self, line: int, x: float) -> int | None:
        """The box of *line* that is at *x* or nearest to it."""
        found = self.in_line(line)
        if not found:
            return None
        at = bisect_right(self.boxes, x, found.start, found.stop, key=lambda box: box.x) - 1
        return max(found.start, at)

    def at(self, line: int, x: float) -> int | None:
        """The box of *line* that *x* lies in."""
        found = self.nearest(line, x)
        inside = found is not None and self.boxes[found].x <= x < self.boxes[found].x + self.boxes[found].width
        return found if inside else None

    def _index_of(self, token: int) -> int:
        """The first box that starts at *token* or behind it."""
        return bisect_right(self.boxes, token - 1, key=lambda box: box.start)

    def _drop(self, count: int) -> None:
        del self.boxes[count:]
        while self.lines and self.lines[-1] >= count:
            self.lines.pop()

    def _boxes(self, cell: Cell) -> Iterator[Box]:
        trace = self.trace
        if self._wanted is not None and not self._wanted(cell.start):
            return
        if cell.text is not None and (cell.end == cell.start + 1 or cell.start not in self._opened):
            if cell.text:
                text = visible(cell.text)
                yield Box(cell.start, cell.end, text, Kind.TEXT, "", "\n" in cell.text, self._may_start(cell.text))
            else:
                token = int(trace.ids[cell.start])
                yield Box(cell.start, cell.end, token_text(token, trace.shown(token)), Kind.CONTROL)
            return
        for token in range(cell.start, cell.end):
            data, number = trace.token_bytes(token), int(trace.ids[token])
            text = byte_text(data) if data else token_text(number, trace.shown(number))
            first = token == cell.start
            breaks = token == cell.end - 1 and "\n" in (cell.text or "")
            yield Box(token, token + 1, text, Kind.BYTES, cell.text or "", breaks, first)

    def _may_start(self, text: str) -> bool:
        """Whether a line may begin with *text*, which follows the last box: not inside a word, not before a comma."""
        if not self.boxes:
            return True
        before = self.boxes[-1]
        if before.kind is not Kind.TEXT or text[0].isspace() or before.text[-1].isspace():
            return True
        return _is_ideograph(text[0]) or _is_ideograph(before.text[-1])

    def _place(self, box: Box) -> int:
        """Put *box* at the end; the first box that moved with it."""
        box.width = min(self._advance(box.text, box.kind), self.width)
        self.placed += 1
        moved = len(self.boxes)
        before = self.boxes[-1] if self.boxes else None
        box.x = before.x + before.width if before else 0.0
        box.line = before.line if before else 0
        self.boxes.append(box)
        if before is None:
            self.lines.append(0)
        elif before.breaks:
            self._break(moved)
        elif box.x + box.width > self.width:
            moved = self._word(moved)
            self._break(moved)
        return moved

    def _word(self, index: int) -> int:
        """The box to break the line before, so that *index* fits: where its word begins, if that fits into a line."""
        first = self.lines[-1]
        for at in range(index, max(first, index - _LONGEST_WORD), -1):
            if self.boxes[at].starts:
                last = self.boxes[index]
                return at if last.x + last.width - self.boxes[at].x <= self.width else index
        return index

    def _break(self, first: int) -> None:
        """Begin a line with the box *first*; those behind it follow.

        They are made anew: whoever copied the list keeps boxes that stay where they are.
        """
        self.lines.append(first)
        x = 0.0
        for index in range(first, len(self.boxes)):
            self.boxes[index] = box = copy(self.boxes[index])
            box.x, box.line = x, len(self.lines) - 1
            x += box.width
            self.placed += 1


def _is_ideograph(char: str) -> bool:
    """Of a script without spaces; Hangul has them."""
    return unicodedata.east_asian_width(char) == "W" and not "\uac00" <= char <= "\ud7a3" and char > "\u2e7f"
