"""Scores given tokens and gets their attention, captured or rebuilt, in a context of its own."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from chatapp.core.errors import EngineError, ErrorCode, RequestError
from chatapp.core.probability import distribution, rank
from chatapp.engine import log
from chatapp.engine.adapters import Adapters
from chatapp.engine.backend import Inspection, Listener
from chatapp.engine.given import checked_ids
from chatapp.engine.llama import Context, Model
from chatapp.engine.reading import TILE
from chatapp.engine.ways import KV_OF, WAYS, Captured, Rebuilt
from chatapp.protocol.messages import Inspect

_BATCH = 128  # tokens; logits of every one of them are read, so a batch holds _BATCH × vocabulary floats
_METHOD = "The method is one of {choices}"


def inspect(model: Model, adapters: Adapters, request: Inspect, listener: Listener, n_threads: int) -> Inspection:
    """Arrays as `Inspected` describes them; raise `RequestError` when the request cannot be met."""
    tokens = _tokens(model, request)
    layers = _layers(model, request)
    if request.method not in WAYS:
        raise _refuse(_METHOD, choices=", ".join(WAYS))
    kind = WAYS[request.method]
    if request.kv_type not in kind.kv_types:
        raise _refuse(KV_OF, choices=", ".join(kind.kv_types))
    n_query = min(request.last, len(tokens)) if request.last > 0 else len(tokens)
    _check_memory(len(layers) * model.n_head * n_query * len(tokens) * 4)
    log.clear_errors()
    way = kind(model, len(tokens), n_query, layers, _by_layer(request))
    context = Context(model, len(tokens), n_batch=_BATCH, n_threads=n_threads, kv_type=request.kv_type, **way.options)
    try:
        adapters.use_in(context, request.adapters)
        way.prepare(context)
        arrays = _score(context, way, tokens, request.reply_from, listener)
        weights, proof = way.result(), way.proof()
    finally:
        context.close()
    arrays["attention"] = weights
    arrays["layers"] = np.array(list(way.groups), np.int32)
    arrays["groups"] = np.array(list(way.groups.values()), np.int32)
    arrays["positions"] = np.arange(len(tokens), dtype=np.int32)
    arrays["queries"] = arrays["positions"][len(tokens) - n_query :]
    return Inspection(_meta(model, request, way, weights, proof), arrays)


def _score(
    context: Context, way: Captured | Rebuilt, tokens: list[int], reply_from: int, listener: Listener
) -> dict[str, Any]:
    n = len(tokens)
    logprobs, ranks = np.zeros(n - 1, np.float32), np.zeros(n - 1, np.int32)
    entropy = np.zeros(n, np.float32)
    for start, end in _batches(n, reply_from):
        if listener.cancelled():
            raise _refuse("The inspection was cancelled")
        part = tokens[start:end]
        way.begin(start)
        code = context.decode(part, start, all_logits=True)
        if way.error is not None:
            raise way.error
        if code != 0:
            raise EngineError(
                ErrorCode.ENGINE_CRASHED, outcome=f"llama_decode returned {code}", details=log.last_error()
            )
        for row in range(len(part)):
            logits = context.logits(row)
            dist = distribution(logits, 1)
            entropy[start + row] = dist.entropy
            if start + row + 1 < n:
                following = tokens[start + row + 1]
                logprobs[start + row] = float(logits[following]) - dist.log_z
                ranks[start + row] = rank(logits, following)
        listener.prompt_progress(start + len(part), n, 0)
    return {"tokens": np.array(tokens, np.int32), "logprobs": logprobs, "ranks": ranks, "entropy": entropy}


def _batches(n_tokens: int, reply_from: int) -> Iterator[tuple[int, int]]:
    """Start and end of each; none is smaller than `TILE` for being the last one."""
    prompt = min(n_tokens, reply_from) if reply_from > 0 else n_tokens
    at = 0
    while at < prompt:
        left = prompt - at
        end = at + (left - TILE if _BATCH < left < _BATCH + TILE else min(left, _BATCH))
        yield at, end
        at = end
    yield from ((single, single + 1) for single in range(prompt, n_tokens))


def _meta(
    model: Model, request: Inspect, way: Captured | Rebuilt, weights: NDArray[np.float32], proof: dict[str, Any]
) -> dict[str, Any]:
    there = weights.any(axis=(2, 3))  # a layer with fewer heads than another has rows of 0 for the rest
    sums = (weights if there.all() else weights[there]).sum(axis=-1)
    return {
        "model": model.path,
        "model_name": model.meta("general.name"),
        "architecture": model.meta("general.architecture"),
        "fingerprint": model.fingerprint(),
        "source": way.source,
        **proof,
        "flash_attention": way.flash_attention,
        "kv_type": request.kv_type,
        "reply_from": request.reply_from,
        "muted": [list(head) for head in request.mute],
        "adapters": [adapter.to_json() for adapter in request.adapters],
        "layers": list(way.groups),
        "layers_without_attention": sorted(set(_layers(model, request)) - set(way.groups)),
        "first_query": weights.shape[3] - weights.shape[2],
        "row_sum_error": float(np.abs(sums - 1).max()) if sums.size else None,
        "units": {"logprobs": "nats", "entropy": "nats", "ranks": "0 is the likeliest"},
    }


def _tokens(model: Model, request: Inspect) -> list[int]:
    if request.tokens:
        tokens = checked_ids(request.tokens, model.n_vocab)
    else:
        tokens = model.tokenize(request.text or "", add_special=True, parse_special=True)
    if not tokens:
        raise RequestError(ErrorCode.EMPTY_PROMPT)
    if len(tokens) > model.n_ctx_train > 0:
        raise RequestError(ErrorCode.CONTEXT_FULL, needed=len(tokens), available=model.n_ctx_train)
    return tokens


def _layers(model: Model, request: Inspect) -> list[int]:
    layers = sorted(set(request.layers)) or list(range(model.n_layer))
    if layers[0] < 0 or layers[-1] >= model.n_layer:
        raise _refuse(f"Layers are numbered 0 to {model.n_layer - 1}")
    return layers


def _check_memory(size: int) -> None:
    # The array is copied once on its way out; half of what is free leaves room for the context.
    available = psutil.virtual_memory().available // 2
    if size * 2 > available:
        raise RequestError(
            ErrorCode.INSPECTION_TOO_LARGE, needed=f"{size / 1e9:.1f} GB", available=f"{available / 2e9:.1f} GB"
        )


def _by_layer(request: Inspect) -> dict[int, frozenset[int]]:
    layers = {layer for layer, _ in request.mute}
    return {layer: frozenset(head for at, head in request.mute if at == layer) for layer in layers}


def _refuse(reason: str, **params: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason, **params)
