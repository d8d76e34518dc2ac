"""Which message every token of a rendered prompt belongs to: by bytes, wherever a template has put its text."""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from chatapp.core import reasoning

_NEAR = 64  # bytes: what precedes a text in a template, and how far a tokenizer may have left the text
_MARK = re.compile(b"\xee\x80\x80(\\d+)\xee\x80\x81")


def mark(index: int) -> str:
    """What stands for the text of message *index* while its place is looked for; private-use characters frame it."""
    return f"\ue000{index}\ue001"


def owners_of_bytes(text: str, contents: Sequence[str], marked: str) -> NDArray[np.int32]:
    """For each UTF-8 byte of *text* the index of the message that it is from, -1: the template's own.

    *marked* is what the same template makes of `mark` in the place of each of *contents*: what precedes a mark there
    tells a message that says "user" from the template that does. Without it the texts are looked for in their order.
    """
    data = _bytes(text)
    found = np.full(len(data), -1, np.int32)
    at = 0
    for index, before in list(_marks(_bytes(marked))) or [(index, b"") for index in range(len(contents))]:
        if index < len(contents):
            for start, end in _places(data, contents[index], before, at):
                found[start:end] = index
                at = end
    return found


def owners_of_tokens(pieces: Sequence[bytes], text: str, of_bytes: NDArray[np.int32]) -> list[int]:
    """For each token the first message that it has a byte of; -1 when it has none."""
    found: list[int] = []
    owners: list[int] = of_bytes.tolist()
    for piece, (start, end) in zip(pieces, _spans(pieces, _bytes(text)), strict=True):
        owner = next((owner for owner in owners[start:end] if owner >= 0), -1)
        if owner >= 0:
            found.append(owner)
        else:  # of bytes that make no character a text has only one U+FFFD
            found.append(found[-1] if found and start == end and _is_broken(piece) else -1)
    return found


def _marks(marked: bytes) -> Iterator[tuple[int, bytes]]:
    """The index of each mark and what precedes it."""
    at = 0
    for match in _MARK.finditer(marked):
        yield int(match[1]), marked[max(at, match.start() - _NEAR) : match.start()]
        at = match.end()


def _places(data: bytes, content: str, before: bytes, at: int) -> list[tuple[int, int]]:
    """Where *content* stands from *at* on, [start, end): whole, stripped, or a thought and its answer apart."""
    thought, answer = reasoning.split(content)
    texts = (content, answer) if thought else (content,)
    if place := next(filter(None, (_place(data, text, before, at) for text in texts)), None):
        return [place]
    if place := _place(data, content, b"", at):
        return [place]
    first = _place(data, thought, b"", at)
    second = _place(data, answer, b"", first[1] if first else at) if thought else None
    return [place for place in (first, second) if place]


def _place(data: bytes, content: str, before: bytes, at: int) -> tuple[int, int] | None:
    """Where *content* stands after *before*, which is not part of it; white space around it may be gone."""
    for wanted in dict.fromkeys((_bytes(content), _bytes(content.strip()))):
        start = data.find(before + wanted, at) if wanted else -1
        if start >= 0:
            return start + len(before), start + len(before) + len(wanted)
    return None


def _spans(pieces: Sequence[bytes], data: bytes) -> Iterator[tuple[int, int]]:
    """Where each token stands in *data*; nowhere, (at, at), for what the tokenizer put in of its own."""
    at = 0
    for piece in pieces:
        start, used = _find(piece, data, at)
        yield start, start + used
        at = start + used


def _find(piece: bytes, data: bytes, at: int) -> tuple[int, int]:
    """Start and length of *piece* in *data*, at *at* if it can be."""
    if data.startswith(piece, at):
        return at, len(piece)
    if _is_broken(piece) and data.startswith(shown := _bytes(piece.decode("utf-8", "replace")), at):
        return at, len(shown)
    if piece.startswith(b" ") and data.startswith(piece[1:], at):  # a space in front of the whole text
        return at, len(piece) - 1
    near = data.find(piece, at, at + _NEAR + len(piece)) if piece else -1
    # White space beside a control token can be swallowed; what no token stands for is skipped with more care.
    if near >= 0 and (len(piece) > 3 or not data[at:near].strip()):
        return near, len(piece)
    return at, 0


def _is_broken(piece: bytes) -> bool:
    return "\ufffd" in piece.decode("utf-8", "replace")


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")
