"""Why the model cannot be asked about a token, in one sentence."""

from PySide6.QtCore import QCoreApplication

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.prediction import Obstacle

_SENTENCES = {
    Obstacle.NO_TOKEN: QT_TRANSLATE_NOOP("Obstacles", "Choose a token first."),
    Obstacle.PROMPT: QT_TRANSLATE_NOOP("Obstacles", "The model can be asked about the tokens of replies only."),
    Obstacle.WRITING: QT_TRANSLATE_NOOP("Obstacles", "The model can be asked when the reply is written."),
    Obstacle.NO_MODEL: QT_TRANSLATE_NOOP("Obstacles", "Load a model to compute more."),
    Obstacle.OTHER_MODEL: QT_TRANSLATE_NOOP(
        "Obstacles", "Load the model that wrote the reply to compute more; the loaded one is another."
    ),
}


def obstacle_text(obstacle: Obstacle) -> str:
    """In the user's language."""
    return QCoreApplication.translate("Obstacles", _SENTENCES[obstacle])
