"""Probabilities and surprisals for narrow columns: a few characters, however small the number is."""

import math

from chatapp.ui.widgets.text import number_text

_SMALLEST = 1e-4  # below it a percentage with two decimals says nothing


def percent_text(probability: float) -> str:
    """``12.34 %``, ``3.1e-5 %``, ``0 %``; "–" for nan."""
    if math.isnan(probability):
        return "–"
    if probability == 0 or probability >= _SMALLEST:
        return f"{number_text(100 * probability, 2 if 0 < probability < 1 else 0)} %"
    return _power_text(math.log10(probability) + 2)


def log_percent_text(logprob: float) -> str:
    """The same of a natural logarithm, however small."""
    if logprob > -700:
        return percent_text(math.exp(logprob))
    return _power_text(logprob / math.log(10) + 2)


def bits_text(nats: float, decimals: int = 2) -> str:
    """Nats as bits, without the unit; "–" for nan."""
    return "–" if math.isnan(nats) else number_text(max(0.0, nats) / math.log(2), decimals)


def _power_text(tens: float) -> str:
    """The percentage whose decimal logarithm is *tens*."""
    mantissa = round(10 ** (tens - math.floor(tens)), 1)
    if mantissa >= 10:
        mantissa, tens = 1.0, tens + 1
    return f"{number_text(mantissa, 1)}e{math.floor(tens)} %"
