"""The next-token explorer: which token may follow a text, and tokens put behind it by hand, one by one."""

import math
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.next_token import NextToken
from chatapp.core.vocabulary import Vocabulary, unfinished
from chatapp.protocol.messages import Prefix
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService, EngineState
from chatapp.services.explorer_place import Place, Source, is_foreign, place_after, place_in
from chatapp.services.inspector import InspectorService
from chatapp.services.next_tokens import NextTokens
from chatapp.services.vocabulary import VocabularyService

_SETTLED = 150  # ms without another change, before the engine is asked
_SHORT_SEED = 10_000  # a random one is easy to read and to type
MAX_SEED = 2**31 - 1


class ExplorerState(StrEnum):
    """What there is to show."""

    NO_MODEL = "no_model"
    NOTHING = "nothing"  # an empty conversation, or no text
    OTHER_MODEL = "other_model"  # the selected token is one of another model, to which the ids are other words
    WAITING = "waiting"  # for the reply that is being written
    READING = "reading"
    READY = "ready"
    INTERRUPTED = "interrupted"  # by a reply that began; `resume`
    FAILED = "failed"  # see `error`


@dataclass(frozen=True, slots=True)
class Step:
    """A token put behind the text. *logprob* in nats; *final* is its probability after the samplers, nan if unknown."""

    id: int
    piece: bytes
    logprob: float
    final: float = math.nan


class ExplorerService(QObject):
    """Signals:

    changed()        state, place, steps or distribution are others
    progress(float)  0..1, of the text that is read
    """

    changed = Signal()
    progress = Signal(float)

    def __init__(
        self,
        chat: ChatService,
        engine: EngineService,
        inspector: InspectorService,
        vocabulary: VocabularyService,
        next_tokens: NextTokens,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._inspector = inspector
        self._vocabulary = vocabulary
        self._next = next_tokens
        self._active = False
        self._params = chat.effective_sampling()  # that what is shown went through
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settle.timeout.connect(self._follow)
        self.source = Source.TOKEN
        self.text = ""
        self.state = ExplorerState.NOTHING
        self.error: UserFixable | None = None
        self.place: Place | None = None
        self.steps: tuple[Step, ...] = ()
        self.distribution: NextToken | None = None
        self.moved = False  # the chat is elsewhere by now, and the steps hold us here; `restart` goes there
        self.seed = secrets.randbelow(_SHORT_SEED)
        for signal in (inspector.message_changed, inspector.token_changed, inspector.state_changed,
                       chat.path_changed, chat.message_changed):  # fmt: skip
            signal.connect(self._on_chat_moved)
        for signal in (chat.sampling_changed, chat.options_changed, chat.conversation_changed):
            signal.connect(self._on_circumstances_changed)
        engine.state_changed.connect(self._on_engine_changed)
        vocabulary.changed.connect(self._on_vocabulary_changed)
        vocabulary.failed.connect(self._on_failed)

    # -- what the tab shows --------------------------------------------------------------------------------------------

    @property
    def vocabulary(self) -> Vocabulary | None:
        """Of the loaded model, when it has been read."""
        return self._vocabulary.current

    @property
    def before(self) -> bytes:
        """The end of the text that the explored token follows."""
        return (self.place.text if self.place else b"") + b"".join(step.piece for step in self.steps)

    @property
    def pending(self) -> bytes:
        """The bytes of a character that is not whole yet, right before the explored token."""
        return unfinished(self.before)

    @property
    def taken(self) -> int | None:
        """The token of the chat that stands where the explored one would, None elsewhere."""
        return self.place.taken if self.place is not None and not self.steps else None

    @property
    def prefix(self) -> Prefix | None:
        """All that stands before the explored token."""
        if self.place is None:
            return None
        first = self.place.prefix
        return replace(first, reply_ids=first.reply_ids + tuple(step.id for step in self.steps))

    @property
    def logprob(self) -> float:
        """Of all steps together, nats."""
        return math.fsum(step.logprob for step in self.steps)

    # -- what the user does --------------------------------------------------------------------------------------------

    def set_active(self, active: bool) -> None:
        """While it is seen, it follows the chat; a *text* is read only then, too."""
        self._active = active
        self._settle.stop()
        if active:
            self._follow()

    def set_source(self, source: Source) -> None:
        """Explore something else; the steps go."""
        if source is not self.source:
            self.source = source
            self.restart()

    def set_text(self, text: str) -> None:
        """What `Source.TEXT` explores, as soon as nothing is typed for a moment; the steps go."""
        if text != self.text:
            self.text = text
            if self.source is Source.TEXT:
                self.steps = ()
                if self._active:
                    self._settle.start()

    def restart(self) -> None:
        """Without steps, from where the source is now."""
        self._settle.stop()
        self.steps = ()
        self._go_to(self._find_place())

    def step(self, token: int) -> None:
        """Put *token* behind the text."""
        known, vocabulary = self.distribution, self.vocabulary
        if self.state is ExplorerState.READY and known and vocabulary and 0 <= token < len(known):
            step = Step(token, vocabulary.piece(token), float(known.logprobs[token]), float(known.final[token]))
            self.extend([step])

    def extend(self, steps: Iterable[Step]) -> None:
        """Put the tokens of *steps* behind the text."""
        self.steps += tuple(steps)
        self._ask()

    def take_likeliest(self) -> None:
        """Step to the likeliest token, before any sampler."""
        if self.distribution is not None:
            self.step(self.distribution.likeliest)

    def draw(self) -> None:
        """Step to a token drawn after the samplers, by `seed` and the number of steps before it."""
        if self.distribution is not None:
            self.step(self.distribution.draw(self.seed, len(self.steps)))

    def rewind(self, count: int) -> None:
        """Keep the first *count* steps."""
        if 0 <= count < len(self.steps):
            self.steps = self.steps[:count]
            if not count and self.moved:
                self._follow()
            else:
                self._ask()

    def undo(self) -> None:
        """Take the last step back."""
        self.rewind(len(self.steps) - 1)

    @property
    def can_continue(self) -> bool:
        """Whether the steps can become a reply: they follow the tokens of one."""
        return bool(self.steps) and self.place is not None and self.place.message_id is not None

    def continue_in_chat(self) -> None:
        """Write another version of the reply, which has the steps in this place."""
        if self.place is not None and self.place.message_id is not None and self.steps:
            place, ids = self.place, [step.id for step in self.steps]
            self.steps = ()  # the new reply is looked at from now on
            self._chat.branch(self.place.message_id, place.position, ids)
            self._settle.start()

    def resume(self) -> None:
        """Ask again what was interrupted or failed."""
        self._ask()

    # -- where we are --------------------------------------------------------------------------------------------------

    def _find_place(self) -> Place | None:
        if self.source is Source.TEXT:
            return place_after(self.text, self._chat.conversation.adapters)
        return place_in(
            self._chat, self._inspector, self._engine.model, self.vocabulary, at_end=self.source is Source.END
        )

    def _go_to(self, place: Place | None) -> None:
        self.place = place
        self.moved = False
        self._ask()

    def _follow(self) -> None:
        """Be where the chat is, unless steps hold us."""
        if not self._active:
            return
        place, stale = self._find_place(), self._params != self._chat.effective_sampling()
        if place == self.place:
            if stale or self.moved or not (self.state is ExplorerState.READY or self._next.is_asking):
                self.moved = False
                self._ask()
        elif self.steps:
            self.moved = True
            if stale:
                self._ask()
            self.changed.emit()
        else:
            self._go_to(place)

    def _on_chat_moved(self) -> None:
        if self._active and self.source is not Source.TEXT:
            self._settle.start()

    def _on_circumstances_changed(self) -> None:
        if self._active:
            self._settle.start()

    def _on_engine_changed(self) -> None:
        if self._engine.model is None:
            self._next.forget()
            self._set_state(ExplorerState.NO_MODEL)
        elif self.state in (ExplorerState.NO_MODEL, ExplorerState.WAITING) and not self._next.is_asking:
            self._on_circumstances_changed()

    def _on_vocabulary_changed(self) -> None:
        if self.vocabulary is None:  # another model's tokens have other ids
            self._next.forget()
            self.steps = ()
            self.distribution = None
        if self._active:
            self._go_to(self._find_place())

    # -- asking --------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._next.drop()
        self.error = None
        if self._engine.model is None:
            self._set_state(ExplorerState.NO_MODEL)
        elif self.prefix is None:
            self.distribution = None
            of_token = self.source is Source.TOKEN
            foreign = of_token and is_foreign(self._inspector, self._engine.model, self.vocabulary)
            self._set_state(ExplorerState.OTHER_MODEL if foreign else ExplorerState.NOTHING)
        elif self.vocabulary is None:
            self._set_state(ExplorerState.READING)
            self._vocabulary.need()
        elif self._is_being_written():
            self._set_state(ExplorerState.WAITING)
        else:
            self._ask_for(self.prefix)

    def _is_being_written(self) -> bool:
        streaming = self._chat.streaming_id
        if streaming is None or self.source is Source.TEXT or self.place is None:
            return False
        return self.place.message_id in (None, streaming) and self._chat.conversation.leaf_id == streaming

    def _ask_for(self, prefix: Prefix) -> None:
        self._params = self._chat.effective_sampling()
        known = self._next.known(prefix, self._params)
        if known is not None:
            self._on_known(known)
            return
        busy = self._engine.state is not EngineState.READY
        self._set_state(ExplorerState.WAITING if busy else ExplorerState.READING)
        self._next.ask(prefix, self._params, self._on_known, self._on_failed, self.progress.emit)

    def _on_known(self, known: NextToken) -> None:
        self.distribution = known
        self._set_state(ExplorerState.READY)

    def _on_failed(self, error: UserFixable) -> None:
        if error.code is ErrorCode.NO_MODEL:
            self._set_state(ExplorerState.NO_MODEL)
        elif error.code is ErrorCode.CANCELLED:
            self._set_state(ExplorerState.INTERRUPTED)
        else:
            self.error = error
            self._set_state(ExplorerState.FAILED)

    def _set_state(self, state: ExplorerState) -> None:
        self.state = state
        self.changed.emit()
