"""Draws tokens behind and around the text of one view, and finds the token under the mouse.

Nothing in the document changes, so neither does its layout: a paragraph's boxes are worked out when it is painted and
kept until its text, its width or its tokens are others.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QTextBlock, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit

from chatapp.ui import theme
from chatapp.ui.chat.heat import NONE, Heat
from chatapp.ui.chat.places import Place, Places
from chatapp.ui.chat.text_lines import TextLines

if TYPE_CHECKING:
    from chatapp.ui.chat.pieces import TextView

_GAP = 0.5  # pixels left free at both sides of a token
_SEARCH = 60  # text blocks that are gone through one by one
_RADIUS = 2.5


@dataclass(slots=True)
class Tint:
    """What all views of one text share: the tokens of its message, and where in the message the text begins."""

    heat: Heat | None = None
    base: int = 0


@dataclass(slots=True)
class _Boxes:
    """Of one text block, relative to its layout; the grounds, in the colours of *version*, by level."""

    key: tuple[object, ...]
    boxes: list[tuple[QRectF, int]]
    bottoms: list[float]  # of the boxes; those of a line have the same
    of_cell: dict[int, list[QRectF]]
    version: int = -1
    grounds: dict[int, list[QRectF]] = field(default_factory=dict)


class TokenLayer:
    """Of one view; *tint* may become another at any time."""

    def __init__(self, view: "TextView", tint: Tint) -> None:
        self._view = view
        self.tint = tint
        self._known: dict[int, _Boxes] = {}
        self._open: int | None = None  # the first text block that had not all its tokens when it was worked out
        self._inked = False
        self._marked: tuple[int | None, int | None] = (None, None)

    # -- drawing -------------------------------------------------------------------------------------------------------

    def paint_grounds(self, painter: QPainter, visible: QRectF) -> None:
        """Paint the colours of the tokens in *visible*, which is in the document's coordinates."""
        heat = self.tint.heat
        if heat is None or not heat.style.colored:
            return
        palette = heat.palette()
        painter.setPen(Qt.PenStyle.NoPen)
        for block, origin in self._blocks(visible):
            painter.translate(origin)
            for level, rects in self._grounds(self._boxes(block, heat), heat, visible.translated(-origin)).items():
                painter.setBrush(palette[level])
                painter.drawRects(rects)
            painter.translate(-origin)

    def paint_marks(self, painter: QPainter, visible: QRectF) -> None:
        """Outline the selected token, and the one that is pointed at."""
        heat = self.tint.heat
        if heat is None:
            return
        selected, hovered = heat.marked()
        colors = theme.colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for cell, pen in ((hovered, QPen(colors.text, 1.2)), (selected, QPen(colors.accent, 2.0))):
            if cell is not None:
                painter.setPen(pen)
                for rect in self.rects_of(cell, visible):
                    painter.drawRoundedRect(rect, _RADIUS, _RADIUS)

    def changed_marks(self, visible: QRectF) -> list[QRectF]:
        """What of *visible* to paint anew because other tokens are marked than the last time this was asked."""
        before, self._marked = self._marked, self.tint.heat.marked() if self.tint.heat is not None else (None, None)
        cells = {cell for pair in zip(before, self._marked, strict=True) if pair[0] != pair[1] for cell in pair}
        return [rect for cell in cells if cell is not None for rect in self.rects_of(cell, visible)]

    def ink(self) -> None:
        """Draw what has a colour of its own, as links do, in the one that can be read on every ground; or no longer."""
        selections = list(self._faint()) if self._view.is_colored else []
        if selections or self._inked:
            self._view.setExtraSelections(selections)
        self._inked = bool(selections)

    def _faint(self) -> Iterator[QTextEdit.ExtraSelection]:
        document, color = self._view.document(), theme.colors().text
        style = QTextCharFormat()
        style.setForeground(color)
        block = document.begin()
        while block.isValid():
            at = block.begin()
            while not at.atEnd():
                fragment = at.fragment()
                if fragment.charFormat().foreground().color() != color:
                    cursor = QTextCursor(document)
                    cursor.setPosition(fragment.position())
                    cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
                    made = QTextEdit.ExtraSelection()
                    made.cursor, made.format = cursor, style
                    yield made
                at += 1
            block = block.next()

    def open_from(self) -> float:
        """From where on the tokens of a text that grows may look otherwise now, in the document's coordinates."""
        document = self._view.document()
        last = document.lastBlock()
        block = last if self._open is None else document.findBlockByNumber(min(self._open, last.blockNumber()))
        self._open = None
        return document.documentLayout().blockBoundingRect(block).top()

    # -- finding -------------------------------------------------------------------------------------------------------

    def cell_at(self, point: QPointF) -> int | None:
        """The cell at *point* of the document."""
        heat = self.tint.heat
        if heat is None:
            return None
        for block, origin in self._blocks(QRectF(point, point)):
            for rect, cell in self._boxes(block, heat).boxes:
                if rect.adjusted(-_GAP, -2, _GAP, 2).contains(point - origin):
                    return cell
        return None

    def rects_of(self, cell: int, visible: QRectF) -> list[QRectF]:
        """Where *cell* stands in *visible*, one rectangle for every line it is in."""
        heat = self.tint.heat
        if heat is None:
            return []
        return [
            rect.translated(origin)
            for block, origin in self._blocks(visible)
            for rect in self._boxes(block, heat).of_cell.get(cell, ())
        ]

    def place_at(self, point: QPointF) -> int | None:
        """The place in the message's text of the character at *point* of the document."""
        layout = self._view.document().documentLayout()
        position = layout.hitTest(point, Qt.HitTestAccuracy.FuzzyHit)
        if position < 0:
            return None
        block = self._view.document().findBlock(position)
        places, offset = self._view.places_of(block)
        at = position - block.position()
        left = point.x() - layout.blockBoundingRect(block).left()
        at = offset + TextLines(block).character_at(at, left)  # a hit is the nearest gap between two characters
        near = [place for place in places if place.at <= at]
        if not near:
            return None
        place = near[-1]
        inside = min(at - place.at, place.length - 1) if place.length == place.span else 0
        return self.tint.base + place.source + inside

    def position_of(self, place: int) -> int | None:
        """The position in the document of the character at *place* of the message's text, or of the next one shown."""
        place -= self.tint.base
        for places, start in self._view.texts():
            for found in places:
                if found.source + found.span > place:
                    inside = max(0, place - found.source) if found.length == found.span else 0
                    return start + found.at + inside
        return None

    def forget(self) -> None:
        """Fonts are others: work everything out anew."""
        self._known.clear()

    # -- boxes ---------------------------------------------------------------------------------------------------------

    def _blocks(self, visible: QRectF) -> Iterator[tuple[QTextBlock, QPointF]]:
        """The text blocks in *visible*, and where the layout of each stands in the document."""
        document = self._view.document()
        layout = document.documentLayout()
        block = document.begin()
        if document.blockCount() > _SEARCH:
            top = layout.hitTest(QPointF(0, visible.top()), Qt.HitTestAccuracy.FuzzyHit)
            block = document.findBlock(max(0, top))
        while block.isValid():
            area = layout.blockBoundingRect(block)
            if area.top() > visible.bottom():
                return
            if area.bottom() >= visible.top():
                yield block, area.topLeft()
            block = block.next()

    def _boxes(self, block: QTextBlock, heat: Heat) -> _Boxes:
        number = block.blockNumber()
        known = self._known.get(number)
        places = _part(*self._view.places_of(block), block.length() - 1)
        layout = block.layout()
        line = layout.lineAt(0) if layout.lineCount() else None
        shape = (layout.lineCount(), line.width(), line.naturalTextWidth()) if line is not None else ()
        tokens = -1 if places and heat.covers(self.tint.base + places[-1].source + places[-1].span) else heat.count
        key = (heat, self.tint.base, places, shape, tokens)
        if known is None or known.key != key:
            boxes = list(self._work_out(block, heat, places))
            of_cell: dict[int, list[QRectF]] = {}
            for rect, cell in boxes:
                of_cell.setdefault(cell, []).append(rect)
            known = self._known[number] = _Boxes(key, boxes, [rect.bottom() for rect, _cell in boxes], of_cell)
            if tokens >= 0:
                self._open = number if self._open is None else min(self._open, number)
        return known

    def _grounds(self, known: _Boxes, heat: Heat, visible: QRectF) -> dict[int, list[QRectF]]:
        """The boxes by their colours: all of them where these stay, those in view where they change all the time."""
        if known.version == heat.version:
            return known.grounds
        boxes = known.boxes
        if heat.version:
            low = bisect_left(known.bottoms, visible.top())
            boxes = known.boxes[low : bisect_right(known.boxes, visible.bottom(), low, key=lambda box: box[0].top())]
        grounds: dict[int, list[QRectF]] = {}
        for rect, cell in boxes:
            grounds.setdefault(heat.level(cell), []).append(rect)
        grounds.pop(NONE, None)
        grounds.pop(0, None)
        if not heat.version:
            known.version, known.grounds = heat.version, grounds
        return grounds

    def _work_out(self, block: QTextBlock, heat: Heat, places: Places) -> Iterator[tuple[QRectF, int]]:
        lines = TextLines(block)
        for place in places:
            source = self.tint.base + place.source
            if place.length != place.span:
                for cell, _start, _stop in heat.cells_between(source, source + 1):
                    for rect in _rects(lines, place.at, place.at + place.length):
                        yield rect, cell
                continue
            shift = place.at - source
            for cell, start, stop in heat.cells_between(source, source + place.span):
                for rect in _rects(lines, start + shift, stop + shift):
                    yield rect, cell


def _rects(lines: TextLines, start: int, end: int) -> Iterator[QRectF]:
    for box in lines.boxes(start, end):
        if box.width() > 2 * _GAP:
            yield box.adjusted(_GAP, -1, -_GAP, 1)


def _part(places: Places, offset: int, length: int) -> Places:
    """What of *places* lies in the *length* units from *offset* on, counted from there."""
    found = []
    for place in places[max(0, bisect_right(places, offset, key=lambda p: p.at) - 1) :]:
        low, high = max(place.at, offset), min(place.at + place.length, offset + length)
        if place.at >= offset + length:
            break
        if low < high and place.length == place.span:
            found.append(Place(low - offset, high - low, place.source + low - place.at, high - low))
        elif low < high:
            found.append(Place(low - offset, high - low, place.source, place.span))
    return tuple(found)
