"""`Backend`, the one joint to an engine: what the worker asks of llama.cpp, of the fake, of what comes later."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from chatapp.core.generation import ReplyInfo
from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import (
    Count,
    Counted,
    Device,
    Embed,
    Embedded,
    Generate,
    Inspect,
    InspectorAnswer,
    InspectorQuestion,
    LoadOptions,
    ModelInfo,
    TextPart,
    Tokenize,
    Tokenized,
)


class Listener(Protocol):
    """Where a running job reports to; every call may come from within the engine's loop and must be quick."""

    def cancelled(self) -> bool:
        """True once the job should end early."""
        ...

    def prompt_progress(self, done: int, total: int, reused: int, prompt_ids: tuple[int, ...] = ()) -> None:
        """*done* of *total* prompt tokens are in the KV cache, *reused* of them from before. Ids come once."""
        ...

    def prompt_made(self, prefill: int, dropped: tuple[int, ...], origin: str = "") -> None:
        """Before the ids: how many of them begin the reply, the indices of messages that were left out, the origin."""
        ...

    def tokens(self, text: str, trace: TokenTrace, known: int = 0) -> None:
        """New tokens, *known* given ones before them that need no trace, and the text that may be shown now."""
        ...

    def text_part(self, part: TextPart) -> None:
        """Some more of a text that is scored."""
        ...


@dataclass(frozen=True, slots=True)
class Inspection:
    """Arrays as `chatapp.protocol.messages.Inspected` describes them, and what they are."""

    meta: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


class Backend(Protocol):
    """An engine with at most one model. Only `UserFixable` errors are expected to leave it; anything else is a bug."""

    name: str

    def devices(self) -> tuple[Device, ...]:
        """What it can compute on, with the memory that is free now."""
        ...

    def load(self, path: str, options: LoadOptions, progress: Callable[[float], None]) -> ModelInfo:
        """Open the weights; call *progress* with 0..1."""
        ...

    def generate(self, request: Generate, listener: Listener) -> tuple[str, ReplyInfo]:
        """Stream a reply; return the text still held back and how it ended."""
        ...

    def inspect(self, request: Inspect, listener: Listener) -> Inspection:
        """Score given tokens and capture attention."""
        ...

    def tokenize(self, request: Tokenize) -> Tokenized:
        """Cut a text into tokens."""
        ...

    def embed(self, request: Embed, listener: Listener) -> Embedded:
        """Turn texts into vectors."""
        ...

    def ask(self, question: InspectorQuestion, listener: Listener) -> InspectorAnswer:
        """Answer the inspector; a job that is cancelled answers with what was done, or raises where nothing was."""
        ...

    def count(self, request: Count) -> Counted:
        """Tokens of a conversation; may be called from within `Listener.tokens` and `Listener.prompt_progress`."""
        ...

    def rest(self) -> None:
        """Nothing has been asked for a while; memory that is only for quick answers may go."""
        ...

    def close(self) -> None:
        """Free everything."""
        ...
