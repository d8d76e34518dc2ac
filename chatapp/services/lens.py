"""The selected token through the layers of the model that wrote it (logit lens)."""

import math
from dataclasses import dataclass

import numpy as np

from chatapp.protocol.messages import Lens, LensRead
from chatapp.services.token_question import TokenQuestion


@dataclass(frozen=True, slots=True)
class LayerView:
    """What the model would say if it ended after layer *index*.

    top      (bytes, id, probability), likeliest first
    logprob  nats, of the token that was written    rank  of it, 0 is the likeliest    entropy  nats
    """

    index: int
    top: tuple[tuple[bytes, int, float], ...]
    logprob: float
    rank: int
    entropy: float

    @property
    def probability(self) -> float:
        """Of the token that was written, 0..1."""
        return math.exp(self.logprob)

    @property
    def entropy_bits(self) -> float:
        """The same as *entropy*, in bits."""
        return self.entropy / math.log(2)


class TokenLens(TokenQuestion):
    """Asks for one token at a time."""

    def ask(self) -> None:
        """Let the model go through its layers; nothing happens while there is an `obstacle`."""
        token = self._inspector.token
        if token is not None and token < len(self._inspector.trace):
            wanted = int(self._inspector.trace.ids[token])
            self.ask_about(lambda prefix: Lens(0, prefix, wanted))

    def layers(self, k: int) -> list[LayerView]:
        """One view for each layer with its *k* likeliest tokens, the first layer first; [] before the answer."""
        if not isinstance(self.answer, LensRead):
            return []
        arrays = self.answer.arrays
        ids, width = arrays["top_ids"], arrays["top_ids"].shape[1]
        ends = np.cumsum(arrays["lengths"])
        data = arrays["bytes"].tobytes()
        pieces = [data[end - n : end] for end, n in zip(ends, arrays["lengths"], strict=True)]
        found = []
        for layer in range(len(ids)):
            if math.isnan(arrays["logprobs"][layer]):
                continue  # it was cancelled before
            top = tuple(
                (pieces[layer * width + i], int(ids[layer, i]), float(np.exp(arrays["top_logprobs"][layer, i])))
                for i in range(min(k, width))
            )
            found.append(
                LayerView(
                    layer,
                    top,
                    float(arrays["logprobs"][layer]),
                    int(arrays["ranks"][layer]),
                    float(arrays["entropy"][layer]),
                )
            )
        return found
