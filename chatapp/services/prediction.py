"""The selected token's distribution over the whole vocabulary, computed by the model once more when it is asked for."""

import numpy as np

from chatapp.core.sampling import SamplingParams
from chatapp.protocol.messages import Predict, Predicted
from chatapp.services.token_question import Obstacle, TokenQuestion

__all__ = ["Obstacle", "TokenPrediction"]


class TokenPrediction(TokenQuestion):
    """`params` are what the stages of `predicted` were computed with."""

    params = SamplingParams()
    _asked = SamplingParams()

    @property
    def predicted(self) -> Predicted | None:
        """The answer, None before."""
        return self.answer if isinstance(self.answer, Predicted) else None

    @property
    def n_vocab(self) -> int | None:
        """How many tokens the model knows; None where another one, or none, is loaded."""
        model, written_by = self._engine.model, self._inspector.trace.meta.get("fingerprint", "")
        return model.n_vocab if model is not None and model.fingerprint == written_by and model.n_vocab else None

    def ask(self, params: SamplingParams) -> None:
        """Let the model read up to the token again; nothing happens while there is an `obstacle`."""
        self._asked = params
        self.ask_about(lambda prefix: Predict(0, prefix, params))

    def take(self, answer: object) -> object:
        """Only what has a distribution."""
        if isinstance(answer, Predicted) and np.isfinite(answer.arrays["logits"]).any():
            self.params = self._asked
            return answer
        return None
