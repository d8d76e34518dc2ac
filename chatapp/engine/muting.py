"""What if a head were not there: muted heads, and the next-token distribution with and without them."""

import numpy as np

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.attending import recorder_of
from chatapp.engine.backend import Listener
from chatapp.engine.given import checked_ids
from chatapp.engine.reading import Reader, cancelled
from chatapp.engine.recorder import AttentionRecorder
from chatapp.protocol.messages import Mute, Muted, Sweep, Swept

NO_HEAD = QT_TRANSLATE_NOOP("reasons", "There is no head {head} in layer {layer}")


def mute(request: Mute, reader: Reader, listener: Listener) -> Muted:
    """Logits with every head at work, and without the muted ones."""
    recorder = recorder_of(reader)
    muted = _by_layer(request.heads, recorder)
    tokens = reader.passage(request.prefix).tokens
    before = reader.last_row(tokens, listener).copy()
    recorder.muted = muted
    try:
        after = reader.afresh(tokens, 0 if request.everywhere else len(tokens) - 1, listener)
    finally:
        recorder.muted = {}
    return Muted(request.job, len(tokens), {"before": before, "after": after})


def sweep(request: Sweep, reader: Reader, listener: Listener) -> Swept:
    """Mute every head by itself at the last token; what was done when it is cancelled."""
    recorder = recorder_of(reader)
    (token,) = checked_ids((request.token,), reader.model.n_vocab)
    layers = [recorder.layers[i] for i in (request.layers or sorted(recorder.layers)) if i in recorder.layers]
    tokens = reader.passage(request.prefix).tokens
    before = _log_softmax(reader.last_row(tokens, listener))
    n_head = max((layer.n_head for layer in layers), default=0)
    change = np.full((len(layers), n_head), np.nan, np.float32)
    divergence = change.copy()
    done, total = 0, sum(layer.n_head for layer in layers)
    try:
        for at, layer in enumerate(layers):
            for head in range(layer.n_head):
                if listener.cancelled():
                    break
                recorder.muted = {layer.index: frozenset((head,))}
                after = _log_softmax(reader.afresh(tokens, len(tokens) - 1, listener))
                change[at, head] = after[token] - before[token]
                divergence[at, head] = max(0.0, float(np.dot(np.exp(before), before - after)))
                done += 1
                listener.prompt_progress(done, total, 0)
    except RequestError:
        if not listener.cancelled():
            raise
    finally:
        recorder.muted = {}
    if not done:
        raise cancelled()
    arrays = {"change": change, "divergence": divergence}
    return Swept(request.job, float(before[token]), tuple(layer.index for layer in layers), arrays)


def _by_layer(heads: tuple[tuple[int, int], ...], recorder: AttentionRecorder) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for layer, head in heads:
        known = recorder.layers.get(layer)
        if known is None or not 0 <= head < known.n_head:
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_HEAD, layer=str(layer), head=str(head))
        found.setdefault(layer, set()).add(head)
    return {layer: frozenset(chosen) for layer, chosen in found.items()}


def _log_softmax(logits: np.ndarray[tuple[int], np.dtype[np.float32]]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    wide = logits.astype(np.float64)
    wide -= wide.max()
    wide -= np.log(np.exp(wide).sum())
    return wide
