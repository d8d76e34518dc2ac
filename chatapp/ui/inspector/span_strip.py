"""`SpanStrip`: the context as tokens, of which a run can be marked with the mouse or Shift and the arrows."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from chatapp.ui import theme
from chatapp.ui.inspector.source_strip import MARGIN, SourceStrip

Span = tuple[int, int]  # positions from start to end, exclusive


class SpanStrip(SourceStrip):
    """Signals:

    marked(int, int)  the positions from start to end, exclusive, while they are chosen; the same twice: none
    """

    marked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._span: Span | None = None
        self._anchor: int | None = None
        self._moved = False

    def show_span(self, span: Span | None) -> None:
        """Cross out the positions of *span*."""
        if span != self._span:
            self._span = span
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._span is None:
            return
        painter, (start, end) = QPainter(self.viewport()), self._span
        ground = theme.mix(theme.colors().surface, theme.colors().border, 0.3)
        ground.setAlpha(150)
        for box in self._boxes_in_view(start, end):
            painter.fillRect(box, ground)
            painter.setPen(QPen(theme.colors().error, 1.5))
            painter.drawLine(QPointF(box.left(), box.center().y()), QPointF(box.right() + 1, box.center().y()))
        painter.end()

    def _boxes_in_view(self, start: int, end: int) -> Iterator[QRectF]:
        """Where the tokens from *start* to *end* are drawn, those that can be seen."""
        height, scrolled = self._painter.line_height, self.verticalScrollBar().value()
        for part in self._parts:
            top, layout = part.top + self._head - scrolled, part.layout
            low, high = start - part.section.start, end - part.section.start
            for line in range(
                max(0, -top // height), min(len(layout.lines), (self.viewport().height() - top) // height + 1)
            ):
                for box in (layout.boxes[index] for index in layout.in_line(line)):
                    if box.start < high and box.end > low:
                        yield QRectF(MARGIN + box.x, top + line * height + 2, box.width - 1, height - 4)

    def _end_of(self, position: int) -> int:
        """Where the box of *position* ends: a character can have several tokens."""
        part = self._part_of(position)
        at = None if part is None else part.layout.box_of(position - part.section.start)
        if part is None or at is None:
            return position + 1
        return max(position + 1, part.section.start + part.layout.boxes[at].end)

    # -- events --------------------------------------------------------------------------------------------------------

    def _mark(self, one: int, other: int) -> None:
        self.marked.emit(min(one, other), self._end_of(max(one, other)))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self.position_at(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or position is None:
            return
        inside = self._span is not None and self._span[0] <= position < self._span[1]
        self._anchor, self._moved = position, False
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._span is not None:
            self._anchor = self._span[0]
            self._mark(self._anchor, position)
        elif inside:
            self.marked.emit(position, position)
        else:
            self._mark(position, position)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        position = self.position_at(event.position())
        if self._anchor is None or position is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if position != self._anchor or self._moved:
            self._moved = True
            self._mark(self._anchor, position)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        del event
        self._anchor = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        extends = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        before = self._cursor
        if extends and self._anchor is None:
            self._anchor = before
        super().keyPressEvent(event)
        if not extends:
            self._anchor = None
        elif self._cursor is not None:
            if self._anchor is None:
                self._anchor = self._cursor
            self._mark(self._anchor, self._cursor)
