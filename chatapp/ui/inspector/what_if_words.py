"""The words of the What if page: what a change did, in numbers and in a sentence."""

import math
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.what_if import LN2, Effect, HeadEffect
from chatapp.ui.inspector.attention_words import head_name, weight_text
from chatapp.ui.inspector.numbers import bits, count, percent
from chatapp.ui.widgets.text import number_text

_MINUS = "\u2212"

_LOOKED = {
    1: QT_TRANSLATE_NOOP("WhatIf", "{heads} gave “{source}” {weight} of its attention."),
    2: QT_TRANSLATE_NOOP("WhatIf", "{heads} gave “{source}” {weight} of their attention (mean)."),
}
_HIDDEN = QT_TRANSLATE_NOOP("WhatIf", "What is hidden got {share} of the attention (mean of all heads).")
_CHANGED = {
    "heads": QT_TRANSLATE_NOOP("WhatIf", "Muting changed the probability of “{token}” by {points} points."),
    "hidden": QT_TRANSLATE_NOOP("WhatIf", "Hiding it changed the probability of “{token}” by {points} points."),
    "both": QT_TRANSLATE_NOOP("WhatIf", "Both together changed the probability of “{token}” by {points} points."),
}
_FIGURES = QT_TRANSLATE_NOOP(
    "WhatIf", "surprisal {before} → {after} bits · rank {rank} → {other} · whole distribution: KL {divergence} bits"
)
_WRITTEN = QT_TRANSLATE_NOOP("WhatIf", "when it was written: {percent} (other batches, other rounding)")
_ROUNDING = 0.002
_HEADS = QT_TRANSLATE_NOOP("WhatIf", "{count} heads")
_EFFECT = QT_TRANSLATE_NOOP(
    "WhatIf", "{head} · muting it: {change} bits · KL {divergence} bits · looks most at “{source}”: {weight}"
)


def _text(source: str) -> str:
    return QCoreApplication.translate("WhatIf", source)


def signed(value: float, decimals: int) -> str:
    """A number with its sign, 0 without one."""
    text = number_text(abs(value), decimals)
    if float(f"{abs(value):.{decimals}f}") == 0:
        return text
    return f"+{text}" if value > 0 else f"{_MINUS}{text}"


def points_text(change: float) -> str:
    """A change of a probability in percentage points, with as many decimals as tell it from 0."""
    size = abs(100 * change)
    decimals = 1 if size >= 0.95 or size == 0 else min(6, 1 - math.floor(math.log10(size)))
    return signed(100 * change, decimals)


def bits_text(nats: float) -> str:
    """A change of a logprob in bits."""
    size = abs(nats) / LN2
    return signed(nats / LN2, 2 if size >= 1 else 3)


def figures_text(effect: Effect, written: float) -> str:
    """Surprisal, rank and divergence; and the token's probability when it was *written*, where that is another one.

    Other batches are rounded otherwise, in a quantized model by some points.
    """
    token = effect.token
    text = _text(_FIGURES).format(
        before=bits(max(0.0, -token.before / LN2)),
        after=bits(max(0.0, -token.after / LN2)),
        rank=count(token.rank_before + 1),
        other=count(token.rank_after + 1),
        divergence=number_text(effect.divergence / LN2, 3),
    )
    if abs(written - math.exp(token.before)) < _ROUNDING:
        return text
    return f"{text} · {_text(_WRITTEN).format(percent=percent(written))}"


def before_after(effect: Effect) -> str:
    """The probability of the token."""
    return f"{percent(math.exp(effect.token.before))} → {percent(math.exp(effect.token.after))}"


def story(effect: Effect, token: str, word: Callable[[int], str]) -> str:
    """How much attention there was beside how much it mattered; *word* names the token at a position."""
    change, parts = effect.change, []
    if change.heads:
        source, weight = effect.source
        few = len(change.heads) <= 3
        names = ", ".join(head_name(head) for head in sorted(change.heads))
        heads = names if few else _text(_HEADS).format(count=count(len(change.heads)))
        looked = _text(_LOOKED[min(2, len(change.heads))])
        parts.append(looked.format(heads=heads, source=word(source), weight=weight_text(weight)))
    if change.hidden is not None:
        parts.append(_text(_HIDDEN).format(share=weight_text(effect.hidden_share)))
    kind = "both" if len(parts) == 2 else "heads" if change.heads else "hidden"
    points = points_text(math.exp(effect.token.after) - math.exp(effect.token.before))
    parts.append(_text(_CHANGED[kind]).format(token=token, points=points))
    return " ".join(parts)


def effect_text(effect: HeadEffect, source: str) -> str:
    """One head of a sweep."""
    return _text(_EFFECT).format(
        head=head_name(effect.head),
        change=bits_text(effect.change),
        divergence=number_text(effect.divergence / LN2, 3),
        source=source,
        weight=weight_text(effect.weight),
    )
