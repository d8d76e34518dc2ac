"""What a message looks like, as plain data: paragraphs, code, tables and rules made of styled runs of text.

This is all that model output can become on the screen. There is no field for markup, a picture or an object, so
nothing that a model writes can bring one in.
"""

from dataclasses import dataclass, field, replace

from chatapp.ui.chat.places import Places

ALLOWED_SCHEMES = ("http", "https", "mailto")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one style; *link* is the address it opens, *quiet* draws it muted."""

    text: str
    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""
    quiet: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Text of any length; lines inside it are separated by newlines.

    heading  1-6, or 0 for plain text
    depth    how many lists it lies in
    marker   what hangs in front of a list item's first line: "•" or a number with its point
    quotes   how many quotations it lies in
    tight    follows the paragraph before it closely, as the items of a compact list do
    places   where its text stands in the source; two that look the same are the same, wherever they stand
    """

    runs: Runs
    heading: int = 0
    depth: int = 0
    marker: str = ""
    quotes: int = 0
    tight: bool = False
    places: Places = field(default=(), compare=False, repr=False)

    @property
    def size(self) -> int:
        """Characters in it: the work that drawing it takes."""
        return sum(len(run.text) for run in self.runs)


@dataclass(frozen=True, slots=True)
class Code:
    """A block of code; *closed* is False while its end is still to come."""

    text: str
    language: str = ""
    depth: int = 0
    quotes: int = 0
    closed: bool = True
    places: Places = field(default=(), compare=False, repr=False)

    @property
    def size(self) -> int:
        """Characters in it."""
        return len(self.text)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, the first row being the header; *aligns* holds "left", "right", "center" or "" a column.

    A long table is drawn in parts; all but the first are *continued* and have no header.
    """

    rows: tuple[tuple[Runs, ...], ...]
    aligns: tuple[str, ...]
    depth: int = 0
    quotes: int = 0
    continued: bool = False
    places: tuple[tuple[Places, ...], ...] = field(default=(), compare=False, repr=False)  # of every cell

    def parts(self, size: int) -> "list[Table]":
        """Tables of *size* rows that make up this one."""
        return [
            replace(self, rows=self.rows[at : at + size], continued=at > 0, places=self.places[at : at + size])
            for at in range(0, max(1, len(self.rows)), size)
        ]

    @property
    def size(self) -> int:
        """Characters in it."""
        return sum(len(run.text) for row in self.rows for cell in row for run in cell)


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal line."""

    depth: int = 0
    quotes: int = 0

    @property
    def size(self) -> int:
        """A line counts as one character."""
        return 1


Block = Paragraph | Code | Table | Rule


def is_allowed_link(address: str) -> bool:
    """Whether *address* may be offered for opening: a web page or a mail address, nothing that runs."""
    scheme, colon, rest = address.strip().partition(":")
    return bool(colon and rest.strip("/")) and scheme.lower() in ALLOWED_SCHEMES
