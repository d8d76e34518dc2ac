"""A question to the model about the selected token: what stands in its way, whether it is asked, and the answer."""

from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.sampling import SamplingParams
from chatapp.protocol.messages import Prefix, PromptProgress, Question
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService
from chatapp.services.inspector import InspectorService, TraceState
from chatapp.services.questions import Questions


class Obstacle(StrEnum):
    """Why the model cannot be asked about the token."""

    NO_TOKEN = "no_token"
    FIRST = "first"  # nothing stands before it
    PROMPT = "prompt"  # it was read, not sampled
    WRITING = "writing"  # a reply is being written
    NO_MODEL = "no_model"
    OTHER_MODEL = "other_model"  # loaded is not the one that wrote the reply


class TokenQuestion(QObject):
    """Forgets what it knows when another token is selected.

    answer    None before it came
    progress  0..1, where the question tells it
    Signals:
        changed              `answer`, `is_asking`, `progress` or `obstacle` is another one
        failed(UserFixable)  there is no answer
    """

    changed = Signal()
    failed = Signal(object)
    of_itself = False  # of a text beside the chat the token itself is read, too

    def __init__(
        self,
        inspector: InspectorService,
        questions: Questions,
        engine: EngineService,
        chat: ChatService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._inspector = inspector
        self._questions = questions
        self._engine = engine
        self._chat = chat
        self._job = 0
        self.is_asking = False
        self.progress = 0.0
        self.answer: object = None
        inspector.message_changed.connect(self.forget)
        inspector.token_changed.connect(self.forget)
        engine.state_changed.connect(self.changed)
        chat.state_changed.connect(self.changed)  # the engine is ready before the chat has the end of its reply

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the model cannot be asked now, None when it can."""
        inspector = self._inspector
        model = self._engine.model
        if inspector.token is None or inspector.message_id is None or not len(inspector.trace):
            return Obstacle.NO_TOKEN
        if inspector.trace.owners is not None and not inspector.is_text:
            return Obstacle.PROMPT
        if inspector.is_text and inspector.token == 0 and not self.of_itself:
            return Obstacle.FIRST
        if inspector.state is not TraceState.READY or self._chat.streaming_id is not None:
            return Obstacle.WRITING
        if model is None:
            return Obstacle.NO_MODEL
        written_by = inspector.trace.meta.get("fingerprint", "")
        return Obstacle.OTHER_MODEL if written_by and written_by != model.fingerprint else None

    @property
    def sampled_with(self) -> SamplingParams | None:
        """The settings of the reply that is looked at; None where they are not known."""
        kept = self._inspector.trace.meta.get("sampling")
        try:
            return SamplingParams.from_json(kept) if isinstance(kept, dict) else None
        except (UserFixable, TypeError, ValueError):  # written by another version
            return None

    def ask_about(self, make: Callable[[Prefix], Question]) -> None:
        """Ask what *make* makes of all that stands before the token; nothing happens while there is an `obstacle`."""
        inspector = self._inspector
        if self.obstacle is not None or inspector.message_id is None or inspector.token is None:
            return
        self._questions.withdraw(self._job)
        self.is_asking, self.progress = True, 0.0
        question = make(inspector.prefix_to(inspector.message_id, inspector.token))
        self._job = self._questions.ask(question, self._on_answer, self._on_failure, self._on_progress)
        self.changed.emit()

    def cancel(self) -> None:
        """The answer is not wanted any more."""
        self._questions.withdraw(self._job)
        self.is_asking = False
        self.changed.emit()

    def forget(self) -> None:
        """Start anew: what is known belongs to another token."""
        self._questions.withdraw(self._job)
        if self.is_asking or self.answer is not None:
            self.is_asking, self.answer = False, None
            self.changed.emit()

    def take(self, answer: object) -> object:
        """What is kept of *answer*; for those that look at it first."""
        return answer

    def _on_answer(self, answer: object) -> None:
        self.is_asking = False
        self.answer = self.take(answer)
        self.changed.emit()

    def _on_failure(self, error: UserFixable) -> None:
        self.is_asking = False
        self.changed.emit()
        if error.code is not ErrorCode.CANCELLED:  # a reply that began ended it: nothing went wrong
            self.failed.emit(error)

    def _on_progress(self, event: object) -> None:
        if isinstance(event, PromptProgress):
            self.progress = event.fraction
            self.changed.emit()
