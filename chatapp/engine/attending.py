"""Where a token of the chat looks: its attention, rebuilt from what was recorded with its proof, or replayed."""

from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import ggml
from chatapp.engine.backend import Listener
from chatapp.engine.queries import RecordedLayer
from chatapp.engine.reading import Passage, Reader, cancelled
from chatapp.engine.rebuild import Check, check, finite, weights
from chatapp.engine.recorder import AttentionRecorder
from chatapp.engine.replay import KV_TYPE, Rows
from chatapp.engine.scoring import owners_of
from chatapp.protocol.messages import Attend, Attended

NOT_RECORDED = QT_TRANSLATE_NOOP("reasons", "attention is not recorded in this chat")
NO_ROOM = QT_TRANSLATE_NOOP("reasons", "the memory set aside for it does not hold as many tokens")
NO_LAYERS = QT_TRANSLATE_NOOP("reasons", "this model has no attention layers")
NO_FLASH = QT_TRANSLATE_NOOP("reasons", "this chat runs without flash attention, which the recording needs")

REBUILT, REPLAYED = "rebuilt", "replayed"
_LARGEST = 1 << 30  # bytes


def attend(request: Attend, reader: Reader, listener: Listener) -> Attended:
    """The attention of the last tokens, by the method that was asked for or the one there is."""
    passage = reader.passage(request.prefix)
    count = max(1, min(request.queries, len(passage.tokens)))
    if request.method == REPLAYED or (not request.method and not is_recorded(reader, len(passage.tokens), count)):
        return _replayed(request, reader, passage, count, listener)
    return _rebuilt(request, reader, passage, count, listener)


def _rebuilt(request: Attend, reader: Reader, passage: Passage, count: int, listener: Listener) -> Attended:
    """Bring the tokens into the context if they are not there, and rebuild the rows of the last ones."""
    recorder = recorder_of(reader)
    tokens = passage.tokens
    position = len(tokens) - 1
    layers = _layers(request, recorder)
    _check_memory(len(layers), max((layer.n_head for layer in layers), default=0), count, len(tokens))
    first = len(tokens) - count
    recorded = hold_recorded(reader, recorder, tokens, (first, len(tokens)), listener)
    found = []
    for layer in layers:
        if listener.cancelled():
            raise cancelled()
        lowest = [recorder.lowest_key(layer, p) for p in range(first, len(tokens))]
        row = ggml.halves(weights(recorder, layer, position, count))
        found.append(Rows(layer.index, row, layer.n_head_kv, np.array(lowest, np.int32)))
    proof = _nearest_check(recorder, position)
    return Attended(
        request.job,
        tuple(layer.index for layer in layers),
        recorded,
        proof.position if proof else -1,
        proof.error if proof else -1.0,
        reader.context.kv_type,
        _arrays(request, reader, passage, found, count),
        REBUILT,
    )


def hold_recorded(
    reader: Reader, recorder: AttentionRecorder, tokens: list[int], part: tuple[int, int], listener: Listener
) -> bool:
    """Have *tokens* in the context, the queries of *part* (first, end) recorded; whether they are those of the run."""
    first, end = part
    reader.hold(tokens, len(tokens), listener)
    known = recorder.queries.known()[first:end]
    if not known.all():
        reader.hold(tokens, first + int(np.argmin(known)), listener)
        if not recorder.queries.known()[first:end].all():
            raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_ROOM)
    return bool(recorder.queries.own()[first:end].all())


def _replayed(request: Attend, reader: Reader, passage: Passage, count: int, listener: Listener) -> Attended:
    """Read the tokens in the context beside the chat's."""
    model = reader.model
    if not model.n_head:
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_LAYERS)
    layers = [layer for layer in request.layers or range(model.n_layer) if 0 <= layer < model.n_layer]
    _check_memory(len(layers), model.n_head, count, len(passage.tokens))
    found = reader.replay.rows(passage.tokens, count, layers, request.prefix.adapters, listener)
    if not found and layers:
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_LAYERS)
    for rows in found:
        finite(rows.weights)
    arrays = _arrays(request, reader, passage, found, count)
    return Attended(request.job, tuple(rows.layer for rows in found), False, -1, -1.0, KV_TYPE, arrays, REPLAYED)


def _arrays(
    request: Attend, reader: Reader, passage: Passage, found: list[Rows], count: int
) -> dict[str, NDArray[Any]]:
    n = len(passage.tokens)
    return {
        "weights": _stacked([rows.weights for rows in found], count, n),
        "ids": np.array(passage.tokens, np.int32),
        "owners": np.array(owners_of(request.prefix, passage, reader), np.int32),
        "groups": np.array([rows.n_head_kv for rows in found], np.int32),
        "lowest": np.array([rows.lowest for rows in found], np.int32).reshape(len(found), count),
    }


def is_recorded(reader: Reader, length: int, count: int) -> bool:
    """Whether the chat's context is recorded, with room for the last *count* of *length* tokens."""
    recorder = reader.context.recorder
    if recorder is None or recorder.error is not None or not recorder.layers:
        return False
    return recorder.queries.has_room(length - count, length)


def recorder_of(reader: Reader) -> AttentionRecorder:
    """The chat's recorder; raise `RequestError` where there is none, or nothing to record."""
    recorder = reader.context.recorder
    if recorder is None or recorder.error is not None:
        details = str(recorder.error) if recorder is not None else ""
        raise RequestError(ErrorCode.NO_ATTENTION, details, reason=NOT_RECORDED)
    if not recorder.layers:
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_FLASH if recorder.is_flash_off else NO_LAYERS)
    return recorder


def _layers(request: Attend, recorder: AttentionRecorder) -> list[RecordedLayer]:
    wanted = request.layers or sorted(recorder.layers)
    return [recorder.layers[index] for index in wanted if index in recorder.layers]


def _nearest_check(recorder: AttentionRecorder, position: int) -> Check | None:
    nearest = min(recorder.proofs, key=lambda proof: abs(proof.position - position), default=None)
    return check(recorder, nearest.position) if nearest is not None else None


def _stacked(rows: list[NDArray[np.float16]], count: int, n_keys: int) -> NDArray[np.float16]:
    """One array of all layers; layers with fewer heads are filled up with rows of 0."""
    n_head = max((len(row) for row in rows), default=0)
    found = np.zeros((len(rows), n_head, count, n_keys), np.float16)
    for at, row in enumerate(rows):
        found[at, : len(row)] = row
    return found


def _check_memory(n_layers: int, n_head: int, count: int, n_keys: int) -> None:
    # Halves to send, and floats of one layer on the way.
    size = n_head * count * n_keys * (2 * n_layers + 12)
    available = psutil.virtual_memory().available // 4
    if size > min(available, _LARGEST):
        raise RequestError(
            ErrorCode.INSPECTION_TOO_LARGE,
            needed=f"{size / 1e9:.1f} GB",
            available=f"{min(available, _LARGEST) / 1e9:.1f} GB",
        )
