"""How likely the model finds a text: every token's surprisal as it comes, and the perplexity."""

from enum import StrEnum
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.text_file import PlainText, plain_text, read_text
from chatapp.core.text_rest import TextRest
from chatapp.core.text_totals import TextTotals
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.protocol.messages import PromptProgress, ScoreText, TextPart, TextScored
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService, EngineState
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks

SHOWN = 50_000  # tokens that `trace` keeps, and a few more; the sums are of all, and `rest` has the others
CONTINUOUS, LLAMA_CPP = "continuous", "llama.cpp"  # see `ScoreText`


class ScoreState(StrEnum):
    """How far it is."""

    IDLE = "idle"
    WAITING = "waiting"  # for the reply that is being written
    SCORING = "scoring"
    DONE = "done"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"  # by a reply that began
    FAILED = "failed"  # see `error`


class TextScoreService(QObject):
    """Signals:

    changed()     `state`, `totals`, `adapters` or `n_ctx` are others
    restarted()   `trace` is a new one
    grew(int)     tokens came; the index of the first cell of `trace` that is new or changed
    file_read(str, PlainText)     a file's name and its text
    file_refused(UserFixable)     it could not be used
    """

    changed = Signal()
    restarted = Signal()
    grew = Signal(int)
    file_read = Signal(str, object)
    file_refused = Signal(object)

    def __init__(
        self,
        chat: ChatService,
        engine: EngineService,
        questions: Questions,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._questions = questions
        self._tasks = tasks
        self._job = 0
        self._request: ScoreText | None = None
        self.state = ScoreState.IDLE
        self.error: UserFixable | None = None
        self.trace = TraceBuffer()
        self.rest = TextRest()
        self.totals = TextTotals()
        self.n_ctx = 0  # that was used, known at the end
        engine.state_changed.connect(self.changed)
        chat.options_changed.connect(self.changed)
        chat.conversation_changed.connect(self.changed)

    @property
    def has_model(self) -> bool:
        """Whether `start` has somebody to ask."""
        return self._engine.model is not None

    @property
    def is_busy(self) -> bool:
        """Whether a text is being scored."""
        return bool(self._job)

    @property
    def adapters(self) -> tuple[AdapterUse, ...]:
        """That the text in `trace` is scored with, or the next one will be: those of the chat that is shown."""
        if self._request is not None and (self.is_busy or len(self.trace)):
            return self._request.adapters
        return self._chat.conversation.adapters

    def open_file(self, path: Path) -> None:
        """Read a text file, in the background."""
        self._tasks.run(
            lambda: read_text(path), lambda text: self.file_read.emit(path.name, text), self.file_refused.emit
        )

    def take(self, name: str, text: str) -> None:
        """A long text that is no file, in the background; it comes as one that was read."""
        self._tasks.run(
            lambda: plain_text(text, name), lambda found: self.file_read.emit(name, found), self.file_refused.emit
        )

    def start(self, text: PlainText, method: str = CONTINUOUS, n_ctx: int = 0) -> None:
        """Score *text* with the adapters of the chat that is shown; what is shown of another text goes."""
        self._request = ScoreText(0, text.utf8, method, n_ctx, self._chat.conversation.adapters)
        self.resume()

    def resume(self) -> None:
        """Score the last text again, from its beginning."""
        if self._request is None:
            return
        self._questions.withdraw(self._job)
        self._job, self.error, self.n_ctx = 0, None, 0
        self.trace, self.rest, self.totals = TraceBuffer(), TextRest(), TextTotals()
        self.restarted.emit()
        busy = self._engine.state is not EngineState.READY
        self.state = ScoreState.WAITING if busy else ScoreState.SCORING
        self._job = self._questions.ask(self._request, self._on_answer, self._on_failed, self._on_part)
        self.changed.emit()

    def cancel(self) -> None:
        """Stop; what was scored stays."""
        if self._job:
            self._questions.withdraw(self._job)
            self._job = 0
            self._set_state(ScoreState.CANCELLED)

    def _on_part(self, event: object) -> None:
        if isinstance(event, PromptProgress):
            return
        assert isinstance(event, TextPart)
        if self.state is ScoreState.WAITING:
            self.state = ScoreState.SCORING
        self.totals.add(event.start, event.total, event.counted, event.trace)
        if len(self.trace) < SHOWN:
            self.grew.emit(self.trace.append(event.trace))
        else:
            self.trace.pieces |= event.trace.pieces
            self.trace.names |= event.trace.names
            self.rest.add(event.trace)
        self.changed.emit()

    def _on_answer(self, answer: object) -> None:
        self._job = 0
        if isinstance(answer, TextScored):
            self.n_ctx = answer.n_ctx
            self._set_state(ScoreState.INTERRUPTED if answer.cancelled else ScoreState.DONE)

    def _on_failed(self, error: UserFixable) -> None:
        self._job = 0
        if error.code is ErrorCode.NO_MODEL:
            self._set_state(ScoreState.CANCELLED)
        elif error.code is ErrorCode.CANCELLED:
            self._set_state(ScoreState.INTERRUPTED)
        else:
            self.error = error
            self._set_state(ScoreState.FAILED)

    def _set_state(self, state: ScoreState) -> None:
        self.state = state
        self.changed.emit()
