"""Markdown to `blocks`: CommonMark with tables and strikethrough, no HTML, no pictures, only harmless links."""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatapp.ui.chat import emphasis, inline
from chatapp.ui.chat.blocks import Block, Code, Paragraph, Rule, Runs, Table, is_allowed_link
from chatapp.ui.chat.places import Content, Places, Source, code_places

BULLETS = ("•", "◦", "▪")


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The one parser, set up for text nobody vouches for."""
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
    md.validateLink = is_allowed_link  # type: ignore[assignment, method-assign]  # the documented way
    emphasis.install(md)
    inline.install(md)
    return md


@dataclass(frozen=True, slots=True)
class Group:
    """The tokens of one top-level block, and the lines ``start <= line < end`` it covers."""

    tokens: Sequence[Token]
    start: int
    end: int

    @property
    def kind(self) -> str:
        """Type of its first token."""
        return self.tokens[0].type


def parse(text: str, env: MutableMapping[str, Any] | None = None) -> list[Group]:
    """The top-level blocks of *text*; *env* carries link definitions from one part of a message to the next."""
    groups: list[Group] = []
    opened: list[Token] = []
    for token in parser().parse(text, {} if env is None else env):
        opened.append(token)
        if token.level == 0 and token.nesting <= 0:
            start, end = opened[0].map or [0, 0]
            groups.append(Group(opened, start, end))
            opened = []
    return groups


@dataclass(slots=True)
class _List:
    ordered: bool
    number: int
    first: bool = True
    line: int = 0  # where its present item begins


class Converter:
    """Turns the tokens of one group into blocks.

    *source* are the source lines, to see which list items have an empty line before them and where text stands.
    """

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.lines
        self._lists: list[_List] = []
        self._quotes = 0
        self._marker = ""
        self._close = False  # the next paragraph follows closely
        self._blocks: list[Block] = []

    def convert(self, tokens: Sequence[Token]) -> list[Block]:
        """The blocks that *tokens* stand for."""
        at = 0
        while at < len(tokens):
            token = tokens[at]
            if token.type == "table_open":
                end = next(i for i in range(at, len(tokens)) if tokens[i].type == "table_close")
                self._table(tokens[at:end])
                at = end
            else:
                self._token(token, tokens[at - 1] if at else None)
            at += 1
        return self._blocks

    def _token(self, token: Token, before: Token | None) -> None:
        kind = token.type
        if kind in {"bullet_list_open", "ordered_list_open"}:
            self._empty_item()
            self._lists.append(_List(kind.startswith("o"), int(token.attrs.get("start", 1))))
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self._lists.pop()
        elif kind == "list_item_open":
            self._item(token)
        elif kind == "list_item_close":
            self._empty_item()
        elif kind == "blockquote_open":
            self._quotes += 1
        elif kind == "blockquote_close":
            self._quotes -= 1
        elif kind in {"fence", "code_block"}:
            self._empty_item()
            self._code(token)
        elif kind == "hr":
            self._empty_item()
            self._blocks.append(Rule(len(self._lists), self._quotes))
        elif kind == "inline":
            self._text(token, before)

    def _item(self, token: Token) -> None:
        self._empty_item()
        level = self._lists[-1]
        line = token.map[0] if token.map else 0
        outermost = len(self._lists) == 1
        begins = 0 if outermost else self._lists[-2].line  # "- - a": both items begin in one line
        blank = line > begins and not self._lines[line - 1].strip(" \t>")
        level.line = line
        self._close = not blank and not (level.first and outermost)
        if level.ordered:
            self._marker = f"{level.number}{token.markup or '.'}"
            level.number += 1
        else:
            self._marker = BULLETS[min(len(self._lists), len(BULLETS)) - 1]
        level.first = False

    def _empty_item(self) -> None:
        if self._marker:
            self._paragraph((), 0, ())

    def _text(self, token: Token, before: Token | None) -> None:
        heading = int(before.tag[1]) if before is not None and before.type == "heading_open" else 0
        line = token.map[0] if token.map else 0
        of = Content.of_heading if before is not None and before.markup.startswith("#") else Content.of_lines
        runs, places = inline.read(token.children or [], of(token.content, self._source, line))
        self._paragraph(runs, heading, places)

    def _paragraph(self, runs: Runs, heading: int, places: Places) -> None:
        self._blocks.append(Paragraph(runs, heading, len(self._lists), self._marker, self._quotes, self._close, places))
        self._marker = ""
        self._close = False

    def _code(self, token: Token) -> None:
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        closed = token.type == "code_block" or self._is_closed(token)
        text = token.content.removesuffix("\n")
        first = (token.map[0] if token.map else 0) + (token.type == "fence")
        places = code_places(text, self._source, first)
        self._blocks.append(Code(text, language, len(self._lists), self._quotes, closed, places))

    def _is_closed(self, fence: Token) -> bool:
        start, end = fence.map or [0, 0]
        last = self._lines[end - 1].strip(" \t>") if start < end - 1 <= len(self._lines) else ""
        return last.startswith(fence.markup) and not last.strip(fence.markup[0])

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[tuple[Runs, ...]] = []
        places: list[tuple[Places, ...]] = []
        aligns: list[str] = []
        row: list[Token] = []
        for token in tokens:
            if token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                cells = self._cells(row)
                rows.append(tuple(runs for runs, _places in cells))
                places.append(tuple(found for _runs, found in cells))
            elif token.type == "inline":
                row.append(token)
            elif token.type == "th_open":
                aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        table = Table(tuple(rows), tuple(aligns), len(self._lists), self._quotes, places=tuple(places))
        self._blocks.append(table)

    def _cells(self, row: Sequence[Token]) -> list[tuple[Runs, Places]]:
        line = row[0].map[0] if row and row[0].map else 0
        contents = Content.of_row([token.content for token in row], self._source, line)
        return [inline.read(token.children or [], content) for token, content in zip(row, contents, strict=True)]


def list_items(group: Group) -> list[int]:
    """The first line of every item of a top-level list."""
    return [t.map[0] for t in group.tokens if t.type == "list_item_open" and t.level == 1 and t.map]
