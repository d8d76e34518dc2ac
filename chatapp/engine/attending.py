"""Where a token of the chat looks: its attention, rebuilt from what was recorded, and the proof that goes with it."""

import numpy as np
import psutil
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.backend import Listener
from chatapp.engine.queries import RecordedLayer
from chatapp.engine.reading import Reader, cancelled
from chatapp.engine.rebuild import Check, check, weights
from chatapp.engine.recorder import AttentionRecorder
from chatapp.engine.scoring import owners_of
from chatapp.protocol.messages import Attend, Attended

NOT_RECORDED = QT_TRANSLATE_NOOP("reasons", "attention is not recorded in this chat")
NO_ROOM = QT_TRANSLATE_NOOP("reasons", "the memory set aside for it does not hold as many tokens")
NO_LAYERS = QT_TRANSLATE_NOOP("reasons", "this model has no attention layers")
NO_FLASH = QT_TRANSLATE_NOOP("reasons", "this chat runs without flash attention, which the recording needs")

_LARGEST = 1 << 30  # bytes


def attend(request: Attend, reader: Reader, listener: Listener) -> Attended:
    """Bring the tokens into the context if they are not there, and rebuild the rows of the last ones."""
    recorder = recorder_of(reader)
    passage = reader.passage(request.prefix)
    tokens = passage.tokens
    position = len(tokens) - 1
    layers = _layers(request, recorder)
    count = max(1, min(request.queries, len(tokens)))
    _check_memory(len(layers), max((layer.n_head for layer in layers), default=0), count, len(tokens))
    first = len(tokens) - count
    reader.hold(tokens, len(tokens), listener)
    recorded = bool(recorder.queries.known()[first : len(tokens)].all())
    if not recorded:
        missing = first + int(np.argmin(recorder.queries.known()[first : len(tokens)]))
        reader.hold(tokens, missing, listener)
        if not recorder.queries.known()[first : len(tokens)].all():
            raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_ROOM)
    rows = []
    for layer in layers:
        if listener.cancelled():
            raise cancelled()
        rows.append(weights(recorder, layer, position, count))
    found = _nearest_check(recorder, position)
    return Attended(
        request.job,
        tuple(layer.index for layer in layers),
        recorded,
        found.position if found else -1,
        found.error if found else -1.0,
        reader.context.kv_type,
        {
            "weights": _stacked(rows, count, len(tokens)),
            "ids": np.array(tokens, np.int32),
            "owners": np.array(owners_of(request.prefix, passage, reader), np.int32),
            "groups": np.array([layer.n_head_kv for layer in layers], np.int32),
            "lowest": np.array(
                [[recorder.lowest_key(layer, p) for p in range(first, len(tokens))] for layer in layers], np.int32
            ).reshape(len(layers), count),
        },
    )


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


def _stacked(rows: list[NDArray[np.float32]], count: int, n_keys: int) -> NDArray[np.float16]:
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
