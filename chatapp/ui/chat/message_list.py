"""The messages of a conversation, one below the other; only those near the visible part exist as widgets."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from chatapp.core.conversation import Message
from chatapp.ui.chat.message import INSET, MessageWidget

COLUMN = 820  # pixels, at most
MARGIN = 24
GAP = 6  # between messages, beside the lines for their buttons
TOP, BOTTOM = 24, 16
NEAR_END = 24  # pixels from the end that still count as "at the end"
KEEP = 2.0  # screens beyond the visible one in which widgets are kept


@dataclass(slots=True)
class Row:
    """A message's place; *height* is a guess until a widget was measured at the present width."""

    message: Message
    height: int
    measured: bool = False
    widget: MessageWidget | None = None
    stale: bool = False  # its widget is to be made anew as soon as it is not needed as it is


class MessageList(QScrollArea):
    """Shows a path of messages. *make* makes the widget of a message, wired and filled."""

    at_end_changed = Signal(bool)

    def __init__(self, make: Callable[[Message, QWidget], MessageWidget], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chain: list[QWidget] = []  # the order of the Tab key; texts get their pieces late
        self._make = make
        self._rows: list[Row] = []
        self._edits: dict[int, str] = {}  # by message, what stood in editors of messages that are not shown now
        self._follow = True
        self._busy = False
        self._width = 0
        self.setObjectName("messageList")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._canvas = QWidget()
        self._canvas.setObjectName("messageCanvas")
        self.setWidget(self._canvas)
        self.viewport().setAutoFillBackground(False)
        self._canvas.setAutoFillBackground(False)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().setSingleStep(40)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self.lay_out)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]

    # -- content -------------------------------------------------------------------------------------------------------

    def set_path(self, path: list[Message]) -> None:
        """Show the messages of *path*; widgets of those that stay are kept."""
        old = {row.message.id: row for row in self._rows}
        rows: list[Row] = []
        for message in path:
            row = old.pop(message.id, None)
            if row is None:
                row = Row(message, self._guess(message))
            row.message = message
            rows.append(row)
        self._rows = rows
        for row in old.values():
            self._drop(row)
        self.lay_out()

    def rebuild(self) -> None:
        """Make all widgets anew, as for another language; one that has to live on as soon as it need not."""
        for row in self._rows:
            row.stale = row.widget is not None
        self.lay_out()

    def forget_edit(self, message_id: int) -> None:
        """What was changed in a message was taken: it comes back without its editor."""
        self._edits.pop(message_id, None)

    def widgets(self) -> list[MessageWidget]:
        """The widgets that exist, in reading order."""
        return [row.widget for row in self._rows if row.widget is not None]

    def widget_of(self, message_id: int) -> MessageWidget | None:
        """The widget of a message, when it exists."""
        row = self._row(message_id)
        return row.widget if row else None

    def ensure_widget(self, message_id: int) -> MessageWidget | None:
        """The widget of a message of the path, made now when need be."""
        row = self._row(message_id)
        if row is not None and row.widget is None:
            self._realise(row)
        return row.widget if row else None

    def update_message(self, message: Message) -> None:
        """Remember the new state of a message."""
        row = self._row(message.id)
        if row is not None:
            row.message = message
            if row.widget is None:
                row.measured = False

    def _row(self, message_id: int) -> Row | None:
        return next((row for row in reversed(self._rows) if row.message.id == message_id), None)

    # -- scrolling -----------------------------------------------------------------------------------------------------

    @property
    def is_at_end(self) -> bool:
        """Whether the end is in sight, so that new text is followed."""
        return self._follow

    def scroll_to_end(self) -> None:
        """Show the end, and stay there."""
        self._set_follow(True)
        self.lay_out()

    def show_message(self, message_id: int) -> None:
        """Scroll so that a message is in sight."""
        widget = self.ensure_widget(message_id)
        if widget is not None:
            self._set_follow(False)
            self.lay_out()
            top = widget.y()
            bar = self.verticalScrollBar()
            if not bar.value() <= top <= bar.value() + self.viewport().height() - 80:
                bar.setValue(top - MARGIN)
            self._set_follow(bar.value() >= bar.maximum() - NEAR_END)

    def show_line(self, message_id: int, area: QRect) -> None:
        """Scroll so that *area* of a message's widget is in sight; not at all when it is."""
        widget = self.widget_of(message_id)
        if widget is None:
            return
        bar, top = self.verticalScrollBar(), widget.y() + area.top()
        if not bar.value() <= top <= bar.value() + self.viewport().height() - area.height():
            self._set_follow(False)
            bar.setValue(top - self.viewport().height() // 3)

    def scroll_page(self, direction: int) -> None:
        """Scroll by a screen, up (-1) or down (1)."""
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + direction * max(40, self.viewport().height() - 60))

    def _on_scrolled(self) -> None:
        if self._busy:
            return
        bar = self.verticalScrollBar()
        self._set_follow(bar.value() >= bar.maximum() - NEAR_END)
        self.lay_out()

    def _set_follow(self, follow: bool) -> None:
        if follow != self._follow:
            self._follow = follow
            self.at_end_changed.emit(follow)

    def _on_dragged(self, where: QPoint) -> None:
        """A selection is being dragged: scroll along when the mouse is beyond an edge."""
        y = self.viewport().mapFromGlobal(where).y()
        bar = self.verticalScrollBar()
        if y < 0:
            bar.setValue(bar.value() + max(-60, y))
        elif y > self.viewport().height():
            bar.setValue(bar.value() + min(60, y - self.viewport().height()))

    # -- layout --------------------------------------------------------------------------------------------------------

    def lay_out_soon(self) -> None:
        """Lay out once, after all that happens now."""
        self._timer.start()

    def lay_out(self) -> None:
        """Measure what is near the visible part, place it, and keep in place what the user is looking at."""
        if self._busy:
            return
        self._timer.stop()
        self._busy = True
        try:
            for row in self._rows:
                if row.stale:
                    self._release(row)
            anchor, offset = self._anchor()
            self._set_width()
            for _ in range(6):
                top = self._top_for(anchor, offset)
                if not self._measure_near(top, self.viewport().height()):
                    break
            self._place(self._top_for(anchor, offset))
            self._chain_focus()
            if self._make_one_beyond(self._top_for(anchor, offset)):
                self._timer.start()
        finally:
            self._busy = False

    def _column(self) -> int:
        return max(120, min(COLUMN, self.viewport().width() - 2 * MARGIN))

    def _set_width(self) -> None:
        width = self._column()
        if width == self._width:
            return
        for row in self._rows:
            if row.widget is None and not row.measured:
                row.height = self._guess(row.message)
            row.measured = False
        self._width = width

    def _guess(self, message: Message) -> int:
        text = message.text[:20_000]
        per_line = max(20, self._column() // 9)
        lines = text.count("\n") + len(text) / per_line + 1
        return int(lines * self.fontMetrics().lineSpacing() * 1.3) + 70

    def _anchor(self) -> tuple[Row | None, int]:
        """The first row in sight and how far its top is from the top of the view."""
        if self._follow:
            return None, 0
        top = self.verticalScrollBar().value()
        y = TOP
        for row in self._rows:
            if y + row.height + GAP > top:
                return row, y - top
            y += row.height + GAP
        return None, 0

    def _total(self) -> int:
        return TOP + sum(row.height + GAP for row in self._rows) + BOTTOM

    def _top_for(self, anchor: Row | None, offset: int) -> int:
        """The scroll position that shows the end, or *anchor* where it was."""
        highest = max(0, self._total() - self.viewport().height())
        if anchor is None:
            return highest
        y = TOP
        for row in self._rows:
            if row is anchor:
                return max(0, min(highest, y - offset))
            y += row.height + GAP
        return highest

    def _make_one_beyond(self, top: int) -> bool:
        """Make a widget just outside the view, ahead of scrolling there; False when all of them exist."""
        view = self.viewport().height()
        y = TOP
        for row in self._rows:
            if row.widget is None and y + row.height >= top - view // 2 and y <= top + view + view // 2:
                self._realise(row)
                return True
            y += row.height + GAP
        return False

    def _measure_near(self, top: int, view: int) -> bool:
        """Make and measure the widgets in the view at *top*; True when heights turned out other than guessed."""
        low, high = top, top + view
        changed = False
        y = TOP
        for row in self._rows:
            near = y + row.height >= low and y <= high
            if near and row.widget is None:
                self._realise(row)
            if row.widget is not None and (near or not row.measured):
                height = row.widget.fit(self._width)
                changed |= height != row.height
                row.height = height
                row.measured = True
            y += row.height + GAP
        return changed

    def _place(self, top: int) -> None:
        view = self.viewport().height()
        keep = int(view * KEEP)
        left = max(MARGIN, (self.viewport().width() - self._width) // 2)
        total = max(self._total(), view)
        self._canvas.resize(self.viewport().width(), total)
        y = TOP
        for row in self._rows:
            if row.widget is not None:
                if y + row.height < top - keep or y > top + view + keep:
                    self._release(row)
                else:
                    row.widget.setGeometry(left - INSET, y, self._width + 2 * INSET, row.height)
            y += row.height + GAP
        self.verticalScrollBar().setValue(top)

    def _realise(self, row: Row) -> None:
        widget = self._make(row.message, self._canvas)
        row.widget = widget
        widget.height_changed.connect(self.lay_out_soon)
        widget.dragged.connect(self._on_dragged)
        widget.show()
        text = self._edits.pop(row.message.id, None)
        if text is not None:
            widget.open_editor(text)

    def _release(self, row: Row) -> None:
        if row.widget is not None and not row.widget.is_pinned:
            self._drop(row)

    def _drop(self, row: Row) -> None:
        if row.widget is not None:
            text = row.widget.edited_text()
            if text is not None:
                self._edits[row.message.id] = text
            row.widget.hide()
            row.widget.deleteLater()
            row.widget = None
        row.stale = False

    def _on_focus_changed(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and any(row.stale for row in self._rows):
            self.lay_out_soon()

    def _chain_focus(self) -> None:
        """Let Tab walk the messages in reading order, whatever the order in which they were made."""
        chain = [self, *(w for widget in self.widgets() for w in widget.focusables())]
        if len(chain) != len(self._chain) or any(
            one is not other for one, other in zip(chain, self._chain, strict=True)
        ):
            self._chain = chain
            for before, after in pairwise(chain):
                QWidget.setTabOrder(before, after)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        bar = self.verticalScrollBar()
        if event.key() == Qt.Key.Key_Home:
            bar.setValue(0)
        elif event.key() == Qt.Key.Key_End:
            self.scroll_to_end()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()
