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

_PROOF_EVERY = 32  # positions between two outputs that are kept, at most; a chunk of queries begins with one
_PROOFS = 16  # of them
_PROOF_SHARE = 8  # they get one of so many parts of the budget, at most
_Q, _K, _V, _MASK, _SINKS = range(5)  # operands of the node
_KEYS = "cache_k_l"
_WEIGHTS = b"kq_soft_max"
_HIDDEN = -1e4  # half precision; hidden keys have -inf, ALiBi's distances are smaller

# This process's memory as numbers: looking one up takes half the time of `from_address`, which makes an object of it.
_ints = (ctypes.c_int32 * (1 << 59)).from_address(0)
_pointers = (ctypes.c_int64 * (1 << 58)).from_address(0)
_OP, _SRC, _DATA = ggml.Tensor.op.offset, ggml.Tensor.src.offset, ggml.Tensor.data.offset
_NE1 = ggml.Tensor.ne.offset + 8
_NAME = ggml.Tensor.name.offset


@dataclass(slots=True)
class Proof:
    """What the attention of position *position* really put out: layer → float32 (n_head, value width).

    error  what `chatapp.engine.rebuild.check` found, once it has looked
    """

    position: int
    error: float | None = None
    outputs: dict[int, NDArray[np.float32]] = field(default_factory=dict)


class AttentionRecorder:
    """Hand `callback` to a context, call `begin` before each llama_decode, `cut` when the context forgets.

    budget   bytes that all it keeps takes at most
    layers   the attention layers by index, known after the first decode
    queries  what was recorded
    is_asked what is decoded now is for a question, not for the chat
    change   what is done to whatever is decoded now, as a causal check; nothing is recorded of it
    watch    is asked about all other nodes, as the callback is, when it is set
    scratch  room for numbers, kept for whoever rebuilds rows
    error    what went wrong in the callback (it cannot cross C); nothing more is recorded then
    is_flash_off  the first decode had attention, but not the node that can be recorded
    """

    def __init__(self, budget: int, *, windowed: bool) -> None:
        ggml.check_layout()
        self.budget = budget
        self.error: Exception | None = None
        self.is_on = True
        self.is_asked = False
        self.is_flash_off = False
        self.queries = QueryStore(budget)
        self.layers: dict[int, RecordedLayer] = {}
        self.proofs: list[Proof] = []
        self.change: Change | None = None
        self.watch: Callable[[int, bool], bool] | None = self._look_for_attention
        self._windowed = windowed
        self._attention = ggml.op_number("FLASH_ATTN_EXT")
        self._copy_op = ggml.op_number("CPY")
        self._to_half = ggml.to_half()
        self._lowest: list[NDArray[np.int32]] = []  # per mask class, for each position the first key it sees
        self._masks: dict[int, tuple[int, int]] = {}  # mask class → the mask that was read last, and for which position
        self._masks_learned: dict[int, int] = {}  # address in the first graph → class
        self._order: list[RecordedLayer] = []  # as a graph runs through them
        self._most_proofs, self._proofs_size = 0, 0
        self._is_host = False
        self._start = 0
        self._from = 0  # the first position that there is room for
        self._next = 0  # in _order
        self._seen: list[int] = []  # tokens of the batch, for each of _order
        self._single: list[tuple[int, int]] = []  # size of a token's Q, class of a mask to be read or -1
        self._targets: list[int] = []  # where the Q of a single token goes, for each of _order
        self._proof: Proof | None = None
        self._hidden: set[tuple[int, int]] = set()  # masks that were changed, and for which position
        self._learning = True  # the first graph only tells which layers there are
        self.scratch = np.zeros(0, np.float32)
        self.callback: Any = C.ggml_backend_sched_eval_callback(self._asked())  # ctypes frees it when unreferenced

    # -- bookkeeping ---------------------------------------------------------------------------------------------------

    @property
    def size(self) -> int:
        """Bytes that are held."""
        kept = sum(output.nbytes for proof in self.proofs for output in proof.outputs.values())
        return self.queries.size + kept + sum(lowest.nbytes for lowest in self._lowest)

    def begin(self, position: int, n_tokens: int) -> None:
        """*n_tokens* from *position* on are about to be decoded in one batch."""
        self._start = position
        self._next = 0
        self._masks.clear()
        self._hidden.clear()
        self._seen = [0] * len(self._order)
        self._targets.clear()
        self._proof = None
        if not self.is_on or self._learning or self.change is not None:
            return
        last = position + n_tokens - 1
        if self._windowed:
            self._lowest = [ensure(lowest, last + 1) for lowest in self._lowest]
        self.queries.besides = self._proofs_size + sum(lowest.nbytes for lowest in self._lowest)
        self._from = self.queries.make_room(position, last + 1)
        near = bool(self.proofs) and self.proofs[-1].position > last - _PROOF_EVERY
        if self._most_proofs and (n_tokens > 1 or last % _PROOF_EVERY == 0 or not near):
            self._proof = Proof(last)
        elif n_tokens == 1 and self._from == position and self._is_host:
            self._targets = self.queries.places(position)

    def done(self, count: int) -> None:
        """*count* tokens of the batch are in the context now: what was copied of them counts."""
        if self._learning:
            self._learn()
        if not self.is_on or not self._order or self.change is not None:
            return
        copied = min(self._seen) if not self._targets else int(self._next == len(self._order))
        end = self._start + min(count, copied)
        self.queries.mark(min(self._from, end), end, own=not self.is_asked)
        if self._proof is not None and len(self._proof.outputs) == len(self.layers):
            self.proofs = [proof for proof in self.proofs if proof.position != self._proof.position]
            self._keep_proof(self._proof)
        while self.proofs and not self.queries.knows(self.proofs[0].position):  # given up for the budget
            del self.proofs[0]

    def cut(self, position: int) -> None:
        """Everything from *position* on is forgotten."""
        self.queries.cut(position)
        self.proofs = [p for p in self.proofs if p.position < position]

    def save(self, start: int, end: int) -> NDArray[np.uint8]:
        """What is kept of the positions *start* to *end*, proofs and queries, to be put back by `restore`."""
        kept = [p for p in self.proofs if start <= p.position < end]
        numbers = np.array([len(kept), *(p.position for p in kept)], np.int32)
        outputs = [p.outputs[layer.index].reshape(-1) for p in kept for layer in self._order]
        parts = [numbers, *outputs, self.queries.save(start, end)]
        return np.concatenate([np.ascontiguousarray(part).view(np.uint8) for part in parts])

    def restore(self, data: NDArray[np.uint8], start: int, end: int) -> bool:
        """Put back what `save` gave; False when it is not that."""
        count = int(data[:4].view(np.int32)[0])
        positions, at = data[4 : 4 * (count + 1)].view(np.int32), 4 * (count + 1)
        for position in positions.tolist():
            proof = Proof(position)
            for layer in self._order:
                size = 4 * layer.n_head * layer.value_width
                output = data[at : at + size].view(np.float32).reshape(layer.n_head, layer.value_width)
                proof.outputs[layer.index] = output.copy()
                at += size
            self._keep_proof(proof)
        return self.queries.restore(data[at:], start, end)

    def _keep_proof(self, proof: Proof) -> None:
        """Add it behind the others; when there are too many, give up the one that has its neighbours nearest."""
        self.proofs.append(proof)
        if len(self.proofs) > self._most_proofs:
            at = [p.position for p in self.proofs]
            del self.proofs[min(range(1, len(at) - 1), key=lambda i: at[i + 1] - at[i - 1], default=0)]

    def lowest_key(self, layer: RecordedLayer, position: int) -> int:
        """The first key that *position* sees in this layer: 0 but for windows."""
        return int(self._lowest[layer.mask_class][position]) if self._windowed else 0

    def _learn(self) -> None:
        self._learning = not self.layers
        self.watch = None
        if self.layers:
            proof = sum(4 * layer.n_head * layer.value_width for layer in self._order)
            self._most_proofs = min(_PROOFS, self.budget // (_PROOF_SHARE * proof))
            self._proofs_size = self._most_proofs * proof
            self.queries.set_layers(self._order)
            self.queries.besides = self._proofs_size
            self._seen = [0] * len(self._order)
            self._is_host = all(layer.is_host for layer in self._order)
            first = {layer.mask_class: layer for layer in reversed(self._order)} if self._windowed else {}
            for layer in self._order:
                is_first = first.get(layer.mask_class) is layer
                self._single.append((layer.n_q, layer.mask_class if is_first else -1))

    # -- in the graph --------------------------------------------------------------------------------------------------

    def _asked(self) -> Callable[[int, bool, object], bool]:
        ints, attention, look = _ints, self._attention, self._look

        def asked(address: int, ask: bool, _data: object) -> bool:
            # Some eight hundred times a token: this is half of what recording costs.
            if ints[address + _OP >> 2] == attention:
                return look(address, ask)
            return False if self.watch is None else self.watch(address, ask)

        return asked

    def _look_for_attention(self, address: int, _ask: bool) -> bool:
        """In the first graph: without flash attention the weights are a node of their own, and they tell."""
        self.is_flash_off |= ctypes.string_at(address + _NAME, len(_WEIGHTS)) == _WEIGHTS
        return False

    def _look(self, address: int, ask: bool) -> bool:
        if self.is_on and (not ask or self.change is not None):
            try:
                if ask:
                    self._hide(address)
                else:
                    self._copy(address)
            except Exception as error:  # noqa: BLE001 - must not unwind into C; the caller looks at `error`
                self.error = error
                self.is_on = False
        # False in the data phase would make llama_decode skip the rest of the graph and still report success.
        return self.is_on or not ask

    def _copy(self, address: int) -> None:
        if self._targets:
            at = self._next
            size, mask_class = self._single[at]
            self._to_half(_pointers[_pointers[address + _SRC >> 3] + _DATA >> 3], self._targets[at], size)
            self._next = at + 1
            if mask_class >= 0:
                self._read_mask(_pointers[address + _SRC + 8 * _MASK >> 3], mask_class, self._start, 1)
        elif self._learning:
            self._add_layer(address)
        else:
            self._copy_batch(address)

    def _copy_batch(self, address: int) -> None:
        source = _pointers[address + _SRC >> 3]  # Q: (width, tokens, heads), in memory token by token
        at, layer = self._next, self._order[self._next]
        self._next = (at + 1) % len(self._order)
        rows = _pointers[source + _NE1 >> 3]
        position = self._start + self._seen[at]
        self._seen[at] += rows
        if self.change is not None:
            self._mute(address, layer, self.change.muted(layer.index, position, rows))
            return
        mask = _pointers[address + _SRC + 8 * _MASK >> 3]
        if self._windowed and self._masks.get(layer.mask_class) != (mask, position):
            self._masks[layer.mask_class] = (mask, position)
            self._read_mask(mask, layer.mask_class, position, rows)
        done = max(0, self._from - position)
        if done < rows:
            data, _held = _host_q(source, layer, rows)
        while done < rows:
            # One call for as many tokens as lie behind each other on both sides.
            count = min(rows - done, CHUNK - (position + done) % CHUNK) if layer.stride == layer.n_q else 1
            target = self.queries.place(layer, position + done)
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
        mask = _pointers[address + _SRC + 8 * _MASK >> 3]
        if change is None or not change.hides or self._learning or not mask:
            return
        position = self._start + self._seen[self._next]
        if (mask, position) in self._hidden:
            return
        self._hidden.add((mask, position))
        tensor = ggml.Tensor.from_address(mask)
        if tensor.type != ggml.F16 or not tensor.flags & ggml.IS_INPUT:  # one that is computed is not there yet
            raise RuntimeError(f"unexpected mask {tensor.name!r} of type {tensor.type}")
        n_kv, rows = int(tensor.ne[0]), int(tensor.ne[1])
        values = ggml.read_bytes(mask, 0, rows * n_kv * 2).view(np.float16).reshape(rows, n_kv)
        change.hide(values, position)
        ggml.write_bytes(mask, 0, values)

    def _read_mask(self, mask: int, mask_class: int, position: int, rows: int) -> None:
        """The first key that each of *rows* queries sees: the mask is 0 there and -inf before."""
        tensor = ggml.Tensor.from_address(mask)
        n_kv = int(tensor.ne[0])
        seen = ggml.read_bytes(mask, 0, rows * n_kv * 2).view(np.float16).reshape(rows, n_kv) > _HIDDEN
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
        index = int(name.removeprefix(_KEYS).split()[0])
        if index in self.layers:  # the last layers of some models (Gemma 3n) have no keys of their own
            index = max(self.layers) + 1
        scale, max_bias, softcap = np.frombuffer(bytes(node.op_params), np.float32)[:3].tolist()
        mask = node.src[_MASK] or 0
        mask_class = self._masks_learned.setdefault(mask, len(self._masks_learned))
        while len(self._lowest) <= mask_class:
            self._lowest.append(np.zeros(0, np.int32))
        sinks = node.src[_SINKS]
        layer = RecordedLayer(
            index=index,
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


def _host_q(source: int, layer: RecordedLayer, rows: int) -> tuple[int, NDArray[np.float32] | None]:
    """The address of Q in this process's memory, and what must live as long as it is used."""
    if layer.is_host:
        return _pointers[source + _DATA >> 3], None
    copied = ggml.read_f32(source, 0, (rows - 1) * layer.stride + layer.n_q)
    return int(copied.ctypes.data), copied


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
