"""Attention replayed beside the chat: against what `Inspect` captures and what is rebuilt, and what it costs."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine import replay as replaying
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, Attended, AttendRows, ChatMessage, Inspect, Prefix
from tests.engine.test_attending import BUDGET, NAMES, assert_true, recording
from tests.helpers.asking import CHAT, ask, opened, reply, weights_of
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_lora import write_lora

HALF = 6e-4  # what half precision leaves of a weight, twice
LONG = Prefix(text="the hen and the inn, 한글 " * 30)  # several batches


def replayed(backend: LlamaBackend, prefix: Prefix, listener: Recorder | None = None, **more: object) -> Attended:
    found = ask(backend, Attend(1, prefix, method="replayed", **more), listener)
    assert isinstance(found, Attended)
    assert (found.method, found.recorded, found.kv_type) == ("replayed", False, "f16")
    return found


def captured(backend: LlamaBackend, ids: list[int], last: int) -> np.ndarray:
    return backend.inspect(Inspect(1, tokens=tuple(ids), last=last), Recorder()).arrays["attention"]


@pytest.mark.parametrize("name", [*NAMES, "gemma2-hf", "gpt-oss-hf", "jamba-f32"])  # softcap, sinks, hybrid
def test_a_replay_is_what_inspect_captures_and_near_what_is_rebuilt(name: str) -> None:
    backend = recording(name)
    for prefix, count in ((Prefix(CHAT), 3), (LONG, 200)):
        found = replayed(backend, prefix, queries=count)
        ids = found.arrays["ids"].tolist()
        np.testing.assert_allclose(found.arrays["weights"], captured(backend, ids, count), rtol=0, atol=HALF)
        rebuilt = ask(backend, Attend(1, prefix, queries=count, method="rebuilt"))
        assert rebuilt.method == "rebuilt"
        for array in ("ids", "owners", "groups", "lowest"):
            np.testing.assert_array_equal(found.arrays[array], rebuilt.arrays[array], array)
        np.testing.assert_allclose(found.arrays["weights"], rebuilt.arrays["weights"], rtol=0, atol=5e-3)
    backend.close()


@pytest.mark.parametrize("options", [{"recording": 0}, {"flash_attention": "off"}])
def test_without_a_recording_it_is_replayed_unasked(options: dict[str, object]) -> None:
    backend = opened("qwen2-f32", **({"flash_attention": "on", "recording": BUDGET} | options))
    listener, _, _ = reply(backend)
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)
    found = ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids[:-1]), queries=5))
    assert (found.method, found.recorded, found.checked, found.difference) == ("replayed", False, -1, -1.0)
    assert found.arrays["ids"].tolist() == [*listener.prompt_ids, *ids[:-1]]
    assert_true("qwen2-f32", found)
    with pytest.raises(RequestError):
        ask(backend, Attend(1, Prefix(CHAT), method="rebuilt"))
    backend.close()


def test_only_what_is_new_is_read() -> None:
    backend = opened("llama-f32")
    first = Recorder()
    replayed(backend, LONG, first)
    length = first.progress[-1][0]
    assert first.progress[-1] == (length, length, 0)
    more = Recorder()
    found = replayed(backend, replace(LONG, reply_ids=(70, 80, 90)), more, queries=5)
    assert more.progress == [(length + 3, length + 3, length)]
    assert_true("llama-f32", found)
    # What was read once is there, whichever of its tokens is asked about.
    earlier = Recorder()
    found = replayed(backend, replace(LONG, reply_ids=(70,)), earlier, layers=(2,), queries=40)
    assert earlier.progress == []
    assert found.layers == (2,)
    assert_true("llama-f32", found)
    other = Recorder()
    assert_true("llama-f32", replayed(backend, replace(LONG, reply_ids=(70, 81)), other))
    assert other.progress[-1] == (length + 2, length + 2, 0)  # a sibling: from scratch, its columns are positions
    backend.close()


def test_what_is_read_ahead_never_begins_anew() -> None:
    backend = opened("llama-f32")
    ahead = AttendRows(1, replace(LONG, reply_ids=(70, 80, 90)), queries=9, after=1)
    with pytest.raises(RequestError) as caught:
        ask(backend, ahead)
    assert caught.value.code is ErrorCode.CANCELLED
    replayed(backend, LONG)
    rows = ask(backend, ahead).arrays["rows"]
    found = replayed(backend, replace(LONG, reply_ids=(70, 80)), queries=9).arrays["weights"]
    np.testing.assert_allclose(rows, found.astype(np.float32).mean(axis=(0, 1)), rtol=0, atol=HALF)
    backend.close()


def test_rows_that_do_not_fit_are_given_up_but_never_those_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = opened("llama-f32")
    monkeypatch.setattr(replaying, "_KEPT", 1)
    assert_true("llama-f32", replayed(backend, LONG, queries=150))
    ids = tuple(range(20, 60))
    for count in (10, 40):
        assert_true("llama-f32", replayed(backend, replace(LONG, reply_ids=ids[:count]), queries=count))
    again = Recorder()
    assert_true("llama-f32", replayed(backend, LONG, again, queries=150))
    assert again.progress[0][2] == 0
    backend.close()


def test_columns_are_right_after_edits_and_branches() -> None:
    backend = recording("gemma3-f32")
    edited = (*CHAT[:1], ChatMessage("user", "something else 안녕 " * 20), *CHAT[2:])
    for messages in (CHAT, edited, CHAT):
        listener, _, _ = reply(backend, messages)
        ids = tuple(int(i) for trace in listener.traces for i in trace.ids)
        assert_true("gemma3-f32", replayed(backend, Prefix(messages, reply_ids=ids[:4]), queries=7))
        assert_true("gemma3-f32", replayed(backend, Prefix(messages, reply_ids=(*ids[:3], 75)), queries=2))
    backend.close()


def test_the_chat_does_not_notice() -> None:
    quiet, watched = (recording("llama-f16") for _ in range(2))
    replies = []
    for backend in (quiet, watched):
        reply(backend)
        if backend is watched:
            replayed(backend, LONG, queries=20)
        replies.append(reply(backend, (*CHAT, ChatMessage("assistant", "the"), ChatMessage("user", "go on"))))
        backend.close()
    (alone, info, _), (beside, again, _) = replies
    assert info.reused_tokens == again.reused_tokens > 0
    for array in ("ids", "logprobs", "top_ids", "top_logprobs", "entropy"):
        np.testing.assert_array_equal(getattr(beside.trace, array), getattr(alone.trace, array))


def test_cancelled_in_the_middle_the_rest_is_read_later() -> None:
    backend = recording("llama-f32")
    before, _, text = reply(backend)

    def in_a_graph() -> Recorder:
        asked = iter(range(1_000_000))
        return Recorder(lambda r: len(r.progress) == 2 and next(asked) > 5)  # in the third batch, at its sixth node

    stopped = in_a_graph()
    with pytest.raises(RequestError) as caught:
        replayed(backend, LONG, stopped, queries=300)
    assert caught.value.code is ErrorCode.CANCELLED
    assert 0 < stopped.progress[-1][0] < stopped.progress[-1][1]
    _, info, again = reply(backend)
    assert (again, info.reused_tokens) == (text, len(before.prompt_ids) - 1)
    rest = Recorder()
    assert_true("llama-f32", replayed(backend, LONG, rest, queries=300))
    assert rest.progress[0][2] == stopped.progress[-1][0]
    backend.close()


def test_adapters_are_those_of_the_question(tmp_path: Path) -> None:
    backend = opened("llama-f32")
    use = AdapterUse(str(write_lora(tmp_path / "a.gguf", weights_of("llama-f32"))), 2.0)
    plain = replayed(backend, LONG).arrays["weights"]
    bent = replayed(backend, replace(LONG, adapters=(use,))).arrays["weights"]
    assert np.abs(plain - bent).max() > 1e-2
    np.testing.assert_array_equal(replayed(backend, LONG).arrays["weights"], plain)
    chat = recording("llama-f32")
    rebuilt = ask(chat, Attend(1, replace(LONG, adapters=(use,)))).arrays["weights"]
    np.testing.assert_allclose(bent, rebuilt, rtol=0, atol=5e-3)
    for one in (backend, chat):
        one.close()


def test_too_little_memory_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = opened("llama-f32")
    few = psutil.virtual_memory()._replace(available=4_000_000)
    with monkeypatch.context() as patched:
        patched.setattr(psutil, "virtual_memory", lambda: few)
        with pytest.raises(RequestError) as caught:
            replayed(backend, LONG)
    assert caught.value.code is ErrorCode.INSPECTION_TOO_LARGE
    assert caught.value.message.count(".") - caught.value.message.count("0.") <= 1
    assert_true("llama-f32", replayed(backend, LONG))
    backend.close()


def test_a_model_without_attention_is_refused() -> None:
    backend = opened("mamba-f32")
    with pytest.raises(RequestError) as caught:
        replayed(backend, LONG)
    assert caught.value.code is ErrorCode.NO_ATTENTION
    backend.close()


def test_it_is_closed_when_nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    backend = opened("llama-f32")
    replayed(backend, LONG)
    backend.rest()
    again = Recorder()
    replayed(backend, LONG, again)
    assert again.progress == []
    monkeypatch.setattr(replaying, "IDLE", -1.0)
    backend.rest()
    replayed(backend, LONG, again)
    assert again.progress[0][2] == 0
    backend.close()
