"""What answers which of the inspector's questions."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.engine import (
    attending,
    attending_rows,
    lens,
    lookahead,
    meanings,
    muting,
    predicting,
    scoring,
    steps,
    text_scoring,
)
from chatapp.engine.backend import Listener
from chatapp.engine.reading import Reader, cancelled
from chatapp.protocol.messages import (
    Attend,
    AttendRows,
    InspectorAnswer,
    InspectorQuestion,
    Lens,
    Logits,
    Lookahead,
    Meanings,
    Mute,
    Predict,
    Score,
    ScoreText,
    Steps,
    Sweep,
    Vocabulary,
    VocabularyRead,
)

_LOOK = 4096  # tokens between two looks whether it was cancelled


def answer(question: InspectorQuestion, reader: Reader, listener: Listener, n_threads: int) -> InspectorAnswer:
    """Do what is asked; raise `RequestError` for what cannot be."""
    if isinstance(question, ScoreText):
        return text_scoring.score_text(question, reader, listener, n_threads)
    if isinstance(question, Steps):
        return steps.take(question, reader, listener, n_threads)
    if isinstance(question, Meanings):
        return meanings.read(question, reader, listener, n_threads)
    found: InspectorAnswer = _ANSWERS[type(question)](question, reader, listener)
    return found


def _vocabulary(question: Vocabulary, reader: Reader, listener: Listener) -> VocabularyRead:
    model = reader.model
    pieces: list[bytes] = []
    for token in range(model.n_vocab):
        if token % _LOOK == 0 and listener.cancelled():
            raise cancelled()
        pieces.append(model.token_text(token, special=True))
    arrays: dict[str, NDArray[Any]] = {
        "lengths": np.array([len(piece) for piece in pieces], np.int32),
        "bytes": np.frombuffer(b"".join(pieces), np.uint8),
        "control": np.array([model.is_control(token) for token in range(model.n_vocab)], np.uint8),
    }
    return VocabularyRead(question.job, arrays)


_ANSWERS: dict[type, Callable[[Any, Reader, Listener], InspectorAnswer]] = {
    Score: scoring.score,
    Predict: predicting.predict,
    Logits: predicting.logits,
    Lookahead: lookahead.look_ahead,
    Vocabulary: _vocabulary,
    Attend: attending.attend,
    AttendRows: attending_rows.attend_rows,
    Mute: muting.mute,
    Sweep: muting.sweep,
    Lens: lens.read,
}
