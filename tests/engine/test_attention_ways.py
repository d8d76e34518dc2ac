"""However the tokens came into the context, attention is the same, and looking at it changes nothing."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.core import attention
from chatapp.core.errors import EngineError, ErrorCode
from chatapp.engine import ggml
from chatapp.engine.capture import AttentionCapture
from chatapp.engine.llama import Context, Model
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.queries import QueryStore, RecordedLayer
from chatapp.engine.rebuild import weights
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import Attend, ChatMessage, Inspect, LoadOptions, Prefix
from tests.helpers import reference
from tests.helpers.asking import CHAT, PLAIN, ask, opened, reply, weights_of
from tests.helpers.hf_reference import LENGTH, known
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import Array, tiny, write_gemma3

LONG = 270  # tokens: n_kv grows past 256
SIZES = (1, 32, 128, 512)  # of a ubatch
BUDGET = 1 << 28


def ids_of(count: int = LONG, seed: int = 5) -> list[int]:
    found: list[int] = np.random.default_rng(seed).integers(3, 300, count).tolist()
    return found


def run(
    context: Context, tokens: list[int], size: int, start: int = 0, begin: Callable[[int], None] | None = None
) -> None:
    """Decode *tokens* from number *start* on in batches of *size*, each announced to *begin*."""
    for at in range(start, len(tokens), size):
        if begin is not None:
            begin(at)
        assert context.decode(tokens[at : at + size], at) == 0


class Chat:
    """A context over a tiny model: recorded with flash attention on, captured with it off, or just there."""

    def __init__(self, name: str, *, size: int, flash: bool, watched: bool = True) -> None:
        self.model = Model(str(tiny(name)), 0, lambda _fraction: None)
        windowed = self.model.window > 0
        self.recorder = AttentionRecorder(BUDGET, windowed=windowed) if flash and watched else None
        self.capture = None
        if not flash and watched:
            self.capture = AttentionCapture(LONG, LONG, range(self.model.n_layer), self.model.n_head)
        self.context = Context(
            self.model, 512, n_batch=size, n_threads=1, recorder=self.recorder,
            flash_attention="on" if flash else "off", cb_eval=self.capture.callback if self.capture else None,
        )  # fmt: skip
        self.context.decode([3], 0)
        self.context.clear()

    def __enter__(self) -> "Chat":
        return self

    def __exit__(self, *_error: object) -> None:
        self.context.close()
        self.model.close()

    def rows(self, count: int) -> NDArray[np.float32]:
        """Rebuilt: float32 (layers, heads, count, LONG), of the last *count* tokens."""
        assert self.recorder is not None
        return np.stack([weights(self.recorder, layer, LONG - 1, count) for layer in self.recorder.layers.values()])


@pytest.mark.parametrize("name", ["qwen2-f32", "gemma3-f32"])
def test_batches_of_any_size_give_the_same_attention(name: str) -> None:
    tokens = ids_of()
    truth = reference.forward(weights_of(name), tokens, reference.gelu_table)[1]
    for size in SIZES:
        with Chat(name, size=size, flash=False) as chat:
            assert chat.capture is not None
            run(chat.context, tokens, size, begin=chat.capture.begin)
            assert chat.capture.error is None
            np.testing.assert_allclose(chat.capture.result(), truth, rtol=0, atol=2e-3)
        with Chat(name, size=size, flash=True) as chat:
            run(chat.context, tokens, size)
            np.testing.assert_allclose(chat.rows(LONG), truth, rtol=0, atol=2e-3)


@pytest.mark.parametrize("name", ["llama-f32", "gemma3-f32", "jamba-f32"])
@pytest.mark.parametrize("flash", [True, False])
def test_logits_are_bit_identical_watched_or_not(name: str, flash: bool) -> None:
    found = []
    for watched in (True, False):
        with Chat(name, size=64, flash=flash, watched=watched) as chat:
            rows = []
            run(chat.context, ids_of()[:200], 64, begin=chat.capture.begin if chat.capture else None)
            for at in range(200, 240):
                if chat.recorder is not None:
                    chat.recorder.is_on = at % 20 < 10  # switched while it writes
                if chat.capture is not None:
                    chat.capture.begin(at)
                chat.context.decode(ids_of()[at : at + 1], at)
                rows.append(chat.context.logits().copy())
            if chat.recorder is not None:
                assert (
                    chat.recorder.queries.known()[195:240].tolist()
                    == [True] * 15 + ([False] * 10 + [True] * 10) + [False] * 10
                )
            found.append(np.stack(rows))
    np.testing.assert_array_equal(found[0], found[1])


def test_what_was_aborted_in_the_middle_of_a_graph_leaves_no_trace() -> None:
    tokens = ids_of()
    with Chat("qwen2-f32", size=128, flash=True) as chat:
        run(chat.context, tokens[:100], 50)
        assert chat.recorder is not None
        asked = 0

        def stop() -> bool:
            nonlocal asked
            asked += 1
            return asked > 40  # of some hundred nodes

        chat.context.on_abort(stop)
        assert chat.context.decode(tokens[100:228], 100) == 2
        chat.context.on_abort(None)
        assert asked > 40
        assert chat.recorder.error is None
        assert chat.context.cut(100)
        assert not chat.recorder.queries.known()[100:].any()
        run(chat.context, tokens, 50, start=100)
        after, logits = chat.rows(LONG), chat.context.logits().copy()
    with Chat("qwen2-f32", size=128, flash=True) as fresh:
        run(fresh.context, tokens, 50)
        np.testing.assert_array_equal(after, fresh.rows(LONG))
        np.testing.assert_array_equal(logits, fresh.context.logits())


def test_every_answer_about_a_chat_with_edits_and_branches_has_its_proof() -> None:
    backend = opened("llama-f32", flash_attention="on", recording=BUDGET)
    assert backend._context is not None
    recorder = backend._context.recorder
    assert recorder is not None
    recorder._most_proofs = 3  # as if replies were five times as long
    params = PLAIN.with_value("max_tokens", 160)
    chats = [(*CHAT[:3], ChatMessage("user", text)) for text in ("user", "hello", "안녕")]
    written = []
    for chat in (*chats, chats[0]):
        listener, _, _ = reply(backend, chat, params)
        written.append((chat, tuple(int(i) for trace in listener.traces for i in trace.ids)[:9]))
    for chat, ids in (*written, *written[:3]):
        for count in (0, 3, len(ids)):
            found = ask(backend, Attend(1, Prefix(chat, reply_ids=ids[:count])))
            assert 0 <= found.difference < 1e-2
            assert abs(found.checked - len(found.arrays["ids"])) < 64  # in sight
    backend.close()


@pytest.mark.parametrize("kv_type", ["q8_0", "q4_0"])
def test_a_quantized_cache_is_read_as_the_model_reads_it(kv_type: str) -> None:
    backend = opened("gemma3-f32", flash_attention="on", kv_type=kv_type, recording=BUDGET)
    ids = tuple(ids_of(100))
    found = ask(backend, Attend(1, Prefix(reply_ids=ids), queries=100))
    plain = backend.inspect(Inspect(1, None, ids, "f32", (), 0), Recorder()).arrays["attention"]
    backend.close()
    assert 0 <= found.difference < 2e-2  # w·V of quantized V is what the node put out
    assert np.abs(found.arrays["weights"] - plain).mean() < {"q8_0": 5e-4, "q4_0": 1e-2}[kv_type]


@pytest.mark.parametrize("flash_attention", ["on", "off"])
def test_layers_may_have_heads_of_their_own_number_or_none(flash_attention: str) -> None:
    backend = opened("deci-f32", flash_attention=flash_attention, recording=BUDGET)
    ids = tuple(ids_of(50))
    captured = backend.inspect(Inspect(1, None, ids, "f32", (), 0), Recorder())
    found = [ask(backend, Attend(1, Prefix(reply_ids=ids), queries=50, method=how)) for how in ("", "replayed")]
    backend.close()
    assert (captured.meta["layers"], captured.meta["layers_without_attention"]) == ([0, 2], [1])
    assert captured.meta["row_sum_error"] < 1e-5
    weights = captured.arrays["attention"]
    assert weights.shape == (2, 4, 50, 50)
    assert not weights[0, 2:].any()  # the first layer has two heads
    assert (weights.sum(axis=-1)[[0, 0, 1, 1], [0, 1, 0, 3]] > 0.99).all()
    for answer in found:
        assert answer.layers == (0, 2)
        assert answer.arrays["groups"].tolist() == [1, 2]
        np.testing.assert_allclose(answer.arrays["weights"], weights, rtol=0, atol=5e-3)


def test_what_is_no_number_is_said_and_not_drawn(tmp_path: Path) -> None:
    def spoil(name: str, values: Array) -> Array:
        return values * np.float32(np.nan) if name == "blk.3.attn_q.weight" else values

    path = tmp_path / "nan.gguf"
    write_gemma3(path, edit=spoil)
    backend = LlamaBackend()
    backend.load(str(path), LoadOptions(n_ctx=256, flash_attention="on", recording=BUDGET), lambda _fraction: None)
    ids = tuple(ids_of(20))
    for ask_it in (
        lambda: ask(backend, Attend(1, Prefix(reply_ids=ids))),
        lambda: ask(backend, Attend(1, Prefix(reply_ids=ids), method="replayed")),
        lambda: backend.inspect(Inspect(1, None, ids, "f16", (), 0), Recorder()),
        lambda: reply(backend),
    ):
        with pytest.raises(EngineError) as caught:
            ask_it()
        assert caught.value.code is ErrorCode.ENGINE_NO_NUMBERS
    backend.close()


def test_eight_thousand_tokens_of_a_large_model_stay_within_the_cap() -> None:
    tensor = ggml.Tensor()
    layers = [
        RecordedLayer(
            index=index, n_head=32, n_head_kv=8, width=128, value_width=128, scale=1.0, max_bias=0.0, softcap=0.0,
            keys=tensor, values=tensor, sinks=None, mask_class=0, half_keys=False, stride=4096, is_host=True,
        ) for index in range(32)
    ]  # fmt: skip
    token = 32 * 32 * 128 * 2  # bytes of Q
    store = QueryStore(100 << 20)
    store.set_layers(layers)
    for at in range(8000):
        store.make_room(at, at + 1)
        store.place(layers[-1], at)
        store.mark(at, at + 1, own=True)
        assert store.size <= store.budget
    known = store.known()[:8000]
    assert known[-300:].all()  # of the 400 that there is room for
    assert known.sum() * token <= store.budget


# -- what a head does, as TransformerLens says it (transformer_lens/head_detector.py, its "mul") -----------------------


def detected(weights: NDArray[np.floating], pattern: NDArray[np.bool_]) -> float:
    """The share of one head's attention (T, T) that lies on *pattern*, the first and the current token left out."""
    counted = weights.astype(np.float64).copy()
    counted[:, 0] = 0
    np.fill_diagonal(counted, 0)
    return float((counted * pattern).sum() / counted.sum())


def test_head_detectors_say_what_transformer_lens_says_of_hugging_faces_model() -> None:
    truth = known("llama-f32")
    ids = np.array(truth.ids)
    half = LENGTH // 2
    assert (ids[:half] == ids[half:]).all()
    backend = opened("llama-f32", flash_attention="on", recording=BUDGET)
    found = ask(backend, Attend(1, Prefix(reply_ids=tuple(truth.ids)), queries=LENGTH))
    backend.close()
    scores = attention.pattern_scores(found.arrays["weights"], found.arrays["ids"])
    same = np.tril(ids[:, None] == ids, -1)
    shifted = np.tril(np.roll(same, 1, axis=1))
    shifted[:, 0] = False
    patterns = {"previous": np.eye(LENGTH, k=-1, dtype=np.bool_), "duplicate": same, "induction": shifted}
    spread: dict[str, list[float]] = {name: [] for name in patterns}
    for name, pattern in patterns.items():
        for layer, head in np.ndindex(*truth.attention.shape[:2]):
            there = truth.attention[layer, head].copy()
            there[~(pattern & (np.arange(LENGTH) > 0)).any(axis=1)] = 0  # we ask only where there is a pattern
            assert scores[name][layer, head] == pytest.approx(detected(there, pattern), abs=5e-3)
            spread[name].append(detected(there, pattern))
    assert all(max(values) > 1.3 * min(values) for values in spread.values())  # heads differ, so it means something
