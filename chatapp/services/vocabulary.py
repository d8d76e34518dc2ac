"""The vocabulary of the loaded model, asked for once."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import ErrorCode, RequestError, UserFixable
from chatapp.core.vocabulary import Vocabulary
from chatapp.protocol.messages import Vocabulary as AskVocabulary
from chatapp.protocol.messages import VocabularyRead
from chatapp.services.engine_process import EngineService
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks


class VocabularyService(QObject):
    """Signals:

    changed()            `current` is there, or another model was loaded and it is not there yet
    failed(UserFixable)  the engine could not tell; `need` asks again
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self, engine: EngineService, questions: Questions, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._questions = questions
        self._tasks = tasks
        self._job = 0
        self._key = ""
        self._waiting: list[tuple[Callable[[Vocabulary], None], Callable[[UserFixable], None]]] = []
        self.current: Vocabulary | None = None
        engine.state_changed.connect(self._on_engine_changed)

    def need(self) -> None:
        """Have `current` read, when there is a model and it is not there yet."""
        if self.current is None and not self._job and self._engine.model is not None:
            self._key = self._model_key()
            self._job = self._questions.ask(AskVocabulary(0), self._on_read, self._on_failed)

    def read(self, on_known: Callable[[Vocabulary], None], on_failed: Callable[[UserFixable], None]) -> None:
        """Hand on the vocabulary when it is there, or say why it cannot be had."""
        if self.current is not None:
            on_known(self.current)
        elif self._engine.model is None:
            on_failed(RequestError(ErrorCode.NO_MODEL))
        else:
            self._waiting.append((on_known, on_failed))
            self.need()

    def _on_read(self, answer: object) -> None:
        if isinstance(answer, VocabularyRead):
            key, arrays = self._key, answer.arrays
            self._tasks.run(
                lambda: Vocabulary(arrays["lengths"], arrays["bytes"], arrays["control"]),
                lambda made: self._on_made(key, made),
            )

    def _on_made(self, key: str, made: Vocabulary) -> None:
        if key == self._key:
            self._job = 0
            self.current = made
            self.changed.emit()
            waiting, self._waiting = self._waiting, []
            for on_known, _ in waiting:
                on_known(made)

    def _on_failed(self, error: UserFixable) -> None:
        self._job = 0
        if error.code is ErrorCode.CANCELLED:  # by a reply that began: it is answered after that
            self.need()
            return
        self.failed.emit(error)
        waiting, self._waiting = self._waiting, []
        for _, on_failed in waiting:
            on_failed(error)

    def _on_engine_changed(self) -> None:
        if self._engine.model is not None and self._key not in ("", self._model_key()):
            self._questions.withdraw(self._job)
            self._job, self._key, self.current = 0, "", None
            self.changed.emit()
            if self._waiting:
                self.need()

    def _model_key(self) -> str:
        model = self._engine.model
        return f"{model.fingerprint}\n{model.path}" if model else ""
