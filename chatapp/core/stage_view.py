"""The stage view of one token as a table: its candidates, and what every sampler stage left of each."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chatapp.core.trace_buffer import TraceBuffer


@dataclass(frozen=True, slots=True)
class StageView:
    """R candidates, likeliest first and the drawn one last when it is none of them, over S stages.

    names     of the stages; "raw" first
    left      int32 (S,)      candidates that are left after the stage
    ids       int32 (R,)
    probs     float32 (R, S)  0 from the stage on that cut it
    pieces    the bytes of each; of control tokens their names
    drawn     the row of the token that was taken
    recorded  while the reply was written; else computed by the model again
    given     the token was given and not drawn: no sampler saw it
    """

    names: tuple[str, ...]
    left: NDArray[np.int32]
    ids: NDArray[np.int32]
    probs: NDArray[np.float32]
    pieces: tuple[bytes, ...]
    drawn: int
    recorded: bool = True
    given: bool = False

    @property
    def rest(self) -> NDArray[np.float32]:
        """float32 (S,): the probability of all tokens that have no row."""
        rest: NDArray[np.float32] = np.maximum(0, 1 - self.probs.sum(axis=0, dtype=np.float64)).astype(np.float32)
        return np.where(self.rest_left > 0, rest, np.float32(0))

    @property
    def rest_left(self) -> NDArray[np.int32]:
        """int32 (S,): how many tokens without a row are left."""
        rest: NDArray[np.int32] = np.maximum(0, self.left - np.count_nonzero(self.probs, axis=0)).astype(np.int32)
        return rest

    def with_draw(self, kind: str) -> "StageView":
        """With a column for the draw; "greedy" leaves one. The other kinds depend on earlier draws: they get none."""
        if kind not in {"draw", "greedy"}:
            return self
        last, left = self.probs[:, -1], self.left[-1]
        if kind == "greedy":
            last, left = (np.arange(len(self.ids)) == self.drawn).astype(np.float32), np.int32(1)
        return replace(
            self,
            names=(*self.names, kind),
            left=np.append(self.left, left).astype(np.int32),
            probs=np.column_stack((self.probs, last)),
        )

    def cut_at(self, row: int) -> int | None:
        """The index of the stage that cut a candidate, None when it could be drawn."""
        gone = np.flatnonzero(self.probs[row] <= 0)
        return int(gone[0]) if len(gone) else None


def candidates(trace: TraceBuffer, token: int) -> tuple[NDArray[np.int32], int]:
    """The ids that the trace kept of *token*, int32 (R,), the one that was taken last if need be, and its row."""
    taken = int(trace.ids[token])
    ids = trace.top_ids[token]
    ids = ids[ids >= 0]
    found = np.flatnonzero(ids == taken)
    if len(found):
        return ids, int(found[0])
    return np.append(ids, np.int32(taken)), len(ids)


def recorded_stages(trace: TraceBuffer, token: int) -> StageView | None:
    """What was recorded while the reply was written; None when it was not."""
    found = trace.stage_of(token)
    if found is None:
        return None
    part, at = found
    ids, drawn = candidates(trace, token)
    known = trace.top_ids[token] >= 0
    probs = part.probs[at][:, known].T
    if drawn == len(probs):
        probs = np.vstack((probs, part.drawn[at]))
    given = len(part.names) > 1 and not part.left[at][1:].any()
    return StageView(part.names, part.left[at], ids, probs, _pieces(trace, ids), drawn, given=given)


def recomputed_stages(
    trace: TraceBuffer, token: int, names: tuple[str, ...], left: NDArray[np.int32], probs: NDArray[np.float32]
) -> StageView:
    """The same from what the model computed again: *left* (S,) and *probs* (S, V) of the whole vocabulary."""
    ids, drawn = candidates(trace, token)
    return StageView(names, left, ids, probs[:, ids].T, _pieces(trace, ids), drawn, recorded=False)


def _pieces(trace: TraceBuffer, ids: NDArray[np.int32]) -> tuple[bytes, ...]:
    return tuple(trace.shown(int(i)) for i in ids)
