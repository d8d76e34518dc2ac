"""What the What if page hands to the export: the tokens before and after a change, or the effect of every head."""

import math
from collections.abc import Callable
from typing import Any

from PySide6.QtWidgets import QWidget

from chatapp.core.attention_picture import AttentionPicture
from chatapp.core.token_text import token_text
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Table, origin, piece_text
from chatapp.core.what_if import Effect, HeadEffects
from chatapp.ui.inspector.attention_words import head_name, proof_text
from chatapp.ui.inspector.exported import APP, Exported, caption
from chatapp.ui.inspector.picture import widget_picture

Piece = Callable[[int], bytes]
_BATCHES = "before and after are evaluated in the same batches of the chat's own context (flash attention on)"


def change_export(effect: Effect, trace: TraceBuffer, token: int, piece: Piece, page: QWidget) -> Exported:
    """The likeliest tokens before and after; logprobs are nats."""
    change, one = effect.change, effect.token
    hidden = change.hidden or (0, 0)
    meta = _meta(
        trace, token, effect.picture, shown="what if", muted=[head_name(h) for h in sorted(change.heads)] or None,
        muted_at=("every token" if change.everywhere else "the last token before this one") if change.heads else None,
        hidden_positions=list(change.hidden) if change.hidden else None,
        hidden_ids=effect.picture.ids[hidden[0] : hidden[1]].tolist() or None,
        hidden_attention=effect.hidden_share if change.hidden else None,
        top_source=list(effect.source) if change.heads else None,
        token_id=one.token, logprob_before=one.before, logprob_after=one.after, divergence_nats=effect.divergence,
        method=_BATCHES,
    )  # fmt: skip

    def table() -> Table:
        rows = [
            (row.token, piece_text(piece(row.token)), piece(row.token).hex(" "), row.before, row.after,
             row.rank_before + 1, row.rank_after + 1)
            for row in effect.rows
        ]  # fmt: skip
        columns = ("id", "text", "bytes", "logprob_before", "logprob_after", "rank_before", "rank_after")
        return Table(columns, rows, meta)

    lines = _lines(meta, effect.picture, token_text(one.token, piece(one.token)))
    return Exported("what-if", meta, table, lambda: widget_picture(page, lines))


def sweep_export(effects: HeadEffects, trace: TraceBuffer, token: int, piece: Piece, page: QWidget) -> Exported:
    """A row for each head that was muted; nats."""
    done, total = effects.done
    picture = effects.picture
    meta = _meta(
        trace, token, picture, shown="effect of every head", token_id=effects.token, logprob=effects.logprob,
        half_below=effects.half("change"), heads_done=done, heads=total, muted_at="the last token before this one",
        correlation_change=_number(effects.correlation()),
        correlation_divergence=_number(effects.correlation("divergence")),
        correlation="Spearman, over heads, of the weight on the top source and the size of the effect",
        method="each head is muted in a copy of the last token, beside an unchanged one that it is compared with",
    )  # fmt: skip

    def table() -> Table:
        rows = [
            (effect.head[0], effect.head[1], effect.change, effect.divergence, effect.source,
             int(picture.ids[effect.source]), piece_text(piece(int(picture.ids[effect.source]))), effect.weight)
            for effect in effects.strongest(total)
        ]  # fmt: skip
        columns = ("layer", "head", "change", "divergence", "source", "source_id", "source_text", "weight")
        return Table(columns, rows, meta)

    lines = _lines(meta, picture, token_text(effects.token, piece(effects.token)))
    return Exported("heads-that-mattered", meta, table, lambda: widget_picture(page, lines))


def _meta(trace: TraceBuffer, token: int, picture: AttentionPicture, **more: Any) -> dict[str, Any]:
    prefix = {"token": token, "prefix_tokens": len(picture.ids), "kv_type": picture.kv_type}
    return origin(trace.meta, APP, **prefix, **more)


def _lines(meta: dict[str, Any], picture: AttentionPicture, text: str) -> tuple[str, ...]:
    names = ("shown", "muted", "muted_at", "hidden_positions", "heads_done")
    said = [f"{name} {meta[name]}".replace("_", " ") for name in names if name in meta]
    return (*caption(meta), " · ".join([f"“{text}” {meta['token']}", *said]), proof_text(picture))


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
