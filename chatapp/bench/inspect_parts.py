"""``python -m chatapp.bench.inspect_parts``: what recording, rebuilding and capturing attention take.

In a process of its own, as the worker is: llama.cpp reads its environment once, and memory is counted. Prints JSON:
part → pairs, and what the largest record held.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle

import numpy as np
import psutil

from chatapp.bench.measure import Pair, interleaved
from chatapp.engine import ggml, log
from chatapp.engine.capture import AttentionCapture
from chatapp.engine.llama import Context, Model
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.queries import QueryStore, RecordedLayer
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import Attend, LoadOptions, Prefix

_CAP = 1 << 30  # bytes
_BATCH = 512  # tokens
_DEPTH = 64  # tokens in the context where decoding is measured: recording costs each the same, and is most here
_TURN = 8  # tokens after which the sides change, and one before them that is not measured
_TURNS = 4
_KEYS = 2048  # tokens before a row
_NEAR = 16  # rows that are looked at are so many
_ROWS = 64  # that are captured
_SHAPE = (32, 32, 128)  # layers, heads, width of a head: 7 to 8 billion parameters
_LONG = 8000  # tokens


class Bench:
    """A model; every measurement makes its own contexts."""

    def __init__(self, path: str, n_threads: int, *, quick: bool) -> None:
        self._path = path
        self._n_threads = n_threads
        self._keys = _KEYS // 4 if quick else _KEYS
        self._model = Model(path, 0, lambda _fraction: None)
        generator = np.random.default_rng(1)
        self._tokens: list[int] = generator.integers(0, self._model.n_vocab, self._keys + _NEAR).tolist()

    def close(self) -> None:
        """Free the weights."""
        self._model.close()

    def decode(self, rounds: int) -> list[Pair]:
        """Tokens a second with recording and without, the same tokens on both sides."""
        return [self._with_both(self._take_turns, number) for number in range(rounds)]

    def prefill(self, rounds: int) -> list[Pair]:
        """Tokens a second of a prompt."""

        def speeds(recorded: Context, plain: Context) -> Pair:
            found = interleaved(lambda: self._fill(recorded, _BATCH), lambda: self._fill(plain, _BATCH), 2)
            ours, bare = (sum(side) for side in zip(*found, strict=True))
            return 2 * _BATCH / ours, 2 * _BATCH / bare

        return [self._with_both(speeds, number) for number in range(rounds)]

    def row(self, pairs: int) -> list[Pair]:
        """Ms until a question for a row of all layers and heads has its answer, and of a token decoded there."""
        n, wanted = len(self._tokens), cycle(range(_NEAR))
        backend = LlamaBackend()
        options = LoadOptions(n_ctx=n + 1, n_threads=self._n_threads, n_gpu_layers=0, recording=_CAP)
        backend.load(self._path, options, lambda _fraction: None)
        backend.ask(Attend(0, Prefix(reply_ids=tuple(self._tokens))), _Silent())

        def ask() -> float:
            question = Attend(0, Prefix(reply_ids=tuple(self._tokens[: n - next(wanted)])), method="rebuilt")
            started = time.perf_counter()
            backend.ask(question, _Silent())
            return (time.perf_counter() - started) * 1000

        with self._context(n + 1) as plain:
            self._fill(plain, n)

            def step() -> float:
                self._decode(plain, self._tokens[:1], n)
                plain.cut(n)
                started = time.perf_counter()
                self._decode(plain, self._tokens[:1], n)
                seconds = time.perf_counter() - started
                plain.cut(n)
                return seconds * 1000

            found = interleaved(ask, step, pairs)
        backend.close()
        return found

    def capture(self, pairs: int) -> list[Pair]:
        """Seconds to read a prompt without flash attention, its last rows captured or not."""

        def captured() -> float:
            capture = AttentionCapture(self._keys, _ROWS, range(self._model.n_layer), self._model.n_head)
            with self._context(self._keys, flash_attention="off", capture=capture) as context:
                seconds = self._fill(context, self._keys, capture.begin)
                if capture.error is not None:
                    raise capture.error
                started = time.perf_counter()
                capture.result()
                return seconds + time.perf_counter() - started

        def plain() -> float:
            with self._context(self._keys, flash_attention="off") as context:
                return self._fill(context, self._keys)

        return interleaved(captured, plain, pairs)

    def memory(self) -> Pair:
        """Bytes that are held of a prompt at most, when the cap is half of what it takes, and the cap."""
        cap = self._held(_CAP) // 2
        return float(self._held(cap)), float(cap)

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _with_both(self, measure: Callable[[Context, Context], Pair], number: int) -> Pair:
        """New contexts every time: where their memory happens to lie makes more difference than what is measured."""
        recorder = AttentionRecorder(_CAP, windowed=self._model.window > 0)
        orders = ((None, recorder), (recorder, None))
        first, second = orders[number % 2]
        with self._context(_BATCH, recorder=first) as one, self._context(_BATCH, recorder=second) as other:
            self._fill(one, 1)
            self._fill(other, 1)
            found = measure(other, one) if first is None else measure(one, other)
        if recorder.error is not None:
            raise recorder.error
        return found

    def _take_turns(self, recorded: Context, plain: Context) -> Pair:
        self._fill(recorded, _DEPTH)
        self._fill(plain, _DEPTH)
        starts = {recorded: _DEPTH, plain: _DEPTH}

        def turn(context: Context) -> float:
            at = starts[context]
            starts[context] += _TURN + 1
            self._decode(context, self._tokens[at : at + 1], at)
            started = time.perf_counter()
            for position in range(at + 1, at + 1 + _TURN):
                self._decode(context, self._tokens[position : position + 1], position)
            return time.perf_counter() - started

        found = interleaved(lambda: turn(recorded), lambda: turn(plain), _TURNS)
        if recorded.logits().tobytes() != plain.logits().tobytes():
            raise RuntimeError("recording has changed what the model says")
        ours, bare = (sum(side) for side in zip(*found, strict=True))
        return _TURNS * _TURN / ours, _TURNS * _TURN / bare

    def _fill(self, context: Context, n: int, begin: Callable[[int], None] = lambda _start: None) -> float:
        """Read the first *n* tokens into the empty context; the seconds it took."""
        context.clear()
        started = time.perf_counter()
        for start in range(0, n, _BATCH):
            begin(start)
            self._decode(context, self._tokens[start : min(n, start + _BATCH)], start)
        return time.perf_counter() - started

    def _decode(self, context: Context, tokens: list[int], position: int) -> None:
        if code := context.decode(tokens, position):
            raise RuntimeError(f"llama_decode returned {code}")

    def _held(self, cap: int) -> int:
        recorder = AttentionRecorder(cap, windowed=self._model.window > 0)
        n, sizes = min(self._keys, 2 * _BATCH), []
        with self._context(n, recorder=recorder) as context:
            self._fill(context, 1)
            context.clear()
            for start in range(0, n, _BATCH):
                self._decode(context, self._tokens[start : start + _BATCH], start)
                sizes.append(recorder.size)
        if recorder.error is not None:
            raise recorder.error
        return max(sizes)

    @contextmanager
    def _context(
        self,
        n_ctx: int,
        *,
        recorder: AttentionRecorder | None = None,
        capture: AttentionCapture | None = None,
        flash_attention: str = "on",
    ) -> Iterator[Context]:
        context = Context(
            self._model,
            n_ctx,
            n_batch=_BATCH,
            n_threads=self._n_threads,
            flash_attention=flash_attention,
            cb_eval=capture.callback if capture is not None else None,
            recorder=recorder,
        )
        try:
            yield context
        finally:
            context.close()


def large_record(n_tokens: int, cap: int) -> tuple[Pair, int]:
    """By how many bytes this process grows for the record of a large model, its cap, and how many tokens it holds.

    No model of that shape is run: what is kept does not depend on the numbers.
    """
    n_layer, n_head, width = _SHAPE
    layers = [
        RecordedLayer(
            index, n_head, n_head, width, width, 1.0, 0.0, 0.0, ggml.Tensor(), ggml.Tensor(), None, 0,
            half_keys=False, stride=n_head * width, is_host=True,
        )
        for index in range(n_layer)
    ]  # fmt: skip
    store, to_half = QueryStore(cap), ggml.to_half()
    store.set_layers(layers)
    q = np.random.default_rng(1).standard_normal((_BATCH, n_head * width), np.float32)
    before = most = psutil.Process().memory_info().rss
    for start in range(0, n_tokens, _BATCH):
        end = min(n_tokens, start + _BATCH)
        first = store.make_room(start, end)
        for layer in layers:
            for position in range(first, end):
                row = q[position - start]
                to_half(row.ctypes.data, store.place(layer, position), layer.n_q)
        store.mark(first, end, own=True)
        most = max(most, psutil.Process().memory_info().rss)
    return (float(most - before), float(cap)), int(store.known().sum())


class _Silent:
    """A `Listener` that nobody listens to."""

    def cancelled(self) -> bool:
        """Never."""
        return False

    def _ignore(self, *_reported: object, **_more: object) -> None:
        """Whatever it is."""

    prompt_progress = prompt_made = tokens = text_part = _ignore


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # llama.cpp prints to file descriptor 1
    log.install()
    quick: bool = given.quick
    n_tokens, cap = (_LONG // 8, _CAP // 8) if quick else (_LONG, _CAP)
    large, held = large_record(n_tokens, cap)
    bench = Bench(given.model, given.threads, quick=quick)
    pairs = {
        "decode": bench.decode(3 if quick else 15),
        "prefill": bench.prefill(1 if quick else 3),
        "row": bench.row(5 if quick else 15),
        "capture": bench.capture(1 if quick else 3),
        "memory": [bench.memory()],
        "large": [large],
    }
    bench.close()
    answer.write(json.dumps({"pairs": pairs, "n_tokens": n_tokens, "held": held}) + "\n")
    answer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
