"""Step by step: what is captured is what the reference computes, and what is recomputed is what is captured."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.step_by_step import difference
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.steps import LONGEST
from chatapp.protocol.messages import ChatMessage, LoadOptions, Prefix, Steps, StepsTaken
from tests.helpers import reference
from tests.helpers.asking import CHAT, ask, opened, prompt_of, reply, truth, weights_of
from tests.helpers.listeners import Recorder

TEXT = Prefix(text="the hen in the inn, 안녕")
# GELU is a table of half precision in ggml: its share of the difference is measured, and larger.
TABLE = {"ffn_hidden": 2e-3}
LLAMA = {"embedding", "layer_in", "attn_norm", "q", "k", "v", "q_rot", "k_rot", "keys", "values", "scores", "weights",
         "mix", "joined", "attn_out", "ffn_inp", "ffn_norm", "ffn_gate", "ffn_up", "ffn_hidden", "ffn_out", "l_out",
         "last", "result_norm", "logits", "chosen"}  # fmt: skip
PARTS = {
    "llama-f32": LLAMA,
    "llama-tied": LLAMA,
    "qwen2-f32": LLAMA,
    "gpt2-f32": (LLAMA | {"learned", "start"}) - {"q_rot", "k_rot", "ffn_gate"},
    "qwen3-f32": LLAMA | {"q_norm", "k_norm"},
    "gemma3-f32": LLAMA | {"start", "q_norm", "k_norm", "attn_post", "ffn_post"},
}
_NOT_RECOMPUTED = {"layer_in", "values", "joined", "last", "chosen", "mask"}  # they come in, or are the samplers'


def _parts(found: StepsTaken, which: str) -> dict[str, np.ndarray]:
    return {n.removeprefix(which): array for n, array in found.arrays.items() if n.startswith(which)}


@pytest.mark.parametrize("name", PARTS)
def test_every_step_recomputed_is_the_step_captured(name: str) -> None:
    backend = opened(name)
    n_layer, n_head = weights_of(name).n_layer, int(weights_of(name).metadata["attention.head_count"])
    for layer, head in ((0, 0), (n_layer - 1, n_head - 1)):
        found = ask(backend, Steps(1, TEXT, layer, head))
        captured, recomputed = _parts(found, "captured."), _parts(found, "recomputed.")
        assert set(captured) - {"mask"} == PARTS[name]
        expected = PARTS[name] - _NOT_RECOMPUTED | {"scaled"}
        assert set(recomputed) == (expected if "k_rot" in PARTS[name] else expected - {"keys"})
        assert set(found.reasons) == {"scaled"}  # llama.cpp has no such node
        for part, values in recomputed.items():
            if part != "scaled":
                assert captured[part].shape == values.shape
                assert difference(captured[part], values).share < TABLE.get(part, 1e-4), part
    backend.close()


@pytest.mark.parametrize("name", ["llama-f32", "qwen2-f32", "gpt2-f32"])
def test_what_is_captured_is_the_reference(name: str) -> None:
    backend = opened(name)
    ids = prompt_of(backend, TEXT)
    attention = reference.forward(weights_of(name), ids, reference.gelu_table)[1]
    for layer, head in ((0, 1), (2, 3)):
        found = ask(backend, Steps(1, TEXT, layer, head))
        assert found.arrays["ids"].tolist() == ids
        np.testing.assert_allclose(found.arrays["captured.weights"], attention[layer, head, -1], rtol=0, atol=1e-4)
        logits = truth(name, ids)[-1][found.arrays["top_ids"]]
        np.testing.assert_allclose(found.arrays["captured.logits"], logits, rtol=0, atol=5e-3)
        assert found.arrays["captured.chosen"].sum() <= 1 + 1e-5
        assert found.kv_head == head * found.facts["n_head_kv"] // found.facts["n_head"]
    backend.close()


def test_a_broken_step_is_seen() -> None:
    backend = opened("llama-f32")
    found = ask(backend, Steps(1, TEXT, 1, 2))
    captured, recomputed = found.arrays["captured.q_rot"], found.arrays["recomputed.q_rot"]
    assert difference(captured, recomputed).share < 1e-4
    assert difference(captured, found.arrays["recomputed.q"]).share > 0.05  # not turned by its position
    assert difference(np.array([0.0, -np.inf]), np.array([0.5, -np.inf])).largest == 0.5
    backend.close()


def test_more_than_one_batch_is_read_whole() -> None:
    backend = opened("qwen2-f32", n_ctx=2048)
    text = Prefix(text="the hen in the inn " * 60)
    found = ask(backend, Steps(1, text, 1, 1))
    count = len(found.arrays["ids"])
    assert 512 < count <= LONGEST
    assert found.arrays["captured.keys"].shape[0] == count
    assert difference(found.arrays["captured.scores"], found.arrays["recomputed.scores"]).share < 1e-4
    assert difference(found.arrays["captured.mix"], found.arrays["recomputed.mix"]).share < 1e-4
    with pytest.raises(RequestError) as refused:
        ask(backend, Steps(1, Prefix(text="the hen in the inn " * 110), 1, 1))
    assert refused.value.params["most"] == str(LONGEST)
    backend.close()


def test_the_chat_goes_on_and_a_cancel_ends_it() -> None:
    backend = opened("llama-f32", flash_attention="on", recording=1 << 28)
    _, _, text = reply(backend)
    seen = Recorder()
    ask(backend, Steps(1, Prefix(CHAT), 1, 1), seen)
    done = [p[0] / p[1] for p in seen.progress]
    assert done == sorted(done)
    assert done[-1] == 1
    with pytest.raises(RequestError) as ended:
        ask(backend, Steps(1, Prefix(CHAT), 1, 1), Recorder(lambda r: len(r.progress) > 0))
    assert ended.value.code is ErrorCode.CANCELLED
    _, info, same = reply(backend)
    assert same == text
    assert info.reused_tokens >= info.prompt_tokens - 2
    backend.close()


def test_models_and_layers_without_attention_say_why() -> None:
    for name, layer, heads in (("mamba-f32", 0, 0), ("jamba-f32", 0, 4)):
        backend = opened(name)
        with pytest.raises(RequestError) as refused:
            ask(backend, Steps(1, TEXT, layer, 0))
        assert refused.value.code is ErrorCode.NO_ATTENTION, (name, heads)
        backend.close()
    backend = opened("jamba-f32")
    found = ask(backend, Steps(1, TEXT, 1, 0))
    assert found.arrays["captured.weights"].sum() == pytest.approx(1, abs=1e-4)
    assert not _parts(found, "recomputed.")  # nothing is made up for a formula that is not known
    assert "jamba" in found.architecture
    assert found.reasons["scores"]
    backend.close()
    for name in ("gemma2-hf", "gpt-oss-hf", "deepseek2-hf"):  # other formulas: what is captured is shown all the same
        backend = opened(name)
        found = ask(backend, Steps(1, TEXT, 1, 1))
        assert found.arrays["captured.weights"].sum() == pytest.approx(1, abs=0.6 if name == "gpt-oss-hf" else 1e-4)
        assert not _parts(found, "recomputed.")
        assert found.reasons["l_out"]
        backend.close()
    backend = opened("bloom-hf")
    found = ask(backend, Steps(1, TEXT, 1, 1))
    assert set(found.reasons) == {"scaled", "weights"}  # its scores are biased by distance
    backend.close()
    backend = opened("jamba-f32")
    for layer, head in ((3, 0), (0, 4), (-1, 0)):
        with pytest.raises(RequestError):
            ask(backend, Steps(1, TEXT, layer, head))
    backend.close()


@pytest.mark.parametrize("name", ["deepseek2-hf", "deepseek2-lite"])
def test_heads_of_latent_attention_are_counted_where_they_meet(name: str) -> None:
    backend = opened(name)
    heads = int(weights_of(name).metadata["attention.head_count"])
    latent, rope = (int(weights_of(name).metadata[key]) for key in ("attention.kv_lora_rank", "rope.dimension_count"))
    entered = set()
    for head in range(heads):
        found = ask(backend, Steps(1, TEXT, 1, head))
        assert (found.facts["n_head"], found.facts["n_head_kv"], found.facts["head_size"]) == (heads, 1, latent + rope)
        assert found.kv_head == 0
        parts = _parts(found, "captured.")
        assert len(parts["mix"]) == latent  # `v_mla` makes it a head's own only afterwards
        if name == "deepseek2-lite":
            query = weights_of(name).tensors["blk.1.attn_q.weight"].reshape(heads, -1, len(parts["attn_norm"]))[head]
            np.testing.assert_allclose(parts["q"], query @ parts["attn_norm"], rtol=0, atol=1e-4)
            entered.add(parts["q"].tobytes())
    assert len(entered) == (heads if name == "deepseek2-lite" else 0)
    backend.close()


def _real() -> Iterator[Path]:
    yield Path(__file__).parents[2] / "resources" / "starter_model" / "chatapp-starter.gguf"
    if os.environ.get("CHATAPP_TEST_MODEL"):
        yield Path(os.environ["CHATAPP_TEST_MODEL"])


@pytest.mark.parametrize("path", list(_real()), ids=lambda p: p.stem[:20])
def test_quantized_models_differ_by_their_rounding_only(path: Path) -> None:
    backend = LlamaBackend()
    backend.load(str(path), LoadOptions(n_ctx=512), lambda _: None)
    prefix = Prefix((ChatMessage("user", "I prefer a wireless mouse for my computer."),))
    info = backend.ask(Steps(1, prefix, 1, 1), Recorder())
    assert isinstance(info, StepsTaken)
    for part, values in _parts(info, "recomputed.").items():
        if part != "scaled":
            # Matrix products round what they multiply to 8 bits a number; the rest is float arithmetic.
            rounded = part in ("q", "k", "v", "attn_out", "ffn_gate", "ffn_up", "ffn_out", "logits")
            assert difference(info.arrays[f"captured.{part}"], values).share < (3e-2 if rounded else 1e-3), part
    assert info.arrays["recomputed.embedding"].tolist() == info.arrays["captured.embedding"].tolist()
    backend.close()
