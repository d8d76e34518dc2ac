"""The inspector's questions put to a real backend, and what the NumPy reference says to them."""

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.generation import ReplyInfo, SamplingParams
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.protocol.messages import ChatMessage, Generate, InspectorQuestion, LoadOptions, Prefix
from tests.helpers import reference
from tests.helpers.gguf_weights import Weights, read
from tests.helpers.listeners import Recorder
from tests.helpers.tiny_models import tiny

N_CTX = 1024
# Nats, with an F32 KV cache and no flash attention; GELU is a table of float16, and Gemma's norms round more.
TOLERANCE = {"llama-f32": 1e-4, "qwen2-f32": 1e-4, "gpt2-f32": 2e-3, "gemma3-f32": 2e-3}
PLAIN = SamplingParams(temperature=1.0, top_k=0, top_p=1.0, min_p=0.0, seed=5)
CHAT = (
    ChatMessage("system", "Be kind to the user"),
    ChatMessage("user", "hello there, 안녕하세요 🙂"),
    ChatMessage("assistant", "the hen in the inn"),
    ChatMessage("user", "user"),
)


def opened(name: str, n_ctx: int = N_CTX, **options: Any) -> LlamaBackend:
    """A tiny model loaded so that its numbers are as near to the reference as they get."""
    backend = LlamaBackend()
    exact: dict[str, Any] = {"flash_attention": "off", "kv_type": "f32", "n_threads": 1}
    backend.load(str(tiny(name)), LoadOptions(n_ctx=n_ctx, **(exact | options)), lambda _: None)
    return backend


def ask(backend: LlamaBackend, question: InspectorQuestion, listener: Recorder | None = None) -> Any:
    """The answer, of whatever kind."""
    return backend.ask(question, listener or Recorder())


def reply(
    backend: LlamaBackend, messages: tuple[ChatMessage, ...] = CHAT, params: SamplingParams = PLAIN, **more: Any
) -> tuple[Recorder, ReplyInfo, str]:
    """A reply of the chat, what was reported of it, and its text."""
    listener = Recorder()
    held, info = backend.generate(Generate(1, messages, params, **more), listener)
    return listener, info, "".join(listener.texts) + held


def prompt_of(backend: LlamaBackend, prefix: Prefix) -> list[int]:
    """The prompt tokens of a reply to *prefix*, from a reply."""
    once = PLAIN.with_value("max_tokens", 1)
    raw = prefix.raw or bool(prefix.text)
    listener, _, _ = reply(backend, prefix.messages, once, raw=raw, prompt=prefix.text, prefill=prefix.prefill)
    return list(listener.prompt_ids)


@functools.cache
def weights_of(name: str) -> Weights:
    """The weights of a tiny model."""
    return read(tiny(name))


@functools.lru_cache(maxsize=64)
def _truth(name: str, ids: tuple[int, ...]) -> NDArray[np.float64]:
    return reference.forward(weights_of(name), ids, reference.gelu_table)[0]


def truth(name: str, ids: Sequence[int]) -> NDArray[np.float64]:
    """The reference's logits (T, V), of the token after each position."""
    return _truth(name, tuple(int(i) for i in ids))
