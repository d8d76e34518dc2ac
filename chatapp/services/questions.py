"""Questions to the engine, with one callback for each end they can come to."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject

from chatapp.core.errors import ErrorCode, RequestError, UserFixable
from chatapp.protocol.messages import Failed, PromptProgress, Question, TextPart
from chatapp.services.engine_process import EngineService


@dataclass(frozen=True, slots=True)
class _Asked:
    on_answer: Callable[[object], None]
    on_failure: Callable[[UserFixable], None]
    on_progress: Callable[[object], None]


class Questions(QObject):
    """Hands `EngineService.answered` to whoever asked. Every question ends in exactly one call, unless withdrawn."""

    def __init__(self, engine: EngineService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._asked: dict[int, _Asked] = {}
        engine.answered.connect(self._on_answered)
        engine.failed.connect(self._fail_all)
        engine.state_changed.connect(self._on_state_changed)

    def ask(
        self,
        question: Question,
        on_answer: Callable[[object], None],
        on_failure: Callable[[UserFixable], None] = lambda _error: None,
        on_progress: Callable[[object], None] = lambda _event: None,
    ) -> int:
        """Ask; the number to `withdraw` it by, 0 when there is no model (then *on_failure* was called).

        on_answer    the `Answer` that belongs to *question*; what a reply interrupted has only what was done
        on_progress  PromptProgress, TextPart
        """
        job = self._engine.ask(question)
        if not job:
            on_failure(RequestError(ErrorCode.NO_MODEL))
            return 0
        self._asked[job] = _Asked(on_answer, on_failure, on_progress)
        return job

    def withdraw(self, job: int) -> None:
        """None of the callbacks of *job* is called any more."""
        if self._asked.pop(job, None) is not None:
            self._engine.withdraw(job)

    def end(self, job: int) -> None:
        """*job* ends early; one of its callbacks is called all the same, with what was done so far."""
        if job in self._asked:
            self._engine.end(job)

    def _on_answered(self, event: object) -> None:
        job: int = getattr(event, "job", 0) or 0
        asked = self._asked.get(job)
        if asked is None:
            return
        if isinstance(event, PromptProgress | TextPart):
            asked.on_progress(event)
            return
        del self._asked[job]
        if isinstance(event, Failed):
            asked.on_failure(event.error)
        else:
            asked.on_answer(event)

    def _on_state_changed(self) -> None:
        if self._asked and self._engine.model is None:  # another model is loaded, or none any more
            self._fail_all(RequestError(ErrorCode.NO_MODEL))

    def _fail_all(self, error: UserFixable) -> None:
        asked, self._asked = self._asked, {}
        for one in asked.values():
            one.on_failure(error)
