"""Branching a reply at one of its tokens: what the engine is asked for, and the record of where the two part."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from chatapp.core.context import Overflow
from chatapp.core.conversation import Message
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import Fork, ReplyInfo
from chatapp.core.text import file_name
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer, given_text
from chatapp.core.vocabulary import Vocabulary
from chatapp.protocol.messages import Generate, ModelInfo


@dataclass(frozen=True, slots=True)
class Branch:
    """How a reply begins that leaves another one, *message* with its *trace*.

    prefill  the given text that the other one began with
    written  how many characters at its end another model wrote, which the other one went on with
    ids      the tokens that follow it
    fork     where they part
    unsent   messages that the other one was written without; this one is, too
    head     the other one's trace up to the fork, as far as it is known what was read before (`PromptProgress.origin`)
    """

    message: Message
    trace: TokenTrace
    prefill: str
    ids: tuple[int, ...]
    fork: Fork
    written: int = 0
    unsent: tuple[int, ...] = ()
    head: TokenTrace = field(default_factory=TokenTrace.empty)

    def asked(self, request: Generate) -> Generate:
        """*request* for a reply that begins so.

        A limit of the reply's length that the beginning alone reaches counts from there on.
        """
        params = request.params
        if 0 < params.max_tokens <= len(self.ids):
            params = replace(params, max_tokens=params.max_tokens + len(self.ids))
        overflow = Overflow.DROP.value if self.unsent else request.overflow
        return replace(
            request,
            params=params,
            prefill=self.prefill,
            written=self.written,
            prefix_ids=self.ids,
            known_prefix=len(self.head),
            origin=self.head.meta.get("origin", ""),
            overflow=overflow,
        )


def plan_branch(message: Message, trace: TokenTrace | None, position: int, ids: int | Sequence[int]) -> Branch:
    """A sibling of the reply *message* that has *ids* from token number *position* on.

    A position right behind the last token appends. Raise `RequestError` for a reply without a trace, ValueError for a
    place that it does not have.
    """
    new = (ids,) if isinstance(ids, int) else tuple(ids)
    if trace is None or not len(trace):
        raise RequestError(ErrorCode.NO_TRACE)
    if not new or not 0 <= position <= len(trace):
        raise ValueError(f"token {position} of {len(trace)} cannot become {new}")
    begun = tuple(trace.ids[:position].tolist()) + new
    while position + 1 < len(begun) and position < len(trace) and begun[position] == trace.ids[position]:
        position += 1  # of several tokens the first may be what stands there already
    fork = _fork(message.id, trace, position, begun[position])
    head = trace.head(min(position, int(trace.meta.get("origin_tokens", 0))))
    info = message.info or ReplyInfo()
    given = given_text(message.text, trace)
    return Branch(message, trace, given, begun, fork, info.written_in(given), info.unsent, head)


def is_by(message: Message, trace: TokenTrace | TraceBuffer | None, model: ModelInfo | None, path: str) -> bool:
    """Whether the model at *path* wrote *message*. *model* is what is known of it, None while it is loaded."""
    fingerprint = "" if trace is None else trace.meta.get("fingerprint")
    if model is not None and fingerprint:
        return bool(fingerprint == model.fingerprint)
    return path == (message.info.model if message.info else "")


def same_tokens(trace: TokenTrace | TraceBuffer, vocabulary: Vocabulary) -> bool:
    """Whether every token that *trace* names has the same bytes in *vocabulary*.

    So it is with other quantizations of a model: a reply of one of them can be branched by another one.
    """
    named = {token: piece for token, piece in trace.pieces.items() if piece and token >= 0}  # control tokens have none
    return all(token < len(vocabulary) and piece == vocabulary.piece(token) for token, piece in named.items())


def other_model(message: Message) -> RequestError:
    """The refusal where token ids mean nothing to the model that is loaded."""
    wrote = message.info.model if message.info else ""
    return RequestError(ErrorCode.OTHER_MODEL, model=PurePath(file_name(wrote)).stem or "?")


def measured(fork: Fork, parts: Sequence[TokenTrace]) -> Fork:
    """*fork* with what the trace of the new reply, in *parts*, says of its token."""
    first = 0
    for part in parts:
        at = fork.position - first
        first += len(part)
        if at < len(part):
            logprob = float(part.logprobs[at]) if fork.logprob is None else fork.logprob
            piece = fork.piece or next((p.shown(fork.token) for p in parts if fork.token in p.pieces), b"")
            return replace(fork, logprob=logprob, piece=piece)
    return fork


def _fork(message_id: int, trace: TokenTrace, position: int, token: int) -> Fork:
    piece = trace.shown(token)
    if position == len(trace):
        return Fork(message_id, position, token, piece=piece)
    logprob = None
    kept = (trace.top_ids[position] == token).nonzero()[0]
    if len(kept):
        logprob = float(trace.top_logprobs[position, kept[0]])
    elif token == trace.ids[position]:
        logprob = float(trace.logprobs[position])
    return Fork(
        message_id, position, token, logprob, piece,
        int(trace.ids[position]), float(trace.logprobs[position]), trace.shown(int(trace.ids[position])),
    )  # fmt: skip
