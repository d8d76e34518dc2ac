"""What other settings would have left of one token's distribution, from the most that is known of it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.kept import Kept, kept_candidates
from chatapp.core.kept_after import kept_after
from chatapp.core.kept_stages import Missing, NotComputable
from chatapp.core.reshape import NOT_COMPUTED, Candidates, reshape, shared_stages, snapshot
from chatapp.core.reshape_kept import Shaped, reshape_kept, shape_of
from chatapp.core.sampling import SamplingParams
from chatapp.core.stage_view import candidates, recorded_stages
from chatapp.core.stages import chain_of
from chatapp.core.trace_buffer import TraceBuffer

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Predicted:
    """The whole vocabulary as the model computed it again: logits (V,), probs (S, V) after the stages of *params*."""

    logits: F32
    probs: F32
    params: SamplingParams


class Reshaper:
    """One token of a trace. Rows are its kept candidates, as in `StageView`.

    ids, raw   int32 (R,), float32 (R,): their probabilities before any sampler
    n_vocab    tokens the model knows; None where that is not known
    is_whole   whether all logits are known
    """

    def __init__(
        self,
        trace: TraceBuffer,
        token: int,
        sampled_with: SamplingParams | None,
        predicted: Predicted | None = None,
        n_vocab: int | None = None,
    ) -> None:
        self.ids, self.taken = candidates(trace, token)
        self._recorded = recorded_stages(trace, token)
        self._sampled_with = sampled_with
        self._predicted = predicted
        self._ids_before = trace.ids[:token].tolist()
        self._all_before = trace.owners is not None  # a prompt's trace begins with its first token
        self._outside = self.taken == len(self.ids) - 1 and bool(trace.ids[token] not in trace.top_ids[token])
        self._rank = int(trace.ranks[token])
        self._entropy = float(trace.entropy[token])
        self.is_whole = predicted is not None
        if predicted is not None:
            self._start = Candidates.of_vocabulary(predicted.logits)
            first = snapshot("raw", self._start)
            self._entropy = first.entropy
            self._all_raw = np.zeros(len(predicted.logits), np.float32)
            self._all_raw[first.ids] = first.probs
            self.raw = self._all_raw[self.ids]
            self.n_vocab: int | None = len(predicted.logits)
        else:
            logprobs = trace.top_logprobs[token][: len(self.ids)]
            self._logprobs = np.append(logprobs, trace.logprobs[token]) if self._outside else logprobs
            self.raw = np.exp(self._logprobs).astype(np.float32)
            self.n_vocab = int(self._recorded.left[0]) if n_vocab is None and self._recorded is not None else n_vocab

    @property
    def entropy(self) -> float:
        """Of the model's own distribution, nats."""
        return self._entropy

    @property
    def mass(self) -> float:
        """The probability of all rows together."""
        return min(1.0, float(self.raw.sum(dtype=np.float64)))

    def shape(self, params: SamplingParams, *, struck: bool = True) -> Shaped:
        """What *params* would leave; raise `NotComputable`. *struck*: XTC, which acts by chance, acts.

        What mirostat or adaptive-p would do in the end depends on the draws before; it is left out.
        """
        chain = chain_of(params)
        stages = [name for name in chain[1:] if name not in NOT_COMPUTED or name != chain[-1]] or ["draw"]
        if self._predicted is not None:
            return self._shape_whole(self._predicted, stages, params, struck=struck)
        return self._shape_kept(stages, params, struck=struck)

    def _shape_whole(self, known: Predicted, stages: list[str], params: SamplingParams, *, struck: bool) -> Shaped:
        earlier = self._earlier(params)
        shared = shared_stages(params, known.params, past_xtc=struck)  # the model shows XTC as it acts
        first = 0  # stages the model computed that cannot be computed here
        for at, name in enumerate(stages, start=1):
            if name in NOT_COMPUTED or (
                name == "penalties" and (earlier is None or (first and params.repeat_penalty != 1))
            ):
                if at >= shared:
                    raise NotComputable(name, Missing.PROMPT if name == "penalties" else Missing.MODEL)
                first = at
        start = self._start
        if first:
            probs = known.probs[first]
            alive = np.flatnonzero(probs).astype(np.int32)
            start = Candidates(alive, np.log(probs[alive]))
        found = reshape(start, stages[first:] or ["draw"], params, earlier or (), struck=struck)
        cut_before = [("raw", *stages)[at] for at in self._cut_before(known, first)]
        shaped = shape_of(self.ids, self._all_raw, found)
        if not first:
            return shaped
        names = tuple(
            cut if self._alive(known, first, row) else cut_before[row] for row, cut in enumerate(shaped.cut_by)
        )
        return Shaped(shaped.ids, shaped.low, shaped.high, names, shaped.left, shaped.mass, shaped.entropy, shaped.rest)

    def _alive(self, known: Predicted, stage: int, row: int) -> bool:
        return bool(known.probs[stage, self.ids[row]] > 0)

    def _cut_before(self, known: Predicted, first: int) -> list[int]:
        """For each row the stage of the first ones that cut it; of those that stay any."""
        gone = known.probs[: first + 1, self.ids] <= 0
        return [int(at) for at in np.argmax(gone, axis=0)]

    def _shape_kept(self, stages: list[str], params: SamplingParams, *, struck: bool) -> Shaped:
        at = 0
        if self._recorded is not None and self._sampled_with is not None and not self._recorded.given:
            at = shared_stages(params, self._sampled_with) - 1
        start = self._kept()
        if at and self._recorded is not None and self._sampled_with is not None:
            start = kept_after(start, self._recorded, at, self._sampled_with)
        stages = stages[at:] or ["draw"]
        found = reshape_kept(start, self.raw, stages, params, self._earlier(params), struck=struck)
        if not at or self._recorded is None:
            return found
        cut_by = tuple(
            self._recorded.names[gone] if (gone := self._recorded.cut_at(row)) is not None and gone <= at else name
            for row, name in enumerate(found.cut_by)
        )
        return Shaped(found.ids, found.low, found.high, cut_by, found.left, found.mass, found.entropy, found.rest)

    def _earlier(self, params: SamplingParams) -> list[int] | None:
        """The tokens before this one, as far as the penalties look back."""
        enough = 0 <= params.repeat_last_n <= len(self._ids_before)
        return self._ids_before if enough or self._all_before else None

    def _kept(self) -> Kept:
        return kept_candidates(
            self.ids,
            self._logprobs,
            self.n_vocab,
            ranks=[self._rank] if self._outside else [],
            entropy=self._entropy if np.isfinite(self._entropy) else None,
        )


def refused(params: SamplingParams) -> str | None:
    """The kind of draw whose effect is left out, None when there is none."""
    last = chain_of(params)[-1]
    return last if last in NOT_COMPUTED else None
