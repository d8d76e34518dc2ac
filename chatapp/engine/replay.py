"""`Replay`: a context beside the chat's, on the same weights and without flash attention, that shows its attention.

It serves the chats that were not recorded, and checks what was rebuilt of those that were. It only ever reads on: its
columns are positions because it is filled in order and never cut. So it is kept for the next question, with the
attention of the last tokens as far as they fit, and closed when nobody has asked for a while.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import psutil
from numpy.typing import NDArray

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import EngineError, ErrorCode, RequestError
from chatapp.engine import ggml, log
from chatapp.engine.adapters import Adapters
from chatapp.engine.backend import Listener
from chatapp.engine.capture import SoftMaxRows
from chatapp.engine.llama import Context, Model

KV_TYPE = "f16"
IDLE = 120.0  # seconds without a question
_BATCH = 128  # tokens; without flash attention a graph takes _BATCH × context × heads floats
_AHEAD = 512  # tokens that can follow before the context is too short
_KEPT = 256 << 20  # bytes of rows that are kept for later questions


@dataclass(frozen=True, slots=True)
class _Block:
    """The attention of one layer from position *start* on: float16 (heads, rows, keys), and the first key of each."""

    start: int
    weights: NDArray[np.float16]
    lowest: NDArray[np.int32]

    @property
    def end(self) -> int:
        return self.start + len(self.lowest)


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the last tokens looked in one layer.

    weights  float16 (n_head, Q, T)    n_head_kv  its key-value heads
    lowest   int32 (Q,)                the first key that is not hidden by the layer's window
    """

    layer: int
    weights: NDArray[np.float16]
    n_head_kv: int
    lowest: NDArray[np.int32]


class Replay:
    """What it has read, and the attention of the last of it."""

    def __init__(self, model: Model, adapters: Adapters, n_threads: int) -> None:
        self._model = model
        self._adapters = adapters
        self._n_threads = n_threads
        self._context: Context | None = None
        self._capture = SoftMaxRows((), self._take)
        self._used_adapters: object = None
        self._layers: frozenset[int] = frozenset()
        self._tokens: list[int] = []
        self._blocks: dict[int, list[_Block]] = {}
        self._asked_at = 0.0  # time.monotonic()

    def rows(
        self,
        tokens: list[int],
        count: int,
        layers: Sequence[int],
        adapters: tuple[AdapterUse, ...],
        listener: Listener,
        *,
        afresh: bool = True,
    ) -> list[Rows]:
        """Attention of the last *count* of *tokens* in those of *layers* that have any, in their order.

        Raise `RequestError` when it was cancelled (what was read is kept) and when it would take too much memory; not
        *afresh*: also when all had to be read from the beginning, as if it had been cancelled.
        """
        first, used = len(tokens) - count, self._adapters.checked(adapters)
        self._asked_at = time.monotonic()
        if used != self._used_adapters or not self._goes_on(tokens, first, layers):
            if not afresh:
                raise RequestError(ErrorCode.CANCELLED)
            self._adapters.use_in(self._open(tokens, first, layers), adapters)
            self._used_adapters = used
        self._read(tokens, listener)
        self._keep(first)
        self._asked_at = time.monotonic()
        return [self._rows_of(layer, first, len(tokens)) for layer in layers if layer in self._capture.groups]

    def close(self) -> None:
        """Free the memory."""
        if self._context is not None:
            self._context.close()
        self._context = None
        self._tokens, self._blocks = [], {}

    def close_unused(self) -> None:
        """The same when nobody has asked for a while."""
        if self._context is not None and time.monotonic() - self._asked_at > IDLE:
            self.close()

    # -- reading -------------------------------------------------------------------------------------------------------

    def _goes_on(self, tokens: list[int], first: int, layers: Sequence[int]) -> bool:
        """Whether what is asked for is there, or comes after what is."""
        context = self._context
        if context is None or not self._layers.issuperset(layers):
            return False
        shared = min(len(tokens), len(self._tokens))
        return (
            len(tokens) <= context.n_ctx and first >= self._capture.first and tokens[:shared] == self._tokens[:shared]
        )

    def _open(self, tokens: list[int], first: int, layers: Sequence[int]) -> Context:
        """An empty context; rows before *first* are kept as far as there is room for them."""
        self.close()
        n_ctx = len(tokens) + _AHEAD
        row = 2 * len(layers) * self._model.n_head * n_ctx
        count = max(len(tokens) - first, min(len(tokens), _KEPT // max(1, row)))
        self._check_memory(n_ctx, count * row)
        self._layers = frozenset(layers)
        self._capture = SoftMaxRows(self._layers, self._take, len(tokens) - count)
        log.clear_errors()
        self._context = Context(
            self._model,
            n_ctx,
            n_batch=_BATCH,
            n_threads=self._n_threads,
            flash_attention="off",
            kv_type=KV_TYPE,
            cb_eval=self._capture.callback,
        )
        return self._context

    def _read(self, tokens: list[int], listener: Listener) -> None:
        context, known = self._context, len(self._tokens)
        assert context is not None
        context.on_abort(listener.cancelled)
        try:
            while (at := len(self._tokens)) < len(tokens):
                if listener.cancelled():
                    raise RequestError(ErrorCode.CANCELLED)
                self._decode(context, tokens[at : at + _BATCH], at)
                listener.prompt_progress(len(self._tokens), len(tokens), known)
        finally:
            context.on_abort(None)

    def _decode(self, context: Context, part: list[int], at: int) -> None:
        self._capture.begin(at)
        code = context.decode(part, at)
        if code == 0 and self._capture.error is None:
            self._tokens += part
            return
        # llama.cpp has taken the whole of an aborted batch back; where it could not, all has to be read again.
        if code == 2 and self._model.can_be_cut and len(context) == at:
            self._blocks = {layer: [b for b in blocks if b.start < at] for layer, blocks in self._blocks.items()}
            raise RequestError(ErrorCode.CANCELLED)
        self.close()
        if self._capture.error is not None:
            raise self._capture.error
        if code == 2:
            raise RequestError(ErrorCode.CANCELLED)
        raise EngineError(ErrorCode.ENGINE_CRASHED, outcome=f"llama_decode returned {code}", details=log.last_error())

    # -- rows ----------------------------------------------------------------------------------------------------------

    def _take(self, layer: int, position: int, block: NDArray[np.float32]) -> None:
        half = ggml.halves(block)
        # A window hides the keys before it from every head; half precision would hide the smallest weights, too.
        seen = (block > 0).any(axis=0).argmax(axis=-1) if self._model.window else np.zeros(block.shape[1])
        self._blocks.setdefault(layer, []).append(_Block(position, half, seen.astype(np.int32)))

    def _keep(self, first: int) -> None:
        """Give up the oldest rows where they are too many, but none from *first* on."""
        size = sum(block.weights.nbytes for blocks in self._blocks.values() for block in blocks)
        while size > _KEPT and all(blocks and blocks[0].end <= first for blocks in self._blocks.values()):
            self._capture.first = max(blocks[0].end for blocks in self._blocks.values())
            size -= sum(blocks.pop(0).weights.nbytes for blocks in self._blocks.values())

    def _rows_of(self, layer: int, first: int, end: int) -> Rows:
        blocks = [b for b in self._blocks[layer] if b.start < end and b.end > first]
        n_head = blocks[0].weights.shape[0]
        weights, lowest = np.zeros((n_head, end - first, end), np.float16), np.zeros(end - first, np.int32)
        for block in blocks:
            low, high = max(first, block.start), min(end, block.end)
            width = min(end, block.weights.shape[2])
            of_block, of_rows = slice(low - block.start, high - block.start), slice(low - first, high - first)
            weights[:, of_rows, :width] = block.weights[:, of_block, :width]
            lowest[of_rows] = block.lowest[of_block]
        return Rows(layer, weights, self._capture.groups[layer], lowest)

    def _check_memory(self, n_ctx: int, rows: int) -> None:
        model = self._model
        scores = 3 * 4 * _BATCH * n_ctx * model.n_head  # before and after the softmax, and a copy on the way out
        needed = n_ctx * model.kv_size + scores + 4 * _BATCH * model.n_vocab + rows
        available = psutil.virtual_memory().available // 2
        if needed > available:
            raise RequestError(
                ErrorCode.INSPECTION_TOO_LARGE, needed=f"{needed / 1e9:.1f} GB", available=f"{available / 1e9:.1f} GB"
            )
