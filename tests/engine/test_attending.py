"""The attention of a chat's tokens against the NumPy reference, and what it takes to get it."""

import functools
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import SamplingParams
from chatapp.engine.attending import NO_FLASH, NO_LAYERS, NO_ROOM, NOT_RECORDED
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, Attended, ChatMessage, Generate, Prefix
from tests.helpers import reference
from tests.helpers.asking import CHAT, PLAIN, ask, opened, reply, weights_of
from tests.helpers.listeners import Recorder

BUDGET = 1 << 28
NAMES = ("llama-f32", "qwen2-f32", "gpt2-f32", "gemma3-f32")


def recording(name: str, **options: object) -> LlamaBackend:
    return opened(name, flash_attention="on", recording=BUDGET, **options)


@functools.lru_cache(maxsize=8)
def _attention(name: str, ids: tuple[int, ...]) -> NDArray[np.float64]:
    return reference.forward(weights_of(name), ids, reference.gelu_table)[1]


def truth(name: str, ids: Sequence[int]) -> NDArray[np.float64]:
    """The reference's weights (layers, heads, queries, keys)."""
    return _attention(name, tuple(int(i) for i in ids))


def assert_true(name: str, found: Attended) -> None:
    ids = found.arrays["ids"]
    weights = found.arrays["weights"]
    expected = truth(name, ids)[list(found.layers), :, -weights.shape[2] :]
    assert weights.shape == expected.shape
    np.testing.assert_allclose(weights, expected, rtol=0, atol=5e-3)
    np.testing.assert_allclose(weights.sum(axis=-1, dtype=np.float64), 1, rtol=0, atol=2e-3)  # half precision


@pytest.mark.parametrize("name", NAMES)
def test_every_token_of_a_reply_has_the_weights_of_the_reference(name: str) -> None:
    backend = recording(name)
    listener, _, _ = reply(backend)
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)
    assert len(ids) > 5
    for count in (0, 1, len(ids) - 1):
        found = ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids[:count])))
        assert found.arrays["ids"].tolist() == [*listener.prompt_ids, *ids[:count]]
        assert found.recorded
        assert 0 <= found.difference < 1e-2
        assert 0 <= found.checked < len(found.arrays["ids"]) + len(ids)
        assert_true(name, found)
    backend.close()


@pytest.mark.parametrize("name", ["gpt2-f32", "gemma3-f32"])
def test_a_reply_that_was_written_with_drafts_has_them_too(name: str) -> None:
    backend = recording(name)
    listener, asked = Recorder(), (ChatMessage("user", "one two three " * 4),)
    params = SamplingParams(temperature=0, max_tokens=60)
    _, info = backend.generate(Generate(1, asked, params, lookup=True), listener)
    assert 0 < info.accepted_tokens <= info.drafted_tokens
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)
    for count in range(5, len(ids), 9):
        found = ask(backend, Attend(1, Prefix(asked, reply_ids=ids[:count])))
        assert found.recorded
        assert 0 <= found.difference < 1e-2
        assert_true(name, found)
    backend.close()


@pytest.mark.parametrize("name", ["llama-f32", "gemma3-f32"])
def test_a_branch_has_the_weights_that_were_recorded_before_it_left(name: str) -> None:
    backend = recording(name)
    first, _, _ = reply(backend)
    begun = (*first.trace.ids[:4].tolist(), int(first.trace.top_ids[4, 1]))
    made, info, _ = reply(backend, prefix_ids=begun, known_prefix=4, origin=first.origin)
    assert info.evaluated_tokens == 2
    for count in (3, 5, 4 + len(made.trace) - 1):
        ids = (*begun[:4], *made.trace.ids.tolist())[:count]
        found = ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids)))
        assert found.recorded
        assert_true(name, found)
    backend.close()


def test_what_was_cut_away_is_brought_back_with_its_recording() -> None:
    backend = recording("qwen2-f32")
    first, _, _ = reply(backend)
    ids = tuple(int(i) for trace in first.traces for i in trace.ids)
    other = (*CHAT[:1], ChatMessage("user", "something else, which takes the place of all that was there before"))
    reply(backend, other)
    found = ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids[:-1])))
    assert found.recorded
    assert_true("qwen2-f32", found)
    _, again, _ = reply(backend, other)
    assert again.reused_tokens == again.prompt_tokens - 1  # looking cost the chat nothing
    backend.close()


def test_looking_back_leaves_the_context_alone() -> None:
    backend = recording("llama-f32")
    listener, info, _ = reply(backend)
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)
    progress = Recorder()
    ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids[:2])), progress)
    assert progress.progress == []  # nothing was evaluated
    _, again, _ = reply(backend)
    assert again.reused_tokens == info.prompt_tokens - 1
    backend.close()


def test_a_prompt_that_was_never_read_is_read_for_it() -> None:
    backend = recording("llama-f32")
    found = ask(backend, Attend(1, Prefix(text="the hen and the inn, 한글")))
    assert not found.recorded
    # Nor are those that the chat has not read, once they have been; what it reads after them is its own.
    listener, _, _ = reply(backend, params=PLAIN.with_value("max_tokens", 4))
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)
    assert ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids[:2]))).recorded
    for _ in range(2):
        assert not ask(backend, Attend(1, Prefix(CHAT, reply_ids=(*ids[:2], 70)))).recorded
    assert ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids[:2]))).recorded
    assert set(found.arrays["owners"].tolist()) == {-1}
    assert_true("llama-f32", found)
    backend.close()


def test_only_the_layers_that_are_asked_for() -> None:
    backend = recording("gemma3-f32")
    text = "word " * 60
    found = ask(backend, Attend(1, Prefix(text=text), (6, 1)))
    assert found.layers == (6, 1)
    assert found.arrays["groups"].shape == (2,)
    assert found.arrays["lowest"].shape == (2, 1)
    whole = ask(backend, Attend(1, Prefix(text=text)))
    np.testing.assert_array_equal(found.arrays["weights"][0], whole.arrays["weights"][6])
    for row, lowest in zip(whole.arrays["weights"][:, :, 0], whole.arrays["lowest"][:, 0], strict=True):
        assert (row[:, :lowest] == 0).all()
        assert (row[:, lowest] > 0).any()
    assert len(set(whole.arrays["lowest"][:, 0].tolist())) == 2  # windows, and layers that see everything
    backend.close()


@pytest.mark.parametrize("name", NAMES)
def test_a_matrix_of_the_last_tokens(name: str) -> None:
    backend = recording(name)
    listener, _, _ = reply(backend)
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)[:-1]
    found = ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids), queries=len(ids) + 3))
    assert found.recorded
    assert found.arrays["weights"].shape[2] == len(ids) + 3
    assert_true(name, found)
    whole = ask(backend, Attend(1, Prefix(CHAT, reply_ids=ids), (0,), queries=10_000))
    assert whole.arrays["weights"].shape[2] == len(whole.arrays["ids"])
    assert_true(name, whole)
    backend.close()


def test_what_a_small_budget_dropped_is_evaluated_again_or_replayed() -> None:
    backend = opened("llama-f32", flash_attention="on", recording=50_000)  # bytes: a hundred tokens or so
    text = "hen " * 100
    last = ask(backend, Attend(1, Prefix(text=text)))
    assert_true("llama-f32", last)
    assert last.method == "rebuilt"
    with pytest.raises(RequestError) as caught:
        ask(backend, Attend(1, Prefix(text=text), queries=200, method="rebuilt"))
    assert caught.value.code is ErrorCode.NO_ATTENTION
    all_of_it = ask(backend, Attend(1, Prefix(text=text), queries=200))
    assert all_of_it.method == "replayed"
    assert_true("llama-f32", all_of_it)
    early = ask(backend, Attend(1, Prefix(text="hen " * 10)))
    assert_true("llama-f32", early)
    backend.close()


def test_a_budget_for_nothing_is_kept_too() -> None:
    backend = opened("llama-f32", flash_attention="on", recording=1000)
    for _ in range(2):
        with pytest.raises(RequestError) as caught:
            ask(backend, Attend(1, Prefix(text="hen " * 100), method="rebuilt"))
        assert caught.value.params["reason"] == NO_ROOM
    assert ask(backend, Attend(1, Prefix(text="hen " * 100))).method == "replayed"
    backend.close()


def test_a_picture_that_would_not_fit_is_refused() -> None:
    backend = recording("llama-f32", n_ctx=16384)
    with pytest.raises(RequestError) as caught:
        ask(backend, Attend(1, Prefix(text="hen " * 5_000), queries=20_000))
    assert caught.value.code is ErrorCode.INSPECTION_TOO_LARGE
    backend.close()


def test_owners_are_the_messages() -> None:
    backend = recording("llama-f32")
    found = ask(backend, Attend(1, Prefix(CHAT)))
    assert set(found.arrays["owners"].tolist()) == {-1, 0, 1, 2, 3}
    backend.close()


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("llama-f32", {"recording": 0}, NOT_RECORDED),
        ("llama-f32", {"flash_attention": "off"}, NO_FLASH),
        ("jamba-f32", {"flash_attention": "off"}, NO_FLASH),
        ("mamba-f32", {}, NO_LAYERS),
        ("mamba-f32", {"flash_attention": "off"}, NO_LAYERS),
    ],
)
def test_without_a_recording_or_without_attention_nothing_is_rebuilt(
    name: str, options: dict[str, object], reason: str
) -> None:
    backend = opened(name, **({"flash_attention": "on", "recording": BUDGET} | options))
    with pytest.raises(RequestError) as caught:
        ask(backend, Attend(1, Prefix(CHAT), method="rebuilt"))
    assert caught.value.code is ErrorCode.NO_ATTENTION
    assert caught.value.params["reason"] == reason
    assert reply(backend)[2]
    backend.close()
