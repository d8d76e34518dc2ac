"""Where the explorer's first token stands: in the chat that is shown, or after a text of the user's own."""

from dataclasses import dataclass, replace
from enum import StrEnum

from chatapp.core.adapters import AdapterUse
from chatapp.core.conversation import Message, Role
from chatapp.core.vocabulary import Vocabulary
from chatapp.protocol.messages import ModelInfo, Prefix
from chatapp.services.branching import same_tokens
from chatapp.services.chat import ChatService
from chatapp.services.inspector import InspectorService, TraceState

_TAIL = 400  # bytes of the text before that are kept to be shown


class Source(StrEnum):
    """What the explored token follows."""

    TOKEN = "token"  # what stands before the selected token of the chat
    END = "end"  # the conversation as it stands
    TEXT = "text"  # a text of the user's own


@dataclass(frozen=True, slots=True)
class Place:
    """Where the first explored token stands.

    text        the end of what is before it, to be shown and to find unfinished characters in
    message_id  the reply it stands in, where `ChatService.branch` could go on from token number *position*
    taken       the token of the chat that stands there, number *position* of its message; None at an end
    """

    prefix: Prefix
    text: bytes = b""
    message_id: int | None = None
    position: int = 0
    taken: int | None = None


def place_after(text: str, adapters: tuple[AdapterUse, ...]) -> Place | None:
    """At the end of *text*, which is taken raw."""
    return Place(Prefix(text=text, raw=True, adapters=adapters), _tail(text)) if text else None


def place_in(
    chat: ChatService,
    inspector: InspectorService,
    model: ModelInfo | None,
    vocabulary: Vocabulary | None,
    *,
    at_end: bool,
) -> Place | None:
    """At the inspector's token, or (*at_end*, or when none is selected) where the conversation goes on.

    Where the tokens are foreign (`is_foreign`) there is no place at one of them, and the end is that of a text.
    """
    message, foreign = inspector.message, is_foreign(inspector, model, vocabulary)
    if not at_end and message is not None and inspector.token is not None:
        if foreign:
            return None
        if message.role is Role.ASSISTANT:
            return _in_reply(inspector, message, inspector.token)
        return _in_prompt(inspector, inspector.token)
    path = chat.conversation.path()
    if not path:
        return None
    leaf = path[-1]
    is_read = leaf.id == inspector.message_id and inspector.state is TraceState.READY and not foreign
    if leaf.role is Role.ASSISTANT and is_read:
        return replace(_in_reply(inspector, leaf, _spoken(inspector, vocabulary)), taken=None)
    prefix = inspector.prefix_to(leaf.id)
    if leaf.role is Role.ASSISTANT:  # its tokens are not at hand
        written = leaf.info.written_in(leaf.text) if leaf.info else 0
        prefix = replace(prefix, prefill=leaf.text, written=written, reply_ids=())
    return Place(prefix, _tail(leaf.text))


def is_foreign(inspector: InspectorService, model: ModelInfo | None, vocabulary: Vocabulary | None) -> bool:
    """Whether the ids of the tokens that are looked at are other words to *model*; False until that is known."""
    if model is None or vocabulary is None or model.fingerprint == inspector.trace.meta.get("fingerprint"):
        return False  # the last saves a look at some ten thousand tokens
    return not same_tokens(inspector.trace, vocabulary)


def _in_prompt(inspector: InspectorService, position: int) -> Place | None:
    """None for the first token, which nothing stands before."""
    trace = inspector.trace
    adapters = inspector.prefix_to(inspector.message_id).adapters if inspector.message_id is not None else ()
    ids = tuple(trace.ids[:position].tolist())
    said = b"".join(trace.token_bytes(i) for i in range(max(0, position - _TAIL), position))
    return (
        Place(
            Prefix(raw=True, reply_ids=ids, adapters=adapters), said[-_TAIL:], None, position, int(trace.ids[position])
        )
        if ids
        else None
    )


def _in_reply(inspector: InspectorService, message: Message, position: int) -> Place:
    trace, prefix = inspector.trace, inspector.prefix_to(message.id, position)
    said = b"".join(trace.token_bytes(i) for i in range(max(0, position - _TAIL), position))
    if len(said) < _TAIL and position <= _TAIL:
        asked = prefix.messages[-1].content + "\n" if prefix.messages else ""
        said = _tail(asked + prefix.prefill) + said
    taken = int(trace.ids[position]) if position < len(trace) else None
    return Place(prefix, said[-_TAIL:], message.id, position, taken)


def _spoken(inspector: InspectorService, vocabulary: Vocabulary | None) -> int:
    """How many tokens the reply has before the mark that ended it."""
    ids = inspector.trace.ids
    ended = vocabulary is not None and len(ids) > 0 and vocabulary.is_control(int(ids[-1]))
    return len(ids) - 1 if ended else len(ids)


def _tail(text: str) -> bytes:
    return text[-_TAIL:].encode("utf-8", "replace")[-_TAIL:]
