"""Two replies read to be compared: their traces, and what they say together."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from chatapp.core.compare import Comparison, compare
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.storage import StorageService
from chatapp.store.conversations import ConversationStore


@dataclass(frozen=True, slots=True)
class Compared:
    """*found* is None where one of the two has no trace, or where the same ids are other tokens in each."""

    one: TraceBuffer = field(default_factory=TraceBuffer)
    two: TraceBuffer = field(default_factory=TraceBuffer)
    found: Comparison | None = None

    @property
    def comparable(self) -> bool:
        """Whether both know the same tokens by the same ids."""
        one, two = self.one.pieces, self.two.pieces
        return all(two[token] == piece for token, piece in one.items() if token in two)

    @property
    def same_model(self) -> bool:
        """Whether the same model wrote both, as far as that is known."""
        prints = [trace.meta.get("fingerprint") for trace in (self.one, self.two)]
        return prints[0] == prints[1]


def read_compared(storage: StorageService, one: int, two: int, on_read: Callable[[Compared], None]) -> None:
    """Read the traces of the replies *one* and *two* and compare them, off the window's thread."""

    def work(store: ConversationStore) -> Compared:
        p, q = store.load_trace(one), store.load_trace(two)
        buffers = TraceBuffer(p), TraceBuffer(q)
        read = Compared(*buffers)
        return replace(read, found=compare(*buffers)) if p and q and read.comparable else read

    storage.read(work, on_read)
