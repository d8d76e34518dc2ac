import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.compare import compare, first_difference, kl_at_least
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

K = 20


def kept(probabilities: NDArray[np.float64]) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The `K` likeliest of each row, as a trace has them."""
    order = np.argsort(-probabilities, axis=1, kind="stable")[:, :K].astype(np.int32)
    with np.errstate(divide="ignore"):
        return order, np.log(np.take_along_axis(probabilities, order, axis=1)).astype(np.float32)


def exact(p: NDArray[np.float64], q: NDArray[np.float64]) -> NDArray[np.float64]:
    """D(P‖Q) in bits over the whole vocabulary."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p > 0, p * (np.log2(p) - np.log2(q)), 0.0).sum(axis=1)


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True))


@pytest.mark.parametrize("sharpness", [0.5, 2.0, 6.0, 15.0])
@pytest.mark.parametrize("drift", [0.0, 0.1, 1.0, 5.0])
def test_what_was_kept_never_says_more_than_the_whole(sharpness: float, drift: float) -> None:
    random = np.random.default_rng(int(10 * sharpness + drift))
    logits = sharpness * random.standard_normal((300, 500))
    p, q = softmax(logits), softmax(logits + drift * random.standard_normal(logits.shape))
    found = kl_at_least(*kept(p), *kept(q))
    true = exact(p, q)
    assert (found <= true * (1 + 1e-5) + 2e-6).all()
    assert (found >= 0).all()
    if sharpness == 15.0 and drift == 1.0:
        assert found.mean() > 0.5 * true.mean()  # nearly everything is among the likeliest


@pytest.mark.parametrize("support", [1, 2, 7, K])
def test_it_is_exact_where_everything_likely_was_kept(support: int) -> None:
    random = np.random.default_rng(support)
    p, q = np.zeros((200, 100)), np.zeros((200, 100))
    for row in range(200):
        tokens = random.permutation(100)[:support]
        p[row, tokens], q[row, tokens] = random.dirichlet(np.ones(support), 2)
    np.testing.assert_allclose(kl_at_least(*kept(p), *kept(q)), exact(p, q), atol=3e-5)


def test_a_token_that_one_of_them_rules_out_counts_as_rest() -> None:
    p, q = np.zeros((1, 50)), np.zeros((1, 50))
    p[0, :2], q[0, 1:3] = (0.5, 0.5), (0.5, 0.5)
    # Token 0 is impossible for Q: the divergence is infinite, and what can be said of it is finite.
    (found,) = kl_at_least(*kept(p), *kept(q))
    assert 0 < found < 20


@pytest.mark.parametrize("p_rest", [0.0, 1e-7, 9e-7, 2e-6, 1e-3, 0.5, 0.999])
@pytest.mark.parametrize("q_rest", [0.0, 1e-7, 9e-7, 2e-6, 1e-3, 0.5, 0.99])
def test_however_little_the_rest_is_the_bound_is_one(p_rest: float, q_rest: float) -> None:
    # One token was kept of both; the others are shared out alike, so that nothing is lost by taking them as one.
    ids = np.zeros((1, 1), np.int32)
    with np.errstate(divide="ignore"):
        p, q = (np.log1p(-np.array([[rest]])).astype(np.float32) for rest in (p_rest, q_rest))
    true = exact(np.array([[1 - p_rest, p_rest]]), np.array([[1 - q_rest, q_rest]]))
    (found,) = kl_at_least(ids, p, ids, q)
    assert 0 <= found <= true[0] * (1 + 1e-6) + 1e-7
    if q_rest >= 2e-6:
        assert found == pytest.approx(true[0], rel=1e-3, abs=1e-6), "and as near as it can be"


def test_distributions_with_nothing_in_common_are_far_apart() -> None:
    random = np.random.default_rng(3)
    p, q = (softmax(12 * random.standard_normal((200, 500))) for _ in range(2))
    apart = np.array([not set(one) & set(other) for one, other in zip(kept(p)[0], kept(q)[0], strict=True)])
    assert apart.sum() > 50
    found, true = kl_at_least(*kept(p), *kept(q))[apart], exact(p, q)[apart]
    assert (found <= true).all()
    assert (found > 3).all()  # taken as one rest, all tokens of both would say 0


def test_nothing_less_is_possible() -> None:
    """The least of all that agree with what was kept, looked for on a grid."""
    random = np.random.default_rng(5)
    p, q = (softmax(3 * random.standard_normal((40, 30))) for _ in range(2))
    k = 4
    (p_ids, p_logs), (q_ids, q_logs) = ((ids[:, :k], logs[:, :k]) for ids, logs in (kept(p), kept(q)))
    found = kl_at_least(p_ids, p_logs, q_ids, q_logs)
    share = np.linspace(1e-6, 1, 1500)
    for row in range(40):
        shared = np.intersect1d(p_ids[row], q_ids[row])
        only_p, only_q = np.setdiff1d(p_ids[row], shared), np.setdiff1d(q_ids[row], shared)
        left_p, left_q = 1 - p[row, p_ids[row]].sum(), 1 - q[row, q_ids[row]].sum()
        x = min(left_p, len(only_q) * p[row, p_ids[row, -1]]) * share[:, None]
        y = min(left_q, len(only_p) * q[row, q_ids[row, -1]]) * share[None, :]
        a, b = p[row, only_p].sum(), q[row, only_q].sum()
        with np.errstate(all="ignore"):
            terms = (a * np.log2(a / y), x * np.log2(x / b), (left_p - x) * np.log2((left_p - x) / (left_q - y)))
        rest = sum(np.nan_to_num(term, nan=0.0) for term in terms)
        least = exact(p[[row]][:, shared], q[[row]][:, shared])[0] + rest.min()
        assert found[row] == pytest.approx(max(0.0, least), abs=2e-3)


def test_known_values() -> None:
    p, q = np.zeros((3, 30)), np.zeros((3, 30))
    p[:, :2] = [[0.5, 0.5], [1.0, 0.0], [0.75, 0.25]]
    q[:, :2] = [[0.5, 0.5], [0.5, 0.5], [0.25, 0.75]]
    np.testing.assert_allclose(kl_at_least(*kept(p), *kept(q)), [0.0, 1.0, 0.5 * np.log2(3)], atol=1e-5)


def test_where_nothing_was_recorded_nothing_is_said() -> None:
    ids = np.array([[-1, -1], [4, 5]], np.int32)
    logprobs = np.array([[np.nan, np.nan], np.log([0.6, 0.4])], np.float32)
    assert np.isnan(kl_at_least(ids, logprobs, ids, logprobs)).tolist() == [True, False]
    wide = np.array([[4, 5, -1], [5, 4, -1]], np.int32)  # of another width
    values = np.array([[-0.5, -1.0, np.nan], [-0.5, -1.0, np.nan]], np.float32)
    assert kl_at_least(ids[1:], logprobs[1:], wide[1:], values[1:]).shape == (1,)


def trace(*rows: tuple[int, NDArray[np.float64]]) -> TokenTrace:
    probabilities = np.array([row for _, row in rows])
    top_ids, top_logprobs = kept(probabilities)
    ids = np.array([token for token, _ in rows], np.int32)
    logprobs = np.log(probabilities[np.arange(len(ids)), ids]).astype(np.float32)
    none = np.zeros(len(ids), np.float32)
    return TokenTrace(ids, logprobs, none.astype(np.int32), none, top_ids, top_logprobs, dict.fromkeys(range(60), b"x"))


def test_two_replies() -> None:
    random = np.random.default_rng(1)
    rows = random.dirichlet(np.ones(60), 1200)
    one = trace(*((i % 60, rows[i]) for i in range(1200)))
    other = trace(*((i % 60 if i < 700 else 59 - i % 60, rows[i] if i <= 700 else rows[-i]) for i in range(1000)))
    found = compare(one, TraceBuffer(other))
    assert (found.fork, len(found), found.same_context) == (700, 1000, 701)
    assert found.kl[:701] == pytest.approx(0, abs=1e-6)
    assert (found.kl[701:] > 0).all()
    whole = kl_at_least(one.top_ids[:1000], one.top_logprobs[:1000], other.top_ids, other.top_logprobs)
    np.testing.assert_array_equal(found.kl, whole)


def test_one_that_begins_as_the_other() -> None:
    rows = np.full((5, 60), 1 / 60)
    long = trace(*((i, rows[i]) for i in range(5)))
    short = trace(*((i, rows[i]) for i in range(3)))
    found = compare(long, short)
    assert (found.fork, len(found), found.same_context) == (3, 3, 3)
    nothing = compare(long, TokenTrace.empty())
    assert (nothing.fork, len(nothing), nothing.same_context) == (0, 0, 0)


def test_first_difference() -> None:
    a = np.array([1, 2, 3], np.int32)
    assert first_difference(a, a) == 3
    assert first_difference(a, np.array([1, 5, 3], np.int32)) == 1
