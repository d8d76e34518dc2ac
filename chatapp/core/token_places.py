"""`TokenPlaces`: which token of a trace each character of a message's text came from, kept up while both grow."""

import codecs
from bisect import bisect_right

from chatapp.core.trace_buffer import TraceBuffer

_PROBE = 48  # characters by which the beginning of what was said is looked for


class TokenPlaces:
    """Characters of a message and the tokens that made them.

    origin  where in the text the characters of the first token stand: behind what was given
    Line ends count as one character, "\\r\\n" too.
    """

    def __init__(self, trace: TraceBuffer, origin: int = 0, first: int = 0, end: int | None = None) -> None:
        """Of the tokens *first* to *end* (exclusive; None: all there will be)."""
        self.origin = origin
        self._trace = trace
        self._first = first
        self._last = end
        self._ends: list[int] = []  # of each token: how many characters are complete with it
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._return = False  # the last character was a carriage return
        self.extend()

    @property
    def count(self) -> int:
        """Tokens that were looked at so far."""
        return self._first + len(self._ends)

    def extend(self) -> None:
        """Take in the tokens that came to the trace."""
        end = len(self._trace) if self._last is None else min(self._last, len(self._trace))
        at = self._ends[-1] if self._ends else 0
        pieces = self._trace.pieces
        for token in self._trace.ids[self.count : end].tolist():
            text = self._decoder.decode(pieces.get(token, b""))
            if text:
                at += len(text) - text.count("\r\n") - (self._return and text[0] == "\n")
                self._return = text[-1] == "\r"
            self._ends.append(at)

    def token_at(self, place: int) -> int | None:
        """The token that completes the character at *place* of the text; None for what no token made."""
        place -= self.origin
        index = bisect_right(self._ends, place)
        return self._first + index if place >= 0 and index < len(self._ends) else None

    def span_of(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters of the tokens *start* to *end* (exclusive) begin and end in the text."""
        return self.origin + self._end_before(start), self.origin + self._end_before(end)

    def _end_before(self, token: int) -> int:
        index = min(token - self._first, len(self._ends)) - 1
        return self._ends[index] if index >= 0 else 0


def reply_places(trace: TraceBuffer, text: str) -> TokenPlaces:
    """Of a reply: its *text* may begin with what was given, and end before a stop string that its tokens spell out."""
    return TokenPlaces(trace, _one_line_ends(text, _found(text, _said(trace, 0, len(trace)))))


def prompt_places(trace: TraceBuffer, text: str) -> TokenPlaces | None:
    """Of the last message of a scored prompt, *text*, which a template may have stripped; None when it is not there."""
    owners = trace.owners
    if owners is None or not len(owners) or owners.max() < 0:
        return None
    tokens = (owners == trace.meta.get("owner", owners.max())).nonzero()[0]
    if not len(tokens):
        return None
    first, end = int(tokens[0]), int(tokens[-1]) + 1
    return _stripped_places(trace, text, first, end)


def section_places(trace: TraceBuffer, text: str) -> TokenPlaces:
    """Of the tokens of any message, *text*, as a later prompt has them: stripped, or without what was thought."""
    return _stripped_places(trace, text, 0, len(trace)) or reply_places(trace, text)


def _stripped_places(trace: TraceBuffer, text: str, first: int, end: int) -> TokenPlaces | None:
    core = text.strip()
    at = _said(trace, first, end).find(core)
    if at < 0 or not core:
        return None
    return TokenPlaces(trace, text.find(core) - at, first, end)


def _said(trace: TraceBuffer, first: int, end: int) -> str:
    pieces = trace.pieces
    data = b"".join(pieces.get(token, b"") for token in trace.ids[first:end].tolist())
    return codecs.getincrementaldecoder("utf-8")("replace").decode(data)


def _found(text: str, said: str) -> int:
    """Where in *text* what was *said* begins."""
    at = text.rfind(said) if said else len(text)
    if at >= 0:
        return at
    probe = said[:_PROBE]
    at = text.find(probe)
    while at >= 0:
        if said.startswith(text[at:]):
            return at
        at = text.find(probe, at + 1)
    return next((len(text) - n for n in range(min(_PROBE, len(text)), 0, -1) if said.startswith(text[-n:])), 0)


def _one_line_ends(text: str, place: int) -> int:
    return place - text.count("\r\n", 0, place)
