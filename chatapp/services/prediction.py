"""The selected token's distribution over the whole vocabulary, computed by the model once more when it is asked for."""

from enum import StrEnum

import numpy as np
from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import UserFixable
from chatapp.core.sampling import SamplingParams
from chatapp.protocol.messages import Predict, Predicted
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService
from chatapp.services.inspector import InspectorService, TraceState
from chatapp.services.questions import Questions


class Obstacle(StrEnum):
    """Why the model cannot be asked about the token."""

    NO_TOKEN = "no_token"
    PROMPT = "prompt"  # it was read, not sampled
    WRITING = "writing"  # a reply is being written
    NO_MODEL = "no_model"
    OTHER_MODEL = "other_model"  # loaded is not the one that wrote the reply


class TokenPrediction(QObject):
    """Forgets what it knows when another token is selected.

    predicted  the answer, None before; `params` are what its stages were computed with
    Signals:
        changed              `predicted` or `is_asking` is another one
        failed(UserFixable)  there is no answer
    """

    changed = Signal()
    failed = Signal(object)

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
        self.predicted: Predicted | None = None
        self.params = SamplingParams()
        inspector.message_changed.connect(self.forget)
        inspector.token_changed.connect(self.forget)
        engine.state_changed.connect(self.changed)

    @property
    def obstacle(self) -> Obstacle | None:
        """Why the model cannot be asked now, None when it can."""
        inspector = self._inspector
        model = self._engine.model
        if inspector.token is None or inspector.message_id is None or not len(inspector.trace):
            return Obstacle.NO_TOKEN
        if inspector.trace.owners is not None:
            return Obstacle.PROMPT
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

    @property
    def n_vocab(self) -> int | None:
        """How many tokens the model knows; None where another one, or none, is loaded."""
        model, written_by = self._engine.model, self._inspector.trace.meta.get("fingerprint", "")
        return model.n_vocab if model is not None and model.fingerprint == written_by and model.n_vocab else None

    def ask(self, params: SamplingParams) -> None:
        """Let the model read up to the token again; nothing happens while there is an `obstacle`."""
        inspector = self._inspector
        if self.obstacle is not None or inspector.message_id is None or inspector.token is None:
            return
        self._questions.withdraw(self._job)
        self.is_asking = True
        prefix = inspector.prefix_to(inspector.message_id, inspector.token)
        self._job = self._questions.ask(
            Predict(0, prefix, params), lambda answer: self._on_answer(answer, params), self._on_failure
        )
        self.changed.emit()

    def cancel(self) -> None:
        """The answer is not wanted any more."""
        self._questions.withdraw(self._job)
        self.is_asking = False
        self.changed.emit()

    def forget(self) -> None:
        """Start anew: what is known belongs to another token."""
        self._questions.withdraw(self._job)
        if self.is_asking or self.predicted is not None:
            self.is_asking, self.predicted = False, None
            self.changed.emit()

    def _on_answer(self, answer: object, params: SamplingParams) -> None:
        self.is_asking = False
        if (
            isinstance(answer, Predicted)
            and len(answer.arrays["logits"])
            and np.isfinite(answer.arrays["logits"]).any()
        ):
            self.predicted, self.params = answer, params
        self.changed.emit()

    def _on_failure(self, error: UserFixable) -> None:
        self.is_asking = False
        self.changed.emit()
        self.failed.emit(error)
