"""What the worker can be told to do; the inspector's part is in `inspecting`."""

from dataclasses import dataclass
from typing import ClassVar

from chatapp.core.adapters import AdapterUse
from chatapp.core.generation import SamplingParams
from chatapp.protocol.loading import LoadOptions


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """What a chat template sees of a message."""

    role: str
    content: str


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
    known_prefix  how many of these the asker has the trace of, from a reply to the prompt that *origin* names (see
                `PromptProgress`): while it is this prompt, they are not traced again, and read like the prompt
    stages      the trace says what every sampler stage left; the tokens are the same
    With *raw* and no *prompt* the texts of *messages* are continued, one after the other as they stand.

    prefill   what the reply begins with: part of the prompt and of the reply's text
    written   how many characters at the end of *prefill* were written by a model: a grammar goes on behind them as if
              they had been drawn now, and begins behind *prefill* where they do not follow it (it was set since). What
              the user began a reply with stays outside the grammar
    overflow  "drop" leaves out the oldest turns of a conversation that has grown too long; anything else refuses it
    pinned    indices of messages that are not left out
    lookup    draft tokens from where the last ones stood before and check them together (`chatapp.engine.lookup`)
    """

    TYPE: ClassVar[str] = "generate"
    job: int
    messages: tuple[ChatMessage, ...] = ()
    params: SamplingParams = SamplingParams()
    raw: bool = False
    prompt: str = ""
    prefix_ids: tuple[int, ...] = ()
    known_prefix: int = 0
    origin: str = ""
    prefill: str = ""
    written: int = 0
    overflow: str = "stop"
    pinned: tuple[int, ...] = ()
    adapters: tuple[AdapterUse, ...] = ()
    stages: bool = False
    lookup: bool = False


@dataclass(frozen=True, slots=True)
class Inspect:
    """Score *tokens* (or *text*, tokenized as it stands with special tokens recognised) and get their attention.

    layers  wanted layers; empty means all
    last    only the last N query rows; 0 means all
    method  "captured": as it is computed, without flash attention; "rebuilt": from what was recorded, with it
    mute    (layer, head) pairs of which nothing comes out, at any token
    reply_from  tokens from this number on are evaluated one by one, as a reply's are when it is written; 0: none
    """

    TYPE: ClassVar[str] = "inspect"
    job: int
    text: str | None = None
    tokens: tuple[int, ...] = ()
    kv_type: str = "f16"
    layers: tuple[int, ...] = ()
    last: int = 0
    method: str = "captured"
    mute: tuple[tuple[int, int], ...] = ()
    adapters: tuple[AdapterUse, ...] = ()
    reply_from: int = 0


@dataclass(frozen=True, slots=True)
class Tokenize:
    """Cut *text* into tokens, as it stands; with *special* the names of control tokens in it are recognised.

    within  it goes on after another text: vocabularies that put a space before a text put none before this one
    """

    TYPE: ClassVar[str] = "tokenize"
    job: int
    text: str
    special: bool = True
    within: bool = False


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
