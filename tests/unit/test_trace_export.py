"""Exports: what a spreadsheet or a program reads is what was kept."""

import csv
import io
import json
import math

import numpy as np
import pytest

from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.core.trace_export import Table, csv_bytes, origin, table_json, token_table, trace_from_json, trace_json


def trace(seed: int = 0, tokens: int = 30) -> TokenTrace:
    rng = np.random.default_rng(seed)
    top_logprobs = np.sort(-np.abs(rng.normal(size=(tokens, 5)) * 6).astype(np.float32))[:, ::-1]
    top_ids = rng.integers(0, 900, (tokens, 5)).astype(np.int32)
    ids = rng.integers(0, 900, tokens).astype(np.int32)
    pieces = {int(i): bytes(rng.integers(0, 256, rng.integers(0, 6)).tolist()) for i in {*ids, *top_ids.ravel()}}
    pieces[int(ids[3])] = " 한글\n".encode()
    return TokenTrace(
        ids, (-np.abs(rng.normal(size=tokens)) * 1e-3).astype(np.float32), rng.integers(0, 99, tokens).astype(np.int32),
        rng.random(tokens).astype(np.float32), top_ids, top_logprobs, pieces,
        {"model": "/home/somebody/models/model.gguf", "fingerprint": "abc", "seed": 7, "sampling": {"top_k": 3}},
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(5))
def test_a_trace_is_read_back_to_the_last_digit(seed: int) -> None:
    kept = trace(seed)
    meta = origin(kept.meta, "ChatApp 1")
    back = trace_from_json(trace_json(TraceBuffer(kept), meta))
    for name in ("ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs"):
        np.testing.assert_array_equal(getattr(back, name), getattr(kept, name))
        assert getattr(back, name).dtype == getattr(kept, name).dtype
    assert back.pieces == kept.pieces
    assert back.meta == meta


def test_what_nothing_came_before_is_read_back_too() -> None:
    kept = trace()
    kept.logprobs[0], kept.entropy[0], kept.ranks[0] = np.nan, np.nan, -1
    kept.top_ids[0], kept.top_logprobs[0] = -1, np.nan
    text = trace_json(TraceBuffer(kept), {})
    assert b"NaN" not in text
    back = trace_from_json(text)
    np.testing.assert_array_equal(back.top_ids, kept.top_ids)
    np.testing.assert_array_equal(back.top_logprobs, kept.top_logprobs)
    assert math.isnan(back.logprobs[0])
    assert back.ranks[0] == -1
    assert next(iter(token_table(TraceBuffer(kept), {}).rows))[4] is None


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"format": "chatapp-trace", "version": 1, "tokens": [{}], "meta": {}}', "x"]
)
def test_what_is_no_trace_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - also of the json module
        trace_from_json(text)


def test_only_some_tokens() -> None:
    kept = TraceBuffer(trace())
    assert trace_from_json(trace_json(kept, {}, [4, 5])).ids.tolist() == kept.ids[4:6].tolist()
    assert [row[0] for row in token_table(kept, {}, [4, 5]).rows] == [4, 5]


def test_the_origin_names_no_folder() -> None:
    meta = origin(trace().meta, "ChatApp 1", shown="tokens", token=None)
    assert meta == {
        "app": "ChatApp 1", "model": "model.gguf", "fingerprint": "abc", "seed": 7, "sampling": {"top_k": 3},
        "shown": "tokens",
    }  # fmt: skip
    assert origin({"model": r"C:\Users\somebody\m.gguf"}, "x")["model"] == "m.gguf"
    used = [{"path": "/home/somebody/poems.gguf", "scale": 0.5}]
    assert origin({"adapters": used}, "x")["adapters"] == [{"path": "poems.gguf", "scale": 0.5}]
    assert "adapters" not in origin({"adapters": []}, "x")


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    rows = read(csv_bytes(Table(("text", "n"), [(text, -1.5)])))
    assert rows[1] == [f"'{text}", "-1.5"]


def test_awkward_texts_keep_their_cells() -> None:
    texts = ['a,"b"\n', "한", "", None, "#", "\ud800"]
    rows = read(csv_bytes(Table(("text", "x"), [(text, math.nan) for text in texts], {"note": 'a,b"c', "seed": 3})))
    assert rows[0] == ['# note: a,b"c']
    assert rows[1] == ["# seed: 3"]
    assert [row[0] for row in rows[3:]] == ['a,"b"\n', "한", "", "", "#", "\\ud800"]
    assert {row[1] for row in rows[3:]} == {""}
    data = json.loads(table_json(Table(("text", "x"), [("한", math.inf)], {"seed": 3})))
    assert data == {"meta": {"seed": 3}, "rows": [{"text": "한", "x": None}]}


def test_the_numbers_of_a_token() -> None:
    kept = trace()
    table = token_table(TraceBuffer(kept), {})
    row = dict(zip(table.columns, list(table.rows)[3], strict=True))
    assert row["text"] == " 한글\n"
    assert row["bytes"] == " 한글\n".encode().hex(" ")
    assert row["probability"] == pytest.approx(math.exp(kept.logprobs[3]))
    assert row["surprisal_bits"] == pytest.approx(-kept.logprobs[3] / math.log(2))
    assert row["rank"] == kept.ranks[3] + 1
