"""The pictures of all heads as pixels: the ground by a score, on it where the head looks, the first token left."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage

from chatapp.core.measure import Measure
from chatapp.ui import theme
from chatapp.ui.inspector import scales

Pixels = NDArray[np.uint32]
RAISES, LOWERS = Measure.SURPRISAL, Measure.PROBABILITY  # whose ramps stand for effects: orange and blue


def levels_of(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """0 to 1, the largest of *values* is 1; nan stays."""
    known = values[~np.isnan(values)]
    most = float(known.max()) if known.size else 0.0
    return values / np.float32(most) if most > 0 else np.where(np.isnan(values), values, np.float32(0))


def cells(
    shapes: NDArray[np.float32], levels: NDArray[np.float32] | None, exists: NDArray[np.bool_], height: int
) -> Pixels:
    """0xAARRGGBB (L, H, height, bins): cells of *shapes* (L, H, bins) on grounds of *levels* (L, H)."""
    colors = theme.colors()
    ramp = np.array([_argb(color) for color in scales.ramp(scales.ATTENTION)], np.uint32)
    n_layer, n_head, bins = shapes.shape
    grounds = np.full((n_layer, n_head), ramp[0], np.uint32)
    if levels is not None:
        steps = np.nan_to_num(levels, nan=0.0) * (scales.STEPS - 1)
        grounds = ramp[np.clip(np.rint(steps), 0, scales.STEPS - 1).astype(np.intp)]
    grounds[~exists] = _argb(colors.background)
    bars = np.rint(np.sqrt(np.clip(shapes, 0, 1)) * height).astype(np.intp)
    filled = bars[:, :, None, :] >= height - np.arange(height)[None, None, :, None]
    filled &= bars[:, :, None, :] > 0
    found = np.broadcast_to(grounds[:, :, None, None], (n_layer, n_head, height, bins))
    ink = np.uint32(_argb(theme.mix(colors.text, colors.surface, 0.25)))
    return np.where(filled, ink, found).astype(np.uint32)


def effects(values: NDArray[np.float32], exists: NDArray[np.bool_], width: int, height: int) -> Pixels:
    """0xAARRGGBB (L, H, height, width): plain cells, orange for *values* above 0 and blue below, nan as none.

    The weaker half has no colour: most heads do nothing to speak of, and in a quantized model any change is rounded
    differently. Strength grows with the square root: among many heads one or two do most.
    """
    size = np.abs(values)
    known = size[~np.isnan(size)]
    above = size - (np.median(known) if known.size else np.float32(0))
    ramps = [np.array([_argb(color) for color in scales.ramp(m)], np.uint32) for m in (RAISES, LOWERS)]
    levels = np.sqrt(levels_of(np.maximum(above, 0)))
    steps = np.clip(np.rint(np.nan_to_num(levels) * (scales.STEPS - 1)), 0, scales.STEPS - 1).astype(np.intp)
    grounds = np.where(np.nan_to_num(values) > 0, ramps[0][steps], ramps[1][steps])
    grounds[np.isnan(values)] = _argb(theme.colors().code_background)
    grounds[~exists] = _argb(theme.colors().background)
    return np.broadcast_to(grounds[:, :, None, None], (*values.shape, height, width)).astype(np.uint32)


def image_of(pixels: Pixels, ratio: float) -> QImage:
    """A copy of *pixels* (height, width)."""
    data = np.ascontiguousarray(pixels)
    height, width = data.shape
    image = QImage(data.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()
    image.setDevicePixelRatio(ratio)
    return image


def _argb(color: QColor) -> int:
    return int(color.rgb()) | 0xFF000000
