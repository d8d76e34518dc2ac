"""The likeliest continuations as a tree, best first: always the likeliest node that is left is opened."""

import heapq
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.probability import distribution
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Model
from chatapp.engine.reading import Reader
from chatapp.protocol.messages import Lookahead, LookedAhead

BOUNDS = {"width": (1, 50), "depth": (1, 100), "nodes": (1, 2000)}
VALUE_BETWEEN = QT_TRANSLATE_NOOP("reasons", "“{name}” must lie between {low} and {high}")


def look_ahead(request: Lookahead, reader: Reader, listener: Listener) -> LookedAhead:
    """The tree; as far as it had grown when it is cancelled."""
    for name, (low, high) in BOUNDS.items():
        if not low <= getattr(request, name) <= high:
            raise RequestError(
                ErrorCode.INVALID_ARGUMENT, reason=VALUE_BETWEEN, name=name, low=str(low), high=str(high)
            )
    tokens = reader.passage(request.prefix).tokens
    depth = min(request.depth, reader.context.n_ctx - len(tokens) + 1)
    tree = _Tree(reader.model, request.width, depth, request.nodes)
    tree.open(-1, reader.last_row(tokens, listener, more=request.nodes))
    whole = keep = True  # what the prefix cut away; later it is a branch of the tree
    while (node := tree.next()) is not None:
        row = reader.row_after(tokens + tree.path(node), listener, keep=keep)
        if row is None:
            whole = False
            break
        tree.open(node, row)
        keep = False
        listener.prompt_progress(len(tokens) + len(tree.ids), len(tokens) + request.nodes, reader.reused)
    return LookedAhead(request.job, tree.arrays(), not whole)


class _Tree:
    """Nodes in the order they were found; *sums* are the logprobs of the way to each."""

    def __init__(self, model: Model, width: int, depth: int, nodes: int) -> None:
        self.ids: list[int] = []
        self._model = model
        self._width, self._depth, self._most = width, depth, nodes
        self._parents: list[int] = []
        self._logprobs: list[float] = []
        self._sums: list[float] = []
        self._depths: list[int] = []
        self._opened: set[int] = set()
        self._waiting: list[tuple[float, int]] = []  # a heap, the likeliest first

    def open(self, node: int, logits: NDArray[np.float32]) -> None:
        """Add the children of *node* (-1: of the prefix), which the model gave *logits*, float32 (n_vocab,)."""
        dist = distribution(logits, min(self._width, self._most - len(self.ids)))
        above, depth = (self._sums[node], self._depths[node] + 1) if node >= 0 else (0.0, 1)
        self._opened.add(node)
        for token, logprob in zip(dist.top_ids.tolist(), dist.top_logprobs.tolist(), strict=True):
            index = len(self.ids)
            self.ids.append(token)
            self._parents.append(node)
            self._logprobs.append(logprob)
            self._sums.append(above + logprob)
            self._depths.append(depth)
            if depth < self._depth and not self._model.is_end(token):
                heapq.heappush(self._waiting, (-self._sums[index], index))

    def next(self) -> int | None:
        """The likeliest node that is not open, None when the tree has grown to its end."""
        return heapq.heappop(self._waiting)[1] if self._waiting and len(self.ids) < self._most else None

    def path(self, node: int) -> list[int]:
        """The tokens from the prefix to *node*."""
        found: list[int] = []
        while node >= 0:
            found.append(self.ids[node])
            node = self._parents[node]
        return found[::-1]

    def arrays(self) -> dict[str, NDArray[Any]]:
        """As `LookedAhead` describes them."""
        pieces = [self._model.token_text(token, special=True) for token in self.ids]
        return {
            "parents": np.array(self._parents, np.int32),
            "ids": np.array(self.ids, np.int32),
            "logprobs": np.array(self._logprobs, np.float32),
            "opened": np.array([index in self._opened for index in range(len(self.ids))], np.uint8),
            "lengths": np.array([len(piece) for piece in pieces], np.int32),
            "bytes": np.frombuffer(b"".join(pieces), np.uint8),
        }
