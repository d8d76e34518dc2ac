"""How full the context is: counts of what will be sent, exact, as the model's template renders it."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp.core.context import plan_drop, room_for_prompt
from chatapp.core.conversation import Role
from chatapp.protocol.messages import Count, Counted
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService

_DEBOUNCE = 250  # ms


@dataclass(frozen=True, slots=True)
class ContextUse:
    """Tokens. *total* is 0 without a model.

    used           of what will be sent: system prompt, history, opening of the reply
    draft          what is being typed adds to it
    exact          counted by the model's own tokenizer and template; False while that is under way or refused
    system, user, replies, template  the parts of *used*
    dropped        messages that would be left out of the next request
    system_merged  the template has no place for a system prompt, so it is sent with the first message
    """

    total: int = 0
    used: int = 0
    draft: int = 0
    exact: bool = False
    system: int = 0
    user: int = 0
    replies: int = 0
    template: int = 0
    dropped: int = 0
    system_merged: bool = False


class ContextService(QObject):
    """Counts again whenever something that is sent changes, also between the tokens of a running reply.

    Signals:

    changed()  `use` is another
    """

    changed = Signal()

    def __init__(self, chat: ChatService, engine: EngineService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._asked: Count | None = None
        self._pinned: tuple[int, ...] = ()  # indices of what was asked for that may not be left out
        self._again = False  # something changed since the last question
        self.use = ContextUse()
        self._timer = QTimer(self, singleShot=True, interval=_DEBOUNCE)
        self._timer.timeout.connect(self._ask)
        for signal in (
            chat.conversation_changed,
            chat.path_changed,
            chat.message_changed,
            chat.draft_changed,
            chat.options_changed,
            engine.model_loaded,
        ):
            signal.connect(self._on_changed)
        chat.stats_changed.connect(self._on_stats_changed)
        engine.counted.connect(self._on_counted)
        engine.state_changed.connect(self._on_engine_state)

    def close(self) -> None:
        """Count no more."""
        self._timer.stop()

    def _on_changed(self) -> None:
        if self._engine.model is not None:
            self._timer.start()
        self._show_estimate()

    def _on_engine_state(self) -> None:
        if self._engine.model is None:
            self._timer.stop()
            self._asked = None
            self._set(ContextUse())

    def _on_stats_changed(self) -> None:
        """A running reply grows; the engine says by how much."""
        if self._chat.running_conversation_id == self._chat.conversation.id:
            self._show_estimate()

    def _show_estimate(self) -> None:
        """Until the count is there: what the last reply used."""
        total = self._chat.context_length
        if total and (self._chat.turns() or self._chat.draft()):
            self._set(ContextUse(total, self._chat.context_used, self.use.draft if self._chat.draft() else 0))
        elif total:
            self._set(ContextUse(total, exact=True))

    def _ask(self) -> None:
        chat = self._chat
        if self._asked is not None:
            self._again = True
            return
        running = chat.running_conversation_id == chat.conversation.id
        path = [m for m in chat.conversation.path() if m.id != chat.streaming_id]  # that grows: see `context_used`
        turns = chat.turns(path)
        first = len(turns) - len(path)
        self._pinned = tuple(first + i for i, m in enumerate(path) if m.pinned)
        self._asked = Count(0, turns, chat.draft(), "" if running else chat.conversation.prefill, chat.is_raw)
        if not (self._asked.messages or self._asked.draft):
            self._asked = None
            self._set(ContextUse(chat.context_length, exact=True))
        elif not self._engine.count(self._asked):
            self._asked = None

    def _on_counted(self, counted: object) -> None:
        asked, self._asked = self._asked, None
        if self._again:
            self._again = False
            self._timer.start()
        if self._timer.isActive():
            return  # it is the count of what was there before, perhaps of another conversation
        if asked is None or not isinstance(counted, Counted):
            self._show_estimate()
            return
        running = self._chat.running_conversation_id == self._chat.conversation.id
        total = self._chat.context_length
        of = dict.fromkeys(Role, 0)
        for message, tokens in zip(asked.messages, counted.messages, strict=True):
            of[Role(message.role)] += tokens
        self._set(
            ContextUse(
                total=total,
                used=self._chat.context_used if running else counted.total,
                draft=counted.draft,
                exact=not running,
                system=of[Role.SYSTEM],
                user=of[Role.USER],
                replies=of[Role.ASSISTANT],
                template=counted.total - sum(of.values()),
                dropped=self._would_drop(asked, counted, total),
                system_merged=counted.system_merged,
            )
        )

    def _would_drop(self, asked: Count, counted: Counted, total: int) -> int:
        """How many messages would have to go."""
        room = room_for_prompt(total, self._chat.effective_sampling().max_tokens)
        roles = [m.role for m in asked.messages] + (["user"] if asked.draft else [])
        counts = [*counted.messages, counted.draft]
        return len(plan_drop(counts, roles, self._pinned, counted.total + counted.draft - room))

    def _set(self, use: ContextUse) -> None:
        if use != self.use:
            self.use = use
            self.changed.emit()
