"""Rows that the worker puts together, against the weights themselves."""

import numpy as np
import pytest

from chatapp.core import attention
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine import attending_rows
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, AttendRows, Prefix
from tests.helpers.asking import CHAT, ask, opened, reply
from tests.helpers.listeners import Recorder

NAMES = ("qwen2-f32", "gemma3-f32", "jamba-f32")


def recording(name: str) -> tuple[LlamaBackend, Prefix]:
    backend = opened(name, flash_attention="on", recording=1 << 28)
    listener, _, _ = reply(backend)
    return backend, Prefix(CHAT, reply_ids=tuple(int(i) for trace in listener.traces for i in trace.ids))


@pytest.mark.parametrize("name", NAMES)
def test_rows_are_the_mean_the_largest_and_the_rollout_of_the_weights(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attending_rows, "_BLOCK", 3)
    backend, prefix = recording(name)
    whole = ask(backend, Attend(1, prefix, (), 1 << 20))
    weights, layers = whole.arrays["weights"].astype(np.float32), list(whole.layers)
    n = weights.shape[2]
    cut = n - 2
    exists = weights.any(axis=(-1, -2))
    expected = {
        "mean": weights[exists].mean(axis=0),
        "max": weights[exists].max(axis=0),
        "rollout": attention.rollout(weights),
    }
    for how, rows in expected.items():
        found = ask(backend, AttendRows(2, prefix, 7, 2, how))
        assert (found.recorded, found.method) == (True, "rebuilt")
        assert found.arrays["rows"].shape == (7, cut)
        np.testing.assert_allclose(found.arrays["rows"], rows[cut - 7 : cut, :cut], atol=2e-3)
    heads = ((layers[-1], 0), (layers[0], 1), (layers[0], 0))
    found = ask(backend, AttendRows(2, prefix, 1, 0, "mean", heads))
    chosen = np.stack([weights[layers.index(layer), head, -1] for layer, head in heads])
    np.testing.assert_allclose(found.arrays["rows"][0], chosen.mean(axis=0), atol=2e-3)
    backend.close()


def test_rows_are_replayed_where_nothing_was_recorded() -> None:
    backend, prefix = recording("qwen2-f32")
    recorded = ask(backend, AttendRows(2, prefix, 5, 2))
    backend.close()
    backend = opened("qwen2-f32", flash_attention="on")
    ask(backend, Attend(2, prefix))  # reads; what is read ahead does not begin anew
    replayed = ask(backend, AttendRows(2, prefix, 5, 2))
    assert replayed.method == "replayed"
    np.testing.assert_allclose(replayed.arrays["rows"], recorded.arrays["rows"], atol=5e-3)
    backend.close()


def test_a_rollout_of_too_many_tokens_says_how_many_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    backend, prefix = recording("qwen2-f32")
    monkeypatch.setattr(attending_rows, "_MOST_WEIGHTS", 1000)
    with pytest.raises(RequestError) as caught:
        ask(backend, AttendRows(2, prefix, 1, 0, "rollout"))
    assert caught.value.code is ErrorCode.ROLLOUT_TOO_LONG
    most = int(caught.value.params["most"])
    assert 0 < most < int(caught.value.params["tokens"])
    backend.close()


def test_it_can_be_cancelled_and_says_how_far_it_is() -> None:
    backend, prefix = recording("qwen2-f32")
    listener = Recorder()
    ask(backend, AttendRows(2, prefix, 1, 0, "rollout"), listener)
    total = listener.progress[-1][1]
    done = [event[0] for event in listener.progress if event[1] == total]  # before it tokens may be read
    assert len(done) > 2
    assert done == sorted(done)
    assert done[-1] == total
    for how in ("mean", "rollout"):
        listener = Recorder(lambda _: True)
        with pytest.raises(RequestError) as caught:
            ask(backend, AttendRows(2, prefix, 9, 0, how), listener)
        assert caught.value.code is ErrorCode.CANCELLED
    backend.close()
