"""The context cut into its messages, with the template's tokens between them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.token_text import SPACE, token_text, visible
from chatapp.core.tokens import group_tokens
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer

_LONGEST = 4  # tokens that one character can lie in


@dataclass(frozen=True, slots=True)
class Section:
    """The tokens *start* to *end* (exclusive): those of message *owner*, and the template's before it.

    Behind the last message they are its own; without any message *owner* is -1.
    """

    start: int
    end: int
    owner: int


def sections_of(owners: NDArray[np.int32]) -> list[Section]:
    """Sections of the tokens whose messages are *owners*, -1 for the template's own."""
    found: list[Section] = []
    for at in np.flatnonzero(owners >= 0).tolist():
        owner = int(owners[at])
        if not found or found[-1].owner != owner:
            found.append(Section(found[-1].end if found else 0, at + 1, owner))
        else:
            found[-1] = Section(found[-1].start, at + 1, owner)
    if not found:
        return [Section(0, len(owners), -1)] if len(owners) else []
    found[-1] = Section(found[-1].start, len(owners), found[-1].owner)
    return found


def buffer_of(ids: NDArray[np.int32], piece: Callable[[int], bytes]) -> TraceBuffer:
    """Tokens of which only the bytes are known, grouped into characters."""
    n = len(ids)
    pieces = {token: piece(token) for token in set(ids.tolist())}
    nothing = np.zeros(n, np.float32)
    return TraceBuffer(
        TokenTrace(
            ids.astype(np.int32), nothing, np.zeros(n, np.int32), nothing, np.zeros((n, 0), np.int32),
            np.zeros((n, 0), np.float32), pieces,
        )
    )  # fmt: skip


def word_of(ids: NDArray[np.int32], piece: Callable[[int], bytes], at: int) -> str:
    """What the token at *at* is called; of a part of a character it is that one, and which part ("움 1/2")."""
    first = at
    while first > 0 and at - first < _LONGEST - 1 and not _is_text(piece(int(ids[first - 1]))):
        first -= 1
    pieces = [piece(int(token)) for token in ids[first : at + _LONGEST]]
    for start, end, text in group_tokens(pieces):
        if start <= at - first < end and text is not None and end > start + 1:
            return f"{visible(text.strip() or text, SPACE)} {at - first - start + 1}/{end - start}"
    return token_text(int(ids[at]), pieces[at - first])


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
