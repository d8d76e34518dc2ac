"""What the tabs hand to the export: their tables and pictures, and what these say of themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chatapp import __version__
from chatapp.core.reshape_kept import Shaped
from chatapp.core.reshaper import Reshaper
from chatapp.core.sampling import SamplingParams
from chatapp.core.stage_view import StageView
from chatapp.core.stages import chain_of
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Table, matrix_rows, origin, piece_text, short_float, token_table, trace_json
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.inspector.picture import Picture, strip_picture, table_picture
from chatapp.ui.inspector.shape_bars import Bars, ShapeBars
from chatapp.ui.inspector.stage_columns import StageColumns
from chatapp.ui.inspector.stage_words import stage_values
from chatapp.ui.inspector.token_strip import TokenStrip

APP = f"ChatApp {__version__}"


@dataclass(frozen=True, slots=True)
class Exported:
    """What a tab shows, for files.

    name      of the file, without its ending
    meta      where the numbers come from
    table     made on a thread
    picture   drawn when it is asked for
    document  the JSON where it is more than the table, made on a thread
    arrays    a file of arrays (NPZ) where there are any, made on a thread
    """

    name: str
    meta: dict[str, Any]
    table: Callable[[], Table]
    picture: Callable[[], Picture]
    document: Callable[[], bytes] | None = None
    arrays: Callable[[], bytes] | None = None


def token_export(
    trace: TraceBuffer,
    tokens: Sequence[int] | None,
    strip: TokenStrip,
    legend: Legend,
    meta: dict[str, Any],
) -> Exported:
    """The strip, and of each of its tokens (*tokens*, None: all) every number that was kept."""
    return Exported(
        "tokens",
        meta,
        lambda: token_table(trace, meta, tokens),
        lambda: strip_picture(strip, legend, caption(meta)),
        lambda: trace_json(trace, meta, tokens),
    )


def stage_export(trace: TraceBuffer, token: int, view: StageView, params: SamplingParams | None) -> Exported:
    """The stages of one token."""
    meta = origin(
        trace.meta,
        APP,
        shown="sampler stages",
        token=token,
        recorded=view.recorded,
        left={name: int(left) for name, left in zip(view.names, view.left, strict=True)},
    )

    def table() -> Table:
        labels = [
            (int(i), piece_text(piece), piece.hex(" "), int(row == view.drawn), _name(view, row))
            for row, (i, piece) in enumerate(zip(view.ids, view.pieces, strict=True))
        ]
        rows = matrix_rows([*labels, (None, "all others", None, 0, None)], np.vstack((view.probs, view.rest)))
        return Table(("id", "text", "bytes", "taken", "cut_by", *view.names), rows, meta)

    def picture() -> Picture:
        copy = StageColumns()
        copy.show_view(view, params)
        return table_picture(copy, caption(meta))

    return Exported(f"stages-{token + 1}", meta, table, picture)


def reshape_export(
    trace: TraceBuffer, token: int, reshaper: Reshaper, shaped: Shaped, bars: Bars, params: SamplingParams
) -> Exported:
    """One token before and after other settings; between low and high lies what tokens that were not kept decide."""
    meta = origin(
        trace.meta,
        APP,
        shown="re-shaped distribution",
        token=token,
        reshaped_with=params.to_json(),
        whole_vocabulary=reshaper.is_whole,
        n_vocab=reshaper.n_vocab,
        entropy_before_nats=reshaper.entropy,
        entropy_after_nats=[shaped.entropy.low, _finite(shaped.entropy.high)],
        left=[shaped.left.low, _finite(shaped.left.high)],
        mass=[shaped.mass.low, shaped.mass.high],
    )

    def table() -> Table:
        rows = [
            (
                int(bars.ids[row]), piece_text(bars.pieces[row]), bars.pieces[row].hex(" "), int(row == bars.taken),
                shaped.cut_by[row], short_float(bars.raw[row]), float(shaped.low[row]), float(shaped.high[row]),
            )
            for row in range(len(bars.ids))
        ]  # fmt: skip
        rest = max(0.0, 1.0 - float(bars.raw.sum(dtype=np.float64)))
        others = (None, "all others", None, 0, None, rest, shaped.rest.low, shaped.rest.high)
        columns = ("id", "text", "bytes", "taken", "cut_by", "model", "low", "high")
        return Table(columns, [*rows, others], meta)

    def picture() -> Picture:
        copy = ShapeBars()
        copy.show_bars(bars)
        copy.resize(520, 400)
        return table_picture(copy, caption({**meta, "sampling": params.to_json()}))

    return Exported(f"reshaped-{token + 1}", meta, table, picture)


def caption(meta: dict[str, Any]) -> tuple[str, ...]:
    """The lines above a picture: which program, model and settings the numbers come from."""
    first = [meta["app"], meta.get("model", ""), str(meta.get("fingerprint", ""))[:16]]
    lines = [" · ".join(part for part in first if part)]
    sampling = meta.get("sampling")
    if isinstance(sampling, dict):
        params = SamplingParams.from_json(sampling)
        values = [said for stage in chain_of(params) if (said := stage_values(stage, params))]
        seed = meta.get("seed")
        lines.append(" · ".join([*values, *([f"seed {seed}"] if seed is not None else [])]))
    return tuple(line for line in lines if line)


def _name(view: StageView, row: int) -> str | None:
    cut = view.cut_at(row)
    return None if cut is None else view.names[cut]


def _finite(value: float) -> float | None:
    return value if np.isfinite(value) else None
