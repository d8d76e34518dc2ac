"""What the comparison of two models says in words, and the table of what both expected."""

import math

import numpy as np
from PySide6.QtCore import QCoreApplication

from chatapp.core.model_comparison import HeadsApart, ModelComparison, Side
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.token_text import token_text
from chatapp.ui.inspector.attention_words import head_name
from chatapp.ui.inspector.numbers import bits, count, percent
from chatapp.ui.inspector.what_if_tables import Row
from chatapp.ui.inspector.what_if_words import points_text
from chatapp.ui.widgets.text import number_text

_SHOWN = 8  # likeliest tokens of each
_NEAR, _CLEAR = 0.05, 0.5  # bits a token

_VERDICTS = (
    QT_TRANSLATE_NOOP("ModelCompare", "Both models expect nearly the same: {kl} bits apart a token, on average."),
    QT_TRANSLATE_NOOP("ModelCompare", "The models differ a little: {kl} bits apart a token, on average."),
    QT_TRANSLATE_NOOP("ModelCompare", "The models differ clearly: {kl} bits apart a token, on average."),
)


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelCompare", text)


def verdict(found: ModelComparison) -> str:
    """One sentence of what was found."""
    if found.kl is None:
        return _tr(
            QT_TRANSLATE_NOOP(
                "ModelCompare",
                "These models cut text into different tokens: the whole text can be compared, but not token by token.",
            )
        )
    mean = found.mean_kl
    if math.isnan(mean):
        return _tr(QT_TRANSLATE_NOOP("ModelCompare", "There is no token here that could be compared."))
    if not found.kl[found.known].any():
        return _tr(QT_TRANSLATE_NOOP("ModelCompare", "Both models expect exactly the same at every token."))
    at = found.farthest
    text = _tr(_VERDICTS[(mean >= _NEAR) + (mean >= _CLEAR)]).format(kl=number_text(mean, 3))
    farthest = _tr(QT_TRANSLATE_NOOP("ModelCompare", "They are farthest apart at “{token}”: {kl} bits.")).format(
        token=word(found.sides[0], int(found.sides[0].trace.ids[at])), kl=bits(found.kl[at])
    )
    return f"{text} {farthest}"


def totals(found: ModelComparison) -> str:
    """Both models' numbers over the whole text."""
    one, two = found.sides
    said = []
    if found.kl is None:
        text = QT_TRANSLATE_NOOP("ModelCompare", "Bits per character: A {one}, B {two} (fewer is better)")
        return _tr(text).format(one=_known(one.bits_per_character, 3), two=_known(two.bits_per_character, 3))
    text = QT_TRANSLATE_NOOP("ModelCompare", "Perplexity: A {one}, B {two} (lower: less surprised by the text)")
    said.append(_tr(text).format(one=_known(one.perplexity, 2), two=_known(two.perplexity, 2)))
    text = QT_TRANSLATE_NOOP("ModelCompare", "the same likeliest token at {share} of {count} tokens")
    said.append(_tr(text).format(share=percent(found.agreement), count=count(len(found.known))))
    return " · ".join(said)


def token_sentence(found: ModelComparison, token: int) -> str:
    """One token: how likely both found it, and how far they are apart."""
    one, two = found.sides
    if found.kl is None or math.isnan(found.kl[token]):
        return _tr(QT_TRANSLATE_NOOP("ModelCompare", "This token was not compared: it is not part of the text itself."))
    text = QT_TRANSLATE_NOOP("ModelCompare", "“{token}”: A {one}, B {two}; {kl} bits apart")
    chances = [percent(math.exp(float(side.trace.logprobs[token]))) for side in (one, two)]
    return _tr(text).format(
        token=word(one, int(one.trace.ids[token])), one=chances[0], two=chances[1], kl=number_text(found.kl[token], 3)
    )


def token_rows(found: ModelComparison, token: int) -> list[Row]:
    """The likeliest tokens of both in place of *token*, which is among them in bold."""
    here = int(found.sides[0].trace.ids[token])
    known: list[dict[int, float]] = []
    for side in found.sides:
        trace = side.trace
        listed = trace.top_ids[token] >= 0
        known.append(dict(zip(trace.top_ids[token][listed].tolist(), trace.top_logprobs[token][listed], strict=True)))
        known[-1][here] = float(trace.logprobs[token])
    wanted = [*list(known[0])[:_SHOWN], *list(known[1])[:_SHOWN], here]
    tokens = sorted(dict.fromkeys(wanted), key=lambda i: -max(k.get(i, -math.inf) for k in known))
    rows = []
    for one in tokens:
        chances = [math.exp(side[one]) if one in side else math.nan for side in known]
        least = [math.exp(min(side.values())) if side else math.nan for side in known]
        texts = [
            f"<{percent(low)}" if math.isnan(chance) else percent(chance)
            for chance, low in zip(chances, least, strict=True)
        ]
        moved = chances[1] - chances[0]
        shift = "–" if math.isnan(moved) else points_text(moved)
        side = found.sides[0] if one in found.sides[0].trace.pieces else found.sides[1]
        rows.append(Row((word(side, one), *texts, shift), one, one == here))
    return rows


def heads_sentence(apart: HeadsApart) -> str:
    """What the grid shows."""
    text = QT_TRANSLATE_NOOP(
        "ModelCompare",
        "Attention when it was foretold: on average a head has {mean} of it elsewhere in B; most {head}, {most}",
    )
    moved = np.nan_to_num(apart.moved)
    at = np.unravel_index(int(moved.argmax()), moved.shape)
    head = head_name((apart.picture.layers[int(at[0])], int(at[1])))
    mean = float(apart.moved[apart.picture.exists].mean())
    return _tr(text).format(mean=percent(mean), head=head, most=percent(float(moved[at])))


def head_sentence(apart: HeadsApart, head: tuple[int, int]) -> str:
    """One head."""
    at = apart.picture.layers.index(head[0]), head[1]
    text = QT_TRANSLATE_NOOP("ModelCompare", "{head}: {moved} elsewhere, largest difference of a weight {largest}")
    largest = number_text(float(apart.largest[at]), 3)
    return _tr(text).format(head=head_name(head), moved=percent(float(apart.moved[at])), largest=largest)


def word(side: Side, token: int) -> str:
    """What a token says."""
    return token_text(token, side.trace.shown(token), space=" ")


def _known(value: float, decimals: int) -> str:
    return "–" if math.isnan(value) else number_text(value, decimals)
