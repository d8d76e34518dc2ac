"""The stages that sampling goes through, and the stage view: what each left of the candidates of every token."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from chatapp.core.sampling import FIRST, SamplingParams

# The position of a name is what traces store: append only.
STAGES = (
    "raw", "logit_bias", "grammar", "penalties", "dry", "top_n_sigma", "top_k", "typical_p", "top_p", "min_p", "xtc",
    "temperature", "draw", "greedy", "mirostat", "mirostat_v2", "adaptive_p",
)  # fmt: skip


_GREEDY_BELOW = 1e-3  # temperatures that mean "the likeliest token"; dividing by less overflows
_BEFORE_GREEDY = frozenset({*FIRST, "penalties", "dry"})  # what can make another token the likeliest


def chain_of(params: SamplingParams) -> tuple[str, ...]:
    """The stages that *params* make: "raw" first, the kind of draw last."""
    greedy = is_greedy(params)
    stages = [s for s in FIRST + params.order if params.uses(s) and not (greedy and s not in _BEFORE_GREEDY)]
    if greedy:
        last = "greedy"
    elif params.mirostat:
        last = "mirostat" if params.mirostat == 1 else "mirostat_v2"
    else:
        last = "adaptive_p" if params.adaptive_target >= 0 else "draw"
    return ("raw", *stages, last)


def is_greedy(params: SamplingParams) -> bool:
    """Whether the likeliest token is always taken."""
    return params.temperature < _GREEDY_BELOW and "temperature" not in params.disabled


@dataclass(frozen=True, slots=True)
class StageTrace:
    """Arrays over the T tokens of a reply and the S stages they went through; the last stage draws.

    names   the stages, in order; the first is "raw", before any sampler
    left    int32 (T, S)       candidates that are left (with a probability above 0) after the stage
    probs   float32 (T, S, K)  probability of the trace's K top candidates after the stage; 0 when it was cut
    drawn   float32 (T, S)     the same for the token that was drawn, which need not be among them
    A token that was given and not drawn went through no stage: all is 0 but "raw".
    """

    names: tuple[str, ...]
    left: NDArray[np.int32]
    probs: NDArray[np.float32]
    drawn: NDArray[np.float32]

    @classmethod
    def of_given(
        cls, names: tuple[str, ...], n_vocab: int, logprobs: NDArray[np.float32], top_logprobs: NDArray[np.float32]
    ) -> Self:
        """Of T given tokens: *logprobs* (T,) and *top_logprobs* (T, K) are what the model thought of them."""
        count, width = top_logprobs.shape
        left, drawn = np.zeros((count, len(names)), np.int32), np.zeros((count, len(names)), np.float32)
        probs = np.zeros((count, len(names), width), np.float32)
        left[:, 0], probs[:, 0], drawn[:, 0] = n_vocab, np.exp(top_logprobs), np.exp(logprobs)
        return cls(names, left, probs, drawn)

    def cut_by(self, token: int) -> list[str | None]:
        """For each of the K candidates of token *token* of the reply the stage that cut it, None if it stayed."""
        row = self.probs[token] > 0
        found: list[str | None] = []
        for candidate in range(row.shape[1]):
            gone = np.flatnonzero(~row[:, candidate])
            found.append(self.names[int(gone[0])] if len(gone) else None)
        return found

    def head(self, count: int) -> Self:
        """Of the first *count* tokens."""
        return replace(self, left=self.left[:count], probs=self.probs[:count], drawn=self.drawn[:count])

    @classmethod
    def join(cls, parts: "list[StageTrace]") -> Self | None:
        """One from the parts of a reply; None when there are none or they do not fit together."""
        if not parts or len({(p.names, p.probs.shape[2]) for p in parts}) != 1:
            return None
        return cls(
            parts[0].names,
            np.concatenate([p.left for p in parts]),
            np.concatenate([p.probs for p in parts]),
            np.concatenate([p.drawn for p in parts]),
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For `TokenTrace.arrays`."""
        return {
            "stage_names": np.array([STAGES.index(name) for name in self.names], np.uint8),
            "stage_left": self.left,
            "stage_probs": self.probs,
            "stage_drawn": self.drawn,
        }

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]], tokens: int) -> Self | None:
        """What `arrays` wrote, None when there was none; raise ValueError when it does not fit *tokens* tokens."""
        if "stage_names" not in arrays:
            return None
        try:
            codes, left, probs, drawn = (arrays[f"stage_{name}"] for name in ("names", "left", "probs", "drawn"))
        except KeyError as error:
            raise ValueError(f"trace lacks {error}") from error
        if codes.ndim != 1 or (codes >= len(STAGES)).any():
            raise ValueError("trace has stages that are not known")
        shape = (tokens, len(codes))
        if left.shape != shape or drawn.shape != shape or probs.ndim != 3 or probs.shape[:2] != shape:
            raise ValueError("trace stages have the wrong shape")
        return cls(tuple(STAGES[int(code)] for code in codes), left, probs, drawn)


@dataclass(frozen=True, slots=True)
class StageRow:
    """One token's part of a `StageTrace`: left int32 (S,), probs float32 (S, K), drawn float32 (S,)."""

    left: NDArray[np.int32]
    probs: NDArray[np.float32]
    drawn: NDArray[np.float32]
