"""The same word in several sentences: asks the model for the states of the word in each, and says why it cannot."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.examples import end_of
from chatapp.protocol.messages import Meanings, MeaningsRead, PromptProgress
from chatapp.services.engine_process import EngineService
from chatapp.services.questions import Questions


@dataclass(frozen=True, slots=True)
class Sentence:
    """What was found of one sentence, read up to the word.

    tokens   (bytes, weight): how much the word's token looked at each, the mean of all layers and heads
    next     (bytes, probability) of the tokens that could come next, likeliest first
    """

    text: str
    tokens: tuple[tuple[bytes, float], ...]
    next: tuple[tuple[bytes, float], ...]


class MeaningsService(QObject):
    """Signals:

    changed              anything below is another one
    failed(UserFixable)  there is no answer

    word, texts   what was asked for: the sentences, whole
    missing       sentences that do not have the word
    sentences     the answer, () before
    similarity    float32 (L+1, N, N) as in `MeaningsRead`, None before
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(self, engine: EngineService, questions: Questions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._questions = questions
        self._job = 0
        self.word = ""
        self.texts: tuple[str, ...] = ()
        self.missing: tuple[str, ...] = ()
        self.sentences: tuple[Sentence, ...] = ()
        self.similarity: NDArray[np.float32] | None = None
        self.progress = 0.0
        engine.state_changed.connect(self._on_engine_changed)

    @property
    def is_asking(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._job)

    def compare(self, word: str, texts: tuple[str, ...]) -> None:
        """Look at *word* in each of *texts*; nothing is asked while it is `missing` in one, or there is only one."""
        self._questions.withdraw(self._job)
        self.word, self.texts = word, texts
        self.missing = tuple(text for text in texts if not end_of(word, text))
        self.sentences, self.similarity, self.progress, self._job = (), None, 0.0, 0
        if word and len(texts) > 1 and not self.missing:
            cut = tuple(text[: end_of(word, text)] for text in texts)
            self._job = self._questions.ask(Meanings(0, cut), self._on_answer, self._on_failed, self._on_progress)
        self.changed.emit()

    def cancel(self) -> None:
        """The answer is not wanted any more."""
        self._questions.withdraw(self._job)
        self._job = 0
        self.changed.emit()

    def _on_engine_changed(self) -> None:
        if self._engine.model is None and self.similarity is not None:  # another one's states are others
            self.sentences, self.similarity = (), None
            self.changed.emit()

    def _on_answer(self, answer: object) -> None:
        self._job = 0
        if isinstance(answer, MeaningsRead):
            self.similarity = answer.arrays["similarity"]
            self.sentences = _sentences(answer, self.texts)
        self.changed.emit()

    def _on_failed(self, error: UserFixable) -> None:
        self._job = 0
        self.changed.emit()
        if error.code is not ErrorCode.CANCELLED:
            self.failed.emit(error)

    def _on_progress(self, event: object) -> None:
        if isinstance(event, PromptProgress) and event.total:
            self.progress = event.done / event.total
            self.changed.emit()


def _sentences(answer: MeaningsRead, texts: tuple[str, ...]) -> tuple[Sentence, ...]:
    arrays = answer.arrays
    ends = np.cumsum(arrays["lengths"])
    data = arrays["bytes"].tobytes()
    pieces = [data[end - n : end] for end, n in zip(ends.tolist(), arrays["lengths"].tolist(), strict=True)]
    count, longest = arrays["ids"].shape
    k = arrays["top_ids"].shape[1]
    following = pieces[count * longest :]
    found = []
    for at, text in enumerate(texts):
        size = int((arrays["ids"][at] >= 0).sum())
        weights = arrays["weights"][at].tolist()
        logprobs = arrays["top_logprobs"][at].tolist()
        found.append(
            Sentence(
                text,
                tuple((pieces[at * longest + i], weights[i]) for i in range(size)),
                tuple((following[at * k + i], math.exp(logprobs[i])) for i in range(k)),
            )
        )
    return tuple(found)
