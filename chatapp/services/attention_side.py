"""What is asked besides the picture of the selected token: what all heads do, and the matrix of a layer."""

from PySide6.QtCore import QObject, Signal

from chatapp.core.attention_picture import AttentionPicture, HeadScores, head_scores
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.protocol.messages import Attend, Attended
from chatapp.services.attention_place import Matrix, Part, Place
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks

_LAST = 32  # tokens over which heads are scored
_MOST = 24 << 20  # bytes of one answer


class AttentionSide(QObject):
    """Asks for one part at a time, the one whose page is shown.

    error  why there are no scores, or no matrix
    Signals:
        scores_changed()   matrix_changed()
    """

    scores_changed = Signal()
    matrix_changed = Signal()

    def __init__(self, questions: Questions, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._tasks = tasks
        self._job = 0
        self._wanted = 0  # counts questions: only the answer to the latest counts
        self._place: Place | None = None
        self._picture: AttentionPicture | None = None
        self._layers: tuple[int, ...] = ()
        self._part: Part | None = None
        self._rows = 64
        self._key: object = None  # of what was asked
        self.scores: HeadScores | None = None
        self.matrix: Matrix | None = None
        self.error: UserFixable | None = None

    def want(self, part: Part | None, rows: int = 64) -> None:
        """Also ask for *part*: `scores`, or the `matrix` of the chosen layers over the last *rows* tokens."""
        self._part, self._rows = part, rows
        self._ask()

    def look_at(self, place: Place, picture: AttentionPicture, layers: tuple[int, ...]) -> None:
        """*picture* is there, of the token at *place*; the matrix is to be that of *layers*."""
        self._place, self._picture, self._layers = place, picture, layers
        self._ask()

    def leave(self) -> None:
        """Another token is looked at: what was not answered is not needed any more."""
        self._wanted += 1
        self._questions.withdraw(self._job)
        if self._job:
            self._key = None
        self._job = 0
        self._place = self._picture = None

    def forget(self) -> None:
        """Another message is looked at."""
        self.leave()
        self._key = self.scores = self.matrix = None

    def _ask(self) -> None:
        place, picture = self._place, self._picture
        if place is None or picture is None or self._part is None:
            return
        wanted_layers = self._layers if self._part is Part.MATRIX else ()
        key = (place, self._part, wanted_layers, self._rows)
        if key == self._key:
            return
        self._questions.withdraw(self._job)
        self._key = key
        self.error = None
        layers, heads = picture.shape
        most = _MOST // max(1, 2 * (len(wanted_layers) or layers) * heads * len(picture.ids))
        rows = max(1, min(self._rows if self._part is Part.MATRIX else _LAST, most, picture.position + 1))
        question = Attend(0, place.prefix, wanted_layers, place.after + rows)
        wanted, part = self._wanted, self._part
        self._job = self._questions.ask(
            question,
            lambda answer: self._on_answer(wanted, part, place, rows, answer),
            lambda error: self._on_failed(wanted, part, error),
        )

    def _on_answer(self, wanted: int, part: Part, place: Place, rows: int, answer: object) -> None:
        if wanted != self._wanted or not isinstance(answer, Attended):
            return
        end = len(answer.arrays["ids"]) - place.after
        weights = answer.arrays["weights"][:, :, :rows, :end]
        ids, owners = answer.arrays["ids"][:end], answer.arrays["owners"][:end]
        if part is Part.MATRIX:
            self._job = 0
            self.matrix = Matrix(answer.layers, weights, ids, answer.arrays["lowest"][:, :rows])
            self.matrix_changed.emit()
            return
        roles = [message.role for message in place.prefix.messages]
        first_user = roles.index("user") if "user" in roles else -1
        self._tasks.run(
            lambda: head_scores(weights, ids, owners, first_user),
            lambda scores: self._on_scores(wanted, scores),
        )

    def _on_failed(self, wanted: int, part: Part, error: UserFixable) -> None:
        if wanted != self._wanted:
            return
        self._job = 0
        if error.code is ErrorCode.CANCELLED:  # by a reply that began
            self._key = None
        else:
            self.error = error
            (self.matrix_changed if part is Part.MATRIX else self.scores_changed).emit()

    def _on_scores(self, wanted: int, scores: HeadScores) -> None:
        if wanted == self._wanted:
            self._job = 0
            self.scores = scores
            self.scores_changed.emit()
