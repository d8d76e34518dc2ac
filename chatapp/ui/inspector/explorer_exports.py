"""What the Next token, Layers and Text tabs hand to the export."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from chatapp.core.lookahead import LookaheadTree
from chatapp.core.next_token import NextToken
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.text_rest import TextRest
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Cell, Table, origin, piece_text, short_float, token_table, trace_json
from chatapp.core.vocabulary import Vocabulary
from chatapp.protocol.loading import ModelInfo
from chatapp.services.lens import LayerView
from chatapp.ui.inspector.exported import APP, Exported, caption
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.inspector.lens_table import LensTable
from chatapp.ui.inspector.numbers import count
from chatapp.ui.inspector.picture import Picture, strip_picture, table_picture, widget_picture
from chatapp.ui.inspector.token_strip import TokenStrip

_DRAWN = QT_TRANSLATE_NOOP("Export", "The first {first} of {total} tokens")


def of_model(model: ModelInfo | None, **more: Any) -> dict[str, Any]:
    """The origin of what the loaded model computed."""
    return origin({"model": model.path, "fingerprint": model.fingerprint} if model else {}, APP, **more)


def candidates_export(
    known: NextToken, vocabulary: Vocabulary, ids: NDArray[np.int32], meta: dict[str, Any], page: QWidget
) -> Exported:
    """The rows *ids* of the distribution; the picture has those in view."""
    meta = {**meta, "n_vocab": len(known), "n_tokens": known.n_tokens, "entropy_nats": known.entropy}

    def table() -> Table:
        rows = []
        for token in ids.tolist():
            data, logprob = vocabulary.piece(token), float(known.logprobs[token])
            rows.append((
                int(known.places[token]) + 1, token, piece_text(data), data.hex(" "), math.exp(logprob),
                short_float(known.logprobs[token]), short_float(known.final[token]),
            ))  # fmt: skip
        return Table(("rank", "id", "text", "bytes", "probability", "logprob", "sampled"), rows, meta)

    return Exported("next-token", meta, table, lambda: widget_picture(page, caption(meta)))


def lookahead_export(tree: LookaheadTree, meta: dict[str, Any], page: QWidget) -> Exported:
    """The continuations, a row for each node of the tree."""

    def table() -> Table:
        rows = [
            (node, int(tree.parents[node]), int(tree.depths[node]), int(tree.ids[node]), piece_text(piece),
             piece.hex(" "), short_float(tree.logprobs[node]), float(tree.cumulative[node]))
            for node, piece in enumerate(tree.pieces)
        ]  # fmt: skip
        columns = ("node", "parent", "depth", "id", "text", "bytes", "logprob", "cumulative_logprob")
        return Table(columns, rows, meta)

    return Exported("lookahead", meta, table, lambda: widget_picture(page, caption(meta)))


def layers_export(views: list[LayerView], meta: dict[str, Any]) -> Exported:
    """A row for each layer: the token that was written, and the likeliest ones."""

    def table() -> Table:
        width = max(len(view.top) for view in views)
        rows = []
        for view in views:
            top: list[Cell] = []
            for data, token, share in view.top:
                top += [token, piece_text(data), data.hex(" "), share]
            top += [None] * (4 * width - len(top))
            rows.append((view.index + 1, view.probability, view.logprob, view.rank + 1, view.entropy_bits, *top))
        names = [f"{what}_{at + 1}" for at in range(width) for what in ("id", "text", "bytes", "probability")]
        return Table(("layer", "probability", "logprob", "rank", "entropy_bits", *names), rows, meta)

    def picture() -> Picture:
        copy = LensTable()
        copy.resize(560, 400)
        copy.show_layers(views)
        return table_picture(copy, caption(meta))

    return Exported("layers", meta, table, picture)


def text_export(
    trace: TraceBuffer, rest: TextRest, strip: TokenStrip, legend: Legend, meta: dict[str, Any]
) -> Exported:
    """A text of the user's own: the picture has what the strip shows, tables also the *rest*, without candidates."""
    meta = {**meta, "rows": len(trace) + len(rest)}
    if rest:
        meta |= {"drawn": len(trace), "with_candidates": len(trace)}
    drawn = () if not rest else (_said(_DRAWN, count(len(trace)), count(meta["rows"])),)
    return Exported(
        "text",
        meta,
        lambda: token_table(trace, meta, rest=rest),
        lambda: strip_picture(strip, legend, caption(meta) + drawn),
        lambda: trace_json(trace, meta, rest=rest),
    )


def _said(template: str, first: str, total: str) -> str:
    return QCoreApplication.translate("Export", template).format(first=first, total=total)
