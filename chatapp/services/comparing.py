"""Two replies read to be compared: their traces, and what they say together."""

from collections.abc import Callable
from dataclasses import dataclass, field

from chatapp.core.compare import Comparison, compare
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.storage import StorageService
from chatapp.store.conversations import ConversationStore


@dataclass(frozen=True, slots=True)
class Compared:
    """*found* is None where one of the two has no trace. The same *fingerprint* is of the same model."""

    one: TraceBuffer = field(default_factory=TraceBuffer)
    two: TraceBuffer = field(default_factory=TraceBuffer)
    found: Comparison | None = None

    @property
    def same_model(self) -> bool:
        """Whether the same model wrote both, as far as that is known."""
        prints = [trace.meta.get("fingerprint") for trace in (self.one, self.two)]
        return prints[0] == prints[1]


def read_compared(storage: StorageService, one: int, two: int, on_read: Callable[[Compared], None]) -> None:
    """Read the traces of the replies *one* and *two* and compare them, off the window's thread."""

    def read(store: ConversationStore) -> Compared:
        p, q = store.load_trace(one), store.load_trace(two)
        buffers = TraceBuffer(p), TraceBuffer(q)
        return Compared(*buffers, compare(*buffers) if p and q else None)

    storage.read(read, on_read)
