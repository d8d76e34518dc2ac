"""The two ways in which `inspection` comes by attention, each in a context of its own: captured, and rebuilt.

Both give the weights of the last *n_query* of *n_tokens* tokens, in those of *layers* that have attention.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import EngineError, ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import ggml, log
from chatapp.engine.attending import NO_FLASH
from chatapp.engine.capture import AttentionCapture
from chatapp.engine.llama import Context, Model
from chatapp.engine.muting import NO_HEAD
from chatapp.engine.queries import CHUNK
from chatapp.engine.rebuild import check, finite, weights
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import KV_TYPES

Heads = Mapping[int, frozenset[int]]  # by layer
KV_OF = QT_TRANSLATE_NOOP("reasons", "The KV type is one of {choices}")
_LEARNING, _SPARE = 1 << 40, 1 << 20  # bytes: before it is known what a token takes, and beside the queries


class Captured:
    """Copied as the graph computes them, without flash attention."""

    source = "replayed"
    flash_attention = False
    kv_types = ("f16", "f32")

    def __init__(self, model: Model, n_tokens: int, n_query: int, layers: list[int], muted: Heads) -> None:
        for layer, heads in muted.items():
            _check_heads(layer, heads, model.n_head if 0 <= layer < model.n_layer else 0)
        self._capture = AttentionCapture(n_tokens, n_query, layers, model.n_head, muted)
        self.options: dict[str, Any] = {"flash_attention": "off", "cb_eval": self._capture.callback}  # of the context

    def prepare(self, context: Context) -> None:
        """Nothing has to be done before the first token."""

    def begin(self, start: int) -> None:
        """A batch from position *start* on comes next."""
        self._capture.begin(start)

    @property
    def error(self) -> Exception | None:
        """What went wrong in a batch."""
        return self._capture.error

    @property
    def groups(self) -> dict[int, int]:
        """The layers, ascending, with their key-value heads."""
        return {layer: self._capture.groups[layer] for layer in self._capture.layers}

    def result(self) -> NDArray[np.float32]:
        """float32 (layers, heads, queries, keys)."""
        return finite(self._capture.result())

    def proof(self) -> dict[str, Any]:
        """What there is to say of how they were come by."""
        return {"method": "captured kq_soft_max in a second context"}


class Rebuilt:
    """Made of the recorded Q and the K cache, with flash attention."""

    source = "rebuilt"
    flash_attention = True
    kv_types = KV_TYPES

    def __init__(self, model: Model, n_tokens: int, n_query: int, layers: list[int], muted: Heads) -> None:
        self._recorder = _MutingRecorder(_LEARNING, windowed=model.window > 0)
        self._bos, self._wanted, self._muted = max(model.bos, 0), layers, muted
        self._n_tokens, self._n_query = n_tokens, n_query
        self.options: dict[str, Any] = {"flash_attention": "on", "recorder": self._recorder}  # of the context

    def prepare(self, context: Context) -> None:
        """One token tells which layers there are, and what has to be kept of them."""
        code = context.decode([self._bos], 0)
        if code:
            outcome = f"llama_decode returned {code}"
            raise EngineError(ErrorCode.ENGINE_CRASHED, outcome=outcome, details=log.last_error())
        context.clear()
        recorder = self._recorder
        if recorder.is_flash_off:
            raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_FLASH)
        for layer, heads in self._muted.items():
            _check_heads(layer, heads, recorder.layers[layer].n_head if layer in recorder.layers else 0)
        recorder.muted = self._muted
        token = sum(2 * layer.n_head * layer.width for layer in recorder.layers.values())
        recorder.queries.budget = recorder.queries.besides + _SPARE + token * (self._n_query + 2 * CHUNK)

    def begin(self, start: int) -> None:
        """The context tells the recorder itself."""

    @property
    def error(self) -> Exception | None:
        """What went wrong in a batch."""
        return self._recorder.error

    @property
    def groups(self) -> dict[int, int]:
        """The layers, ascending, with their key-value heads."""
        found = self._recorder.layers
        return {layer: found[layer].n_head_kv for layer in self._wanted if layer in found}

    def result(self) -> NDArray[np.float32]:
        """float32 (layers, heads, queries, keys)."""
        layers = [self._recorder.layers[index] for index in self.groups]
        n_head = max((layer.n_head for layer in layers), default=0)
        found = np.zeros((len(layers), n_head, self._n_query, self._n_tokens), np.float32)
        for at, layer in enumerate(layers):
            found[at, : layer.n_head] = weights(self._recorder, layer, self._n_tokens - 1, self._n_query)
        return found

    def proof(self) -> dict[str, Any]:
        """What there is to say of how they were come by, with w·V against what the last token's heads put out."""
        checked = check(self._recorder, self._n_tokens - 1)
        return {
            "method": "rebuilt from Q and the K cache of FLASH_ATTN_EXT in a second context",
            "checked_at": checked.position if checked else None,
            "difference": checked.error if checked else None,
        }


class _MutingRecorder(AttentionRecorder):
    """Records as ever; nothing comes out of *muted* heads, once that is on record."""

    def __init__(self, budget: int, *, windowed: bool) -> None:
        super().__init__(budget, windowed=windowed)
        self.muted: Heads = {}

    def _copy(self, address: int) -> None:
        layer = self._order[self._next] if self.muted else None
        super()._copy(address)
        if layer is not None and layer.index in self.muted:
            rows = int(ggml.Tensor.from_address(address).ne[2])
            self._mute(address, layer, [(row, head) for row in range(rows) for head in self.muted[layer.index]])


WAYS: dict[str, type[Captured | Rebuilt]] = {"captured": Captured, "rebuilt": Rebuilt}


def _check_heads(layer: int, heads: frozenset[int], n_head: int) -> None:
    for head in sorted(heads):
        if not 0 <= head < n_head:
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_HEAD, layer=str(layer), head=str(head))
