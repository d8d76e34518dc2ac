"""Characters of a message's text are traced back to their tokens."""

import random
from dataclasses import replace
from itertools import pairwise

import pytest

from chatapp.core.token_places import TokenPlaces, prompt_places, reply_places
from chatapp.core.trace_buffer import TraceBuffer
from tests.unit.test_trace import trace_of
from tests.unit.test_trace_buffer import parts_of

TEXT = "Some **한국어** text, 😀 and\r\nmore\ré 글자들은 여럿이다.\r\n\r\nEnd"


def cut(text: str, rng: random.Random) -> list[bytes]:
    """*text* in tokens of any bytes."""
    data = text.encode()
    cuts = sorted({0, len(data), *(rng.randrange(len(data)) for _ in range(len(data) // 2))})
    return [data[a:b] for a, b in pairwise(cuts)]


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("given", ["", "Given 머리 "])
def test_every_character_has_the_token_that_completes_it(seed: int, given: str) -> None:
    rng = random.Random(seed)
    pieces = cut(TEXT, rng)
    places = reply_places(TraceBuffer(trace_of(*pieces)), given + TEXT)
    assert places.origin == len(given)
    shown = (given + TEXT).replace("\r\n", "\n")
    end = done = 0
    ends = []
    for piece in pieces:
        done += len(piece)
        ends.append(done)
    for at, char in enumerate(TEXT):
        end += len(char.encode())
        if TEXT[at : at + 2] == "\r\n":
            continue  # one character for both
        place = len(given) + len(TEXT[: at + 1].replace("\r\n", "\n")) - 1
        assert shown[place].replace("\r", "\n") == char.replace("\r", "\n")
        expected = next(i for i, e in enumerate(ends) if e >= end)
        found = places.token_at(place)
        assert found is not None
        if char != "\n":
            assert found == expected
        start, stop = places.span_of(found, found + 1)
        assert start <= place < stop
    assert all(places.token_at(at) is None for at in range(len(given)))
    assert places.token_at(len(shown)) is None


@pytest.mark.parametrize("seed", range(5))
def test_growing_gives_what_the_whole_gives(seed: int) -> None:
    rng = random.Random(seed)
    trace = trace_of(*cut(TEXT, rng))
    whole = TokenPlaces(TraceBuffer(trace))
    buffer = TraceBuffer()
    growing = TokenPlaces(buffer)
    for part in parts_of(trace, [1] * len(trace)):
        buffer.append(part)
        growing.extend()
    assert growing.count == len(trace)
    assert [growing.token_at(i) for i in range(len(TEXT))] == [whole.token_at(i) for i in range(len(TEXT))]


def test_the_beginning_is_found_when_a_stop_string_was_cut_off() -> None:
    trace = TraceBuffer(trace_of(b"one", b" two", b" STOP", b"!"))
    places = reply_places(trace, "Given: one two ")
    assert places.origin == len("Given: ")
    assert places.token_at(len("Given: one two")) == 2
    assert reply_places(trace, "").token_at(0) == 0


def test_tokens_without_text_stand_nowhere() -> None:
    places = TokenPlaces(TraceBuffer(trace_of(b"a", b"", b"b", b"")))
    assert [places.token_at(i) for i in range(3)] == [0, 2, None]


def test_the_last_message_of_a_prompt() -> None:
    trace = trace_of(b"<user>", b"hi", b"</s>", b"<user>", b"\n", b" hi", b" there", b"\n", b"<end>")
    trace = replace(trace, meta={"owners": [-1, 0, -1, -1, 1, 1, 1, 1, -1]})
    places = prompt_places(TraceBuffer(trace), "\n\n hi there ")
    assert places is not None
    assert places.token_at("\n\n hi there ".index("t")) == 6
    assert places.token_at("\n\n hi there ".index("h")) == 5
    assert prompt_places(TraceBuffer(trace), "something else") is None
    assert prompt_places(TraceBuffer(trace_of(b"a")), "a") is None
