"""Which tokens of the context light up, and how strongly: the ones that were looked at most."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention import SINK, sources, without_sink
from chatapp.core.attention_picture import shares_of


@dataclass(frozen=True, slots=True)
class Light:
    """What one token looked at, made ready to be drawn.

    row      float32 (T,)  its whole attention
    counted  float32 (T,)  the same, 0 where a token is not among those that are shown
    found    the positions that are shown, the heaviest first
    full     the weight that has the strongest colour
    shares   float32 (messages + 3,)  as a row of `shares_of`
    summed   float64 (T + 1,)  `counted` added up, so that what several tokens got is one subtraction
    """

    row: NDArray[np.float32]
    counted: NDArray[np.float32]
    found: tuple[int, ...]
    full: float
    shares: NDArray[np.float32]
    summed: NDArray[np.float64]

    @property
    def sink(self) -> float:
        """What went to the first token, and to learned sinks."""
        return float(self.shares[-1])

    @property
    def template(self) -> float:
        """What went to the template's own tokens, without the first one."""
        return float(self.shares[-2])

    def levels(self, starts: NDArray[np.integer], ends: NDArray[np.integer]) -> NDArray[np.float64]:
        """0 to 1 for what lies from each of *starts* to each of *ends*; 0 where nothing is shown."""
        last = len(self.row)
        weights = self.summed[np.clip(ends, 0, last)] - self.summed[np.clip(starts, 0, last)]
        found: NDArray[np.float64] = np.clip(weights / self.full, 0, 1) if self.full > 0 else np.zeros(len(weights))
        return found


def light_of(
    row: NDArray[np.float32],
    owners: NDArray[np.int32],
    n_messages: int,
    *,
    mass: float,
    with_sink: bool,
    with_template: bool,
) -> Light:
    """The fewest tokens of *row* (T,) that together have the share *mass* of what counts.

    The first token counts only *with_sink*, those of the template (owner -1) only *with_template*.
    """
    rest, _ = without_sink(row)
    counted = (row if with_sink else rest).astype(np.float32)
    own = owners >= 0
    if not with_template and own.any():  # what is not shown must not take the colours
        counted[~own & (np.arange(len(own)) != SINK)] = 0
    found = tuple(source.position for source in sources(counted, mass, len(counted)))
    shown = np.zeros_like(counted)
    shown[list(found)] = counted[list(found)]
    total = float(row.sum())
    shares = shares_of((row / total if total > 1 else row)[None], owners, n_messages)[0]
    summed = np.concatenate([[0.0], np.cumsum(shown, dtype=np.float64)])
    return Light(row, shown, found, float(shown.max()) if len(shown) else 0.0, shares, summed)
