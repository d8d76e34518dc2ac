"""Scores of prompts against the NumPy reference, and the chat that goes on as if nothing had been asked."""

from collections.abc import Iterator

import numpy as np
import pytest

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import CacheUse, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine import reading
from chatapp.engine.cache import PromptCache
from chatapp.engine.llama import Context
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.owners import mark, owners_of_bytes, owners_of_tokens
from chatapp.engine.prompt import ChatTemplate
from chatapp.protocol.messages import ChatMessage, LoadOptions, Prefix, Score, Scored
from tests.helpers import reference
from tests.helpers.asking import CHAT, N_CTX, PLAIN, TOLERANCE, ask, opened, prompt_of, reply, truth, weights_of
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_lora import write_lora

TOP = 20


@pytest.fixture(scope="module", params=sorted(TOLERANCE))
def model(request: pytest.FixtureRequest) -> Iterator[tuple[str, LlamaBackend]]:
    backend = opened(request.param)
    yield request.param, backend
    backend.close()


@pytest.fixture
def llama() -> Iterator[LlamaBackend]:
    backend = opened("llama-f32")
    yield backend
    backend.close()


def assert_scored(name: str, scored: Scored, ids: list[int]) -> None:
    """Every number of *scored* is the reference's for *ids*."""
    trace, tolerance = scored.trace, TOLERANCE[name]
    assert scored.total == len(ids)
    assert trace.ids.tolist() == ids[scored.start :]
    logits = truth(name, ids)
    for row, position in enumerate(range(scored.start, len(ids))):
        if position == 0:
            assert np.isnan([trace.logprobs[0], trace.entropy[0], *trace.top_logprobs[0]]).all()
            assert {int(trace.ranks[0]), *trace.top_ids[0].tolist()} == {-1}
            continue
        before = logits[position - 1]
        logprobs = reference.log_softmax(before)
        assert trace.logprobs[row] == pytest.approx(logprobs[ids[position]], abs=tolerance)
        assert trace.entropy[row] == pytest.approx(float(reference.entropy(before)), abs=tolerance)
        low, high = reference.rank_range(before, ids[position], 2 * tolerance)
        assert low <= trace.ranks[row] <= high
        assert trace.top_logprobs[row] == pytest.approx(np.sort(logprobs)[::-1][:TOP], abs=tolerance)
        assert trace.top_logprobs[row] == pytest.approx(logprobs[trace.top_ids[row]], abs=tolerance)
    assert set(trace.ids.tolist()) <= trace.pieces.keys()
    assert TokenTrace.from_blob(trace.to_blob()).pieces == trace.pieces


@pytest.mark.parametrize("start", [0, 1, 2, 17, 40])
def test_every_number_is_the_references(model: tuple[str, LlamaBackend], start: int) -> None:
    name, backend = model
    ids = prompt_of(backend, Prefix(CHAT))
    assert_scored(name, ask(backend, Score(1, Prefix(CHAT), start)), ids)


def test_a_prompt_of_many_batches(model: tuple[str, LlamaBackend], monkeypatch: pytest.MonkeyPatch) -> None:
    name, backend = model
    monkeypatch.setattr(reading, "_LOGITS", 0)
    prefix = Prefix(text="the hen in the inn 안녕 " * 24)
    listener = Recorder()
    scored = ask(backend, Score(1, prefix), listener)
    assert_scored(name, scored, prompt_of(backend, prefix))
    assert len(listener.progress) == 5
    assert listener.progress[-1][:2] == (scored.total - 1, scored.total - 1)
    assert set(scored.owners) == {-1}


@pytest.mark.parametrize(
    "prefix",
    [Prefix(CHAT, prefill="Well, "), Prefix(CHAT, raw=True), Prefix(text="<|user|>\nhello<|end|>", prefill=" 안")],
)
def test_the_tokens_are_those_that_a_reply_would_be_drawn_after(
    model: tuple[str, LlamaBackend], prefix: Prefix
) -> None:
    name, backend = model
    assert_scored(name, ask(backend, Score(1, prefix)), prompt_of(backend, prefix))


def test_a_reply_is_scored_as_its_trace_says(model: tuple[str, LlamaBackend]) -> None:
    name, backend = model
    written, info, _ = reply(backend, params=PLAIN.with_value("max_tokens", 30))
    ids = tuple(written.trace.ids.tolist())
    scored = ask(backend, Score(1, Prefix(CHAT, reply_ids=ids), info.prompt_tokens))
    assert scored.trace.ids.tolist() == list(ids)
    assert scored.trace.logprobs == pytest.approx(written.trace.logprobs, abs=1e-3)
    assert_scored(name, scored, [*written.prompt_ids, *ids])
    assert set(scored.owners) == {len(CHAT)}


def test_after_a_reply_the_next_turn_is_scored_as_it_was_sampled(llama: LlamaBackend) -> None:
    """Its text may tokenize otherwise than it was sampled; the prompt remembers the tokens, and so does a score."""
    for seed in range(20):
        params = SamplingParams(temperature=1.5, top_k=0, top_p=1.0, min_p=0.0, seed=seed, max_tokens=12)
        written, _, text = reply(llama, CHAT[-1:], params)
        spoken = written.trace.ids.tolist()
        if llama._need_model().tokenize(text, add_special=False, parse_special=True) != spoken:
            break
    else:
        pytest.fail("every reply tokenizes as it was sampled: the test says nothing")
    turns = (CHAT[-1], ChatMessage("assistant", text), ChatMessage("user", "hen"))
    scored = ask(llama, Score(1, Prefix(turns)))
    assert scored.trace.ids.tolist()[: len(written.prompt_ids)] == list(written.prompt_ids)
    assert scored.trace.ids.tolist() == prompt_of(llama, Prefix(turns))
    owned = [t for t, owner in zip(scored.trace.ids.tolist(), scored.owners, strict=True) if owner == 1]
    assert owned == spoken[: len(owned)]
    assert len(owned) >= len(spoken) - 1


# -- the chat ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["llama-f32", "gemma3-f32", "mamba-f32", "jamba-f32"])
@pytest.mark.parametrize("start", [0, 30])
def test_the_next_turn_reuses_all_that_it_would_have(name: str, start: int) -> None:
    turns = (*CHAT, ChatMessage("assistant", ""), ChatMessage("user", "go on"))
    reused, texts, logprobs = [], [], []
    for asked in (False, True):
        backend = opened(name)
        greedy = SamplingParams(temperature=0, max_tokens=30)
        written, _, text = reply(backend, params=greedy)
        if asked:
            ids = tuple(written.trace.ids.tolist())
            scored = ask(backend, Score(1, Prefix(CHAT, reply_ids=ids), start))
            logprobs.append(scored.trace.logprobs)
        told = (*turns[:4], ChatMessage("assistant", text), turns[5])
        _, info, after = reply(backend, told, greedy)
        reused.append(info.reused_tokens)
        texts.append(after)
        assert len(backend._need_context()) == len(backend._need_cache().tokens)
        backend.close()
    assert reused[0] == reused[1] > 50
    assert texts[0] == texts[1]
    assert np.isfinite(logprobs[0][1:]).all()


@pytest.mark.parametrize("name", ["llama-f32", "mamba-f32"])
def test_an_earlier_message_is_scored_and_the_chat_goes_on(name: str) -> None:
    """What was cut away to get there is copied back, not evaluated again."""
    backend = opened(name)
    _, info, text = reply(backend, params=PLAIN.with_value("max_tokens", 30))
    assert ask(backend, Score(1, Prefix(CHAT[:2]))).total < info.prompt_tokens
    told = (*CHAT, ChatMessage("assistant", text), ChatMessage("user", "go on"))
    _, after, _ = reply(backend, told, PLAIN.with_value("max_tokens", 2))
    assert after.reused_tokens == info.prompt_tokens + info.completion_tokens - 1
    assert after.cache is CacheUse.RESTORED
    backend.close()


def test_a_window_that_is_not_kept_whole_is_scored_right() -> None:
    backend = opened("gemma3-f32")
    backend._need_context().close()
    context = backend._context = Context(
        backend._need_model(), N_CTX, n_threads=1, flash_attention="off", kv_type="f32", can_save=True, swa_full=False
    )
    backend._cache = PromptCache(context, 1 << 26)
    assert not context.can_be_cut
    prefix = Prefix(text="the hen in the inn 안녕 " * 12)  # several windows long
    ids = prompt_of(backend, prefix)
    for start in (0, 100, 60, 150):
        assert_scored("gemma3-f32", ask(backend, Score(1, prefix, start)), ids)
    backend.close()


def test_a_real_models_reply_is_scored_as_its_trace_says(chat_model: str) -> None:
    backend = LlamaBackend()
    backend.load(chat_model, LoadOptions(n_ctx=512), lambda _: None)
    turns = (ChatMessage("system", "You are terse."), ChatMessage("user", "user: 서울은 어디에 있나요? 🙂"))
    written, info, text = reply(backend, turns, PLAIN.with_value("max_tokens", 24))
    ids = tuple(written.trace.ids.tolist())
    scored = ask(backend, Score(1, Prefix(turns, reply_ids=ids)))
    assert scored.total == info.prompt_tokens + len(ids)
    # One at a time they were drawn; together, int8 activations and float16 sums round otherwise.
    off = np.abs(scored.trace.logprobs[info.prompt_tokens :] - written.trace.logprobs)
    assert float(off.mean()) < 0.1
    texts = owned(scored)
    assert texts[0] == "You are terse."
    assert texts[1] == turns[1].content
    spoken = b"".join(scored.trace.token_bytes(i) for i, owner in enumerate(scored.owners) if owner == 2)
    assert spoken.decode("utf-8", "replace").startswith(text)
    _, after, _ = reply(backend, turns, PLAIN.with_value("max_tokens", 1))
    assert after.reused_tokens == info.prompt_tokens - 1
    backend.close()


def test_what_stands_before_the_start_costs_nothing(llama: LlamaBackend) -> None:
    reply(llama, params=PLAIN.with_value("max_tokens", 4))
    listener = Recorder()
    scored = ask(llama, Score(1, Prefix(CHAT), 50), listener)
    assert listener.progress[0] == (49, scored.total - 1, 49)


def test_adapters_are_at_work(llama: LlamaBackend, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("lora") / "a.gguf"
    write_lora(path, weights_of("llama-f32"))
    plain = ask(llama, Score(1, Prefix(CHAT))).trace.logprobs
    prefix = Prefix(CHAT, adapters=(AdapterUse(str(path)),))
    adapted = ask(llama, Score(1, prefix)).trace.logprobs
    assert np.abs(adapted[1:] - plain[1:]).max() > 0.01
    written, info, _ = reply(llama, params=PLAIN.with_value("max_tokens", 8), adapters=prefix.adapters)
    assert info.reused_tokens > 0
    ids = tuple(written.trace.ids.tolist())
    scored = ask(llama, Score(1, Prefix(CHAT, reply_ids=ids, adapters=prefix.adapters), info.prompt_tokens))
    assert scored.trace.logprobs == pytest.approx(written.trace.logprobs, abs=1e-3)
    assert ask(llama, Score(1, Prefix(CHAT))).trace.logprobs[1:] == pytest.approx(plain[1:], abs=1e-3)


# -- owners ------------------------------------------------------------------------------------------------------------


def owned(scored: Scored) -> dict[int, str]:
    """The text of every owner, of control tokens their names."""
    found: dict[int, bytes] = {}
    for index, owner in enumerate(scored.owners):
        found[owner] = found.get(owner, b"") + scored.trace.token_bytes(index)
    return {owner: data.decode() for owner, data in found.items()}


def test_owners_are_the_messages(llama: LlamaBackend) -> None:
    texts = owned(ask(llama, Score(1, Prefix(CHAT, prefill="Well, "))))
    assert {owner: text for owner, text in texts.items() if 0 <= owner < 4} == {
        index: message.content for index, message in enumerate(CHAT)
    }
    assert texts[4] == "Well, "
    assert texts[-1].count("<|user|>") == 2
    assert "Be kind" not in texts[-1]


def test_owners_in_a_template_that_strips_and_drops_thoughts() -> None:
    template = ChatTemplate("{% for m in messages %}[{{ m.role }}] {{ m.content | trim }} {% endfor %}[assistant]")
    contents = ["  user\n", "<think>user</think>\n\nassistant", ""]
    roles = ("user", "assistant", "user")
    text = template.render([ChatMessage(*pair) for pair in zip(roles, contents, strict=True)])
    marked = template.render([ChatMessage(role, mark(index)) for index, role in enumerate(roles)])
    of_bytes = owners_of_bytes(text, contents, marked)
    assert text == "[user] user [assistant] assistant [user]  [assistant]"
    shown = "".join("-" if owner < 0 else str(owner) for owner in of_bytes)
    assert shown == "-------0000-------------111111111--------------------"
    pieces = [b"<s>", b" [user] ", b"us", b"er ", b"[assistant] assis", b"tant", b"  "]
    assert owners_of_tokens(pieces, text, of_bytes) == [-1, -1, 0, 0, 1, 1, -1]


def test_owners_of_a_thought_that_stays_and_of_bytes_that_are_no_text() -> None:
    contents = ["<think>hm</think>\n\nsay hm", "\ufffda"]
    text = "A: <think> hm </think> say hm B: \ufffda"
    of_bytes = owners_of_bytes(text, contents, f"A: {mark(0)} B: {mark(1)}")
    assert bytes(text.encode()[i] for i in range(len(of_bytes)) if of_bytes[i] == 0) == b"hmsay hm"
    pieces = [b"A: <think> hm </think> say hm B: ", b"\xec", b"\x95", b"a"]
    assert owners_of_tokens(pieces, text, of_bytes) == [0, 1, 1, 1]


def test_without_a_marked_prompt_texts_are_looked_for_in_their_order() -> None:
    of_bytes = owners_of_bytes("a: b; b: a", ["b", "a"], "")
    assert of_bytes.tolist() == [-1, -1, -1, 0, -1, -1, -1, -1, -1, 1]
    assert owners_of_bytes("HELLO", ["hello"], mark(0)).tolist() == [-1] * 5


# -- what is refused, and what is cut short ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (Score(1, Prefix()), ErrorCode.EMPTY_PROMPT),
        (Score(1, Prefix(CHAT), -1), ErrorCode.INVALID_ARGUMENT),
        (Score(1, Prefix(CHAT), 10**6), ErrorCode.INVALID_ARGUMENT),
        (Score(1, Prefix(CHAT, reply_ids=(5, 320))), ErrorCode.INVALID_ARGUMENT),
        (Score(1, Prefix(CHAT, reply_ids=(-1,))), ErrorCode.INVALID_ARGUMENT),
        (Score(1, Prefix(CHAT, reply_ids=(5,) * 1200)), ErrorCode.CONTEXT_FULL),
        (Score(1, Prefix(text="hello " * 1_700_000)), ErrorCode.CONTEXT_FULL),  # 10 MB
        (Score(1, Prefix(CHAT, adapters=(AdapterUse("/nowhere"),))), ErrorCode.ADAPTER_REFUSED),
    ],
)
def test_what_cannot_be_scored_is_refused_in_a_sentence(llama: LlamaBackend, request_: Score, code: ErrorCode) -> None:
    with pytest.raises(UserFixable) as caught:
        ask(llama, request_)
    assert caught.value.code is code
    assert "\n" not in caught.value.message
    assert "{" not in caught.value.message
    assert len(ask(llama, Score(1, Prefix(CHAT))).trace) > 50


def test_a_reply_that_filled_the_context_can_be_scored() -> None:
    backend = opened("llama-f32", 256)
    written, info, _ = reply(backend, params=PLAIN.with_value("logit_bias", ((316, -100.0),)))
    prefix = Prefix(CHAT, reply_ids=tuple(written.trace.ids.tolist()))
    scored = ask(backend, Score(1, prefix, info.prompt_tokens))
    assert scored.total == info.prompt_tokens + info.completion_tokens == 257
    assert scored.trace.logprobs == pytest.approx(written.trace.logprobs, abs=1e-3)
    assert len(ask(backend, Score(1, prefix)).trace) == 257
    backend.close()


def test_the_end_of_a_text_has_nothing_to_score(llama: LlamaBackend) -> None:
    total = len(prompt_of(llama, Prefix(CHAT)))
    assert len(ask(llama, Score(1, Prefix(CHAT), total)).trace) == 0
    only = ask(llama, Score(1, Prefix(text="<|bos|>")))
    assert only.trace.ranks[0] == -1


@pytest.mark.parametrize("name", ["llama-f32", "mamba-f32"])
def test_a_cancelled_score_has_what_was_done(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_LOGITS", 0)
    backend = opened(name)
    prefix = Prefix(text="the hen in the inn 안녕 " * 24)
    whole = ask(backend, Score(1, prefix))
    part = ask(backend, Score(1, prefix), Recorder(lambda seen: len(seen.progress) > 3))
    assert 1 < len(part.trace) < len(whole.trace)
    assert part.total == whole.total
    assert part.trace.logprobs[1:] == pytest.approx(whole.trace.logprobs[1 : len(part.trace)], abs=1e-3)
    assert len(part.owners) == len(part.trace)
    assert len(backend._need_context()) == len(backend._need_cache().tokens)
    with pytest.raises(UserFixable) as caught:
        ask(backend, Score(1, prefix), Recorder(lambda _: True))
    assert caught.value.code is ErrorCode.CANCELLED
    assert ask(backend, Score(1, prefix)).trace.logprobs[1:] == pytest.approx(whole.trace.logprobs[1:], abs=1e-3)
    backend.close()
