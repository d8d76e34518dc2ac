"""A reply while it is being written: its text in pieces, its trace in parts, and what is known of its speed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from chatapp.core.context import droppable_turns
from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.core.reasoning import ReasoningParser
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import tokens_in
from chatapp.protocol.messages import ChatMessage, Generate, ModelInfo, PromptProgress, Tokens
from chatapp.services.branching import Branch, measured


class ThinkingTime:
    """How long a reply spends on its thought while it streams in.

    before  seconds spent on the part of the reply that is gone on with; None when that is not known
    """

    def __init__(self, before: float | None = 0.0) -> None:
        self._before = before
        self._parser = ReasoningParser()
        self._thinks = False
        self._began: float | None = None
        self._ended: float | None = None

    def feed(self, text: str, *, written: bool) -> None:
        """*text* arrived just now; not *written* is what the reply was made to begin with."""
        if self._parser.state == "answer":
            return
        self._parser.feed(text)
        thinking = self._parser.state == "thought"
        self._thinks |= thinking or self._parser.state == "gap"
        if written and thinking and self._began is None:
            self._began = time.monotonic()
        if self._began is not None and not thinking:
            self._ended = self._ended or time.monotonic()

    @property
    def seconds(self) -> float | None:
        """Until now, or until the answer began; None without a thought."""
        if not self._thinks or self._before is None:
            return None
        return self._before + ((self._ended or time.monotonic()) - self._began if self._began is not None else 0.0)


@dataclass(slots=True)
class RunningReply:
    """State of the one reply that runs. *job* is None until the engine has taken it."""

    conversation: Conversation
    message_id: int
    request: Generate
    sent: list[int | None] = field(default_factory=list)  # ids of the request's messages; None for the system prompt
    resumed: Message | None = None  # the reply this one goes on with
    branch: Branch | None = None  # how this one begins, where it leaves another one
    unsent: tuple[int, ...] = ()
    job: int | None = None
    model: ModelInfo | None = None  # that writes it; None until the engine has taken it
    prompt_tokens: int = 0
    reused_tokens: int = 0  # of the prompt and of what was given by id
    origin: str = ""
    n_tokens: int = 0
    traces: list[TokenTrace] = field(default_factory=list)
    thinking: ThinkingTime = field(default_factory=ThinkingTime)
    given_length: int = 0  # characters that came before the first token: they were given; line ends count as one
    changed: bool = False  # since it was last saved
    _begun: int = 0  # characters that came before the first token
    _texts: list[str] = field(default_factory=list)
    _started: float = field(default_factory=time.monotonic)
    _first: float | None = None

    def __post_init__(self) -> None:
        self.unsent = self.left_out

    @property
    def left_out(self) -> tuple[int, ...]:
        """Ids of messages that are not even given to the engine."""
        return self.branch.unsent if self.branch else ()

    def take(self, model: ModelInfo, *, raw: bool) -> bool:
        """*model* writes it, whichever was loaded when it was asked for; whether that changes what is known of it."""
        self.model = model
        self.request = replace(self.request, raw=raw)
        message = self.conversation.messages[self.message_id]
        info = message.info or ReplyInfo()
        known = replace(info, model=model.path)
        if self.resumed is not None and self.resumed.info is not None and self.resumed.info.model != model.path:
            known = replace(known, fork=None)  # that counts another model's tokens, and says what it made of them
        self.conversation.update(replace(message, info=known))
        return known != info

    def drop(self, indices: tuple[int, ...]) -> None:
        """The engine left out these messages of the request."""
        self.unsent = self.left_out + tuple(i for i in (self.sent[at] for at in indices) if i is not None)

    def drop_all(self) -> None:
        """The engine refused the request although it left out every turn that may be."""
        turns = droppable_turns([message.role for message in self.request.messages], self.request.pinned)
        self.drop(tuple(at for turn in turns for at in turn))

    def read_prompt(self, event: PromptProgress) -> None:
        """The engine reads the prompt."""
        if event.prompt_ids:
            self.prompt_tokens, self.origin = len(event.prompt_ids), event.origin
        self.reused_tokens = event.reused
        if event.dropped:
            self.drop(event.dropped)

    def traced(self, event: Tokens) -> TokenTrace:
        """The trace of the tokens that came, with those the engine did not repeat."""
        if not event.known or self.branch is None:
            return event.trace
        head = self.branch.head.head(event.known).as_given(event.trace)
        return TokenTrace.join([head, event.trace])

    def add(self, text: str, trace: TokenTrace | None = None) -> None:
        """More text, and the tokens that made it."""
        self._texts.append(text)
        self.thinking.feed(text, written=trace is not None and len(trace) > 0)
        self.changed = True
        if not self.traces and (trace is None or not len(trace)):
            self.given_length += len(text) - text.count("\r\n")
            self._begun += len(text)
        if trace is not None and len(trace):
            self.traces.append(trace)
            self.n_tokens += len(trace)
            if self._first is None and self.n_tokens > len(self.request.prefix_ids):
                self._first = time.monotonic()

    def so_far(self) -> Message:
        """The message with the text that has arrived."""
        self._texts = ["".join(self._texts)]
        message = self.conversation.messages[self.message_id]
        return message.with_text(self._texts[0], replace(message.info or ReplyInfo(), begun_length=self.begun_length))

    @property
    def begun_length(self) -> int | None:
        """See `ReplyInfo`: of a reply that begins with another one's text or tokens it is that one's."""
        other = self.resumed or (self.branch.message if self.branch else None)
        if other is not None:
            return other.info.begun_length if other.info else None
        return self._begun

    def info_so_far(self, finish: FinishReason | None = None) -> ReplyInfo:
        """Counts and times as seen from here; the engine's own come at the end."""
        now = time.monotonic()
        message = self.conversation.messages[self.message_id]
        return replace(
            message.info or ReplyInfo(),
            finish=finish,
            unsent=self.unsent,
            seconds_thinking=self.thinking.seconds,
            prompt_tokens=self.prompt_tokens,
            reused_tokens=min(self.reused_tokens, self.prompt_tokens),
            reused_given_tokens=max(0, self.reused_tokens - self.prompt_tokens),
            completion_tokens=self.n_tokens,
            given_tokens=min(self.n_tokens, len(self.request.prefix_ids)),
            seconds_to_first_token=(self._first or now) - self._started,
            decode_seconds=now - self._first if self._first else 0.0,
        )

    def finished(self, finish: FinishReason, info: ReplyInfo | None) -> Message:
        """The message as it ended; *info* is the engine's, when it lived to tell."""
        known = info or self.info_so_far()
        begun = self.conversation.messages[self.message_id].info or known
        fork = begun.fork
        if fork is not None and self.resumed is None:
            fork = measured(fork, self.traces)
        known = replace(
            known,
            finish=finish,
            unsent=self.unsent,
            seconds_thinking=self.thinking.seconds,
            model=begun.model,
            fork=fork,
            begun_length=self.begun_length,
        )
        return self.so_far().with_text(self._texts[0], known)

    def meta(self, info: ReplyInfo | None) -> dict[str, Any]:
        """What the trace should say of its origin."""
        return {
            "model": info.model if info else "",
            "fingerprint": self.model.fingerprint if self.model else "",
            "sampling": self.request.params.to_json(),
            "seed": info.seed if info else None,
            "prompt_tokens": self.prompt_tokens,
            "origin": self.origin,
            "origin_tokens": self.n_tokens,
            "adapters": [use.to_json() for use in self.request.adapters],
            "system": system_of(self.request.messages),
            "raw": self.request.raw,
        }


def whole_trace(
    resumed: Message | None, earlier: TokenTrace | None, parts: Sequence[TokenTrace], meta: dict[str, Any]
) -> TokenTrace:
    """The trace of a reply of *parts*, which goes on with *resumed* and its *earlier* trace, if it does.

    What other weights made of the beginning is not theirs whose *meta* this is: then it stays what was given.
    """
    if resumed is None or earlier is None or not _same_weights(earlier.meta, meta):
        return TokenTrace.join(parts, meta)
    begun = earlier.head(tokens_in(resumed.text, earlier))
    origin = {
        "origin": earlier.meta.get("origin", ""),  # the prompt of this one has the beginning in it
        "origin_tokens": min(len(begun), earlier.meta.get("origin_tokens", 0)),
    }
    return TokenTrace.join([begun, *parts], meta | origin)


def _same_weights(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two traces were made by one model, which is known by its content, with the same adapters."""
    prints = [meta.get("fingerprint", "") for meta in (one, other)]
    models = prints if all(prints) else [meta.get("model", "") for meta in (one, other)]
    adapters = [meta.get("adapters") or [] for meta in (one, other)]
    return bool(models[0] == models[1] and adapters[0] == adapters[1])


def system_of(messages: Sequence[ChatMessage]) -> str:
    """The system prompt that *messages* begin with, "" when they do not."""
    return messages[0].content if messages and messages[0].role == Role.SYSTEM else ""
