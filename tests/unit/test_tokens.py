import pytest

from chatapp.core.tokens import token_views


def views(*pieces: bytes) -> list[tuple[str | None, str, int, int]]:
    found = token_views(list(range(len(pieces))), list(pieces), [False] * len(pieces))
    assert [view.data for view in found] == list(pieces)
    return [(view.text, view.whole, view.part, view.parts) for view in found]


def test_text_stands_alone() -> None:
    assert views(b"he", " 안".encode(), b"") == [("he", "he", 1, 1), (" 안", " 안", 1, 1), ("", "", 1, 1)]


def test_a_syllable_in_pieces() -> None:
    a, b, c = (bytes([byte]) for byte in "하".encode())
    assert views(a, b, c) == [(None, "하", 1, 3), (None, "하", 2, 3), (None, "하", 3, 3)]
    assert views(b"x", a + b, c, b"y") == [("x", "x", 1, 1), (None, "하", 1, 2), (None, "하", 2, 2), ("y", "y", 1, 1)]


def test_pieces_that_overlap_two_characters() -> None:
    one, two = "한글".encode()[:4], "한글".encode()[4:]
    assert views(one, two) == [(None, "한글", 1, 2), (None, "한글", 2, 2)]


@pytest.mark.parametrize("broken", [b"\xff", b"\xed", b"\x95"])
def test_bytes_that_make_no_character(broken: bytes) -> None:
    assert views(broken, b"a") == [(None, "", 1, 1), ("a", "a", 1, 1)]


def test_an_emoji_of_four_bytes() -> None:
    parts = [bytes([byte]) for byte in "🙂".encode()]
    assert views(*parts)[3] == (None, "🙂", 4, 4)
