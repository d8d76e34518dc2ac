"""`AttentionRecorder`: keeps what rebuilds the attention of the very run that wrote a reply.

With flash attention on there are no weights to copy: a layer is one node, ``FLASH_ATTN_EXT``, that takes Q,
views of the K and V cache and a mask. Q is copied as the chat runs, in half precision; K and V stay where they are
(`chatapp.engine.rebuild` makes rows of them). Now and then the node's own output is kept, too, as a proof.
Sources: ggml/src/ggml.c ggml_flash_attn_ext (operands, op_params), src/llama-graph.cpp build_attn_mha.
"""

import ctypes
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.engine import ggml
from chatapp.engine.change import Change
from chatapp.engine.queries import CHUNK, QueryStore, RecordedLayer, ensure

_PROOF_EVERY = 32  # positions between two outputs that are kept
_PROOFS = 16  # of them, the newest
_Q, _K, _V, _MASK, _SINKS = range(5)  # operands of the node
_KEYS = "cache_k_l"
_WEIGHTS = b"kq_soft_max"
_HIDDEN = -1e4  # half precision; hidden keys have -inf, ALiBi's distances are smaller

_int_at, _pointer_at, _count_at = ctypes.c_int.from_address, ctypes.c_void_p.from_address, ctypes.c_int64.from_address
_OP, _SRC, _DATA = ggml.Tensor.op.offset, ggml.Tensor.src.offset, ggml.Tensor.data.offset
_NE1 = ggml.Tensor.ne.offset + 8
_NAME = ggml.Tensor.name.offset


@dataclass(slots=True)
class Proof:
    """What the attention of position *position* really put out: layer → float32 (n_head, value width)."""

    position: int
    outputs: dict[int, NDArray[np.float32]] = field(default_factory=dict)


class AttentionRecorder:
    """Hand `callback` to a context, call `begin` before each llama_decode, `cut` when the context forgets.

    layers   the attention layers by index, known after the first decode
    queries  what was recorded
    is_asked what is decoded now is for a question, not for the chat
    change   what is done to whatever is decoded now, as a causal check; nothing is recorded of it
    watch    is asked about all other nodes, as the callback is, when it is set
    error    what went wrong in the callback (it cannot cross C); nothing more is recorded then
    is_flash_off  the first decode had attention, but not the node that can be recorded
    """

    def __init__(self, budget: int, *, windowed: bool) -> None:
        ggml.check_layout()
        self.callback: Any = C.ggml_backend_sched_eval_callback(self._on_node)  # ctypes frees it when unreferenced
        self.error: Exception | None = None
        self.is_on = True
        self.is_asked = False
        self.queries = QueryStore(budget)
        self.layers: dict[int, RecordedLayer] = {}
        self.proofs: list[Proof] = []
        self._windowed = windowed
        self._attention = ggml.op_number("FLASH_ATTN_EXT")
        self._copy_op = ggml.op_number("CPY")
        self._to_half = ggml.to_half()
        self._lowest: list[NDArray[np.int32]] = []  # per mask class, for each position the first key it sees
        self._masks: dict[int, tuple[int, int]] = {}  # mask class → the mask that was read last, and for which position
        self._masks_learned: dict[int, int] = {}  # address in the first graph → class
        self._order: list[RecordedLayer] = []  # as a graph runs through them
        self.is_flash_off = False
        self.watch: Callable[[int, bool], bool] | None = self._look_for_attention
        self.change: Change | None = None
        self._next = 0
        self._scratch = np.zeros(0, np.float32)
        self._start = 0
        self._seen: dict[int, int] = {}
        self._proof: Proof | None = None
        self._hidden: set[tuple[int, int]] = set()  # masks that were changed, and for which position
        self._learning = True  # the first graph only tells which layers there are

    # -- bookkeeping ---------------------------------------------------------------------------------------------------

    def begin(self, position: int, n_tokens: int) -> None:
        """*n_tokens* from *position* on are about to be decoded in one batch."""
        self._start = position
        self._seen.clear()
        self._masks.clear()
        self._hidden.clear()
        self._next = 0
        last = position + n_tokens - 1
        wanted = self.is_on and self.change is None and (n_tokens > 1 or last % _PROOF_EVERY == 0)
        self._proof = Proof(last) if wanted else None

    def done(self, count: int) -> None:
        """*count* tokens of the batch are in the context now: what was copied of them counts."""
        if self._learning:
            self._learn()
        if not self.is_on or self.error is not None or not self._seen or self.change is not None:
            return
        count = min(count, *self._seen.values())
        self.queries.mark(self._start, self._start + count, own=not self.is_asked)
        if self._proof is not None and self._proof.outputs:
            self.proofs = [p for p in self.proofs if p.position != self._proof.position][-_PROOFS + 1 :]
            self.proofs.append(self._proof)

    def cut(self, position: int) -> None:
        """Everything from *position* on is forgotten."""
        self.queries.cut(position)
        self.proofs = [p for p in self.proofs if p.position < position]

    def lowest_key(self, layer: RecordedLayer, position: int) -> int:
        """The first key that *position* sees in this layer: 0 but for windows."""
        return int(self._lowest[layer.mask_class][position]) if self._windowed else 0

    def _learn(self) -> None:
        self.queries.set_layers(self._order)
        self._learning = not self.layers
        self.watch = None
        self._seen.clear()
        self.proofs.clear()

    # -- in the graph --------------------------------------------------------------------------------------------------

    def _on_node(self, address: int, ask: bool, _data: object) -> bool:
        # Asked of every node of every token: the cheapest look first.
        if _int_at(address + _OP).value != self._attention or not self.is_on:
            return self.watch(address, ask) if self.watch is not None else not ask
        if self.error is None and (not ask or self.change is not None):
            try:
                if ask:
                    self._hide(address)
                else:
                    self._copy(address)
            except Exception as error:  # noqa: BLE001 - must not unwind into C; the caller looks at `error`
                self.error = error
                self.is_on = False
        # False in the data phase would make llama_decode skip the rest of the graph and still report success.
        return True

    def _look_for_attention(self, address: int, ask: bool) -> bool:
        """In the first graph: without flash attention the weights are a node of their own, and they tell."""
        self.is_flash_off |= ctypes.string_at(address + _NAME, len(_WEIGHTS)) == _WEIGHTS
        return not ask

    def _copy(self, address: int) -> None:
        source = _pointer_at(address + _SRC).value or 0  # Q: (width, tokens, heads), in memory token by token
        if self._learning:
            self._add_layer(address)
            return
        layer = self._order[self._next]
        self._next = (self._next + 1) % len(self._order)
        rows = _count_at(source + _NE1).value
        seen = self._seen.get(layer.index, 0)
        self._seen[layer.index] = seen + rows
        position = self._start + seen
        if self.change is not None:
            self._mute(address, layer, self.change.muted(layer.index, position, rows))
            return
        mask = _pointer_at(address + _SRC + 8 * _MASK).value or 0
        if self._windowed and self._masks.get(layer.mask_class) != (mask, position):
            self._masks[layer.mask_class] = (mask, position)
            self._read_mask(mask, layer.mask_class, position, rows)
        data = self._host_q(source, layer, rows)
        done = 0
        while done < rows:
            at = position + done
            # One call for as many tokens as lie behind each other on both sides.
            count = min(rows - done, CHUNK - at % CHUNK) if layer.stride == layer.n_q else 1
            target = self.queries.place(layer, at)
            self._to_half(data + 4 * done * layer.stride, target, count * layer.n_q)
            done += count
        if self._proof is not None and position + rows - 1 == self._proof.position:
            size = layer.n_head * layer.value_width
            output = ggml.read_f32(address, (rows - 1) * size, size)
            self._proof.outputs[layer.index] = output.reshape(layer.n_head, layer.value_width)

    def _mute(self, address: int, layer: RecordedLayer, muted: Iterable[tuple[int, int]]) -> None:
        """Zero what *muted* (row, head) put out: (value width, heads, tokens), before anything has read it."""
        size = layer.value_width
        zeros = np.zeros(size, np.float32)
        for row, head in muted:
            ggml.write_f32(address, (row * layer.n_head + head) * size, zeros)

    def _hide(self, address: int) -> None:
        """Change the mask before the first node that takes it runs: an input that llama.cpp fills for every ubatch."""
        change = self.change
        mask = _pointer_at(address + _SRC + 8 * _MASK).value or 0
        if change is None or not change.hides or self._learning or not mask:
            return
        position = self._start + self._seen.get(self._order[self._next].index, 0)
        if (mask, position) in self._hidden:
            return
        self._hidden.add((mask, position))
        tensor = ggml.Tensor.from_address(mask)
        if tensor.type != ggml.F16:
            raise RuntimeError(f"unexpected type {tensor.type} of {tensor.name!r}")
        n_kv, rows = int(tensor.ne[0]), int(tensor.ne[1])
        values = ggml.read_bytes(mask, 0, rows * n_kv * 2).view(np.float16).reshape(rows, n_kv)
        change.hide(values, position)
        ggml.write_bytes(mask, 0, values)

    def _host_q(self, source: int, layer: RecordedLayer, rows: int) -> int:
        """The address of Q in this process's memory."""
        if layer.is_host:
            return _pointer_at(source + _DATA).value or 0
        size = (rows - 1) * layer.stride + layer.n_q
        self._scratch = ggml.read_f32(source, 0, size)
        return int(self._scratch.ctypes.data)

    def _read_mask(self, mask: int, mask_class: int, position: int, rows: int) -> None:
        """The first key that each of *rows* queries sees: the mask is 0 there and -inf before."""
        tensor = ggml.Tensor.from_address(mask)
        n_kv = int(tensor.ne[0])
        seen = ggml.read_bytes(mask, 0, rows * n_kv * 2).view(np.float16).reshape(rows, n_kv) > _HIDDEN
        self._lowest[mask_class] = ensure(self._lowest[mask_class], position + rows)
        self._lowest[mask_class][position : position + rows] = seen.argmax(axis=1)

    def _add_layer(self, address: int) -> None:
        node = ggml.Tensor.from_address(address)
        q, k, v = (ggml.Tensor.from_address(node.src[i]) for i in (_Q, _K, _V))
        if q.type != ggml.F32 or q.nb[2] != q.ne[0] * 4 or q.nb[1] % 4 or q.ne[3] != 1:
            raise RuntimeError(f"unexpected query tensor: type {q.type}, strides {list(q.nb)}")
        keys, values = _cache_of(k), _cache_of(v)
        name = keys.name.decode()
        if not name.startswith(_KEYS):
            raise RuntimeError(f"keys lie in {name!r}, which is not a KV cache")
        scale, max_bias, softcap = np.frombuffer(bytes(node.op_params), np.float32)[:3].tolist()
        mask = node.src[_MASK] or 0
        mask_class = self._masks_learned.setdefault(mask, len(self._masks_learned))
        while len(self._lowest) <= mask_class:
            self._lowest.append(np.zeros(0, np.int32))
        sinks = node.src[_SINKS]
        layer = RecordedLayer(
            index=int(name.removeprefix(_KEYS).split()[0]),
            n_head=int(q.ne[2]),
            n_head_kv=int(k.ne[2]),
            width=int(q.ne[0]),
            value_width=int(v.ne[0]),
            scale=scale,
            max_bias=max_bias,
            softcap=softcap,
            keys=keys,
            values=values,
            sinks=ggml.read_f32(sinks, 0, int(q.ne[2])) if sinks else None,
            mask_class=mask_class,
            stride=int(q.nb[1]) // 4,
            is_host=ggml.is_host(q),
            half_keys=k.op == self._copy_op,
        )
        self.layers[layer.index] = layer
        self._order.append(layer)


def _cache_of(operand: ggml.Tensor) -> ggml.Tensor:
    """The tensor of the KV cache behind views and conversions of it, copied: the graph it hangs in is soon another."""
    tensor = operand
    while not tensor.view_src:
        if not tensor.src[0]:
            raise RuntimeError("keys or values that are not in a cache")
        tensor = ggml.Tensor.from_address(tensor.src[0])
    found = ggml.Tensor()
    ctypes.memmove(ctypes.byref(found), tensor.view_src, ctypes.sizeof(ggml.Tensor))
    return found
