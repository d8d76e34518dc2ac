"""Attention weights as llama.cpp computes them: copies of ``kq_soft_max-<layer>`` taken while the graph runs.

They exist only with flash attention off. Columns are KV cells; they equal positions here because the context is filled
once from empty, in order, by one sequence, and never cut (`swa_full` keeps windowed layers from wrapping round).
Sources: src/llama-graph.cpp build_attn_mha, ggml/src/ggml-backend.cpp (order of the callback's two questions).
"""

import ctypes
from collections.abc import Sequence
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml

_NAME = b"kq_soft_max-"


class AttentionCapture:
    """Collects attention (layer, head, query, key) for the last *n_query* of *n_tokens* positions.

    Hand `callback` to a context, call `begin` before each llama_decode, read `result` at the end. An exception inside
    the callback cannot cross C; it is kept in `error`.
    """

    def __init__(self, n_tokens: int, n_query: int, layers: Sequence[int], n_head: int) -> None:
        ggml.check_layout()
        self.callback: Any = C.ggml_backend_sched_eval_callback(self._on_node)  # ctypes frees it when unreferenced
        self.error: Exception | None = None
        self._first = n_tokens - n_query
        self._wanted = {layer: index for index, layer in enumerate(layers)}
        self._soft_max = ggml.op_number("SOFT_MAX")
        self._start = 0
        self._seen: dict[int, int] = {}  # per layer, the tokens of this batch that earlier ubatches held
        self._captured: set[int] = set()
        self._weights = np.zeros((len(layers), n_head, n_query, n_tokens), np.float32)

    def begin(self, start: int) -> None:
        """A batch whose first token is at position *start* is about to be decoded."""
        self._start = start
        self._seen.clear()

    @property
    def layers(self) -> list[int]:
        """The wanted layers that have attention, ascending."""
        return sorted(self._captured)

    def result(self) -> NDArray[np.float32]:
        """float32 (len(layers), heads, queries, keys)."""
        keep = [self._wanted[layer] for layer in self.layers]
        return self._weights[keep] if len(keep) < len(self._wanted) else self._weights

    def _on_node(self, address: int, ask: bool, _data: object) -> bool:
        try:
            tensor = ctypes.cast(address, ctypes.POINTER(ggml.Tensor)).contents
            if tensor.op != self._soft_max or not tensor.name.startswith(_NAME):
                return not ask
            layer = int(tensor.name[len(_NAME) :].split(b" ")[0])
            if layer not in self._wanted:
                return not ask
            if not ask:
                self._copy(address, tensor, layer)
        except Exception as error:  # noqa: BLE001 - must not unwind into C; the caller looks at `error`
            self.error = error
        # False in the data phase would make llama_decode skip the rest of the graph and still report success.
        return True

    def _copy(self, address: int, tensor: ggml.Tensor, layer: int) -> None:
        n_kv, n_rows, n_head, n_stream = tensor.ne
        if tensor.type != ggml.F32 or n_stream != 1 or n_head != self._weights.shape[1]:
            raise RuntimeError(f"unexpected attention tensor: type {tensor.type}, shape {list(tensor.ne)}")
        position = self._start + self._seen.get(layer, 0)
        self._seen[layer] = self._seen.get(layer, 0) + n_rows
        self._captured.add(layer)
        skip = max(0, self._first - position)
        rows = n_rows - skip
        if rows <= 0:
            return
        at = position + skip - self._first
        width = min(n_kv, self._weights.shape[3])
        for head in range(n_head):
            block = ggml.read_f32(address, (head * n_rows + skip) * n_kv, rows * n_kv).reshape(rows, n_kv)
            self._weights[self._wanted[layer], head, at : at + rows, :width] = block[:, :width]
