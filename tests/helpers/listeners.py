"""A `Listener` that remembers what a backend reported."""

from collections.abc import Callable

from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import TextPart


class Recorder:
    """Collects a job's reports; *stop_when* looks at it and says when to cancel."""

    def __init__(self, stop_when: "Callable[[Recorder], bool] | None" = None) -> None:
        self.texts: list[str] = []
        self.traces: list[TokenTrace] = []
        self.progress: list[tuple[int, int, int]] = []
        self.prompt_ids: tuple[int, ...] = ()
        self.prefill = 0
        self.dropped: tuple[int, ...] = ()
        self.origin = ""
        self.known = 0
        self.parts: list[TextPart] = []
        self._stop_when = stop_when

    def cancelled(self) -> bool:
        return self._stop_when is not None and self._stop_when(self)

    def prompt_progress(self, done: int, total: int, reused: int, prompt_ids: tuple[int, ...] = ()) -> None:
        self.progress.append((done, total, reused))
        self.prompt_ids = prompt_ids or self.prompt_ids

    def prompt_made(self, prefill: int, dropped: tuple[int, ...], origin: str = "") -> None:
        self.prefill, self.dropped, self.origin = prefill, dropped, origin

    def tokens(self, text: str, trace: TokenTrace, known: int = 0) -> None:
        self.texts.append(text)
        self.traces.append(trace)
        self.known += known

    def text_part(self, part: TextPart) -> None:
        self.parts.append(part)

    @property
    def trace(self) -> TokenTrace:
        return TokenTrace.join(self.traces)
