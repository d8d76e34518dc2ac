"""Embeddings and tokenizing: against the NumPy reference, and without touching the chat."""

from collections.abc import Iterator

import gguf
import numpy as np
import pytest

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.generation import SamplingParams
from chatapp.engine.client import EngineClient
from chatapp.protocol.messages import ChatMessage, Embed, Finished, Generate, LoadOptions, Tokenize
from tests.helpers import reference
from tests.helpers.gguf_weights import read
from tests.helpers.tiny_models import tiny

TEXTS = ("hello there", "안녕하세요 🙂", "the hen in the inn " * 20)


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineClient]:
    with EngineClient() as client:
        client.load(str(tiny("llama-f32")), LoadOptions(n_threads=2))
        yield client


@pytest.fixture(autouse=True)
def no_leaks() -> None:
    """The engine is shared by the tests of this module."""


def truth(text: str, engine: EngineClient) -> np.ndarray:
    ids = (bos(), *engine.tokenize(Tokenize(0, text, special=False)).ids)
    weights = read(tiny("llama-f32"))
    return reference.hidden_states(weights, ids)


def bos() -> int:
    return int(gguf.GGUFReader(tiny("llama-f32")).fields["tokenizer.ggml.bos_token_id"].contents())


@pytest.mark.parametrize(("pooling", "pick"), [("", "mean"), ("mean", "mean"), ("last", "last"), ("cls", "first")])
def test_vectors_are_the_pooled_states_after_the_last_norm(engine: EngineClient, pooling: str, pick: str) -> None:
    found = engine.embed(Embed(0, TEXTS, pooling, normalise=False))
    assert found.pooling == (pooling or "mean")
    vectors = found.arrays["vectors"]
    assert vectors.shape == (3, 64)
    assert vectors.dtype == np.float32
    for text, vector in zip(TEXTS, vectors, strict=True):
        states = truth(text, engine)
        wanted = {"mean": states.mean(axis=0), "last": states[-1], "first": states[0]}[pick]
        assert np.abs(vector - wanted).max() < 0.02
    unit = engine.embed(Embed(0, TEXTS, pooling)).arrays["vectors"]
    assert np.linalg.norm(unit, axis=1) == pytest.approx(1.0, abs=1e-5)
    assert unit[0] == pytest.approx(vectors[0] / np.linalg.norm(vectors[0]), abs=1e-5)


def test_the_chat_goes_on_as_if_nothing_had_been_embedded(engine: EngineClient) -> None:
    request = Generate(0, (ChatMessage("user", "hello"),), SamplingParams(temperature=0, max_tokens=6))
    before = [e for e in engine.generate(request) if isinstance(e, Finished)][-1].info
    engine.embed(Embed(0, TEXTS))
    after = [e for e in engine.generate(request) if isinstance(e, Finished)][-1].info
    assert after.reused_tokens == before.prompt_tokens - 1


@pytest.mark.parametrize(
    ("request_", "code"),
    [(Embed(0, ()), ErrorCode.EMPTY_PROMPT), (Embed(0, ("a", " ")), ErrorCode.EMPTY_PROMPT),
     (Embed(0, ("a",), "median"), ErrorCode.INVALID_ARGUMENT),
     (Embed(0, ("word " * 5000,)), ErrorCode.CONTEXT_FULL)],
)  # fmt: skip
def test_what_cannot_be_embedded(engine: EngineClient, request_: Embed, code: ErrorCode) -> None:
    with pytest.raises(UserFixable) as caught:
        engine.embed(request_)
    assert caught.value.code is code
    assert engine.embed(Embed(0, ("a",))).arrays["vectors"].shape == (1, 64)


def test_tokens_joined_are_the_text(engine: EngineClient) -> None:
    text = "hello 안녕 하 🙂 <|user|>\n\tx"
    found = engine.tokenize(Tokenize(0, text))
    assert b"".join(bytes.fromhex(piece) for piece in found.pieces).decode() == text
    assert sum(found.control) == 1
    assert bytes.fromhex(found.pieces[found.control.index(True)]) == b"<|user|>"
    assert any(len(bytes.fromhex(p)) == 1 and bytes.fromhex(p)[0] >= 0x80 for p in found.pieces)  # 하 is in parts
    plain = engine.tokenize(Tokenize(0, text, special=False))
    assert not any(plain.control)
    assert engine.tokenize(Tokenize(0, "")).ids == ()
