"""Searching tokens: by text across token borders, by expressions, and what is said of a bad one."""

import math

import numpy as np
import pytest

from chatapp.core.token_search import QueryError, parse
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

PIECES = [b"The", b" ca", b"t sat.", b" \xed", b"\x95", b"\x9c", b" Cat"]
PROBS = np.array([np.nan, 0.5, 0.25, 0.005, 0.5, 0.9, 0.01])
RANKS = np.array([-1, 0, 1, 400, 0, 0, 50])


@pytest.fixture
def trace() -> TraceBuffer:
    ids = np.arange(10, 10 + len(PIECES), dtype=np.int32)
    logprobs = np.log(PROBS).astype(np.float32)
    entropy = np.where(np.isnan(PROBS), np.nan, 3.0 * math.log(2)).astype(np.float32)
    pieces = {int(i): piece for i, piece in zip(ids, PIECES, strict=True)}
    return TraceBuffer(
        TokenTrace(ids, logprobs, RANKS.astype(np.int32), entropy, ids[:, None], logprobs[:, None], pieces)
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cat", [(1, 3), (6, 7)]),  # across a border, and whatever the case
        ("sat", [(2, 3)]),
        ("한", [(3, 6)]),
        ("dog", []),
        ("", []),
        ("rank > 50", [(3, 4), (6, 7)]),
        ("rank>=401", [(3, 4)]),
        ("rank = 1", [(1, 2), (4, 5), (5, 6)]),
        ("p < 0.02", [(3, 4), (6, 7)]),
        ("P < 1 %", [(3, 4), (6, 7)]),  # 0.01 as a float32 is a little less
        ("probability <= 0.6% ", [(3, 4)]),
        ("surprisal > 7", [(3, 4)]),
        ("entropy > 2.9 and rank > 300", [(3, 4)]),
        ("p < 0.6, rank = 2", [(2, 3)]),
        ("id = 12", [(2, 3)]),
        ('"rank > 50"', []),
    ],
)
def test_what_is_found(trace: TraceBuffer, query: str, found: list[tuple[int, int]]) -> None:
    assert parse(query).find(trace) == found


@pytest.mark.parametrize("query", ["a = b", "x > y and so on", "the rank", "if p", "p", "->"])
def test_code_is_looked_for_as_text(query: str) -> None:
    assert parse(query).text == query


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("rank >", "“rank >” needs a number, as in rank > 50."),
        ("p < few", "“p < few” needs a number, as in p < 0.01."),
        ("loss > 3", "“loss” is not a number of a token; use p, surprisal, entropy, rank or id."),
    ],
)
def test_a_bad_expression_is_one_sentence(query: str, sentence: str) -> None:
    with pytest.raises(QueryError) as error:
        parse(query)
    assert str(error.value) == sentence


def test_nothing_is_found_in_nothing() -> None:
    assert parse("rank > 1").find(TraceBuffer()) == parse("x").find(TraceBuffer()) == []
