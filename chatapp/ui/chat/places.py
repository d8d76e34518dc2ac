"""Where the text that is shown stands in the Markdown it was made from, so that tokens can be found in it."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

_WIDE = re.compile(r"[\U00010000-\U0010ffff]|[^\U00010000-\U0010ffff]+")
_PREFIX = re.compile(r"(?:[ \t>]|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*")  # of lists and quotations


class Place(NamedTuple):
    """A stretch of shown text and what it stands for.

    at, length    where it is shown, in UTF-16 units, as Qt counts
    source, span  where that stands in the source, in characters; where the two lengths differ, the one stands for the
                  other as a whole, as "&" for "&amp;"
    """

    at: int
    length: int
    source: int
    span: int


Places = tuple[Place, ...]


class Source:
    """Lines of source text, and where each begins in the whole of it: *origin* is the place of the first."""

    def __init__(self, text: str, origin: int = 0) -> None:
        self.lines = text.split("\n")
        self.starts = list(accumulate((len(line) + 1 for line in self.lines), initial=origin))

    def line(self, number: int) -> str:
        """Line *number*, "" beyond the last."""
        return self.lines[number] if number < len(self.lines) else ""


class Content:
    """The text of one paragraph, heading or cell as the parser reads it, without what its lines begin with.

    *starts* are positions in it, *sources* what stands there in the source, position for position until the next.
    """

    def __init__(self, text: str, starts: Sequence[int], sources: Sequence[int]) -> None:
        self.text = text
        self._starts = starts
        self._sources = sources

    @classmethod
    def of_lines(cls, text: str, source: Source, first: int) -> "Content":
        """*text* that was read from line *first* on, with the beginnings of lines cut off."""
        starts, sources, at = [], [], 0
        for number, line in enumerate(text.split("\n"), first):
            starts.append(at)
            sources.append(source.starts[min(number, len(source.starts) - 1)] + _cut_off(source.line(number), line))
            at += len(line) + 1
        return cls(text, starts, sources)

    @classmethod
    def of_heading(cls, text: str, source: Source, line: int) -> "Content":
        """The words of a heading that begins with number signs."""
        whole = source.line(line)
        signs = whole.find("#")
        after = len(whole[:signs]) + len(whole[signs:]) - len(whole[signs:].lstrip("#"))
        return cls(text, [0], [source.starts[line] + max(whole.find(text, after), 0)])

    @classmethod
    def of_row(cls, texts: Sequence[str], source: Source, line: int) -> "list[Content]":
        """The cells of a table's row."""
        whole = source.line(line)
        prefix = _PREFIX.match(whole)
        cursor = prefix.end() if prefix else 0
        found = []
        for text in texts:
            written = text.replace("|", "\\|")  # the only way in which one can be in a cell
            at = whole.find(written, cursor) if written else -1
            cursor = at + len(written) if at >= 0 else cursor
            pipes = [i for i, char in enumerate(text) if char == "|"]
            base = source.starts[line] + max(at, 0)
            found.append(cls(text, [0, *pipes], [base, *(base + i + n for n, i in enumerate(pipes, 1))]))
        return found

    def stretches(self, at: int, length: int) -> Iterator[tuple[int, int]]:
        """(length, position in the source) of the parts of *length* characters from *at* on."""
        index = bisect_right(self._starts, at) - 1
        end = at + length
        while at < end:
            index += 1
            stop = min(end, self._starts[index]) if index < len(self._starts) else end
            yield stop - at, self._sources[index - 1] + at - self._starts[index - 1]
            at = stop


class PlacesBuilder:
    """Collects the places of a text from its beginning on."""

    def __init__(self) -> None:
        self.places: list[Place] = []
        self._at = 0

    def same(self, text: str, source: int) -> None:
        """*text* is shown as it stands at *source*."""
        if text.isascii():
            self._add(len(text), source, len(text))
            return
        for match in _WIDE.finditer(text):
            part = match.group()
            self._add(2 if part >= "\U00010000" else len(part), source, len(part))
            source += len(part)

    def whole(self, text: str, source: int, span: int) -> None:
        """*text* is shown for *span* characters at *source*."""
        self.places.append(Place(self._at, utf16_length(text), source, span))
        self._at += utf16_length(text)

    def missing(self, text: str) -> None:
        """*text* is shown and stands nowhere in the source."""
        self._at += utf16_length(text)

    def _add(self, length: int, source: int, span: int) -> None:
        last = self.places[-1] if self.places else None
        if (
            last is not None
            and last.length == last.span
            and length == span
            and (last.at + last.length, last.source + last.span) == (self._at, source)
        ):
            self.places[-1] = Place(last.at, last.length + length, last.source, last.span + span)
        elif length:
            self.places.append(Place(self._at, length, source, span))
        self._at += length


def code_places(text: str, source: Source, first: int) -> Places:
    """Of a block of code whose lines begin in line *first*, indented or not."""
    made = PlacesBuilder()
    for number, line in enumerate(text.split("\n"), first):
        if number > first:
            made.same("\n", source.starts[min(number, len(source.starts) - 1)] - 1)
        made.same(line, source.starts[min(number, len(source.starts) - 1)] + _cut_off(source.line(number), line))
    return tuple(made.places)


def plain_places(text: str, source: int) -> Places:
    """Of text that is shown as it stands at *source*."""
    made = PlacesBuilder()
    made.same(text, source)
    return tuple(made.places)


def utf16_length(text: str) -> int:
    """Length of *text* as Qt counts."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _cut_off(whole: str, line: str) -> int:
    """How many characters of *whole* stand before *line*, which is what the parser left of it."""
    if whole.endswith(line):
        return len(whole) - len(line)
    at = whole.rfind(line)
    if at >= 0:
        return at
    rest = line.lstrip()  # spaces that stand for a tab
    return max(0, whole.rfind(rest) - (len(line) - len(rest))) if rest else len(whole)
