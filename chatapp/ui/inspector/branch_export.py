"""What the tree and the comparison hand to the export: their tables and whole pictures."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from chatapp import __version__
from chatapp.core.compare import Comparison
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Cell, Table, origin, piece_text, short_float
from chatapp.ui import theme
from chatapp.ui.inspector.exported import Exported, caption
from chatapp.ui.inspector.kl_chart import KlChart
from chatapp.ui.inspector.picture import Picture
from chatapp.ui.inspector.token_strip import TokenStrip
from chatapp.ui.inspector.tree_delegate import TreeDelegate
from chatapp.ui.inspector.tree_item_model import TreeItemModel

if TYPE_CHECKING:
    from chatapp.services.chat import ChatService

_APP = f"ChatApp {__version__}"
_GAP = 16  # pixels
_TREE = ("row", "lane", "message", "parent", "role", "shown", "text", "left", "token_number", "token", "token_text",
         "token_bytes", "token_logprob", "old_token", "old_text", "old_bytes", "old_logprob")  # fmt: skip
_PAIR = ("token_number", "a_id", "a_text", "a_bytes", "a_logprob", "b_id", "b_text", "b_bytes", "b_logprob", "kl_bits")


def tree_export(chat: "ChatService", model: TreeItemModel, delegate: TreeDelegate, width: int) -> Exported | None:
    """Every message with its place, and of branches the tokens where they begin."""
    rows, messages, title = model.rows, dict(chat.conversation.messages), chat.conversation.title
    if not len(rows) or any(i not in messages for i in rows.ids):
        return None
    shown = [model.is_shown(row) for row in range(len(rows))]
    meta = origin({}, _APP, shown="tree of the conversation", conversation=title, messages=len(rows))

    def line(row: int) -> tuple[Cell, ...]:
        message = messages[rows.ids[row]]
        place = (row + 1, rows.lanes[row], message.id, message.parent_id, message.role.value, int(shown[row]))
        fork = message.info.fork if message.info else None
        if fork is None:
            return (*place, message.text, *[None] * (len(_TREE) - len(place) - 1))
        new = (fork.token, piece_text(fork.piece), fork.piece.hex(" "), fork.logprob)
        old = (fork.old_token, piece_text(fork.old_piece), fork.old_piece.hex(" "), fork.old_logprob)
        return (*place, message.text, fork.message_id, fork.position + 1, *new, *old)

    def paint(painter: QPainter) -> None:
        option = QStyleOptionViewItem()
        option.state = QStyle.StateFlag.State_Enabled
        for row in range(len(rows)):
            option.rect = QRect(QPoint(0, row * height), QSize(wide, height))
            delegate.paint(painter, option, model.index(row))

    size = delegate.sizeHint(QStyleOptionViewItem(), model.index(0))
    wide, height = max(width, size.width()), size.height()
    picture = Picture(QSize(wide, height * len(rows)), paint, (f"{_APP} · {title}",))
    return Exported("tree", meta, lambda: Table(_TREE, [line(row) for row in range(len(rows))], meta), lambda: picture)


def compare_export(
    traces: tuple[TraceBuffer, TraceBuffer],
    found: Comparison,
    strips: Sequence[TokenStrip],
    chart: KlChart,
    verdict: str,
) -> Exported:
    """Two replies token by token, A and B."""
    meta = origin(
        traces[0].meta,
        _APP,
        shown="comparison of two replies",
        verdict=verdict,
        fork_token_number=found.fork + 1,
        kl="D(A||B) from the likeliest tokens that were kept of both and all others as one: a lower bound",
        b=origin(traces[1].meta, _APP),
    )

    def side(trace: TraceBuffer, at: int) -> tuple[Cell, ...]:
        if at >= len(trace):
            return (None, None, None, None)
        data, logprob = trace.token_bytes(at), float(trace.logprobs[at])
        return (
            int(trace.ids[at]),
            piece_text(trace.shown(int(trace.ids[at]))),
            data.hex(" "),
            None if math.isnan(logprob) else short_float(logprob),
        )

    def table() -> Table:
        rows: list[tuple[Cell, ...]] = []
        for at in range(max(len(trace) for trace in traces)):
            bits = float(found.kl[at]) if at < len(found) else math.nan
            both = side(traces[0], at) + side(traces[1], at)
            rows.append((at + 1, *both, None if math.isnan(bits) else bits))
        return Table(_PAIR, rows, meta)

    return Exported("comparison", meta, table, lambda: _side_by_side(strips, chart, verdict, meta))


def _side_by_side(strips: Sequence[TokenStrip], chart: KlChart, verdict: str, meta: dict[str, Any]) -> Picture:
    contents = [strip.content() for strip in strips]
    sizes = [size for size, _draw in contents]
    across, down = sum(size.width() for size in sizes) + _GAP, max(size.height() for size in sizes)

    def paint(painter: QPainter) -> None:
        left = 0
        for size, draw in contents:
            painter.save()
            painter.translate(left, 0)
            painter.fillRect(QRect(0, 0, size.width(), down), theme.colors().surface)
            draw(painter)
            painter.restore()
            left += size.width() + _GAP
        painter.translate(0, down + _GAP)
        chart.draw(painter, QSize(across, chart.height()))

    size = QSize(across, down + _GAP + chart.height())
    return Picture(size, paint, (*caption(meta), verdict))
