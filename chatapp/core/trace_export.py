"""What the inspector shows as files: tables as CSV, token traces as JSON that can be read back."""

import csv
import io
import json
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.text import file_name
from chatapp.core.text_rest import TextRest
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

FORMAT, VERSION = "chatapp-trace", 1
UNITS = {
    "logprob": "nats, before any sampler",
    "entropy": "nats, before any sampler",
    "rank": "0 is the likeliest",
    "top": "likeliest first: id, logprob, bytes in hexadecimal",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # without it spreadsheets take UTF-8 for the system's old encoding
_LN2 = math.log(2)

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of *columns*; *meta* says where the numbers come from. None and nan are empty cells."""

    columns: tuple[str, ...]
    rows: Iterable[tuple[Cell, ...]]
    meta: dict[str, Any] = field(default_factory=dict)


def origin(trace_meta: dict[str, Any], app: str, **more: Any) -> dict[str, Any]:
    """What an export says of itself: *app* is name and version. Of paths only the file's name goes out."""
    known = {
        "app": app,
        "model": file_name(str(trace_meta.get("model", ""))),
        "fingerprint": trace_meta.get("fingerprint", ""),
        "seed": trace_meta.get("seed"),
        "sampling": trace_meta.get("sampling"),
        "prompt_tokens": trace_meta.get("prompt_tokens"),
        "adapters": trace_meta.get("adapters"),
        "system": trace_meta.get("system"),
        **more,
    }
    used = known["adapters"] or ()
    known["adapters"] = [use | {"path": file_name(str(use.get("path", "")))} for use in used] or None
    return {name: value for name, value in known.items() if value not in (None, "")}


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with a byte order mark: a line ``# name: value`` for each entry of *meta*, then the table.

    A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers are left alone.
    """
    data = io.BytesIO()
    text = io.TextIOWrapper(data, "utf-8", "backslashreplace", newline="", write_through=True)
    text.write(_BOM)
    writer = csv.writer(text)
    for name, value in table.meta.items():
        shown = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        writer.writerow([f"# {name}: {shown}"])
    writer.writerow(table.columns)
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    text.flush()
    return data.getvalue()


def table_json(table: Table) -> bytes:
    """The same as JSON: *meta*, and "rows" as objects."""
    rows = ({name: _plain(v) for name, v in zip(table.columns, row, strict=True)} for row in table.rows)
    return _lines({"meta": table.meta}, "rows", rows)


def token_table(
    trace: TraceBuffer, meta: dict[str, Any], tokens: Sequence[int] | None = None, rest: TextRest | None = None
) -> Table:
    """A row for each token of *trace*, or for *tokens* of it, with the numbers that the strip shows; then *rest*."""
    columns = (
        "index", "id", "text", "bytes", "probability", "logprob", "surprisal_bits", "rank", "entropy_bits",
    )  # fmt: skip
    return Table(columns, (_row(*place) for place in _places(trace, tokens, rest)), meta)


_Place = tuple[int, bytes, bytes, TraceBuffer | TokenTrace, int]  # a token, its bytes, as shown; its numbers, where


def _places(trace: TraceBuffer, tokens: Sequence[int] | None, rest: TextRest | None) -> Iterator[_Place]:
    for i in range(len(trace)) if tokens is None else tokens:
        yield i, trace.token_bytes(i), trace.shown(int(trace.ids[i])), trace, i
    first = len(trace)
    if rest is not None:
        for part in rest.parts[:]:
            for i, token in enumerate(part.ids.tolist()):
                yield first + i, trace.pieces.get(token, b""), trace.shown(token), part, i
            first += len(part)


def _row(index: int, data: bytes, shown: bytes, trace: TraceBuffer | TokenTrace, i: int) -> tuple[Cell, ...]:
    logprob = short_float(trace.logprobs[i])
    known = not math.isnan(logprob)
    return (
        index, int(trace.ids[i]), piece_text(shown), data.hex(" "),
        math.exp(logprob) if known else None, logprob, max(0.0, -logprob / _LN2) if known else None,
        int(trace.ranks[i]) + 1 if known else None, short_float(trace.entropy[i]) / _LN2 if known else None,
    )  # fmt: skip


def trace_json(
    trace: TraceBuffer, meta: dict[str, Any], tokens: Sequence[int] | None = None, rest: TextRest | None = None
) -> bytes:
    """Every number that was kept of the tokens, to the last digit; `trace_from_json` reads it back."""
    head = {"format": FORMAT, "version": VERSION, "units": UNITS, "meta": meta}
    return _lines(head, "tokens", (_token(*place) for place in _places(trace, tokens, rest)))


def trace_from_json(text: str | bytes) -> TokenTrace:
    """Read `trace_json`; raise ValueError when it is none."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("format") != FORMAT or data.get("version") != VERSION:
        raise ValueError("not an exported token trace")
    try:
        tokens = data["tokens"]
        width = max((len(token["top"]) for token in tokens), default=0)
        top_ids = np.full((len(tokens), width), -1, np.int32)
        top_logprobs = np.full((len(tokens), width), np.nan, np.float32)
        pieces: dict[int, bytes] = {}
        for row, token in enumerate(tokens):
            pieces[int(token["id"])] = bytes.fromhex(token["bytes"])
            for column, (candidate, logprob, piece) in enumerate(token["top"]):
                top_ids[row, column], top_logprobs[row, column] = candidate, _float(logprob)
                pieces[int(candidate)] = bytes.fromhex(piece)
        return TokenTrace(
            np.array([token["id"] for token in tokens], np.int32),
            np.array([_float(token["logprob"]) for token in tokens], np.float32),
            np.array([token["rank"] for token in tokens], np.int32),
            np.array([_float(token["entropy"]) for token in tokens], np.float32),
            top_ids,
            top_logprobs,
            pieces,
            dict(data["meta"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"damaged token trace: {error}") from error


def short_float(value: np.float32 | float) -> float:
    """The shortest number that is this float32: 0.1 and not 0.10000000149."""
    return float(str(np.float32(value)))


def _token(index: int, data: bytes, shown: bytes, trace: TraceBuffer | TokenTrace, i: int) -> dict[str, Any]:
    ids = trace.top_ids[i]
    known = ids >= 0
    return {
        "index": index,
        "id": int(trace.ids[i]),
        "text": piece_text(shown),
        "bytes": data.hex(),
        "logprob": _plain(short_float(trace.logprobs[i])),
        "rank": int(trace.ranks[i]),
        "entropy": _plain(short_float(trace.entropy[i])),
        "top": [
            [int(token), _plain(short_float(logprob)), trace.pieces.get(int(token), b"").hex()]
            for token, logprob in zip(ids[known], trace.top_logprobs[i][known], strict=True)
        ],
    }


def _lines(head: dict[str, Any], name: str, entries: Iterable[dict[str, Any]]) -> bytes:
    """One entry a line: whoever opens the file can read it."""
    data = io.BytesIO()
    data.write(_dumped(head)[:-1] + f', "{name}": ['.encode())
    for number, entry in enumerate(entries):
        data.write((b",\n" if number else b"\n") + _dumped(entry))
    data.write(b"\n]}\n")
    return data.getvalue()


def _dumped(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")


def piece_text(data: bytes) -> str | None:
    """What the bytes of a token say; None where they are a part of a character."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _cell(value: Cell) -> Cell:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    return "" if value is None or (isinstance(value, float) and math.isnan(value)) else value


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def matrix_rows(labels: Sequence[tuple[Cell, ...]], numbers: NDArray[np.float32]) -> list[tuple[Cell, ...]]:
    """Rows of a table from *labels* and the *numbers* (R, C) behind them."""
    return [(*label, *(short_float(x) for x in row)) for label, row in zip(labels, numbers, strict=True)]
