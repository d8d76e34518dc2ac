"""The real llama.cpp on tiny random models: what a reply is, what is evaluated again, and what is refused."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.hub.gguf import read_header
from chatapp.protocol.messages import ChatMessage, Generate, Inspect, LoadOptions, Tokenize
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

GREEDY = SamplingParams(temperature=0, max_tokens=12)
Open = Callable[..., LlamaBackend]


@pytest.fixture
def open_model() -> Iterator[Open]:
    opened: list[LlamaBackend] = []

    def load(name: str = "llama-f32", **options: int) -> LlamaBackend:
        backend = LlamaBackend()
        opened.append(backend)
        backend.load(str(tiny(name)), LoadOptions(n_threads=2, **options), lambda _: None)
        return backend

    yield load
    for backend in opened:
        backend.close()


def turns(*texts: str) -> tuple[ChatMessage, ...]:
    return tuple(ChatMessage("user" if i % 2 == 0 else "assistant", text) for i, text in enumerate(texts))


def reply(
    backend: LlamaBackend, messages: tuple[ChatMessage, ...], params: SamplingParams = GREEDY
) -> tuple[str, ReplyInfo, Recorder]:
    listener = Recorder()
    held, info = backend.generate(Generate(1, messages, params), listener)
    return "".join(listener.texts) + held, info, listener


def test_the_model_is_described(open_model: Open) -> None:
    progress: list[float] = []
    backend = LlamaBackend()
    info = backend.load(str(tiny("llama-f32")), LoadOptions(), progress.append)
    backend.close()
    assert info.architecture == "llama"
    assert info.has_chat_template
    assert len(info.fingerprint) == 64
    assert progress
    assert progress[-1] == 1.0


def test_a_name_of_several_lines_is_shown_on_one_as_the_list_of_models_does(tmp_path: Path) -> None:
    path = tmp_path / "odd.gguf"
    path.write_bytes(tiny("llama-f32").read_bytes().replace(b"Tiny llama F32", b"Tiny\nll\x1bma F32", 1))
    backend = LlamaBackend()
    model = backend.load(str(path), LoadOptions(n_threads=1, n_ctx=256), lambda _: None)
    backend.close()
    assert model.name == read_header(path).name == "Tiny llma F32"


def test_token_texts_joined_are_the_reply(open_model: Open) -> None:
    backend = open_model()
    for seed in range(5):
        params = SamplingParams(temperature=1.5, top_k=0, top_p=1, min_p=0, seed=seed, max_tokens=60)
        text, info, listener = reply(backend, turns("안녕"), params)
        assert "".join(listener.trace.texts()) == text
        assert info.completion_tokens == len(listener.trace)
        assert info.seed == seed


def test_the_same_seed_gives_the_same_reply(open_model: Open) -> None:
    params = SamplingParams(temperature=1.2, seed=42, max_tokens=30)
    first = reply(open_model(), turns("hello"), params)[2].trace.ids.tolist()
    assert reply(open_model(), turns("hello"), params)[2].trace.ids.tolist() == first
    other = SamplingParams(temperature=1.2, seed=43, max_tokens=30)
    assert reply(open_model(), turns("hello"), other)[2].trace.ids.tolist() != first


def test_the_greedy_token_has_rank_zero(open_model: Open) -> None:
    trace = reply(open_model(), turns("hello"))[2].trace
    assert trace.ranks.tolist() == [0] * len(trace)
    assert trace.top_ids[:, 0].tolist() == trace.ids.tolist()
    assert trace.top_ids.shape[1] == 20


def test_a_second_turn_evaluates_only_what_is_new(open_model: Open) -> None:
    backend = open_model()
    params = SamplingParams(temperature=1.3, top_k=0, seed=7, max_tokens=25)
    text, first, listener = reply(backend, turns("tell me 한국어"), params)
    _, second, again = reply(backend, turns("tell me 한국어", text, "more"), params)
    assert first.reused_tokens == 0
    # Everything but the last sampled token, which was never evaluated, and what the template and the user add.
    assert second.reused_tokens == first.prompt_tokens + first.completion_tokens - 1
    written = listener.trace.ids.tolist()
    assert list(again.prompt_ids[first.prompt_tokens :][: len(written)]) == written


def test_greedy_output_is_the_same_with_and_without_the_cache(open_model: Open) -> None:
    warm = open_model()
    reply(warm, turns("one two three"))
    reply(warm, turns("one two", "x", "four"))
    text, info, listener = reply(warm, turns("one two three", "y", "five"))
    cold_text, _, cold = reply(open_model(), turns("one two three", "y", "five"))
    assert info.reused_tokens > 0
    assert text == cold_text
    assert listener.trace.ids.tolist() == cold.trace.ids.tolist()


def test_regenerate_evaluates_one_token(open_model: Open) -> None:
    backend = open_model()
    reply(backend, turns("hello there"))
    _, info, _ = reply(backend, turns("hello there"))
    assert info.reused_tokens == info.prompt_tokens - 1


def test_recurrent_memory_starts_over_and_stays_right(open_model: Open) -> None:
    warm = open_model("mamba-f32")
    reply(warm, turns("one two three"))
    text, info, _ = reply(warm, turns("one two"))
    assert info.reused_tokens == 0
    assert text == reply(open_model("mamba-f32"), turns("one two"))[0]


def test_cancel_while_the_prompt_is_read(open_model: Open) -> None:
    backend = open_model()
    long = turns("word " * 350)
    listener = Recorder(lambda r: len(r.progress) >= 2)
    held, info = backend.generate(Generate(1, long, GREEDY), listener)
    assert info.finish is FinishReason.CANCELLED
    assert (held, listener.texts) == ("", [])
    # What was evaluated is used, and the outcome is the same as from nothing.
    text, again, _ = reply(backend, long)
    assert again.reused_tokens > 0
    assert text == reply(open_model(), long)[0]


def test_cancel_in_the_middle_of_a_reply(open_model: Open) -> None:
    listener = Recorder(lambda r: len(r.traces) >= 1)
    _, info = open_model().generate(Generate(1, turns("hi"), SamplingParams(seed=1, top_k=0)), listener)
    assert info.finish is FinishReason.CANCELLED
    assert info.completion_tokens == len(listener.trace)


def test_a_prompt_that_does_not_fit_is_refused_and_the_engine_goes_on(open_model: Open) -> None:
    backend = open_model(n_ctx=256)
    with pytest.raises(UserFixable) as caught:
        reply(backend, turns("word " * 500))
    assert caught.value.code is ErrorCode.CONTEXT_FULL
    assert int(caught.value.params["needed"]) > 256
    assert reply(backend, turns("hi"))[1].completion_tokens > 0


def test_a_full_context_ends_the_reply(open_model: Open) -> None:
    backend = open_model(n_ctx=256)
    info = ReplyInfo()
    for seed in range(20):  # until one does not end by itself
        info = reply(backend, turns("word " * 40), SamplingParams(temperature=2, top_k=0, seed=seed))[1]
        if info.finish is FinishReason.CONTEXT:
            break
    assert info.finish is FinishReason.CONTEXT
    assert info.prompt_tokens + info.completion_tokens in (256, 257)


def test_length_limit_and_stop_string(open_model: Open) -> None:
    backend = open_model()
    full, info, _ = reply(backend, turns("hello"), SamplingParams(temperature=0, max_tokens=10))
    assert (info.finish, info.completion_tokens) == (FinishReason.LENGTH, 10)
    stop = full[3:5]
    cut, info, _ = reply(backend, turns("hello"), SamplingParams(temperature=0, max_tokens=10, stop=(stop,)))
    assert info.finish is FinishReason.STOP_STRING
    assert cut == full[: full.index(stop)]


def test_raw_mode_uses_no_template(open_model: Open) -> None:
    backend = open_model()
    listener = Recorder()
    backend.generate(Generate(1, raw=True, prompt="hello", params=GREEDY), listener)
    model = backend._need_model()
    assert list(listener.prompt_ids) == model.tokenize("hello", add_special=True, parse_special=True)


def test_a_model_without_template_is_given_a_plain_transcript(open_model: Open) -> None:
    backend = open_model("llama-no-template")
    _, info, _ = reply(backend, turns("hello"))
    assert info.prompt_tokens > 5


def test_the_beginning_of_text_token_comes_once(open_model: Open) -> None:
    backend = open_model()
    bos = backend._need_model().bos
    prompt = reply(backend, turns("hello"))[2].prompt_ids
    assert prompt[0] == bos
    assert bos not in prompt[1:]


def test_repeat_penalty_changes_what_is_drawn(open_model: Open) -> None:
    plain = reply(open_model(), turns("hello"), SamplingParams(temperature=0, max_tokens=40))[2].trace.ids.tolist()
    params = SamplingParams(temperature=0, max_tokens=40, repeat_penalty=3.0, repeat_last_n=-1)
    punished = reply(open_model(), turns("hello"), params)[2].trace.ids.tolist()
    assert len(set(punished)) / len(punished) > len(set(plain)) / len(plain)


def test_lone_surrogates_and_control_characters_do_no_harm(open_model: Open) -> None:
    assert reply(open_model(), turns("a\ud800b\x00c"))[1].completion_tokens > 0


def test_inspection_leaves_the_chat_alone(open_model: Open) -> None:
    backend = open_model()
    reply(backend, turns("hello there"))
    backend.inspect(Inspect(2, text="something else"), Recorder())
    assert reply(backend, turns("hello there"))[1].reused_tokens > 0


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Inspect(1, tokens=(10**6,)), ErrorCode.INVALID_ARGUMENT),
        (Inspect(1, text="x", layers=(99,)), ErrorCode.INVALID_ARGUMENT),
        (Inspect(1, text="x", kv_type="q9"), ErrorCode.INVALID_ARGUMENT),
        (Inspect(1, tokens=(1,) * 100_000), ErrorCode.CONTEXT_FULL),
    ],
)
def test_impossible_inspections_are_refused(open_model: Open, request_: Inspect, code: ErrorCode) -> None:
    with pytest.raises(UserFixable) as caught:
        open_model().inspect(request_, Recorder())
    assert caught.value.code is code


def test_a_model_without_attention_says_so(open_model: Open) -> None:
    found = open_model("mamba-f32").inspect(Inspect(1, text="hello there"), Recorder())
    assert found.arrays["attention"].shape[0] == 0
    assert found.meta["layers_without_attention"]
    assert len(found.arrays["logprobs"]) == len(found.arrays["tokens"]) - 1


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "header"])
def test_broken_files_are_refused_by_the_engine_itself(tmp_path: Path, damage: str) -> None:
    whole = tiny("llama-f32").read_bytes()
    content = {"empty": b"", "text": b"hello", "cut": whole[: len(whole) // 2], "header": whole[:100] + b"\xff" * 400}
    path = tmp_path / "broken.gguf"
    path.write_bytes(content[damage])
    backend = LlamaBackend()
    with pytest.raises(UserFixable) as caught:
        backend.load(str(path), LoadOptions(), lambda _: None)
    backend.close()
    assert caught.value.code is ErrorCode.MODEL_LOAD_FAILED


def test_a_text_within_another_one_has_no_space_put_before_it(open_model: Open) -> None:
    backend = open_model("llama-sentencepiece")
    model = backend._need_model()

    def pieces(text: str, *, within: bool) -> list[bytes]:
        answer = backend.tokenize(Tokenize(1, text, within=within))
        assert [model.token_text(token, special=True).hex() for token in answer.ids] == list(answer.pieces)
        return [bytes.fromhex(piece) for piece in answer.pieces]

    assert pieces("cat", within=False) == [b" cat"]
    assert pieces("cat", within=True) == [b"cat"]
    assert pieces(" cat", within=True) == [b" cat"]
    assert pieces(" cat dog", within=True) == [b" cat", b" dog"]
    assert b"".join(pieces("\n\ncat", within=True)) == b"\n\ncat"
    assert pieces("", within=True) == []
    plain = open_model("llama-f32")
    for text in ("hello", " the", "\n", "안녕", "<|end|>"):
        assert plain.tokenize(Tokenize(1, text, within=True)).ids == plain.tokenize(Tokenize(1, text)).ids


def test_a_sentencepiece_model_talks(open_model: Open) -> None:
    text, _, listener = reply(open_model("llama-sentencepiece"), turns("a cat and a dog"))
    assert "".join(listener.trace.texts()) == text
