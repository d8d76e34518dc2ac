"""What the measures mean, in two sentences each and with the numbers of the token that is selected."""

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from chatapp.core.measure import Measure
from chatapp.core.token_measures import TokenNumbers
from chatapp.ui.inspector.numbers import bits, count, percent
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import number_text


class Hint(QFrame):
    """Explains one measure. *closed* comes when the user has read enough."""

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("measureHint")
        self._shown: tuple[Measure, str, TokenNumbers | None] = (Measure.SURPRISAL, "", None)
        self._title = QLabel(self)
        self._title.setProperty("role", "heading")
        self._text = QLabel(self)
        self._text.setObjectName("measureHintText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setProperty("role", "small")
        self._close = QToolButton(self)
        self._close.setObjectName("closeHint")
        self._close.setIcon(icon("close", "muted"))
        self._close.setIconSize(QSize(14, 14))
        self._close.setProperty("small", "true")
        self._close.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 8)
        column.setSpacing(2)
        column.addLayout(top)
        column.addWidget(self._text)
        self._retranslate()

    def show_measure(self, measure: Measure, token: str, numbers: TokenNumbers | None) -> None:
        """Explain *measure* with the *numbers* of *token*; None: with numbers anybody knows."""
        self._shown = (measure, token, numbers)
        self._title.setText(measure_title(measure))
        self._text.setText(self._words(measure) + " " + self._example(measure, token, numbers))

    def _words(self, measure: Measure) -> str:
        return {
            Measure.PROBABILITY: self.tr(
                "Before every token the model gives each token it knows a share of 100 %; the strong colour means it "
                "gave this one little."
            ),
            Measure.SURPRISAL: self.tr(
                "Surprisal is −log₂ of the probability: 0 bits for what was certain, 1 bit for every halving. It adds "
                "up, so texts can be compared."
            ),
            Measure.ENTROPY: self.tr(
                "Entropy says how open the choice was before the token came, whichever it was: 0 bits when the model "
                "was sure, 1 bit for every doubling of the choices."
            ),
            Measure.RANK: self.tr(
                "Rank is the token's place among all tokens the model knows: 1 was its first choice. A high rank can "
                "still be likely when the choice was wide."
            ),
        }[measure]

    def _example(self, measure: Measure, token: str, numbers: TokenNumbers | None) -> str:
        if numbers is None:
            return {
                Measure.PROBABILITY: self.tr("Choose a token to see its own share."),
                Measure.SURPRISAL: self.tr("50 % are 1 bit, 25 % are 2, 0.1 % are about 10."),
                Measure.ENTROPY: self.tr("3 bits are as open as a choice among 8 equal ones."),
                Measure.RANK: self.tr("Choose a token to see its own place."),
            }[measure]
        template = {
            Measure.PROBABILITY: self.tr("“{token}” had {percent}: in a hundred tries about {tries} begin like this."),
            Measure.SURPRISAL: self.tr("“{token}” had {percent}, that is {surprisal} bits."),
            Measure.ENTROPY: self.tr("Before “{token}” it was {entropy} bits, as open as {choices} equal choices."),
            Measure.RANK: self.tr("“{token}” was number {rank}, with {percent}."),
        }[measure]
        tries = 100 * numbers.probability
        return template.format(
            token=token,
            percent=percent(numbers.probability),
            tries=number_text(tries) if tries >= 1 else self.tr("none"),
            surprisal=bits(numbers.surprisal),
            entropy=bits(numbers.entropy),
            choices=number_text(2**numbers.entropy, 1 if numbers.entropy < 3 else 0),
            rank=count(numbers.rank),
        )

    def _retranslate(self) -> None:
        self._close.setToolTip(self.tr("Hide this explanation"))
        self._close.setAccessibleName(self.tr("Hide this explanation"))
        self.show_measure(*self._shown)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def measure_title(measure: Measure) -> str:
    """What the measure is called."""
    translate = QCoreApplication.translate
    return {
        Measure.PROBABILITY: translate("Hint", "Probability"),
        Measure.SURPRISAL: translate("Hint", "Surprisal (bits)"),
        Measure.ENTROPY: translate("Hint", "Entropy (bits)"),
        Measure.RANK: translate("Hint", "Rank"),
    }[measure]
