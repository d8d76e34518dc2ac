"""Finding tokens by what they say, in a vocabulary whose Hangul is split over byte tokens."""

import time

import numpy as np
import pytest

from chatapp.core.vocabulary import Vocabulary, unfinished
from tests.helpers.tiny_models import CONTROL_TOKENS, byte_alphabet, vocabulary


def pieces_of(size: int) -> list[bytes]:
    byte_of = {char: byte for byte, char in byte_alphabet().items()}
    tokens, _, _ = vocabulary(size)
    return [t.encode() if t in CONTROL_TOKENS else bytes(byte_of[c] for c in t) for t in tokens]


def made(pieces: list[bytes]) -> Vocabulary:
    lengths = np.array([len(p) for p in pieces], np.int32)
    control = np.array([p.decode("latin-1") in CONTROL_TOKENS for p in pieces], np.uint8)
    return Vocabulary(lengths, np.frombuffer(b"".join(pieces), np.uint8), control)


PIECES = pieces_of(320)
VOCABULARY = made(PIECES)


def found(query: str, pending: bytes = b"") -> set[bytes]:
    return {PIECES[i] for i in VOCABULARY.search(query, pending)}


def test_pieces_and_marks() -> None:
    assert [VOCABULARY.piece(i) for i in range(len(PIECES))] == PIECES
    assert [i for i in range(320) if VOCABULARY.is_control(i)] == list(range(315, 320))


@pytest.mark.parametrize("query", ["he", " ", "hell", "n", "zzz", "안", "|end|"])
def test_a_text_finds_every_token_that_has_it(query: str) -> None:
    needle = query.encode()
    expected = {p for p in PIECES if needle in p.lower()}
    cut = {
        p for p in PIECES if any(p.endswith(needle[:at]) for at in range(1, len(needle)) if needle[at] & 0xC0 == 0x80)
    }
    assert found(query) == expected | cut


def test_capitals_count_only_when_there_are_some() -> None:
    vocabulary = made([b"The", b"the", b"THE"])
    assert vocabulary.search("the").tolist() == [0, 1, 2]
    assert vocabulary.search("The").tolist() == [0]


def test_a_syllable_that_is_split_is_found_by_the_token_it_begins_with_and_then_by_the_one_it_goes_on_with() -> None:
    whole = "하".encode()
    assert whole not in PIECES
    assert {whole[:1], whole[:2]} == found("하")
    assert found("하", pending=whole[:2]) == {whole[:1], whole[:2], whole[2:]}
    # of what follows only its first token can be told
    assert whole[2:] in found("하이", pending=whole[:2])
    assert whole[2:] not in found("하", pending="바".encode()[:2])


def test_ids_and_bytes() -> None:
    assert VOCABULARY.search("#300").tolist() == [300]
    assert VOCABULARY.search(" # 300").tolist() == [300]
    assert len(VOCABULARY.search("#320")) == 0
    assert found("<ED 95>") == found("<ed><95>") == {b"\xed\x95"}
    assert found("\\n") == {b"\n"}
    assert found("<|end") == {b"<|end|>"}


def test_nothing_searched_is_everything() -> None:
    np.testing.assert_array_equal(VOCABULARY.search(""), np.arange(320))


def test_a_match_does_not_run_over_two_tokens() -> None:
    assert len(made([b"ab", b"cd", b"", b"bc"]).search("bc")) == 1
    assert len(made([b"a"]).search("abc")) == 0


@pytest.mark.parametrize(
    ("data", "rest"),
    [(b"", b""), (b"a", b""), (b"a\xed\x95", b"\xed\x95"), ("하".encode(), b""), (b"\xf0\x9f", b"\xf0\x9f"),
     (b"\xf0\x9f\x99", b"\xf0\x9f\x99"), ("🙂".encode(), b""), (b"\x95\x98", b"")],
)  # fmt: skip
def test_unfinished_characters(data: bytes, rest: bytes) -> None:
    assert unfinished(data) == rest


def test_a_large_vocabulary_is_searched_within_a_frame() -> None:
    words = [b" the", "어텐션".encode(), b"e", b" attention", b"01"]
    pieces = [words[i % 5] + str(i).encode() for i in range(152_000)]
    vocabulary = made(pieces)
    for query in ("e", " the", "어", "1", "없음", "<EC>", "#9"):
        times = []
        for _ in range(5):
            begin = time.thread_time()
            vocabulary.search(query)
            times.append(time.thread_time() - begin)
        assert min(times) < 0.016, query
