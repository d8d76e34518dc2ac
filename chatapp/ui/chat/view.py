"""The chat area of the window: the messages of the shown conversation, and the composer below them."""

from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QToolButton, QVBoxLayout, QWidget

from chatapp.core.context import droppable_turns
from chatapp.core.conversation import Message, Role, sent_from
from chatapp.core.generation import FinishReason
from chatapp.services.chat import ChatState
from chatapp.services.engine_process import EngineState
from chatapp.settings import schema
from chatapp.settings.inspector import COLORS_IN_CHAT
from chatapp.ui import theme
from chatapp.ui.chat.composer import Composer
from chatapp.ui.chat.empty_state import EmptyState
from chatapp.ui.chat.heat_control import HeatControl
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.chat.message_list import COLUMN, MARGIN, MessageList
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LEAST_WIDTH = 360  # pixels


class ChatView(QWidget):
    """Draws `ChatService` and passes on what the user asks of it; *inspect_requested* asks to show the inspector."""

    inspect_requested = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chat = services.chat
        self._engine = services.engine
        self._settings = services.settings
        self._larger = services.larger_context
        self._siblings: dict[int | None, list[int]] = {}
        self._progress: tuple[int, int] = (0, 0)
        self._divided: tuple[int | None, bool] = (None, False)  # above which message the line is, what it says
        self.list = MessageList(self._make_widget, self)
        self.heat = HeatControl(services, self.list, self)
        self.heat.inspect_requested.connect(self.inspect_requested)
        self.empty = EmptyState(self)
        self.composer = Composer(services.chat, self)
        self._down = QToolButton(self)
        self._set_up_down_button()
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.empty)
        self._pages.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.heat.legend)
        layout.addWidget(self._pages, 1)
        self._dock = QWidget(self)
        dock = QVBoxLayout(self._dock)
        dock.setContentsMargins(MARGIN, 4, MARGIN, 14)
        dock.addWidget(self.composer, 0)
        layout.addWidget(self._dock)
        # By itself it would want as much as it has: its margins follow its width.
        self.setMinimumWidth(_LEAST_WIDTH)
        self.setFocusProxy(self.composer)
        self._connect()
        self._on_conversation_changed()
        self._retranslate()

    def _set_up_down_button(self) -> None:
        self._down.setObjectName("scrollToEnd")
        self._down.setIcon(icon("down"))
        self._down.setIconSize(QSize(18, 18))
        self._down.setFixedSize(36, 36)
        self._down.setCursor(Qt.CursorShape.PointingHandCursor)
        self._down.hide()
        self._style_down_button()

    def _style_down_button(self) -> None:
        c = theme.colors()
        self._down.setStyleSheet(
            f"QToolButton {{ background: {c.surface.name()}; border: 1px solid {c.border.name()};"
            "border-radius: 18px; }"
            f"QToolButton:hover {{ background: {c.hover.name()}; }}"
            f"QToolButton:focus {{ border-color: {c.accent.name()}; }}"
        )

    def _retranslate(self) -> None:
        self._down.setToolTip(self.tr("Go to the newest message"))
        self._down.setAccessibleName(self.tr("Go to the newest message"))
        self.list.setAccessibleName(self.tr("Messages"))
        self.composer.retranslate()
        self.empty.retranslate()
        self._show_model()
        self.list.rebuild()

    def _connect(self) -> None:
        chat = self._chat
        chat.conversation_changed.connect(self._on_conversation_changed)
        chat.path_changed.connect(self._on_path_changed)
        chat.message_wanted.connect(self.list.show_message)
        chat.message_changed.connect(self._on_message_changed)
        chat.text_streamed.connect(self._on_text_streamed)
        chat.state_changed.connect(self._on_state_changed)
        chat.prompt_progress.connect(self._on_prompt_progress)
        self._engine.state_changed.connect(self._on_engine_changed)
        self._engine.model_loaded.connect(self._on_engine_changed)
        self.composer.sent.connect(self.list.scroll_to_end)
        self.composer.recall_requested.connect(self._on_recall_requested)
        self.composer.page_requested.connect(self.list.scroll_page)
        self.empty.question_chosen.connect(self._on_question_chosen)
        self.list.at_end_changed.connect(self._on_at_end_changed)
        self._down.clicked.connect(self._on_down_clicked)
        self.heat.light.context_changed.connect(self._show_legend)
        self._settings.changed.connect(lambda key: self._show_legend() if key == COLORS_IN_CHAT.key else None)
        theme.notifier.changed.connect(self._style_down_button)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _make_widget(self, message: Message, parent: QWidget) -> MessageWidget:
        widget = MessageWidget(message, parent)
        widget.regenerate_requested.connect(self._on_regenerate_requested)
        widget.thought.button.setChecked(self._settings.get(schema.REASONING) == "open")
        widget.resume_requested.connect(self._on_resume_requested)
        widget.shorten_requested.connect(self._on_shorten_requested)
        widget.larger_requested.connect(self._on_larger_requested)
        widget.edit_question_requested.connect(self._on_edit_question_requested)
        widget.pin_requested.connect(lambda message_id, pinned: self._chat.pin(message_id, pinned=pinned))
        widget.edited.connect(self._on_edited)
        widget.sibling_requested.connect(self._on_sibling_requested)
        self.heat.attach(widget)
        self._refresh(widget, message)
        return widget

    def _refresh(self, widget: MessageWidget, message: Message) -> None:
        """Bring *widget* up to date with *message* and with what can be done now."""
        streaming = message.id == self._chat.streaming_id
        widget.show_message(message, streaming=streaming)
        if message.info and message.info.finish is FinishReason.CONTEXT:
            self._show_choices(widget)
        self.heat.refresh(widget)
        siblings = self._siblings.get(message.parent_id, [message.id])
        widget.actions_row.set_siblings(siblings.index(message.id), len(siblings))
        widget.set_divider(self._divider_text() if message.id == self._divided[0] else "")
        widget.actions_row.set_last(message.id == self._chat.conversation.leaf_id)
        widget.actions_row.set_enabled_actions(running=self._chat.streaming_id is not None)
        if streaming:
            widget.set_waiting(self._waiting_text())

    def _show_choices(self, widget: MessageWidget) -> None:
        """What can be done about a context that is full."""
        message = widget.message
        path = self._chat.conversation.path(message.parent_id)
        turns = droppable_turns([m.role for m in path], [at for at, m in enumerate(path) if m.pinned])
        tried = not message.text and message.info is not None and bool(message.info.unsent)
        widget.status.set_choices(self._larger.offer(message), can_shorten=bool(turns) and not tried)

    def _refresh_all(self) -> None:
        messages = self._chat.conversation.messages
        for widget in self.list.widgets():
            if widget.message.id in messages:
                self._refresh(widget, messages[widget.message.id])

    def _divider_text(self) -> str:
        if self._divided[1]:
            return self.tr("Messages above this line were not sent, but pinned ones were")
        return self.tr("Messages above this line were not sent")

    def _index_siblings(self) -> None:
        self._siblings = {}
        for message in sorted(self._chat.conversation.messages.values(), key=lambda m: m.id):
            self._siblings.setdefault(message.parent_id, []).append(message.id)

    def _waiting_text(self) -> str:
        state = self._chat.state
        if state == ChatState.WAITING:
            return self.tr("Waiting for the model to load…")
        if state == ChatState.STOPPING:
            return self.tr("Stopping…")
        done, total = self._progress
        if total > 1 and done < total:
            percent = number_text(100 * done / total)
            return self.tr("Reading the prompt… {percent} %").format(percent=percent)
        return self.tr("Thinking…")

    def _show_model(self) -> None:
        engine = self._engine
        name = PurePath(engine.model_path.replace("\\", "/")).stem
        if engine.model is not None:
            text = self.tr("{model} is ready, on this computer only.").format(model=engine.model.name or name)
        elif engine.state in (EngineState.STARTING, EngineState.LOADING):
            text = self.tr("{model} is being loaded. You can write already.").format(model=name)
        else:
            text = self.tr("No model is loaded. Choose one at the top, or drop a .gguf file here.")
        self.empty.set_model_line(text)
        self.empty.set_enabled_questions(self._chat.can_send)

    # -- signals of the services ---------------------------------------------------------------------------------------

    def _on_conversation_changed(self) -> None:
        self.list.set_path([])
        self._on_path_changed()
        self.list.scroll_to_end()

    def _on_path_changed(self) -> None:
        self._index_siblings()
        path = self._chat.conversation.path()
        self._pages.setCurrentWidget(self.list if path else self.empty)
        self._show_legend()
        self._divided = sent_from(path)
        self.list.set_path(path)
        self._refresh_all()
        self._show_model()
        self._on_at_end_changed(self.list.is_at_end)
        streaming = self._chat.streaming_id
        if streaming is not None and path and path[-1].id == streaming:
            self.list.ensure_widget(streaming)
            self.list.scroll_to_end()

    def _on_message_changed(self, message_id: int) -> None:
        message = self._chat.conversation.messages.get(message_id)
        if message is None:
            return
        self.list.update_message(message)
        divided, self._divided = self._divided, sent_from(self._chat.conversation.path())
        if divided != self._divided:
            self._refresh_all()
        widget = self.list.widget_of(message_id)
        if widget is not None:
            self._refresh(widget, message)
        self.list.lay_out_soon()

    def _on_text_streamed(self, message_id: int, text: str) -> None:
        widget = self.list.ensure_widget(message_id)
        if widget is not None:
            widget.append(text)

    def _on_state_changed(self) -> None:
        if self._chat.state in (ChatState.WAITING, ChatState.IDLE):
            self._progress = (0, 0)
        self._show_waiting()
        running = self._chat.streaming_id is not None
        for widget in self.list.widgets():
            widget.actions_row.set_enabled_actions(running=running)
        self.empty.set_enabled_questions(self._chat.can_send)

    def _on_prompt_progress(self, done: int, total: int) -> None:
        self._progress = (done, total)
        self._show_waiting()

    def _show_waiting(self) -> None:
        streaming = self._chat.streaming_id
        widget = self.list.widget_of(streaming) if streaming is not None else None
        if widget is not None:
            widget.set_waiting(self._waiting_text())

    def _on_engine_changed(self) -> None:
        self._show_model()
        for widget in self.list.widgets():
            info = widget.message.info
            if info and info.finish is FinishReason.CONTEXT and not widget.status.is_waiting:
                self._show_choices(widget)
                self.list.lay_out_soon()
        self.composer.refresh()

    # -- signals of the widgets ----------------------------------------------------------------------------------------

    def _on_question_chosen(self, question: str) -> None:
        if self._chat.send(question):
            self.list.scroll_to_end()
        self.composer.setFocus()

    def _on_regenerate_requested(self, message_id: int) -> None:
        self._chat.regenerate(message_id)
        self.composer.setFocus()

    def _on_resume_requested(self, message_id: int) -> None:
        self._chat.resume(message_id)
        self.composer.setFocus()

    def _on_shorten_requested(self, message_id: int) -> None:
        self._chat.answer_without_oldest(message_id)
        self.composer.setFocus()

    def _on_larger_requested(self, message_id: int) -> None:
        self._larger.answer(message_id)
        self.composer.setFocus()

    def _on_edit_question_requested(self, message_id: int) -> None:
        asked = self._chat.conversation.messages[message_id].parent_id
        if asked is not None:
            self._edit(asked)

    def _on_edited(self, message_id: int, text: str) -> None:
        if self._chat.edit(message_id, text):
            self.list.forget_edit(message_id)
            self.composer.setFocus()

    def _on_sibling_requested(self, message_id: int, step: int) -> None:
        message = self._chat.conversation.messages[message_id]
        siblings = self._siblings.get(message.parent_id, [])
        at = siblings.index(message_id) + step
        if 0 <= at < len(siblings):
            self._chat.select(siblings[at])
            widget = self.list.widget_of(siblings[at])
            if widget is not None:
                widget.actions_row.focus_sibling_button(step)

    def _on_recall_requested(self) -> None:
        """Up in the empty composer: change the last message the user wrote."""
        if self._chat.streaming_id is not None:
            return
        for message in reversed(self._chat.conversation.path()):
            if message.role is Role.USER:
                self._edit(message.id)
                return

    def _edit(self, message_id: int) -> None:
        """Open a message for changes."""
        self.list.show_message(message_id)
        widget = self.list.widget_of(message_id)
        if widget is not None:
            widget.start_editing()

    def _on_at_end_changed(self, at_end: bool) -> None:
        self._down.setVisible(not at_end and self._pages.currentWidget() is self.list)
        self._down.raise_()

    def _on_down_clicked(self) -> None:
        self.list.scroll_to_end()
        self.composer.setFocus()

    def _show_legend(self) -> None:
        shown = self.heat.is_on and not self.heat.light.is_on and self._pages.currentWidget() is self.list
        self.heat.legend.setVisible(shown)

    def _place(self) -> None:
        side = max(MARGIN, (self.width() - COLUMN) // 2)
        self.heat.legend.setContentsMargins(side, 8, side, 7)
        layout = self._dock.layout()
        if layout is not None:
            layout.setContentsMargins(side - 4, 4, side - 4, 14)
        bottom = self._pages.geometry().bottom()
        self._down.move((self.width() - self._down.width()) // 2, bottom - self._down.height() - 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._place()
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
