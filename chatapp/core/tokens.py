"""Tokens as people look at them: which are text, and which only together make a character."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TokenView:
    """One token.

    text         what it says; None when it holds a part of a character
    whole        the character(s) that it and its neighbours make together; "" when there is none
    part, parts  which of these tokens it is, from 1 on, and how many they are
    """

    id: int
    data: bytes
    control: bool
    text: str | None
    whole: str = ""
    part: int = 1
    parts: int = 1


def token_views(ids: Sequence[int], pieces: Sequence[bytes], control: Sequence[bool]) -> list[TokenView]:
    """Group the tokens of a text by the characters they make: a Hangul syllable may lie in three of them."""
    views: list[TokenView] = []
    for start, end, text in group_tokens(pieces):
        if text is not None and end == start + 1:
            views.append(TokenView(ids[start], pieces[start], control[start], text, text))
        else:
            views += [
                TokenView(ids[i], pieces[i], control[i], None, text or "", i - start + 1, end - start)
                for i in range(start, end)
            ]
    return views


def group_tokens(pieces: Sequence[bytes]) -> Iterator[tuple[int, int, str | None]]:
    """The shortest runs of tokens that are whole characters, as (start, end, text).

    A token that is part of no character is a run by itself, and its text None.
    """
    at = 0
    text: str | None
    while at < len(pieces):
        try:
            end, text = at + 1, pieces[at].decode()  # nearly all of them are text by themselves
        except UnicodeDecodeError:
            end, text = _group(pieces, at)
        yield at, end, text
        at = end


def _group(pieces: Sequence[bytes], start: int) -> tuple[int, str | None]:
    """The end of the shortest run of tokens from *start* on that is whole characters, and these; None: there is none.

    A character has at most four bytes, so a run that has not become whole four tokens on never will.
    """
    data = b""
    for end in range(start, min(start + 4, len(pieces))):
        data += pieces[end]
        try:
            return end + 1, data.decode("utf-8")
        except UnicodeDecodeError:
            continue
    return start + 1, None
