"""Where the characters of a text block stand on its lines, in whichever direction they are written."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

from PySide6.QtCore import QRectF
from PySide6.QtGui import QTextBlock, QTextLine

# What is written from right to left, or makes other text so: Hebrew, Arabic and their like, marks and overrides.
_BACKWARDS = re.compile(
    "[\u0590-\u08ff\u200f\u202b\u202e\u2067\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_KINDS = {"L": "letter", "R": "backwards", "AL": "backwards", "EN": "digit", "AN": "digit"}  # by bidirectional class
_NEAR = 0.01  # pixels


class _Part(NamedTuple):
    """Characters of a line that go on in one direction: *start* to *end*, and where they stand."""

    start: int
    end: int
    left: float
    right: float
    backwards: bool


class TextLines:
    """The lines of *block*, gone through from the first to the last."""

    def __init__(self, block: QTextBlock) -> None:
        self._layout = block.layout()
        text = block.text()
        self._is_mixed = not text.isascii() and _BACKWARDS.search(text) is not None
        self._units = text.encode("utf-16-le", "surrogatepass") if self._is_mixed else b""
        self._number = -1
        self._end = 0
        self._line: QTextLine | None = None
        self._top = self._bottom = 0.0
        self._parts: list[_Part] = []
        self._at, self._x = -1, 0.0  # the position asked for last: where one token ends the next begins

    def boxes(self, start: int, end: int) -> Iterator[QRectF]:
        """Where the characters *start* to *end* stand: of every line the stretches that hang together."""
        while start < end:
            while start >= self._end:
                if self._number + 1 >= self._layout.lineCount():
                    return
                self._next()
            stop = min(end, self._end)
            for left, right in self._stretches(start, stop):
                yield QRectF(left, self._top, right - left, self._bottom - self._top)
            start = stop

    def character_at(self, gap: int, x: float) -> int:
        """The character at *x* of the line that the position *gap*, beside that character, is in."""
        line = self._layout.lineForTextPosition(gap)
        if not line.isValid():
            return gap
        if not self._is_mixed:
            return gap - 1 if gap > 0 and _x(line, gap) > x else gap
        found = [
            (max(box[0] - x, x - box[1]), at)
            for part in self._parts_of(line)
            for at in range(part.start, part.end)
            if (box := self._stretch(line, part, at, at + 1))[0] < box[1]
        ]
        return min(found)[1] if found else gap

    def _next(self) -> None:
        self._number += 1
        self._line = line = self._layout.lineAt(self._number)
        self._end = line.textStart() + line.textLength()
        self._top, self._bottom = line.y(), line.y() + line.ascent() + line.descent()
        self._at = -1
        self._parts = self._parts_of(line) if self._is_mixed else []

    def _stretches(self, start: int, end: int) -> list[tuple[float, float]]:
        """From left to right each, of the line in turn."""
        line = self._line
        if line is None:
            return []
        if not self._is_mixed:
            return [(self._position(line, start), self._position(line, end))]
        found: list[tuple[float, float]] = []
        for part in self._parts[bisect_right(self._parts, start, key=lambda p: p.end) :]:
            if part.start >= end:
                break
            left, right = self._stretch(line, part, max(start, part.start), min(end, part.end))
            if found and (abs(found[-1][1] - left) < _NEAR or abs(found[-1][0] - right) < _NEAR):
                found[-1] = min(found[-1][0], left), max(found[-1][1], right)
            elif left < right:
                found.append((left, right))
        return found

    def _position(self, line: QTextLine, at: int) -> float:
        if at != self._at:
            self._at, self._x = at, _x(line, at)
        return self._x

    # -- lines of more than one direction ------------------------------------------------------------------------------

    def _parts_of(self, line: QTextLine) -> list[_Part]:
        """Cut wherever the direction may change.

        Qt says where a position is, not a character, and at such a place one position has two sides: only inside of a
        part can it be asked. Where the part stands as a whole its glyphs tell.
        """
        at = line.textStart()
        bounds: list[int] = []
        before = ""
        for char in self._units[2 * at : 2 * (at + line.textLength())].decode("utf-16-le", "surrogatepass"):
            kind = _KINDS.get(unicodedata.bidirectional(char), "")
            if not bounds or self._layout.isValidCursorPosition(at):  # not the rest of a character
                if not kind or kind != before:
                    bounds.append(at)
                before = kind
            at += 1 if char < "\U00010000" else 2
        parts = []
        for start, end in pairwise([*bounds, at]):
            runs = line.glyphRuns(start, end - start)
            if runs:
                rects = [run.boundingRect() for run in runs]
                left, right = min(rect.left() for rect in rects), max(rect.right() for rect in rects)
            else:  # a tab
                left, right = sorted((_x(line, start), _x(line, end)))
            parts.append(_Part(start, end, left, right, bool(runs) and runs[0].isRightToLeft()))
        return parts

    def _stretch(self, line: QTextLine, part: _Part, start: int, end: int) -> tuple[float, float]:
        one, other = self._edge(line, part, start), self._edge(line, part, end)
        return (one, other) if one < other else (other, one)

    def _edge(self, line: QTextLine, part: _Part, at: int) -> float:
        """Where *at* is; what begins inside of a character, as its accents do, begins behind it."""
        while part.start < at < part.end and not self._layout.isValidCursorPosition(at):
            at += 1
        if part.start < at < part.end:
            return _x(line, at)
        return part.left if (at == part.start) != part.backwards else part.right


def _x(line: QTextLine, position: int) -> float:
    found: Any = line.cursorToX(position)  # (x, position), though its annotation says less
    return float(found[0])
