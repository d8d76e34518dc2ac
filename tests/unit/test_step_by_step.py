"""The formulas of Step by step against worked examples, and the sentences to look into."""

import numpy as np
import pytest

from chatapp.core import step_by_step as maths
from chatapp.core.examples import EXAMPLES, end_of, example_of
from chatapp.core.step_by_step import Rope, difference


def test_a_quarter_turn_and_none() -> None:
    x = np.array([[1.0, 0.0, 1.0, 0.0]], np.float32)
    for neighbours, turned in ((True, [0, 1, 1, 0]), (False, [-1, 0, 0, 0])):
        rope = Rope(4, 1.0 if not neighbours else 1e30, neighbours)
        found = maths.rotate(x, np.array([np.pi / 2]), rope)  # type: ignore[arg-type]
        if neighbours:
            np.testing.assert_allclose(found[0], turned, atol=1e-6)  # the second pair hardly turns
        else:
            np.testing.assert_allclose(found[0], [-1, 0, 1, 0], atol=1e-6)
    np.testing.assert_array_equal(maths.rotate(x, np.array([0]), Rope(4, 10000.0, True)), x)


def test_only_the_distance_remains_of_two_positions() -> None:
    random = np.random.default_rng(3)
    q, k = random.standard_normal((2, 1, 16)).astype(np.float32)
    rope = Rope(16, 10000.0, False, factors=np.full(8, 2.0, np.float32))
    scores = [
        float(maths.rotate(q, np.array([at + 5]), rope)[0] @ maths.rotate(k, np.array([at]), rope)[0]) for at in (0, 70)
    ]
    assert scores[0] == pytest.approx(scores[1], abs=1e-4)
    assert scores[0] != pytest.approx(float(q[0] @ k[0]), abs=1e-2)


def test_softmax_hides_and_sinks() -> None:
    scaled = np.array([1.0, 1.0, -np.inf], np.float32)
    assert maths.softmax(scaled).tolist() == [0.5, 0.5, 0.0]
    np.testing.assert_allclose(maths.softmax(scaled, 1.0), [1 / 3, 1 / 3, 0], rtol=1e-6)
    assert maths.softmax(scaled + 1000).tolist() == [0.5, 0.5, 0.0]  # nothing overflows


def test_norms_and_activations() -> None:
    x = np.array([3.0, 4.0], np.float32)
    one, none = np.ones(2, np.float32), np.zeros(2, np.float32)
    np.testing.assert_allclose(maths.rms_norm(x, one * 2, 0.0), 2 * x / 12.5**0.5, rtol=1e-6)
    np.testing.assert_allclose(maths.layer_norm(x, one, none, 0.0), [-1, 1], rtol=1e-6)
    assert maths.silu(none).tolist() == maths.gelu(none).tolist() == [0, 0]
    np.testing.assert_allclose(maths.gelu(one), 0.841192, atol=1e-6)
    np.testing.assert_allclose(maths.silu(one), 0.731059, atol=1e-6)


def test_a_difference_is_told_as_a_share_of_the_largest_number() -> None:
    found = difference(np.array([2.0, -4.0], np.float32), np.array([2.0, -3.0], np.float32))
    assert (found.largest, found.share) == (1.0, 0.25)
    assert difference(np.zeros(0, np.float32), np.zeros(0, np.float32)).largest == 0


def test_words_of_the_examples_are_found_whole() -> None:
    for example in EXAMPLES:
        for text in (example.text, *example.others) if example.word else ():
            assert text[: end_of(example.word, text)].endswith(example.word)
    assert end_of("he", "there he is") == 8
    assert end_of("mouse", "Mouse!") == 5
    assert end_of("mouse", "mouses") == end_of("", "a") == end_of("cat", "dog") == 0
    assert end_of("날씨", "오늘 날씨는") == 5  # a particle follows without a space
    assert end_of("씨", "오늘 날씨는") == 0
    assert example_of("my own").others == ()
    assert example_of(EXAMPLES[1].text) is EXAMPLES[1]
