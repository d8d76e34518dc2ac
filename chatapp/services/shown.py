"""The conversation that is shown: which one, its branches, what is typed in it, and how its replies shall be made."""

import re
import time
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from chatapp.core.adapters import AdapterUse
from chatapp.core.context import Overflow
from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.generation import ReplyInfo, SamplingParams
from chatapp.protocol.messages import ChatMessage
from chatapp.services.conversations import ConversationsService
from chatapp.services.settings import SettingsService
from chatapp.services.storage import StorageService
from chatapp.settings import schema

_TITLE_LENGTH = 60  # characters
_MARKUP = re.compile(r"[*_`#>~]+")


class ShownConversation(QObject):
    """Signals:

    conversation_leaving()     another conversation is about to be shown: hand over what is half typed
    conversation_changed()     another conversation is shown
    path_changed()             messages were added, or another branch is shown
    message_wanted(int)        a message is to be brought into sight
    message_changed(int)       a message's text or info changed other than by streaming
    draft_changed()            something else is typed
    options_changed()          what is sent, and how, was set for the shown conversation
    sampling_changed()         how its replies are sampled was set
    """

    conversation_leaving = Signal()
    conversation_changed = Signal()
    path_changed = Signal()
    message_wanted = Signal(int)
    message_changed = Signal(int)
    draft_changed = Signal()
    options_changed = Signal()
    sampling_changed = Signal()

    def __init__(
        self,
        storage: StorageService,
        conversations: ConversationsService,
        settings: SettingsService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._storage = storage
        self._conversations = conversations
        self._settings = settings
        self._next_conversation, self._next_message = storage.read_now(lambda store: store.next_ids())
        # Every tree that was opened stays in memory: what could not be saved yet is not read back from the disk.
        self._open: dict[int, Conversation] = {}
        self._drafts: dict[int, str] = {}
        self._saved: set[int] = {summary.id for summary in conversations.summaries() + conversations.trash()}
        self._beginning = self._begins_with()
        self.conversation = self._new()
        self._opening = self.conversation.id  # the one that is shown, or will be when it has been read
        settings.changed.connect(self._on_setting_changed)
        conversations.renamed.connect(self._on_renamed)
        conversations.deleted.connect(self._on_deleted)

    def turns(self, path: list[Message] | None = None) -> tuple[ChatMessage, ...]:
        """What is sent of the shown conversation (or of *path*): its system prompt and its messages."""
        sent = [ChatMessage(m.role, m.text) for m in (self.conversation.path() if path is None else path)]
        if self.conversation.system_prompt.strip():
            sent.insert(0, ChatMessage(Role.SYSTEM, self.conversation.system_prompt))
        return tuple(sent)

    def effective_sampling(self) -> SamplingParams:
        """What the next reply is sampled with."""
        return self.conversation.sampling or self._settings.sampling()

    # -- which one -----------------------------------------------------------------------------------------------------

    def new_conversation(self) -> None:
        """Show an empty conversation; one that is empty already is kept."""
        self.conversation_leaving.emit()  # what is half typed is of this one
        self._show(self._new() if self._is_written_in() else self.conversation)

    def open(self, conversation_id: int) -> None:
        """Show a conversation, when it has been read."""
        self._opening = conversation_id
        if conversation_id in self._open:
            self._show(self._open[conversation_id])
            return

        def on_loaded(loaded: tuple[Conversation, str]) -> None:
            conversation, draft = loaded
            conversation.title = self._conversations.title(conversation.id)  # another one may wait to be written
            conversation = self._open.setdefault(conversation.id, conversation)
            self._drafts.setdefault(conversation.id, draft)
            if self._opening == conversation.id:
                self._show(conversation)

        self._storage.read(lambda store: (store.load(conversation_id), store.load_draft(conversation_id)), on_loaded)

    def select(self, message_id: int) -> None:
        """Show the branch through *message_id*."""
        self._sync()
        self.conversation.select(message_id)
        self._save_header(self.conversation)
        self.path_changed.emit()

    # -- how it is answered --------------------------------------------------------------------------------------------

    def set_system_prompt(self, text: str) -> None:
        """Of the shown conversation, from the next reply on."""
        if text != self.conversation.system_prompt:
            self.conversation.system_prompt = text
            self._options_set()

    def set_sampling(self, params: SamplingParams | None) -> None:
        """Of the shown conversation; None follows the defaults."""
        self.conversation.sampling = params.checked() if params else None
        self._save_header_if_used()
        self.sampling_changed.emit()

    def set_overflow(self, overflow: Overflow) -> None:
        """What to do when the shown conversation no longer fits."""
        self.conversation.overflow = overflow
        self._options_set()

    def set_raw(self, raw: bool | None) -> None:
        """Plain continuation for the shown conversation; None leaves it to the model."""
        self.conversation.raw = raw
        self._options_set()

    def set_prefill(self, text: str) -> None:
        """What every reply in the shown conversation begins with."""
        self.conversation.prefill = text
        self._options_set()

    def set_adapters(self, adapters: tuple[AdapterUse, ...]) -> None:
        """Of the shown conversation, from the next reply on."""
        self.conversation.adapters = adapters
        self._options_set()

    def pin(self, message_id: int, *, pinned: bool) -> None:
        """A pinned message is sent even when older ones are left out."""
        self._sync()
        message = replace(self.conversation.messages[message_id], pinned=pinned)
        self.conversation.update(message)
        conversation_id = self.conversation.id
        self._storage.write(lambda store: store.save_message(conversation_id, message))
        self.message_changed.emit(message_id)

    def _options_set(self) -> None:
        self._save_header_if_used()
        self.options_changed.emit()

    def _on_setting_changed(self) -> None:
        """A conversation that has not begun begins like every new one, as far as it was not set otherwise."""
        before, self._beginning = self._beginning, self._begins_with()
        shown = self.conversation
        if shown.messages or before == self._beginning:
            return
        for name, value in self._beginning.items():
            if getattr(shown, name) == before[name]:
                setattr(shown, name, value)
        self._options_set()

    # -- what is typed -------------------------------------------------------------------------------------------------

    def draft(self) -> str:
        """What was typed in the shown conversation and not sent."""
        return self._drafts.get(self.conversation.id, "")

    def set_draft(self, text: str) -> None:
        """Keep what is being typed."""
        conversation = self.conversation
        if text == self._drafts.get(conversation.id, ""):
            return
        self._drafts[conversation.id] = text
        self.draft_changed.emit()
        if text and conversation.id not in self._saved:
            self._save_header(conversation)
        if conversation.id in self._saved:
            self._storage.write(lambda store: store.save_draft(conversation.id, text))

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _sync(self) -> None:
        """Put what was streamed so far into the tree; here nothing streams."""

    def _begins_with(self) -> dict[str, Any]:
        """How the settings want a conversation to begin, by the fields of `Conversation`."""
        get = self._settings.get
        return {
            "system_prompt": get(schema.SYSTEM_PROMPT),
            "overflow": Overflow(get(schema.OVERFLOW)),
            "prefill": get(schema.PREFILL),
            "raw": {"on": True, "off": False}.get(get(schema.COMPLETION)),
        }

    def _new(self) -> Conversation:
        now = time.time()
        conversation = Conversation(self._next_conversation, "", now, now, **self._beginning)
        self._next_conversation += 1
        self._open[conversation.id] = conversation
        return conversation

    def _is_written_in(self) -> bool:
        """Whether there are words of the user's in the shown conversation, also such as were never sent."""
        shown, beginning = self.conversation, self._beginning
        own = any(getattr(shown, name) != beginning[name] for name in ("system_prompt", "prefill"))
        return own or bool(shown.messages or self.draft())

    def _show(self, conversation: Conversation) -> None:
        self.conversation_leaving.emit()
        self._sync()
        self._opening = conversation.id
        self.conversation = conversation
        if conversation.id in self._saved:
            self._settings.set(schema.LAST_CONVERSATION, conversation.id)
        self.conversation_changed.emit()

    def _add(self, role: Role, text: str, parent_id: int | None, info: ReplyInfo | None = None) -> Message:
        conversation = self.conversation
        message = Message(self._next_message, parent_id, role, text, time.time(), info)
        self._next_message += 1
        conversation.add(message)
        if not conversation.title and role is Role.USER:
            conversation.title = _title(text)
        self._save_header(conversation)
        self._storage.write(lambda store: store.save_message(conversation.id, message))
        return message

    def _save_header_if_used(self) -> None:
        """An empty conversation is in no list, unless something was written into it."""
        if self.conversation.id in self._saved or self._is_written_in():
            self._save_header(self.conversation)

    def _save_header(self, conversation: Conversation) -> None:
        self._saved.add(conversation.id)
        if conversation is self.conversation:
            self._settings.set(schema.LAST_CONVERSATION, conversation.id)
        header = conversation.header()
        self._storage.write(lambda store: store.save_conversation(header))
        self._conversations.touch(conversation)

    def _on_renamed(self, conversation_id: int, title: str) -> None:
        if conversation_id in self._open:
            self._open[conversation_id].title = title
            if conversation_id == self.conversation.id:
                self.message_changed.emit(-1)

    def _on_deleted(self, conversation_id: int) -> None:
        if conversation_id == self._opening:
            remaining = self._conversations.summaries()
            if not self._conversations.is_deleted(self.conversation.id):
                self._opening = self.conversation.id
            elif remaining:
                self.open(remaining[0].id)
            else:
                self._show(self._new())


def _title(text: str) -> str:
    line = " ".join(_MARKUP.sub("", text).split()) or " ".join(text.split())
    return line if len(line) <= _TITLE_LENGTH else line[: _TITLE_LENGTH - 1].rstrip() + "…"
