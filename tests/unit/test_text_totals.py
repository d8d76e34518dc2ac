import math

import numpy as np
import pytest

from chatapp.core.text_totals import TextTotals
from chatapp.core.trace import TokenTrace

PIECES = {0: b"<s>", 1: "하".encode()[:2], 2: "하".encode()[2:], 3: b" a", 4: b"b"}


def part(ids: list[int], logprobs: list[float], ranks: list[int]) -> TokenTrace:
    n = len(ids)
    return TokenTrace(
        np.array(ids, np.int32), np.array(logprobs, np.float32), np.array(ranks, np.int32), np.zeros(n, np.float32),
        np.zeros((n, 1), np.int32), np.zeros((n, 1), np.float32), PIECES,
    )  # fmt: skip


def test_sums_are_of_the_counted_tokens() -> None:
    totals = TextTotals()
    assert math.isnan(totals.perplexity)
    assert totals.summary(10) is None
    totals.add(0, 6, 2, part([0, 1, 2], [math.nan, -1.0, -2.0], [-1, 0, 5]))
    totals.add(3, 6, 1, part([3, 4], [-9.0, -3.0], [7, 0]))  # the first of them is only context
    assert (totals.total, totals.seen, totals.counted) == (6, 5, 3)
    assert totals.nll == pytest.approx(6)
    assert totals.perplexity == pytest.approx(math.exp(2))
    assert totals.bits == pytest.approx(6 / math.log(2))
    assert totals.n_bytes == 4
    assert totals.bits_per_byte == pytest.approx(totals.bits / 4)
    assert totals.bits_per_char == pytest.approx(totals.bits / 2)  # 하 begins in one of its two tokens
    # llama.cpp: sqrt((mean of squares - square of mean) / (n - 1)) * perplexity
    assert totals.error == pytest.approx(math.sqrt((14 / 3 - 4) / 2) * math.exp(2))
    summary = totals.summary(10)
    assert summary is not None
    assert summary.surprising == (4, 2, 1)
    assert summary.rank_one == pytest.approx(2 / 3)
    shown = totals.summary(3)
    assert shown is not None
    assert shown.surprising == (2, 1)


def test_only_the_worst_are_kept() -> None:
    totals = TextTotals()
    totals.add(0, 100, 100, part([3] * 100, [-float(i) for i in range(100)], [1] * 100))
    summary = totals.summary(100)
    assert summary is not None
    assert summary.surprising == tuple(range(99, 87, -1))


def test_what_is_impossible_does_not_overflow() -> None:
    totals = TextTotals()
    totals.add(0, 1, 1, part([3], [-1e6], [1]))
    assert math.isfinite(totals.perplexity)
