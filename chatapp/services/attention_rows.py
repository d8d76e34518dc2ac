"""Where all tokens of the message looked, heads put together: read bit by bit, so that pointing shows it at once."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from chatapp.core.attention_picture import Head
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.protocol.messages import AttendedRows, AttendRows, Prefix, PromptProgress
from chatapp.services.questions import Questions

ROLLOUT = "rollout"
_PIECE = 16  # tokens; what is asked meanwhile waits no longer than these take
_ROLLED = 256  # tokens of one rollout: nearly all of its time goes into the layers, however many they are
_NEAR, _ALL = 256, 2048  # tokens that are read around the one that is looked at
_BYTES = 48 << 20  # that are kept of a message


class AttentionRows(QObject):
    """Asks only while `AttentionService` looks, and stops as soon as that asks itself.

    progress  0..1 of the rollout that is being computed, None while none is
    error     why there is no rollout
    Signals:
        changed()  there are more rows, or progress
    """

    changed = Signal()

    def __init__(self, questions: Questions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._job = 0
        self._known: dict[tuple[str, frozenset[Head]], dict[int, NDArray[np.floating]]] = {}
        self._kind: tuple[str, frozenset[Head]] = ("mean", frozenset())
        self._prefix: Prefix | None = None
        self._read: Prefix | None = None  # whose rows are known
        self._total = 0
        self._first = self._centre = 0
        self._wants_all = False
        self._cancelled = False
        self.progress: float | None = None
        self.error: UserFixable | None = None

    def row(self, position: int) -> NDArray[np.float32] | None:
        """float32 (T,): where the token at *position* of the context looked; None while that is not known."""
        found = self._known.get(self._kind, {}).get(position)
        return None if found is None else found.astype(np.float32)

    @property
    def is_rollout(self) -> bool:
        """Whether these are rows that nothing else has."""
        return self._kind[0] == ROLLOUT

    def want_all(self, wanted: bool) -> None:
        """Read the rows of the whole message, not only those near the token."""
        self._wants_all = wanted
        if not self._job:
            self._ask()

    def choose(self, how: str, heads: frozenset[Head]) -> None:
        """Other rows are wanted."""
        self.pause()
        self._kind = (how, frozenset() if how == ROLLOUT else heads)
        self.resume()

    def look_at(self, prefix: Prefix, total: int, first: int, centre: int) -> None:
        """Rows are those of the *total* tokens of *prefix*, from *first* on; those near *centre* come first."""
        if prefix != self._read:
            self.forget()
            self._read = prefix
        self._prefix, self._total, self._first, self._centre = prefix, total, first, centre
        if not self._job:
            self._ask()

    def pause(self) -> None:
        """Something more urgent is asked; `look_at` goes on."""
        self._questions.withdraw(self._job)
        self._job, self._prefix, self.progress = 0, None, None

    def cancel(self) -> None:
        """Give up the rollout until `choose` or `resume`."""
        self.pause()
        self._cancelled = True
        self.changed.emit()

    @property
    def is_cancelled(self) -> bool:
        """Whether the user gave it up."""
        return self._cancelled

    def resume(self) -> None:
        """Ask again what was given up or failed; `look_at` begins."""
        self._cancelled, self.error = False, None

    def forget(self) -> None:
        """Another message is looked at, or it is read in another way or by another model."""
        self.pause()
        self._known.clear()
        self._cancelled, self.error = False, None

    # -- asking --------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        prefix, known = self._prefix, self._known.setdefault(self._kind, {})
        part = self._next_part(known)
        if prefix is None or part is None or self._cancelled or self.error is not None:
            return
        how, heads = self._kind
        start, end = part
        question = AttendRows(0, prefix, end - start, self._total - end, how, tuple(sorted(heads)))
        if self.is_rollout:
            self.progress = 0.0
            self.changed.emit()
        self._job = self._questions.ask(
            question,
            lambda answer: self._on_answer(known, start, answer),
            self._on_failed,
            self._on_progress,
        )

    def _next_part(self, known: dict[int, NDArray[np.floating]]) -> tuple[int, int] | None:
        """The tokens nearest to the centre that are not known yet."""
        size = _ROLLED if self.is_rollout else _PIECE
        most = min(_ALL if self._wants_all else _NEAR, _BYTES // max(1, 2 * self._total))
        reach = size if self.is_rollout and not self._wants_all else most // 2
        low, high = max(self._first, self._centre - reach), min(self._total, self._centre + reach)
        missing = np.array([at for at in range(low, high) if at not in known])
        if not len(missing):
            return None
        near = int(missing[np.abs(missing - self._centre).argmin()])
        start = max(low, near - near % size)
        return start, min(high, start + size)

    def _on_answer(self, known: dict[int, NDArray[np.floating]], start: int, answer: object) -> None:
        self._job, self.progress = 0, None
        if isinstance(answer, AttendedRows):
            for at, row in enumerate(answer.arrays["rows"]):
                known[start + at] = row[: start + at + 1]
            self.changed.emit()
            self._ask()

    def _on_failed(self, error: UserFixable) -> None:
        self._job, self.progress = 0, None
        if error.code is not ErrorCode.CANCELLED:  # by a reply that began
            self.error = error
        self.changed.emit()

    def _on_progress(self, event: object) -> None:
        if self.is_rollout and isinstance(event, PromptProgress) and event.total:
            self.progress = event.done / event.total
            self.changed.emit()
