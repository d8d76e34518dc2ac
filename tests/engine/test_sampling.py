"""Every sampler of the real chain against its published definition, in NumPy, on logits of our own."""

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import FinishReason
from chatapp.core.probability import top_ids
from chatapp.core.sampling import ORDER, SamplingParams
from chatapp.core.stages import StageTrace
from chatapp.core.trace import TokenTrace
from chatapp.engine.grammar import schema_to_grammar
from chatapp.engine.llama import Context, Model
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.sampling import SamplerChain
from chatapp.protocol.messages import Generate, LoadOptions
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

F64 = NDArray[np.float64]
OFF = SamplingParams(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=1)
N_CTX = 1024


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    model = Model(str(tiny("llama-f32")), 0, lambda fraction: None)
    yield model
    model.close()


@pytest.fixture(scope="module")
def backend() -> Iterator[LlamaBackend]:
    backend = LlamaBackend()
    backend.load(str(tiny("llama-f32")), LoadOptions(N_CTX, 0, 1), lambda fraction: None)
    yield backend
    backend.close()


def softmax(logits: NDArray[Any]) -> F64:
    weights = np.exp(np.asarray(logits, np.float64) - np.max(logits))
    return weights / weights.sum()


def random_logits(model: Model, seed: int = 3, scale: float = 2.0) -> NDArray[np.float32]:
    return (np.random.default_rng(seed).normal(size=model.n_vocab) * scale).astype(np.float32)


def after(
    model: Model, params: SamplingParams, logits: NDArray[np.float32], history: list[int] | None = None
) -> tuple[dict[str, NDArray[np.float32]], int]:
    """Probability of every token of the vocabulary after each stage, and the token that was drawn."""
    everything = np.arange(model.n_vocab, dtype=np.int32)
    with SamplerChain(params.checked(), model.n_vocab, N_CTX, model.vocab) as chain:
        chain.accept_prompt(history or [])
        token, row = chain.sample_stages(logits, everything)
        assert row is not None
        assert row.left.tolist() == (row.probs > 0).sum(axis=1).tolist()
        return dict(zip(chain.stages, row.probs, strict=True)), token


def kept(probs: NDArray[np.float32]) -> set[int]:
    return set(np.flatnonzero(probs).tolist())


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [0.5, 1.0, 2.5])
def test_top_n_sigma_keeps_what_is_within_n_standard_deviations(model: Model, n: float, seed: int) -> None:
    logits = random_logits(model, seed)
    probs, _ = after(model, OFF.with_value("top_n_sigma", n), logits)
    bound = logits.max() - n * logits.astype(np.float64).std()
    assert kept(probs["top_n_sigma"]) == set(np.flatnonzero(logits >= bound).tolist())
    chosen = np.flatnonzero(logits >= bound)
    np.testing.assert_allclose(probs["top_n_sigma"][chosen], softmax(logits[chosen]), atol=1e-6)


@pytest.mark.parametrize("p", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("seed", range(3))
def test_typical_p_keeps_the_tokens_nearest_to_the_entropy(model: Model, p: float, seed: int) -> None:
    logits = random_logits(model, seed)
    probabilities = softmax(logits)
    entropy = -(probabilities * np.log(probabilities)).sum()
    order = np.argsort(np.abs(-np.log(probabilities) - entropy))
    count = int(np.searchsorted(np.cumsum(probabilities[order]), p, side="right")) + 1
    probs, _ = after(model, OFF.with_value("typical_p", p), logits)
    assert kept(probs["typical_p"]) == set(order[:count].tolist())


@pytest.mark.parametrize("threshold", [0.05, 0.1, 0.2])
def test_xtc_with_certainty_leaves_only_the_least_likely_above_the_threshold(model: Model, threshold: float) -> None:
    logits = random_logits(model, 5, scale=3.0)
    probabilities = softmax(logits)
    above = np.flatnonzero(probabilities >= threshold)
    params = SamplingParams(**{**vars_of(OFF), "xtc_probability": 1.0, "xtc_threshold": threshold})
    probs, _ = after(model, params, logits)
    removed = set(above.tolist()) - {int(above[np.argmin(probabilities[above])])} if len(above) > 1 else set()
    assert kept(probs["xtc"]) == set(range(model.n_vocab)) - removed
    assert threshold > 0.1 or removed, "the test says nothing"


def vars_of(params: SamplingParams) -> dict[str, Any]:
    return {name: getattr(params, name) for name in params.__slots__}


def changed(**values: Any) -> SamplingParams:
    return SamplingParams(**{**vars_of(OFF), **values}).checked()


def test_xtc_acts_as_often_as_it_should(model: Model) -> None:
    logits = random_logits(model, 5, scale=3.0)
    acted = 0
    for seed in range(200):
        probs, _ = after(model, changed(xtc_probability=0.3, xtc_threshold=0.05, seed=seed), logits)
        acted += len(kept(probs["xtc"])) < model.n_vocab
    assert abs(acted - 60) < 4 * np.sqrt(200 * 0.3 * 0.7)


def test_penalties_divide_and_subtract(model: Model) -> None:
    logits = random_logits(model)
    history = [5, 6, 5, 5, 7]
    params = changed(repeat_penalty=1.3, frequency_penalty=0.4, presence_penalty=0.7, repeat_last_n=4)
    probs, _ = after(model, params, logits, history)
    expected = logits.astype(np.float64)
    for token, count in ((6, 1), (5, 2), (7, 1)):  # the first 5 is outside the window
        expected[token] = expected[token] / 1.3 if expected[token] > 0 else expected[token] * 1.3
        expected[token] -= count * 0.4 + 0.7
    np.testing.assert_allclose(probs["penalties"], softmax(expected), rtol=1e-4, atol=1e-7)


def test_dry_penalises_what_would_continue_a_repetition(model: Model) -> None:
    logits = random_logits(model)
    history = [10, 11, 12, 13, 50, 60, 10, 11, 12]  # 13 would make it four
    params = changed(dry_multiplier=0.8, dry_base=1.75, dry_allowed_length=2, dry_breakers=())
    probs, _ = after(model, params, logits, history)
    expected = logits.astype(np.float64)
    expected[13] -= 0.8 * 1.75 ** (3 - 2)
    np.testing.assert_allclose(probs["dry"], softmax(expected), rtol=1e-4, atol=1e-7)
    allowed, _ = after(model, changed(dry_multiplier=0.8, dry_allowed_length=4, dry_breakers=()), logits, history)
    np.testing.assert_allclose(allowed["dry"], softmax(logits), rtol=1e-4, atol=1e-7)
    short, _ = after(model, changed(dry_multiplier=0.8, dry_last_n=4, dry_breakers=()), logits, history)
    np.testing.assert_allclose(short["dry"], softmax(logits), rtol=1e-4, atol=1e-7)


def test_dry_does_not_follow_a_phrase_across_a_breaker(model: Model) -> None:
    logits = random_logits(model)
    comma = model.tokenize(",", add_special=False, parse_special=False)
    assert len(comma) == 1
    history = [10, 11, *comma, 12, 13, 60, 10, 11, *comma, 12]
    free, _ = after(model, changed(dry_multiplier=2.0, dry_breakers=()), logits, history)
    broken, _ = after(model, changed(dry_multiplier=2.0, dry_breakers=(",",)), logits, history)
    assert free["dry"][13] < free["raw"][13]
    np.testing.assert_allclose(broken["dry"], broken["raw"], rtol=1e-4, atol=1e-7)


def test_logit_bias_is_added_and_its_lowest_value_forbids(model: Model) -> None:
    logits = random_logits(model)
    best = int(np.argmax(logits))
    probs, _ = after(model, changed(logit_bias=((best, -100.0), (7, 2.5))), logits)
    expected = logits.astype(np.float64)
    expected[best], expected[7] = -np.inf, expected[7] + 2.5
    np.testing.assert_allclose(probs["logit_bias"], softmax(expected), rtol=1e-4, atol=1e-7)
    assert probs["logit_bias"][best] == 0
    for seed in range(50):
        assert after(model, changed(logit_bias=((best, -100.0),), seed=seed), logits)[1] != best


@pytest.mark.parametrize(("spread", "exponent"), [(0.5, 1.0), (0.3, 2.0)])
def test_dynamic_temperature_follows_the_entropy(model: Model, spread: float, exponent: float) -> None:
    logits = random_logits(model)
    probabilities = softmax(logits)
    fraction = -(probabilities * np.log(probabilities)).sum() / np.log(len(logits))
    temperature = (0.8 - spread) + 2 * spread * fraction**exponent
    probs, _ = after(model, changed(temperature=0.8, dynatemp_range=spread, dynatemp_exponent=exponent), logits)
    np.testing.assert_allclose(probs["temperature"], softmax(logits / temperature), rtol=1e-3, atol=1e-7)


def test_mirostat_2_keeps_what_is_not_more_surprising_than_twice_the_target(model: Model) -> None:
    logits = random_logits(model)
    probs, _ = after(model, changed(mirostat=2, mirostat_tau=2.0, top_k=3), logits)
    surprisal = -np.log2(softmax(logits))
    assert kept(probs["mirostat_v2"]) == set(np.flatnonzero(surprisal <= 2 * 2.0).tolist())
    assert "top_k" not in probs, "mirostat takes the place of the truncating stages"


@pytest.mark.parametrize("version", [1, 2])
def test_mirostat_steers_the_surprisal_to_its_target(model: Model, version: int) -> None:
    with SamplerChain(changed(mirostat=version, mirostat_tau=3.0, seed=4), model.n_vocab, N_CTX, model.vocab) as chain:
        seen = []
        for step in range(400):
            logits = random_logits(model, step)
            token, _ = chain.sample_stages(logits, None)
            seen.append(-np.log2(softmax(logits)[token]))
    free = np.mean([-np.sum(p * np.log2(p)) for p in (softmax(random_logits(model, s)) for s in range(50))])
    assert abs(np.mean(seen[100:]) - 3.0) < abs(free - 3.0) / 2


def test_adaptive_p_prefers_tokens_near_its_target(model: Model) -> None:
    logits = np.full(model.n_vocab, -20.0, np.float32)
    logits[[3, 4, 5, 6]] = np.log([0.6, 0.25, 0.1, 0.05])
    for target, best in ((0.6, 3), (0.25, 4)):
        probs, _ = after(model, changed(adaptive_target=target, top_k=4), logits)
        assert int(np.argmax(probs["adaptive_p"])) == best
        # llama.cpp pull request 17927: 5 - 10 d² / (1 + d), d the distance in widths of 0.3
        near = np.abs(np.array([0.6, 0.25, 0.1, 0.05]) - target) / 0.3
        np.testing.assert_allclose(
            probs["adaptive_p"][[3, 4, 5, 6]], softmax(5 - 10 * near**2 / (1 + near)), rtol=1e-3, atol=1e-6
        )


def test_order_matters_as_it_says(model: Model) -> None:
    logits = random_logits(model, scale=3.0)
    others = [stage for stage in ORDER if stage != "temperature"]
    later, first = (*others, "temperature"), ("temperature", *others)
    values = {"temperature": 0.25, "top_p": 0.9}
    hot_last, _ = after(model, changed(**values, order=later), logits)
    hot_first, _ = after(model, changed(**values, order=first), logits)
    sizes = []
    for scaled in (logits, logits / 0.25):
        ordered = np.sort(softmax(scaled))[::-1]
        sizes.append(int(np.searchsorted(np.cumsum(ordered), 0.9)) + 1)
    assert [len(kept(hot_last["top_p"])), len(kept(hot_first["top_p"]))] == sizes
    assert sizes[1] < sizes[0]
    assert [*hot_first][1:3] == ["temperature", "top_p"]


def test_a_disabled_stage_is_left_out_whatever_its_value(model: Model) -> None:
    logits = random_logits(model)
    probs, _ = after(model, changed(top_k=1, disabled=("top_k",)), logits)
    assert [*probs] == ["raw", "draw"]
    probs, token = after(model, changed(temperature=0.0, logit_bias=((9, 100.0),), disabled=("logit_bias",)), logits)
    assert [*probs] == ["raw", "greedy"]
    assert token == int(np.argmax(logits))


# -- the stage view ----------------------------------------------------------------------------------------------------


def random_params(seed: int) -> SamplingParams:
    rng = np.random.default_rng(seed)

    def sometimes(value: Any, off: Any) -> Any:
        return value if rng.random() < 0.5 else off

    draw = rng.integers(0, 4)
    return SamplingParams(
        temperature=float(rng.choice([0.0, 0.4, 1.0, 1.7])) if rng.random() < 0.9 else 1e-30,
        top_k=sometimes(int(rng.integers(1, 200)), 0),
        top_p=sometimes(float(rng.random()), 1.0),
        min_p=sometimes(float(rng.random() * 0.2), 0.0),
        repeat_penalty=sometimes(1.3, 1.0),
        repeat_last_n=int(rng.choice([-1, 0, 5, 64])),
        seed=int(rng.integers(0, 2**32 - 1)),
        frequency_penalty=sometimes(0.5, 0.0),
        presence_penalty=sometimes(0.5, 0.0),
        dry_multiplier=sometimes(0.8, 0.0),
        dry_last_n=int(rng.choice([-1, 0, 30])),
        top_n_sigma=sometimes(float(rng.random() * 3), 0.0),
        typical_p=sometimes(float(rng.random()), 1.0),
        xtc_probability=sometimes(float(rng.random()), 0.0),
        xtc_threshold=float(rng.random() * 0.3),
        dynatemp_range=sometimes(0.5, 0.0),
        dynatemp_exponent=float(rng.random() * 2),
        mirostat=int(draw) if draw in (1, 2) else 0,
        adaptive_target=0.5 if draw == 3 else -1.0,
        logit_bias=sometimes(((40, 5.0), (41, -100.0)), ()),
        grammar=sometimes("root ::= [a-z 가-힣]*", ""),
        order=tuple(rng.permutation(ORDER).tolist()),
        disabled=tuple(s for s in ORDER if rng.random() < 0.1),
    )


def reply(backend: LlamaBackend, params: SamplingParams, *, stages: bool, max_tokens: int = 25) -> TokenTrace:
    listener = Recorder()
    request = Generate(
        1, params=params.with_value("max_tokens", max_tokens), raw=True, prompt="hello 안녕 the the the", stages=stages
    )
    backend.generate(request, listener)
    return listener.trace


@pytest.mark.parametrize("seed", range(60))
def test_looking_at_the_stages_changes_no_token(backend: LlamaBackend, seed: int) -> None:
    params = random_params(seed)
    plain, watched = (reply(backend, params, stages=stages) for stages in (False, True))
    assert plain.stages is None
    assert watched.ids.tolist() == plain.ids.tolist()
    np.testing.assert_array_equal(watched.logprobs, plain.logprobs)
    stages = watched.stages
    assert stages is not None
    assert stages.left.shape == (len(watched), len(stages.names))
    np.testing.assert_allclose(stages.probs[:, 0], np.exp(watched.top_logprobs), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(stages.drawn[:, 0], np.exp(watched.logprobs), rtol=1e-3, atol=1e-6)
    assert (stages.drawn > 0).all(), "what was drawn was left by every stage"
    assert (stages.probs.sum(axis=2) <= 1 + 1e-4).all()


def test_stages_are_kept_with_the_trace(backend: LlamaBackend) -> None:
    params = SamplingParams(seed=3, top_k=5, top_p=1.0, min_p=0.0)
    trace = reply(backend, params, stages=True)
    back = TokenTrace.from_blob(trace.to_blob())
    assert back.stages is not None
    assert trace.stages is not None
    assert back.stages.names == trace.stages.names == ("raw", "top_k", "temperature", "draw")
    for name in ("left", "probs", "drawn"):
        np.testing.assert_array_equal(getattr(back.stages, name), getattr(trace.stages, name))
    assert (back.stages.left[:, 1] == 5).all()
    assert back.stages.cut_by(0) == [None] * 5 + ["top_k"] * 15
    assert TokenTrace.from_blob(reply(backend, params, stages=False).to_blob()).stages is None


def test_damaged_stages_are_refused(backend: LlamaBackend) -> None:
    arrays = dict(reply(backend, SamplingParams(seed=3), stages=True).arrays())
    for change in (
        {"stage_names": np.array([200], np.uint8)},
        {"stage_left": arrays["stage_left"][:-1]},
        {"stage_probs": arrays["stage_probs"][:, :, :3]},
    ):
        with pytest.raises(ValueError, match="stages"):
            TokenTrace.from_arrays({**arrays, **change})
    del arrays["stage_drawn"]
    with pytest.raises(ValueError, match="stage_drawn"):
        StageTrace.from_arrays(arrays, 25)


# -- grammar -----------------------------------------------------------------------------------------------------------


def text_of(backend: LlamaBackend, params: SamplingParams, max_tokens: int = 200) -> tuple[str, Any]:
    listener = Recorder()
    request = Generate(1, params=params.with_value("max_tokens", max_tokens), raw=True, prompt="hello")
    held, info = backend.generate(request, listener)
    return "".join(listener.texts) + held, info


@pytest.mark.parametrize("seed", range(8))
def test_a_reply_follows_its_grammar(backend: LlamaBackend, seed: int) -> None:
    text, info = text_of(backend, changed(grammar='root ::= ("ab" | "하나") "-" [0-9]{3}', seed=seed))
    head, dash, digits = text.partition("-")
    assert head in {"ab", "하나"}
    assert dash == "-"
    assert len(digits) == 3
    assert digits.isdigit()
    assert info.finish == "stop"


SCHEMA = {
    "type": "object",
    "properties": {"name": {"enum": ["kim", "lee"]}, "ill": {"type": "boolean"}},
    "required": ["name", "ill"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("seed", range(5))
def test_a_reply_follows_its_schema(backend: LlamaBackend, seed: int) -> None:
    text, info = text_of(backend, changed(json_schema=json.dumps(SCHEMA), seed=seed, temperature=0.7), 400)
    assert info.finish == "stop", text
    answer = json.loads(text)
    assert set(answer) == {"name", "ill"}
    assert answer["name"] in {"kim", "lee"}
    assert isinstance(answer["ill"], bool)


def test_what_llama_cpp_refuses_on_its_own_gets_a_line_too(model: Model) -> None:
    # Each repetition is allowed; multiplied they are not.
    text = 'root ::= a b\nb ::= ("x"{50,200} "y"){50,200}\na ::= "y"'
    with pytest.raises(RequestError) as caught:
        after(model, changed(grammar=text), random_logits(model))
    assert caught.value.params["line"] == "2"


DEEP = '{"items":' * 50_000 + "{}" + "}" * 50_000
BAD_SCHEMAS = [
    "{",
    "[]",
    "3",
    DEEP,
    '{"$ref": "#/nowhere"}',
    '{"$ref": "https://example.com/schema.json"}',
    '{"type": "string", "pattern": "no anchors"}',
    '{"type": "string", "pattern": "^((((((a*)*)*)*)*)*$"}',
    '{"type": "array", "items": {"type": "string"}, "minItems": 1000000000}',
    '{"type": "string", "maxLength": 1e18}',
    '{"type": "what"}',
    json.dumps({"anyOf": [{"const": "x" * 1000}] * 300}),
]


@pytest.mark.parametrize("schema", BAD_SCHEMAS, ids=range(len(BAD_SCHEMAS)))
def test_a_hostile_schema_ends_in_a_sentence_and_the_engine_goes_on(backend: LlamaBackend, schema: str) -> None:
    started = time.perf_counter()
    with pytest.raises(RequestError) as caught:
        text_of(backend, SamplingParams(**{**vars_of(OFF), "json_schema": schema}))
    assert caught.value.code in {ErrorCode.INVALID_SCHEMA, ErrorCode.INVALID_SETTING}
    assert len(caught.value.message) < 400
    assert time.perf_counter() - started < 10
    assert text_of(backend, OFF, 5)[1].completion_tokens > 0


def test_a_schema_that_refers_to_itself_is_fine() -> None:
    grammar = schema_to_grammar(
        '{"type": "array", "items": {"$ref": "#/$defs/n"},'
        ' "$defs": {"n": {"type": "object", "properties": {"next": {"$ref": "#/$defs/n"}}}}}'
    )
    assert "root" in grammar


def test_a_reply_that_may_not_go_on_says_so(backend: LlamaBackend) -> None:
    everything = tuple((token, -100.0) for token in range(320))
    with pytest.raises(RequestError) as caught:
        text_of(backend, changed(logit_bias=everything))
    assert caught.value.code is ErrorCode.GRAMMAR_STUCK
    digits = tuple((t, -100.0) for t in range(320) if t not in (40, 41))
    with pytest.raises(RequestError):
        text_of(backend, changed(grammar='root ::= "안녕"', logit_bias=digits))
    assert text_of(backend, OFF, 5)[1].completion_tokens > 0


def test_given_tokens_obey_the_grammar_and_went_through_no_stage(backend: LlamaBackend) -> None:
    def given(text: str) -> TokenTrace:
        ids = tuple(backend._need_model().tokenize(text, add_special=False, parse_special=False))
        listener = Recorder()
        params = changed(grammar='root ::= "ab" [0-9]{3}', max_tokens=8)
        backend.generate(Generate(1, params=params, raw=True, prompt="hello", prefix_ids=ids, stages=True), listener)
        return listener.trace

    trace = given("ab1")
    assert trace.stages is not None
    assert (trace.stages.left[0, 1:] == 0).all()
    assert (trace.stages.left[-1] > 0).all()
    assert "".join(trace.texts())[:3] == "ab1"
    with pytest.raises(RequestError) as caught:
        given("cd")
    assert caught.value.code is ErrorCode.GRAMMAR_STUCK


def test_a_grammar_goes_on_where_the_written_text_ends(backend: LlamaBackend) -> None:
    def go_on(prefill: str, written: str) -> str:
        listener = Recorder()
        params = changed(grammar='root ::= "ab하나" [0-9]{3}', max_tokens=40)
        request = Generate(1, params=params, raw=True, prompt="hello", prefill=prefill, written=len(written))
        held, info = backend.generate(request, listener)
        assert info.finish == "stop"
        return ("".join(listener.texts) + held).removeprefix(prefill)

    for written in ("a", "ab", "ab하", "ab하나", "ab하나12"):
        for prefill in (written, f"Sure: {written}"):
            assert re.fullmatch("ab하나[0-9]{3}", written + go_on(prefill, written))
    assert go_on("ab하나123", "ab하나123") == ""  # all of it is there: it can only end
    for begun, written in (
        ("ab하", ""),
        ("Sure: ", ""),
        ("other", "other"),
        ("abc", "abc"),
        ("ab하나1234", "ab하나1234"),
    ):
        assert re.fullmatch("ab하나[0-9]{3}", go_on(begun, written))


def test_a_cut_off_object_is_completed(backend: LlamaBackend) -> None:
    params = changed(json_schema=json.dumps(SCHEMA), seed=3, temperature=0.7)
    text, finish = "", FinishReason.LENGTH
    while finish is FinishReason.LENGTH and len(text) < 400:
        listener = Recorder()
        request = Generate(
            1, params=params.with_value("max_tokens", 3), raw=True, prompt="hello", prefill=text, written=len(text)
        )
        held, info = backend.generate(request, listener)
        text, finish = "".join(listener.texts) + held, info.finish or FinishReason.STOP
    assert set(json.loads(text)) == {"name", "ill"}


def test_a_token_the_model_does_not_have_is_refused(backend: LlamaBackend) -> None:
    with pytest.raises(RequestError, match="0 to 319"):
        text_of(backend, changed(logit_bias=((320, 1.0),)))


def test_a_refused_reply_leaves_the_cache_alone(backend: LlamaBackend) -> None:
    text_of(backend, OFF, 5)
    with pytest.raises(RequestError):
        text_of(backend, changed(grammar="root ::= ("))
    assert text_of(backend, OFF, 5)[1].reused_tokens > 0


def test_sampling_on_a_context_and_on_its_logits_is_the_same(model: Model) -> None:
    context = Context(model, 256, n_threads=1)
    context.decode([3, 4, 5, 6], 0)
    params = changed(top_k=50, top_p=0.9, xtc_probability=0.5, temperature=1.3, seed=77)
    with (
        SamplerChain(params, model.n_vocab, 256, model.vocab) as plain,
        SamplerChain(params, model.n_vocab, 256, model.vocab) as watched,
    ):
        for _ in range(50):
            logits = context.logits()
            likeliest = top_ids(logits, plain.wants)
            assert plain.wants == 50
            assert watched.sample_stages(logits, None)[0] == plain.sample(context.handle, logits, likeliest)
    context.close()


@pytest.mark.parametrize(
    ("wanted", "changes"),
    [
        (40, {"top_k": 40}),
        (1, {"temperature": 0.0}),
        (0, {"top_k": 1000}),
        (0, {"repeat_penalty": 1.2, "top_k": 40}),
        (0, {"top_k": 40, "logit_bias": ((3, 2.0),)}),
        (0, {"top_k": 40, "order": ("min_p", *(s for s in ORDER if s != "min_p")), "min_p": 0.01}),
        (0, {"top_k": 0}),
        (0, {"top_k": 40, "mirostat": 2}),
    ],
)
def test_only_the_likeliest_are_looked_at_where_the_rest_cannot_matter(
    model: Model, wanted: int, changes: dict[str, Any]
) -> None:
    context = Context(model, 256, n_threads=1)
    context.decode([3, 4, 5, 6], 0)
    params = changed(seed=5, **changes)
    drawn: list[list[int]] = []
    for few in (True, False):
        with SamplerChain(params, model.n_vocab, 256, model.vocab) as chain:
            assert chain.wants == wanted
            logits = context.logits()
            likeliest = top_ids(logits, max(20, wanted) if few else 0)
            drawn.append([chain.sample(context.handle, logits, likeliest) for _ in range(60)])
    assert drawn[0] == drawn[1]
    context.close()
