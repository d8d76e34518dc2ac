"""`TokenStrip`: a message as its tokens, each on the colour of its number, however long the message is.

No widget for a token and no work for those that are not seen: new tokens are laid out once a frame, from the first one
that changed, in slices short enough for the window to stay alive, and only the lines in view are drawn.
"""

import time
from collections.abc import Callable, Iterable
from copy import copy
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QCursor,
    QFocusEvent,
    QGuiApplication,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from chatapp.core.measure import RANK_BOUNDS, Measure
from chatapp.core.token_measures import group_values, levels
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.ui import theme
from chatapp.ui.inspector import scales
from chatapp.ui.inspector.strip_layout import StripLayout
from chatapp.ui.inspector.strip_painter import Marks, StripPainter
from chatapp.ui.inspector.strip_walk import Walk

_FRAME = 16  # ms
_SLICE = 0.005  # seconds of layout in a frame
_CELLS = 64  # laid out before the clock is looked at again
_MARGIN = 8  # pixels


class TokenStrip(QAbstractScrollArea):
    """Signals:

    pointed(int | None)  the token under the pointer
    chosen(int)          a token was clicked or walked to
    regrouped()          a group was opened or closed
    """

    pointed = Signal(object)
    chosen = Signal(int)
    regrouped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("tokenStrip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.follow = False  # the end, as long as it is in view
        self.painted = 0  # boxes, by the last paint
        self._measure = Measure.SURPRISAL
        self._bounds: tuple[int, ...] = RANK_BOUNDS
        self._painter = StripPainter()
        self._marks = Marks()
        self._opened: set[int] = set()
        self._wanted: Callable[[int], bool] | None = None
        self._trace = TraceBuffer()
        self._layout = self._new_layout()
        self._next: StripLayout | None = None  # for another width, while it is made
        self._anchor: int | None = None  # the token to bring into view when the layout is done
        self._walk = Walk()
        self._frame = QTimer(self, singleShot=True, interval=_FRAME)
        self._frame.timeout.connect(self._work)
        theme.notifier.changed.connect(self._renew)

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def layout_now(self) -> StripLayout:
        """The boxes as they are drawn."""
        return self._layout

    @property
    def is_laid_out(self) -> bool:
        """Whether every token has its place."""
        return self._next is None and self._layout.is_done

    def show_trace(
        self,
        trace: TraceBuffer,
        wanted: Callable[[int], bool] | None = None,
        dim: Callable[[int], bool] | None = None,
    ) -> None:
        """Show another *trace*: the tokens that are *wanted*, the *dim* ones without colour."""
        self._trace, self._wanted = trace, wanted
        self._marks = Marks(dim=dim, focus=self.hasFocus())
        self._opened = set()
        self._anchor = self._next = None
        self._walk.forget()
        self._layout = self._new_layout()
        self.verticalScrollBar().setValue(0)
        self._work()

    def grow(self, first: int) -> None:
        """Cells from *first* on are new or changed; they are shown with the next frame."""
        for layout in self._layouts():
            layout.cut(first)
        if self.isVisible():
            self._start()

    def set_measure(self, measure: Measure, bounds: Iterable[int] = RANK_BOUNDS) -> None:
        """Colour by *measure*."""
        self._measure, self._bounds = measure, tuple(bounds)
        for layout in self._layouts():
            self._shade(layout, 0)
        self.viewport().update()

    def mark(self, *, selected: int | None, hovered: int | None) -> None:
        """The tokens that are selected and pointed at; the selected one is brought into view when it is another."""
        before = self._marks.selected
        self._marks.selected, self._marks.hovered = selected, hovered
        if selected is not None and selected != before:
            self.show_token(selected)
        self.viewport().update()

    def set_found(self, tokens: Iterable[int]) -> None:
        """Point out what a search found."""
        self._marks.found = frozenset(tokens)
        self.viewport().update()

    def show_token(self, token: int) -> None:
        """Scroll to *token*, as soon as it has a place."""
        if not self.is_laid_out:
            self._anchor = token
        found = self._layout.box_of(token)
        if found is not None and self._layout.boxes[found].end > token:
            self._reveal(self._layout.boxes[found].line)

    def describe(self, sentence: str) -> None:
        """Say *sentence* of the selected token to a screen reader."""
        if sentence != self.accessibleDescription():
            self.setAccessibleDescription(sentence)
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    def group_at(self, token: int) -> tuple[int, int]:
        """The tokens that are shown in one box with *token*, as (start, end)."""
        found = self._layout.box_of(token)
        if found is None:
            return token, token + 1
        box = self._layout.boxes[found]
        return (box.start, box.end) if box.start <= token < box.end else (token, token + 1)

    def toggle_group(self, token: int) -> bool:
        """Open the character that *token* is a part of into its tokens, or close it; whether there was one."""
        cell_index = self._trace.cell_of(token)
        if not self._trace.cells or self._trace.cells[cell_index].end == self._trace.cells[cell_index].start + 1:
            return False
        self._opened ^= {self._trace.cells[cell_index].start}
        for layout in self._layouts():
            layout.cut(cell_index)
        self._work()
        self.regrouped.emit()
        return True

    # -- laying out ----------------------------------------------------------------------------------------------------

    def _layouts(self) -> list[StripLayout]:
        return [self._layout] if self._next is None else [self._layout, self._next]

    def _new_layout(self) -> StripLayout:
        return StripLayout(self._trace, self._room(), self._painter.advance, self._opened, self._wanted)

    def _room(self) -> int:
        """The width of a line; the same with and without a scroll bar."""
        return self.maximumViewportSize().width() - self.verticalScrollBar().sizeHint().width() - 2 * _MARGIN

    def _start(self) -> None:
        if not self._frame.isActive():
            self._frame.start()

    def _work(self) -> None:
        """Lay out for a slice of time; the rest comes with the next frames."""
        if not self.isVisible():
            return  # showEvent goes on
        first = len(self._layout.boxes)
        until = time.perf_counter() + _SLICE
        for layout in self._layouts():
            while not layout.is_done:
                changed = layout.extend(_CELLS)
                self._shade(layout, changed)
                if layout is self._layout:
                    first = min(first, changed)
                if time.perf_counter() > until:
                    break
        if self._next is not None and self._next.is_done:
            self._layout, self._next = self._next, None
            first = 0
        self._resize_bar()
        if not all(layout.is_done for layout in self._layouts()):
            self._start()
        elif self._anchor is not None:
            token, self._anchor = self._anchor, None
            self.show_token(token)
        self._update_from(first)

    def _shade(self, layout: StripLayout, first: int) -> None:
        boxes = layout.boxes[first:]
        if not boxes:
            return
        strengths = self._levels([b.start for b in boxes], [b.end for b in boxes]) * (scales.STEPS - 1)
        steps = np.where(np.isnan(strengths), -1, np.rint(strengths)).astype(int).tolist()
        for box, step in zip(boxes, steps, strict=True):
            box.shade = step

    def _levels(self, starts: list[int], ends: list[int]) -> NDArray[np.float64]:
        """How much colour the tokens from each of *starts* to its end get, 0 to 1, nan for none."""
        return levels(group_values(self._trace, self._measure, starts, ends), self._measure, self._bounds)

    def _resize_bar(self) -> None:
        height = len(self._layout.lines) * self._painter.line_height + 2 * _MARGIN
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._painter.line_height)
        bar.setRange(0, max(0, height - self.viewport().height()))
        if self.follow and at_end:
            bar.setValue(bar.maximum())

    def _update_from(self, box: int) -> None:
        """Draw from the line of *box* on."""
        line = self._layout.boxes[box].line if box < len(self._layout.boxes) else len(self._layout.lines) - 1
        top = max(0, self._top(line))
        self.viewport().update(QRect(0, top, self.viewport().width(), self.viewport().height()))

    def _renew(self) -> None:
        self._painter.renew()
        self._relayout()

    def _relayout(self) -> None:
        """Make the boxes anew for another width or font, and keep what is in view there."""
        if not self._trace.cells:
            self._layout, self._next = self._new_layout(), None
            self.viewport().update()
            return
        line = max(0, self.verticalScrollBar().value() - _MARGIN) // self._painter.line_height
        seen = self._layout.in_line(line)
        at_end = self.verticalScrollBar().value() >= self.verticalScrollBar().maximum()
        if seen and line > 0 and not (self.follow and at_end) and self._anchor is None:
            self._anchor = self._layout.boxes[seen.start].start
        fresh = self._new_layout()
        if self._layout.is_done and self._layout.boxes:
            self._next = fresh
        else:
            self._layout, self._next = fresh, None
        self._work()

    # -- drawing -------------------------------------------------------------------------------------------------------

    def _top(self, line: int) -> int:
        return line * self._painter.line_height + _MARGIN - self.verticalScrollBar().value()

    def paintEvent(self, event: QPaintEvent) -> None:
        area = event.rect()
        painter = QPainter(self.viewport())
        painter.fillRect(area, theme.colors().surface)
        offset = _MARGIN - self.verticalScrollBar().value()
        height = self._painter.line_height
        first = max(0, (area.top() - offset) // height)
        last = min(len(self._layout.lines), (area.bottom() - offset) // height + 1)
        painter.translate(_MARGIN, offset)
        self.painted = self._painter.paint(
            painter, self._layout, range(first, last), self._measure, len(self._bounds), self._marks
        )
        painter.resetTransform()
        if self.hasFocus():
            painter.setPen(QPen(theme.colors().accent, 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
        painter.end()

    def content(self) -> tuple[QSize, Callable[[QPainter], None]]:
        """All of it as it is shown, its size and what draws it, on any thread."""
        while not self._layout.is_done:
            self._shade(self._layout, self._layout.extend(_CELLS))
        layout, own = copy(self._layout), StripPainter()  # shapes that are kept belong to one thread
        layout.boxes, layout.lines = list(layout.boxes), list(layout.lines)
        shades = [box.shade for box in layout.boxes]  # the boxes are shared, and get others with another measure
        marks, measure, buckets = copy(self._marks), self._measure, len(self._bounds)
        height = len(layout.lines) * own.line_height
        size, ground = QSize(ceil(layout.width) + 2 * _MARGIN, height + 2 * _MARGIN), theme.colors().surface

        def paint(painter: QPainter) -> None:
            painter.fillRect(QRect(QPoint(0, 0), size), ground)
            painter.translate(_MARGIN, _MARGIN)
            own.paint(painter, layout, range(len(layout.lines)), measure, buckets, marks, shades)

        return size, paint

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        del dx, dy
        self.viewport().update()
        if self.viewport().underMouse():  # another token is under the pointer now
            self.pointed.emit(self._token_at(QPointF(self.viewport().mapFromGlobal(QCursor.pos()))))

    def _reveal(self, line: int) -> None:
        bar = self.verticalScrollBar()
        top, height = self._top(line), self._painter.line_height
        if top < 0:
            bar.setValue(bar.value() + top - _MARGIN)
        elif top + height > self.viewport().height():
            bar.setValue(bar.value() + top + height + _MARGIN - self.viewport().height())

    # -- events --------------------------------------------------------------------------------------------------------

    def _token_at(self, point: QPointF) -> int | None:
        offset = _MARGIN - self.verticalScrollBar().value()
        line = int((point.y() - offset) // self._painter.line_height)
        found = self._layout.at(line, point.x() - _MARGIN)
        return None if found is None else self._layout.boxes[found].start

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self.pointed.emit(self._token_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        token = self._token_at(event.position())
        if event.button() is not Qt.MouseButton.LeftButton or token is None:
            return
        self._walk.forget()
        start, end = self.group_at(token)
        again = self._marks.selected == token
        self.chosen.emit(token)
        if again or end > start + 1:
            self.toggle_group(token)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self.pointed.emit(None)
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self._marks.selected is None or not self.toggle_group(self._marks.selected):
                event.ignore()
        elif not self._step(event.key(), far=bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)):
            super().keyPressEvent(event)

    def _step(self, key: int, *, far: bool) -> bool:
        """Walk to where *key* leads; whether it leads anywhere."""
        selected = self._marks.selected
        at = None if selected is None else self._layout.box_of(selected)
        page = max(1, self.viewport().height() // self._painter.line_height - 1)
        found = self._walk.target(self._layout, at, key, page=page, far=far)
        if found is None:
            return False
        self.pointed.emit(None)  # a pointer that was left there no longer counts
        self.chosen.emit(self._layout.boxes[found].start)
        return True

    def _copy(self) -> None:
        if self._marks.selected is None:
            return
        start, end = self.group_at(self._marks.selected)
        data = b"".join(self._trace.token_bytes(i) for i in range(start, end))
        QGuiApplication.clipboard().setText(data.decode("utf-8", "replace"))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._marks.focus = True
        super().focusInEvent(event)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._marks.focus = False
        super().focusOutEvent(event)
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._room() != (self._next or self._layout).width:
            self._relayout()
        else:
            self._resize_bar()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._work()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frame.stop()
