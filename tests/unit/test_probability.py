import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.probability import TOP_K, distribution, rank, top_ids
from tests.helpers import reference

SIZES = (1, 2, 19, 20, 21, 63, 64, 65, 1279, 1280, 1281, 1344, 5000, 32000, 151936)


def random_logits(size: int, seed: int = 0, scale: float = 3.0) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).standard_normal(size) * scale).astype(np.float32)


def naive_top(logits: NDArray[np.float32], k: int) -> list[int]:
    return sorted(range(len(logits)), key=lambda i: (-float(logits[i]), i))[:k]


@pytest.mark.parametrize("size", SIZES)
def test_matches_a_naive_double_precision_computation(size: int) -> None:
    logits = random_logits(size, seed=size)
    found = distribution(logits)
    exact = reference.log_softmax(logits.astype(np.float64))
    expected = naive_top(logits, TOP_K)
    assert found.top_ids.tolist() == expected
    np.testing.assert_allclose(found.top_logprobs, exact[expected], rtol=0, atol=2e-6)
    assert found.entropy == pytest.approx(float(reference.entropy(logits.astype(np.float64))), abs=2e-5)
    assert found.log_z == pytest.approx(float(logits[0]) - exact[0], abs=2e-6)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 30.0, 300.0])
@pytest.mark.parametrize("offset", [-1000.0, 0.0, 1000.0])
def test_holds_for_flat_and_sharp_distributions_at_any_offset(scale: float, offset: float) -> None:
    logits = random_logits(32000, scale=scale) + np.float32(offset)
    found = distribution(logits)
    # A float32 logit near 1000 is known to 6e-5; the naive value is taken from the same rounded numbers.
    assert found.entropy == pytest.approx(float(reference.entropy(logits.astype(np.float64))), abs=5e-5)
    exact = reference.log_softmax(logits.astype(np.float64))
    np.testing.assert_allclose(found.top_logprobs, exact[found.top_ids], rtol=0, atol=1e-4 if offset else 3e-5)


def test_probabilities_of_a_small_vocabulary_sum_to_one() -> None:
    found = distribution(random_logits(15))
    assert len(found.top_ids) == len(found.top_logprobs) == 15
    assert float(np.exp(found.top_logprobs.astype(np.float64)).sum()) == pytest.approx(1.0, abs=1e-6)


def test_types_are_the_traces() -> None:
    found = distribution(random_logits(500))
    assert (found.top_ids.dtype, found.top_logprobs.dtype) == (np.int32, np.float32)
    assert isinstance(found.entropy, float)
    assert isinstance(found.log_z, float)


def test_equal_logits_give_uniform_probabilities_in_order_of_the_id() -> None:
    found = distribution(np.full(4096, 2.5, np.float32))
    assert found.top_ids.tolist() == list(range(20))
    np.testing.assert_allclose(found.top_logprobs, -np.log(4096), atol=1e-6)
    assert found.entropy == pytest.approx(np.log(4096), abs=1e-5)


def test_banned_tokens_have_no_probability_and_spoil_nothing() -> None:
    logits = random_logits(3000)
    banned = np.arange(3000) % 3 == 0
    logits[banned] = -np.inf
    found = distribution(logits)
    kept = logits[~banned].astype(np.float64)
    assert found.entropy == pytest.approx(float(reference.entropy(kept)), abs=2e-5)
    assert not set(found.top_ids.tolist()) & set(np.flatnonzero(banned).tolist())
    np.testing.assert_allclose(found.top_logprobs, np.sort(reference.log_softmax(kept))[::-1][:20], atol=2e-6)


def test_one_possible_token_is_certain() -> None:
    logits = np.full(1000, -np.inf, np.float32)
    logits[123] = -7.0
    found = distribution(logits)
    assert found.top_ids[0] == 123
    assert found.top_logprobs[0] == pytest.approx(0.0, abs=1e-6)
    assert found.entropy == 0.0
    assert np.isneginf(found.top_logprobs[1:]).all()
    assert rank(logits, 123) == 0
    assert rank(logits, 5) == 1


@pytest.mark.parametrize("seed", range(20))
def test_top_ids_are_exact_when_many_logits_are_equal(seed: int) -> None:
    logits = np.random.default_rng(seed).integers(0, 6, 4000).astype(np.float32)
    assert top_ids(logits, 20).tolist() == naive_top(logits, 20)


@pytest.mark.parametrize("where", ["one block", "last partial block", "spread", "ascending", "descending"])
def test_top_ids_are_exact_wherever_the_largest_lie(where: str) -> None:
    size, k = 151_936 + 37, 20
    logits = random_logits(size, scale=1.0)
    match where:
        case "one block":
            logits[6400:6420] = np.arange(20, 40)
        case "last partial block":
            logits[-20:] = np.arange(40, 20, -1)
        case "spread":
            logits[np.linspace(0, size - 1, k).astype(int)] = np.arange(20, 40)
        case "ascending":
            logits = np.arange(size, dtype=np.float32)
        case "descending":
            logits = -np.arange(size, dtype=np.float32)
    expected = np.argsort(-logits.astype(np.float64), kind="stable")[:k]
    assert top_ids(logits, k).tolist() == expected.tolist()


@pytest.mark.parametrize(("k", "length"), [(0, 0), (1, 1), (20, 20), (50, 50), (1000, 50)])
def test_as_many_candidates_as_wanted_or_there_are(k: int, length: int) -> None:
    logits = random_logits(50)
    assert top_ids(logits, k).tolist() == naive_top(logits, length)


@pytest.mark.parametrize("k", [0, 1, 2000])
def test_as_many_candidates_as_wanted_of_a_large_vocabulary(k: int) -> None:
    logits = random_logits(20000)
    assert top_ids(logits, k).tolist() == naive_top(logits, k)


def test_rank_counts_strictly_likelier_tokens() -> None:
    logits = np.array([1.0, 5.0, 3.0, 3.0, -np.inf], np.float32)
    assert [rank(logits, token) for token in range(5)] == [3, 0, 1, 1, 4]


def test_rank_agrees_with_the_order_of_the_candidates() -> None:
    logits = random_logits(32000)
    assert [rank(logits, int(token)) for token in distribution(logits).top_ids] == list(range(20))


def test_the_logits_are_left_alone() -> None:
    logits = random_logits(5000)
    before = logits.copy()
    logits.flags.writeable = False
    distribution(logits)
    np.testing.assert_array_equal(logits, before)
