"""Logit lens (nostalgebraist 2020): what the model would say if it ended after each of its layers.

The hidden states after every layer are copied while the last token is evaluated. Then it is evaluated once more for
each of them, with that state put in the place of the last layer's: final norm and output matrix are the model's own.
Source: the nodes called ``l_out-<layer>``, src/models/*.cpp.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.probability import TOP_K, distribution, rank
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import ggml
from chatapp.engine.attending import recorder_of
from chatapp.engine.backend import Listener
from chatapp.engine.given import checked_ids
from chatapp.engine.reading import Reader, cancelled
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import Lens, LensRead

NO_STATES = QT_TRANSLATE_NOOP("reasons", "The layers of this model cannot be read one by one")

_NAME = b"l_out-"
_NAME_AT = ggml.Tensor.name.offset


def read(request: Lens, reader: Reader, listener: Listener) -> LensRead:
    """Top tokens, entropy, and the token's logprob and rank after every layer."""
    recorder = recorder_of(reader)
    (token,) = checked_ids((request.token,), reader.model.n_vocab)
    tokens = reader.passage(request.prefix).tokens
    reader.last_row(tokens, listener)
    states = _States()
    with _watched(recorder, states):
        final = reader.afresh(tokens, len(tokens) - 1, listener)
    if states.error is not None or not states.found:
        raise RequestError(ErrorCode.NO_ATTENTION, str(states.error or ""), reason=NO_STATES)
    n_layer = max(states.found) + 1
    result = _Result(n_layer, min(TOP_K, reader.model.n_vocab))
    result.put(n_layer - 1, final, token)
    try:
        for layer in range(n_layer - 1):
            if layer in states.found:
                states.put = (n_layer - 1, states.found[layer])
                with _watched(recorder, states):
                    result.put(layer, reader.afresh(tokens, len(tokens) - 1, listener), token)
            listener.prompt_progress(layer + 1, n_layer, 0)
    except RequestError:
        if not listener.cancelled():
            raise
    if listener.cancelled() and n_layer > 1 and np.isnan(result.logprobs[:-1]).all():
        raise cancelled()
    return LensRead(request.job, result.arrays(reader))


class _States:
    """Copies the hidden state of the last token after each layer, or puts one in the place of another."""

    def __init__(self) -> None:
        self.found: dict[int, NDArray[np.float32]] = {}
        self.put: tuple[int, NDArray[np.float32]] | None = None
        self.error: Exception | None = None

    def on_node(self, address: int, ask: bool) -> bool:
        """For `AttentionRecorder.watch`."""
        if ctypes.string_at(address + _NAME_AT, len(_NAME)) != _NAME:
            return not ask
        if not ask and self.error is None:
            try:
                self._see(address)
            except Exception as error:  # noqa: BLE001 - must not unwind into C; `read` looks at it
                self.error = error
        return True

    def _see(self, address: int) -> None:
        tensor = ggml.Tensor.from_address(address)
        layer = int(tensor.name[len(_NAME) :].split(b" ")[0])
        width, rows = int(tensor.ne[0]), int(tensor.ne[1])
        if tensor.type != ggml.F32:
            raise RuntimeError(f"unexpected type {tensor.type} of {tensor.name!r}")
        if self.put is None:
            self.found[layer] = ggml.read_f32(address, (rows - 1) * width, width)
        elif layer == self.put[0]:
            ggml.write_f32(address, (rows - 1) * width, self.put[1])


class _Result:
    def __init__(self, n_layer: int, k: int) -> None:
        self.logprobs = np.full(n_layer, np.nan, np.float32)
        self._entropy = self.logprobs.copy()
        self._ranks = np.full(n_layer, -1, np.int32)
        self._ids = np.full((n_layer, k), -1, np.int32)
        self._top = np.full((n_layer, k), np.nan, np.float32)

    def put(self, layer: int, logits: NDArray[np.float32], token: int) -> None:
        """What *logits*, float32 (n_vocab,), say after *layer*."""
        dist = distribution(logits)
        self.logprobs[layer] = logits[token] - dist.log_z
        self._entropy[layer] = dist.entropy
        self._ranks[layer] = rank(logits, token, dist.top_ids)
        self._ids[layer], self._top[layer] = dist.top_ids, dist.top_logprobs

    def arrays(self, reader: Reader) -> dict[str, NDArray[Any]]:
        pieces = [reader.model.token_text(int(i), special=True) if i >= 0 else b"" for i in self._ids.ravel()]
        return {
            "top_ids": self._ids,
            "top_logprobs": self._top,
            "entropy": self._entropy,
            "logprobs": self.logprobs,
            "ranks": self._ranks,
            "lengths": np.array([len(piece) for piece in pieces], np.int32),
            "bytes": np.frombuffer(b"".join(pieces), np.uint8),
        }


@contextmanager
def _watched(recorder: AttentionRecorder, states: _States) -> Iterator[None]:
    recorder.watch = states.on_node
    try:
        yield
    finally:
        recorder.watch = None
