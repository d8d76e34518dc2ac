"""Copies what a running graph computes for the last token in one layer and one head, node by node.

Nodes are known by their names (src/llama-graph.cpp, src/models/*.cpp), matrix products by the name of their weight,
which is the GGUF file's. It needs flash attention off, where scores and weights are nodes of their own.
"""

import ctypes
from collections.abc import Callable
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.core.step_by_step import Rope
from chatapp.engine import ggml

F32 = NDArray[np.float32]

_BY_WEIGHT = {
    "attn_q": "q", "attn_k": "k", "attn_v": "v", "attn_qkv": "qkv", "attn_output": "attn_out",
    "ffn_gate": "ffn_gate", "ffn_up": "ffn_up", "ffn_down": "ffn_out",
}  # fmt: skip
_ALL_ROWS = {"k", "v", "qkv"}  # of every token
_NEIGHBOURS, _HALVES = 0, 2  # GGML_ROPE_TYPE_NORMAL, GGML_ROPE_TYPE_NEOX
_NAME_AT, _OP_AT = ggml.Tensor.name.offset, ggml.Tensor.op.offset
_OPS = ("MUL_MAT", "ADD", "ROPE", "SCALE", "SOFT_MAX", "RMS_NORM", "NORM", "GLU", "UNARY", "MUL")


class StepCapture:
    """Hand `callback` to a context, call `begin` before each llama_decode; read the rest at the end.

    parts   name → what `StepsTaken` says of it, but float32 (T, width) of all heads for k_rot, k, v, qkv
    facts   scale, eps, activation and the like
    rope    None where nothing is turned, or not by a formula that is known here (`facts["rope_kind"]` says so then)
    error   what went wrong in the callback; it cannot cross C
    """

    def __init__(self, layer: int, head: int, n_layer: int, on_layer: Callable[[int], None]) -> None:
        ggml.check_layout()
        self.callback: Any = C.ggml_backend_sched_eval_callback(self._on_node)  # ctypes frees it when unreferenced
        self.error: Exception | None = None
        self.parts: dict[str, F32] = {}
        self.facts: dict[str, Any] = {}
        self.rope: Rope | None = None
        self._head = head
        self._on_layer = on_layer
        self._ops = {ggml.op_number(name): name for name in _OPS}
        self._norm = f"norm-{layer}"
        self._rows = {
            "embd": ("embedding",), "pos_embd": ("learned",), "inpL": ("start",), "inp_scaled": ("start",),
            f"attn_norm-{layer}": ("attn_norm",), f"kqv_out-{layer}": ("joined",),
            f"attn_post_norm-{layer}": ("attn_post",), f"ffn_inp-{layer}": ("ffn_inp",),
            f"sa_out-{layer}": ("ffn_inp",),
            f"ffn_norm-{layer}": ("ffn_norm",), f"ffn_post_norm-{layer}": ("ffn_post",), f"l_out-{layer}": ("l_out",),
            "result_norm": ("result_norm",), "result_output": ("logits",),
        }  # fmt: skip
        last = f"l_out-{n_layer - 1}"
        self._rows[last] = (*self._rows.get(last, ()), "last")
        self._by_weight = {f"blk.{layer}.{name}": part for name, part in _BY_WEIGHT.items()}
        self._special: dict[str, Callable[[int, ggml.Tensor, str], None]] = {
            f"Qcur-{layer}": self._on_q, f"Kcur-{layer}": self._on_k, f"kq-{layer}": self._on_scores,
            f"Qcur_normed-{layer}": self._on_q_norm, f"Kcur_normed-{layer}": self._on_k_norm,
            f"kq_soft_max-{layer}": self._on_weights, f"kqv-{layer}": self._on_mix,
        }  # fmt: skip
        self._query = f"Qcur-{layer}"
        self._tokens: dict[str, list[F32]] = {}  # of the batches so far
        self._entered = False

    def begin(self) -> None:
        """Another batch is about to be decoded."""
        self._entered = False

    def finish(self) -> None:
        """All batches are done: join what was collected of every token."""
        for name, pieces in self._tokens.items():
            self.parts[name] = np.concatenate(pieces)

    def _on_node(self, address: int, ask: bool, _data: object) -> bool:
        try:
            name = ctypes.string_at(address + _NAME_AT).decode("utf-8", "replace")
            op = self._ops.get(ctypes.c_int.from_address(address + _OP_AT).value, "")
            if ask and name.startswith("l_out-"):
                self._on_layer(int(name.removeprefix("l_out-").split(" ")[0]) + 1)
            handler = self._handler(address, name, op)
            if handler is None or self.error is not None:
                return not ask
            if not ask:
                handler(address, ggml.Tensor.from_address(address), op)
        except Exception as error:  # noqa: BLE001 - must not unwind into C; the caller looks at `error`
            self.error = error
        # False in the data phase would make llama_decode skip the rest of the graph and still report success.
        return True

    def _handler(self, address: int, name: str, op: str) -> Callable[[int, ggml.Tensor, str], None] | None:
        if name in self._rows:
            return self._on_row
        if op in ("MUL_MAT", "ADD") and self._weight(address, op) is not None:
            return self._on_linear
        if name in self._special and op in _OPS:
            return self._special[name]
        if op in ("RMS_NORM", "NORM") and name == self._norm and not self._entered:
            return self._on_enter
        if op == "SCALE" and _source_name(address, 0) == self._query:
            return self._on_scaled_q
        return None

    def _weight(self, address: int, op: str) -> str | None:
        """The part that a product with a weight, or a sum with its bias, is."""
        source = _source_name(address, 0 if op == "MUL_MAT" else 1)
        name, _, kind = source.rpartition(".")
        return self._by_weight.get(name) if kind == ("weight" if op == "MUL_MAT" else "bias") else None

    # -- one node each -------------------------------------------------------------------------------------------------

    def _on_row(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        name = tensor.name.decode()
        for part in self._rows[name]:
            self.parts[part] = _rows(address, tensor)[-1]
        if name == "inp_scaled":
            self.facts["start_scale"] = _floats(tensor)[0]

    def _on_linear(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        part = self._weight(address, op) or ""
        found = _rows(address, tensor)
        if part in _ALL_ROWS:
            if op == "ADD":
                self._tokens[part].pop()  # the product without its bias
            self._tokens.setdefault(part, []).append(found)
        else:
            self.parts[part] = found[-1]
        if part == "ffn_out" and op == "MUL_MAT":
            self._on_hidden(tensor.src[1])

    def _on_hidden(self, address: int) -> None:
        tensor = ggml.Tensor.from_address(address)
        self.parts["ffn_hidden"] = _rows(address, tensor)[-1]
        op = self._ops.get(tensor.op, "")
        if op in ("GLU", "UNARY"):
            number = int(tensor.op_params[0])
            function = getattr(ggml.library("ggml-base"), f"ggml_{op.lower()}_op_name")
            function.restype, function.argtypes = ctypes.c_char_p, [ctypes.c_int]
            name = function(number).decode().lower()
            self.facts["gated"] = op == "GLU"
            self.facts["activation"] = {"swiglu": "silu", "geglu": "gelu", "reglu": "relu"}.get(name, name)

    def _on_enter(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        self._entered = True
        source = tensor.src[0]
        self.parts["layer_in"] = _rows(source, ggml.Tensor.from_address(source))[-1]
        self.facts["eps"] = _floats(tensor)[0]
        self.facts["norm"] = "rms" if op == "RMS_NORM" else "layer"

    def _on_q(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        if op == "ROPE":
            self._learn_rope(tensor)
            self.parts["q_rot"] = self._of_head(address, tensor, self._head)

    def _on_scaled_q(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        self.parts["q_rot"] = self._of_head(address, tensor, self._head)
        self.facts["q_scale"] = _floats(tensor)[0]

    def _on_k(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        if op == "ROPE":
            self._of_tokens("k_rot", address, tensor)

    def _on_q_norm(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        self.parts["q_norm"] = self._of_head(address, tensor, self._head)

    def _on_k_norm(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        self._of_tokens("k_norm", address, tensor)

    def _on_scores(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        if op == "MUL_MAT":
            keys = ggml.Tensor.from_address(tensor.src[0])  # (width, tokens, heads)
            self.facts |= {
                "n_head": int(tensor.ne[2]), "n_head_kv": int(keys.ne[2]), "head_size": int(keys.ne[0]),
            }  # fmt: skip
            self.parts["scores"] = self._last_of_head(address, tensor)

    def _on_weights(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        self.parts["weights"] = self._last_of_head(address, tensor)
        self.facts["scale"], self.facts["max_bias"] = _floats(tensor)[:2]
        self.facts["capped"] = self._ops.get(ggml.Tensor.from_address(tensor.src[0]).op, "") != "MUL_MAT"
        mask = ggml.Tensor.from_address(tensor.src[1])
        n_kv, n_rows = int(mask.ne[0]), int(tensor.ne[1])
        if mask.type == ggml.F32:
            self.parts["mask"] = ggml.read_f32(tensor.src[1], (n_rows - 1) * n_kv, n_kv)
        else:
            half = ggml.read_bytes(tensor.src[1], (n_rows - 1) * n_kv * 2, n_kv * 2)
            self.parts["mask"] = half.view(np.float16).astype(np.float32)
        if tensor.src[2]:
            self.facts["sink"] = float(ggml.read_f32(tensor.src[2], self._head, 1)[0])

    def _on_mix(self, address: int, tensor: ggml.Tensor, op: str) -> None:
        if op == "MUL_MAT":
            self.parts["mix"] = self._last_of_head(address, tensor)

    def _of_head(self, address: int, tensor: ggml.Tensor, head: int) -> F32:
        """(D,) of the last token, of a tensor (D, heads, tokens)."""
        width, heads, tokens = (int(n) for n in tensor.ne[:3])
        return ggml.read_f32(address, ((tokens - 1) * heads + head) * width, width)

    def _of_tokens(self, part: str, address: int, tensor: ggml.Tensor) -> None:
        width, heads, tokens = (int(n) for n in tensor.ne[:3])
        found = ggml.read_f32(address, 0, width * heads * tokens).reshape(tokens, heads * width)
        self._tokens.setdefault(part, []).append(found)

    def _last_of_head(self, address: int, tensor: ggml.Tensor) -> F32:
        """(n,) of the last token, of a tensor (n, tokens, heads)."""
        width, tokens = int(tensor.ne[0]), int(tensor.ne[1])
        return ggml.read_f32(address, (self._head * tokens + tokens - 1) * width, width)

    def _learn_rope(self, tensor: ggml.Tensor) -> None:
        numbers, values = list(tensor.op_params), _floats(tensor)
        size, kind = numbers[1], numbers[2]
        base, scale, ext_factor, magnitude = values[5:9]
        self.facts["rope_kind"] = kind
        if kind not in (_NEIGHBOURS, _HALVES) or ext_factor:
            return
        factors = ggml.read_f32(tensor.src[2], 0, size // 2) if tensor.src[2] else None
        self.rope = Rope(size, base, kind == _NEIGHBOURS, scale, magnitude, factors)
        self.facts |= {"rope_base": base, "rope_size": size, "rope_pairs": "neighbours" if kind == 0 else "halves"}


def _rows(address: int, tensor: ggml.Tensor) -> F32:
    """All of a contiguous F32 tensor as rows of its innermost dimension."""
    width, count = int(tensor.ne[0]), int(tensor.ne[1] * tensor.ne[2] * tensor.ne[3])
    if tensor.type != ggml.F32 or tensor.nb[1] != width * 4:
        raise RuntimeError(f"unexpected tensor {tensor.name!r}: type {tensor.type}, strides {list(tensor.nb)}")
    return ggml.read_f32(address, 0, width * count).reshape(count, width)


def _floats(tensor: ggml.Tensor) -> list[float]:
    found: list[float] = np.frombuffer(bytes(tensor.op_params), np.float32).tolist()
    return found


def _source_name(address: int, index: int) -> str:
    source = ctypes.c_void_p.from_address(address + ggml.Tensor.src.offset + 8 * index).value
    return ctypes.string_at(source + _NAME_AT).decode("utf-8", "replace") if source else ""
