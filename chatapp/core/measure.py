"""What tokens are coloured by. Without numpy, for the settings: they are read before the window shows."""

from collections.abc import Sequence
from enum import StrEnum

RANK_BOUNDS = (1, 10, 100, 1000)  # the last rank of each bucket but the last, as GLTR's; counted from 1
MOST_RANK_BOUNDS = 6


class Measure(StrEnum):
    """What tokens are coloured by."""

    PROBABILITY = "probability"
    SURPRISAL = "surprisal"
    ENTROPY = "entropy"
    RANK = "rank"


def are_rank_bounds(numbers: Sequence[int]) -> bool:
    """Whether *numbers* can be the last ranks of buckets: growing, and no more than `MOST_RANK_BOUNDS`."""
    return 0 < len(numbers) <= MOST_RANK_BOUNDS and numbers[0] > 0 and list(numbers) == sorted(set(numbers))
