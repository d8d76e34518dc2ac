"""Scores of prompts: the model reads a message and all before it once more, to say how likely its tokens were."""

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from chatapp.core.conversation import Message, Role
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.protocol.messages import ChatMessage, Prefix, PromptProgress, Score, Scored
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService
from chatapp.services.questions import Questions
from chatapp.services.reply import system_of
from chatapp.services.storage import StorageService


@dataclass(slots=True)
class _Running:
    job: int = 0
    progress: float = 0.0


class PromptScores(QObject):
    """Of the shown conversation, and of texts beside it, which have negative ids and are not saved; several messages
    are scored one after the other, a reply that begins ends them all.

    Signals:
    changed(int)              message id: it is being scored now, or no longer, or is further on
    scored(int, TraceBuffer)  its new trace, which is being saved
    failed(int, UserFixable)  it could not be scored
    """

    changed = Signal(int)
    scored = Signal(int, object)
    failed = Signal(int, object)

    def __init__(
        self,
        chat: ChatService,
        engine: EngineService,
        questions: Questions,
        storage: StorageService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._questions = questions
        self._storage = storage
        self._running: dict[int, _Running] = {}
        self._texts: dict[int, Message] = {}
        chat.conversation_changed.connect(self._cancel_all)

    def progress(self, message_id: int | None) -> float | None:
        """How far the scoring of a message is, 0..1; None when it is not being scored."""
        running = self._running.get(message_id) if message_id is not None else None
        return None if running is None else running.progress

    def prefix_of(self, message_id: int) -> Prefix:
        """The prompt that a message ends, where a reply would begin; of a text beside the chat that alone, raw."""
        chat = self._chat
        if message_id in self._texts:
            return Prefix((ChatMessage(Role.USER, self._texts[message_id].text),), raw=True)
        messages = chat.turns(chat.conversation.path(message_id))
        return Prefix(raw=chat.is_raw, adapters=chat.conversation.adapters, messages=messages)

    def add_text(self, text: str) -> int:
        """Know a text beside the chat; its id, the same for the same text."""
        known = next((number for number, message in self._texts.items() if message.text == text), 0)
        number = known or -1 - len(self._texts)
        self._texts[number] = Message(number, None, Role.USER, text, 0.0)
        return number

    def text(self, message_id: int) -> Message | None:
        """The text beside the chat with this id, as a message of the user."""
        return self._texts.get(message_id)

    def score(self, message_id: int) -> None:
        """Let the model read the prompt up to this message, no reply, again, or a text beside the chat."""
        if message_id in self._running or self._engine.model is None:
            return
        prefix = self.prefix_of(message_id)
        self._running[message_id] = running = _Running()
        running.job = self._questions.ask(
            Score(0, prefix),
            lambda answer: self._on_scored(message_id, prefix, answer),
            lambda error: self._on_failed(message_id, error),
            lambda event: self._on_progress(message_id, event),
        )
        self.changed.emit(message_id)

    def cancel(self, message_id: int) -> None:
        """The scores are not wanted any more."""
        running = self._running.pop(message_id, None)
        if running is not None:
            self._questions.withdraw(running.job)
            self.changed.emit(message_id)

    def scored_with(self, prefix: Prefix) -> dict[str, object]:
        """What scores of *prefix* depend on besides the messages, as it is now."""
        model = self._engine.model
        return {
            "fingerprint": model.fingerprint if model else "",
            "adapters": [use.to_json() for use in prefix.adapters],
            "system": system_of(prefix.messages),
            "raw": prefix.raw,
        }

    def is_stale(self, message: Message, meta: dict[str, Any]) -> bool:
        """Whether *message*, whose trace has this *meta*, was scored by another model, or behind another system prompt,
        than would read it now; not so a reply, which is looked at as it was written, nor what is no longer shown.
        """
        is_known = message.id in self._texts or message.id in self._chat.conversation.messages
        if message.role is Role.ASSISTANT or self._engine.model is None or not is_known:
            return False
        now = self.scored_with(self.prefix_of(message.id))
        return any(meta.get(key, now[key]) != now[key] for key in now)

    def _cancel_all(self) -> None:
        for message_id in list(self._running):
            self.cancel(message_id)

    def _on_scored(self, message_id: int, prefix: Prefix, answer: object) -> None:
        self._running.pop(message_id, None)
        if isinstance(answer, Scored) and len(answer.trace) >= answer.total - answer.start:  # no reply interrupted it
            model = self._engine.model
            meta = {
                "kind": "prompt",
                "model": model.path if model else "",
                "owners": list(answer.owners),
                "owner": len(prefix.messages) - 1,
                "prompt_tokens": answer.total,
                **self.scored_with(prefix),
            }
            trace = replace(answer.trace, meta=meta)
            if message_id not in self._texts:
                self._storage.write(lambda store: store.save_trace(message_id, trace))
            self.scored.emit(message_id, TraceBuffer(trace))
        self.changed.emit(message_id)

    def _on_failed(self, message_id: int, error: UserFixable) -> None:
        self._running.pop(message_id, None)
        self.changed.emit(message_id)
        if error.code not in (ErrorCode.CANCELLED, ErrorCode.NO_MODEL):  # why there is none is said elsewhere
            self.failed.emit(message_id, error)

    def _on_progress(self, message_id: int, event: object) -> None:
        running = self._running.get(message_id)
        if running is not None and isinstance(event, PromptProgress):
            running.progress = event.fraction
            self.changed.emit(message_id)
