"""Numbers of tokens as they are read: never rounded to 0 or to certainty."""

import math

from PySide6.QtCore import QLocale

from chatapp.ui.widgets.text import number_text

_LEAST = 1e-12


def percent(share: float) -> str:
    """A probability: "41.2 %", "0.083 %"; as many decimals as tell it from 0, and never "100 %" for less.

    A probability that is not known, nan, is "–".
    """
    if math.isnan(share):
        return "–"
    if 0.9995 <= share < 1 - 1e-6:
        return f">{number_text(99.9, 1)} %"
    if share >= 0.01 or share <= 0:
        value = 100 * share
        return f"{number_text(value, 0 if value in (0, 100) or share > 1 - 1e-6 else 1)} %"
    if share < _LEAST:
        return f"<{number_text(100 * _LEAST, 10)} %"
    decimals = 1 - math.floor(math.log10(100 * share))
    return f"{number_text(100 * share, min(12, decimals))} %"


def bits(value: float) -> str:
    """Bits without their unit, two decimals below 10."""
    return number_text(value, 2 if value < 10 else 1)


def count(value: int) -> str:
    """A whole number with the language's separators."""
    return QLocale().toString(value)
