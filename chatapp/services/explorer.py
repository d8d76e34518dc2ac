"""The next-token explorer: which token may follow a text, and tokens put behind it by hand, one by one."""

import math
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.next_token import NextToken
from chatapp.core.sampling import SamplingParams
from chatapp.core.vocabulary import Vocabulary, unfinished
from chatapp.protocol.messages import Predict, Predicted, Prefix, PromptProgress
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService, EngineState
from chatapp.services.explorer_place import Place, Source, place_after, place_in
from chatapp.services.inspector import InspectorService
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks
from chatapp.services.vocabulary import VocabularyService

_KEPT = 24  # distributions; one takes 3 MB at 150,000 tokens
_SETTLED = 150  # ms without another change, before the engine is asked
_GREEDY_BELOW = 1e-3  # temperature; as the engine's sampler chain
_SHORT_SEED = 10_000  # a random one is easy to read and to type
MAX_SEED = 2**31 - 1


class ExplorerState(StrEnum):
    """What there is to show."""

    NO_MODEL = "no_model"
    NOTHING = "nothing"  # an empty conversation, or no text
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
        questions: Questions,
        vocabulary: VocabularyService,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._inspector = inspector
        self._questions = questions
        self._vocabulary = vocabulary
        self._tasks = tasks
        self._active = False
        self._job = 0
        self._wanted = 0  # counts questions: only the latest answer is shown
        self._cut = False  # a reply began after we asked
        self._params = chat.effective_sampling()
        self._known: OrderedDict[tuple[int, ...], NextToken] = OrderedDict()
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
                       chat.path_changed, chat.message_changed, chat.options_changed):  # fmt: skip
            signal.connect(self._on_chat_moved)
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
            if self._chat.effective_sampling() != self._params:
                self._known.clear()
                self.state = ExplorerState.NOTHING  # what is shown went through other samplers
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
            ids = [step.id for step in self.steps]
            self._chat.branch(self.place.message_id, self.place.position, ids)

    def resume(self) -> None:
        """Ask again what was interrupted or failed."""
        self._ask()

    # -- where we are --------------------------------------------------------------------------------------------------

    def _find_place(self) -> Place | None:
        if self.source is Source.TEXT:
            return place_after(self.text)
        return place_in(self._chat, self._inspector, self.vocabulary, at_end=self.source is Source.END)

    def _go_to(self, place: Place | None) -> None:
        self.place = place
        self.moved = False
        self._known.clear()
        self._ask()

    def _follow(self) -> None:
        """Be where the chat is, unless steps hold us."""
        if not self._active:
            return
        place = self._find_place()
        if place == self.place:
            if self.state is not ExplorerState.READY or self.moved:
                self.moved = False
                self._ask()
        elif self.steps:
            self.moved = True
            self.changed.emit()
        else:
            self._go_to(place)

    def _on_chat_moved(self) -> None:
        if self._active and self.source is not Source.TEXT:
            self._settle.start()

    def _on_engine_changed(self) -> None:
        if self._engine.model is None:
            self._known.clear()
            self._drop_question()
            self._set_state(ExplorerState.NO_MODEL)
        elif self._engine.state is EngineState.BUSY:
            self._cut = bool(self._job)
        elif self.state in (ExplorerState.NO_MODEL, ExplorerState.WAITING) and self._active and not self._job:
            self._settle.start()

    def _on_vocabulary_changed(self) -> None:
        if self.vocabulary is None:  # another model's tokens have other ids
            self.steps = ()
            self._known.clear()
            self.distribution = None
        if self._active:
            self._go_to(self._find_place())

    # -- asking --------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._drop_question()
        self.error = None
        if self._engine.model is None:
            self._set_state(ExplorerState.NO_MODEL)
        elif self.prefix is None:
            self.distribution = None
            self._set_state(ExplorerState.NOTHING)
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
        ids = tuple(step.id for step in self.steps)
        if ids in self._known:
            self._known.move_to_end(ids)
            self.distribution = self._known[ids]
            self._set_state(ExplorerState.READY)
            return
        busy = self._engine.state is not EngineState.READY
        self._set_state(ExplorerState.WAITING if busy else ExplorerState.READING)
        wanted, params = self._wanted, self._params
        self._job = self._questions.ask(
            Predict(0, prefix, params),
            lambda answer: self._on_predicted(wanted, ids, params, answer),
            self._on_failed,
            self._on_progress,
        )

    def _drop_question(self) -> None:
        self._wanted += 1
        self._cut = False
        self._questions.withdraw(self._job)
        self._job = 0

    def _on_predicted(self, wanted: int, ids: tuple[int, ...], params: SamplingParams, answer: object) -> None:
        if wanted == self._wanted and isinstance(answer, Predicted):
            self._job = 0
            self._tasks.run(lambda: _next_token(answer, params), lambda made: self._on_made(wanted, ids, made))

    def _on_made(self, wanted: int, ids: tuple[int, ...], made: NextToken) -> None:
        if wanted != self._wanted:
            return
        self._known[ids] = self.distribution = made
        if len(self._known) > _KEPT:
            self._known.popitem(last=False)
        self._set_state(ExplorerState.READY)

    def _on_failed(self, error: UserFixable) -> None:
        cut, self._job = self._cut, 0
        if error.code is ErrorCode.NO_MODEL:
            self._set_state(ExplorerState.NO_MODEL)
        elif cut:
            self._set_state(ExplorerState.INTERRUPTED)
        else:
            self.error = error
            self._set_state(ExplorerState.FAILED)

    def _on_progress(self, event: object) -> None:
        if isinstance(event, PromptProgress) and event.total:
            self.progress.emit(event.done / event.total)

    def _set_state(self, state: ExplorerState) -> None:
        self.state = state
        self.changed.emit()


def _next_token(answer: Predicted, params: SamplingParams) -> NextToken:
    left, probs = answer.arrays["stage_left"], answer.arrays["stage_probs"]
    final = probs[-1].copy()
    if params.temperature < _GREEDY_BELOW and "temperature" not in params.disabled:  # the draw itself decides
        likeliest = int(final.argmax())
        final[:] = 0
        final[likeliest] = 1
    stages = tuple(zip(answer.stages, (int(n) for n in left), strict=True))
    return NextToken.of(answer.arrays["logits"], final, answer.n_tokens, stages)
