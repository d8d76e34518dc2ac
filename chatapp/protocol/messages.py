"""Every message between the window (or the terminal) and the engine worker.

Commands, to the worker::

    Load      open a model; once in a worker's life
    Generate  stream a reply (job)
    Inspect   logprobs, ranks, entropy and attention of given tokens (job)
    Tokenize  text to token ids and their bytes (job)
    Embed     texts to vectors (job)
    Count     how many tokens a conversation renders to
    Cancel    end a job early
    (closing stdin ends the worker)

Events, from the worker::

    Hello           first frame: who is there
    LoadProgress    0..1          Loaded       what was loaded
    PromptProgress  per batch     Tokens       one or more tokens of the reply, with their trace
    Finished        the reply's end, how and how fast
    Tokenized       ids and bytes Embedded      vectors
    Inspected       arrays        Counted      token counts
    Failed          a `UserFixable` error, of a job or (job None) of the load

Each is a frozen dataclass of plain data; `to_frame` and `from_frame` are the only translation.
"""

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, Self

from numpy.typing import NDArray

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import UserFixable
from chatapp.core.generation import BETWEEN, ONE_OF, ReplyInfo, SamplingParams, invalid
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.trace import TokenTrace
from chatapp.protocol.framing import Frame, FramingError, encode


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What a chat template sees of a message."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load. Zero or "auto" leaves the choice to the engine.

    n_ctx         context length in tokens; 0: the model's own, at most `DEFAULT_CONTEXT`
    n_gpu_layers  -1: as many as fit; 0: CPU only
    n_threads     0: physical cores
    flash_attention  "auto", "on" or "off"
    cache_bytes   most memory for saved states of branches; 0: none; -1: `engine.cache.default_budget`
    kv_type       of the KV cache, one of `KV_TYPES`; the quantized ones work with flash attention only
    device        name of the only graphics card to use; "": all of them
    """

    n_ctx: int = 0
    n_gpu_layers: int = -1
    n_threads: int = 0
    flash_attention: str = "auto"
    kv_type: str = "f16"
    cache_bytes: int = -1
    device: str = ""

    def checked(self) -> Self:
        """Return self, or raise `RequestError` naming the first value that cannot be used."""
        for name, (low, high) in _LOAD_BOUNDS.items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
                raise invalid(name, value, BETWEEN, low=str(low), high=str(high))
        for name, allowed in (("flash_attention", FLASH_ATTENTION), ("kv_type", KV_TYPES)):
            if getattr(self, name) not in allowed:
                raise invalid(name, str(getattr(self, name))[:40], ONE_OF, choices=", ".join(allowed))
        if self.kv_type in QUANTIZED_KV_TYPES and self.flash_attention == "off":
            raise invalid("kv_type", self.kv_type, NEEDS_FLASH_ATTENTION)
        return self


FLASH_ATTENTION = ("auto", "on", "off")
KV_TYPES = ("f16", "f32", "q8_0", "q4_0")
QUANTIZED_KV_TYPES = ("q8_0", "q4_0")
NO_DEVICE = QT_TRANSLATE_NOOP("reasons", "There is no graphics card called {device} here")
NEEDS_FLASH_ATTENTION = QT_TRANSLATE_NOOP("reasons", "a quantized KV cache needs flash attention, which is off")
_LOAD_BOUNDS = {"n_ctx": (0, 2**31 - 1), "n_gpu_layers": (-1, 100_000), "n_threads": (0, 4096)}
DEFAULT_CONTEXT = 8192  # tokens; more costs memory most chats never use


@dataclass(frozen=True, slots=True)
class Device:
    """Something llama.cpp can compute on. *free* and *total* are bytes of memory; 0 when it does not say.

    name         llama.cpp's, such as "Vulkan0"
    description  the maker's
    kind         "cpu", "gpu", "igpu" (shares the computer's memory) or "accelerator" (helps the CPU)
    """

    name: str
    description: str
    kind: str
    free: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the worker knows of the model it loaded. Sizes are bytes; *fingerprint* identifies the file.

    n_gpu_layers  layers on graphics cards, the output counted as one; *devices* names those
    """

    path: str
    name: str
    architecture: str
    description: str
    size: int
    n_params: int
    n_vocab: int
    n_ctx: int
    n_ctx_train: int
    n_layer: int
    n_head: int
    n_gpu_layers: int = 0
    has_chat_template: bool = True
    fingerprint: str = ""
    backend: str = ""
    has_attention: bool = True
    devices: tuple[str, ...] = ()
    recommended: dict[str, str] = field(default_factory=dict)  # its general.sampling.* values


# -- commands ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Load:
    """Open the model file at *path*."""

    TYPE: ClassVar[str] = "load"
    path: str
    options: LoadOptions = LoadOptions()


@dataclass(frozen=True, slots=True)
class Generate:
    """Stream a reply to *messages*, or with *raw* continue *prompt* without a chat template.

    prefix_ids  the tokens the reply must begin with; they count, and are traced, as its own
    stages      the trace says what every sampler stage left; the tokens are the same
    With *raw* and no *prompt* the texts of *messages* are continued, one after the other as they stand.

    prefill   what the reply begins with: part of the prompt and of the reply's text
    overflow  "drop" leaves out the oldest turns of a conversation that has grown too long; anything else refuses it
    pinned    indices of messages that are not left out
    """

    TYPE: ClassVar[str] = "generate"
    job: int
    messages: tuple[ChatMessage, ...] = ()
    params: SamplingParams = SamplingParams()
    raw: bool = False
    prompt: str = ""
    prefix_ids: tuple[int, ...] = ()
    prefill: str = ""
    overflow: str = "stop"
    pinned: tuple[int, ...] = ()
    adapters: tuple[AdapterUse, ...] = ()
    stages: bool = False


@dataclass(frozen=True, slots=True)
class Inspect:
    """Score *tokens* (or *text*, tokenized as it stands with special tokens recognised) and capture attention.

    layers  wanted layers; empty means all
    last    only the last N query rows; 0 means all
    """

    TYPE: ClassVar[str] = "inspect"
    job: int
    text: str | None = None
    tokens: tuple[int, ...] = ()
    kv_type: str = "f16"
    layers: tuple[int, ...] = ()
    last: int = 0


@dataclass(frozen=True, slots=True)
class Tokenize:
    """Cut *text* into tokens, as it stands; with *special* the names of control tokens in it are recognised."""

    TYPE: ClassVar[str] = "tokenize"
    job: int
    text: str
    special: bool = True


@dataclass(frozen=True, slots=True)
class Embed:
    """A vector for each of *texts*. *pooling*: "mean", "cls" or "last"; "" is the model's own, else mean."""

    TYPE: ClassVar[str] = "embed"
    job: int
    texts: tuple[str, ...]
    pooling: str = ""
    normalise: bool = True


@dataclass(frozen=True, slots=True)
class Count:
    """Count the tokens that *messages* render to, the opening of the reply and its *prefill* included.

    draft  a user's message that is being typed, counted apart
    Done at once, between the tokens of a running reply.
    """

    TYPE: ClassVar[str] = "count"
    job: int
    messages: tuple[ChatMessage, ...] = ()
    draft: str = ""
    prefill: str = ""
    raw: bool = False


@dataclass(frozen=True, slots=True)
class Cancel:
    """End *job* early; its Finished still comes."""

    TYPE: ClassVar[str] = "cancel"
    job: int


# -- events ------------------------------------------------------------------------------------------------------------


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

    The first one of a job also carries the rendered prompt's token ids, how many of them at the end are the given
    beginning of the reply (*prefill*), and the indices of messages that were left out (*dropped*).
    """

    TYPE: ClassVar[str] = "prompt_progress"
    job: int
    done: int
    total: int
    reused: int
    prompt_ids: tuple[int, ...] = ()
    prefill: int = 0
    dropped: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Tokens:
    """One or more tokens. *text* is what to show now: whole characters, nothing that may turn out a stop string.

    The first one may have a text and no tokens: what the prompt already began the reply with.
    """

    TYPE: ClassVar[str] = "tokens"
    job: int
    text: str
    trace: TokenTrace


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
    attention  float32 (L, H, Q, T) layers, query heads, query positions (the last Q of T), key positions
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


Job = Load | Generate | Inspect | Tokenize | Embed | Count  # commands that are done one at a time, in order
Command = Job | Cancel
Answer = Inspected | Tokenized | Embedded | Counted  # all there is to one job
Event = Hello | LoadProgress | Loaded | PromptProgress | Tokens | Finished | Answer | Failed
Message = Command | Event

_TYPES: dict[str, type[Any]] = {
    kind.TYPE: kind
    for kind in (
        Load, Generate, Inspect, Tokenize, Embed, Count, Cancel,
        Hello, LoadProgress, Loaded, PromptProgress, Tokens, Finished, Inspected, Tokenized, Embedded, Counted, Failed,
    )
}  # fmt: skip


def to_bytes(message: Message) -> bytes:
    """The frame of *message*."""
    header: dict[str, Any] = {"type": message.TYPE}
    arrays: dict[str, NDArray[Any]] = {}
    for f in fields(message):
        value = getattr(message, f.name)
        if isinstance(value, TokenTrace):
            arrays = value.arrays()
        elif f.name == "arrays":
            arrays = value
        else:
            header[f.name] = _plain(value)
    return encode(header, arrays)


def from_frame(frame: Frame) -> Message:
    """The message in *frame*; raise `FramingError` if it is none of ours, `RequestError` for a refused setting."""
    header = dict(frame.header)
    name = header.pop("type")
    kind = _TYPES.get(name)
    if kind is None:
        raise FramingError(f"unknown message {name!r}")
    try:
        for key, value in header.items():
            header[key] = _REVIVE[key](value) if key in _REVIVE else value
        if kind is Tokens:
            header["trace"] = TokenTrace.from_arrays(frame.arrays)
        elif kind in (Inspected, Embedded):
            header["arrays"] = frame.arrays
        message: Message = kind(**header)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise FramingError(f"bad {name} message: {error}") from error
    return message


def _plain(value: object) -> object:
    if isinstance(value, (SamplingParams, ReplyInfo, UserFixable)):
        return value.to_json()
    if isinstance(value, (ChatMessage, LoadOptions, ModelInfo, Device, AdapterUse)):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


_REVIVE: dict[str, Any] = {
    "options": lambda v: LoadOptions(**v).checked(),
    "messages": lambda v: tuple(m if isinstance(m, int) else ChatMessage(**m) for m in v),
    "params": SamplingParams.from_json,
    "tokens": tuple,
    "layers": tuple,
    "prompt_ids": tuple,
    "prefix_ids": tuple,
    "pinned": tuple,
    "dropped": tuple,
    "adapters": lambda v: tuple(AdapterUse.from_json(a) for a in v),
    "texts": tuple,
    "ids": tuple,
    "pieces": tuple,
    "control": tuple,
    "model": lambda v: ModelInfo(**(v | {"devices": tuple(v.get("devices", ()))})),
    "devices": lambda v: tuple(Device(**d) for d in v),
    "info": ReplyInfo.from_json,
    "error": UserFixable.from_json,
}
