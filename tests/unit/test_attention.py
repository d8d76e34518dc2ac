import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core import attention


def random_weights(*shape: int, seed: int = 0) -> NDArray[np.float32]:
    """Causal rows that sum to 1: (…, T, T)."""
    raw = np.random.default_rng(seed).random(shape) + 0.01
    raw *= np.tril(np.ones(shape[-2:]))
    return (raw / raw.sum(axis=-1, keepdims=True)).astype(np.float32)


def test_heads_are_combined_by_mean_or_maximum_of_those_that_are_chosen() -> None:
    weights = random_weights(2, 3, 5, 5)[:, :, -1]
    np.testing.assert_allclose(attention.combined(weights), weights.mean(axis=(0, 1)), rtol=1e-6)
    np.testing.assert_array_equal(attention.combined(weights, "max"), weights.max(axis=(0, 1)))
    chosen = np.zeros((2, 3), np.bool_)
    assert not attention.combined(weights, heads=chosen).any()
    chosen[1, 2] = True
    np.testing.assert_array_equal(attention.combined(weights, heads=chosen), weights[1, 2])


def test_the_sink_is_measured_apart() -> None:
    row = np.array([0.5, 0.2, 0.1], np.float32)  # a learned sink took the other 0.2
    rest, mass = attention.without_sink(row)
    assert mass == pytest.approx(0.7)
    assert rest.tolist() == pytest.approx([0, 0.2, 0.1])
    assert row[0] == 0.5  # what was given stays


def test_sources_are_the_fewest_that_have_the_mass() -> None:
    row = np.array([0.1, 0.5, 0.0, 0.3, 0.1])
    assert [s.position for s in attention.sources(row, 0.5)] == [1]
    assert [s.position for s in attention.sources(row, 0.8)] == [1, 3]
    assert [s.position for s in attention.sources(row, 0.81)] == [1, 3, 0]
    assert [s.position for s in attention.sources(row, 1.0)] == [1, 3, 0, 4]
    assert len(attention.sources(row, 1.0, most=2)) == 2
    assert attention.sources(np.zeros(3)) == []


def test_shares_add_up_to_the_rows() -> None:
    weights = random_weights(2, 2, 6, 6)
    owners = np.array([-1, 0, 0, -1, 1, 1], np.int32)
    found = attention.shares(weights, owners, 2)
    assert found.shape == (2, 2, 6, 3)
    np.testing.assert_allclose(found.sum(axis=-1), 1, rtol=1e-6)
    np.testing.assert_allclose(found[..., 0], weights[..., 1:3].sum(axis=-1), rtol=1e-6)
    np.testing.assert_allclose(found[..., -1], weights[..., 0] + weights[..., 3], rtol=1e-6)


def test_entropy_and_distance() -> None:
    rows = np.array([[1.0, 0, 0, 0], [0.25, 0.25, 0.25, 0.25]])
    assert attention.entropy(rows).tolist() == pytest.approx([0, 2])
    assert attention.distance(rows, 2).tolist() == pytest.approx([2, 1.5])


def test_heads_are_told_by_what_they_look_at() -> None:
    block = [5, 9, 7, 3]
    ids = [1, *block, *block]
    n = len(ids)
    previous, duplicate, induction, sink = np.zeros((4, n, n), np.float32)
    for q in range(n):
        previous[q, max(0, q - 1)] = 1
        duplicate[q, q - 4 if q > 4 else 0] = 1
        induction[q, q - 3 if q > 4 else 0] = 1
        sink[q, 0] = 1
    scores = attention.pattern_scores(np.stack([previous, duplicate, induction, sink])[None], ids)
    for at, name in enumerate(("previous", "duplicate", "induction", "sink")):
        assert scores[name].shape == (1, 4)
        assert scores[name][0, at] == pytest.approx(1)
        assert scores[name][0].argmax() == at
    last = attention.pattern_scores(np.stack([induction])[None, :, -2:], ids)
    assert last["induction"][0, 0] == pytest.approx(1)


def test_rollout_of_one_layer_is_half_of_it_and_half_of_itself() -> None:
    weights = random_weights(1, 3, 4, 4)
    expected = 0.5 * weights[0].mean(axis=0) + 0.5 * np.eye(4)
    np.testing.assert_allclose(attention.rollout(weights), expected, atol=1e-6)


def test_rollout_of_two_layers_by_hand() -> None:
    first = np.array([[1.0, 0], [0.4, 0.6]])
    second = np.array([[1.0, 0], [0.8, 0.2]])
    found = attention.rollout(np.stack([first[None], second[None]]))
    # token 1 of the second layer: 0.4 of token 0, and 0.6 of what token 1 had of the first: 0.2 and 0.8
    np.testing.assert_allclose(found, [[1, 0], [0.4 + 0.6 * 0.2, 0.6 * 0.8]], atol=1e-6)
    np.testing.assert_allclose(attention.rollout(random_weights(4, 2, 7, 7)).sum(axis=-1), 1, atol=1e-5)
