"""The words of the Attention tab: who a message is from, what a head's number means, and what a picture is."""

import math

from PySide6.QtCore import QCoreApplication

from chatapp.core.attention_picture import SCORES, AttentionPicture, Head
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.attention_place import AttentionState, Moment, Region
from chatapp.ui.inspector.numbers import count, log_percent, percent
from chatapp.ui.widgets.text import number_text

_ROLES = {
    "system": QT_TRANSLATE_NOOP("Attention", "System prompt"),
    "user": QT_TRANSLATE_NOOP("Attention", "You"),
    "assistant": QT_TRANSLATE_NOOP("Attention", "Reply"),
    "reply": QT_TRANSLATE_NOOP("Attention", "This reply"),
    "template": QT_TRANSLATE_NOOP("Attention", "Template"),
}
_SCORES = {
    "entropy": QT_TRANSLATE_NOOP("Attention", "Entropy"),
    "distance": QT_TRANSLATE_NOOP("Attention", "Distance"),
    "sink": QT_TRANSLATE_NOOP("Attention", "Sink"),
    "previous": QT_TRANSLATE_NOOP("Attention", "Previous token"),
    "duplicate": QT_TRANSLATE_NOOP("Attention", "Same token before"),
    "induction": QT_TRANSLATE_NOOP("Attention", "Induction"),
    "first_user": QT_TRANSLATE_NOOP("Attention", "First user message"),
}
_EXPLAINED = {
    "entropy": QT_TRANSLATE_NOOP("Attention", "How widely a head looks, in bits: 0 is a single token."),
    "distance": QT_TRANSLATE_NOOP("Attention", "How far back a head looks on average, in tokens."),
    "sink": QT_TRANSLATE_NOOP("Attention", "What goes to the very first token, where heads look that have nothing to "
                              "look for."),
    "previous": QT_TRANSLATE_NOOP("Attention", "What goes to the token just before, of all that is not on the sink."),
    "duplicate": QT_TRANSLATE_NOOP("Attention", "What goes to earlier places of the same token."),
    "induction": QT_TRANSLATE_NOOP("Attention", "What goes to the token that followed the same token earlier: such "
                                   "heads go on with what was there before."),
    "first_user": QT_TRANSLATE_NOOP("Attention", "What goes to your first message."),
}  # fmt: skip
_STATES = {
    AttentionState.NOTHING: QT_TRANSLATE_NOOP(
        "Attention", "Choose a token, here with the Tokens tab or in the chat, to see what the model looked at."
    ),
    AttentionState.WRITING: QT_TRANSLATE_NOOP("Attention", "Attention is shown when the reply is written."),
    AttentionState.NO_MODEL: QT_TRANSLATE_NOOP("Attention", "Load a model to see what it looked at."),
    AttentionState.OTHER_MODEL: QT_TRANSLATE_NOOP(
        "Attention", "Another model wrote this reply. Load that one to see what it looked at."
    ),
    AttentionState.NO_ATTENTION: QT_TRANSLATE_NOOP(
        "Attention", "This model has no attention: its layers remember what they have read in another way."
    ),
    AttentionState.FIRST: QT_TRANSLATE_NOOP(
        "Attention", "Nothing comes before the first token: the model did not predict it."
    ),
    AttentionState.TOO_FAR: QT_TRANSLATE_NOOP(
        "Attention", "This token is too far before the end of the prompt. Look at one nearer to it."
    ),
    AttentionState.READING: QT_TRANSLATE_NOOP("Attention", "Looking…"),
    AttentionState.READY: QT_TRANSLATE_NOOP("Attention", "Looking…"),
}
_MOMENTS = {
    Moment.WRITING: QT_TRANSLATE_NOOP("Attention", "when predicting it"),
    Moment.READING: QT_TRANSLATE_NOOP("Attention", "when reading it"),
}


def _text(source: str) -> str:
    return QCoreApplication.translate("Attention", source)


def region_title(region: Region) -> str:
    """Who it is from, with its number where there are several."""
    name = _text(_ROLES.get(region.role, region.role))
    return f"{name} {region.number}" if region.number else name


def template_title() -> str:
    """What the template's own tokens are called."""
    return _text(_ROLES["template"])


def state_text(state: AttentionState) -> str:
    """Why there is nothing to show."""
    return _text(_STATES.get(state, ""))


def reading_text() -> str:
    """While it takes long."""
    return _text(QT_TRANSLATE_NOOP("Attention", "The model reads the text up to this token again…"))


def moment_title(moment: Moment) -> str:
    """Whose row it is."""
    return _text(_MOMENTS[moment])


def score_title(name: str) -> str:
    """What heads are coloured by."""
    assert name in SCORES
    return _text(_SCORES[name])


def score_explained(name: str) -> str:
    """One sentence about it."""
    return _text(_EXPLAINED[name])


def score_text(name: str, value: float) -> str:
    """The number of a head, with its unit."""
    if name == "entropy":
        return _text(QT_TRANSLATE_NOOP("Attention", "{number} bits")).format(number=number_text(value, 1))
    if name == "distance":
        return _text(QT_TRANSLATE_NOOP("Attention", "{number} tokens")).format(number=number_text(value, 1))
    return weight_text(max(0.0, min(1.0, value)))


def weight_text(share: float, *, fine: bool = False) -> str:
    """A share of attention; weights are kept in half precision, so that nothing below 0.1 % is told apart.

    With *fine* it is, for what is as exact as that: a rollout.
    """
    if fine and 0 < share < 0.01:
        return log_percent(math.log(share)) if share < 1e-5 else f"{number_text(100 * share, 3)} %"
    if 0 < share < 0.0005:
        return f"<{number_text(0.1, 1)} %"
    return f"{number_text(100 * share, 1)} %"


def head_name(head: Head) -> str:
    """For example L12 H3, both counted from 0, as in the literature."""
    return f"L{head[0]} H{head[1]}"


def method_text(picture: AttentionPicture) -> str:
    """How the weights were come by."""
    if not picture.flash_attention:
        return _text(QT_TRANSLATE_NOOP("Attention", "replayed: the text was read again beside the chat"))
    if picture.recorded:
        return _text(QT_TRANSLATE_NOOP("Attention", "rebuilt from this chat's own run (recorded)"))
    return _text(QT_TRANSLATE_NOOP("Attention", "rebuilt; this token was evaluated once more for it"))


def flash_text(*, on: bool) -> str:
    """Which kernels the run had."""
    if on:
        return _text(QT_TRANSLATE_NOOP("Attention", "flash attention"))
    return _text(QT_TRANSLATE_NOOP("Attention", "flash attention off"))


def proof_text(picture: AttentionPicture) -> str:
    """What the picture is, and how it was checked."""
    parts = [method_text(picture), f"{picture.kv_type.upper()} KV", flash_text(on=picture.flash_attention)]
    low, high = (number_text(value, 3) for value in picture.sums)
    sums = low if low == high else f"{low}–{high}"
    parts.append(_text(QT_TRANSLATE_NOOP("Attention", "row sums {sums}")).format(sums=sums))
    if not picture.flash_attention:
        pass  # the weights are the model's own numbers: there is nothing to prove
    elif picture.difference >= 0:
        checked = _text(QT_TRANSLATE_NOOP("Attention", "checked at token {token}: w·V differs by {difference}"))
        parts.append(checked.format(token=count(picture.checked + 1), difference=percent(picture.difference)))
    else:
        parts.append(_text(QT_TRANSLATE_NOOP("Attention", "not checked")))
    return " · ".join(parts)


def not_recorded_text(*, flash: bool, on: bool) -> str:
    """Why a picture is replayed: *flash* attention, and recording is *on*."""
    if not on:
        return _text(
            QT_TRANSLATE_NOOP(
                "Attention",
                "Attention is not recorded: that is switched off in the preferences. So the model reads the text "
                "again, in a second context beside the chat.",
            )
        )
    if not flash:
        return _text(
            QT_TRANSLATE_NOOP(
                "Attention",
                "Attention is recorded with flash attention only, which is switched off in the preferences. So the "
                "model reads the text again, in a second context beside the chat.",
            )
        )
    return _text(
        QT_TRANSLATE_NOOP(
            "Attention",
            "Nothing is recorded here, so the model reads the text again, in a second context beside the chat.",
        )
    )


def caution_text() -> str:
    """What the weights do not say."""
    return _text(
        QT_TRANSLATE_NOOP(
            "Attention",
            "Attention is not explanation: it says where heads looked, not why.",
        )
    )
