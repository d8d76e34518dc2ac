"""Where a reply left another one, quietly beside the switch between alternatives."""

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from chatapp.core.generation import Fork
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.token_text import token_text
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.widgets.text import CutLabel, plain_tip

_LONGEST = 16  # characters of a token in the label


class ForkLabel(CutLabel):
    """The tooltip has the whole story."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("forkLabel")
        self.setProperty("role", "small")

    def set_fork(self, fork: Fork | None) -> None:
        """Tell of *fork*; None leaves the place empty."""
        self.setText(fork_text(fork) if fork else "")
        sentence = fork_sentence(fork) if fork else ""
        self.setToolTip(plain_tip(sentence))
        self.setAccessibleName(sentence)


def fork_text(fork: Fork) -> str:
    """In few words, for example "from “cat” 4.1 %"."""
    token = token_text(fork.token, fork.piece, space=" ").strip() or token_text(fork.token, fork.piece)
    if len(token) > _LONGEST:
        token = token[: _LONGEST - 1] + "…"
    text = _tr(QT_TRANSLATE_NOOP("ForkLabel", "from “{token}”")).format(token=token)
    return text if fork.probability is None else f"{text} {percent(fork.probability)}"


def fork_sentence(fork: Fork) -> str:
    """For example "Token 12 was “ cat” (4.1 %) instead of “ dog” (61 %)"; tokens are counted from 1."""
    words = {
        "number": fork.position + 1,
        "new": token_words(fork.token, fork.piece, fork.probability),
        "old": token_words(fork.old_token or 0, fork.old_piece, fork.old_probability),
    }
    if fork.old_token is None:
        sentence = QT_TRANSLATE_NOOP("ForkLabel", "{new} was put behind the last token of the other version")
    elif fork.old_token == fork.token:
        sentence = QT_TRANSLATE_NOOP("ForkLabel", "The same up to token {number}, {new}; what follows was drawn anew")
    else:
        sentence = QT_TRANSLATE_NOOP("ForkLabel", "Token {number} was {new} instead of {old}")
    return _tr(sentence).format(**words)


def token_words(token: int, piece: bytes, chance: float | None) -> str:
    """A token in quotes, and how likely it was: "“ cat” (4.1 %)"."""
    quoted = _tr(QT_TRANSLATE_NOOP("ForkLabel", "“{token}”")).format(token=token_text(token, piece, space=" "))
    return quoted if chance is None else f"{quoted} ({percent(chance)})"


def _tr(text: str) -> str:
    return QCoreApplication.translate("ForkLabel", text)
