"""Texts to vectors, in a context of its own on the loaded weights; the chat's KV cache is not touched."""

import ctypes

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import EngineError, ErrorCode, ModelError, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import log
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Model
from chatapp.protocol.messages import Embed

POOLINGS = {"mean": 1, "cls": 2, "last": 3}  # enum llama_pooling_type
NO_POOLING = QT_TRANSLATE_NOOP("reasons", "The pooling is one of {choices}, or empty for the model's own")

_DEFAULT_POOLING = "mean"  # of chat models, which name none
_MOST = 8192  # tokens of one text; the compute buffers grow with it


def embed(model: Model, request: Embed, listener: Listener, n_threads: int) -> tuple[str, NDArray[np.float32]]:
    """The pooling used, and vectors (texts, width) of length 1; raise `RequestError` for what cannot be embedded.

    Mean pooling averages the states after the last norm over all tokens of the text, "cls" takes the first one's, and
    "last" the last one's. *normalise* then scales each to length 1.
    """
    if request.pooling and request.pooling not in POOLINGS:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_POOLING, choices=", ".join(POOLINGS))
    named = int(model.meta(f"{model.meta('general.architecture')}.pooling_type") or 0)
    own = next((name for name, number in POOLINGS.items() if number == named), _DEFAULT_POOLING)
    pooling = request.pooling or own
    token_lists = [model.tokenize(text, add_special=True, parse_special=False) for text in request.texts]
    limit = min(model.n_ctx_train or _MOST, _MOST)
    longest = max((len(tokens) for tokens in token_lists), default=0)
    if not token_lists or any(not text.strip() for text in request.texts):
        raise RequestError(ErrorCode.EMPTY_PROMPT)
    if longest > limit:
        raise RequestError(ErrorCode.CONTEXT_FULL, needed=longest, available=limit)
    vectors = _vectors(model, token_lists, POOLINGS[pooling], listener, n_threads)
    if request.normalise:
        vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return pooling, vectors


def _vectors(
    model: Model, token_lists: list[list[int]], pooling: int, listener: Listener, n_threads: int
) -> NDArray[np.float32]:
    longest = max(len(tokens) for tokens in token_lists)
    params = C.llama_context_default_params()
    # One text is one batch: pooling sees a whole sequence only within a batch.
    params.n_ctx = params.n_batch = params.n_ubatch = longest
    params.n_seq_max = 1
    params.embeddings = True
    params.pooling_type = pooling
    params.no_perf = True
    params.n_threads = params.n_threads_batch = n_threads
    log.clear_errors()
    context = C.llama_init_from_model(model.handle, params)
    if not context:
        raise ModelError(ErrorCode.CONTEXT_FAILED, reason=log.last_error() or "llama.cpp gave no reason")
    try:
        width = int(C.llama_model_n_embd_out(model.handle))
        found = np.empty((len(token_lists), width), np.float32)
        done, total = 0, sum(len(tokens) for tokens in token_lists)
        for row, tokens in enumerate(token_lists):
            if listener.cancelled():
                raise RequestError(ErrorCode.CANCELLED)
            found[row] = _vector(context, tokens, width)
            done += len(tokens)
            listener.prompt_progress(done, total, 0)
        return found
    finally:
        C.llama_free(context)


def _vector(context: object, tokens: list[int], width: int) -> NDArray[np.float32]:
    memory = C.llama_get_memory(context)
    if memory:  # models that only embed have none
        C.llama_memory_clear(memory, True)
    ids = (C.llama_token * len(tokens))(*tokens)
    batch = C.llama_batch_get_one(ids, len(tokens))
    code = int((C.llama_decode if memory else C.llama_encode)(context, batch))
    pointer = C.llama_get_embeddings_seq(context, 0) if code == 0 else None
    if not pointer:
        raise EngineError(ErrorCode.ENGINE_CRASHED, log.last_error(), outcome=f"llama_decode returned {code}")
    return np.ctypeslib.as_array(ctypes.cast(pointer, ctypes.POINTER(ctypes.c_float)), (width,)).copy()
