"""`NextToken`: the distribution of one token over the whole vocabulary, before and after the samplers, in order."""

import random
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

POSSIBLE = 1e-6  # a probability above it counts as a possibility


@dataclass(frozen=True, slots=True)
class NextToken:
    """V tokens; logarithms are natural.

    logprobs    float32 (V,)  before any sampler
    final       float32 (V,)  probability after the samplers, 0 where they cut
    order       int32 (V,)    ids, the likeliest first; ties in order of the id
    places      int32 (V,)    of each id in *order*, 0 is the likeliest
    cumulative  float64 (V,)  probability of the tokens up to each place
    entropy     nats
    possible    tokens with a probability above `POSSIBLE`
    n_tokens    that stand before
    stages      of the samplers: (name, candidates left), "raw" first
    """

    logprobs: NDArray[np.float32]
    final: NDArray[np.float32]
    order: NDArray[np.int32]
    places: NDArray[np.int32]
    cumulative: NDArray[np.float64]
    entropy: float
    possible: int
    n_tokens: int
    stages: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of(
        cls,
        logits: NDArray[np.float32],
        final: NDArray[np.float32],
        n_tokens: int,
        stages: tuple[tuple[str, int], ...] = (),
    ) -> Self:
        """From the *logits*, float32 (V,). Sorting takes longer than a frame at 152k tokens: not for the GUI thread."""
        exact = logits.astype(np.float64)
        peak = exact.max()
        weights = np.exp(exact - peak)
        total = weights.sum()
        probs = weights / total
        logprobs = exact - (peak + np.log(total))
        order = np.argsort(-logits, kind="stable").astype(np.int32)
        places = np.empty(len(order), np.int32)
        places[order] = np.arange(len(order), dtype=np.int32)
        real = probs > 0
        return cls(
            logprobs=logprobs.astype(np.float32),
            final=final,
            order=order,
            places=places,
            cumulative=np.cumsum(probs[order]),
            entropy=float(-(probs[real] * logprobs[real]).sum()),
            possible=int(np.count_nonzero(probs > POSSIBLE)),
            n_tokens=n_tokens,
            stages=stages,
        )

    def __len__(self) -> int:
        return len(self.order)

    @property
    def likeliest(self) -> int:
        """The id at the first place."""
        return int(self.order[0])

    def draw(self, seed: int, step: int) -> int:
        """A token by the probabilities after the samplers; the same for the same *seed* and *step*."""
        reach = np.cumsum(self.final, dtype=np.float64)
        point = random.Random(f"{seed} {step}").random() * reach[-1]
        return int(np.searchsorted(reach, point, side="right").clip(max=len(self.final) - 1))

    def rows(self, tokens: NDArray[np.int32] | None) -> NDArray[np.int32]:
        """*tokens* (None: all), the likeliest first."""
        if tokens is None or len(tokens) == len(self.order):
            return self.order
        wanted = np.zeros(len(self.order), np.bool_)
        wanted[tokens] = True
        return self.order[wanted[self.order]]
