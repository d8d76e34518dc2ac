"""Where many tokens of the chat look, their heads put together here: only the sums go to the window."""

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.attending import NO_LAYERS, REBUILT, REPLAYED, hold_recorded, is_recorded, recorder_of
from chatapp.engine.backend import Listener
from chatapp.engine.reading import Reader, cancelled
from chatapp.engine.rebuild import weights
from chatapp.protocol.messages import AttendedRows, AttendRows

ROLLOUT = "rollout"
_BLOCK = 32  # tokens whose weights are rebuilt at once
_MOST_WEIGHTS = 4 << 30  # of one rollout: about a minute and a half on two cores


def attend_rows(request: AttendRows, reader: Reader, listener: Listener) -> AttendedRows:
    """The rows that are asked for; raise `RequestError` where there are none, and when cancelled."""
    tokens = reader.passage(request.prefix).tokens
    end = len(tokens) - request.after
    first = max(0, end - max(1, request.queries))
    if request.how == ROLLOUT:
        # What is left for all but the first token is too little for half precision.
        recorded, whole = _rolled_out(reader, tokens, (first, end), listener)
        return AttendedRows(request.job, recorded, REBUILT, {"rows": whole})
    if is_recorded(reader, end, end - first):
        recorded, rows = _rebuilt(request, reader, tokens, (first, end), listener)
        method = REBUILT
    else:
        recorded, rows, method = False, _replayed(request, reader, tokens[:end], end - first, listener), REPLAYED
    return AttendedRows(request.job, recorded, method, {"rows": rows.astype(np.float16)})


class _Sum:
    """Puts together the chosen heads of *shape* (Q, T)."""

    def __init__(self, request: AttendRows, shape: tuple[int, int]) -> None:
        self._is_max = request.how == "max"
        self._heads: dict[int, list[int]] = {}
        for layer, head in request.heads:
            self._heads.setdefault(layer, []).append(head)
        self._rows = np.zeros(shape, np.float32)
        self._count = 0

    def wants(self, layer: int) -> bool:
        return not self._heads or layer in self._heads

    def add(self, layer: int, at: int, found: NDArray[np.floating]) -> None:
        """*found* (H, rows, keys) are the weights of *layer* from row *at* on."""
        if self._heads:
            found = found[[head for head in self._heads[layer] if head < len(found)]]
        rows = self._rows[at : at + found.shape[1], : found.shape[2]]
        if self._is_max:
            np.maximum(rows, found.max(axis=0, initial=0), out=rows)
        else:
            rows += found.sum(axis=0, dtype=np.float32)
        if at == 0:
            self._count += len(found)

    def result(self) -> NDArray[np.float32]:
        return self._rows if self._is_max else self._rows / np.float32(max(1, self._count))


def _rebuilt(
    request: AttendRows, reader: Reader, tokens: list[int], part: tuple[int, int], listener: Listener
) -> tuple[bool, NDArray[np.float32]]:
    recorder = recorder_of(reader)
    first, end = part
    recorded = hold_recorded(reader, recorder, tokens, part, listener)
    total = _Sum(request, (end - first, end))
    for index, layer in sorted(recorder.layers.items()):
        for start in range(first, end, _BLOCK) if total.wants(index) else ():
            if listener.cancelled():
                raise cancelled()
            stop = min(end, start + _BLOCK)
            total.add(index, start - first, weights(recorder, layer, stop - 1, stop - start))
    return recorded, total.result()


def _replayed(
    request: AttendRows, reader: Reader, tokens: list[int], count: int, listener: Listener
) -> NDArray[np.float32]:
    total = _Sum(request, (count, len(tokens)))
    layers = [layer for layer in range(reader.model.n_layer) if total.wants(layer)]
    # What is read ahead may cost a few tokens, not the whole text: then it waits until somebody asks.
    found = reader.replay.rows(tokens, count, layers, request.prefix.adapters, listener, afresh=False)
    if not found:
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_LAYERS)
    for rows in found:
        total.add(rows.layer, 0, rows.weights)
    return total.result()


def _rolled_out(
    reader: Reader, tokens: list[int], part: tuple[int, int], listener: Listener
) -> tuple[bool, NDArray[np.float32]]:
    """Rows of the rollout, from the last layer to the first: a matrix of all tokens is never there as a whole."""
    recorder = recorder_of(reader)
    first, end = part
    heads = sum(layer.n_head for layer in recorder.layers.values())
    most = int((2 * _MOST_WEIGHTS / max(1, heads)) ** 0.5)
    if end > most:
        raise RequestError(ErrorCode.ROLLOUT_TOO_LONG, tokens=end, most=most)
    recorded = hold_recorded(reader, recorder, tokens, (0, end), listener)
    rows = np.eye(end - first, end, first, dtype=np.float32)
    done = 0
    for _, layer in sorted(recorder.layers.items(), reverse=True):
        mixed = np.zeros_like(rows)
        for start in range(0, end, _BLOCK):
            if listener.cancelled():
                raise cancelled()
            stop = min(end, start + _BLOCK)
            looked = weights(recorder, layer, stop - 1, stop - start).mean(axis=0)
            share = rows[:, start:stop] / (1 + looked.sum(axis=1))  # rows of 0.5·A + 0.5·I are made to sum to 1
            mixed[:, start:stop] += share
            mixed[:, :stop] += share @ looked
            done += stop - start
            listener.prompt_progress(done, end * len(recorder.layers), 0)
        rows = mixed
    return recorded, rows
