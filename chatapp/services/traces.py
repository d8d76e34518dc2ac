"""Token traces of the messages in sight, read when they are asked for and kept up while a reply is written."""

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from chatapp.core.conversation import Message, Role
from chatapp.core.token_places import TokenPlaces, prompt_places, reply_places
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.chat import ChatService
from chatapp.services.prompt_scores import PromptScores
from chatapp.services.storage import StorageService
from chatapp.store.conversations import ConversationStore

_KEPT = 32  # messages; a few screens of them


@dataclass(frozen=True, slots=True)
class Traced:
    """The trace of a message, and where in its text the tokens stand."""

    trace: TraceBuffer
    places: TokenPlaces

    @classmethod
    def of(cls, message: Message, found: TokenTrace | None) -> "Traced | None":
        """What was kept of *message*; None when that is nothing, or another text."""
        if found is None or not len(found):
            return None
        trace = TraceBuffer(found)
        places = (reply_places if message.role is Role.ASSISTANT else prompt_places)(trace, message.text)
        return None if places is None else cls(trace, places)


class TracesService(QObject):
    """Signals:

    changed(int)    message id: its trace is there now, is another one, or is known not to be there
    grew(int, int)  message id, the first cell of its trace that is new or changed
    """

    changed = Signal(int)
    grew = Signal(int, int)

    def __init__(
        self, chat: ChatService, scores: PromptScores, storage: StorageService, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._storage = storage
        self._known: dict[int, Traced | None] = {}  # the one asked for last at the end
        self._reading: set[int] = set()
        self._unsaved: set[int] = set()  # of which nothing was found while what was recorded waits to be written
        chat.reply_traced.connect(self._on_reply_traced)
        chat.message_changed.connect(self._on_message_changed)
        scores.scored.connect(self._on_scored)
        storage.saved.connect(self._on_saved)

    def of(self, message: Message) -> Traced | None:
        """The trace of *message*; None when there is none, or it is being read: `changed` tells when it is there."""
        if message.id in self._known:
            self._known[message.id] = found = self._known.pop(message.id)
            return found
        if message.id == self._chat.streaming_id:
            return self._follow(message.id)
        self._read(message)
        return None

    def is_known(self, message_id: int) -> bool:
        """Whether `of` has the last word."""
        return message_id in self._known or message_id == self._chat.streaming_id

    def _follow(self, message_id: int) -> Traced:
        trace = TraceBuffer()
        for part in self._chat.running_trace():
            trace.append(part)
        followed = Traced(trace, TokenPlaces(trace, self._chat.given_length))
        self._keep(message_id, followed)
        return followed

    def _read(self, message: Message) -> None:
        if message.id in self._reading:
            return
        self._reading.add(message.id)

        def load(store: ConversationStore) -> Traced | None:
            return Traced.of(message, store.load_trace(message.id))  # here: thousands of tokens take a moment

        def done(found: Traced | None) -> None:
            self._reading.discard(message.id)
            self._keep(message.id, found)
            if found is None and self._storage.failure is not None:
                self._unsaved.add(message.id)
            self.changed.emit(message.id)

        self._storage.read(load, done, lambda _error: self._reading.discard(message.id))

    def _keep(self, message_id: int, traced: Traced | None) -> None:
        self._known[message_id] = traced
        spare = [known for known in self._known if known not in {message_id, self._chat.streaming_id}]
        for oldest in spare[: max(0, len(self._known) - _KEPT)]:
            del self._known[oldest]

    def _on_reply_traced(self, message_id: int, part: TokenTrace) -> None:
        known = self._known.get(message_id)
        if known is None:
            return
        if not len(known.trace):
            known.places.origin = self._chat.given_length
        first = known.trace.append(part)
        known.places.extend()
        self.grew.emit(message_id, first)

    def _on_message_changed(self, message_id: int) -> None:
        known = self._known.get(message_id)
        message = self._chat.conversation.messages.get(message_id)
        if known is None or message is None or message_id == self._chat.streaming_id:
            return
        if known.places.origin:  # a reply that was gone on with: what is kept has the tokens of its beginning, too
            self._read(message)

    def _on_saved(self) -> None:
        unsaved, self._unsaved = self._unsaved, set()
        for message_id in unsaved:
            self._known.pop(message_id, None)
            self.changed.emit(message_id)

    def _on_scored(self, message_id: int, trace: TraceBuffer) -> None:
        message = self._chat.conversation.messages.get(message_id)
        if message is not None:
            places = prompt_places(trace, message.text)
            self._keep(message_id, Traced(trace, places) if places is not None else None)
            self.changed.emit(message_id)
