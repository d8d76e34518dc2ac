"""From a measure's value to its colour: one ramp of growing strength for each, readable in both themes.

Expected tokens have the ground's colour, surprising ones the strongest. Luminance alone tells them apart, so the ramps
do not depend on seeing hues; the ink is the theme's text colour on all of them, at 4.5:1 or better.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from chatapp.core.measure import RANK_BOUNDS, Measure
from chatapp.core.token_measures import FULL_ENTROPY, FULL_SURPRISAL
from chatapp.ui import theme

STEPS = 48  # colours in a ramp
ATTENTION: Final = "attention"  # the ramp of what was looked at
Scale = Measure | Literal["attention"]
_FAINTEST = 7  # step of the ramp for the least of what is lit

# From weak to strong; the ground of the theme comes before the first.
_RAMPS: dict[Scale, tuple[tuple[str, ...], tuple[str, ...]]] = {  # light, dark
    Measure.PROBABILITY: (("#d3e6f5", "#8cc1e6", "#4b97d1"), ("#203546", "#215577", "#1f70a3")),
    Measure.SURPRISAL: (("#ffeeb8", "#fdc266", "#e98432"), ("#40331c", "#6e4717", "#9c5510")),
    Measure.ENTROPY: (("#e7e2f6", "#c0b2e8", "#9b86d8"), ("#312c49", "#4c3f80", "#6a52b4")),
    ATTENTION: (("#cdeede", "#83d3ac", "#34a877"), ("#1c3d32", "#1b5a47", "#1a7557")),
    Measure.RANK: (("#fbeebb", "#f3c46c", "#ea9466", "#d1719b"), ("#373421", "#5c4a1b", "#834a2c", "#93416f")),
}


def ramp(measure: Scale, *, dark: bool | None = None) -> tuple[QColor, ...]:
    """The `STEPS` colours of *measure*, weakest first, in the theme in use or in the *dark* one."""
    return _ramp(measure, theme.is_dark() if dark is None else dark)


def color(measure: Measure, level: float, *, dark: bool | None = None) -> QColor:
    """The ground of a token whose level (see `token_measures.levels`) is 0 to 1; nan gives a transparent one."""
    if math.isnan(level):
        return QColor(0, 0, 0, 0)
    return ramp(measure, dark=dark)[round(min(1.0, max(0.0, level)) * (STEPS - 1))]


def shades(levels: NDArray[np.floating]) -> list[int]:
    """Steps of the ramp for *levels* 0 to 1: 0 for none at all, one that can be seen for whatever is more."""
    steps = np.maximum(_FAINTEST, np.rint(levels * (STEPS - 1))).astype(np.int64)
    found: list[int] = np.where(levels > 0, steps, 0).tolist()
    return found


def ticks(measure: Measure, bounds: Sequence[int] = RANK_BOUNDS) -> list[tuple[float, float]]:
    """The numbers that a legend shows: (level, value); of ranks the last rank of every bucket, inf for the last one."""
    if measure is Measure.PROBABILITY:
        return [(1 - p, p) for p in (1.0, 0.75, 0.5, 0.25, 0.0)]
    if measure is Measure.RANK:
        return [(i / max(1, len(bounds)), value) for i, value in enumerate([*map(float, bounds), math.inf])]
    full, step = (FULL_SURPRISAL, 3.0) if measure is Measure.SURPRISAL else (FULL_ENTROPY, 2.0)
    return [(i * step / full, i * step) for i in range(int(full / step) + 1)]


@lru_cache(maxsize=16)
def _ramp(measure: Scale, dark: bool) -> tuple[QColor, ...]:
    ground = (theme.DARK if dark else theme.LIGHT).surface
    stops = [ground, *(QColor(name) for name in _RAMPS[measure][dark])]
    found = []
    for step in range(STEPS):
        at = step / (STEPS - 1) * (len(stops) - 1)
        low = min(int(at), len(stops) - 2)
        found.append(theme.mix(stops[low], stops[low + 1], at - low))
    return tuple(found)
