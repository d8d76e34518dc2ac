"""`TraceBuffer`: a token trace that grows while a reply is written, at the same cost per token however long it is."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.stages import StageTrace
from chatapp.core.tokens import group_tokens
from chatapp.core.trace import TokenTrace, decode_pieces

_LONGEST = 4  # tokens that one character can lie in
_FIRST = 256  # tokens there is room for at the beginning


@dataclass(frozen=True, slots=True)
class Cell:
    """What is shown as one: the tokens *start* to *end* (exclusive), which only together make *text*.

    text is None where the bytes make no character.
    """

    start: int
    end: int
    text: str | None


class TraceBuffer:
    """The columns of `TokenTrace` as views of what has arrived; read them anew after `append`.

    cells   what to show as one, in order, see `Cell`
    stages  the parts of the stage view that came, as (number of the first token, part)
    owners  of a prompt: for each token the index of the message it belongs to, -1 for the template's own
    """

    def __init__(self, trace: TokenTrace | None = None) -> None:
        self.count = 0
        self.pieces: dict[int, bytes] = {}
        self.names: dict[int, bytes] = {}
        self.meta: dict[str, Any] = {}
        self.cells: list[Cell] = []
        self.stages: list[tuple[int, StageTrace]] = []
        self._given: tuple[int, str, str] | None = None  # tokens, the reply's text, what of it was given
        self._columns: dict[str, NDArray[Any]] = {}
        self._closed = 0  # cells that later tokens cannot change
        if trace is not None:
            self.meta = trace.meta
            self.append(trace)

    def __len__(self) -> int:
        return self.count

    def append(self, part: TokenTrace) -> int:
        """Add *part*; the index of the first cell that is new or another one now."""
        self.pieces |= part.pieces
        self.names |= part.names
        if not len(part):
            return len(self.cells)
        if part.stages is not None:
            self.stages.append((self.count, part.stages))
        for name in ("ids", "logprobs", "ranks", "entropy", "top_ids", "top_logprobs"):
            self._extend(name, getattr(part, name))
        self.count += len(part)
        return self._group()

    @property
    def ids(self) -> NDArray[np.int32]:
        """int32 (T,)."""
        return self._column("ids", np.int32)

    @property
    def logprobs(self) -> NDArray[np.float32]:
        """float32 (T,), nats; nan where nothing came before."""
        return self._column("logprobs", np.float32)

    @property
    def ranks(self) -> NDArray[np.int32]:
        """int32 (T,), 0 is the likeliest; -1 where nothing came before."""
        return self._column("ranks", np.int32)

    @property
    def entropy(self) -> NDArray[np.float32]:
        """float32 (T,), nats."""
        return self._column("entropy", np.float32)

    @property
    def top_ids(self) -> NDArray[np.int32]:
        """int32 (T, K), likeliest first."""
        return self._column("top_ids", np.int32)

    @property
    def top_logprobs(self) -> NDArray[np.float32]:
        """float32 (T, K), nats."""
        return self._column("top_logprobs", np.float32)

    @property
    def owners(self) -> NDArray[np.int32] | None:
        """int32 (T,) of a prompt's trace, None of a reply's."""
        owners = self.meta.get("owners")
        return None if owners is None else np.asarray(owners, np.int32)

    def token_bytes(self, index: int) -> bytes:
        """The exact bytes of token *index*."""
        return self.pieces.get(int(self.ids[index]), b"")

    def shown(self, token: int) -> bytes:
        """What is shown of the vocabulary's *token*: its bytes, or its name; empty when neither is known."""
        return self.pieces.get(token) or self.names.get(token, b"")

    def stage_of(self, index: int) -> tuple[StageTrace, int] | None:
        """The part of the stage view that has token *index*, and its row there; None where it was not recorded."""
        for first, part in reversed(self.stages):
            if first <= index < first + len(part.left):
                return part, index - first
        return None

    def given_of(self, text: str) -> str:
        """`given_text`, worked out once for each *text* and length."""
        if self._given is None or self._given[:2] != (self.count, text):
            self._given = (self.count, text, given_text(text, self))
        return self._given[2]

    def cell_of(self, token: int) -> int:
        """The index of the cell that token *token* is in."""
        low, high = 0, len(self.cells) - 1
        while low < high:
            middle = (low + high + 1) // 2
            if self.cells[middle].start <= token:
                low = middle
            else:
                high = middle - 1
        return low

    def _column(self, name: str, kind: type[np.generic]) -> NDArray[Any]:
        found = self._columns.get(name)
        if found is None:
            return np.zeros((0, 0) if name.startswith("top_") else 0, kind)
        return found[: self.count]

    def _extend(self, name: str, values: NDArray[Any]) -> None:
        needed = self.count + len(values)
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = np.empty((max(_FIRST, needed), *values.shape[1:]), values.dtype)
        elif needed > len(column):
            larger = np.empty((2 * needed, *column.shape[1:]), column.dtype)
            larger[: self.count] = column[: self.count]
            column = self._columns[name] = larger
        if values.ndim == 2 and values.shape[1] != column.shape[1]:  # a continued reply of an older version
            width = min(values.shape[1], column.shape[1])
            column[self.count : needed] = -1 if name == "top_ids" else np.nan
            column[self.count : needed, :width] = values[:, :width]
        else:
            column[self.count : needed] = values

    def _group(self) -> int:
        """Make cells of the tokens behind the last one that is settled."""
        del self.cells[self._closed :]
        first = len(self.cells)
        start = self.cells[-1].end if self.cells else 0
        pieces = [self.pieces.get(i, b"") for i in self.ids[start:].tolist()]
        for begin, end, text in group_tokens(pieces):
            self.cells.append(Cell(start + begin, start + end, text))
        while self._closed < len(self.cells):
            cell = self.cells[self._closed]
            if cell.text is None and cell.start + _LONGEST > self.count:
                break  # the rest of the character may be to come
            self._closed += 1
        return first


def given_text(text: str, trace: TokenTrace | TraceBuffer) -> str:
    """The beginning of a reply's *text* that its tokens do not make: it was given, and is part of the prompt.

    Where a stop text ended the reply, its tokens say more than its text does.
    """
    said = "".join(decode_pieces(trace.token_bytes(i) for i in range(len(trace))))
    if text.endswith(said):
        return text[: len(text) - len(said)] if said else text
    at = -1
    while (at := text.find(said[:1], at + 1)) >= 0:
        if said.startswith(text[at:]):
            return text[:at]
    return ""


def tokens_in(text: str, trace: TokenTrace | TraceBuffer) -> int:
    """How many of a reply's tokens its *text* is made of.

    Not those of a stop text, of a character that the end cut in half, or of the end of the turn.
    """
    room = len(text) - len(given_text(text, trace))
    count = used = 0
    for number, said in enumerate(decode_pieces(trace.token_bytes(i) for i in range(len(trace))), 1):
        used += len(said)
        if used > room:
            break
        if said:
            count = number
    return count
