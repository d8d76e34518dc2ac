"""The candidates for one token of a trace: the likeliest ones, the one that was taken, and the rest as one number."""

import math
from dataclasses import dataclass

import numpy as np

from chatapp.core.trace_buffer import TraceBuffer


@dataclass(frozen=True, slots=True)
class Candidate:
    """One token that could have come.

    rank         counted from 1                  probability  before any sampler
    data         its bytes; of a control token its name
    final        what the samplers left it, None where that was not recorded
    cut_by       the sampler stage that removed it, None if it stayed or is not known
    chosen       whether it is the token that was taken
    """

    rank: int
    token: int
    data: bytes
    probability: float
    final: float | None
    cut_by: str | None
    chosen: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """rows: likeliest first, the token that was taken last if it is none of the likeliest.

    others, others_final  the probability of all tokens that are in no row
    """

    rows: tuple[Candidate, ...]
    others: float
    others_final: float | None

    @property
    def chosen(self) -> int:
        """The row of the token that was taken."""
        return next(i for i, row in enumerate(self.rows) if row.chosen)


def candidates_of(trace: TraceBuffer, index: int) -> Candidates | None:
    """The candidates for token *index*; None where nothing came before it."""
    logprob, taken = float(trace.logprobs[index]), int(trace.ids[index])
    if math.isnan(logprob):
        return None
    known = trace.top_ids[index] >= 0
    ids = trace.top_ids[index][known].tolist()
    logprobs = trace.top_logprobs[index][known].astype(np.float64)
    ranks = 1 + (logprobs[None, :] > logprobs[:, None]).sum(axis=1)
    finals: list[float | None] = [None] * len(ids)
    cuts: list[str | None] = [None] * len(ids)
    drawn: float | None = None
    recorded = trace.stage_of(index)
    if recorded is not None:
        stages, row = recorded
        if len(stages.names) > 1 and stages.left[row, -1] > 0:  # a token that was given went through no stage
            width = len(known)
            finals = stages.probs[row, -1][:width][known].tolist()
            cuts = [name for name, there in zip(stages.cut_by(row), known, strict=False) if there]
            drawn = float(stages.drawn[row, -1])
    rows = [
        Candidate(int(rank), token, trace.shown(token), math.exp(value), final, cut, token == taken)
        for rank, token, value, final, cut in zip(ranks, ids, logprobs, finals, cuts, strict=True)
    ]
    if taken not in ids:
        rows.append(
            Candidate(
                int(trace.ranks[index]) + 1,
                taken,
                trace.shown(taken),
                math.exp(logprob),
                drawn,
                None,
                chosen=True,
            )
        )
    return Candidates(
        tuple(rows),
        _rest([row.probability for row in rows]),
        None if drawn is None else _rest([row.final or 0.0 for row in rows]),
    )


def _rest(shares: list[float]) -> float:
    rest = 1.0 - math.fsum(shares)
    return rest if rest > 1e-6 else 0.0  # the sum of float32 numbers is that exact
