"""One message: a quiet bubble for what the user wrote, plain full-width text for a reply."""

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QEnterEvent, QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QWidget

from chatapp.core.conversation import Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.core.reasoning import ReasoningParser, split
from chatapp.ui import theme
from chatapp.ui.chat import divider
from chatapp.ui.chat.action_row import ActionRow
from chatapp.ui.chat.blocks import is_allowed_link
from chatapp.ui.chat.body import MessageBody
from chatapp.ui.chat.edit_box import EditBox
from chatapp.ui.chat.heat import Heat
from chatapp.ui.chat.status import StatusLine
from chatapp.ui.chat.thought import Thought

BUBBLE_SHARE = 0.75
BUBBLE_PADDING = (16, 10)
BUBBLE_RADIUS = 16
LABEL_HEIGHT = 24  # pixels, at least
INSET = 8  # pixels that buttons may stand out at both sides of the column
COLLAPSED = 6000  # characters of a user's message that are shown before "Show all"


class MessageWidget(QWidget):
    """Draws one `Message` and passes on what is asked of it."""

    height_changed = Signal()
    edited = Signal(int, str)
    regenerate_requested = Signal(int)
    resume_requested = Signal(int)
    shorten_requested = Signal(int)
    larger_requested = Signal(int)
    edit_question_requested = Signal(int)
    pin_requested = Signal(int, bool)
    sibling_requested = Signal(int, int)  # message id, step
    dragged = Signal(QPoint)
    inspect_requested = Signal(int, object)  # message id; a place in its text, None for the whole
    token_pointed = Signal(int, object, QRect)  # message id; the rest as of `TextView`
    token_clicked = Signal(int, int)  # message id, cell
    token_opened = Signal(int, int)

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.message = message
        self._is_user = message.role is Role.USER
        self._streaming = False
        self._streamed: list[str] = []
        self._editor: EditBox | None = None
        self._bubble = QRectF()
        self._all_shown = len(message.text) <= COLLAPSED
        self._divider = divider.Divider(self)
        self._label = QLabel(self)
        self._label.setProperty("role", "small")
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setVisible(not self._is_user)
        self.body = MessageBody(self, plain=self._is_user)
        self.body.height_changed.connect(self.height_changed)
        self.body.dragged.connect(self.dragged)
        self._parser = ReasoningParser()
        self.thought = Thought(self)
        self.thought.height_changed.connect(self.height_changed)
        for body in (self.body, self.thought.body):
            self._connect_body(body)
        self._more = QPushButton(self.tr("Show all"), self)
        self._more.setProperty("link", True)
        self._more.clicked.connect(self._on_more_clicked)
        self._more.setVisible(False)
        self.status = StatusLine(self)
        self.status.regenerate_clicked.connect(lambda: self.regenerate_requested.emit(self.message.id))
        self.status.resume_clicked.connect(lambda: self.resume_requested.emit(self.message.id))
        self.status.shorten_clicked.connect(lambda: self.shorten_requested.emit(self.message.id))
        self.status.larger_clicked.connect(lambda: self.larger_requested.emit(self.message.id))
        self.status.edit_clicked.connect(lambda: self.edit_question_requested.emit(self.message.id))
        self.actions_row = ActionRow(message.role, self)
        self.actions_row.pin_clicked.connect(lambda pinned: self.pin_requested.emit(self.message.id, pinned))
        self.actions_row.inspect_clicked.connect(lambda: self.inspect_requested.emit(self.message.id, None))
        self.actions_row.copy_clicked.connect(self.copy_message)
        self.actions_row.edit_clicked.connect(self.start_editing)
        self.actions_row.regenerate_clicked.connect(lambda: self.regenerate_requested.emit(self.message.id))
        self.actions_row.sibling_requested.connect(lambda step: self.sibling_requested.emit(self.message.id, step))
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]
        theme.notifier.changed.connect(self._on_theme_changed)

    def _connect_body(self, body: MessageBody) -> None:
        body.link_clicked.connect(open_link)
        body.menu_requested.connect(lambda where, link: self._on_menu_requested(body, where, link))
        body.token_pointed.connect(lambda cell, rect: self.token_pointed.emit(self.message.id, cell, rect))
        body.token_clicked.connect(lambda cell: self.token_clicked.emit(self.message.id, cell))
        body.token_opened.connect(lambda cell: self.token_opened.emit(self.message.id, cell))

    # -- content -------------------------------------------------------------------------------------------------------

    def show_message(self, message: Message, *, streaming: bool) -> None:
        """Show *message*; while *streaming*, more text comes by `append`."""
        drawn = "".join(self._streamed)
        same = bool(self._streamed) and drawn == message.text
        self.message = message
        self._show_label(message.info)
        if self._streaming and not streaming and same:
            self._add(*self._parser.end())
            self.thought.end()
            self.body.end()
        elif not same or streaming != self._streaming:
            self._streamed = [message.text]
            text = message.text if self._all_shown else message.text[:COLLAPSED] + "…"
            if not self._is_user:
                text = self._sort(text, streaming=streaming)
            self.body.set_text(text, streaming=streaming)
        self._streaming = streaming
        self._more.setVisible(not self._all_shown and self._editor is None)
        finish = message.info.finish if message.info else FinishReason.STOP
        ended = None if self._is_user or streaming else (finish or FinishReason.INTERRUPTED)
        self.status.set_finish(ended, empty=not message.text)
        if not streaming and message.info is not None:
            self.thought.set_seconds(message.info.seconds_thinking)
        self.actions_row.set_pinned(message.pinned)
        self.actions_row.set_info(None if streaming else message.info)
        self.actions_row.setVisible(not streaming and self._editor is None)
        if not self._is_user:
            name = self.tr("Reply: {text}") if not streaming else self.tr("Reply, being written: {text}")
            self.setAccessibleName(name.format(text=message.text[:200]))
        else:
            self.setAccessibleName(self.tr("You: {text}").format(text=message.text[:200]))

    def append(self, text: str) -> None:
        """Streamed *text* arrived."""
        self._streamed.append(text)
        self._add(*self._parser.feed(text))
        if self.status.is_waiting and text:
            self.status.set_waiting("")
            self.height_changed.emit()

    def _sort(self, text: str, *, streaming: bool) -> str:
        """Show the thought that *text* begins with; return the answer."""
        self._parser = ReasoningParser()
        thought, answer = self._parser.feed(text)
        if not streaming:
            more_thought, more = self._parser.end()
            thought, answer = thought + more_thought, answer + more
        self._place_thought(len(thought) - len(thought.lstrip("\n")))
        self.thought.set_text(thought, running=streaming and self._parser.state == "thought")
        self.body.tint.base = self._parser.answer_at
        return answer

    def _add(self, thought: str, answer: str) -> None:
        if thought:
            if not self.thought.is_shown:
                self._place_thought(0)
            self.thought.append(thought)
        if answer:
            self.thought.end()
            self.body.tint.base = self._parser.answer_at
            self.body.append(answer)

    # -- tokens --------------------------------------------------------------------------------------------------------

    @property
    def heat(self) -> Heat | None:
        """The tokens that are shown."""
        return self.body.tint.heat

    def set_heat(self, heat: Heat | None) -> None:
        """Show the tokens of *heat* in thought and answer, None for none."""
        self.body.set_heat(heat)
        self.thought.body.set_heat(heat)

    def show_colors(self) -> None:
        """Draw the same tokens in other colours."""
        self.body.show_colors()
        self.thought.body.show_colors()

    def show_marks(self) -> None:
        """Outline the tokens that are marked now."""
        self.body.show_marks()
        self.thought.body.show_marks()

    def area_of(self, place: int) -> QRect | None:
        """Where the line is drawn, in this widget, that has the character at *place* of the text; None if it is not."""
        body = self.thought.body if place < self.body.tint.base else self.body
        area = body.area_of(place) if body.isVisible() else None
        return None if area is None else QRect(body.mapTo(self, area.topLeft()), area.size())

    def _place_thought(self, skipped: int) -> None:
        self.thought.body.tint.base = self._parser.thought_at + skipped

    def set_waiting(self, text: str) -> None:
        """Say what the reply waits for, while it has no text."""
        if self._streaming and any(self._streamed):
            text = ""
        shown = self.status.is_waiting
        self.status.set_waiting(text)
        if shown != self.status.is_waiting:
            self.height_changed.emit()

    def set_divider(self, text: str) -> None:
        """Draw a line with *text* above the message; none for ""."""
        if text != self._divider.text():
            self._divider.show_text(text)
            self.height_changed.emit()

    def copy_message(self) -> None:
        """Put the original text on the clipboard: Markdown as the model wrote it, without what it thought."""
        text = "".join(self._streamed) if self._streaming else self.message.text
        QGuiApplication.clipboard().setText(text if self._is_user else split(text)[1])

    def _show_label(self, info: ReplyInfo | None) -> None:
        text = (info.model_name if info else "") or self.tr("Reply")
        count = len(info.unsent) if info else 0
        if count:
            left_out = (
                self.tr("1 earlier message is not sent")
                if count == 1
                else self.tr("{count} earlier messages are not sent").format(count=count)
            )
            text = f"{text} · {left_out}"
        self._label.setText(text)

    # -- editing -------------------------------------------------------------------------------------------------------

    @property
    def is_editing(self) -> bool:
        """Whether the text is open for changes."""
        return self._editor is not None

    @property
    def is_pinned(self) -> bool:
        """Whether the widget must live on although it is out of sight."""
        return self._streaming or self.is_editing or self.isAncestorOf(QApplication.focusWidget() or self.window())

    def start_editing(self) -> None:
        """Open the text for changes, in place."""
        if not self._streaming:
            editor = self._editor or self.open_editor(self.message.text)
            editor.setFocus()

    def open_editor(self, text: str) -> EditBox:
        """Show *text* instead of the message's, open for changes."""
        editor = EditBox(self.message.role, text, self)
        editor.saved.connect(self._on_edit_saved)
        editor.cancelled.connect(self.stop_editing)
        editor.height_changed.connect(self.height_changed)
        self._editor = editor
        for widget in (self.body, self.thought, self.actions_row, self._more):
            widget.hide()
        editor.show()
        self.height_changed.emit()
        return editor

    def edited_text(self) -> str | None:
        """What stands in the editor, None without one."""
        return self._editor.text() if self._editor is not None else None

    def stop_editing(self) -> None:
        """Close the editor and show the text as it was."""
        if self._editor is None:
            return
        editor, self._editor = self._editor, None
        editor.hide()
        editor.deleteLater()
        self.body.show()
        self.thought.setVisible(self.thought.is_shown)
        self.actions_row.show()
        self._more.setVisible(not self._all_shown)
        self.height_changed.emit()
        self.actions_row.focus_edit()

    def _on_edit_saved(self, text: str) -> None:
        if text == self.message.text and not self._is_user:
            self.stop_editing()
        else:
            self.edited.emit(self.message.id, text)  # whoever takes it shows another message; else the editor stays

    def _on_more_clicked(self) -> None:
        self._all_shown = True
        self._more.hide()
        self.body.set_text(self.message.text)
        self.height_changed.emit()

    # -- layout --------------------------------------------------------------------------------------------------------

    def fit(self, width: int) -> int:
        """Lay everything out in a column of *width* pixels, `INSET` from the sides; return the height."""
        y = 0
        if not self._divider.isHidden():
            y = self._divider.fit(width)
            self._divider.setGeometry(INSET, 0, width, y)
        if not self._is_user:
            height = max(LABEL_HEIGHT, self._label.sizeHint().height())
            self._label.setGeometry(INSET, y, width, height)
            y += height
        if self._editor is not None:
            height = self._editor.sizeHint().height()
            self._editor.setGeometry(INSET, y, width, height)
            self._bubble = QRectF()
            y += height + 6
        elif self._is_user:
            y = self._fit_bubble(width, y)
        elif self.status.is_waiting:
            self.body.setGeometry(INSET, y, width, 0)
        else:
            if self.thought.is_shown:
                height = self.thought.fit(width)
                self.thought.setGeometry(INSET, y, width, height)
                y += height
            height = self.body.fit(width)
            self.body.setGeometry(INSET, y, width, height)
            y += height + 4
        if self.status.is_shown:
            height = self.status.fit(width)
            self.status.setGeometry(INSET, y, width, height)
            y += height
        if self._editor is None:
            height = self.actions_row.fit()
            self.actions_row.setGeometry(2, y, width + 2 * INSET - 4, height)
            y += height
        self.update()
        return y

    def _fit_bubble(self, width: int, top: int) -> int:
        across, down = BUBBLE_PADDING
        limit = int(width * BUBBLE_SHARE) - 2 * across
        inner = self.body.ideal_width(limit)
        height = self.body.fit(inner)
        left = INSET + width - inner - across
        self.body.setGeometry(left, top + down, inner, height)
        bottom = top + down + height
        if not self._all_shown:
            hint = self._more.sizeHint()
            self._more.setGeometry(left - 6, bottom + 2, hint.width(), hint.height())
            bottom += hint.height() + 2
        self._bubble = QRectF(left - across, top, inner + 2 * across, bottom + down - top)
        return round(self._bubble.bottom()) + 2

    def focusables(self) -> Iterator[QWidget]:
        """What the keyboard can reach, in reading order."""
        if self._editor is not None:
            yield from self._editor.focusables()
            return
        if self.thought.is_shown:
            yield self.thought.button
            if self.thought.button.isChecked():
                yield from self.thought.body.focusables()
        yield from self.body.focusables()
        if not self._more.isHidden():
            yield self._more
        if self.status.is_shown:
            yield from self.status.buttons()
        yield from self.actions_row.buttons()

    # -- pointing ------------------------------------------------------------------------------------------------------

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        had, has = (w is not None and self.isAncestorOf(w) for w in (old, new))
        if had or has:
            self.actions_row.set_hovered(has or self.underMouse())
        canvas = self.parentWidget()
        if had and not has and new is not None and canvas is not None and canvas.isAncestorOf(new):
            self.body.selection.clear()

    def _on_theme_changed(self) -> None:
        self.body.restyle()
        self.thought.body.restyle()
        self.height_changed.emit()

    def _on_menu_requested(self, body: MessageBody, where: QPoint, link: str) -> None:
        place = body.place_at(where)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if link:
            menu.addAction(self.tr("Copy link address"), lambda: QGuiApplication.clipboard().setText(link))
        copy = menu.addAction(self.tr("Copy selection"), body.selection.copy)
        copy.setEnabled(bool(body.selection.text()))
        menu.addAction(self.tr("Copy whole message"), self.copy_message)
        menu.addAction(self.tr("Select all of this message"), body.selection.select_all)
        menu.addSeparator()
        if place is not None:
            token = self.tr("Inspect this token")
            menu.addAction(token, lambda: self.inspect_requested.emit(self.message.id, place))
        menu.addAction(self.tr("Inspect this message"), lambda: self.inspect_requested.emit(self.message.id, None))
        menu.popup(where)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.actions_row.set_hovered(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        focus = QApplication.focusWidget()
        self.actions_row.set_hovered(focus is not None and self.isAncestorOf(focus))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        if self._bubble.isEmpty():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colors().user_bubble)
        painter.drawRoundedRect(self._bubble, BUBBLE_RADIUS, BUBBLE_RADIUS)


def open_link(address: str) -> None:
    """Open *address* in the browser; only ever called for a click."""
    if is_allowed_link(address):
        QDesktopServices.openUrl(QUrl(address))
