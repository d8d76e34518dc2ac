"""What the comparison of two models hands to the export: every token with both models' numbers, and the page."""

import math

import numpy as np
from PySide6.QtWidgets import QWidget

from chatapp.core.model_comparison import ModelComparison, Side
from chatapp.core.trace_export import Cell, Table, origin, piece_text, short_float
from chatapp.ui.inspector.attention_words import head_name
from chatapp.ui.inspector.exported import APP, Exported
from chatapp.ui.inspector.picture import widget_picture

_SAME = ("token_number", "id", "text", "bytes", "own", "a_logprob", "b_logprob", "a_rank", "b_rank", "a_top_id",
         "b_top_id", "kl_bits")  # fmt: skip
_OTHER = ("model", "token_number", "id", "text", "bytes", "own", "logprob", "rank")


def model_compare_export(found: ModelComparison, token: int | None, verdict: str, page: QWidget) -> Exported:
    """Models A and B; of the heads what they differ in at *token*."""
    one, two = found.sides
    apart = found.attention.get(token) if token is not None else None
    meta = origin(
        one.trace.meta, APP, shown="comparison of two models", verdict=verdict,
        b=origin(two.trace.meta, APP),
        perplexity=[_known(one.perplexity), _known(two.perplexity)],
        bits_per_character=[_known(one.bits_per_character), _known(two.bits_per_character)],
        kl="D(A||B) over the whole vocabulary, bits" if found.kl is not None else None,
        mean_kl_bits=_known(found.mean_kl),
        same_likeliest_token=_known(found.agreement),
        attention_token_number=None if apart is None or token is None else token + 1,
        attention_method=None if apart is None else apart.picture.method,
        attention_elsewhere=None if apart is None else {
            head_name((layer, head)): [round(float(v), 4) for v in (apart.moved[at, head], apart.largest[at, head])]
            for at, layer in enumerate(apart.picture.layers)
            for head in range(apart.picture.shape[1]) if apart.picture.exists[at, head]
        },
    )  # fmt: skip

    def table() -> Table:
        if found.kl is None:
            rows = [(name, *_token(s, at), _number(s.trace.logprobs[at]), _counted(s.trace.ranks[at]))
                    for name, s in zip("AB", found.sides, strict=True) for at in range(len(s.trace))]  # fmt: skip
            return Table(_OTHER, rows, meta)
        a, b = one.trace, two.trace
        same: list[tuple[Cell, ...]] = [
            (*_token(one, at), _number(a.logprobs[at]), _number(b.logprobs[at]), _counted(a.ranks[at]),
             _counted(b.ranks[at]), *(_known_id(trace.top_ids[at, 0]) for trace in (a, b)), _number(found.kl[at]))
            for at in range(len(a))
        ]  # fmt: skip
        return Table(_SAME, same, meta)

    sides = zip("AB", found.sides, strict=True)
    files = [f"{name}: {side.model.name} · {side.model.fingerprint[:16]}" for name, side in sides]
    lines = (APP, *files, verdict)
    return Exported("models", meta, table, lambda: widget_picture(page, lines))


def _token(side: Side, at: int) -> tuple[Cell, ...]:
    data = side.trace.token_bytes(at)
    return at + 1, int(side.trace.ids[at]), piece_text(data), data.hex(" "), int(side.own[at])


def _number(value: float) -> float | None:
    return None if math.isnan(value) else short_float(float(value))


def _counted(rank: np.int32) -> int | None:
    """From 1 on."""
    return None if rank < 0 else int(rank) + 1


def _known_id(token: np.int32) -> int | None:
    return None if token < 0 else int(token)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
