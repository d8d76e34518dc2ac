"""What asking the model about a token comes to, in one sentence: why it cannot be, or how far it has read."""

from PySide6.QtCore import QCoreApplication

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.prediction import Obstacle
from chatapp.ui.widgets.text import number_text

_SENTENCES = {
    Obstacle.FIRST: QT_TRANSLATE_NOOP("Obstacles", "Nothing stands before the first token. Choose a later one."),
    Obstacle.NO_TOKEN: QT_TRANSLATE_NOOP("Obstacles", "Choose a token first."),
    Obstacle.PROMPT: QT_TRANSLATE_NOOP("Obstacles", "The model can be asked about the tokens of replies only."),
    Obstacle.WRITING: QT_TRANSLATE_NOOP("Obstacles", "The model can be asked when the reply is written."),
    Obstacle.NO_MODEL: QT_TRANSLATE_NOOP("Obstacles", "Load a model to compute more."),
    Obstacle.OTHER_MODEL: QT_TRANSLATE_NOOP(
        "Obstacles", "Load the model that wrote the reply to compute more; the loaded one is another."
    ),
}

_READING = QT_TRANSLATE_NOOP("Obstacles", "The model reads up to this token again…")


def obstacle_text(obstacle: Obstacle) -> str:
    """In the user's language."""
    return QCoreApplication.translate("Obstacles", _SENTENCES[obstacle])


def asking_text(progress: float) -> str:
    """While the model reads what stands before the token; *progress* is 0..1."""
    said = QCoreApplication.translate("Obstacles", _READING)
    return f"{said} {number_text(100 * progress)} %" if 0 < progress < 1 else said
