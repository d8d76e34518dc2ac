""" "Verify this picture": the shown token is replayed without flash attention, and both pictures are compared."""

from collections import OrderedDict

from PySide6.QtCore import QObject, Signal

from chatapp.core.attention_difference import Difference, difference_of
from chatapp.core.attention_picture import AttentionPicture
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.protocol.messages import Attend, Attended, PromptProgress
from chatapp.services.attention import AttentionService
from chatapp.services.attention_place import Place
from chatapp.services.engine_process import EngineService
from chatapp.services.inspector import InspectorService
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks

_KEPT = 100


class VerificationService(QObject):
    """Compares one picture at a time; pointing at other tokens meanwhile does not end it.

    token     that is being replayed, None while none is
    progress  0..1
    error     why the last one failed
    Signals:
        changed()  any of it, or `result`
    """

    changed = Signal()

    def __init__(
        self,
        attention: AttentionService,
        engine: EngineService,
        inspector: InspectorService,
        questions: Questions,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._attention = attention
        self._engine = engine
        self._questions = questions
        self._tasks = tasks
        self._job = 0
        self._wanted = 0  # counts questions: only the answer to the latest counts
        self._found: OrderedDict[Place, Difference] = OrderedDict()
        self.token: int | None = None
        self.progress = 0.0
        self.error: UserFixable | None = None
        inspector.message_changed.connect(self.cancel)
        engine.state_changed.connect(self._on_engine)
        attention.changed.connect(self.changed)

    @property
    def is_possible(self) -> bool:
        """Whether a picture is shown that was rebuilt; one that was replayed would be compared with itself."""
        picture = self._attention.picture
        return picture is not None and picture.method == "rebuilt"

    @property
    def result(self) -> Difference | None:
        """Of the token that is selected, also while another one is pointed at; None before it was verified."""
        place = self._attention.selected if self._found else None
        return self._found.get(place) if place is not None else None

    def verify(self) -> None:
        """Replay the shown token."""
        picture, place = self._attention.picture, self._attention.place
        if picture is None or place is None or not self.is_possible:
            return
        self.cancel()
        self.token, self.progress, self.error = place.key[1], 0.0, None
        wanted = self._wanted
        self._job = self._questions.ask(
            Attend(0, place.prefix, picture.layers, place.after + 1, "replayed"),
            lambda answer: self._on_answer(wanted, place, picture, answer),
            lambda error: self._on_failed(wanted, error),
            self._on_progress,
        )
        self.changed.emit()

    def cancel(self) -> None:
        """It is not wanted any more."""
        self._wanted += 1
        self._questions.withdraw(self._job)
        self._job = 0
        self.error = None
        self._end()

    def _end(self) -> None:
        if self.token is not None:
            self.token = None
            self.changed.emit()

    def _on_engine(self) -> None:
        if self._engine.model is None:
            self._found.clear()
            self.cancel()

    def _on_answer(self, wanted: int, place: Place, picture: AttentionPicture, answer: object) -> None:
        if wanted != self._wanted or not isinstance(answer, Attended):
            return
        weights = answer.arrays["weights"][:, :, 0, : picture.position + 1]

        def keep(found: Difference | None) -> None:
            if wanted == self._wanted and found is not None:
                self._found[place] = found
                if len(self._found) > _KEPT:
                    self._found.popitem(last=False)
                self._end()

        self._tasks.run(lambda: difference_of(picture, weights, answer.layers), keep)

    def _on_failed(self, wanted: int, error: UserFixable) -> None:
        if wanted == self._wanted:
            self.error = error if error.code is not ErrorCode.CANCELLED else None  # a reply began
            self._end()

    def _on_progress(self, event: object) -> None:
        if isinstance(event, PromptProgress) and event.total:
            self.progress = event.done / event.total
            self.changed.emit()
