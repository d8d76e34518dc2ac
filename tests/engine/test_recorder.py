"""Attention rebuilt from the recording, against the weights that a context without flash attention computes."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.engine.capture import AttentionCapture
from chatapp.engine.llama import Context, Model
from chatapp.engine.rebuild import check, weights
from chatapp.engine.recorder import AttentionRecorder
from tests.helpers.tiny_models import tiny

N_CTX, LENGTH = 512, 150
ARCHITECTURES = ("llama-f32", "llama-tied", "qwen2-f32", "gpt2-f32", "gemma3-f32", "jamba-f32")


class Recorded:
    """A context that records, and the tokens in it."""

    def __init__(self, name: str, *, kv_type: str = "f16", budget: int = 1 << 30) -> None:
        self.model = Model(str(tiny(name)), 0, lambda _fraction: None)
        self.recorder = AttentionRecorder(budget, windowed="gemma3" in name)
        self.context = Context(
            self.model, N_CTX, n_batch=64, n_threads=1, kv_type=kv_type, flash_attention="on",
            recorder=self.recorder, can_save=True,
        )  # fmt: skip
        self.decode([3], 0)  # the first graph only tells which layers there are
        self.context.clear()

    def decode(self, tokens: list[int], position: int) -> None:
        assert self.context.decode(tokens, position) == 0
        if self.recorder.error is not None:
            raise self.recorder.error

    def chat(self, tokens: list[int], position: int = 0) -> None:
        """Prefill two thirds in batches, write the rest token by token."""
        prompt = position + (len(tokens) - position) * 2 // 3
        for start in range(position, prompt, 50):
            self.decode(tokens[start : min(prompt, start + 50)], start)
        for at in range(prompt, len(tokens)):
            self.decode([tokens[at]], at)

    def rows(self, position: int) -> dict[int, NDArray[np.float32]]:
        return {i: weights(self.recorder, layer, position)[:, 0] for i, layer in self.recorder.layers.items()}

    def close(self) -> None:
        self.context.close()
        self.model.close()


@contextmanager
def recorded(name: str, *, kv_type: str = "f16", budget: int = 1 << 30) -> Iterator[Recorded]:
    found = Recorded(name, kv_type=kv_type, budget=budget)
    try:
        yield found
    finally:
        found.close()


def tokens_of(seed: int = 1, length: int = LENGTH) -> list[int]:
    found: list[int] = np.random.default_rng(seed).integers(3, 300, length).tolist()
    return found


def captured(name: str, tokens: list[int], kv_type: str = "f16") -> tuple[list[int], NDArray[np.float32]]:
    """Layers, and float32 (layers, heads, tokens, tokens): what is computed with flash attention off."""
    model = Model(str(tiny(name)), 0, lambda _fraction: None)
    capture = AttentionCapture(len(tokens), len(tokens), range(model.n_layer), model.n_head)
    context = Context(
        model, N_CTX, n_batch=64, n_threads=1, flash_attention="off", kv_type=kv_type, cb_eval=capture.callback
    )
    for start in range(0, len(tokens), 64):
        capture.begin(start)
        assert context.decode(tokens[start : start + 64], start) == 0
    assert capture.error is None
    found = capture.result()
    context.close()
    model.close()
    return capture.layers, found


@pytest.mark.parametrize("kv_type", ["f16", "f32"])
@pytest.mark.parametrize("name", ARCHITECTURES)
def test_rebuilt_rows_are_those_that_are_captured_without_flash_attention(name: str, kv_type: str) -> None:
    tokens = tokens_of()
    layers, attention = captured(name, tokens, kv_type)
    with recorded(name, kv_type=kv_type) as chat:
        chat.chat(tokens)
        assert sorted(chat.recorder.layers) == layers
        for position in (0, 1, 49, 50, 99, 100, 128, LENGTH - 1):
            for index, rows in chat.rows(position).items():
                expected = attention[layers.index(index), :, position, : position + 1]
                np.testing.assert_allclose(rows, expected, rtol=0, atol=5e-3)
                np.testing.assert_allclose(rows.sum(axis=1), 1.0, rtol=0, atol=1e-5)


def test_windowed_layers_see_their_window_and_nothing_else() -> None:
    tokens = tokens_of()
    layers, attention = captured("gemma3-f32", tokens)
    with recorded("gemma3-f32") as chat:
        chat.chat(tokens)
        position = LENGTH - 1
        hidden = 0
        for index, rows in chat.rows(position).items():
            expected = attention[layers.index(index), :, position, : position + 1]
            np.testing.assert_array_equal(rows == 0, expected == 0)
            hidden += int((rows == 0).sum())
        assert hidden


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_weights_times_v_are_what_the_node_put_out(name: str) -> None:
    with recorded(name) as chat:
        chat.chat(tokens_of())
        checks = [check(chat.recorder, proof.position) for proof in chat.recorder.proofs]
        assert len(checks) >= 3
        # llama.cpp adds w·V up in half precision on the CPU.
        assert all(found is not None and found.error < 1e-2 for found in checks)
        chat.recorder.proofs[0].error = None
        chat.recorder.proofs[0].outputs[min(chat.recorder.layers)][0] += 1.0
        spoiled = check(chat.recorder, chat.recorder.proofs[0].position)
        assert spoiled is not None
        assert spoiled.error > 1e-2
        assert check(chat.recorder, 1) is None


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_recording_changes_no_logit(name: str) -> None:
    tokens = tokens_of()
    found = []
    for on in (True, False):
        with recorded(name) as chat:
            chat.recorder.is_on = on
            chat.chat(tokens)
            found.append(chat.context.logits().copy())
            assert chat.recorder.queries.knows(LENGTH - 1) is on
    np.testing.assert_array_equal(found[0], found[1])


def test_after_an_edit_the_rows_are_those_of_the_new_tokens() -> None:
    first, second = tokens_of(), tokens_of()[:40] + tokens_of(2)[40:]
    layers, attention = captured("qwen2-f32", second)
    with recorded("qwen2-f32") as chat:
        chat.chat(first)
        assert chat.context.cut(40)
        assert not chat.recorder.queries.knows(40)
        assert all(proof.position < 40 for proof in chat.recorder.proofs)
        chat.chat(second, 40)
        for position in (20, 39, 40, 90, LENGTH - 1):
            for index, rows in chat.rows(position).items():
                expected = attention[layers.index(index), :, position, : position + 1]
                np.testing.assert_allclose(rows, expected, rtol=0, atol=5e-3)


@pytest.mark.parametrize("name", ["qwen2-f32", "jamba-f32"])
def test_a_branch_that_is_gone_back_to_has_its_rows_again(name: str) -> None:
    first, second = tokens_of(), tokens_of()[:40] + tokens_of(2)[40:]
    with recorded(name) as chat:
        chat.chat(first)
        before = {p: chat.rows(p) for p in (10, 40, 100, LENGTH - 1)}
        start = 40 if chat.context.can_be_cut else 0
        saved = chat.context.save(start, LENGTH, lambda _size: True)
        assert saved is not None
        assert chat.context.cut(start) or chat.context.clear() is None
        chat.chat(second, start)
        assert chat.context.cut(start) or chat.context.clear() is None
        assert chat.context.restore(saved, start)
        for position, expected in before.items():
            for index, rows in chat.rows(position).items():
                np.testing.assert_allclose(rows, expected[index], rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", ["llama-f32", "gemma3-f32"])
@pytest.mark.parametrize("chunks", [0, 1, 2, 3])
def test_the_oldest_rows_are_given_up_for_the_budget(name: str, chunks: int) -> None:
    def sizes(chat: Recorded) -> Iterator[int]:
        for start in range(0, LENGTH, 50):  # at once more than may fit
            chat.decode(tokens_of()[start : start + 50], start)
            yield chat.recorder.size

    with recorded(name) as chat:
        held = list(sizes(chat))[-1]
        before = chat.rows(LENGTH - 1)
    budget = 11_000 + held * chunks * 13 // 50  # 150 tokens are five chunks; proofs and windows take some of it, too
    with recorded(name, budget=budget) as chat:
        assert 0 < max(sizes(chat)) <= budget
        known = chat.recorder.queries.known()[:LENGTH]
        assert known.sum() >= 32 * (chunks - 1)
        assert known.tolist() == sorted(known), "the newest are kept"
        with pytest.raises(KeyError):
            weights(chat.recorder, chat.recorder.layers[0], 0)
        if chunks:
            for index, rows in chat.rows(LENGTH - 1).items():
                np.testing.assert_allclose(rows, before[index], rtol=0, atol=1e-6)


def test_a_model_without_attention_records_nothing() -> None:
    with recorded("mamba-f32") as chat:
        chat.chat(tokens_of())
        assert chat.recorder.layers == {}
        assert chat.recorder.queries.size == 0
        assert not chat.recorder.queries.knows(0)
