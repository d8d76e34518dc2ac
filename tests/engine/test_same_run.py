"""Rebuilt attention against what the very same run computed: an edited, branched Korean chat, tiny and real models."""

import numpy as np
import pytest

from chatapp.core import attention
from chatapp.core.generation import SamplingParams
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, ChatMessage, Lens, LoadOptions, Mute, Prefix
from tests.helpers.asking import ask, reply
from tests.helpers.same_run import SameRun, open_same_run
from tests.helpers.tiny_models import tiny

PARAMS = SamplingParams(temperature=0.7, seed=3, max_tokens=10)
SYSTEM = ChatMessage("system", "너는 친절한 도우미야.")
QUESTIONS = ("한국의 수도는 어디야? 짧게 대답해 줘.", "프랑스의 수도는 어디야? 짧게 대답해 줘.")  # asked, and edited
NEXT = ChatMessage("user", "그 도시의 인구는?")

Chat = tuple[tuple[ChatMessage, ...], tuple[int, ...]]  # messages, and the tokens of the reply to them


def written(backend: LlamaBackend, messages: tuple[ChatMessage, ...], seed: int = 3) -> tuple[Chat, str]:
    listener, info, text = reply(backend, messages, PARAMS.with_value("seed", seed))
    assert info.completion_tokens
    return (messages, tuple(int(i) for trace in listener.traces for i in trace.ids)), text


def korean_chats(backend: LlamaBackend) -> list[Chat]:
    """A question and its follow-up, the question edited, and the first one again, with another answer gone on from."""
    first, edited = ((SYSTEM, ChatMessage("user", question)) for question in QUESTIONS)
    chat, text = written(backend, first)
    follow_up, _ = written(backend, (*first, ChatMessage("assistant", text), NEXT))
    other, _ = written(backend, edited)
    _, text = written(backend, first, seed=4)
    back, _ = written(backend, (*first, ChatMessage("assistant", text), NEXT))
    return [chat, follow_up, other, back]


def largest_difference(backend: LlamaBackend, recorder: SameRun, chat: Chat) -> float:
    """Of all layers, heads, queries and keys of *chat*."""
    messages, ids = chat
    found = ask(backend, Attend(1, Prefix(messages, reply_ids=ids[:-1]), queries=100_000, method="rebuilt"))
    assert recorder.error is None
    tokens, worst = tuple(int(i) for i in found.arrays["ids"]), 0.0
    for query in range(len(tokens)):
        rebuilt = found.arrays["weights"][:, :, query].astype(np.float32)
        assert not rebuilt[..., query + 1 :].any()
        # Prompts end with a token that is evaluated again for its logits, in a batch of its own: one of the times.
        times = (np.stack([time[layer] for layer in found.layers]) for time in recorder.computed[tokens[: query + 1]])
        worst = max(worst, min(float(np.abs(rebuilt[..., : query + 1] - computed).max()) for computed in times))
    return worst


def assert_rebuilt_as_computed(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    backend, recorder = open_same_run(path, monkeypatch, n_ctx=1024)
    chats = korean_chats(backend)
    worst = max(largest_difference(backend, recorder, chat) for chat in (*chats, chats[1]))
    backend.close()
    assert worst < 5e-3


@pytest.mark.parametrize("name", ["llama-f32", "qwen2-f32", "gpt2-f32", "llama-q8_0"])
def test_rebuilt_is_what_the_same_run_computed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_rebuilt_as_computed(str(tiny(name)), monkeypatch)


def test_a_real_model_too(chat_model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_rebuilt_as_computed(chat_model, monkeypatch)


def test_on_a_real_model_every_answer_is_proven_and_looking_changes_nothing(chat_model: str) -> None:
    backend = LlamaBackend()
    backend.load(chat_model, LoadOptions(n_ctx=1024, flash_attention="on", recording=1 << 29), lambda _fraction: None)
    chats = korean_chats(backend)
    for messages, ids in chats:
        prefix = Prefix(messages, reply_ids=ids[:-1])
        found = ask(backend, Attend(1, prefix))
        assert found.recorded
        assert 0 <= found.difference < 1e-2
        np.testing.assert_allclose(found.arrays["weights"].sum(axis=-1, dtype=np.float64), 1, rtol=0, atol=2e-3)
    # Replayed with other kernels: not the same numbers, but the same picture.
    replayed = ask(backend, Attend(1, prefix, method="replayed"))
    off = np.abs(found.arrays["weights"].astype(np.float32) - replayed.arrays["weights"].astype(np.float32))
    assert off.max() < 0.1
    assert off.mean() < 1e-3
    muted = ask(backend, Mute(1, prefix, ()))
    np.testing.assert_array_equal(muted.arrays["before"], muted.arrays["after"])
    seen = ask(backend, Lens(1, prefix, int(ids[-1])))
    row = muted.arrays["before"].astype(np.float64)
    logprobs = row - row.max() - np.log(np.exp(row - row.max()).sum())
    assert seen.arrays["logprobs"][-1] == pytest.approx(logprobs[int(ids[-1])], abs=1e-3)
    backend.close()


def test_a_real_model_has_heads_that_the_detectors_find(chat_model: str) -> None:
    backend = LlamaBackend()
    backend.load(chat_model, LoadOptions(n_ctx=256, flash_attention="on", recording=1 << 28), lambda _fraction: None)
    block = np.random.default_rng(3).choice(np.arange(1000, 10_000), 30, replace=False)
    found = {}
    for name, second in (("repeated", block), ("random", np.random.default_rng(4).permutation(block))):
        ids = tuple(np.concatenate([block, second]).tolist())
        answer = ask(backend, Attend(1, Prefix(reply_ids=ids), queries=len(ids)))
        found[name] = attention.pattern_scores(answer.arrays["weights"], answer.arrays["ids"])
    backend.close()
    for kind in ("previous", "duplicate", "induction"):
        assert found["repeated"][kind].max() > 0.9, kind
    heads = found["repeated"]["induction"] > 0.9
    assert heads.sum() >= 3
    # Such a head looks for what came after the same token, also where that is not what comes next.
    assert found["random"]["induction"][heads].mean() > 3 * found["random"]["induction"].mean()
