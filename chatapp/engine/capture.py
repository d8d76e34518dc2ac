"""Attention weights as llama.cpp computes them: copies of ``kq_soft_max-<layer>`` taken while the graph runs.

They exist only with flash attention off. Columns are KV cells; they equal positions here because the context is filled
once from empty, in order, by one sequence, and never cut (`swa_full` keeps windowed layers from wrapping round).
Sources: src/llama-graph.cpp build_attn_mha, ggml/src/ggml-backend.cpp (order of the callback's two questions).
"""

import ctypes
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml

_NAME = b"kq_soft_max-"
_OP = ggml.Tensor.op.offset
_int_at = ctypes.c_int.from_address
_KEYS_AT = 2  # of K, (width, cells, heads), the dimension that counts key-value heads

# The layer, the position of the first row, float32 (heads, rows, keys); there may be keys of nothing at the end.
Take = Callable[[int, int, NDArray[np.float32]], None]


class SoftMaxRows:
    """Hands the attention of *layers* to *take*, as it is computed.

    Hand `callback` to a context and call `begin` before each llama_decode. An exception inside the callback cannot
    cross C; it is kept in `error`.
    first   positions before it are not wanted
    muted   layer → heads whose weights are put to 0 once they are handed over: nothing comes out of them
    groups  layer → its key-value heads, of the layers that were seen
    """

    def __init__(
        self, layers: Collection[int], take: Take, first: int = 0, muted: Mapping[int, Collection[int]] | None = None
    ) -> None:
        ggml.check_layout()
        self.callback: Any = C.ggml_backend_sched_eval_callback(self._on_node)  # ctypes frees it when unreferenced
        self.error: Exception | None = None
        self.first = first
        self.muted = muted or {}
        self.groups: dict[int, int] = {}
        self._take = take
        self._wanted = frozenset(layers)
        self._soft_max, self._product = ggml.op_number("SOFT_MAX"), ggml.op_number("MUL_MAT")
        self._start = 0
        self._seen: dict[int, int] = {}  # per layer, the tokens of this batch that earlier ubatches held

    def begin(self, start: int) -> None:
        """A batch whose first token is at position *start* is about to be decoded."""
        self._start = start
        self._seen.clear()

    def _on_node(self, address: int, ask: bool, _data: object) -> bool:
        if _int_at(address + _OP).value != self._soft_max:  # asked of every node: the cheapest look first
            return not ask
        try:
            tensor = ggml.Tensor.from_address(address)
            if not tensor.name.startswith(_NAME):
                return not ask
            layer = int(tensor.name[len(_NAME) :].split(b" ")[0])
            if layer not in self._wanted and layer not in self.muted:
                return not ask
            if ask:
                return self._is_wanted(tensor, layer)
            if layer in self._wanted:
                self._copy(address, tensor, layer)
            for head in self.muted.get(layer, ()):
                size = int(tensor.ne[0] * tensor.ne[1])
                ggml.write_f32(address, head * size, np.zeros(size, np.float32))
        except Exception as error:  # noqa: BLE001 - must not unwind into C; the caller looks at `error`
            self.error = error
        # False in the data phase would make llama_decode skip the rest of the graph and still report success.
        return True

    def _is_wanted(self, tensor: ggml.Tensor, layer: int) -> bool:
        """Whether any row of this ubatch is; each node that is handed over splits the graph."""
        if layer not in self._wanted:
            return True
        if layer not in self.groups:
            self.groups[layer] = self._key_heads(tensor)
        position, rows = self._start + self._seen.get(layer, 0), int(tensor.ne[1])
        self._seen[layer] = position + rows - self._start
        return position + rows > self.first or layer in self.muted

    def _copy(self, address: int, tensor: ggml.Tensor, layer: int) -> None:
        n_kv, n_rows, n_head, n_stream = tensor.ne
        if tensor.type != ggml.F32 or n_stream != 1:
            raise RuntimeError(f"unexpected attention tensor: type {tensor.type}, shape {list(tensor.ne)}")
        position = self._start + self._seen[layer] - n_rows
        skip = max(0, self.first - position)
        rows = n_rows - skip
        if rows <= 0:
            return
        block = np.empty((n_head, rows, n_kv), np.float32)
        for head in range(n_head):
            ggml.read_f32_into(address, (head * n_rows + skip) * n_kv, block[head])
        self._take(layer, position + skip, block)

    def _key_heads(self, tensor: ggml.Tensor) -> int:
        """How many heads K has behind the product with Q, which a softcap or a bias may have followed."""
        while tensor.op != self._product:
            if not tensor.src[0]:
                raise RuntimeError("attention weights that are no product of queries and keys")
            tensor = ggml.Tensor.from_address(tensor.src[0])
        return int(ggml.Tensor.from_address(tensor.src[0]).ne[_KEYS_AT])


class AttentionCapture(SoftMaxRows):
    """Collects attention (layer, head, query, key) for the last *n_query* of *n_tokens* positions.

    Read `result` at the end.
    """

    def __init__(
        self,
        n_tokens: int,
        n_query: int,
        layers: Sequence[int],
        n_head: int,
        muted: Mapping[int, Collection[int]] | None = None,
    ) -> None:
        super().__init__(layers, self._put, n_tokens - n_query, muted)
        self._places = {layer: index for index, layer in enumerate(layers)}
        self._weights = np.zeros((len(layers), n_head, n_query, n_tokens), np.float32)

    @property
    def layers(self) -> list[int]:
        """The wanted layers that have attention, ascending."""
        return sorted(self.groups)

    def result(self) -> NDArray[np.float32]:
        """float32 (len(layers), heads, queries, keys)."""
        keep = [self._places[layer] for layer in self.layers]
        return self._weights[keep] if len(keep) < len(self._places) else self._weights

    def _put(self, layer: int, position: int, block: NDArray[np.float32]) -> None:
        at = position - self.first
        n_head, rows, n_kv = block.shape
        width = min(n_kv, self._weights.shape[3])
        self._weights[self._places[layer], :n_head, at : at + rows, :width] = block[:, :, :width]
