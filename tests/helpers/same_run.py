"""`SameRun`: attention weights as a context without flash attention computes them, and the queries they are made of.

Between a run with flash attention and one without, hidden states drift apart (other kernels), and weights with them.
Here both come of one run, so what is rebuilt can be held against what was computed, through edits and branches.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from chatapp.engine import ggml, llama_backend
from chatapp.engine.llama import Context
from chatapp.engine.llama_backend import LlamaBackend
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import LoadOptions

_NAME = b"kq_soft_max-"


class SameRun(AttentionRecorder):
    """Records Q from the node of the weights, and keeps these.

    computed  token ids up to a query → for each time it was evaluated, layer → float32 (heads, keys)
    """

    def __init__(self, budget: int, *, windowed: bool) -> None:
        assert not windowed  # the masks are of another type here
        self.computed: dict[tuple[int, ...], list[dict[int, NDArray[np.float32]]]] = {}
        self.tokens: list[int] = []  # in the context, and those that are decoded
        self._rows: dict[int, int] = {}
        super().__init__(budget, windowed=False)

    def begin(self, position: int, n_tokens: int) -> None:
        self._rows.clear()
        super().begin(position, n_tokens)

    def _learn(self) -> None:
        super()._learn()
        self._most_proofs = 0  # there is no output of a fused node

    def _asked(self) -> Callable[[int, bool, object], bool]:
        return self._on_node

    def _on_node(self, address: int, ask: bool, _data: object) -> bool:
        tensor = ggml.Tensor.from_address(address)
        if not ask and tensor.name.startswith(_NAME) and self.error is None:
            try:
                self._see(address, tensor)
            except Exception as error:  # noqa: BLE001 - must not unwind into C
                self.error = error
        return not ask or tensor.name.startswith(_NAME)

    def _see(self, address: int, tensor: ggml.Tensor) -> None:
        layer = int(tensor.name[len(_NAME) :])
        n_kv, rows, heads, _ = tensor.ne
        first = self._start + self._rows.get(layer, 0)
        self._rows[layer] = self._rows.get(layer, 0) + rows
        block = ggml.read_f32(address, 0, heads * rows * n_kv).reshape(heads, rows, n_kv)
        for row in range(rows):
            ids = tuple(self.tokens[: first + row + 1])
            times = self.computed.setdefault(ids, [])
            if not times or layer in times[-1]:
                times.append({})
            times[-1][layer] = block[:, row, : len(ids)].copy()
        # What the fused node would be: Q, K, V (which nobody asks for), no mask, no sinks, and the scale.
        product = ggml.Tensor.from_address(tensor.src[0])
        node = ggml.Tensor()
        ctypes.memmove(ctypes.byref(node), ctypes.byref(tensor), ctypes.sizeof(node))
        node.src[:] = [product.src[1], product.src[0], product.src[0], *[None] * 7]
        node.op_params[2] = 0
        self._copy(ctypes.addressof(node))


def open_same_run(path: str, monkeypatch: pytest.MonkeyPatch, **options: Any) -> tuple[LlamaBackend, SameRun]:
    """The model at *path* as the app loads it, but without flash attention, and what `SameRun` keeps of it."""
    monkeypatch.setattr(llama_backend, "AttentionRecorder", SameRun)
    decode, backend = Context.decode, LlamaBackend()

    def noted(self: Context, tokens: list[int], position: int, **more: Any) -> int:
        if isinstance(self.recorder, SameRun):
            before = backend._cache.tokens[:position] if backend._cache else []
            self.recorder.tokens = [*before, *tokens]
        return decode(self, tokens, position, **more)

    monkeypatch.setattr(Context, "decode", noted)
    backend.load(path, LoadOptions(flash_attention="off", recording=1 << 29, **options), lambda _fraction: None)
    assert backend._context is not None
    recorder = backend._context.recorder
    assert isinstance(recorder, SameRun)
    assert recorder.error is None
    return backend, recorder
