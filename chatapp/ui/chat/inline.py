"""What stands inside a paragraph: markdown-it tokens to styled runs, and the places of their text in the source.

The parser keeps no positions of inline tokens, but what each of them takes from the source is known: walking them in
order with a cursor finds every character again. Only where a link ends must be noted while it parses.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from markdown_it import MarkdownIt
from markdown_it.common.entities import entities
from markdown_it.common.utils import fromCodePoint, isValidEntityCode
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.image import image
from markdown_it.rules_inline.link import link
from markdown_it.token import Token

from chatapp.ui.chat.blocks import Run, Runs, is_allowed_link
from chatapp.ui.chat.places import Content, Places, PlacesBuilder

_BARE_LINK = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_LINK_END = ".,;:!?'*_~"
_ESCAPE_OR_ENTITY = re.compile(r"[\\&]")
_ENTITY = re.compile(r"&(?:#[xX]([a-fA-F0-9]{1,6})|#([0-9]{1,7})|([a-zA-Z][a-zA-Z0-9]{1,31}));")
_END = "end"  # in a token's meta: where the link or picture ends in the paragraph
_FAR = 400  # characters to look for one that is not where it should be

Rule = Callable[[StateInline, bool], bool]


def install(md: MarkdownIt) -> None:
    """Make *md* note where links and pictures end."""
    md.inline.ruler.at("link", _noting_the_end(link))
    md.inline.ruler.at("image", _noting_the_end(image))


def _noting_the_end(rule: Rule) -> Rule:
    def noting(state: StateInline, silent: bool) -> bool:
        found = rule(state, silent)
        if found and not silent:
            state.tokens[-1].meta[_END] = state.pos
        return found

    return noting


def read(tokens: Sequence[Token], content: Content) -> tuple[Runs, Places]:
    """The styled runs of *tokens*, neighbours in one style joined, and the places of their text."""
    reader = _Reader(content)
    for token in tokens:
        reader.token(token)
    return tuple(reader.runs), tuple(reader.walk.places)


class _Reader:
    def __init__(self, content: Content) -> None:
        self.runs: list[Run] = []
        self.walk = _Walk(content)
        self._style = Run("")

    def token(self, token: Token) -> None:
        kind, style = token.type, self._style
        if kind in {"text", "text_special"}:
            self.walk.text(token.content)
            self._extend(_with_links(replace(style, text=token.content)))
        elif kind in {"softbreak", "hardbreak"}:
            self.walk.line_end()
            self._extend([replace(style, text="\n")])
        elif kind == "code_inline":
            self.walk.code(token.content, token.markup)
            self._extend([replace(style, text=token.content, code=True)])
        elif kind == "image":
            self._picture(token)
        elif kind == "link_open":
            self.walk.link_start(auto=token.markup == "autolink")
            self._style = replace(style, link=str(token.attrs.get("href", "")))
        elif kind == "link_close":
            if self.runs and self.runs[-1].link != style.link:
                self.walk.missing(style.link)
                self._extend([replace(style, text=style.link)])
            self.walk.link_end(token.meta.get(_END))
            self._style = replace(style, link="")
        else:
            self.walk.mark(token.markup)
            self._style = _restyled(style, kind)

    def _picture(self, token: Token) -> None:
        """A picture is never fetched: its description and its address stand in for it."""
        alt = "".join(child.content for child in token.children or [])
        address = str(token.attrs.get("src", ""))
        self.walk.picture(f"{alt} " if alt else "", address, token.meta.get(_END))
        self._extend([replace(self._style, text=f"{alt} ")] if alt else [])
        self._extend([replace(self._style, text=f"({address})", quiet=True)])

    def _extend(self, more: Sequence[Run] | Iterator[Run]) -> None:
        runs = self.runs
        for run in more:
            if not run.text:
                continue
            if runs and replace(runs[-1], text="") == replace(run, text=""):
                runs[-1] = replace(runs[-1], text=runs[-1].text + run.text)
            else:
                runs.append(run)


class _Walk:
    """A cursor in the source of a paragraph, moved on by what each token takes of it."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._source = content.text
        self._cursor = 0
        self._literal = False
        self._made = PlacesBuilder()

    @property
    def places(self) -> Places:
        return tuple(self._made.places)

    def text(self, text: str) -> None:
        """Letters, escaped characters and entities."""
        source, at = self._source, self._cursor
        if source.startswith(text, at) and not _ESCAPE_OR_ENTITY.search(source, at, at + len(text)):
            self._same(text, at)
            self._cursor = at + len(text)
        elif self._literal:
            end = max(at, source.find(">", at))
            self._whole(text, at, end - at)
            self._cursor = end
        else:
            self._mixed_text(text)

    def _mixed_text(self, text: str) -> None:
        source, done = self._source, 0
        while done < len(text):
            at, char = self._cursor, text[done]
            here = source[at : at + 1]
            entity = _ENTITY.match(source, at) if here == "&" else None
            decoded = _decoded(entity) if entity else ""
            if here == "\\" and char == source[at + 1 : at + 2] and not char.isalnum() and not char.isspace():
                self._same(char, at + 1)
                self._cursor = at + 2
                done += 1
            elif entity and decoded and text.startswith(decoded, done):
                self._whole(decoded, at, len(entity.group()))
                self._cursor = entity.end()
                done += len(decoded)
            elif here == char:
                size = 1
                while text[done + size : done + size + 1] == source[at + size : at + size + 1] not in {"", "\\", "&"}:
                    size += 1
                self._same(text[done : done + size], at)
                self._cursor = at + size
                done += size
            else:
                found = source.find(char, at, at + _FAR)
                if found < 0:
                    self._made.missing(char)
                    done += 1
                else:
                    self._cursor = found

    def line_end(self) -> None:
        """The end of a line, with the white space around it and a backslash before it."""
        at = self._source.find("\n", self._cursor)
        if at < 0:
            self._made.missing("\n")
            return
        self._same("\n", at)
        self._cursor = at + 1
        while self._source[self._cursor : self._cursor + 1] in {" ", "\t"}:
            self._cursor += 1

    def code(self, text: str, markup: str) -> None:
        """Between *markup*; a space at both ends may have been taken away."""
        source = self._source
        start = max(self._cursor, source.find(markup, self._cursor)) + len(markup)
        end = start + len(text)
        if source[start:end].replace("\n", " ") != text or not source.startswith(markup, end):
            start, end = start + 1, end + 1
        self._same(text, start)
        self._cursor = source.find(markup, end) + len(markup) if markup in source[end:] else end

    def mark(self, markup: str) -> None:
        """What is not shown, as the asterisks of emphasis."""
        at = self._source.find(markup, self._cursor, self._cursor + _FAR) if markup else -1
        if at >= 0:
            self._cursor = at + len(markup)

    def link_start(self, *, auto: bool) -> None:
        self._literal = auto
        self.mark("<" if auto else "[")

    def link_end(self, end: int | None) -> None:
        self._literal = False
        if end is None:
            self.mark(">")
        else:
            self._cursor = max(self._cursor, end)

    def picture(self, alt: str, address: str, end: int | None) -> None:
        end = len(self._source) if end is None else end
        self.mark("![")
        if alt:
            self._mixed_text(alt[:-1])
            self._made.missing(" ")
        found = self._source.find(f"({address})", self._cursor, end)
        if found >= 0:
            self._same(f"({address})", found)
        else:
            self._whole(f"({address})", self._cursor, max(1, end - self._cursor))
        self._cursor = max(self._cursor, end)

    def missing(self, text: str) -> None:
        self._made.missing(text)

    def _same(self, text: str, at: int) -> None:
        done = 0
        for length, source in self._content.stretches(at, len(text)):
            self._made.same(text[done : done + length], source)
            done += length

    def _whole(self, text: str, at: int, span: int) -> None:
        source = next((place for _length, place in self._content.stretches(at, 1)), 0)
        self._made.whole(text, source, span)


def _decoded(entity: re.Match[str]) -> str:
    hexadecimal, decimal, name = entity.groups()
    if name:
        return entities.get(name, "")
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return fromCodePoint(code if isValidEntityCode(code) else 0xFFFD)


def _restyled(style: Run, kind: str) -> Run:
    name, _, what = kind.rpartition("_")
    field = {"strong": "bold", "em": "italic", "s": "strike"}.get(name)
    return replace(style, **{field: what == "open"}) if field else style  # type: ignore[arg-type]


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
