"""How far two ways to come by the attention of one token are apart, weight by weight."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention_picture import AttentionPicture, Head

USUAL = 0.06  # between a run with flash attention and one without, of a single weight in late layers (Qwen2.5 0.5B)


@dataclass(frozen=True, slots=True)
class Difference:
    """Of all heads that both have.

    largest  of a single weight    mean  of all weights
    moved    how much of its attention a head has elsewhere, on average: half the sum of its differences
    layers   the head of every layer that differs most, and its largest difference
    """

    largest: float
    mean: float
    moved: float
    layers: tuple[tuple[Head, float], ...]

    @property
    def worst(self) -> Head:
        """The head with the largest difference."""
        return max(self.layers, key=lambda layer: layer[1])[0]


def difference_of(picture: AttentionPicture, weights: NDArray[np.float16], layers: Sequence[int]) -> Difference | None:
    """Between *picture* and *weights* (L, H, T) of *layers*; None where they have nothing in common."""
    found: list[tuple[Head, float]] = []
    total, n_weights, n_heads = 0.0, 0, 0
    for at, layer in enumerate(picture.layers):
        if layer not in layers:
            continue
        n_head = int(picture.exists[at].sum())
        other = weights[layers.index(layer), :n_head].astype(np.float32)
        apart = np.abs(picture.weights[at, :n_head].astype(np.float32) - other)
        worst = apart.max(axis=-1)
        found.append(((layer, int(worst.argmax())), float(worst.max())))
        total += float(apart.sum(dtype=np.float64))
        n_weights += apart.size
        n_heads += n_head
    if not found:
        return None
    return Difference(max(value for _, value in found), total / n_weights, total / 2 / n_heads, tuple(found))
