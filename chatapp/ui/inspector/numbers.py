"""Numbers of tokens as they are read: never rounded to 0 or to certainty, and short however small they are."""

import math

from PySide6.QtCore import QLocale

from chatapp.core.token_measures import LN2
from chatapp.ui.widgets.text import number_text

_SMALL = 1e-7  # below it a percentage would have more zeros than one can count
_LN10 = math.log(10)


def percent(share: float) -> str:
    """A probability: "41.2 %", "0.083 %", "3.1e-7 %"; never "0 %" for more, and never "100 %" for less.

    A probability that is not known, nan, is "–".
    """
    if math.isnan(share):
        return "–"
    if 0.9995 <= share < 1 - 1e-6:
        return f">{number_text(99.9, 1)} %"
    if share >= 0.01 or share <= 0:
        value = 100 * share
        return f"{number_text(value, 0 if value in (0, 100) or share > 1 - 1e-6 else 1)} %"
    if share < _SMALL:
        return _power(math.log10(share) + 2)
    return f"{number_text(100 * share, 1 - math.floor(math.log10(100 * share)))} %"


def log_percent(logprob: float) -> str:
    """The same of a natural logarithm, however small."""
    return _power(logprob / _LN10 + 2) if -math.inf < logprob < -700 else percent(math.exp(logprob))


def rough_percent(share: float) -> str:
    """A probability with one decimal, "12.3 %" or "<0.1 %": for columns of them, and where only bounds are known."""
    if 0 < share < 0.0005:
        return f"<{number_text(0.1, 1)} %"
    return f"{number_text(100 * share, 1)} %"


def bits(value: float) -> str:
    """Bits without their unit, two decimals below 10; "–" for nan."""
    return "–" if math.isnan(value) else number_text(value, 2 if value < 10 else 1)


def nats_as_bits(nats: float) -> str:
    """The same of a number in nats that is not below 0."""
    return bits(max(0.0, nats) / LN2 if not math.isnan(nats) else nats)


def count(value: int) -> str:
    """A whole number with the language's separators."""
    return QLocale().toString(value)


def _power(tens: float) -> str:
    """The percentage whose decimal logarithm is *tens*."""
    mantissa = round(10 ** (tens - math.floor(tens)), 1)
    if mantissa >= 10:
        mantissa, tens = 1.0, tens + 1
    return f"{number_text(mantissa, 1)}e{math.floor(tens)} %"
