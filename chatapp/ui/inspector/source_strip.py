"""`SourceStrip`: the whole context as tokens under their messages, each as strong as it was looked at.

Nothing but the lines in view is coloured or drawn; places are found in slices between frames, and only once for a
context: another token, another head or another threshold repaints what is there.
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from chatapp.core.attention_light import Light
from chatapp.core.context_sections import Section, buffer_of, sections_of
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.attention_words import weight_text
from chatapp.ui.inspector.strip_layout import StripLayout
from chatapp.ui.inspector.strip_painter import Marks, StripPainter

_FRAME = 16  # ms
_SLICE = 0.005  # seconds of layout in a frame
_CELLS = 64
MARGIN = 8  # pixels


@dataclass(slots=True)
class _Part:
    section: Section
    layout: StripLayout
    top: int = 0


class SourceStrip(QAbstractScrollArea):
    """Signals:

    pointed(int | None)  the position under the pointer, or that the keys led to
    chosen(int)          a position was clicked, or Enter pressed on it
    """

    pointed = Signal(object)
    chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attentionSources")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.painted = 0  # boxes, by the last paint
        self._painter = StripPainter()
        self._ids = self._owners = np.zeros(0, np.int32)
        self._piece: Callable[[int], bytes] = lambda _token: b""
        self._titles: Sequence[str] = ()
        self._shares: Sequence[float] = ()
        self._template = False
        self._parts: list[_Part] = []
        self._waiting: list[Section] = []  # not cut into tokens yet
        self._light: Light | None = None
        self._selected: int | None = None
        self._cursor: int | None = None
        self._reveal: int | None = None
        self._frame = QTimer(self, singleShot=True, interval=_FRAME)
        self._frame.timeout.connect(self._work)
        theme.notifier.changed.connect(self._renew)

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def is_laid_out(self) -> bool:
        """Whether every token has its place."""
        return not self._waiting and all(part.layout.is_done for part in self._parts)

    def show_context(
        self, ids: NDArray[np.int32], owners: NDArray[np.int32], piece: Callable[[int], bytes], *, template: bool
    ) -> None:
        """Show other tokens, with the *template*'s own or without."""
        self._ids, self._owners, self._piece, self._template = ids, owners, piece, template
        self._cursor = None
        self._lay_out()

    def set_titles(self, titles: Sequence[str], shares: Sequence[float]) -> None:
        """What stands over the messages, by owner, and how much of the attention each got (nan: not said)."""
        self._titles, self._shares = titles, shares
        self.viewport().update()

    def show_row(self, light: Light | None, selected: int) -> None:
        """Colour by *light*, None for not at all; *selected* is the token whose sources these are."""
        self._light = light
        if selected != self._selected:
            self._selected = selected
            self.reveal(selected)
        self.viewport().update()

    def point_out(self, position: int | None) -> None:
        """Frame *position*, and bring it into view."""
        self._cursor = position
        if position is not None:
            self.reveal(position)
        self.viewport().update()

    def reveal(self, position: int) -> None:
        """Scroll to *position* as soon as it has a place."""
        self._reveal = position
        place = self._place_of(position)
        if place is None:
            return
        part, line = place
        if self.is_laid_out:
            self._reveal = None
        top = part.top + self._head + line * self._painter.line_height
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if top - self._head < bar.value():
            bar.setValue(top - self._head - MARGIN)
        elif top + self._painter.line_height > bar.value() + height - MARGIN:
            bar.setValue(top + self._painter.line_height + MARGIN - height)

    def describe(self, sentence: str) -> None:
        """Say *sentence* of what is pointed at to a screen reader."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def rect_of(self, position: int) -> QRectF:
        """Where *position* is drawn, in the viewport; empty where it is not."""
        place = self._place_of(position)
        if place is None:
            return QRectF()
        part, line = place
        box = part.layout.boxes[part.layout.box_of(position - part.section.start) or 0]
        y = part.top + self._head + line * self._painter.line_height - self.verticalScrollBar().value()
        return QRectF(MARGIN + box.x, y, box.width, self._painter.line_height)

    # -- laying out ----------------------------------------------------------------------------------------------------

    @property
    def _head(self) -> int:
        return self._painter.line_height

    def _room(self) -> int:
        return self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width() - 2 * MARGIN

    def _lay_out(self) -> None:
        self._parts, self._waiting = [], sections_of(self._owners)
        self._work()

    def _part(self, section: Section) -> _Part:
        own = self._owners[section.start : section.end]
        buffer = buffer_of(self._ids[section.start : section.end], self._piece)
        wanted = None if self._template or section.owner < 0 else (own >= 0).tolist().__getitem__
        return _Part(section, StripLayout(buffer, self._room(), self._painter.advance, (), wanted))

    def _work(self) -> None:
        if not self.isVisible():
            return  # showEvent goes on
        until = time.perf_counter() + _SLICE
        while not self.is_laid_out and time.perf_counter() < until:
            if self._parts and not self._parts[-1].layout.is_done:
                self._parts[-1].layout.extend(_CELLS)
            else:
                self._parts.append(self._part(self._waiting.pop(0)))
        top = 0
        for part in self._parts:
            part.top = top
            top += self._head + len(part.layout.lines) * self._painter.line_height + MARGIN // 2
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._painter.line_height)
        bar.setRange(0, max(0, top + MARGIN - self.viewport().height()))
        if not self.is_laid_out:
            self._frame.start()
        if self._reveal is not None:
            self.reveal(self._reveal)
        self.viewport().update()

    def _renew(self) -> None:
        self._painter.renew()
        self._lay_out()

    def _part_of(self, position: int) -> _Part | None:
        at = bisect_right(self._parts, position, key=lambda part: part.section.start) - 1
        return self._parts[at] if at >= 0 and position < self._parts[at].section.end else None

    def _place_of(self, position: int) -> tuple[_Part, int] | None:
        """The part and the line of a position, of the nearest one before it when it is not shown."""
        part = self._part_of(position)
        if part is None or not part.layout.boxes:
            return None
        box = part.layout.box_of(position - part.section.start) or 0
        return part, part.layout.boxes[box].line

    # -- drawing -------------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), theme.colors().surface)
        height, scrolled = self._painter.line_height, self.verticalScrollBar().value()
        bottom = scrolled + self.viewport().height()
        self.painted = 0
        for part in self._parts:
            lines = len(part.layout.lines)
            if part.top > bottom or part.top + self._head + lines * height < scrolled:
                continue
            painter.resetTransform()
            painter.translate(MARGIN, part.top - scrolled)
            self._paint_head(painter, part)
            painter.translate(0, self._head)
            first = max(0, (scrolled - part.top - self._head) // height)
            last = min(lines, (bottom - part.top - self._head) // height + 1)
            self._shade(part, range(first, last))
            marks = self._marks(part)
            self.painted += self._painter.paint(painter, part.layout, range(first, last), scales.ATTENTION, 1, marks)
        painter.resetTransform()
        if self.hasFocus():
            painter.setPen(QPen(theme.colors().accent, 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def _marks(self, part: _Part) -> Marks:
        start = part.section.start
        last = len(self._light.row) - 1 if self._light is not None else -1

        def local(position: int | None) -> int | None:
            return None if position is None else position - start

        lit = self._light.found if self._light is not None and self._cursor is None else ()
        found = {position - start for position in lit}
        return Marks(local(self._selected), local(self._cursor), found, lambda at: at + start > last, self.hasFocus())

    def _shade(self, part: _Part, lines: range) -> None:
        boxes = [part.layout.boxes[index] for line in lines for index in part.layout.in_line(line)]
        if self._light is None:
            for box in boxes:
                box.shade = 0
        if self._light is None or not boxes:
            return
        start = part.section.start
        starts = start + np.array([box.start for box in boxes])
        ends = start + np.array([box.end for box in boxes])
        for box, shade in zip(boxes, scales.shades(self._light.levels(starts, ends)), strict=True):
            box.shade = shade

    def _paint_head(self, painter: QPainter, part: _Part) -> None:
        colors, owner = theme.colors(), part.section.owner
        title = self._titles[owner] if 0 <= owner < len(self._titles) else ""
        share = self._shares[owner] if 0 <= owner < len(self._shares) else float("nan")
        painter.setFont(theme.font(0.85, bold=True))
        metrics = QFontMetricsF(painter.font())
        width = self.viewport().width() - 2 * MARGIN
        area = QRectF(0, 0, width, self._head)
        painter.setPen(colors.muted)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        text = "" if np.isnan(share) else weight_text(share)
        painter.setFont(theme.font(0.85))
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        left, right = metrics.horizontalAdvance(title) + 10, width - metrics.horizontalAdvance(text) - 10
        if right > left:
            painter.setPen(QPen(colors.border, 1))
            painter.drawLine(QPointF(left, self._head / 2 + 0.5), QPointF(right, self._head / 2 + 0.5))

    # -- events --------------------------------------------------------------------------------------------------------

    def position_at(self, point: QPointF) -> int | None:
        """The token drawn at a point of the viewport."""
        y = point.y() + self.verticalScrollBar().value()
        at = bisect_right(self._parts, y, key=lambda part: part.top) - 1
        if at < 0:
            return None
        part = self._parts[at]
        line = int((y - part.top - self._head) // self._painter.line_height)
        found = part.layout.at(line, point.x() - MARGIN)
        return None if found is None else part.section.start + part.layout.boxes[found].start

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self.position_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self.position_at(event.position())
        if event.button() is Qt.MouseButton.LeftButton and position is not None:
            self.chosen.emit(position)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point(None)
        return super().viewportEvent(event)

    def _point(self, position: int | None) -> None:
        if position != self._cursor:
            self._cursor = position
            self.viewport().update()
            self.pointed.emit(position)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cursor is not None:
            self.chosen.emit(self._cursor)
            return
        position = self._led_to(event.key())
        if position is None:
            super().keyPressEvent(event)
            return
        self._point(position)
        self.reveal(position)

    def _led_to(self, key: int) -> int | None:
        """Where an arrow key leads to from what is pointed at, or from the selected token."""
        at = self._cursor if self._cursor is not None else self._selected
        place = self._place_of(at) if at is not None else None
        if at is None or place is None:
            return None
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            return self._beside(place[0], at, 1 if key == Qt.Key.Key_Right else -1)
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            by = self._painter.line_height * (1 if key == Qt.Key.Key_Down else -1)
            goal = self.rect_of(at).center() + QPointF(0, by)
            return self._nearest(goal, by)
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._ids) - 1}
        return ends.get(Qt.Key(key))

    def _beside(self, part: _Part, position: int, by: int) -> int:
        index = self._parts.index(part)
        box = (part.layout.box_of(position - part.section.start) or 0) + by
        while not 0 <= box < len(part.layout.boxes):
            index += by
            if not 0 <= index < len(self._parts):
                return position
            part = self._parts[index]
            box = 0 if by > 0 else len(part.layout.boxes) - 1
        return part.section.start + part.layout.boxes[box].start

    def _nearest(self, goal: QPointF, by: int) -> int | None:
        """The token at *goal*, further on where that is a heading."""
        height = self.verticalScrollBar().maximum() + self.viewport().height()
        while -2 * abs(by) < goal.y() + self.verticalScrollBar().value() < height + abs(by):
            y = goal.y() + self.verticalScrollBar().value()
            at = bisect_right(self._parts, y, key=lambda part: part.top) - 1
            if at < 0:
                return None
            part = self._parts[at]
            line = int((y - part.top - self._head) // self._painter.line_height)
            found = part.layout.nearest(line, goal.x() - MARGIN) if y >= part.top + self._head else None
            if found is not None:
                return part.section.start + part.layout.boxes[found].start
            goal += QPointF(0, by)
        return None

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._parts and self._room() != self._parts[0].layout.width:
            self._reveal = self._selected
            self._lay_out()
        else:
            self._work()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._work()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frame.stop()
