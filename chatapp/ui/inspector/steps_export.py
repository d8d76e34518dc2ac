"""What the Step by step tab hands to the export: every number of every step, and the cards as a picture."""

import numpy as np
from PySide6.QtWidgets import QWidget

from chatapp.core.step_by_step import Difference
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Table, origin, short_float
from chatapp.protocol.messages import StepsTaken
from chatapp.ui.inspector.exported import APP, Exported, caption
from chatapp.ui.inspector.picture import widget_picture

_COLUMNS = ("part", "index", "model", "recomputed")


def steps_export(
    taken: StepsTaken, differences: dict[str, Difference], trace: TraceBuffer, token: int | None, cards: QWidget
) -> Exported:
    """A row for each number; *token* is the one that is selected in *trace*."""
    meta = origin(
        trace.meta, APP, shown="step by step", token=token, layer=taken.layer, head=taken.head, kv_head=taken.kv_head,
        kv_type=taken.kv_type, flash_attention="off", ids=taken.arrays["ids"].tolist(),
        top_ids=taken.arrays["top_ids"].tolist(), facts=taken.facts, not_recomputed=taken.reasons,
        largest_differences={part: found.largest for part, found in differences.items()},
    )  # fmt: skip

    def table() -> Table:
        rows = []
        names = sorted({name.split(".", 1)[1] for name in taken.arrays if "." in name})
        for part in names:
            one, other = taken.arrays.get(f"captured.{part}"), taken.arrays.get(f"recomputed.{part}")
            known = one if one is not None else other
            if known is None or known.ndim != 1:
                continue  # keys and values of all tokens: those of the last one are there
            rows += [(part, index, _cell(one, index), _cell(other, index)) for index in range(len(known))]
        return Table(_COLUMNS, rows, meta)

    return Exported("steps", meta, table, lambda: widget_picture(cards, caption(meta)))


def _cell(values: np.ndarray[tuple[int], np.dtype[np.float32]] | None, index: int) -> float | None:
    if values is None or not np.isfinite(values[index]):
        return None
    return short_float(values[index])
