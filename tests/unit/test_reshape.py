"""Bounds from the likeliest tokens alone: the exact result of the whole vocabulary lies in them, always."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.kept import Kept, Span, kept_candidates
from chatapp.core.kept_stages import Missing, NotComputable
from chatapp.core.probability import distribution
from chatapp.core.reshape import Candidates, reshape
from chatapp.core.reshape_kept import Shaped, reshape_kept, shape_of
from chatapp.core.sampling import ORDER, SamplingParams
from chatapp.core.stages import chain_of

OFF: dict[str, Any] = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0}


def logits_of(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    values = rng.normal(size=size) * rng.choice([0.3, 1.5, 3.0, 5.0])
    if rng.random() < 0.4:
        values[rng.integers(0, size, 3)] += rng.random(3) * 12
    return values.astype(np.float32)


def both(
    logits: NDArray[np.float32], params: SamplingParams, taken: int, *, struck: bool = True, vocabulary: bool = True
) -> tuple[Shaped, Shaped]:
    """The exact result, and the one from the 20 likeliest and the token that was taken."""
    stages = chain_of(params)[1:]
    found = distribution(logits)
    ids, outside = found.top_ids, taken not in found.top_ids
    logprobs = logits - np.float32(found.log_z)
    if outside:
        ids = np.append(ids, np.int32(taken))
    raw = np.exp(logprobs)
    exact = shape_of(ids, raw, reshape(Candidates.of_vocabulary(logits), stages, params, (), struck=struck))
    ranks = [int((logits > logits[taken]).sum())] if outside else []
    kept = kept_candidates(ids, logprobs[ids], len(logits) if vocabulary else None, ranks=ranks, entropy=found.entropy)
    return exact, reshape_kept(kept, raw[ids], stages, params, [], struck=struck)


def check(exact: Shaped, bounds: Shaped) -> None:
    assert (bounds.low <= exact.low + 2e-5).all()
    assert (exact.high <= bounds.high + 2e-5).all()
    for row, stage in enumerate(bounds.cut_by):
        if stage is not None:
            assert exact.cut_by[row] is not None
            assert stage in {"", exact.cut_by[row]}
        if bounds.low[row] > 0:
            assert exact.cut_by[row] is None
    inside(exact.left, bounds.left, 0.0)
    inside(exact.mass, bounds.mass, 2e-5)
    inside(exact.entropy, bounds.entropy, 1e-4)
    inside(exact.rest, bounds.rest, 2e-5)


def inside(exact: Span, bounds: Span, tolerance: float) -> None:
    assert bounds.low - tolerance <= exact.low
    assert exact.high <= bounds.high + tolerance


@pytest.mark.parametrize("seed", range(250))
def test_the_exact_result_lies_within_the_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.choice([20, 25, 60, 500, 30_000]))

    def sometimes(value: Any, off: Any) -> Any:
        return value if rng.random() < 0.4 else off

    params = SamplingParams(
        temperature=float(rng.choice([0.0, 0.3, 0.8, 1.0, 1.2, 2.5])),
        top_k=sometimes(int(rng.integers(1, 60)), 0),
        top_p=sometimes(float(rng.uniform(0.05, 1)), 1.0),
        min_p=sometimes(float(rng.random() * 0.2), 0.0),
        typical_p=sometimes(float(rng.uniform(0.05, 1)), 1.0),
        xtc_probability=sometimes(0.5, 0.0),
        xtc_threshold=float(rng.random() * 0.3),
        logit_bias=sometimes(((3, 2.0), (7, -100.0), (11, -1.5)), ()),
        order=tuple(rng.permutation(ORDER).tolist()),
    )
    logits = logits_of(rng, size)
    check(*both(logits, params, int(rng.integers(0, size)), struck=rng.random() < 0.5, vocabulary=rng.random() < 0.8))


@pytest.mark.parametrize("values", [{"top_k": 20}, {"top_k": 5, "temperature": 2.0}, {"top_k": 15, "top_p": 0.6}])
def test_what_is_cut_to_known_tokens_is_exact(values: dict[str, Any]) -> None:
    rng = np.random.default_rng(1)
    exact, bounds = both(logits_of(rng, 5000), SamplingParams(**{**OFF, **values}), 3)
    assert bounds.is_exact
    np.testing.assert_allclose(bounds.low, exact.low, atol=1e-5)
    assert bounds.cut_by == exact.cut_by
    assert bounds.left == exact.left
    assert bounds.mass.low == pytest.approx(exact.mass.low, abs=1e-5)


def test_colder_than_the_model_the_bounds_are_narrow_and_hotter_they_say_so() -> None:
    logits = (np.random.default_rng(2).normal(size=20_000) * 4).astype(np.float32)
    _, cold = both(logits, SamplingParams(**{**OFF, "temperature": 0.5}), 3)
    _, hot = both(logits, SamplingParams(**{**OFF, "temperature": 2.0}), 3)
    assert cold.high[0] - cold.low[0] < 0.02
    assert hot.high[0] - hot.low[0] > 0.05
    assert not hot.is_exact
    assert hot.left == Span(20_000, 20_000)
    assert hot.mass.low == pytest.approx(1, abs=1e-5)


def test_top_p_above_what_was_kept_is_open_and_below_it_is_not() -> None:
    logits = np.concatenate((np.linspace(5, 3, 20), np.full(2_000, 0.5))).astype(np.float32)
    share = float(np.exp(logits[:20]).sum() / np.exp(logits).sum())
    _, below = both(logits, SamplingParams(**{**OFF, "top_p": share * 0.9}), 0)
    exact, above = both(logits, SamplingParams(**{**OFF, "top_p": share * 1.1}), 0)
    assert below.is_exact
    assert not above.is_exact
    assert above.left.low <= exact.left.low <= above.left.high
    assert above.mass.low == pytest.approx(share * 1.1, abs=1e-3)


@pytest.mark.parametrize(
    ("values", "stage", "missing"),
    [
        ({"top_n_sigma": 1.0}, "top_n_sigma", Missing.VOCABULARY),
        ({"dynatemp_range": 0.3}, "temperature", Missing.VOCABULARY),
        ({"repeat_penalty": 1.2}, "penalties", Missing.LOGITS),
        ({"dry_multiplier": 0.8}, "dry", Missing.MODEL),
        ({"grammar": 'root ::= "a"'}, "grammar", Missing.MODEL),
    ],
)
def test_what_cannot_be_computed_is_named(values: dict[str, Any], stage: str, missing: Missing) -> None:
    params = SamplingParams(**{**OFF, **values})
    kept = some_kept()
    with pytest.raises(NotComputable) as caught:
        reshape_kept(kept, np.exp(kept.logits), chain_of(params)[1:], params, [1, 2], struck=True)
    assert (caught.value.stage, caught.value.missing) == (stage, missing)


def some_kept() -> Kept:
    found = distribution(logits_of(np.random.default_rng(4), 300))
    return kept_candidates(found.top_ids, found.top_logprobs, 300, entropy=found.entropy)


def test_penalties_of_tokens_in_the_prompt_cannot_be_known() -> None:
    params = SamplingParams(**{**OFF, "presence_penalty": 0.5, "top_k": 3})
    kept = some_kept()
    with pytest.raises(NotComputable) as caught:
        reshape_kept(kept, np.exp(kept.logits), chain_of(params)[1:], params, None, struck=True)
    assert caught.value.missing is Missing.PROMPT


@pytest.mark.parametrize("seed", range(60))
def test_subtracting_penalties_lie_within_the_bounds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = logits_of(rng, 400)
    values = {
        "frequency_penalty": float(rng.choice([-0.5, 0.7])),
        "presence_penalty": float(rng.choice([0, 0.4, -1])),
        "top_k": int(rng.choice([0, 5, 50])),
        "top_p": float(rng.choice([1.0, 0.8])),
    }
    params = SamplingParams(**{**OFF, **values})
    found = distribution(logits)
    earlier = [*rng.choice(found.top_ids, 5).tolist(), *rng.integers(0, 400, 20).tolist()]
    stages = chain_of(params)[1:]
    raw = np.exp(logits - np.float32(found.log_z))
    exact = shape_of(found.top_ids, raw, reshape(Candidates.of_vocabulary(logits), stages, params, earlier))
    kept = kept_candidates(found.top_ids, found.top_logprobs, 400, entropy=found.entropy)
    check(exact, reshape_kept(kept, raw[found.top_ids], stages, params, earlier, struck=True))
