"""The strip coloured by how far two models are apart, its legend, and the grid coloured by how far their heads are."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtWidgets import QWidget

from chatapp.core.attention_picture import AttentionPicture
from chatapp.core.measure import Measure
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.ui.inspector import grid_image
from chatapp.ui.inspector.effect_grid import EffectGrid
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.inspector.token_strip import TokenStrip
from chatapp.ui.widgets.text import number_text

_FULL = 2.0  # bits that the strongest colour stands for; strength grows with the square root
_TICKS = (0.0, 0.1, 0.5, 1.0, 2.0)


class KlStrip(TokenStrip):
    """Of tokens that are shown as one the largest divergence counts; none is coloured where there are no values."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kl: NDArray[np.float64] = np.zeros(0)
        self.set_measure(Measure.ENTROPY)

    def show_values(self, trace: TraceBuffer, kl: NDArray[np.float64] | None, own: NDArray[np.bool_]) -> None:
        """*kl*, bits (T,), of the tokens of *trace*, of which the text's *own* are shown."""
        self._kl = np.full(len(trace), np.nan) if kl is None else kl
        self.show_trace(trace, lambda token: bool(own[token]))

    def _levels(self, starts: list[int], ends: list[int]) -> NDArray[np.float64]:
        known = np.nan_to_num(self._kl, nan=-1.0)
        most = np.array([known[start:end].max(initial=-1.0) for start, end in zip(starts, ends, strict=True)])
        return np.where(most < 0, np.nan, np.sqrt(np.clip(most, 0, _FULL) / _FULL))


class KlLegend(Legend):
    """Bits."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("klLegend")
        self.show_measure(Measure.ENTROPY, ())

    def ticks(self) -> list[tuple[float, float]]:
        """Places, 0 to 1, and their numbers."""
        return [(float(np.sqrt(value / _FULL)), value) for value in _TICKS]

    def labels(self) -> list[str]:
        """The numbers, in order of strength."""
        texts = [number_text(value, 0 if value in {0, 1, 2} else 1) for value in _TICKS]
        return [*texts[:-1], self.tr("{bits}+ bits").format(bits=texts[-1])]


class ApartGrid(EffectGrid):
    """Takes the share of attention that a head has elsewhere for scores: no colour at 0, the strongest at 1."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("apartGrid")

    def _pictures(self, picture: AttentionPicture, width: int, height: int) -> grid_image.Pixels:
        shapes = np.zeros((*picture.shape, width), np.float32)
        levels = np.sqrt(self._scores) if self._scores is not None else None
        return grid_image.cells(shapes, levels, picture.exists, height)
