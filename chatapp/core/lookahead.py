"""`LookaheadTree`: the likeliest continuations as the engine found them, with their cumulative probability."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class LookaheadTree:
    """N nodes, each after its parent.

    parents     int32 (N,)    -1: follows what was looked ahead from
    ids         int32 (N,)
    logprobs    float32 (N,)  nats, given all before
    cumulative  float64 (N,)  nats, of the whole continuation up to the node
    depths      int32 (N,)    0 for the first token
    opened      bool (N,)     whether its children were looked at
    pieces      the bytes of each node's token
    """

    parents: NDArray[np.int32]
    ids: NDArray[np.int32]
    logprobs: NDArray[np.float32]
    cumulative: NDArray[np.float64]
    depths: NDArray[np.int32]
    opened: NDArray[np.bool_]
    pieces: tuple[bytes, ...]

    @classmethod
    def from_arrays(cls, arrays: dict[str, NDArray[Any]]) -> Self:
        """From `LookedAhead.arrays`."""
        parents, logprobs = arrays["parents"], arrays["logprobs"]
        cumulative = logprobs.astype(np.float64)
        depths = np.zeros(len(parents), np.int32)
        for node, parent in enumerate(parents.tolist()):
            if parent >= 0:
                cumulative[node] += cumulative[parent]
                depths[node] = depths[parent] + 1
        ends = np.cumsum(arrays["lengths"]).tolist()
        data = arrays["bytes"].tobytes()
        pieces = tuple(data[start:end] for start, end in zip([0, *ends], ends, strict=False))
        opened = arrays["opened"].astype(np.bool_)
        return cls(parents, arrays["ids"], logprobs, cumulative, depths, opened, pieces)

    def __len__(self) -> int:
        return len(self.ids)

    def path(self, node: int) -> tuple[int, ...]:
        """The nodes from the first token to *node*."""
        found = [node]
        while self.parents[found[-1]] >= 0:
            found.append(int(self.parents[found[-1]]))
        return tuple(reversed(found))

    def children(self, node: int) -> tuple[int, ...]:
        """The nodes after *node* (-1: the first tokens), the likeliest first."""
        found = np.flatnonzero(self.parents == node)
        return tuple(found[np.argsort(-self.logprobs[found], kind="stable")].tolist())
