"""The logit lens against the NumPy reference: models that really end after a layer."""

from dataclasses import replace

import numpy as np
import pytest

from chatapp.core.errors import RequestError
from chatapp.protocol.messages import Lens, LensRead, Prefix
from tests.helpers import reference
from tests.helpers.asking import CHAT, ask, opened, prompt_of, reply, weights_of
from tests.helpers.listeners import Recorder

TEXT = Prefix(text="the hen in the inn, 안녕")
NAMES = ("llama-f32", "llama-tied", "qwen2-f32", "gpt2-f32", "gemma3-f32")


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_says_what_a_model_that_ends_there_says(name: str) -> None:
    backend = opened(name, flash_attention="on", recording=1 << 28)
    token = 9
    found = ask(backend, Lens(1, TEXT, token))
    assert isinstance(found, LensRead)
    ids = prompt_of(backend, TEXT)
    weights = weights_of(name)
    n_layer = weights.n_layer
    assert found.arrays["logprobs"].shape == (n_layer,)
    for layer in range(n_layer):
        shorter = replace(weights, metadata=weights.metadata | {"block_count": layer + 1})
        logits = reference.forward(shorter, ids, reference.gelu_table)[0][-1]
        logprobs = reference.log_softmax(logits)
        assert found.arrays["logprobs"][layer] == pytest.approx(logprobs[token], abs=1e-2)
        assert found.arrays["entropy"][layer] == pytest.approx(float(reference.entropy(logits)), abs=1e-2)
        low, high = reference.rank_range(logits, token, 2e-2)
        assert low <= found.arrays["ranks"][layer] <= high
        top = found.arrays["top_ids"][layer]
        np.testing.assert_allclose(found.arrays["top_logprobs"][layer], logprobs[top], rtol=0, atol=1e-2)
        np.testing.assert_allclose(logprobs[top], np.sort(logprobs)[::-1][: len(top)], rtol=0, atol=2e-2)
    assert found.arrays["lengths"].sum() == found.arrays["bytes"].size
    backend.close()


def test_the_chat_goes_on_and_a_cancel_leaves_what_was_done() -> None:
    backend = opened("llama-f32", flash_attention="on", recording=1 << 28)
    _, _, text = reply(backend)
    ask(backend, Lens(1, Prefix(CHAT), 3))
    _, info, same = reply(backend)
    assert same == text
    assert info.reused_tokens >= info.prompt_tokens - 2
    found = ask(backend, Lens(1, Prefix(CHAT), 3), Recorder(lambda r: (1, 3) in [p[:2] for p in r.progress]))
    known = ~np.isnan(found.arrays["logprobs"])
    assert known[-1]
    assert known.any()
    assert not known.all()
    with pytest.raises(RequestError):
        ask(backend, Lens(1, Prefix(CHAT), 10_000_000))
    backend.close()
