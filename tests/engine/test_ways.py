"""`Inspect` by both methods: captured and rebuilt agree, also with heads muted and with an adapter at work."""

from pathlib import Path

import numpy as np
import pytest

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.backend import Inspection
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, ChatMessage, Inspect, LoadOptions, Prefix
from tests.engine.test_attending import NAMES
from tests.engine.test_muting import without
from tests.helpers import reference
from tests.helpers.asking import ask, opened, reply, weights_of
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_lora import write_lora

IDS = tuple(np.random.default_rng(3).integers(0, 300, 257).tolist())  # two batches and a single token
BOTH = pytest.mark.parametrize("method", ["captured", "rebuilt"])


def inspect(backend: LlamaBackend, **more: object) -> Inspection:
    return backend.inspect(Inspect(1, tokens=IDS, **more), Recorder())


@pytest.mark.parametrize("name", [*NAMES, "gemma2-hf", "gpt-oss-hf", "jamba-f32"])
def test_both_methods_agree(name: str) -> None:
    backend = opened(name)
    captured, rebuilt = (inspect(backend, method=method, last=150) for method in ("captured", "rebuilt"))
    np.testing.assert_allclose(rebuilt.arrays["attention"], captured.arrays["attention"], rtol=0, atol=5e-3)
    np.testing.assert_allclose(rebuilt.arrays["logprobs"], captured.arrays["logprobs"], rtol=0, atol=2e-2)
    for array in ("tokens", "positions", "queries", "layers", "groups"):
        np.testing.assert_array_equal(rebuilt.arrays[array], captured.arrays[array])
    assert rebuilt.arrays["queries"].tolist() == list(range(107, 257))
    assert (captured.meta["source"], captured.meta["flash_attention"]) == ("replayed", False)
    assert (rebuilt.meta["source"], rebuilt.meta["flash_attention"]) == ("rebuilt", True)
    assert rebuilt.meta["checked_at"] == 256
    assert 0 <= rebuilt.meta["difference"] < 1e-2
    backend.close()


@BOTH
def test_nothing_comes_out_of_a_muted_head(method: str) -> None:
    backend = opened("llama-f32")
    n_head = inspect(backend, last=1).arrays["attention"].shape[1]
    muted = [(0, 1), (1, 0), (1, n_head - 1)]
    plain = inspect(backend, method=method)
    found = inspect(backend, method=method, mute=tuple(muted), layers=(0, 2))
    logits, attention = reference.forward(without("llama-f32", muted, n_head), IDS)
    logprobs = reference.log_softmax(logits)
    truth = [logprobs[at, token] for at, token in enumerate(IDS[1:])]
    np.testing.assert_allclose(found.arrays["logprobs"], truth, rtol=0, atol=2e-3)
    assert np.abs(plain.arrays["logprobs"] - truth).max() > 0.05
    # Where a muted head looks is seen all the same, and what comes after it looks elsewhere.
    np.testing.assert_allclose(found.arrays["attention"], attention[[0, 2]], rtol=0, atol=5e-3)
    np.testing.assert_array_equal(found.arrays["attention"][0], plain.arrays["attention"][0])
    assert np.abs(found.arrays["attention"][1] - plain.arrays["attention"][2]).max() > 1e-3
    assert found.meta["muted"] == [list(head) for head in muted]
    for impossible in ((0, n_head), (99, 0), (0, -1)):
        with pytest.raises(RequestError) as caught:
            inspect(backend, method=method, mute=(impossible,))
        assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    backend.close()


@BOTH
def test_an_adapter_is_at_work(method: str, tmp_path: Path) -> None:
    backend = opened("llama-f32", recording=1 << 28, flash_attention="on", kv_type="f16")
    use = AdapterUse(str(write_lora(tmp_path / "a.gguf", weights_of("llama-f32"))), 2.0)
    found = inspect(backend, method=method, last=3, adapters=(use,))
    way = {"captured": "replayed", "rebuilt": "rebuilt"}[method]
    chat = ask(backend, Attend(1, Prefix(reply_ids=IDS, adapters=(use,)), queries=3, method=way))
    np.testing.assert_allclose(found.arrays["attention"], chat.arrays["weights"], rtol=0, atol=2e-3)
    assert np.abs(found.arrays["attention"] - inspect(backend, method=method, last=3).arrays["attention"]).max() > 1e-2
    backend.close()


def test_tokens_that_are_evaluated_one_by_one_are_those_of_a_reply() -> None:
    backend = opened("llama-f16", recording=1 << 28, flash_attention="on", kv_type="f16")
    asked = (ChatMessage("user", "hello there " * 12),)
    listener, _, _ = reply(backend, asked)
    ids = tuple(int(i) for trace in listener.traces for i in trace.ids)[:-1]
    chat = ask(backend, Attend(1, Prefix(asked, reply_ids=ids), queries=len(ids)))
    assert chat.recorded
    tokens = (*listener.prompt_ids, *ids)
    found = [
        backend.inspect(Inspect(1, tokens=tokens, last=len(ids), method="rebuilt", reply_from=begin), Recorder())
        for begin in (len(listener.prompt_ids), 0)
    ]
    apart = [np.abs(each.arrays["attention"] - chat.arrays["weights"]).max() for each in found]
    assert apart[0] < 2.5e-4  # half precision
    assert 2 * apart[0] < apart[1] < 2e-2
    np.testing.assert_allclose(found[0].arrays["logprobs"], found[1].arrays["logprobs"], rtol=0, atol=2e-2)
    backend.close()


def test_what_cannot_be_is_refused() -> None:
    backend = opened("llama-f32")
    for wrong in ({"method": "guessed"}, {"kv_type": "q8_0"}, {"method": "rebuilt", "kv_type": "q9"}):
        with pytest.raises(RequestError) as caught:
            inspect(backend, **wrong)
        assert caught.value.code is ErrorCode.INVALID_ARGUMENT
    backend.close()


def test_a_quantized_cache_can_be_rebuilt(starter_model: str) -> None:
    backend = LlamaBackend()
    backend.load(starter_model, LoadOptions(256, n_threads=1), lambda _: None)
    quantized = inspect(backend, method="rebuilt", kv_type="q8_0", last=1)
    exact = inspect(backend, kv_type="f32", last=1)
    assert (quantized.meta["kv_type"], exact.meta["kv_type"]) == ("q8_0", "f32")
    assert 0 < quantized.meta["difference"] < 2e-2
    np.testing.assert_allclose(quantized.arrays["attention"], exact.arrays["attention"], rtol=0, atol=0.1)
    backend.close()
