"""The same word after different words: states of the last tokens of some texts, layer by layer, and where they look.

The texts are read in a context of their own with flash attention off. A token sees only what stands before it, so what
follows the word in a sentence cannot matter, and is not read.
"""

import ctypes
from collections.abc import Iterator
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import EngineError, ErrorCode, RequestError
from chatapp.core.probability import distribution
from chatapp.core.step_by_step import similarity
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import ggml, log
from chatapp.engine.backend import Listener
from chatapp.engine.lens import NO_STATES
from chatapp.engine.llama import Context, Model
from chatapp.engine.reading import Reader, cancelled
from chatapp.protocol.messages import Meanings, MeaningsRead, Prefix

MOST = 6  # texts
LONGEST = 256  # tokens of one
TOP = 5  # tokens that come next

TOO_MANY = QT_TRANSLATE_NOOP("reasons", "Two to {most} texts can be compared, of at most {tokens} tokens each")

_NAME_AT = ggml.Tensor.name.offset


def read(request: Meanings, reader: Reader, listener: Listener, n_threads: int) -> MeaningsRead:
    """States, attention and next tokens of each text; raise `RequestError` for what cannot be."""
    model = reader.model
    passages = [reader.passage(Prefix(text=text, raw=True)).tokens for text in request.texts]
    if not 2 <= len(passages) <= MOST or max(map(len, passages)) > LONGEST:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=TOO_MANY, most=str(MOST), tokens=str(LONGEST))
    longest = max(map(len, passages))
    weights = np.zeros((len(passages), longest), np.float32)
    ids = np.full((len(passages), longest), -1, np.int32)
    states, tops = [], []
    looks = _looks(model, passages, listener, n_threads)
    for at, (tokens, (found, logits)) in enumerate(zip(passages, looks, strict=True)):
        states.append(np.stack([found.states[layer] for layer in sorted(found.states)]))
        if found.rows:
            weights[at, : len(tokens)] = np.concatenate(found.rows)[:, : len(tokens)].mean(axis=0)
        ids[at, : len(tokens)] = tokens
        tops.append(distribution(logits, TOP))
        listener.prompt_progress(at + 1, len(passages), 0)
    top_ids = np.stack([dist.top_ids for dist in tops]).astype(np.int32)
    shown = (int(i) for i in (*ids.ravel(), *top_ids.ravel()))
    pieces = [model.token_text(i, special=True) if i >= 0 else b"" for i in shown]
    return MeaningsRead(
        request.job,
        {
            "similarity": similarity(np.stack(states, axis=1)),
            "weights": weights,
            "ids": ids,
            "top_ids": top_ids,
            "top_logprobs": np.stack([dist.top_logprobs for dist in tops]).astype(np.float32),
            "lengths": np.array([len(piece) for piece in pieces], np.int32),
            "bytes": np.frombuffer(b"".join(pieces), np.uint8),
        },
    )


def _looks(
    model: Model, passages: list[list[int]], listener: Listener, n_threads: int
) -> "Iterator[tuple[_Look, NDArray[np.float32]]]":
    """What the last token of each has, and the logits after it."""
    look = _Look()
    log.clear_errors()
    longest = max(map(len, passages))
    context = Context(model, longest, n_threads=n_threads, flash_attention="off", cb_eval=look.callback)
    try:
        context.on_abort(listener.cancelled)
        for tokens in passages:
            look.forget()
            context.clear()
            code = context.decode(tokens, 0)
            if listener.cancelled():
                raise cancelled()
            if look.error is not None:
                raise look.error
            if code:
                outcome = f"llama_decode returned {code}"
                raise EngineError(ErrorCode.ENGINE_CRASHED, outcome=outcome, details=log.last_error())
            if len(look.states) < 2:
                raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_STATES)
            yield look, context.logits().copy()
    finally:
        context.close()


class _Look:
    """*states*: -1 the embedding, then layer → float32 (E,); *rows*: of each layer the weights, float32 (H, n_kv)."""

    def __init__(self) -> None:
        ggml.check_layout()
        self.callback: Any = C.ggml_backend_sched_eval_callback(self._on_node)  # ctypes frees it when unreferenced
        self.error: Exception | None = None
        self.states: dict[int, NDArray[np.float32]] = {}
        self.rows: list[NDArray[np.float32]] = []

    def forget(self) -> None:
        """Another text is about to be read."""
        self.states, self.rows = {}, []

    def _on_node(self, address: int, ask: bool, _data: object) -> bool:
        name = ctypes.string_at(address + _NAME_AT)
        state = name.startswith(b"l_out-") or name == b"embd"
        if not state and not name.startswith(b"kq_soft_max-"):
            return not ask
        if not ask and self.error is None:
            try:
                self._copy(address, name, is_state=state)
            except Exception as error:  # noqa: BLE001 - must not unwind into C; `_look` looks at it
                self.error = error
        return True  # False in the data phase would skip the rest of the graph

    def _copy(self, address: int, name: bytes, *, is_state: bool) -> None:
        tensor = ggml.Tensor.from_address(address)
        width, rows, heads = (int(n) for n in tensor.ne[:3])
        if tensor.type != ggml.F32:
            raise RuntimeError(f"unexpected type {tensor.type} of {tensor.name!r}")
        if is_state:
            layer = -1 if name == b"embd" else int(name.removeprefix(b"l_out-").split(b" ")[0])
            self.states[layer] = ggml.read_f32(address, (rows - 1) * width, width)
        else:
            self.rows.append(
                np.stack([ggml.read_f32(address, (head * rows + rows - 1) * width, width) for head in range(heads)])
            )
