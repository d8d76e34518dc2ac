"""What the samplers would leave where only the likeliest tokens were kept: bounds that hold whatever the rest is.

Where the rest is cut the results are exact, elsewhere they are an interval.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.kept import F64, Kept, Span, entropy_span, share
from chatapp.core.kept_stages import Missing, NotComputable, apply_to_kept, needs_logits, refusal
from chatapp.core.reshape import NOT_COMPUTED, Candidates, Stage, reshape
from chatapp.core.sampling import SamplingParams


@dataclass(frozen=True, slots=True)
class Shaped:
    """What is left in the end; k tokens are known.

    ids         int32 (k,)
    low, high   float64 (k,)  between them lies each probability
    cut_by      (k,)          the stage that cut it; "" where it is one of several, None where it is not cut for sure
    left        candidates; mass: the probability the model itself gave to them; entropy: nats; rest: the probability of
                the tokens that are not known
    """

    ids: NDArray[np.int32]
    low: F64
    high: F64
    cut_by: tuple[str | None, ...]
    left: Span
    mass: Span
    entropy: Span
    rest: Span

    @property
    def is_exact(self) -> bool:
        """All of it is known, and not only that it lies somewhere."""
        return bool((self.high - self.low < 1e-5).all()) and self.left.low == self.left.high


def reshape_kept(
    start: Kept,
    raw: NDArray[Any],
    stages: Sequence[str],
    params: SamplingParams,
    earlier: Sequence[int] | None,
    *,
    struck: bool,
) -> Shaped:
    """What *stages* leave of *start*; raise `NotComputable` for what cannot even be bounded.

    raw      the probabilities (k,) that the model itself gave to the known tokens
    earlier  the tokens before this one as far as the penalties look back; None where they are not known
    struck   as in `chatapp.core.reshape.reshape`
    """
    now = start
    cut_by: list[str | None] = [None] * len(start.ids)
    for at, name in enumerate(stages):
        if now.is_exact:
            _check(stages[at:], params, earlier)
            known = Candidates(now.ids[now.sure], now.logits[now.sure].astype(np.float32))
            return _finish(start, raw, cut_by, reshape(known, stages[at:], params, earlier or (), struck=struck))
        before, now = now, apply_to_kept(name, now, params, earlier, struck=struck)
        for row in np.flatnonzero(before.possible & ~now.possible):
            cut_by[row] = name if before.sure[row] else ""
    return _bounds(now, raw, cut_by)


def shape_of(ids: NDArray[np.int32], all_raw: NDArray[Any], stages: Sequence[Stage]) -> Shaped:
    """The same from stages over the whole vocabulary; *all_raw* (V,) are the model's own probabilities."""
    cut_by: list[str | None] = [None] * len(ids)
    for stage in stages:
        for row in np.flatnonzero(stage.of(ids) <= 0):
            cut_by[row] = cut_by[row] or stage.name
    last = stages[-1]
    probs = last.of(ids).astype(np.float64)
    mass = float(all_raw[last.ids].sum(dtype=np.float64))
    rest = max(0.0, 1.0 - float(probs.sum()))
    return Shaped(ids, probs, probs, tuple(cut_by), *(Span(x, x) for x in (len(last.ids), mass, last.entropy, rest)))


def _check(stages: Sequence[str], params: SamplingParams, earlier: Sequence[int] | None) -> None:
    for name in stages:
        if name in NOT_COMPUTED or needs_logits(name, params):
            raise refusal(name)
        if name == "penalties" and earlier is None:
            raise NotComputable(name, Missing.PROMPT)


def _finish(start: Kept, raw: NDArray[Any], cut_by: list[str | None], stages: list[Stage]) -> Shaped:
    """From where the rest is gone on, everything is exact."""
    everything = np.zeros(int(start.ids.max()) + 1)
    everything[start.ids] = raw
    found = shape_of(start.ids, everything, stages)
    return replace(
        found, cut_by=tuple(b if a is None else a for a, b in zip(cut_by, found.cut_by, strict=True)), rest=Span(0, 0)
    )


def _bounds(now: Kept, raw: NDArray[Any], cut_by: list[str | None]) -> Shaped:
    weights, total = now.weights, now.total
    others_low = total.low - np.where(now.sure, weights, 0.0)
    others_high = total.high - np.where(now.possible, weights, 0.0)
    low = np.where(now.sure, weights / np.maximum(weights + others_high, 1e-300), 0.0)
    high = np.where(now.possible, weights / np.maximum(weights + np.maximum(others_low, 0.0), 1e-300), 0.0)
    known_low, known_high = float(weights[now.sure].sum()), float(weights[now.possible].sum())
    rest = Span(0.0, 0.0)
    if not now.rest.is_gone:
        low_share = share(now.rest.weight.low, known_high) if now.rest.weight.low > 0 else 0.0
        rest = Span(low_share, share(now.rest.weight.high, known_low))
    left = Span(
        int(now.sure.sum()) + math.ceil(now.rest.count.low), int(now.possible.sum()) + math.floor(now.rest.count.high)
        if math.isfinite(now.rest.count.high) else math.inf,
    )  # fmt: skip
    mass = Span(
        min(1.0, float(raw[now.sure].sum()) + now.rest.mass.low),
        min(1.0, float(raw[now.possible].sum()) + now.rest.mass.high),
    )
    return Shaped(now.ids, low, np.minimum(high, 1.0), tuple(cut_by), left, mass, entropy_span(now), rest)
