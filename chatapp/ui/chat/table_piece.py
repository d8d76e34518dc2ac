"""A table: as wide as its words need, with a scroll bar of its own when that is wider than the message."""

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
    QTextTableCell,
    QTextTableCellFormat,
    QTextTableFormat,
)
from PySide6.QtWidgets import QWidget

from chatapp.ui.chat import richtext
from chatapp.ui.chat.blocks import Block, Run, Runs, Table
from chatapp.ui.chat.pieces import TextView
from chatapp.ui.chat.places import Places
from chatapp.ui.chat.richtext import Look

MAX_COLUMN = 280  # pixels a column gets before its text wraps
PADDING = 9
FULL = 30  # rows of a table in one document; longer ones go on in the next
_ALIGNMENTS = {"right": Qt.AlignmentFlag.AlignRight, "center": Qt.AlignmentFlag.AlignHCenter}


class TablePiece(TextView):
    """One `Table` block; rows that are shown already stay when more arrive."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = 0
        self.blocks: list[Block] = []
        self._look = look
        self._table: QTextTable | None = None
        self._rows: tuple[tuple[Runs, ...], ...] = ()
        self._widths: list[float] = []
        self._left = 0
        self._fixed: list[float] = []
        self.lead: TablePiece | None = None  # the part of a long table before this one: columns are as wide as there
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setLineWrapMode(TextView.LineWrapMode.FixedPixelWidth)
        self.setAccessibleName(self.tr("Table"))
        richtext.prepare(self.document(), look)

    def set_blocks(self, blocks: list[Block], previous: Block | None) -> None:
        """Show the one block in *blocks*."""
        del previous
        if blocks == self.blocks:
            return
        block = blocks[0]
        assert isinstance(block, Table)
        self.blocks = blocks
        self._left = block.depth * self._look.indent + block.quotes * richtext.QUOTE_WIDTH
        columns = max(1, len(block.aligns))
        if self._table is None or self._table.columns() != columns or self._rows[:1] != block.rows[:1]:
            self._start(columns)
        assert self._table is not None
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        same = 0
        while same < min(len(block.rows), len(self._rows)) and block.rows[same] == self._rows[same]:
            same += 1
        if self._table.rows() > max(1, same):
            self._table.removeRows(max(1, same), self._table.rows() - max(1, same))
        if len(block.rows) > self._table.rows():
            self._table.appendRows(len(block.rows) - self._table.rows())
        for number in range(same, len(block.rows)):
            self._write_row(number, block.rows[number], block.aligns, header=number == 0 and not block.continued)
        self._rows = block.rows
        self._fix_columns(full=len(block.rows) >= FULL)
        cursor.endEditBlock()

    def fit(self, width: int) -> int:
        """Lay out for *width* pixels; return the height."""
        wanted = sum(self.columns()) + self._left + 2
        chosen = max(width, int(wanted))
        if self.lineWrapColumnOrWidth() != chosen:
            self.setLineWrapColumnOrWidth(chosen)
        height = int(-(-self.document().size().height() // 1))
        return height + (self.horizontalScrollBar().sizeHint().height() if chosen > width else 0)

    def places_of(self, block: QTextBlock) -> tuple[Places, int]:
        """A cell is one text."""
        table = self.blocks[0] if self.blocks else None
        cell = self._table.cellAt(block.position()) if self._table is not None else None
        if not isinstance(table, Table) or cell is None or not cell.isValid():
            return (), 0
        row = table.places[cell.row()] if cell.row() < len(table.places) else ()
        return (row[cell.column()] if cell.column() < len(row) else ()), 0

    def texts(self) -> Iterator[tuple[Places, int]]:
        table = self.blocks[0] if self.blocks else None
        if self._table is None or not isinstance(table, Table):
            return
        for number, row in enumerate(table.places):
            for column, places in enumerate(row[: self._table.columns()]):
                yield places, self._table.cellAt(number, column).firstPosition()

    def columns(self) -> list[float]:
        """How wide the columns want to be."""
        return self.lead.columns() if self.lead else self._widths

    def _fix_columns(self, *, full: bool) -> None:
        """Give the columns of a table that goes on in other parts the widths that all its parts have."""
        columns = self.columns()
        if self._table is None or not (full or self.lead) or columns == self._fixed:
            return
        self._fixed = list(columns)
        layout = self._table.format()
        layout.setColumnWidthConstraints([QTextLength(QTextLength.Type.FixedLength, width) for width in columns])
        self._table.setFormat(layout)

    def restyle(self, look: Look) -> None:
        """Draw everything anew in *look*."""
        self._look = look
        richtext.prepare(self.document(), look)
        blocks, self.blocks = self.blocks, []
        self._table = None
        self.set_blocks(blocks, None)

    def _start(self, columns: int) -> None:
        self.clear()
        layout = QTextTableFormat()
        layout.setBorder(0)
        layout.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_None)
        layout.setBorderCollapse(True)
        layout.setCellSpacing(0)
        layout.setCellPadding(0)
        layout.setLeftMargin(self._left)
        layout.setHeaderRowCount(1)
        cursor = QTextCursor(self.document())
        self._table = cursor.insertTable(1, columns, layout)
        _flatten(self.document().lastBlock())
        _flatten(self.document().firstBlock())
        self._rows = ()
        self._fixed = []
        self._widths = [0.0] * columns

    def _write_row(self, number: int, row: tuple[Runs, ...], aligns: tuple[str, ...], *, header: bool) -> None:
        assert self._table is not None
        metrics = QFontMetricsF(self._look.font)
        for column in range(self._table.columns()):
            runs = row[column] if column < len(row) else ()
            if header:
                runs = tuple(Run(r.text, True, r.italic, r.strike, r.code, r.link, r.quiet) for r in runs)
            self._write_cell(self._table.cellAt(number, column), runs, aligns[column], header=header)
            text = "".join(run.text for run in runs)
            width = min(MAX_COLUMN, metrics.horizontalAdvance(text[:80]) * 1.08) + 2 * PADDING + 4
            self._widths[column] = max(self._widths[column], width)
            self.work += len(text)

    def _write_cell(self, cell: QTextTableCell, runs: Runs, align: str, *, header: bool) -> None:
        style = QTextTableCellFormat()
        style.setLeftPadding(PADDING if cell.column() else 2)
        style.setRightPadding(PADDING)
        style.setTopPadding(4)
        style.setBottomPadding(4)
        style.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        style.setBottomBorder(1)
        style.setBottomBorderBrush(self._look.colors.muted if header else self._look.colors.border)
        cell.setFormat(style)
        cursor = cell.firstCursorPosition()
        layout = richtext.fixed_lines(round(self._look.line * 0.95))
        layout.setAlignment(_ALIGNMENTS.get(align, Qt.AlignmentFlag.AlignLeft))
        cursor.setBlockFormat(layout)
        cursor.setPosition(cell.lastCursorPosition().position(), QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        richtext.write_runs(cursor, runs, self._look)


def _flatten(block: object) -> None:
    """Make the empty paragraph that Qt keeps beside a table as low as can be."""
    cursor = QTextCursor(block)  # type: ignore[call-overload]
    layout = QTextBlockFormat()
    layout.setLineHeight(0.1, int(QTextBlockFormat.LineHeightTypes.FixedHeight.value))
    cursor.setBlockFormat(layout)
