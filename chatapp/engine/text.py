"""Text while it streams: whole characters only, and nothing shown that may turn out to be a stop string."""

import codecs


class StreamText:
    """Feeds on token bytes; gives out text that is safe to show.

    After `stopped` becomes True the reply is over and the stop string, with all that follows it, is not part of it.
    """

    def __init__(self, stop: tuple[str, ...] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = stop
        self._held = ""
        self._emitted: list[str] = []
        self.stopped = False

    @property
    def pending(self) -> int:
        """Bytes at the end that are part of a character which is not whole."""
        return len(self._decoder.getstate()[0])

    @property
    def emitted(self) -> str:
        """All that was given out."""
        return "".join(self._emitted)

    def feed(self, piece: bytes) -> str:
        """Add a token's bytes; return the new text to show, often shorter or longer than the token."""
        return self._release(self._decoder.decode(piece), final=False)

    def finish(self) -> str:
        """Return what was still held back. A character that the end (Stop, a limit) cut in half is not shown."""
        return self._release("", final=True)

    def _release(self, new: str, *, final: bool) -> str:
        if self.stopped:
            return ""
        text = self._held + new
        found = [at for s in self._stop if (at := text.find(s)) >= 0]
        if found:
            self.stopped = True
            text, self._held = text[: min(found)], ""
        else:
            keep = 0 if final else max((_overlap(text, s) for s in self._stop), default=0)
            text, self._held = text[: len(text) - keep], text[len(text) - keep :]
        self._emitted.append(text)
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of *text* that begins *stop*."""
    for n in range(min(len(text), len(stop) - 1), 0, -1):
        if text.endswith(stop[:n]):
            return n
    return 0
