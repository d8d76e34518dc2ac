"""Markdown to `blocks`: CommonMark with tables and strikethrough, no HTML, no pictures, only harmless links."""

import re
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from chatapp.ui.chat import emphasis
from chatapp.ui.chat.blocks import Block, Code, Paragraph, Rule, Run, Runs, Table, is_allowed_link

BULLETS = ("•", "◦", "▪")
_BARE_LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_LINK_END = ".,;:!?'*_~"


@lru_cache(maxsize=1)
def parser() -> MarkdownIt:
    """The one parser, set up for text nobody vouches for."""
    md = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
    md.validateLink = is_allowed_link  # type: ignore[assignment, method-assign]  # the documented way
    emphasis.install(md)
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

    *lines* are the source lines, to see which list items have an empty line before them.
    """

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
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
            heading = int(before.tag[1]) if before is not None and before.type == "heading_open" else 0
            self._paragraph(inline(token.children or []), heading)

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
            self._paragraph((), 0)

    def _paragraph(self, runs: Runs, heading: int) -> None:
        self._blocks.append(Paragraph(runs, heading, len(self._lists), self._marker, self._quotes, self._close))
        self._marker = ""
        self._close = False

    def _code(self, token: Token) -> None:
        language = token.info.strip().split(maxsplit=1)[0] if token.info.strip() else ""
        closed = token.type == "code_block" or self._is_closed(token)
        text = token.content.removesuffix("\n")
        self._blocks.append(Code(text, language, len(self._lists), self._quotes, closed))

    def _is_closed(self, fence: Token) -> bool:
        start, end = fence.map or [0, 0]
        last = self._lines[end - 1].strip(" \t>") if start < end - 1 <= len(self._lines) else ""
        return last.startswith(fence.markup) and not last.strip(fence.markup[0])

    def _table(self, tokens: Sequence[Token]) -> None:
        rows: list[tuple[Runs, ...]] = []
        aligns: list[str] = []
        row: list[Runs] = []
        for token in tokens:
            if token.type == "tr_open":
                row = []
            elif token.type == "tr_close":
                rows.append(tuple(row))
            elif token.type == "inline":
                row.append(inline(token.children or []))
            elif token.type == "th_open":
                aligns.append(str(token.attrs.get("style", "")).removeprefix("text-align:"))
        self._blocks.append(Table(tuple(rows), tuple(aligns), len(self._lists), self._quotes))


def list_items(group: Group) -> list[int]:
    """The first line of every item of a top-level list."""
    return [t.map[0] for t in group.tokens if t.type == "list_item_open" and t.level == 1 and t.map]


def inline(tokens: Sequence[Token]) -> Runs:
    """The styled runs of one paragraph's inline *tokens*; neighbours in one style are joined."""
    style = Run("")
    runs: list[Run] = []
    for token in tokens:
        kind = token.type
        if kind in {"text", "text_special"}:
            _extend(runs, _with_links(replace(style, text=token.content)))
        elif kind in {"softbreak", "hardbreak"}:
            _extend(runs, [replace(style, text="\n")])
        elif kind == "code_inline":
            _extend(runs, [replace(style, text=token.content, code=True)])
        elif kind == "image":
            _extend(runs, _picture(token, style))
        elif kind == "link_open":
            style = replace(style, link=str(token.attrs.get("href", "")))
        elif kind == "link_close":
            if runs and runs[-1].link != style.link:
                _extend(runs, [replace(style, text=style.link)])
            style = replace(style, link="")
        else:
            style = _restyled(style, kind)
    return tuple(runs)


def _restyled(style: Run, kind: str) -> Run:
    name, _, what = kind.rpartition("_")
    field = {"strong": "bold", "em": "italic", "s": "strike"}.get(name)
    return replace(style, **{field: what == "open"}) if field else style  # type: ignore[arg-type]


def _picture(token: Token, style: Run) -> list[Run]:
    """A picture is never fetched: its description and its address stand in for it."""
    alt = "".join(child.content for child in token.children or [])
    address = str(token.attrs.get("src", ""))
    shown = [replace(style, text=f"{alt} ")] if alt else []
    return [*shown, replace(style, text=f"({address})", quiet=True)]


def _with_links(run: Run) -> Iterator[Run]:
    if run.link or "://" not in run.text:
        yield run
        return
    at = 0
    for match in _BARE_LINK.finditer(run.text):
        address = match.group().rstrip(_LINK_END)
        if address.endswith(")") and "(" not in address:
            address = address.rstrip(")").rstrip(_LINK_END)
        if not is_allowed_link(address):
            continue
        yield replace(run, text=run.text[at : match.start()])
        yield replace(run, text=address, link=address)
        at = match.start() + len(address)
    yield replace(run, text=run.text[at:])


def _extend(runs: list[Run], more: Sequence[Run] | Iterator[Run]) -> None:
    for run in more:
        if not run.text:
            continue
        if runs and replace(runs[-1], text="") == replace(run, text=""):
            runs[-1] = replace(runs[-1], text=runs[-1].text + run.text)
        else:
            runs.append(run)
