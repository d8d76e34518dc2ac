"""Columns are the right tokens: every head of a Gemma 3 is made to look at one token, which is moved about.

Its windows (40 tokens) are passed many times over. Windowed layers have caches of full size, so no cell is used twice.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import Attend, Inspect, LoadOptions, Prefix
from tests.helpers.asking import ask
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import Array, write_gemma3

UNIQUE = 301
WINDOW, FULL = 40, 5  # the layer that sees everything
_WIDTH, _SLOW = 32, (15, 31)  # of a head; the pair of its numbers that positions hardly turn


def plant(name: str, values: Array) -> Array:
    """Queries ask for what is only in the embedding of `UNIQUE`; nothing in between changes that part of it."""
    part = name.split(".")[-2]
    if part == "token_embd":
        values[:, :2] = 0.4, 0
        values[UNIQUE, 1] = 0.9
    elif part in {"attn_q", "attn_k"}:
        values *= 0.2
        values[_SLOW[0] :: _WIDTH] = 0
        values[_SLOW[1] :: _WIDTH] = 0
        values[_SLOW[0] :: _WIDTH, 0 if part == "attn_q" else 1] = 4
    elif part in {"attn_output", "ffn_down"}:
        values[:2] = 0
    return values


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    found: Path = tmp_path_factory.mktemp("planted") / "gemma3.gguf"
    write_gemma3(found, edit=plant)
    return str(found)


@pytest.fixture
def backend(path: str) -> Iterator[LlamaBackend]:
    found = LlamaBackend()
    options = LoadOptions(n_ctx=512, n_threads=1, flash_attention="on", recording=1 << 28)
    found.load(path, options, lambda _fraction: None)
    yield found
    found.close()


def tokens_of(seed: int, length: int, planted: int) -> list[int]:
    found: list[int] = np.random.default_rng(seed).integers(3, 300, length).tolist()
    found[planted] = UNIQUE
    return found


def assert_found(weights: NDArray[np.floating], planted: int) -> None:
    """Every query of *weights* (layers, heads, T, T) that can see the token at *planted* looks there."""
    length = weights.shape[-1]
    for layer, heads in enumerate(weights):
        for query in range(planted + 1, length):
            row = heads[:, query]
            if layer == FULL or query - planted < WINDOW:
                assert (row.argmax(axis=1) == planted).all(), f"layer {layer}, query {query}"
                assert row[:, planted].min() > 0.3
            else:
                assert (row[:, planted] == 0).all()


def whole(backend: LlamaBackend, tokens: list[int]) -> NDArray[np.float16]:
    """All rows of *tokens*, rebuilt in the chat's context."""
    found = ask(backend, Attend(1, Prefix(reply_ids=tuple(tokens)), queries=len(tokens)))
    assert found.difference < 1e-2
    assert found.arrays["ids"].tolist() == tokens
    weights: NDArray[np.float16] = found.arrays["weights"]
    return weights


def test_edits_branches_and_passed_windows_leave_every_column_at_its_token(backend: LlamaBackend) -> None:
    first = tokens_of(1, 300, planted=60)
    edited = first[:30] + tokens_of(2, 200, planted=90)[30:]  # the token is gone from 60, and stands at 90
    longer = first[:250] + tokens_of(3, 290, planted=270)[250:]  # a branch: it stands at 60 and at 270
    assert_found(whole(backend, first), 60)
    before = whole(backend, first)
    assert_found(whole(backend, edited), 90)
    branch = whole(backend, longer)
    assert_found(branch[:, :, :270, :270], 60)
    windowed = [layer for layer in range(len(branch)) if layer != FULL]
    assert_found(branch[windowed][:, :, 250:, 250:][:FULL], 20)
    # Back again: restored, not read anew but for the last token, whose batch is another one.
    np.testing.assert_allclose(whole(backend, first), before, rtol=0, atol=2e-3)
    assert_found(whole(backend, edited[:150]), 90)


def test_captured_columns_are_those_tokens_too(backend: LlamaBackend) -> None:
    tokens = tokens_of(4, 300, planted=100)
    found = backend.inspect(Inspect(1, None, tuple(tokens), "f16", (), 0), Recorder())
    assert_found(found.arrays["attention"], 100)
    np.testing.assert_allclose(whole(backend, tokens), found.arrays["attention"], rtol=0, atol=5e-3)
