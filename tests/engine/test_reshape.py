"""What `core.reshape` computes against the real chain of llama.cpp: the same cuts, the same probabilities."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.reshape import Candidates, reshape
from chatapp.core.sampling import ORDER, SamplingParams
from chatapp.core.stages import chain_of
from chatapp.engine.sampling import SamplerChain
from tests.helpers import reference

SIZES = (50, 321, 5_000, 32_000, 151_936)
OFF: dict[str, Any] = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, "min_p": 0.0, "seed": 1}


def logits_of(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """Some flat, some peaked, at various heights: logits have no fixed zero."""
    values = rng.normal(size=size) * rng.choice([0.5, 1.5, 3.0, 5.0]) + rng.choice([-8.0, 0.0, 6.0])
    if rng.random() < 0.5:
        values[rng.integers(0, size, 3)] += rng.random(3) * 12
    return values.astype(np.float32)


def compare(params: SamplingParams, logits: NDArray[np.float32], history: list[int], *, struck: bool) -> None:
    with SamplerChain(params.checked(), len(logits), 4096) as chain:
        chain.accept_prompt(history)
        _, row = chain.sample_stages(logits, np.arange(len(logits), dtype=np.int32))
        names = chain.stages
    assert row is not None
    assert chain_of(params) == names
    stages = reshape(Candidates.of_vocabulary(logits), names[1:], params, history, struck=struck)
    assert [stage.name for stage in stages] == list(names[1:])
    for at, stage in enumerate(stages, start=1):
        probs = np.zeros(len(logits), np.float32)
        probs[stage.ids] = stage.probs
        different = np.flatnonzero((probs > 0) != (row.probs[at] > 0))
        if stage.name == "typical_p" and len(different):
            before = row.probs[at - 1].astype(np.float64)
            assert len(different) <= 4
            assert np.ptp(distances(before)[different]) < 1e-3, "only where a float32 sum of the entropy decides"
            return  # what follows stands on other tokens
        assert len(different) == 0, f"{stage.name} cut {len(different)} others"
        assert stage.left == row.left[at]
        np.testing.assert_allclose(probs, row.probs[at], atol=1e-5, rtol=0, err_msg=stage.name)
        assert stage.of(np.arange(len(logits), dtype=np.int32)).tolist() == probs.tolist()


def distances(probs: NDArray[np.float64]) -> NDArray[np.float64]:
    """How far each token's surprisal is from the entropy."""
    with np.errstate(divide="ignore"):
        surprisal = -np.log(probs)
    return np.abs(surprisal - np.nansum(probs[probs > 0] * surprisal[probs > 0]))


ONE = [
    {"temperature": 0.3}, {"temperature": 1.9}, {"temperature": 0.0}, {"top_k": 7}, {"top_k": 500}, {"top_p": 0.5},
    {"top_p": 0.99}, {"min_p": 0.02}, {"min_p": 0.5}, {"typical_p": 0.2}, {"typical_p": 0.95}, {"top_n_sigma": 0.7},
    {"top_n_sigma": 3.0}, {"xtc_probability": 1.0, "xtc_threshold": 0.05}, {"xtc_probability": 1e-9},
    {"temperature": 0.8, "dynatemp_range": 0.5}, {"temperature": 0.5, "dynatemp_range": 0.9, "dynatemp_exponent": 2.0},
    {"repeat_penalty": 1.4}, {"repeat_penalty": 0.7, "repeat_last_n": 5}, {"frequency_penalty": 0.4},
    {"presence_penalty": -1.0, "repeat_last_n": -1}, {"logit_bias": ((3, 4.0), (4, -100.0), (11, -2.5))},
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("values", ONE, ids=str)
def test_one_sampler(values: dict[str, Any], size: int) -> None:
    rng = np.random.default_rng(size)
    history = rng.integers(0, size, 40).tolist()
    for _ in range(3):
        compare(
            SamplingParams(**{**OFF, **values}), logits_of(rng, size), history,
            struck=values.get("xtc_probability") == 1.0,
        )  # fmt: skip


@pytest.mark.parametrize("seed", range(120))
def test_any_chain_in_any_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = SIZES[seed % len(SIZES)]

    def sometimes(value: Any, off: Any) -> Any:
        return value if rng.random() < 0.5 else off

    strikes = rng.random() < 0.5
    params = SamplingParams(
        temperature=float(rng.choice([0.4, 0.9, 1.0, 1.7])),
        top_k=sometimes(int(rng.integers(1, 300)), 0),
        top_p=sometimes(float(rng.uniform(0.05, 1)), 1.0),
        min_p=sometimes(float(rng.random() * 0.2), 0.0),
        typical_p=sometimes(float(rng.uniform(0.05, 1)), 1.0),
        top_n_sigma=sometimes(float(rng.uniform(0.2, 3)), 0.0),
        xtc_probability=sometimes(1.0 if strikes else 1e-9, 0.0),
        xtc_threshold=float(rng.random() * 0.3),
        repeat_penalty=sometimes(1.3, 1.0),
        repeat_last_n=int(rng.choice([-1, 0, 5, 64])),
        frequency_penalty=sometimes(0.5, 0.0),
        presence_penalty=sometimes(-0.5, 0.0),
        dynatemp_range=sometimes(0.3, 0.0),
        dynatemp_exponent=float(rng.random() * 2),
        logit_bias=sometimes(((40, 5.0), (41, -100.0)), ()),
        order=tuple(rng.permutation(ORDER).tolist()),
        seed=int(rng.integers(0, 2**31)),
    )
    compare(params, logits_of(rng, size), rng.integers(0, size, 100).tolist(), struck=strikes)


def test_temperature_goes_from_certainty_to_the_model_to_anything() -> None:
    logits = logits_of(np.random.default_rng(3), 32_000)
    exact = reference.log_softmax(logits.astype(np.float64))
    entropies = []
    for temperature in (0.0, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 20.0):
        params = SamplingParams(**{**OFF, "temperature": temperature})
        (stage,) = reshape(Candidates.of_vocabulary(logits), ("temperature",), params)
        probs = stage.probs.astype(np.float64)
        assert probs.sum() == pytest.approx(1, abs=1e-4)
        assert stage.ids[probs.argmax()] == logits.argmax()
        if temperature == 0:
            assert probs.max() == 1
        else:
            assert len(stage.ids) == len(logits)  # the whole vocabulary, not the likeliest
        if temperature == 1:
            np.testing.assert_allclose(probs, np.exp(exact)[stage.ids], rtol=0, atol=1e-6)
        entropies.append(-(probs[probs > 0] * np.log(probs[probs > 0])).sum())
    assert (np.diff(entropies) >= 0).all()
    assert (np.diff(entropies[2:]) > 0).all()  # colder, they are 0 in floating point
    assert entropies[-1] > 0.95 * np.log(len(logits))
