"""Markdown that arrives in pieces: what is finished is never read again, only the tail after it is.

Feeding a text whole or in any pieces gives the same blocks. A block is finished when a complete line has opened the
next one; the items of a list and the rows of a table count one by one, so that the tail stays short whatever the
length of the reply.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from chatapp.ui.chat.blocks import Block, Code, Paragraph, Run, Table
from chatapp.ui.chat.markdown import Converter, Group, list_items, parse
from chatapp.ui.chat.places import Source, code_places, plain_places

MAX_PARAGRAPH = 2000  # characters; a longer one is finished at the next line end, or at twice this length anywhere
_FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`\n]*\n)|~{3,})([^\n]*)\n")
_MAYBE_SYNTAX = re.compile(
    r"[ \t>]*(?:\d{1,9}[.)]?|[-*+]+|#{1,6}|`{1,2}|`{3,}[^`\n]*|~+[^~\n]*|[-=_*]+|\|[^\n]*)[ \t]*$"
)
_OPEN_MARKS = re.compile(r"(?:\*{1,3}|_{1,3}|~{1,2}|`)$")


@dataclass(slots=True)
class _OpenList:
    """A top-level list whose earlier items are finished; *head* is an item that stands for them when parsing."""

    head: str


@dataclass(slots=True)
class _OpenTable:
    """A top-level table whose earlier rows are finished; *head* is the source of its header."""

    head: str
    table: Table


class MarkdownStream:
    """Collects text and gives its blocks: `finished` only grows, `tail` is what may still change.

    *work* counts the characters that were parsed, for tests of the cost.
    """

    def __init__(self) -> None:
        self.finished: list[Block] = []
        self.work = 0
        self._tail = ""
        self._origin = 0  # where the tail begins in the whole text, line ends counting as one character
        self._env: dict[str, Any] = {}
        self._list: _OpenList | None = None
        self._table: _OpenTable | None = None
        self._joined = -1  # a paragraph that begins in this line or before goes on with one finished for its length
        self._scanned = 0  # how far an open fence was searched for its end
        self._carriage_return = False

    def feed(self, text: str) -> None:
        """Add *text* and finish what it completes."""
        if self._carriage_return:
            text = "\r" + text
        self._carriage_return = text.endswith("\r")
        text = text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        self._tail += text
        if "\n" in text or len(self._tail) > MAX_PARAGRAPH:
            self._finish_blocks()

    def end(self) -> None:
        """The text is complete."""
        if self._tail or self._table:
            self.finished += self._convert(self._parse(self._tail), self._tail)
        self._tail = ""
        self._list = self._table = None

    def tail(self) -> list[Block]:
        """The blocks after the finished ones, as they look so far."""
        fence = self._open_fence()
        if fence is not None:
            return [fence]
        shown = _without_open_syntax(self._tail)
        return self._convert(self._parse(shown), shown)

    # -- finishing -----------------------------------------------------------------------------------------------------

    def _finish_blocks(self) -> None:
        while self._tail and self._open_fence() is None:
            complete = self._tail[: self._tail.rfind("\n") + 1]
            groups = self._parse(complete)
            if len(groups) > 1:
                self.finished += self._convert(groups[:-1], complete)
                self._advance(complete, groups[-1].start)
                continue
            if groups and groups[0].kind in {"bullet_list_open", "ordered_list_open"}:
                self._finish_items(complete, groups[0])
            elif groups and groups[0].kind == "table_open":
                self._finish_rows(complete, groups[0])
            elif not self._table:
                self._finish_long_paragraph(groups)
            return

    def _advance(self, text: str, line: int) -> None:
        """Drop the lines before *line* of the open table's head and *text*, and forget what was open in them."""
        source = self._head + text
        dropped = sum(len(each) + 1 for each in source.split("\n")[:line])
        dropped -= len(self._head)
        self._tail = self._tail[dropped:]
        self._origin += dropped
        self._list = self._table = None
        self._joined = -1
        self._scanned = 0

    def _finish_items(self, text: str, group: Group) -> None:
        starts = list_items(group)
        if len(starts) < (3 if self._list else 2):
            return
        lines = (self._head + text).split("\n")
        done = "\n".join(lines[: starts[-1]])[len(self._head) :] + "\n"
        mark = group.tokens[0].markup
        if group.kind == "ordered_list_open":
            mark = f"{int(group.tokens[0].attrs.get('start', 1)) + len(starts) - 2}{mark}"
        blank = "" if lines[starts[-1] - 1].strip() else "\n"
        self.finished += self._convert(self._parse(done), done)
        self._advance(text, starts[-1])
        self._list = _OpenList(f"{mark} .\n{blank}")

    def _finish_rows(self, text: str, group: Group) -> None:
        table = self._convert([group], text)[0]
        if isinstance(table, Table):
            head = (
                self._table.head if self._table else "\n".join(text.split("\n")[group.start : group.start + 2]) + "\n"
            )
            self._advance(text, group.end)
            self._table = _OpenTable(head, table)

    def _finish_long_paragraph(self, groups: list[Group]) -> None:
        if groups and groups[0].kind != "paragraph_open":
            return
        blank = len(self._tail) - len(self._tail.lstrip("\n"))
        parts = _split_long(self._tail[blank:])
        parts[0] = self._tail[:blank] + parts[0]
        for part in parts[:-1]:
            self.finished += self._convert(self._parse(part), part)
            self._origin += len(part)
            self._joined = 0 if part.endswith("\n") else 1
        if len(parts) > 1:
            self._tail = parts[-1]

    # -- parsing -------------------------------------------------------------------------------------------------------

    @property
    def _head(self) -> str:
        if self._list:
            return self._list.head
        return self._table.head if self._table else ""

    def _parse(self, text: str) -> list[Group]:
        self.work += len(text)
        return parse(self._head + text, self._env)

    def _convert(self, groups: list[Group], text: str) -> list[Block]:
        """Blocks of *groups*; the first of them goes on with the list, table or paragraph that is open."""
        source = Source(self._head + text, self._origin - len(self._head))
        blocks: list[Block] = []
        for index, group in enumerate(groups):
            more = self._convert_one(group, source)
            blocks += self._continued(more, group) if index == 0 else more
        return blocks

    def _convert_one(self, group: Group, source: Source) -> list[Block]:
        text = "\n".join(source.lines[group.start : group.end])
        if group.kind == "paragraph_open" and len(text) > MAX_PARAGRAPH:
            parts = _split_long(text)
            if len(parts) > 1:
                return self._convert_parts(parts, source.starts[group.start])
        return Converter(source).convert(group.tokens)

    def _convert_parts(self, parts: list[str], origin: int) -> list[Block]:
        blocks: list[Block] = []
        for number, part in enumerate(parts):
            for index, group in enumerate(parse(part, self._env)):
                more = Converter(Source(part, origin)).convert(group.tokens)
                if number and index == 0 and isinstance(more[0], Paragraph):
                    more[0] = replace(more[0], tight=True)
                blocks += more
            origin += len(part)
        return blocks

    def _continued(self, blocks: list[Block], group: Group) -> list[Block]:
        """*blocks* of the first *group*, as they look after what was finished before them."""
        if self._list:
            return blocks[1:]  # without the item that stands for the finished ones
        first = blocks[0] if blocks else None
        if self._table and isinstance(first, Table):
            table = self._table.table
            rows, places = table.rows + first.rows[1:], table.places + first.places[1:]
            return [replace(first, rows=rows, places=places), *blocks[1:]]
        if group.kind == "paragraph_open" and group.start <= self._joined and isinstance(first, Paragraph):
            return [replace(first, tight=True), *blocks[1:]]
        return blocks

    def _open_fence(self) -> Code | None:
        """The code block that the tail consists of, when its fence is still open; read without the parser."""
        opening = _FENCE.match(self._tail)
        if opening is None or self._head:
            return None
        indent, fence, info = opening.groups()
        closing = re.compile(rf"^ {{0,3}}{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$", re.MULTILINE)
        complete = self._tail.rfind("\n") + 1
        start = max(opening.end(), self._scanned)
        if closing.search(self._tail, start, complete):
            return None
        self._scanned = max(complete, opening.end())
        text = self._tail[opening.end() :]
        last = text[text.rfind("\n") + 1 :]
        if last and not last.strip(" " + fence[0]):  # maybe the beginning of the closing fence
            text = text[: len(text) - len(last)]
        if indent:
            text = re.sub(rf"^ {{1,{len(indent)}}}", "", text, flags=re.MULTILINE)
        words = info.split()
        text = text.removesuffix("\n")
        if indent:
            places = code_places(text, Source(self._tail, self._origin), 1)
        else:
            places = plain_places(text, self._origin + opening.end())
        return Code(text, words[0] if words else "", closed=False, places=places)


def _without_open_syntax(text: str) -> str:
    """*text* without what its last line may only be beginning, so that marks do not flash up before they are known."""
    start = text.rfind("\n") + 1
    last = text[start:]
    if _MAYBE_SYNTAX.match(last):
        return text[:start]
    last = _OPEN_MARKS.sub("", last)
    if "```" in text or "~~~" in text:
        return text[:start] + last
    paragraph = text[text.rfind("\n\n") + 1 : start] + last
    if paragraph.count("`") % 2:
        return text[:start] + last + "`"
    if paragraph.count("**") % 2 and not last.endswith((" ", "**")):
        return text[:start] + last + "**"
    return text[:start] + last


def _split_long(text: str) -> list[str]:
    """*text* cut after `MAX_PARAGRAPH` characters: at a line end, or when that is far, at a space or anywhere."""
    parts: list[str] = []
    at = 0
    while len(text) - at > MAX_PARAGRAPH:
        low, high = at + MAX_PARAGRAPH, at + 2 * MAX_PARAGRAPH
        end = text.find("\n", low, high)
        if end < 0 and len(text) < high:
            break
        if end < 0:
            end = text.find(" ", low, high)
        end = high - 1 if end < 0 else end
        parts.append(text[at : end + 1])
        at = end + 1
    return [*parts, text[at:]]


def plain_blocks(text: str) -> list[Block]:
    """*text* as it stands, without Markdown: what a user wrote."""
    blocks: list[Block] = []
    parts = _split_long(text)
    at = 0
    for index, part in enumerate(parts):
        shown = part.removesuffix("\n") if index < len(parts) - 1 else part
        if part:
            blocks.append(Paragraph((Run(shown),), tight=index > 0, places=plain_places(shown, at)))
        at += len(part)
    return blocks
