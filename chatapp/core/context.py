"""What fits into the context: which turns are left out when a conversation has grown too long. Pure functions."""

from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise

RESERVE = 4  # a reply without a limit of its own is left at least the n-th part of the context


class Overflow(StrEnum):
    """What to do when a conversation no longer fits."""

    ASK = "ask"
    STOP = "stop"  # say so, send nothing
    DROP = "drop"  # leave out the oldest turns, but neither the system prompt nor what is pinned


def room_for_prompt(n_ctx: int, max_tokens: int) -> int:
    """Tokens a prompt may have so that the reply has room, too: its limit, at most a quarter of the context."""
    reserve = n_ctx // RESERVE
    return n_ctx - (min(max_tokens, reserve) if max_tokens else reserve)


def droppable_turns(roles: Sequence[str], pinned: Sequence[int]) -> list[range]:
    """The turns that may be left out, oldest first, as ranges of message indices.

    A turn is a user's message with the replies to it, so that roles go on alternating as templates want it. Not among
    them: what stands before the first user's message (the system prompt), the last turn, turns with a pinned message.
    """
    starts = [i for i, role in enumerate(roles) if role == "user"]
    kept = set(pinned)
    turns = [range(start, end) for start, end in pairwise(starts)]
    return [turn for turn in turns if kept.isdisjoint(turn)]


def plan_drop(counts: Sequence[int], roles: Sequence[str], pinned: Sequence[int], excess: int) -> tuple[int, ...]:
    """Indices of the messages to leave out to get rid of *excess* tokens, or as many as there are to leave out.

    counts  tokens of each message
    """
    dropped: list[int] = []
    for turn in droppable_turns(roles, pinned):
        if excess <= 0:
            break
        dropped += turn
        excess -= sum(counts[i] for i in turn)
    return tuple(dropped)
