"""Where a conversation, or one message of it, is longer than the context: a larger one, and then the answer."""

from PySide6.QtCore import QObject

from chatapp.core.conversation import Message
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService, EngineState
from chatapp.services.models import ModelsService


class LargerContext(QObject):
    """Loads the model again and lets the reply that had no room be written."""

    def __init__(
        self, chat: ChatService, models: ModelsService, engine: EngineService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._models = models
        self._waiting: tuple[int, int, int] | None = None  # conversation, message, tokens of context
        engine.state_changed.connect(self._on_engine_state)

    def offer(self, reply: Message) -> int | None:
        """Tokens of a context in which *reply* has room, 0 for none; None when the present one has, or is not known."""
        info = reply.info
        return self._models.larger_context(info.prompt_tokens + info.completion_tokens) if info else None

    def answer(self, message_id: int) -> None:
        """Load with a larger context, then answer again (a branch: as it was to begin), or go on with what was written
        before there was no room."""
        n_ctx = self.offer(self._chat.conversation.messages[message_id])
        if n_ctx and self._chat.streaming_id is None:
            self._waiting = (self._chat.conversation.id, message_id, n_ctx)
            self._models.load_with_context(n_ctx)

    def _on_engine_state(self, state: str) -> None:
        """A load begins only after the file was looked at, and perhaps after a question."""
        if self._waiting is None or state != EngineState.STARTING:
            return
        (conversation_id, message_id, n_ctx), self._waiting = self._waiting, None
        if conversation_id != self._chat.conversation.id or n_ctx != self._models.options().n_ctx:
            return
        messages = self._chat.conversation.messages
        info = messages[message_id].info
        fork = info.fork if info else None
        if messages[message_id].text:
            self._chat.resume(message_id)
        elif fork is not None and fork.message_id in messages:
            self._chat.branch(fork.message_id, fork.position, fork.token)
        else:
            self._chat.regenerate(message_id)
