"""Where the stages that stay as they were have left a recorded token: what is known, and what the rest can be."""

import math

import numpy as np
from numpy.typing import NDArray

from chatapp.core.kept import F64, GONE, SLACK, Kept, Rest, Span
from chatapp.core.sampling import SamplingParams
from chatapp.core.stage_view import StageView

_CUTS = frozenset({"grammar", "top_n_sigma", "top_k", "typical_p", "top_p", "min_p"})  # the others' ratios stay
_SAME = 2e-5  # relative; float32 probabilities that are equal
_NOTHING = 5e-6  # as a ratio, the same
_WITNESSES = 5  # tokens of different logits that the repetition penalty cannot all have left in the same ratio


def kept_after(raw: Kept, view: StageView, at: int, params: SamplingParams) -> Kept:
    """What is known after stage number *at* of what was recorded with *params*; *raw* is the model's own."""
    probs = view.probs[:, at].astype(np.float64)
    alive = probs > 0
    logits = np.log(np.where(alive, probs, 1.0))
    number, weight = float(view.rest_left[at]), float(view.rest[at])
    if number <= 0 or raw.rest.is_gone:
        return Kept(raw.ids, logits, alive, alive.copy(), GONE, raw.ahead)
    names = view.names[1 : at + 1]
    spread = Span(max(0.0, weight - SLACK), weight + SLACK)
    scale, mass = None, Span(0.0, raw.rest.mass.high)
    if set(names) <= _CUTS and alive.any():
        likeliest = int(np.argmax(probs))
        scale = float(raw.weights[likeliest] / probs[likeliest])
        mass = Span(spread.low * scale * (1 - _SAME), min(mass.high, spread.high * scale * (1 + _SAME)))
    highest = math.log(_highest(raw, view, at, params)) + 1e-5
    in_order = set(names) <= _CUTS | {"temperature"}
    ahead = raw.ahead if in_order else np.full(len(probs), math.inf)
    return Kept(raw.ids, logits, alive, alive.copy(), Rest(Span(number, number), spread, highest, mass, scale), ahead)


def _highest(raw: Kept, view: StageView, at: int, params: SamplingParams) -> float:
    """No token of the rest is likelier than this after stage number *at*."""
    bound = math.exp(raw.rest.highest)
    probs = view.probs.astype(np.float64)
    for stage in range(1, at + 1):
        before, after = probs[:, stage - 1], probs[:, stage]
        alive = (before > 0) & (after > 0)
        everything = float(view.rest[stage]) + SLACK
        bound = min(everything, _raised(bound, view.names[stage], before[alive], after[alive], raw.ids[alive], params))
    return max(bound, 1e-30)


def _raised(bound: float, stage: str, before: F64, after: F64, ids: NDArray[np.int32], params: SamplingParams) -> float:
    """What *bound* can have become, seen from the known tokens that are left."""
    if not len(before):
        return 1.0
    ratios = after / before
    if stage in _CUTS:
        return bound * float(ratios.max())
    if stage == "temperature" and params.dynatemp_range <= 0:
        power = 1 / params.temperature
        return float(bound**power * (after / before**power).max())
    if stage == "logit_bias":
        biases = dict(params.logit_bias)
        plain = [ratio for ratio, token in zip(ratios, ids.tolist(), strict=True) if token not in biases]
        most = max([0.0, *(bias for token, bias in biases.items() if token not in ids)])
        return bound * float(max(plain)) * math.exp(most) if plain else 1.0
    if not _lowers(stage, params):
        return 1.0
    return bound * (1 + _SAME) * _raised_by_lowering(stage, ratios, before, params)


def _lowers(stage: str, params: SamplingParams) -> bool:
    """Whether the stage makes tokens less likely, and others likelier only in their place."""
    penalties = (params.repeat_penalty - 1, params.frequency_penalty, params.presence_penalty)
    return stage == "dry" or (stage == "penalties" and min(penalties) >= 0)


def _raised_by_lowering(stage: str, ratios: F64, before: F64, params: SamplingParams) -> float:
    """By how much a token that was not lowered became likelier; inf where the known tokens do not tell."""
    most = float(ratios.max())
    if np.abs(ratios - 1).max() < _NOTHING:
        return 1.0  # else the rest would have been lowered by just as much as all known tokens
    if stage == "penalties" and params.repeat_penalty == 1 and params.frequency_penalty == 0:
        # One penalty for all: had it lowered every known token, none of them could have become likelier.
        return most if most > 1 + _NOTHING else math.inf
    if stage == "penalties" and params.repeat_penalty > 1:
        # Tokens of different logits would not be lowered alike: those that share the highest ratio were not lowered.
        same = np.sort(before[ratios >= most * (1 - _SAME)])
        different = 1 + int(np.count_nonzero(np.diff(np.log(same)) > 1e-3))
        return most if different >= _WITNESSES else math.inf
    return math.inf
