"""The reference must be right by itself, before anything is measured against it."""

import math
from pathlib import Path

import numpy as np
import pytest

from tests.helpers import reference
from tests.helpers.gguf_weights import Weights, read
from tests.helpers.tiny_models import CONTROL_TOKENS, MODELS, tiny, vocabulary

FAMILIES = ("llama-f32", "llama-tied", "gpt2-f32", "qwen2-f32", "gemma3-f32")


@pytest.fixture(params=FAMILIES, scope="module")
def weights(request: pytest.FixtureRequest) -> Weights:
    return read(tiny(request.param))


def tokens(count: int, seed: int = 7) -> list[int]:
    return [int(t) for t in np.random.default_rng(seed).integers(0, 320, count)]


def test_a_later_token_changes_nothing_before_it(weights: Weights) -> None:
    ids = tokens(30)
    changed = [*ids[:20], (ids[20] + 1) % 320, *ids[21:]]
    logits, attention = reference.forward(weights, ids)
    other_logits, other_attention = reference.forward(weights, changed)
    np.testing.assert_allclose(other_logits[:20], logits[:20], rtol=0, atol=1e-12)
    np.testing.assert_allclose(other_attention[:, :, :20], attention[:, :, :20], rtol=0, atol=1e-12)
    assert np.abs(other_logits[20:] - logits[20:]).max(axis=1).min() > 0.01


def test_a_prefix_alone_gives_the_same_rows(weights: Weights) -> None:
    ids = tokens(30)
    logits, attention = reference.forward(weights, ids)
    short_logits, short_attention = reference.forward(weights, ids[:11])
    np.testing.assert_allclose(short_logits, logits[:11], rtol=0, atol=1e-12)
    np.testing.assert_allclose(short_attention, attention[:, :, :11, :11], rtol=0, atol=1e-12)


def test_attention_rows_sum_to_one_and_see_no_future(weights: Weights) -> None:
    _, attention = reference.forward(weights, tokens(50))
    assert attention.shape == (weights.n_layer, weights.metadata["attention.head_count"], 50, 50)
    np.testing.assert_allclose(attention.sum(axis=-1), 1.0, rtol=0, atol=1e-12)
    assert not np.triu(attention, 1).any()
    assert (attention[..., 0, 0] == 1).all()


def test_order_of_the_tokens_matters_through_positions_alone(weights: Weights) -> None:
    a, b, c = 40, 50, 60
    first, _ = reference.forward(weights, [a, b, c])
    second, _ = reference.forward(weights, [b, a, c])
    assert np.abs(first[2] - second[2]).max() > 0.01


def test_logits_have_a_useful_spread(weights: Weights) -> None:
    logits, attention = reference.forward(weights, tokens(100))
    assert 2.0 < reference.entropy(logits).mean() < 0.92 * math.log(320)
    late = attention[:, :, 60:]
    spread = -(late * np.log(np.where(late > 0, late, 1))).sum(axis=-1).mean()
    assert 1.5 < spread < 0.97 * math.log(80), "attention is neither one-hot nor uniform"


def test_one_head_by_hand() -> None:
    # Two positions, head size 1: scores of the second query are 2·1/√1 and 2·2/√1.
    q, k, v = (np.array([[[x], [y]]], float) for x, y in ((1, 2), (1, 2), (10, 20)))
    mixed, weights = reference.attend(q, k, v)
    second = math.exp(4) / (math.exp(2) + math.exp(4))
    np.testing.assert_allclose(weights, [[[1, 0], [1 - second, second]]], rtol=1e-15)
    np.testing.assert_allclose(mixed, [[10], [10 * (1 - second) + 20 * second]], rtol=1e-15)


def test_scores_are_divided_by_the_root_of_the_head_size() -> None:
    q, k = np.full((1, 2, 4), 1.0), np.array([[[1.0] * 4, [2.0] * 4]])
    _, weights = reference.attend(q, k, np.zeros((1, 2, 4)))
    # q·k/√4 is 4/2 and 8/2.
    assert weights[0, 1, 1] == pytest.approx(math.exp(4) / (math.exp(2) + math.exp(4)), abs=1e-15)


def test_neighbouring_query_heads_share_a_key_head() -> None:
    random = np.random.default_rng(0)
    q = random.standard_normal((4, 5, 6))
    k, v = random.standard_normal((2, 5, 6)), random.standard_normal((2, 5, 6))
    mixed, weights = reference.attend(q, k, v)
    for head, group in enumerate((0, 0, 1, 1)):
        alone, row = reference.attend(q[head : head + 1], k[group : group + 1], v[group : group + 1])
        np.testing.assert_allclose(weights[head], row[0], rtol=1e-14)
        np.testing.assert_allclose(mixed[:, head * 6 : head * 6 + 6], alone, rtol=1e-14)


def test_a_window_hides_what_is_too_far_back() -> None:
    random = np.random.default_rng(0)
    q, k, v = (random.standard_normal((1, 9, 4)) for _ in range(3))
    _, weights = reference.attend(q, k, v, window=3)
    query, key = np.indices((9, 9))
    np.testing.assert_array_equal(weights[0] > 0, (key <= query) & (query - key < 3))
    np.testing.assert_allclose(weights.sum(axis=-1), 1.0, rtol=1e-14)


def test_rotation_by_hand() -> None:
    x = np.array([[1.0, 0.0, 1.0, 0.0]] * 3)
    base = 100.0  # pair 0 turns by one radian a position, pair 1 by a tenth
    by_neighbours = reference.rotate(x, base, reference.neighbours)
    expected = [math.cos(2), math.sin(2), math.cos(0.2), math.sin(0.2)]
    np.testing.assert_allclose(by_neighbours[2], expected, rtol=1e-14)
    by_halves = reference.rotate(x, base, reference.halves)  # pairs (x0, x2) = (1, 1) and (x1, x3) = (0, 0)
    np.testing.assert_allclose(by_halves[2], [math.cos(2) - math.sin(2), 0, math.sin(2) + math.cos(2), 0], atol=1e-15)
    np.testing.assert_array_equal(by_neighbours[0], x[0])


def test_rotated_products_depend_on_the_distance_only() -> None:
    random = np.random.default_rng(3)
    q, k = (np.tile(random.standard_normal(8), (12, 1)) for _ in range(2))
    for pairs in (reference.neighbours, reference.halves):
        products = reference.rotate(q, 10000.0, pairs) @ reference.rotate(k, 10000.0, pairs).T
        for distance in range(-11, 12):
            diagonal = np.diagonal(products, distance)
            np.testing.assert_allclose(diagonal, diagonal[0], rtol=0, atol=1e-12)


def test_norms_by_hand() -> None:
    x = np.array([[3.0, 4.0]])
    np.testing.assert_allclose(reference.rms_norm(x, np.array([1.0, 2.0]), 0.0), [[3 / 12.5**0.5, 8 / 12.5**0.5]])
    np.testing.assert_allclose(reference.layer_norm(x, np.ones(2), np.array([0.0, 5.0]), 0.0), [[-1, 6]])


def test_the_gelu_table_stays_within_half_precision() -> None:
    x = np.linspace(-6, 6, 1001)
    np.testing.assert_allclose(reference.gelu_table(x), reference.exact_gelu(x), rtol=0, atol=4e-3)
    assert reference.exact_gelu(np.array([1.0]))[0] == pytest.approx(0.841192, abs=1e-6)


def test_rank_range_spans_what_a_tie_leaves_open() -> None:
    logits = np.array([3.0, 2.0, 2.0005, 1.0])
    assert reference.rank_range(logits, 1, 0.0) == (2, 2)
    assert reference.rank_range(logits, 1, 0.001) == (1, 2)
    assert reference.rank(logits, 1) == 2


def test_types_hold_the_same_numbers_up_to_their_precision() -> None:
    exact, half, eight = (read(tiny(f"llama-{kind}")).tensors for kind in ("f32", "f16", "q8_0"))
    for name, values in exact.items():
        np.testing.assert_allclose(half[name], values, rtol=2**-10, atol=1e-6)
        assert np.abs(eight[name] - values).max() <= np.abs(values).max() / 200


def test_models_stay_tiny_and_are_the_same_every_time(tmp_path: Path) -> None:
    for name in MODELS:
        layers_matter = name == "deepseek2-lite"  # which llama.cpp knows by having 27 of them
        assert tiny(name).stat().st_size < (3_000_000 if layers_matter else 1_000_000), name
    again = tmp_path / "again.gguf"
    MODELS["llama-f32"](again)
    assert again.read_bytes() == tiny("llama-f32").read_bytes()


def test_the_vocabulary_splits_hangul_and_emoji() -> None:
    pieces, types, merges = vocabulary(320)
    assert len(pieces) == len(types) == len(set(pieces)) == 320
    assert pieces[-5:] == list(CONTROL_TOKENS)
    known = set(pieces)
    for merge in merges:
        left, right = merge.split(" ")
        assert {left, right, left + right} <= known
