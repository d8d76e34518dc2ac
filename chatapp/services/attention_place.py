"""What the Attention tab looks at: the row that is asked for, what came back of it, and why there may be none."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention_picture import AttentionPicture, Head, picture_of
from chatapp.protocol.messages import Attended, Prefix


class AttentionState(StrEnum):
    """What there is to show."""

    NOTHING = "nothing"  # no token is selected
    WRITING = "writing"  # a reply is being written
    NO_MODEL = "no_model"
    OTHER_MODEL = "other_model"  # loaded is not the one that wrote the reply
    NO_ATTENTION = "no_attention"  # the model has no such layers
    FIRST = "first"  # nothing comes before the first token
    TOO_FAR = "too_far"  # so far before the end of a prompt that the answer would be too large
    READING = "reading"
    READY = "ready"
    FAILED = "failed"  # see `error`


class Moment(StrEnum):
    """Whose row is shown for a token."""

    WRITING = "writing"  # of the one before it: what was looked at when it was predicted
    READING = "reading"  # its own: what it looked at when the next one was predicted


class Part(StrEnum):
    """What is asked for besides the picture of the token."""

    SCORES = "scores"
    MATRIX = "matrix"


@dataclass(frozen=True, slots=True)
class Region:
    """A message among the owners: *role* is "system", "user", "assistant", and of the last "reply" or "template".

    number  counts the messages of a role from 1 on, 0 where there is only one
    """

    role: str
    number: int
    words: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Where the last tokens looked in *layers*: float16 (L, H, Q, T), the last Q of *ids*.

    lowest  int32 (L, Q)  the first key that is not hidden by the layer's window
    """

    layers: tuple[int, ...]
    weights: NDArray[np.float16]
    ids: NDArray[np.int32]
    lowest: NDArray[np.int32]

    def of(self, head: Head) -> NDArray[np.float16] | None:
        """One head's (Q, T); None when it is not here."""
        if head[0] not in self.layers or head[1] >= self.weights.shape[1]:
            return None
        found: NDArray[np.float16] = self.weights[self.layers.index(head[0]), head[1]]
        return found

    def lowest_of(self, layer: int) -> NDArray[np.int32]:
        """Of one layer, int32 (Q,)."""
        found: NDArray[np.int32] = self.lowest[self.layers.index(layer)]
        return found


@dataclass(frozen=True, slots=True)
class Place:
    """The row to ask for: *after* tokens of *prefix* follow its query; *message_ids* by owner, see `read_by`."""

    key: tuple[int, int, Moment]
    prefix: Prefix
    after: int
    message_ids: tuple[int | None, ...]
    is_reply: bool


@dataclass(frozen=True, slots=True)
class Known:
    """A picture and the context around it, see `AttentionService`."""

    picture: AttentionPicture
    regions: tuple[Region, ...]
    ids: NDArray[np.int32]
    owners: NDArray[np.int32]


def known_of(answer: Attended, place: Place, regions: tuple[Region, ...], after: NDArray[np.int32]) -> Known:
    """What is kept of an answer; *after* are the tokens of the reply that follow."""
    ids, owners = answer.arrays["ids"], answer.arrays["owners"]
    picture = picture_of(
        answer.arrays, answer.layers, len(ids) - 1 - place.after, recorded=answer.recorded, checked=answer.checked,
        difference=answer.difference, kv_type=answer.kv_type, method=answer.method,
    )  # fmt: skip
    following = np.full(len(after), len(place.prefix.messages), np.int32)
    return Known(
        picture,
        regions,
        np.concatenate([ids, after]).astype(np.int32),
        np.concatenate([owners, following]).astype(np.int32),
    )


def regions_of(place: Place) -> tuple[Region, ...]:
    """The messages of a place by their owners, and last what follows them."""
    roles = [str(message.role) for message in place.prefix.messages]
    found = []
    for at, message in enumerate(place.prefix.messages):
        number = roles[: at + 1].count(roles[at]) if roles.count(roles[at]) > 1 else 0
        found.append(Region(roles[at], number, " ".join(message.content[:160].split())))
    return (*found, Region("reply" if place.is_reply else "template", 0, ""))
