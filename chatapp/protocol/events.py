"""What the worker says; the answers to the inspector are in `inspecting`."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

from numpy.typing import NDArray

from chatapp.core.errors import UserFixable
from chatapp.core.generation import ReplyInfo
from chatapp.core.trace import TokenTrace
from chatapp.protocol.loading import Device, ModelInfo


@dataclass(frozen=True, slots=True)
class Hello:
    """The worker is up. *backend* is "llama.cpp" or "fake"; *version* is the app's; *devices* before any load."""

    TYPE: ClassVar[str] = "hello"
    version: str
    backend: str
    pid: int
    devices: tuple[Device, ...] = ()


@dataclass(frozen=True, slots=True)
class LoadProgress:
    """How much of the weights is loaded, 0..1."""

    TYPE: ClassVar[str] = "load_progress"
    fraction: float


@dataclass(frozen=True, slots=True)
class Loaded:
    """The model is ready."""

    TYPE: ClassVar[str] = "loaded"
    model: ModelInfo


@dataclass(frozen=True, slots=True)
class PromptProgress:
    """Prompt tokens: *done* of *total* are evaluated, *reused* of them were still in the KV cache.

    Given tokens of a reply that are not traced again (see `Generate`) are read with the prompt and count here.
    The first one of a job also carries the rendered prompt's token ids, how many of them at the end are the given
    beginning of the reply (*prefill*), the indices of messages that were left out (*dropped*), and *origin*: it is the
    same where a reply's tokens would be read behind the same prompt with the same weights.
    """

    TYPE: ClassVar[str] = "prompt_progress"
    job: int
    done: int
    total: int
    reused: int
    prompt_ids: tuple[int, ...] = ()
    prefill: int = 0
    dropped: tuple[int, ...] = ()
    origin: str = ""

    @property
    def fraction(self) -> float:
        """How much of what has to be evaluated is, 0..1."""
        left = self.total - self.reused
        return (self.done - self.reused) / left if left > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Tokens:
    """One or more tokens. *text* is what to show now: whole characters, nothing that may turn out a stop string.

    The first one may have a text and no tokens: what the prompt already began the reply with.
    known  given tokens that came before those of *trace* and are in *text*, but are not traced again
    """

    TYPE: ClassVar[str] = "tokens"
    job: int
    text: str
    trace: TokenTrace
    known: int = 0


@dataclass(frozen=True, slots=True)
class Finished:
    """The reply's end. *text* is what was still held back of it."""

    TYPE: ClassVar[str] = "finished"
    job: int
    text: str
    info: ReplyInfo


@dataclass(frozen=True, slots=True)
class Inspected:
    """Result of `Inspect`; *meta* says what the arrays are.

    tokens     int32 (T,)
    logprobs   float32 (T-1,)       natural log, of token t+1 after tokens 0..t
    ranks      int32 (T-1,)
    entropy    float32 (T,)         nats
    attention  float32 (L, H, Q, T) layers, query heads, query positions (the last Q of T), key positions; heads that
               a layer does not have are 0
    layers     int32 (L,)           groups  int32 (L,)  key-value heads
    positions  int32 (T,)           queries int32 (Q,)  their positions
    """

    TYPE: ClassVar[str] = "inspected"
    job: int
    meta: dict[str, Any]
    arrays: dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Tokenized:
    """Result of `Tokenize`: for each token its id, its bytes in hexadecimal, and whether it is a control token."""

    TYPE: ClassVar[str] = "tokenized"
    job: int
    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    control: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Embedded:
    """Result of `Embed`: *arrays* has "vectors", float32 (texts, width)."""

    TYPE: ClassVar[str] = "embedded"
    job: int
    pooling: str
    arrays: dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Counted:
    """Result of `Count`, in tokens.

    total          all that would be sent without the draft
    messages       of each message's text; the rest of *total* are the template's own
    draft          what the draft would add
    system_merged  the template has no place for a system prompt: it goes into the first message
    """

    TYPE: ClassVar[str] = "counted"
    job: int
    total: int
    messages: tuple[int, ...] = ()
    draft: int = 0
    system_merged: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """A job, or with job None the load, ended with an error the user can mend."""

    TYPE: ClassVar[str] = "failed"
    job: int | None
    error: UserFixable = field(compare=False)
