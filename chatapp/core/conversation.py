"""A conversation is a tree of messages; the chat shows one path from the root to the current leaf.

Edit and regenerate add siblings, so nothing is ever overwritten. Pure data: the store persists it, services decide.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

from chatapp.core.adapters import AdapterUse
from chatapp.core.context import Overflow
from chatapp.core.generation import FinishReason, ReplyInfo, SamplingParams


class Role(StrEnum):
    """Who wrote a message, in the words chat templates use."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One node. *created_at* is in seconds since the epoch; *info* is set on replies (finish None while streaming).

    A *pinned* message stays with what is sent when the context is full and older ones are left out.
    """

    id: int
    parent_id: int | None
    role: Role
    text: str
    created_at: float
    info: ReplyInfo | None = None
    pinned: bool = False

    def with_text(self, text: str, info: ReplyInfo | None = None) -> Self:
        """A copy with the text (and, when given, the info) replaced."""
        return replace(self, text=text, info=info if info is not None else self.info)


@dataclass(frozen=True, slots=True)
class ConversationSummary:
    """One line of the conversation list. *deleted_at* is set for what lies in the trash."""

    id: int
    title: str
    updated_at: float
    deleted_at: float | None = None


@dataclass(slots=True)
class Conversation:
    """The tree in memory.

    sampling  None means the defaults from the settings
    leaf_id   the last message of the path that is shown; None for an empty conversation
    overflow  what to do when the context is full
    raw       plain continuation without a chat template; None leaves it to the model (one without a template: yes)
    prefill   what every reply begins with
    adapters  that work on the model while it replies here
    """

    id: int
    title: str
    created_at: float
    updated_at: float
    system_prompt: str = ""
    sampling: SamplingParams | None = None
    leaf_id: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    overflow: Overflow = Overflow.ASK
    raw: bool | None = None
    prefill: str = ""
    adapters: tuple[AdapterUse, ...] = ()

    def path(self, to: int | None = None) -> list[Message]:
        """Messages from the root to *to* (the current leaf when None), in reading order."""
        at = self.leaf_id if to is None else to
        found: list[Message] = []
        while at is not None:
            message = self.messages[at]
            found.append(message)
            at = message.parent_id
        return found[::-1]

    def children(self, parent_id: int | None) -> list[Message]:
        """Direct children in order of creation; of the root when *parent_id* is None."""
        return sorted((m for m in self.messages.values() if m.parent_id == parent_id), key=lambda m: m.id)

    def siblings(self, message_id: int) -> list[Message]:
        """The message and its alternatives, in order of creation."""
        return self.children(self.messages[message_id].parent_id)

    def add(self, message: Message) -> None:
        """Append *message* and make it the leaf; raise ValueError when its parent is not here or its id is taken."""
        if message.id in self.messages:
            raise ValueError(f"message {message.id} is already here")
        if message.parent_id is not None and message.parent_id not in self.messages:
            raise ValueError(f"message {message.id} has an unknown parent {message.parent_id}")
        self.messages[message.id] = message
        self.leaf_id = message.id
        self.updated_at = max(self.updated_at, message.created_at)

    def update(self, message: Message) -> None:
        """Replace the message of the same id (streamed text grows, a reply gets its info)."""
        if message.id not in self.messages:
            raise KeyError(message.id)
        self.messages[message.id] = message

    def header(self) -> "Conversation":
        """A snapshot without the messages, to be saved while this one goes on changing."""
        return replace(self, messages={})

    def select(self, message_id: int) -> None:
        """Show the branch through *message_id*: the leaf becomes the newest of what follows it, step by step."""
        newest: dict[int | None, int] = {}
        for message in self.messages.values():
            newest[message.parent_id] = max(message.id, newest.get(message.parent_id, message.id))
        at = message_id
        while at in newest:
            at = newest[at]
        self.leaf_id = at


def sent_from(path: Sequence[Message]) -> tuple[int | None, bool]:
    """The id of the message from which on all was sent for the last whole reply of *path*; None if all of it was.

    Also whether something before it was sent all the same, because it was pinned.
    """
    # Not one that was refused, since its question was too long: for that nothing was sent.
    written = (
        m for m in reversed(path) if m.info and m.info.finish and (m.text or m.info.finish is not FinishReason.CONTEXT)
    )
    info = next((m.info for m in written), None)
    unsent = set(info.unsent) if info else set()
    last = max((at for at, message in enumerate(path[:-1]) if message.id in unsent), default=None)
    if last is None:
        return None, False
    return path[last + 1].id, any(message.id not in unsent for message in path[:last])
