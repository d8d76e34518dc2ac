"""What if a head, or a part of the conversation, were not there: the next-token distribution with and without it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.attending import recorder_of
from chatapp.engine.backend import Listener
from chatapp.engine.change import Change, Head, OneEach, Without
from chatapp.engine.given import checked_ids
from chatapp.engine.reading import Reader, cancelled
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import Mute, Muted, Sweep, Swept

NO_HEAD = QT_TRANSLATE_NOOP("reasons", "There is no head {head} in layer {layer}")
NOT_HIDDEN = QT_TRANSLATE_NOOP("reasons", "The first token and the last one cannot be hidden")
NOT_ALL = QT_TRANSLATE_NOOP("reasons", "Layers without attention would see what is hidden all the same")

_FEWEST = 4  # rows that are faster side by side than one after the other
_STEP = 4  # rows that the processor's kernels take together; of other numbers the last ones are rounded otherwise


def mute(request: Mute, reader: Reader, listener: Listener) -> Muted:
    """Logits with everything at work, and without the muted heads and the hidden tokens."""
    recorder = recorder_of(reader)
    heads = _by_layer(request.heads, recorder)
    tokens = reader.passage(request.prefix).tokens
    last = len(tokens) - 1
    if any(not 1 <= start < end <= last for start, end in request.hidden):
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NOT_HIDDEN)
    if request.hidden and not reader.model.can_be_cut:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NOT_ALL)
    first = min([0 if request.everywhere else last, *(end for _, end in request.hidden)])
    total = 2 * (len(tokens) - first)
    # The same batches both times: other ones are added up in another order, which can change as much as a weak head.
    if first == last:
        before = reader.last_row(tokens, listener).copy()
    else:
        before = reader.afresh(tokens, first, listener, lambda n: listener.prompt_progress(n - first, total, 0))
    with _changed(reader, Without(heads, 0 if request.everywhere else last, request.hidden)):
        done = len(tokens) - 2 * first
        after = reader.afresh(tokens, first, listener, lambda n: listener.prompt_progress(n + done, total, 0))
    return Muted(request.job, len(tokens), {"before": before, "after": after})


def sweep(request: Sweep, reader: Reader, listener: Listener) -> Swept:
    """Mute every head by itself at the last token; what was done when it is cancelled."""
    recorder = recorder_of(reader)
    (token,) = checked_ids((request.token,), reader.model.n_vocab)
    layers = [recorder.layers[i] for i in (request.layers or sorted(recorder.layers)) if i in recorder.layers]
    rows = {layer.index: row for row, layer in enumerate(layers)}
    heads = [(layer.index, head) for layer in layers for head in range(layer.n_head)]
    tokens = reader.passage(request.prefix).tokens
    if reader.row_after(tokens, listener, keep=True) is None:
        raise cancelled()
    change = np.full((len(layers), max((layer.n_head for layer in layers), default=0)), np.nan, np.float32)
    divergence = change.copy()
    logprobs: list[float] = []
    done = 0
    try:
        for chosen, before, after in _without_each(tokens, heads, reader, listener):
            logprobs.append(float(before[token]))
            for (layer, head), logits in zip(chosen, after, strict=True):
                logprob = _log_softmax(logits)
                change[rows[layer], head] = logprob[token] - before[token]
                divergence[rows[layer], head] = max(0.0, float(np.dot(np.exp(before), before - logprob)))
            done += len(chosen)
            listener.prompt_progress(done, len(heads), 0)
    except RequestError:
        if not listener.cancelled():
            raise
    if not done:
        raise cancelled()
    arrays = {"change": change, "divergence": divergence}
    return Swept(request.job, logprobs[0], tuple(layer.index for layer in layers), arrays)


def _without_each(
    tokens: list[int], heads: list[Head], reader: Reader, listener: Listener
) -> Iterator[tuple[list[Head], NDArray[np.float64], list[NDArray[np.float32]]]]:
    """Some of *heads*, the logprobs with all of them, and the logits without each."""
    last = len(tokens) - 1
    places = reader.places(tokens) // _STEP * _STEP
    if places < _FEWEST:
        before = _log_softmax(reader.last_row(tokens, listener))
        for head in heads:
            with _changed(reader, Without({head[0]: frozenset((head[1],))}, last)):
                after = reader.afresh(tokens, last, listener)
            yield [head], before, [after]
        return
    for at in range(0, len(heads), places - 1):
        chosen = heads[at : at + places - 1]
        # One copy keeps all its heads: the others are compared with what was evaluated beside them.
        rows: list[Head | None] = [None, *chosen]
        rows += [None] * (-len(rows) % _STEP)
        with _changed(reader, OneEach(last, rows)):
            logits = reader.copies(tokens, len(rows), listener)
        yield chosen, _log_softmax(logits[0]), logits[1 : len(chosen) + 1]


@contextmanager
def _changed(reader: Reader, change: Change) -> Iterator[None]:
    recorder = recorder_of(reader)
    recorder.change = change
    try:
        yield
    finally:
        recorder.change = None
    recorder_of(reader)  # raises where the change could not be made


def _by_layer(heads: Sequence[Head], recorder: AttentionRecorder) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for layer, head in heads:
        known = recorder.layers.get(layer)
        if known is None or not 0 <= head < known.n_head:
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_HEAD, layer=str(layer), head=str(head))
        found.setdefault(layer, set()).add(head)
    return {layer: frozenset(chosen) for layer, chosen in found.items()}


def _log_softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = logits.astype(np.float64)
    wide -= wide.max()
    wide -= np.log(np.exp(wide).sum())
    return wide
