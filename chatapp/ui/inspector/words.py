"""Numbers in the user's language that are only known to lie somewhere."""

import math

from PySide6.QtCore import QCoreApplication

from chatapp.core.kept import Span
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.ui.inspector.numbers import rough_percent
from chatapp.ui.widgets.text import number_text

_AT_LEAST = QT_TRANSLATE_NOOP("Spans", "at least {number}")
_AT_MOST = QT_TRANSLATE_NOOP("Spans", "at most {number}")


def percent_span(span: Span) -> str:
    """For example "12.3–15.0 %"."""
    low, high = rough_percent(max(0.0, span.low)), rough_percent(min(1.0, span.high))
    if low == high:
        return low
    if span.low <= 0:
        return f"≤{high}"
    return f"{number_text(100 * span.low, 1)}–{number_text(100 * min(1.0, span.high), 1)} %"


def share_words(span: Span) -> str:
    """A probability in a sentence, for example "at least 93.1 %"."""
    low, high = rough_percent(max(0.0, span.low)), rough_percent(min(1.0, span.high))
    if low == high:
        return low
    if span.high >= 0.9995:
        return _said(_AT_LEAST, low)
    return _said(_AT_MOST, high) if span.low < 0.0005 else percent_span(span)


def count_words(span: Span) -> str:
    """A number of tokens in a sentence."""
    if span.low == span.high:
        return number_text(span.low)
    if math.isinf(span.high):
        return _said(_AT_LEAST, number_text(span.low))
    return f"{number_text(span.low)}–{number_text(span.high)}"


def bits_words(nats: Span) -> str:
    """An entropy in bits, without the unit."""
    low, high = (number_text(value / math.log(2), 2) if math.isfinite(value) else "" for value in (nats.low, nats.high))
    if not high:
        return _said(_AT_LEAST, low)
    return low if low == high else f"{low}–{high}"


def _said(template: str, number: str) -> str:
    return QCoreApplication.translate("Spans", template).format(number=number)
