"""Every message between the window (or the terminal) and the engine worker.

Commands, to the worker::

    Load      open a model; once in a worker's life
    Generate  stream a reply (job)
    Inspect   logprobs, ranks, entropy and attention of given tokens (job)
    Tokenize  text to token ids and their bytes (job)
    Embed     texts to vectors (job)
    Count     how many tokens a conversation renders to
    Score, ScoreText, Predict, Logits, Lookahead, Vocabulary, Attend, AttendRows, Mute, Sweep, Lens,
              Steps, Meanings: see `inspecting` beside this (jobs)
    Cancel    end a job early
    (closing stdin ends the worker)

Events, from the worker::

    Hello           first frame: who is there
    LoadProgress    0..1          Loaded       what was loaded
    PromptProgress  per batch     Tokens       one or more tokens of the reply, with their trace
    Finished        the reply's end, how and how fast
    Tokenized       ids and bytes Embedded     vectors
    Inspected       arrays        Counted      token counts
    Scored, TextPart, TextScored, Predicted, LogitsRead, LookedAhead, VocabularyRead, Attended, AttendedRows,
        Muted, Swept, LensRead, StepsTaken, MeaningsRead: see `chatapp.protocol.inspecting`
    Failed          a `UserFixable` error, of a job or (job None) of the load

Each is a frozen dataclass of plain data; `to_frame` and `from_frame` are the only translation.
"""

from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.adapters import AdapterUse
from chatapp.core.errors import UserFixable
from chatapp.core.generation import ReplyInfo, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.protocol.commands import Cancel, ChatMessage, Count, Embed, Generate, Inspect, Load, Tokenize
from chatapp.protocol.events import (
    Counted,
    Embedded,
    Failed,
    Finished,
    Hello,
    Inspected,
    Loaded,
    LoadProgress,
    PromptProgress,
    Tokenized,
    Tokens,
)
from chatapp.protocol.framing import Frame, FramingError, encode_parts
from chatapp.protocol.inspecting import (
    Attend,
    Attended,
    AttendedRows,
    AttendRows,
    InspectorAnswer,
    InspectorQuestion,
    Lens,
    LensRead,
    Logits,
    LogitsRead,
    Lookahead,
    LookedAhead,
    Meanings,
    MeaningsRead,
    Mute,
    Muted,
    Predict,
    Predicted,
    Prefix,
    Score,
    Scored,
    ScoreText,
    Steps,
    StepsTaken,
    Sweep,
    Swept,
    TextPart,
    TextScored,
    Vocabulary,
    VocabularyRead,
)
from chatapp.protocol.loading import (
    DEFAULT_CONTEXT,
    FLASH_ATTENTION,
    KV_TYPES,
    NEEDS_FLASH_ATTENTION,
    NO_DEVICE,
    QUANTIZED_KV_TYPES,
    Device,
    LoadOptions,
    ModelInfo,
)

__all__ = [
    "DEFAULT_CONTEXT",
    "FLASH_ATTENTION",
    "KV_TYPES",
    "NEEDS_FLASH_ATTENTION",
    "NO_DEVICE",
    "QUANTIZED_KV_TYPES",
    "Answer",
    "Attend",
    "AttendRows",
    "Attended",
    "AttendedRows",
    "Cancel",
    "ChatMessage",
    "Command",
    "Count",
    "Counted",
    "Device",
    "Embed",
    "Embedded",
    "Event",
    "Failed",
    "Finished",
    "Generate",
    "Hello",
    "Inspect",
    "Inspected",
    "InspectorAnswer",
    "InspectorQuestion",
    "Job",
    "Lens",
    "LensRead",
    "Load",
    "LoadOptions",
    "LoadProgress",
    "Loaded",
    "Logits",
    "LogitsRead",
    "Lookahead",
    "LookedAhead",
    "Meanings",
    "MeaningsRead",
    "Message",
    "ModelInfo",
    "Mute",
    "Muted",
    "Predict",
    "Predicted",
    "Prefix",
    "PromptProgress",
    "Question",
    "Score",
    "ScoreText",
    "Scored",
    "Steps",
    "StepsTaken",
    "Sweep",
    "Swept",
    "TextPart",
    "TextScored",
    "Tokenize",
    "Tokenized",
    "Tokens",
    "Vocabulary",
    "VocabularyRead",
    "from_frame",
    "to_bytes",
    "to_parts",
]

Question = Tokenize | InspectorQuestion  # what `EngineService.ask` takes
Job = Load | Generate | Inspect | Embed | Count | Question  # commands that are done one at a time, in order
Command = Job | Cancel
Answer = Inspected | Tokenized | Embedded | Counted | InspectorAnswer  # the last event of a job
Event = Hello | LoadProgress | Loaded | PromptProgress | Tokens | TextPart | Finished | Answer | Failed
Message = Command | Event

_TYPES: dict[str, type[Any]] = {
    kind.TYPE: kind
    for kind in (
        Load, Generate, Inspect, Tokenize, Embed, Count, Cancel,
        Hello, LoadProgress, Loaded, PromptProgress, Tokens, Finished, Inspected, Tokenized, Embedded, Counted, Failed,
        Score, ScoreText, Predict, Lookahead, Vocabulary, Attend, AttendRows, Mute, Sweep, Lens, Steps, Meanings,
        Logits, Scored, TextPart, TextScored, Predicted, LogitsRead, LookedAhead, VocabularyRead, Attended,
        AttendedRows, Muted, Swept, LensRead, StepsTaken, MeaningsRead,
    )
}  # fmt: skip


def to_bytes(message: Message) -> bytes:
    """The frame of *message*."""
    return b"".join(to_parts(message))


def to_parts(message: Message) -> list[memoryview]:
    """The same in pieces, without a copy of what is long."""
    header: dict[str, Any] = {"type": message.TYPE}
    arrays: dict[str, NDArray[Any]] = {}
    for f in fields(message):
        value = getattr(message, f.name)
        if isinstance(value, TokenTrace):
            arrays = value.arrays()
        elif f.name == "arrays":
            arrays = value
        elif f.name == "utf8":
            arrays = {f.name: np.frombuffer(value, np.uint8)}
        else:
            header[f.name] = _plain(value)
    return encode_parts(header, arrays)


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
        names = {f.name for f in fields(kind)}
        if "trace" in names:
            header["trace"] = TokenTrace.from_arrays(frame.arrays)
        elif "arrays" in names:
            header["arrays"] = frame.arrays
        elif "utf8" in names:
            header["utf8"] = frame.arrays["utf8"].tobytes()
        message: Message = kind(**header)
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise FramingError(f"bad {name} message: {error}") from error
    return message


def _plain(value: object) -> object:
    if isinstance(value, (SamplingParams, ReplyInfo, UserFixable)):
        return value.to_json()
    if isinstance(value, (ChatMessage, LoadOptions, ModelInfo, Device, AdapterUse, Prefix)):
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
    "prefix": lambda v: Prefix(**{k: _REVIVE[k](x) if k in _REVIVE else x for k, x in v.items()}),
    "reply_ids": tuple,
    "owners": tuple,
    "mute": lambda v: tuple((int(layer), int(head)) for layer, head in v),
    "heads": lambda v: tuple((int(layer), int(head)) for layer, head in v),
    "hidden": lambda v: tuple((int(start), int(end)) for start, end in v),
    "stages": lambda v: v if isinstance(v, bool) else tuple(v),
    "ids": tuple,
    "pieces": tuple,
    "control": tuple,
    "model": lambda v: ModelInfo(**(v | {"devices": tuple(v.get("devices", ()))})),
    "devices": lambda v: tuple(Device(**d) for d in v),
    "info": ReplyInfo.from_json,
    "error": UserFixable.from_json,
}
