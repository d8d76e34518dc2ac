"""Writes `blocks` into a QTextDocument, format by format; no HTML is made on the way, so none can slip through."""

from dataclasses import dataclass

from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from chatapp.ui import theme
from chatapp.ui.chat.blocks import Block, Paragraph, Rule, Run, Runs, Table
from chatapp.ui.widgets.text import plain_tip

LINE = "\u2028"  # a line end inside a paragraph
# Where Qt would begin a paragraph of its own; one for one, so that every character stays where it is.
IN_CODE = {0x0D: LINE, 0x2029: LINE, 0xFDD0: "\ufffd", 0xFDD1: "\ufffd"}
_IN_PROSE = {0x0A: LINE, **IN_CODE}
QUOTES = int(QTextFormat.Property.UserProperty) + 1  # block property: how many quotation bars stand left of it
RULE = int(QTextFormat.Property.UserProperty) + 2  # block property: it is a horizontal line
MARKER = int(QTextFormat.Property.UserProperty) + 3  # block property: what hangs in front of it
INLINE_CODE = int(QTextFormat.Property.UserProperty) + 4  # character property: draw it as code

QUOTE_WIDTH = 18  # pixels a quotation is indented by
HEADING_SCALE = (1.0, 1.4, 1.25, 1.12, 1.0, 1.0, 1.0)
_FIXED = int(QTextBlockFormat.LineHeightTypes.FixedHeight.value)


@dataclass(frozen=True, slots=True)
class Look:
    """Fonts and measures of message text, taken from the theme once and shared by all pieces of a message."""

    font: QFont
    code_font: QFont
    colors: theme.Colors
    em: int  # pixels
    line: int  # pixels from one line of text to the next
    code_line: int

    @classmethod
    def current(cls) -> "Look":
        """As the theme is now."""
        font, code = theme.font(), theme.monospace()
        em = max(8, QFontInfo(font).pixelSize())
        code_em = max(8, QFontInfo(code).pixelSize())
        line = max(round(em * 1.65), round(QFontMetricsF(font).height()))
        return cls(font, code, theme.colors(), em, line, round(code_em * 1.55))

    @property
    def indent(self) -> int:
        """Pixels a list is indented by."""
        return round(self.em * 1.9)


def space_before(block: Block, previous: Block | None, look: Look) -> int:
    """Pixels between *previous* and *block*."""
    if previous is None or (isinstance(block, Table) and block.continued):
        return 0
    if isinstance(block, Paragraph):
        if block.heading:
            return round(look.em * (1.5 if block.heading <= 2 else 1.2))
        if block.tight and isinstance(previous, Paragraph):
            return round(look.em * 0.25)
    if isinstance(previous, Paragraph) and previous.heading:
        return round(look.em * 0.45)
    return round(look.em * 0.8)


def write(cursor: QTextCursor, block: Paragraph | Rule, previous: Block | None, look: Look, *, first: bool) -> None:
    """Append *block* at *cursor*, the end of its document; *first* writes into the empty document."""
    layout = _block_format(block, previous, look, first=first)
    style = char_format(Run(""), look, heading=block.heading if isinstance(block, Paragraph) else 0)
    if first:
        cursor.setBlockFormat(layout)
        cursor.setBlockCharFormat(style)
    else:
        cursor.insertBlock(layout, style)
    if isinstance(block, Rule):
        return
    write_runs(cursor, block.runs, look, heading=block.heading, quiet=block.quotes > 0)


def write_runs(cursor: QTextCursor, runs: Runs, look: Look, *, heading: int = 0, quiet: bool = False) -> None:
    """Insert *runs* at *cursor*."""
    for run in runs:
        cursor.insertText(run.text.translate(_IN_PROSE), char_format(run, look, heading=heading, quiet=quiet))


def char_format(run: Run, look: Look, *, heading: int = 0, quiet: bool = False) -> QTextCharFormat:
    """The format of *run*'s characters."""
    style = QTextCharFormat()
    font = QFont(look.code_font if run.code else look.font)
    scale = HEADING_SCALE[heading]
    if scale != 1.0:
        font.setPointSizeF(font.pointSizeF() * scale)
    if run.bold or heading:
        font.setWeight(QFont.Weight.Bold if run.bold and not heading else QFont.Weight.DemiBold)
    font.setItalic(run.italic)
    font.setStrikeOut(run.strike)
    style.setFont(font)
    style.setForeground(look.colors.muted if run.quiet or quiet else look.colors.text)
    if run.code:
        style.setProperty(INLINE_CODE, True)
    if run.link:
        style.setAnchor(True)
        style.setAnchorHref(run.link)
        style.setToolTip(plain_tip(run.link))
        style.setForeground(look.colors.accent)
        style.setFontUnderline(True)
    return style


def plain_format(font: QFont, color: QColor) -> QTextCharFormat:
    """Characters of *font* in *color*."""
    style = QTextCharFormat()
    style.setFont(font)
    style.setForeground(color)
    return style


def fixed_lines(height: int) -> QTextBlockFormat:
    """Blocks whose lines are *height* pixels apart, whatever fonts the letters in them fall back on."""
    layout = QTextBlockFormat()
    layout.setLineHeight(height, _FIXED)
    return layout


def prepare(document: QTextDocument, look: Look) -> None:
    """Set what holds for a whole document of message text."""
    document.setDefaultFont(look.font)
    document.setDocumentMargin(0)
    document.setIndentWidth(look.indent)
    document.setUndoRedoEnabled(False)


def plain_text(cursor: QTextCursor) -> str:
    """The selected text of *cursor*: ordinary line ends, and the markers of the list items that begin in it."""
    document = cursor.document()
    start, end = cursor.selectionStart(), cursor.selectionEnd()
    block = document.findBlock(start)
    several = end > block.position() + block.length()
    found = ""
    while block.isValid() and block.position() <= end:
        part = QTextCursor(block)
        part.setPosition(max(start, block.position()))
        part.setPosition(min(end, block.position() + block.length() - 1), QTextCursor.MoveMode.KeepAnchor)
        layout = block.blockFormat()
        marker = layout.stringProperty(MARKER) if several and start <= block.position() else ""
        if found:
            found += "\n" if marker or cursor.currentTable() is not None else "\n\n"
        found += "  " * max(0, layout.indent() - 1) + f"{marker} " if marker else ""
        found += part.selectedText().replace(LINE, "\n").replace("\u2029", "\n").replace("\u00a0", " ")
        block = block.next()
    return found


def _block_format(block: Paragraph | Rule, previous: Block | None, look: Look, *, first: bool) -> QTextBlockFormat:
    heading = block.heading if isinstance(block, Paragraph) else 0
    layout = fixed_lines(round(look.line * (1 + (HEADING_SCALE[heading] - 1) * 0.8)))
    layout.setTopMargin(0 if first else space_before(block, previous, look))
    layout.setLeftMargin(block.quotes * QUOTE_WIDTH)
    layout.setIndent(block.depth)
    if isinstance(block, Paragraph) and block.marker:
        layout.setProperty(MARKER, block.marker)
    if block.quotes:
        layout.setProperty(QUOTES, block.quotes)
    if isinstance(block, Rule):
        layout.setProperty(RULE, True)
    if heading:
        layout.setHeadingLevel(heading)  # for screen readers
    return layout
