"""The tree of a conversation as rows of a list: every message once, parents first, branches indented.

The newest child of a message goes on in its lane; older ones stand before it, one lane further in, with all that
follows them. So a conversation without branches is one straight line, and choosing another branch moves nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from chatapp.core.conversation import Message

START = -1  # the row that the first messages hang on; it is not shown


@dataclass(slots=True)
class TreeRows:
    """By row, from 0 on.

    ids      the message
    lanes    how far it is indented
    parents  the row of the message before it, `START` for a first message
    joints   the row of the message where its lane leaves the one before; `START` in lane 0 and for a first message
    last     whether it has no children
    row_of   message id → row
    """

    ids: list[int] = field(default_factory=list)
    lanes: list[int] = field(default_factory=list)
    parents: list[int] = field(default_factory=list)
    joints: list[int] = field(default_factory=list)
    last: list[bool] = field(default_factory=list)
    row_of: dict[int, int] = field(default_factory=dict)
    width: int = 0  # lanes in use

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def leaves(self) -> int:
        """How many ways the conversation went."""
        return sum(self.last)

    def path(self, messages: Iterable[int]) -> dict[int, int]:
        """Row → the next row along *messages*, which follow each other from a first one on."""
        rows = [START, *(self.row_of[i] for i in messages if i in self.row_of)]
        return dict(pairwise(rows))

    def rails(self, row: int) -> list[int]:
        """The rows whose lanes pass *row* at its left on their way to a newer child, by lane."""
        found = []
        for _ in range(self.lanes[row]):
            row = self.joints[row]
            found.append(row)
        return found[::-1]


def tree_rows(messages: Mapping[int, Message]) -> TreeRows:
    """The rows of a conversation's *messages*; the work grows with their number, not with their depth."""
    children: dict[int | None, list[int]] = {}
    for message_id in sorted(messages):
        children.setdefault(messages[message_id].parent_id, []).append(message_id)
    rows = TreeRows()
    todo: list[tuple[int, int, int, int]] = []  # message, lane, parent's row, joint

    def push(found: list[int], lane: int, parent: int, joint: int) -> None:
        todo.append((found[-1], lane, parent, joint))
        todo.extend((older, lane + 1, parent, parent) for older in reversed(found[:-1]))

    if None in children:
        push(children[None], 0, START, START)
    while todo:
        message_id, lane, parent, joint = todo.pop()
        row = len(rows.ids)
        rows.ids.append(message_id)
        rows.lanes.append(lane)
        rows.parents.append(parent)
        rows.joints.append(joint)
        rows.row_of[message_id] = row
        rows.width = max(rows.width, lane + 1)
        below = children.get(message_id)
        rows.last.append(below is None)
        if below:
            push(below, lane, row, joint)
    return rows
