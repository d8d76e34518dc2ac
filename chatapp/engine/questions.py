"""What answers which of the inspector's questions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.engine import attending, lookahead, predicting, scoring, text_scoring
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Model
from chatapp.engine.reading import Reader, cancelled
from chatapp.protocol.messages import (
    Attend,
    InspectorAnswer,
    InspectorQuestion,
    Lookahead,
    Predict,
    Score,
    ScoreText,
    Vocabulary,
    VocabularyRead,
)

_LOOK = 4096  # tokens between two looks whether it was cancelled


def answer(question: InspectorQuestion, reader: Reader, listener: Listener, n_threads: int) -> InspectorAnswer:
    """Do what is asked; raise `RequestError` for what cannot be."""
    match question:
        case Score():
            return scoring.score(question, reader, listener)
        case ScoreText():
            return text_scoring.score_text(question, reader, listener, n_threads)
        case Predict():
            return predicting.predict(question, reader, listener)
        case Lookahead():
            return lookahead.look_ahead(question, reader, listener)
        case Attend():
            return attending.attend(question, reader, listener)
        case Vocabulary():
            return _vocabulary(question, reader.model, listener)


def _vocabulary(question: Vocabulary, model: Model, listener: Listener) -> VocabularyRead:
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
