"""The text widgets that a message is stacked from: prose, and what they share (selection, links, no resources)."""

from collections.abc import Iterator
from math import ceil
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextOption,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QFrame, QTextBrowser, QWidget

from chatapp.ui.chat import decoration, richtext
from chatapp.ui.chat.blocks import Block, Paragraph, Rule
from chatapp.ui.chat.places import Places
from chatapp.ui.chat.richtext import Look
from chatapp.ui.chat.token_layer import Tint, TokenLayer

STYLE = "QTextBrowser { background: transparent; border: none; border-radius: 0; padding: 0; }"


class _Document(QTextDocument):
    """A document that reads no files; the one Qt makes itself would, even when the browser returns nothing."""

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        del kind, name


class TextView(QTextBrowser):
    """Read-only text that hands selection and copying to the message it belongs to, and loads nothing, ever."""

    pressed = Signal()
    dragged = Signal(QPoint)  # global position, with the button down
    copy_requested = Signal()
    select_all_requested = Signal()
    menu_requested = Signal(QPoint, str)  # global position, address of the link there
    token_pointed = Signal(object, QRect)  # cell under the mouse, None for none, and where it stands on the screen
    token_clicked = Signal(int)
    token_opened = Signal(int)  # a double click

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.is_code = False
        self.tokens = TokenLayer(self, Tint())
        self._pointed: int | None = None
        self._pressed_at = QPoint()
        self.setDocument(_Document(self))
        self.setStyleSheet(STYLE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.viewport().setAutoFillBackground(False)
        self.setAcceptDrops(False)

    def select(self, start: int | None, end: int | None) -> None:
        """Select from *start* to *end*; None is the text's own start or end."""
        cursor = self.textCursor()
        cursor.setPosition(0 if start is None else start)
        if end is None:
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        else:
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def selected_text(self) -> str:
        """What is selected here."""
        cursor = self.textCursor()
        if self.is_code:
            return cursor.selectedText().replace("\u2029", "\n")
        return richtext.plain_text(cursor) if cursor.hasSelection() else ""

    def clear_selection(self) -> None:
        """Select nothing."""
        cursor = self.textCursor()
        if cursor.hasSelection():
            cursor.clearSelection()
            self.setTextCursor(cursor)

    def position_at(self, where: QPoint) -> int:
        """The text position nearest to the global point *where*."""
        return self.cursorForPosition(self.viewport().mapFromGlobal(where)).position()

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Nothing is loaded: not a picture, not a style sheet, not a file."""
        del kind, name

    # -- its tokens ----------------------------------------------------------------------------------------------------

    def places_of(self, block: QTextBlock) -> tuple[Places, int]:
        """The places of a text that *block* is part of, and where in that text it begins, in UTF-16 units."""
        del block
        return (), 0

    def texts(self) -> Iterator[tuple[Places, int]]:
        """The texts of the document, in order: the places of each, and the position it begins at."""
        yield from ()

    def area_of(self, place: int) -> QRect | None:
        """Where the line is drawn, in the viewport, in which the character at *place* of the message's text stands.

        Of one that is not shown: where the next one stands. None behind the last.
        """
        position = self.tokens.position_of(place)
        if position is None:
            return None
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        return self.cursorRect(cursor)

    def place_at(self, where: QPoint) -> int | None:
        """The place in the message's text of what is shown at the global point *where*."""
        return self.tokens.place_at(self._in_document(self.viewport().mapFromGlobal(where)))

    def ink(self) -> None:
        """Choose the colours of the letters so that they can be read on those of the tokens."""
        self.tokens.ink()

    def show_tokens(self) -> None:
        """Draw the tokens as they are now."""
        self.ink()
        self.viewport().update()

    def show_new_tokens(self) -> None:
        """Draw the tokens of text that was added; the text itself draws Qt."""
        self.ink()
        self.viewport().update(self.viewport().rect().adjusted(0, max(0, int(self.tokens.open_from()) - 2), 0, 0))

    def show_marks(self) -> None:
        """Outline the tokens that are marked now."""
        left = self.horizontalScrollBar().value()
        seen = self.viewport().visibleRegion().boundingRect()
        for rect in self.tokens.changed_marks(QRectF(seen).translated(left, 0)):
            self.viewport().update(rect.translated(-left, 0).adjusted(-3, -3, 3, 3).toAlignedRect())

    def _in_document(self, point: QPoint) -> QPointF:
        return QPointF(point.x() + self.horizontalScrollBar().value(), point.y())

    def _point(self, cell: int | None, at: QPointF) -> None:
        if cell == self._pointed:
            return
        self._pointed = cell
        rects = [] if cell is None else self.tokens.rects_of(cell, QRectF(at, at))
        rect = min(
            rects, key=lambda r: (abs(r.center().y() - at.y()), abs(r.center().x() - at.x())), default=QRectF()
        ).toAlignedRect()
        rect.translate(-self.horizontalScrollBar().value(), 0)
        self.token_pointed.emit(cell, QRect(self.viewport().mapToGlobal(rect.topLeft()), rect.size()))

    @property
    def is_colored(self) -> bool:
        """Whether its tokens have their colours."""
        heat = self.tokens.tint.heat
        return heat is not None and heat.style.colored

    def _cell_under(self, event: QMouseEvent) -> int | None:
        return self.tokens.cell_at(self._in_document(event.position().toPoint())) if self.is_colored else None

    # -- events --------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed_at = event.position().toPoint()
        self.pressed.emit()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        moved = (event.position().toPoint() - self._pressed_at).manhattanLength()
        is_click = event.button() == Qt.MouseButton.LeftButton and moved < QApplication.startDragDistance()
        if is_click and not self.textCursor().hasSelection() and not self.anchorAt(self._pressed_at):
            cell = self._cell_under(event)
            if cell is not None:
                self.token_clicked.emit(cell)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        cell = self._cell_under(event)
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.token_opened.emit(cell)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.dragged.emit(event.globalPosition().toPoint())
        self._point(None if event.buttons() else self._cell_under(event), self._in_document(event.position().toPoint()))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(None, QPointF())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.tokens.tint.heat is None:
            super().paintEvent(event)
            return
        left = self.horizontalScrollBar().value()
        visible = QRectF(event.rect()).translated(left, 0)
        painter = QPainter(self.viewport())
        painter.translate(-left, 0)
        self.tokens.paint_grounds(painter, visible)
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.translate(-left, 0)
        self.tokens.paint_marks(painter, visible)
        painter.end()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_requested.emit()
        elif event.matches(QKeySequence.StandardKey.SelectAll):
            self.select_all_requested.emit()
        elif event.key() in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Escape}:
            event.ignore()  # the list scrolls, the window stops the reply
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        bar = self.horizontalScrollBar()
        delta = event.angleDelta()
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if bar.maximum() > 0 and sideways and (not delta.x() or abs(sideways) > abs(delta.y())):
            bar.setValue(bar.value() - (event.pixelDelta().x() or sideways // 2))
            event.accept()
        else:
            event.ignore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos(), self.anchorAt(self.viewport().mapFromGlobal(event.globalPos())))


class ProsePiece(TextView):
    """Paragraphs, headings, lists and quotations: up to a screenful of them in one document."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.work = 0
        self.blocks: list[Block] = []
        self._starts: list[int] = []  # number of the first text block of each of our blocks
        self._previous: Block | None = None
        self._look = look
        self.setLineWrapMode(QTextBrowser.LineWrapMode.FixedPixelWidth)
        self.setAccessibleName(self.tr("Text of the message"))
        richtext.prepare(self.document(), look)

    def set_blocks(self, blocks: list[Block], previous: Block | None) -> None:
        """Show *blocks*; those that are shown already stay untouched."""
        same = 0
        while same < min(len(blocks), len(self.blocks)) and blocks[same] == self.blocks[same]:
            same += 1
        if same == len(blocks) == len(self.blocks):
            return
        self._previous = previous
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        self._cut(cursor, same)
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for index in range(same, len(blocks)):
            block = blocks[index]
            before = blocks[index - 1] if index else previous
            assert isinstance(block, (Paragraph, Rule))
            richtext.write(cursor, block, before, self._look, first=index == 0)
            self._starts.append(cursor.blockNumber())
            self.work += block.size
        cursor.endEditBlock()
        if not self.blocks:
            self.setTextCursor(QTextCursor(self.document()))
        self.blocks = blocks

    def places_of(self, block: QTextBlock) -> tuple[Places, int]:
        """Every one of our blocks is one of the document's."""
        number = block.blockNumber()
        shown = self.blocks[number] if number < len(self.blocks) else None
        return (shown.places, 0) if isinstance(shown, Paragraph) else ((), 0)

    def texts(self) -> Iterator[tuple[Places, int]]:
        for number, block in enumerate(self.blocks):
            if isinstance(block, Paragraph):
                yield block.places, self.document().findBlockByNumber(number).position()

    def fit(self, width: int) -> int:
        """Wrap at *width* pixels; return the height that takes."""
        if self.lineWrapColumnOrWidth() != width:
            self.setLineWrapColumnOrWidth(width)
        return ceil(self.document().size().height())

    def ideal_width(self, limit: int) -> int:
        """The width of the longest line when there are *limit* pixels."""
        self.fit(limit)
        return min(limit, ceil(self.document().idealWidth()))

    def restyle(self, look: Look) -> None:
        """Draw everything anew in *look*."""
        self._look = look
        richtext.prepare(self.document(), look)
        blocks, self.blocks = self.blocks, []
        self.set_blocks(blocks, self._previous)

    def _cut(self, cursor: QTextCursor, keep: int) -> None:
        if keep == len(self._starts):
            return
        if keep == 0:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.removeSelectedText()
        else:
            first = self.document().findBlockByNumber(self._starts[keep])
            cursor.setPosition(first.position() - 1)
            cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
            cursor.removeSelectedText()
        del self._starts[keep:]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        decoration.paint(painter, self.document(), self._look, event.rect())
        painter.end()
        super().paintEvent(event)
