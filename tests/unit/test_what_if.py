"""What a change did, against the definitions; heads as people type them."""

import math

import numpy as np
import pytest

from chatapp.core.attention_picture import AttentionPicture
from chatapp.core.what_if import Change, effect_of, effects_of, parsed_heads, typed_heads

RANDOM = np.random.default_rng(5)


def picture(layers: tuple[int, ...] = (0, 2), n_head: int = 3, n_keys: int = 6) -> AttentionPicture:
    weights = RANDOM.dirichlet(np.ones(n_keys), (len(layers), n_head)).astype(np.float16)
    exists = np.ones((len(layers), n_head), np.bool_)
    return AttentionPicture(
        position=n_keys - 1, ids=np.arange(n_keys, dtype=np.int32), owners=np.zeros(n_keys, np.int32), layers=layers,
        weights=weights, exists=exists, groups=np.ones(len(layers), np.int32), lowest=np.zeros(len(layers), np.int32),
        profile=weights.astype(np.float32), mean=weights.astype(np.float32).mean(axis=(0, 1)),
        peak=weights.astype(np.float32).max(axis=(0, 1)), sums=(1.0, 1.0), recorded=True, checked=-1, difference=-1.0,
        kv_type="f16",
    )  # fmt: skip


def test_before_and_after() -> None:
    before, after = (RANDOM.normal(0, 3, 500).astype(np.float32) for _ in range(2))
    seen = picture()
    effect = effect_of(Change(frozenset({(2, 1)}), hidden=(1, 4)), before, after, 7, seen)
    p, q = (np.exp(x.astype(np.float64)) / np.exp(x.astype(np.float64)).sum() for x in (before, after))
    assert math.exp(effect.token.before) == pytest.approx(p[7], rel=1e-5)
    assert math.exp(effect.token.after) == pytest.approx(q[7], rel=1e-5)
    assert effect.divergence == pytest.approx(float((p * np.log(p / q)).sum()), rel=1e-5)
    assert effect.token.rank_before == int((before > before[7]).sum())
    for row in effect.rows:
        assert row.rank_after == int((after > after[row.token]).sum())
    shown = {row.token for row in effect.rows}
    assert shown == {*np.argsort(-before)[:8].tolist(), *np.argsort(-after)[:8].tolist()}
    row = seen.weights[1, 1].astype(np.float64)
    assert effect.source == (int(row[1:].argmax()) + 1, pytest.approx(row[1:].max(), rel=1e-3))
    assert effect.hidden_share == pytest.approx(seen.weights.astype(np.float64).mean(axis=(0, 1))[1:4].sum(), rel=1e-3)


def test_nothing_changed_is_nothing() -> None:
    logits = RANDOM.normal(0, 3, 500).astype(np.float32)
    effect = effect_of(Change(), logits, logits, 7, picture())
    assert effect.change.is_nothing
    assert effect.divergence == 0
    assert effect.token.before == effect.token.after


def test_the_strongest_heads_and_what_their_attention_says_of_it() -> None:
    seen = picture()
    change = np.array([[0.1, -0.5, np.nan], [0.3, 0.0, -0.2]], np.float32)
    effects = effects_of(change, np.abs(change) ** 2, -1.0, 7, seen)
    assert effects.done == (5, 6)
    assert [effect.head for effect in effects.strongest(3)] == [(0, 1), (2, 0), (2, 2)]
    assert len(effects.strongest(10)) == 5
    assert effects.half("change") == pytest.approx(0.2)
    first = effects.strongest(1)[0]
    assert (first.change, first.source) == (pytest.approx(-0.5), int(seen.weights[0, 1, 1:].argmax()) + 1)
    # Spearman's by its textbook formula, which holds without ties.
    known = ~np.isnan(change)
    one = np.argsort(np.argsort(seen.weights[..., 1:].max(axis=-1)[known]))
    other = np.argsort(np.argsort(np.abs(change[known])))
    assert effects.correlation() == pytest.approx(1 - 6 * ((one - other) ** 2).sum() / (5 * (25 - 1)))


def test_equal_effects_share_a_rank() -> None:
    seen = picture()
    effects = effects_of(np.full((2, 3), 0.5, np.float32), np.zeros((2, 3), np.float32), -1.0, 7, seen)
    assert math.isnan(effects.correlation())


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("2.1", {(2, 1)}),
        ("L0.2, L2 H0", {(0, 2), (2, 0)}),
        ("0:1;2.2 l2h1", {(0, 1), (2, 2), (2, 1)}),
        ("2.*", {(2, 0), (2, 1), (2, 2)}),
        (" , ", set()),
    ],
)
def test_heads_that_were_typed(text: str, heads: set[tuple[int, int]]) -> None:
    assert parsed_heads(text, picture()) == heads
    assert parsed_heads(typed_heads(frozenset(heads)), picture()) == heads


@pytest.mark.parametrize("text", ["1.0", "2.3", "cat", "2.", "0.1, x", "99999999.1"])
def test_heads_that_are_not_there(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parsed_heads(text, picture())
