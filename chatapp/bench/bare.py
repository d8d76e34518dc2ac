"""``python -m chatapp.bench.bare``: the plain llama.cpp loop, to compare with; JSON lines on stdin and stdout.

Commands, each answered by one line::

    {"do": "load", "model": path, "n_ctx": …, "n_threads": …}  {}
    {"do": "tokenize", "text": …}                              {"tokens": […]}
    {"do": "begin", "prompt": […], "params": …}                {"tokens": [t], "seconds": s}
    {"do": "more", "count": n, "unmeasured": k}                {"tokens": […], "seconds": s}

``begin`` evaluates the prompt (as in the worker, without the part that is in the KV cache already) and draws one token;
``more`` evaluates that and draws *n* more, whatever they are; the first *k* are not in the seconds.
"""

import ctypes
import json
import os
import sys
import time
from collections.abc import Sequence
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it

from chatapp.core.generation import SamplingParams
from chatapp.engine import log
from chatapp.engine.llama import Context, Model
from chatapp.engine.sampling import SamplerChain

_PIECE = 256  # bytes


class Loop:
    """A model, a context with its cache, and nothing between them and the processor."""

    def __init__(self, path: str, n_ctx: int, n_threads: int) -> None:
        self._model = Model(path, 0, lambda _fraction: None)
        # Through our own wrapper, so that every parameter of the context is the worker's.
        self._context = Context(self._model, n_ctx, n_threads=n_threads)
        self._cached: list[int] = []
        self._token = (C.llama_token * 1)()
        self._buffer = ctypes.create_string_buffer(_PIECE)
        self._sampler: SamplerChain | None = None

    def tokenize(self, text: str) -> list[int]:
        """Token ids, as for a raw prompt."""
        return self._model.tokenize(text, add_special=True, parse_special=True)

    def begin(self, prompt: Sequence[int], params: SamplingParams) -> dict[str, Any]:
        """Evaluate *prompt* and draw the first token."""
        started = time.perf_counter()
        self._evaluate(prompt)
        if self._sampler is not None:
            self._sampler.__exit__()
        self._sampler = SamplerChain(params, self._model.n_vocab, self._context.n_ctx)
        self._sampler.accept_prompt(prompt)
        self._token[0] = C.llama_sampler_sample(self._sampler.handle, self._context.handle, -1)
        C.llama_token_to_piece(self._model.vocab, self._token[0], self._buffer, _PIECE, 0, False)
        return {"tokens": [self._token[0]], "seconds": time.perf_counter() - started}

    def more(self, count: int, unmeasured: int) -> dict[str, Any]:
        """Draw *count* more tokens. This loop is what the whole path is measured by."""
        assert self._sampler is not None
        handle, vocab, chain, buffer = self._context.handle, self._model.vocab, self._sampler.handle, self._buffer
        decode, batch_of = C.llama_decode, C.llama_batch_get_one
        sample, piece, token = C.llama_sampler_sample, C.llama_token_to_piece, self._token
        drawn: list[int] = []
        before = token[0]
        started = time.perf_counter()
        for at in range(count):
            if at == unmeasured:
                started = time.perf_counter()
            if code := decode(handle, batch_of(token, 1)):
                raise RuntimeError(f"llama_decode returned {code}")
            token[0] = sample(chain, handle, -1)
            piece(vocab, token[0], buffer, _PIECE, 0, False)
            drawn.append(token[0])
        seconds = time.perf_counter() - started
        self._cached += [before, *drawn][:count]
        return {"tokens": drawn, "seconds": seconds}

    def close(self) -> None:
        """Free everything."""
        if self._sampler is not None:
            self._sampler.__exit__()
        self._context.close()
        self._model.close()

    def _evaluate(self, prompt: Sequence[int]) -> None:
        at = 0
        for ours, theirs in zip(self._cached, prompt[:-1], strict=False):
            if ours != theirs:
                break
            at += 1
        self._context.cut(at)
        handle, step = self._context.handle, self._context.n_batch
        for start in range(at, len(prompt), step):
            part = prompt[start : start + step]
            ids = (C.llama_token * len(part))(*part)
            if code := C.llama_decode(handle, C.llama_batch_get_one(ids, len(part))):
                raise RuntimeError(f"llama_decode returned {code}")
        self._cached = list(prompt)


def main() -> int:
    """Serve until stdin ends."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp prints to file descriptor 1
    log.install()
    loop: Loop | None = None
    for line in sys.stdin:
        answer: dict[str, Any] = {}
        match json.loads(line), loop:
            case {"do": "load", "model": model, "n_ctx": n_ctx, "n_threads": n_threads}, None:
                loop = Loop(model, n_ctx, n_threads)
            case {"do": "tokenize", "text": text}, Loop():
                answer = {"tokens": loop.tokenize(text)}
            case {"do": "begin", "prompt": prompt, "params": params}, Loop():
                answer = loop.begin(prompt, SamplingParams.from_json(params))
            case {"do": "more", "count": count, "unmeasured": unmeasured}, Loop():
                answer = loop.more(count, unmeasured)
            case command, _:
                raise ValueError(f"not a command: {command}")
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
    if loop is not None:
        loop.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
