"""The text of one message: a stack of pieces that grows at its end while a reply streams in."""

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QTimer, Signal
from PySide6.QtWidgets import QWidget

from chatapp.ui.chat.blocks import Block, Code, Table
from chatapp.ui.chat.code_piece import CodePiece
from chatapp.ui.chat.heat import Heat
from chatapp.ui.chat.pieces import ProsePiece, TextView
from chatapp.ui.chat.richtext import Look, space_before
from chatapp.ui.chat.selection import Selection
from chatapp.ui.chat.stream import MarkdownStream, plain_blocks
from chatapp.ui.chat.table_piece import FULL, TablePiece
from chatapp.ui.chat.token_layer import Tint

DRAW_MS = 40  # streamed text is drawn at most this often
PIECE_SIZE = 1200  # characters of prose in one document, about
FEED_SIZE = 4000  # characters of a stored message that are drawn in one go

AnyPiece = ProsePiece | CodePiece | TablePiece


class MessageBody(QWidget):
    """Shows Markdown (or, with *plain*, text as it stands), whole or as it arrives."""

    height_changed = Signal()
    link_clicked = Signal(str)
    menu_requested = Signal(QPoint, str)
    dragged = Signal(QPoint)
    token_pointed = Signal(object, QRect)  # as of `TextView`
    token_clicked = Signal(int)
    token_opened = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, plain: bool = False) -> None:
        super().__init__(parent)
        self._plain = plain
        self.tint = Tint()
        self._look = Look.current()
        self._stream = MarkdownStream()
        self._pieces: list[AnyPiece] = []
        self._fitted: dict[AnyPiece, tuple[int, int]] = {}  # width and height of pieces that are laid out
        self._starts: list[int] = []  # index of the first block of each piece
        self._settled = 0  # blocks up to here were finished when last drawn
        self._pending = ""  # arrived, not fed yet
        self._ended = True
        self._retired_work = 0
        self.selection = Selection(self, self.views)
        self.selection.dragged.connect(self.dragged)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.draw_pending)

    # -- text ----------------------------------------------------------------------------------------------------------

    def set_text(self, text: str, *, streaming: bool = False) -> None:
        """Show *text* instead of what is shown; with *streaming* more is to come by `append`."""
        self._clear()
        if self._plain:
            self._settled = 0
            self._draw(plain_blocks(text), finished=0)
            return
        self._pending = text
        self._ended = not streaming
        self._feed()
        if self._pending:
            self._timer.start(0)

    def append(self, text: str) -> None:
        """Add streamed *text*; it is drawn a moment later, with what else arrives until then."""
        self._pending += text
        self._ended = False
        if not self._timer.isActive():
            self._timer.start(DRAW_MS)

    def end(self) -> None:
        """The message is complete: draw all of it."""
        self._timer.stop()
        self._ended = True
        if len(self._pending) > FEED_SIZE:
            self._timer.start(0)
        else:
            self._feed()
            self.height_changed.emit()

    @property
    def is_settled(self) -> bool:
        """Whether all text that arrived is drawn."""
        return not self._timer.isActive()

    @property
    def work(self) -> int:
        """Characters parsed and drawn so far, for tests of the cost."""
        return self._stream.work + self._retired_work + sum(piece.work for piece in self._pieces)

    def draw_pending(self) -> None:
        """Draw (a part of) what has arrived since the last time."""
        self._feed()
        if not self._pending:
            self._timer.stop()
        self.height_changed.emit()

    def _feed(self) -> None:
        part, self._pending = self._pending[:FEED_SIZE], self._pending[FEED_SIZE:]
        self._stream.feed(part)
        if self._ended and not self._pending:
            self._stream.end()
        finished = self._stream.finished
        tail = [] if self._ended else self._stream.tail()
        self._draw(finished[self._first_open() :] + tail, finished=len(finished))

    def _clear(self) -> None:
        self._timer.stop()
        self._stream = MarkdownStream()
        self._settled = 0
        self._pending = ""
        self._remove_pieces(0)

    # -- drawing -------------------------------------------------------------------------------------------------------

    def _first_open(self) -> int:
        """Index of the first block of the piece that may still change."""
        for start in reversed(self._starts):
            if start <= self._settled:
                return start
        return 0

    def _draw(self, blocks: list[Block], *, finished: int) -> None:
        """Show *blocks* from the first open piece on; nothing before it is touched."""
        index = self._first_open()
        at = self._starts.index(index) if index in self._starts else 0
        previous = self._pieces[at - 1].blocks[-1] if at else None
        for group, count in _grouped(blocks):
            piece = self._piece_at(at, group[0])
            if isinstance(piece, TablePiece):
                before = self._pieces[at - 1] if at else None
                piece.lead = before if isinstance(before, TablePiece) else None
            if group != piece.blocks:
                self._fitted.pop(piece, None)
                piece.set_blocks(group, previous)
                if self.tint.heat is not None:
                    _view(piece).show_new_tokens()
            if at == len(self._starts):
                self._starts.append(index)
            self._starts[at] = index
            previous = group[-1]
            index += count
            at += 1
        self._remove_pieces(at)
        self._settled = finished

    def _piece_at(self, at: int, block: Block) -> AnyPiece:
        wanted = _piece_type(block)
        if at < len(self._pieces) and type(self._pieces[at]) is wanted:
            return self._pieces[at]
        self._remove_pieces(at)
        piece = wanted(self._look, self)
        view = _view(piece)
        view.tokens.tint = self.tint
        self.selection.add(view)
        view.menu_requested.connect(self.menu_requested)
        view.anchorClicked.connect(lambda url: self.link_clicked.emit(url.toString()))
        view.token_pointed.connect(self.token_pointed)
        view.token_clicked.connect(self.token_clicked)
        view.token_opened.connect(self.token_opened)
        self._pieces.append(piece)
        piece.show()
        return piece

    def _remove_pieces(self, keep: int) -> None:
        for piece in self._pieces[keep:]:
            self._fitted.pop(piece, None)
            self._retired_work += piece.work
            piece.hide()
            piece.deleteLater()
        del self._pieces[keep:]
        del self._starts[keep:]

    def restyle(self) -> None:
        """Draw everything anew in the theme's present colours and fonts."""
        self._look = Look.current()
        self._fitted.clear()
        for piece in self._pieces:
            piece.restyle(self._look)
            _view(piece).tokens.forget()
        if self.tint.heat is not None:
            self.show_tokens()

    # -- layout --------------------------------------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Lay the pieces out for *width* pixels; return the height."""
        y = 0
        previous: Block | None = None
        for piece in self._pieces:
            y += space_before(piece.blocks[0], previous, self._look)
            known = self._fitted.get(piece)
            height = known[1] if known and known[0] == width else piece.fit(width)
            self._fitted[piece] = (width, height)
            piece.setGeometry(0, y, width, height)
            y += height
            previous = piece.blocks[-1]
        return max(y, self._look.line)

    def ideal_width(self, limit: int) -> int:
        """The width of the longest line of plain text, at most *limit* pixels."""
        self._fitted.clear()
        widths = [piece.ideal_width(limit) for piece in self._pieces if isinstance(piece, ProsePiece)]
        return max(widths, default=self._look.em)

    # -- its texts -----------------------------------------------------------------------------------------------------

    def views(self) -> list[TextView]:
        """The text views in reading order."""
        return [_view(piece) for piece in self._pieces]

    def set_heat(self, heat: Heat | None) -> None:
        """Show the tokens of *heat*, None for none."""
        if heat is not self.tint.heat:
            self.tint.heat = heat
            self.show_tokens()

    def show_tokens(self) -> None:
        """Draw the tokens as they are now."""
        for view in self.views():
            view.show_tokens()

    def show_colors(self) -> None:
        """Draw the same tokens in other colours."""
        for view in self.views():
            view.viewport().update()

    def show_marks(self) -> None:
        """Outline the tokens that are marked now."""
        for view in self.views():
            view.show_marks()

    def area_of(self, place: int) -> QRect | None:
        """Where the line is drawn, in this widget, that has the character at *place* of the message's text."""
        for view in self.views():
            area = view.area_of(place)
            if area is not None:
                return QRect(view.viewport().mapTo(self, area.topLeft()), area.size())
        return None

    def place_at(self, where: QPoint) -> int | None:
        """The place in the message's text of what is shown at the global point *where*."""
        for view in self.views():
            if view.viewport().rect().contains(view.viewport().mapFromGlobal(where)):
                return view.place_at(where)
        return None

    def focusables(self) -> Iterator[QWidget]:
        """What the keyboard can reach, in reading order."""
        for piece in self._pieces:
            if isinstance(piece, CodePiece):
                yield piece.copy_button
                yield piece.view
            else:
                yield piece


def _view(piece: AnyPiece) -> TextView:
    return piece.view if isinstance(piece, CodePiece) else piece


def _piece_type(block: Block) -> type[ProsePiece] | type[CodePiece] | type[TablePiece]:
    if isinstance(block, Code):
        return CodePiece
    return TablePiece if isinstance(block, Table) else ProsePiece


def _grouped(blocks: list[Block]) -> Iterator[tuple[list[Block], int]]:
    """What each piece shows, and how many of *blocks* end with it; prose begins a new piece when the last is full."""
    group: list[Block] = []
    size = 0
    for block in blocks:
        is_prose = _piece_type(block) is ProsePiece
        if group and (not is_prose or size >= PIECE_SIZE):
            yield group, len(group)
            group, size = [], 0
        if is_prose:
            group.append(block)
            size += block.size
        elif isinstance(block, Table):
            parts = block.parts(FULL)
            for part in parts:
                yield [part], int(part is parts[-1])
        else:
            yield [block], 1
    if group:
        yield group, len(group)
