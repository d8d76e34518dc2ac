import numpy as np
import pytest

from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import Cell, TraceBuffer, given_text, tokens_in
from tests.unit.test_trace import trace_of


def parts_of(trace: TokenTrace, sizes: list[int]) -> list[TokenTrace]:
    """*trace* cut into parts of *sizes* tokens."""
    ends = np.cumsum(sizes)
    assert ends[-1] == len(trace)
    return [
        TokenTrace(
            trace.ids[a:b], trace.logprobs[a:b], trace.ranks[a:b], trace.entropy[a:b], trace.top_ids[a:b],
            trace.top_logprobs[a:b], trace.pieces,
        )
        for a, b in zip([0, *ends], ends, strict=False)
    ]  # fmt: skip


@pytest.mark.parametrize("sizes", [[9], [1] * 9, [4, 5], [2, 3, 4]])
def test_parts_give_what_the_whole_gives(sizes: list[int]) -> None:
    trace = trace_of(b"I", b" \xed", b"\x95", b"\x9c", b"\xea", b"\xb8\x80", b"!", b"\xff", b"x")
    buffer = TraceBuffer()
    for part in parts_of(trace, sizes):
        first = buffer.append(part)
        assert all(cell.end <= buffer.count for cell in buffer.cells)
        assert 0 <= first < len(buffer.cells)
    for name in ("ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs"):
        np.testing.assert_array_equal(getattr(buffer, name), getattr(trace, name))
    assert buffer.cells == [
        Cell(0, 1, "I"), Cell(1, 4, " 한"), Cell(4, 6, "글"), Cell(6, 7, "!"), Cell(7, 8, None), Cell(8, 9, "x")
    ]  # fmt: skip
    assert [buffer.cell_of(t) for t in range(9)] == [0, 1, 1, 1, 2, 2, 3, 4, 5]


def test_a_long_reply_grows_without_being_copied_every_time() -> None:
    trace = trace_of(b"a", b"b")
    buffer = TraceBuffer()
    for _ in range(1000):
        buffer.append(trace)
    column = buffer._columns["top_ids"]
    buffer.append(trace)
    assert buffer._columns["top_ids"] is column
    assert len(buffer) == 2002
    assert len(buffer.cells) == 2002


def test_an_empty_one_can_be_read() -> None:
    buffer = TraceBuffer(TokenTrace.empty({"owners": [0, -1]}))
    assert len(buffer) == 0
    assert buffer.top_ids.shape == (0, 0)
    assert buffer.owners is not None
    assert buffer.stage_of(0) is None


@pytest.mark.parametrize(
    ("text", "pieces", "given"),
    [
        ("one two", (b"one ", b"two"), ""),
        ("Well, one two", (b"one ", b"two"), "Well, "),
        ("Well, one ", (b"one ", b"two"), "Well, "),  # a stop text
        ("la la la", (b"la ", b"la", b" no"), "la "),
        ("Well, ", (b"",), "Well, "),  # only the end of the turn
        ("Well, 한", ("한".encode()[:2], "한".encode()[2:], "글".encode()[:1]), "Well, "),  # cut in a character
        ("Well, \ufffdx", (b"\xff", b"x"), "Well, "),
        ("", (b"x",), ""),
    ],
)
def test_what_was_given_of_a_reply(text: str, pieces: tuple[bytes, ...], given: str) -> None:
    trace = trace_of(*pieces)
    assert given_text(text, trace) == given
    assert given_text(text, TraceBuffer(trace)) == given


@pytest.mark.parametrize(
    ("text", "pieces", "count"),
    [
        ("one two", (b"one ", b"two"), 2),
        ("Well, one two", (b"one ", b"two"), 2),
        ("Well, one ", (b"one ", b"two"), 1),  # a stop text
        ("one two", (b"one ", b"two", b""), 2),  # the end of the turn
        ("한", ("한".encode()[:2], "한".encode()[2:], "글".encode()[:2]), 2),  # cut in a character
        ("a\ufffdb", (b"a", b"\xff", b"b"), 3),
        ("", (b"\xed",), 0),
    ],
)
def test_how_many_tokens_a_text_is_made_of(text: str, pieces: tuple[bytes, ...], count: int) -> None:
    trace = trace_of(*pieces)
    assert tokens_in(text, trace) == count
    head = trace.head(count)
    assert head.ids.tolist() == trace.ids[:count].tolist()
    assert text.endswith("".join(head.texts()))
