"""From a recorded token to other settings: from the trace, from what the model says again, and llama.cpp itself."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.kept_stages import Missing, NotComputable
from chatapp.core.probability import distribution, rank
from chatapp.core.reshape_kept import Shaped
from chatapp.core.reshaper import Predicted, Reshaper
from chatapp.core.sampling import ORDER, SamplingParams
from chatapp.core.stages import StageTrace
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.engine.sampling import SamplerChain

SIZES = (30, 400, 32_000)
HISTORY = [3, 4, 5, 4, 9]
PENALTIES = {"repeat_penalty": 1.3, "presence_penalty": 0.4}
SOME_PENALTIES = (
    {},
    PENALTIES,
    {"presence_penalty": 0.6},
    {"frequency_penalty": 0.3},
    {"repeat_penalty": 0.8},
    {"presence_penalty": -0.7},
    {"logit_bias": ((3, 2.0), (5, -100.0))},
    {"logit_bias": ((11, -3.0), (4, 1.0))},
)


def recorded(logits: NDArray[np.float32], params: SamplingParams) -> TraceBuffer:
    """A reply of one token, as the engine records it."""
    found = distribution(logits)
    with SamplerChain(params, len(logits), 512) as chain:
        chain.accept_prompt(HISTORY)
        token, row = chain.sample_stages(logits, found.top_ids)
        names = chain.stages
    assert row is not None
    trace = TokenTrace(
        np.array([token], np.int32),
        logits[[token]] - np.float32(found.log_z),
        np.array([rank(logits, token)], np.int32),
        np.array([found.entropy], np.float32),
        found.top_ids[None],
        found.top_logprobs[None],
        {int(i): b"x" for i in [*found.top_ids, token]},
        {"sampling": params.to_json()},
        StageTrace(names, row.left[None], row.probs[None], row.drawn[None]),
    )
    return TraceBuffer(trace)


def stages_of(logits: NDArray[np.float32], params: SamplingParams) -> tuple[tuple[str, ...], Predicted]:
    certain = replace(params, xtc_probability=1.0) if params.uses("xtc") else params
    with SamplerChain(certain, len(logits), 512) as chain:
        chain.accept_prompt(HISTORY)
        names, _, probs = chain.stages_left(logits)
    return names, Predicted(logits, probs, params)


def check(shaped: Shaped, names: tuple[str, ...], truth: Predicted, raw: NDArray[np.float32]) -> None:
    last = truth.probs[-1].astype(np.float64)
    mine = last[shaped.ids]
    assert (shaped.low <= mine + 3e-5).all()
    assert (mine <= shaped.high + 3e-5).all()
    for row, token in enumerate(shaped.ids):
        gone = np.flatnonzero(truth.probs[:, token] <= 0)
        if shaped.cut_by[row] is not None:
            assert len(gone)
            assert shaped.cut_by[row] in {"", names[int(gone[0])]}
    left = np.flatnonzero(last)
    assert shaped.left.low <= len(left) <= shaped.left.high
    mass = float(raw[left].sum(dtype=np.float64))
    assert shaped.mass.low - 3e-5 <= mass <= shaped.mass.high + 3e-5
    some = last[left]
    entropy = float(-(some * np.log(some)).sum())
    assert shaped.entropy.low - 3e-4 <= entropy <= shaped.entropy.high + 3e-4
    rest = 1 - float(mine.sum())
    assert shaped.rest.low - 3e-5 <= rest <= shaped.rest.high + 3e-5


def shape_or_none(reshaper: Reshaper, params: SamplingParams) -> Shaped | None:
    try:
        return reshaper.shape(params)
    except NotComputable:
        return None


def random_params(rng: np.random.Generator, like: SamplingParams | None = None) -> SamplingParams:
    """Some settings; with *like* the same but a few."""

    def sometimes(value: Any, off: Any) -> Any:
        return value if rng.random() < 0.5 else off

    values: dict[str, Any] = {
        "temperature": float(rng.choice([0.4, 0.9, 1.0, 1.6])),
        "top_k": sometimes(int(rng.integers(1, 60)), 0),
        "top_p": sometimes(float(rng.uniform(0.1, 1)), 1.0),
        "min_p": sometimes(float(rng.random() * 0.1), 0.0),
        "typical_p": sometimes(float(rng.uniform(0.1, 1)), 1.0),
        "xtc_probability": sometimes(0.5, 0.0),
        "xtc_threshold": float(rng.random() * 0.2),
    }
    if like is None:
        order = ORDER if rng.random() < 0.5 else tuple(rng.permutation(ORDER).tolist())
        values |= SOME_PENALTIES[rng.integers(0, len(SOME_PENALTIES))]
        values |= {"order": order, "seed": int(rng.integers(0, 2**31))}
        return SamplingParams(**values)
    changed = rng.choice(sorted(values), 2, replace=False).tolist()
    return replace(like, **{name: values[name] for name in changed})


@pytest.mark.parametrize("seed", range(200))
def test_other_settings_from_a_recorded_token(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = SIZES[seed % len(SIZES)]
    logits = (rng.normal(size=size) * rng.choice([0.5, 2.0, 4.0])).astype(np.float32)
    was = random_params(rng)
    other = random_params(rng, was)
    trace = recorded(logits, was)
    names, truth = stages_of(logits, other)
    raw = truth.probs[0]
    for known in (None, stages_of(logits, was)[1], truth):
        reshaper = Reshaper(trace, 0, was, known, size)
        np.testing.assert_allclose(reshaper.raw, raw[reshaper.ids], atol=1e-6)
        shaped = shape_or_none(reshaper, other)
        if shaped is None:
            assert known is not truth
            assert "penalties" in names
            continue
        check(shaped, names, truth, raw)
        if known is not None:
            assert shaped.is_exact


def test_the_same_settings_give_what_was_recorded() -> None:
    logits = (np.random.default_rng(1).normal(size=2000) * 3).astype(np.float32)
    params = SamplingParams(top_k=40, top_p=0.95, seed=1, **PENALTIES)
    trace = recorded(logits, params)
    shaped = Reshaper(trace, 0, params).shape(params)
    part = trace.stage_of(0)
    assert part is not None
    np.testing.assert_allclose(shaped.low[:20], part[0].probs[0][-1], atol=1e-5)
    np.testing.assert_allclose(shaped.high[:20], part[0].probs[0][-1], atol=1e-5)
    assert list(shaped.cut_by[:20]) == part[0].cut_by(0)


def test_what_the_prompt_decides_is_named_and_the_model_knows_it() -> None:
    logits = (np.random.default_rng(1).normal(size=2000) * 3).astype(np.float32)
    was = SamplingParams(seed=1)
    other = replace(was, **PENALTIES)
    trace = recorded(logits, was)
    for known in (None, stages_of(logits, was)[1]):
        with pytest.raises(NotComputable) as caught:
            Reshaper(trace, 0, was, known).shape(other)
        assert caught.value.stage == "penalties"
        assert caught.value.missing is Missing.PROMPT
    names, truth = stages_of(logits, other)
    check(Reshaper(trace, 0, was, truth).shape(other), names, truth, truth.probs[0])
