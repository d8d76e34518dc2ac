"""The text that authors publish with a model (README.md), as Markdown that brings nothing from elsewhere.

Pictures become links, HTML that only lays out is taken away; what is left of it is text to the chat's Markdown, which
knows no HTML. Authors may be hostile: everything here is bounded, and no pattern takes more than linear time.
"""

import itertools
import re
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.small_file import first_bytes
from chatapp.hub.stop import Stop

NAME = "README.md"
LIMIT = 512 << 10  # bytes that are fetched
LONGEST = 100_000  # characters that are kept
CELLS = 500  # of a table; laying out thousands takes Qt seconds
PARAGRAPH = 3000  # characters, about; longer ones are drawn in several
UNBROKEN = 500  # characters without a space; Qt takes seconds to wrap more

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # marks that turn the writing direction: text that lies
_INVISIBLE = re.compile(f"[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f{_DIRECTION}\ufeff]")
_LONG = re.compile(rf"(\S{{{UNBROKEN}}})\S++")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE = r"(?P<code>`[^`\n]{1,1000}+`)"
_HIDDEN = ("<!--", "-->"), ("<style", "</style>"), ("<script", "</script>")
_TAGS = (
    "a|abbr|article|b|big|blockquote|body|br|button|caption|center|code|col|colgroup|dd|del|details|div|dl|dt|em|embed"
    "|figcaption|figure|font|footer|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|li|link|main|mark|meta|nav"
    "|object|ol|p|picture|pre|q|s|samp|section|small|source|span|strike|strong|sub|summary|sup|svg|table|tbody|td|tfoot"
    "|th|thead|tr|tt|u|ul|var|video|audio"
)
_TAG = re.compile(_CODE + rf"|<(?P<end>/?)(?P<tag>{_TAGS})(?P<rest>(?:\s[^<>]*+|/)?)>", re.IGNORECASE)
_ANCHOR = re.compile(r"<a\s([^<>]*+)>((?:[^<]|<(?!/?a[\s>])){0,2000}+)</a>", re.IGNORECASE)
_BADGE = re.compile(r"\[\s?!\[([^\[\]]{0,300}+)\]\([^()\n]{0,2000}+\)\s?\]\(")
_LINK = re.compile(
    _CODE + r"|(?P<picture>!?)\[(?P<text>[^\[\]]{0,1000}+)\]\(\s?<?(?P<to>[^\s()<>]*+)>?(?P<title>[^()\n]{0,300}+)\)"
)
_HEADINGS = {f"h{n}": f"\n\n{'#' * n} " for n in range(1, 7)}
_BLOCKS = (
    "blockquote",
    "center",
    "details",
    "div",
    "dl",
    "figure",
    "li",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
)
_OTHERS = {"br": "\n", "hr": "\n\n---\n\n", "tr": "\n\n", "ul": "\n\n"} | dict.fromkeys(_BLOCKS, "\n\n")
_BEGINS = _OTHERS | _HEADINGS | {"li": "\n- "}
_ENDS = _OTHERS | dict.fromkeys(_HEADINGS, "\n\n") | {"td": " · ", "th": " · "}


@dataclass(frozen=True, slots=True)
class Card:
    """Markdown; *cut* when more was published than is kept."""

    text: str
    cut: bool


def fetch_card(repo: str, commit: str, source: Source, stop: Stop, seconds: float, picture: str) -> Card:
    """The card of *repo* at *commit*; *picture* is what to call a picture. Raise HubError, Stopped."""
    data = first_bytes(RemoteFile(repo, commit, NAME, 0), LIMIT, source, stop, seconds)
    page = f"{source.endpoint.rstrip('/')}/{quote(repo)}"
    return card(data, f"{page}/resolve/{quote(commit, safe='')}/", f"{page}/blob/{quote(commit, safe='')}/", picture)


def card(data: bytes, files: str, pages: str, picture: str) -> Card:
    """*data* as a card. Relative addresses go to below *files* (pictures) or *pages* (all else)."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = _without_front_matter(_INVISIBLE.sub("", text))
    cut = len(data) >= LIMIT or len(text) > LONGEST
    text = _LONG.sub(r"\1…", text[:LONGEST])
    parts = [part if is_code else _bounded(_plain(part, files, pages, picture)) for part, is_code in _parts(text)]
    return Card(re.sub(r"\n{3,}+", "\n\n", "".join(parts)).strip(), cut)


def _without_front_matter(text: str) -> str:
    if not text.startswith("---\n"):
        return text
    end = text.find("\n---", 3)
    return text[text.find("\n", end + 1) + 1 :] if end >= 0 and "\n" in text[end + 1 :] else "" if end >= 0 else text


def _parts(text: str) -> list[tuple[str, bool]]:
    """Stretches of *text*, each with whether it is a block of code."""
    found: list[tuple[list[str], bool]] = [([], False)]
    fence = ""
    for line in text.splitlines(keepends=True):
        mark = _FENCE.match(line)
        if fence:
            found[-1][0].append(line)
            if mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
                fence = ""
                found.append(([], False))
        elif mark:
            fence = mark[1]
            found.append(([line], True))
        else:
            found[-1][0].append(line)
    return [("".join(lines), is_code) for lines, is_code in found]


def _plain(text: str, files: str, pages: str, picture: str) -> str:
    """*text* without HTML, its pictures as links."""
    for begin, end in _HIDDEN:
        text = _without(text, begin, end)
    text = _ANCHOR.sub(_anchor, text)
    text = _TAG.sub(lambda found: _tag(found, picture), text)
    text = _BADGE.sub(r"[\1](", text)

    def link(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        label, to = found["text"], found["to"]
        if found["picture"]:
            label = f"{picture}: {label}" if label.strip() else picture
        address = _absolute(to, files if found["picture"] else pages)
        return f"[{label}]({address})" if address else label

    return _LINK.sub(link, text)


def _bounded(text: str) -> str:
    """*text* with nothing in it that takes long to lay out: tables that are too large as they were written."""
    found: list[str] = []
    for is_table, group in itertools.groupby(text.splitlines(keepends=True), lambda line: "|" in line):
        lines = list(group)
        if is_table and sum(line.count("|") for line in lines) > CELLS:
            found += ["\n~~~~~~\n", *lines, "\n~~~~~~\n"]
            continue
        size = 0
        for line in lines:
            size = size + len(line) if line.strip() else 0
            found.append(line)
            if size > PARAGRAPH:
                found.append("\n")
                size = 0
    return "".join(found)


def _without(text: str, begin: str, end: str) -> str:
    kept, at = [], 0
    # Not in a copy in small letters, in which some letters are two, and places are others.
    first, last = (re.compile(mark, re.IGNORECASE) for mark in (begin, end))
    while start := first.search(text, at):
        kept.append(text[at : start.start()])
        stop = last.search(text, start.start())
        if stop is None:
            return "".join(kept)
        at = stop.end()
    return "".join([*kept, text[at:]])


def _anchor(found: re.Match[str]) -> str:
    """``<a href=…>`` around text or a picture, as a link."""
    to, inner = _attribute(found[1], "href"), found[2]
    alt = _attribute(inner, "alt") if "<img" in inner.lower() else ""
    label = " ".join(_TAG.sub("", inner).split()) or alt or to
    label = re.sub(r"[\[\]]", "", label)
    return f"[{label}]({to})" if to and not re.search(r"[\s()<>]", to) else label


def _tag(found: re.Match[str], picture: str) -> str:
    if found["code"]:
        return found[0]
    name, is_end = found["tag"].lower(), bool(found["end"])
    if name == "img":
        source, alt = _attribute(found["rest"], "src"), re.sub(r"[\[\]]", "", _attribute(found["rest"], "alt"))
        return f" ![{alt}]({source.replace(' ', '%20')}) " if source else alt or picture
    return (_ENDS if is_end else _BEGINS).get(name, "")


def _attribute(text: str, name: str) -> str:
    found = re.search(rf"""\b{name}\s*=\s*(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", text, re.IGNORECASE)
    return next((value for value in found.groups() if value), "").strip() if found else ""


def _absolute(to: str, base: str) -> str:
    """*to* as an address of the web; empty when it leads to a place in the text, or is none that should be opened."""
    try:
        parts = urlsplit(to)
    except ValueError:
        return ""
    if parts.scheme:
        return to if parts.scheme.lower() in ("http", "https", "mailto") else ""
    if parts.netloc:
        return f"https:{to}"
    path = to.removeprefix("./").lstrip("/")
    return base + quote(path, safe="/?=&%+") if path and not path.startswith(("#", "..")) else ""
