"""The same word in two texts: its states are those of the reference, and only what stands before it matters."""

from dataclasses import replace

import numpy as np
import pytest

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.protocol.messages import Meanings, Prefix
from tests.helpers import reference
from tests.helpers.asking import ask, opened, prompt_of, weights_of
from tests.helpers.listeners import Recorder

ONE, OTHER = "the hen in the inn", "an inn"


@pytest.mark.parametrize("name", ["llama-f32", "qwen2-f32"])
def test_states_attention_and_next_tokens_are_the_references(name: str) -> None:
    backend = opened(name)
    found = ask(backend, Meanings(1, (ONE, OTHER))).arrays
    weights = weights_of(name)
    ids = [prompt_of(backend, Prefix(text=text)) for text in (ONE, OTHER)]
    assert [int(i) for i in found["ids"][0]] == ids[0]
    assert found["ids"][1].tolist() == ids[1] + [-1] * (len(ids[0]) - len(ids[1]))
    assert found["similarity"].shape == (weights.n_layer + 1, 2, 2)
    norm = {"output_norm.weight": np.ones_like(weights.tensors["output_norm.weight"])}  # it keeps the direction
    for layer in range(weights.n_layer + 1):
        shorter = replace(
            weights, metadata=weights.metadata | {"block_count": layer}, tensors=weights.tensors | norm
        ) if layer else None  # fmt: skip
        states = (
            [reference.hidden_states(shorter, tokens)[-1] for tokens in ids]
            if shorter
            else [weights.tensors["token_embd.weight"][tokens[-1]] for tokens in ids]
        )
        cosine = states[0] @ states[1] / np.linalg.norm(states[0]) / np.linalg.norm(states[1])
        assert found["similarity"][layer, 0, 1] == pytest.approx(cosine, abs=5e-3)
    attention = reference.forward(weights, ids[1])[1][:, :, -1].mean(axis=(0, 1))
    np.testing.assert_allclose(found["weights"][1, : len(ids[1])], attention, rtol=0, atol=2e-3)
    assert not found["weights"][1, len(ids[1]) :].any()
    assert found["lengths"].sum() == found["bytes"].size
    backend.close()


def test_the_same_words_before_it_give_the_same_state() -> None:
    backend = opened("llama-f32")
    same = ask(backend, Meanings(1, (ONE, ONE, OTHER))).arrays["similarity"]
    np.testing.assert_allclose(same[:, 0, 1], 1, rtol=0, atol=1e-6)
    assert same[1:, 0, 2].max() < 0.999
    for texts in ((ONE,), (ONE,) * 7, (ONE, "the hen " * 200)):
        with pytest.raises(RequestError):
            ask(backend, Meanings(1, texts))
    with pytest.raises(RequestError) as ended:
        ask(backend, Meanings(1, (ONE, OTHER)), Recorder(lambda r: len(r.progress) > 0))
    assert ended.value.code is ErrorCode.CANCELLED
    backend.close()
