"""What the Attention tab hands to the export: the page that is shown, and the weight of every token."""

from PySide6.QtWidgets import QWidget

from chatapp.core.context_sections import word_of
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Table, origin
from chatapp.services.attention import AttentionService
from chatapp.ui.inspector.attention_arrays import label_of, weighed_of
from chatapp.ui.inspector.attention_words import head_name, proof_text, region_title, template_title
from chatapp.ui.inspector.exported import APP, Exported, caption
from chatapp.ui.inspector.picture import widget_picture

_COLUMNS = ("position", "id", "token", "message", "weight")


def attention_export(attention: AttentionService, trace: TraceBuffer, shown: str, widget: QWidget) -> Exported | None:
    """Of the picture as it is now, put together of the chosen heads, or of the matrix's; None where there is none."""
    picture, vocabulary, place = attention.picture, attention.vocabulary.current, attention.shown
    if picture is None or vocabulary is None or place is None:
        return None
    is_matrix = shown == "matrix"  # it shows one head, whatever else is chosen
    chosen = frozenset({attention.matrix_head}) if is_matrix else attention.heads
    how = "mean" if is_matrix else attention.how
    heads = " ".join(head_name(head) for head in sorted(chosen)) or "all"
    weighed = weighed_of(attention, shown)
    meta = origin(
        trace.meta, APP, shown=shown, token=place[1], moment=place[2].value, heads=heads, combined=how,
        **label_of(picture), command=weighed.command(trace.meta),
    )  # fmt: skip
    row = picture.row(chosen) if is_matrix else attention.row(place[1])
    if row is None:  # a rollout that is not there yet
        return None
    weights = row.tolist()
    ids, owners = picture.ids, picture.owners.tolist()
    titles = [*(region_title(region) for region in attention.regions), template_title()]

    def table() -> Table:
        rows = [
            (at, int(ids[at]), word_of(ids, vocabulary.piece, at), titles[owners[at]], weight)
            for at, weight in enumerate(weights)
        ]
        return Table(_COLUMNS, rows, meta)

    lines = (*caption(meta), f"{heads} · {how}", proof_text(picture))
    return Exported(
        f"attention-{shown}", meta, table, lambda: widget_picture(widget, lines), arrays=lambda: weighed.npz(meta)
    )
