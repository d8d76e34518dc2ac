"""The samplers on a distribution of which only the likeliest tokens are known: what is cut for sure, what perhaps."""

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from chatapp.core.kept import F64, GONE, Kept, Mask, Rest, Span, entropy_span
from chatapp.core.reshape import penalty_window
from chatapp.core.sampling import BAN, SamplingParams

_EDGE = 1e-5  # comparisons closer than this are left open


class Missing(StrEnum):
    """What a stage would need that is not there."""

    VOCABULARY = "vocabulary"  # all logits
    LOGITS = "logits"  # as they are, not up to a constant
    PROMPT = "prompt"  # the tokens of the prompt
    MODEL = "model"  # the rules or texts that only the model's worker has


class NotComputable(Exception):  # noqa: N818 - an answer, not a mistake
    """*stage* cannot be computed, because *missing* is."""

    def __init__(self, stage: str, missing: Missing) -> None:
        super().__init__(f"{stage}: {missing}")
        self.stage = stage
        self.missing = missing


def needs_logits(name: str, params: SamplingParams) -> bool:
    """Whether a constant added to all logits would change what the stage does."""
    return name == "penalties" and params.repeat_penalty != 1


def refusal(name: str) -> NotComputable:
    """Why *name* is not computed."""
    return NotComputable(name, Missing.LOGITS if name == "penalties" else Missing.MODEL)


def apply_to_kept(  # noqa: PLR0911, PLR0912 - one answer a stage
    name: str, now: Kept, params: SamplingParams, earlier: Sequence[int] | None, *, struck: bool
) -> Kept:
    """What the stage *name* leaves; raise `NotComputable`. See `chatapp.core.reshape_kept`."""
    match name:
        case "logit_bias":
            return _shift(now, dict(params.logit_bias))
        case "penalties":
            return _penalties(now, params, earlier)
        case "top_k":
            return _top_k(now, params.top_k)
        case "top_p":
            return _top_p(now, params.top_p)
        case "min_p":
            return _min_p(now, params.min_p)
        case "typical_p":
            return _typical_p(now, params.typical_p)
        case "xtc":
            return _xtc(now, params.xtc_threshold) if struck else now
        case "temperature":
            if params.dynatemp_range > 0:
                raise NotComputable(name, Missing.VOCABULARY)
            return _temperature(now, params.temperature)
        case "greedy":
            return _top_k(now, 1)
        case "draw":
            return now
        case "top_n_sigma":
            raise NotComputable(name, Missing.VOCABULARY)
        case _:
            raise refusal(name)


def _penalties(now: Kept, params: SamplingParams, earlier: Sequence[int] | None) -> Kept:
    if earlier is None:
        raise NotComputable("penalties", Missing.PROMPT)
    counts = penalty_window(params, earlier)
    if not counts:
        return now
    if params.repeat_penalty != 1:
        raise NotComputable("penalties", Missing.LOGITS)
    shifts = {t: -n * params.frequency_penalty - params.presence_penalty for t, n in counts.items()}
    return _shift(now, shifts)


def _shift(now: Kept, shifts: dict[int, float]) -> Kept:
    """Add to the logits of some tokens; which of the rest they are is known, how likely these are is not."""
    ids = now.ids.tolist()
    added = np.array([shifts.get(i, 0.0) for i in ids])
    banned = added <= -BAN
    unknown = [shift for token, shift in shifts.items() if token not in ids]
    rest = now.rest
    if unknown and not rest.is_gone:
        most = math.exp(rest.highest)
        lost = sum(most * (1 - math.exp(s)) for s in unknown if s < 0)
        won = sum(most * (math.exp(s) - 1) for s in unknown if s > 0)
        forbidden = sum(1 for s in unknown if s <= -BAN)
        rest = replace(
            rest,
            count=Span(max(0.0, rest.count.low - forbidden), rest.count.high - forbidden),
            weight=Span(max(0.0, rest.weight.low - lost), rest.weight.high + won),
            highest=rest.highest + max(0.0, *unknown),
            mass=Span(max(0.0, rest.mass.low - forbidden * most * (rest.scale or math.inf)), rest.mass.high)
            if forbidden else rest.mass,
        )  # fmt: skip
    changed = bool(added.any()) or bool(unknown)
    rest = replace(rest, scale=None) if changed else rest
    ahead = np.full(len(ids), math.inf) if changed else now.ahead
    shifted = replace(now, logits=now.logits + np.where(banned, 0.0, added), ahead=ahead, rest=rest, entropy=None)
    return shifted.left(~banned, ~banned, rest)


def _ahead(now: Kept, *, weights: bool) -> tuple[F64, F64]:
    """For each known token how many are likelier, at least and at most; with *weights* what they weigh together."""
    each = now.weights if weights else np.ones(len(now.ids))
    before = (now.logits[None, :] > now.logits[:, None]) | (
        (now.logits[None, :] == now.logits[:, None])
        & (np.arange(len(now.ids))[None, :] < np.arange(len(now.ids))[:, None])
    )
    low = (before * np.where(now.sure, each, 0.0)[None, :]).sum(axis=1)
    high = (before * np.where(now.possible, each, 0.0)[None, :]).sum(axis=1)
    if now.rest.is_gone:
        return low, high
    number = np.where(now.logits >= now.rest.highest - 2e-6, 0.0, np.minimum(now.ahead, now.rest.count.high))
    if not weights:
        return low, high + number
    with np.errstate(invalid="ignore"):
        most = np.minimum(now.rest.weight.high, np.nan_to_num(number * math.exp(now.rest.highest), posinf=np.inf))
    return low, high + most


def _first(now: Kept) -> Mask:
    """Those that are known to weigh no more than the rest can, and so may stand behind it."""
    return now.logits >= now.rest.highest - 2e-6


def _top_k(now: Kept, k: int) -> Kept:
    low, high = _ahead(now, weights=False)
    rest = now.rest
    if not rest.is_gone:
        front = max(int((now.sure & _first(now)).sum()), int((now.sure & (high < k)).sum()))
        least, most = max(0.0, k - float(now.possible.sum())), max(0.0, float(k - front))
        if least < rest.count.high:
            count = Span(min(rest.count.low, least), min(rest.count.high, most))
            share = least / rest.count.high if math.isfinite(rest.count.high) else 0.0
            weight = Span(rest.weight.low * share, min(rest.weight.high, count.high * math.exp(rest.highest)))
            rest = rest.cut(count, weight)
    return now.left(high < k, low < k, rest)


def _top_p(now: Kept, p: float) -> Kept:
    edge = _rounding(now.rest)
    low, high = _ahead(now, weights=True)
    total = now.total
    counts_high = _ahead(now, weights=False)[1]
    sure = (high < p * total.low * (1 - edge)) | (counts_high == 0)
    possible = (low < p * total.high * (1 + edge)) | (low == 0)
    rest = now.rest
    if not rest.is_gone:
        weights = now.weights
        front = float(weights[now.sure & _first(now)].sum())
        room = p * total.high * (1 + edge) - front
        if room <= 0:
            rest = GONE
        else:
            most = math.exp(rest.highest)
            least = max(0.0, p * total.low * (1 - edge) - float(weights[now.possible].sum()))
            weight = Span(min(rest.weight.low, least), min(rest.weight.high, room + most))
            rest = rest.cut(Span(min(rest.count.low, math.ceil(weight.low / most - _EDGE)), rest.count.high), weight)
    return now.left(sure, possible, rest)


def _rounding(rest: Rest) -> float:
    """What llama.cpp's float32 sums are off by: more over a large vocabulary."""
    return _EDGE + 5e-9 * min(rest.count.high, 40_000.0)


def _min_p(now: Kept, p: float) -> Kept:
    rest = now.rest
    largest = float(now.logits[now.possible].max(initial=-math.inf))
    high = max(largest, rest.highest) + math.log(p)
    low = float(now.logits[now.sure].max(initial=-math.inf)) + math.log(p)
    if not rest.is_gone:
        most = math.exp(rest.highest)
        if rest.highest < low - _EDGE:
            rest = GONE
        else:
            least = (
                max(0.0, rest.weight.low - rest.count.high * math.exp(high)) if math.isfinite(rest.count.high) else 0.0
            )
            number = (
                min(rest.count.high, rest.weight.high / math.exp(low) * (1 + _EDGE)) if low > -700 else rest.count.high
            )
            rest = rest.cut(
                Span(
                    min(rest.count.low, math.ceil(least / most - _EDGE)),
                    math.floor(number) if math.isfinite(number) else number,
                ),
                Span(least, rest.weight.high),
            )
    return now.left(now.logits >= high + _EDGE, now.logits >= low - _EDGE, rest)


def _typical_p(now: Kept, p: float) -> Kept:
    edge = _rounding(now.rest)
    total, entropy = now.total, entropy_span(now)
    if total.low <= 0 or math.isinf(total.high) or math.isinf(entropy.high):  # anything may stay or go
        rest = now.rest.cut(Span(0.0, now.rest.count.high), Span(0.0, now.rest.weight.high))
        return now.left(np.zeros(len(now.ids), bool), now.possible, rest)
    near_low, near_high = _distance(now.logits, total, entropy)
    rest_near = max(0.0, math.log(total.low) - now.rest.highest - entropy.high)
    weights = now.weights
    surely = near_high[None, :] < near_low[:, None] - _EDGE
    perhaps = near_low[None, :] < near_high[:, None] + _EDGE
    np.fill_diagonal(perhaps, val=False)
    low = (surely * np.where(now.sure, weights, 0.0)[None, :]).sum(axis=1)
    high = (perhaps * np.where(now.possible, weights, 0.0)[None, :]).sum(axis=1)
    rest = now.rest
    if not rest.is_gone:
        high = high + np.where(rest_near < near_high + _EDGE, rest.weight.high, 0.0)
        before = float(weights[now.sure & (near_high < rest_near - _EDGE)].sum())
        if before > p * total.high * (1 + edge):
            rest = GONE
        else:
            least = max(0.0, p * total.low * (1 - edge) - float(weights[now.possible].sum()))
            number = math.ceil(least / math.exp(rest.highest) - _EDGE)
            rest = rest.cut(
                Span(min(rest.count.low, number), rest.count.high), Span(min(rest.weight.low, least), rest.weight.high)
            )
    return now.left(high <= p * total.low * (1 - edge), low <= p * total.high * (1 + edge), rest)


def _distance(logits: F64, total: Span, entropy: Span) -> tuple[F64, F64]:
    """How far each surprisal is from the entropy, at least and at most."""
    low = math.log(total.low) - logits - entropy.high
    high = math.log(total.high) - logits - entropy.low
    least = np.where((low <= 0) & (high >= 0), 0.0, np.minimum(np.abs(low), np.abs(high)))
    return least, np.maximum(np.abs(low), np.abs(high))


def _xtc(now: Kept, threshold: float) -> Kept:
    total = now.total
    surely = now.sure & (now.weights >= threshold * total.high * (1 + _EDGE))
    perhaps = now.possible & (now.weights >= threshold * total.low * (1 - _EDGE))
    behind = now.logits[None, :] < now.logits[:, None]
    rest = now.rest
    rest_above = not rest.is_gone and math.exp(rest.highest) >= threshold * total.low * (1 - _EDGE)
    gone = surely & (behind & surely[None, :]).any(axis=1)
    safe = ~perhaps | ~((behind & perhaps[None, :]).any(axis=1) | rest_above)
    if rest_above:
        removed = min(rest.count.high, 1 / threshold if threshold > 0 else math.inf)
        lost = removed * math.exp(rest.highest) if math.isfinite(removed) else math.inf
        rest = rest.cut(
            Span(max(0.0, rest.count.low - removed), rest.count.high),
            Span(max(0.0, rest.weight.low - lost), rest.weight.high),
        )
    return now.left(safe, ~gone, rest)


def _temperature(now: Kept, temperature: float) -> Kept:
    """Raise weights to the power 1 / temperature: by how much the rest's changes depends on how even it is."""
    power = 1 / temperature
    rest = now.rest
    if not rest.is_gone:
        bunched, even = _bunched(rest, power), _even(rest, power)
        weight = Span(even.low, bunched.high) if power > 1 else Span(bunched.low, even.high)
        rest = replace(rest, weight=weight, highest=rest.highest * power, scale=None)
    return replace(now, logits=now.logits * power, rest=rest, entropy=None)


def _bunched(rest: Rest, power: float) -> Span:
    """The rest's weight when as few tokens as can be have all of it."""
    most = math.exp(rest.highest)

    def of(weight: float) -> float:
        number = min(math.floor(weight / most), rest.count.high)
        return float(number * most**power + max(0.0, weight - number * most) ** power)

    return Span(of(rest.weight.low), of(rest.weight.high))


def _even(rest: Rest, power: float) -> Span:
    """The rest's weight when all tokens have the same."""
    count = rest.count.high
    if not math.isfinite(count):
        return Span(0.0, math.inf)
    return Span(count * (rest.weight.low / count) ** power, count * (rest.weight.high / count) ** power)
