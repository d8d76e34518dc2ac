"""Colours for code: Pygments reads it in short slices, so that no length of code holds up the window."""

from collections.abc import Iterator
from functools import lru_cache

from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String, Text, _TokenType
from pygments.util import ClassNotFound
from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QColor, QTextCharFormat, QTextDocument, QTextLayout

from chatapp.ui import theme

MAX_LENGTH = 60_000  # characters; longer code stays in one colour
SLICE = 1200  # characters in one go
_BEFORE = 800  # characters read again before a change, to know what the change stands in

# token type: (light, dark); all reach 4.5:1 on the code background
_PALETTE: dict[_TokenType, tuple[str, str]] = {
    Comment: ("#636875", "#959cab"),
    Keyword: ("#7a32c4", "#c9abff"),
    Keyword.Constant: ("#9a4500", "#f2b680"),
    Name.Builtin: ("#0b6584", "#86d3e8"),
    Name.Function: ("#1a55b8", "#8fbcff"),
    Name.Class: ("#1a55b8", "#8fbcff"),
    Name.Tag: ("#1a55b8", "#8fbcff"),
    Name.Attribute: ("#0b6584", "#86d3e8"),
    Name.Decorator: ("#7a32c4", "#c9abff"),
    Operator.Word: ("#7a32c4", "#c9abff"),
    String: ("#17682f", "#96d9a4"),
    Number: ("#9a4500", "#f2b680"),
    Generic.Deleted: ("#b3261e", "#ff8f85"),
    Generic.Inserted: ("#17682f", "#96d9a4"),
    Generic.Heading: ("#1a55b8", "#8fbcff"),
}


@lru_cache(maxsize=32)
def lexer_for(language: str) -> Lexer | None:
    """The lexer of *language*, or None when there is none."""
    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False) if language else None
    except ClassNotFound:
        return None


@lru_cache(maxsize=512)
def color_of(kind: _TokenType, dark: bool) -> str | None:
    """The colour of tokens of *kind*; None is the colour of plain text."""
    at: _TokenType | None = kind
    while at is not None:
        if at in _PALETTE:
            return _PALETTE[at][dark]
        at = at.parent
    return None


class Highlighter(QObject):
    """Colours the text of *document*; the text itself and its layout stay as they are."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._document = document
        self._language = ""
        self.in_colors = True
        self._line = 0  # where the next slice begins
        self._tokens: Iterator[tuple[int, _TokenType, str]] | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._on_timeout)
        self.work = 0

    def set_language(self, language: str) -> None:
        """Read the text as *language*."""
        self._language = language

    def set_in_colors(self, wanted: bool, text: str) -> None:
        """Whether *text* and what comes after it has colours at all: on the colours of tokens they cannot be read."""
        if wanted != self.in_colors:
            self.in_colors = wanted
            self._start(text)

    def start(self, text: str) -> None:
        """Colour the whole of *text*, which is complete: the first slice at once, the rest when there is time."""
        if self.in_colors:
            self._start(text)

    def _start(self, text: str) -> None:
        self._timer.stop()
        lexer = lexer_for(self._language)
        if lexer is None or len(text) > MAX_LENGTH:
            return
        if self.in_colors:
            self._tokens = iter(lexer.get_tokens_unprocessed(text))
        else:
            self._tokens = ((0, Text, line) for line in text.splitlines(keepends=True))
        self._line = 0
        self._timer.start()
        self._on_timeout()

    def extend(self, text: str, changed: int) -> None:
        """Colour *text* from position *changed* on, by what stands shortly before it; more is to come."""
        lexer = lexer_for(self._language) if self.in_colors else None
        if lexer is None or len(text) > MAX_LENGTH:
            return
        self._timer.stop()
        origin = text.rfind("\n", 0, max(0, changed - _BEFORE, len(text) - 2 * SLICE)) + 1
        if len(text) - origin > 3 * SLICE:  # one very long line
            return
        part = text[origin:]
        self.work += len(part)
        self._apply(text.count("\n", 0, origin), [token[1:] for token in lexer.get_tokens_unprocessed(part)])

    def _on_timeout(self) -> None:
        found: list[tuple[_TokenType, str]] = []
        size = 0
        for _position, kind, word in self._tokens or ():
            found.append((kind, word))
            size += len(word)
            if size >= SLICE and word.endswith("\n"):
                break
        else:
            self._timer.stop()
            self._tokens = None
        self.work += size
        self._apply(self._line, found)
        self._line += sum(word.count("\n") for _kind, word in found)

    def _apply(self, first: int, tokens: list[tuple[_TokenType, str]]) -> None:
        """Set the colours of *tokens*, which begin at the start of line number *first*."""
        dark = theme.is_dark()
        lines: list[list[QTextLayout.FormatRange]] = [[]]
        column = 0
        for kind, word in tokens:
            color = color_of(kind, dark)
            for index, part in enumerate(word.split("\n")):
                if index:
                    lines.append([])
                    column = 0
                width = _width(part)
                if part and color:
                    lines[-1].append(_format_range(column, width, color))
                column += width
        block = start = self._document.findBlockByNumber(first)
        end = start.position()
        for formats in lines:
            if not block.isValid():
                break
            block.layout().setFormats(formats)
            end = block.position() + block.length()
            block = block.next()
        self._document.markContentsDirty(start.position(), end - start.position())


def _width(text: str) -> int:
    """Length of *text* as Qt counts: in units of UTF-16."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _format_range(start: int, length: int, color: str) -> QTextLayout.FormatRange:
    made = QTextLayout.FormatRange()
    made.start = start
    made.length = length
    style = QTextCharFormat()
    style.setForeground(QColor(color))
    made.format = style
    return made
