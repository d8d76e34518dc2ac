""" "Verify this picture": the button, how far it is, and what came out, below what a picture says of itself."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from chatapp.core.attention_difference import USUAL, Difference
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.attention_words import head_name
from chatapp.ui.inspector.layer_bars import LayerBars
from chatapp.ui.inspector.numbers import count, percent
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_DECIMALS = 3  # weights are kept in half precision


class VerifyLine(QWidget):
    """Shows the difference between what was rebuilt and a replay; hidden where there is nothing to compare."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("verifyLine")
        self._verification = services.verification
        self._attention = services.attention
        self._inspector = services.inspector
        self._shown: Difference | None = None
        self._said, self._pointed = QLabel(self), QLabel(self)
        for label, name in ((self._said, "verifyResult"), (self._pointed, "verifyPointed")):
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", "small")
        self._button = QPushButton(self)
        self._button.setObjectName("verifyPicture")
        self._button.setProperty("link", "true")
        self._button.clicked.connect(self._act)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(3)
        self._progress.setRange(0, 1000)
        self.bars = LayerBars(self)
        self.bars.setObjectName("verifyLayers")
        self.bars.pointed.connect(self._on_pointed)
        self.bars.chosen.connect(self._on_chosen)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._said, 1)
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._progress)
        column.addWidget(self.bars)
        column.addWidget(self._pointed)
        self._verification.changed.connect(self.show_state)
        self._retranslate()

    def show_state(self) -> None:
        """What can be verified, how far it is, or what came out."""
        verification, result = self._verification, self._verification.result
        self.setVisible(verification.is_possible)
        running = verification.token is not None
        self._progress.setVisible(running)
        self._progress.setValue(round(1000 * verification.progress))
        for widget in (self.bars, self._pointed):
            widget.setVisible(result is not None and not running)
        if result is not None and result is not self._shown:
            self.bars.show_values([value for _, value in result.layers], max(result.largest, 1e-9))
        self._shown = result
        self._button.setText(self.tr("Cancel") if running else self.tr("Verify this picture"))
        self._button.setVisible(running or result is None)
        self._said.setText(self._text())
        self._said.setVisible(bool(self._said.text()))
        self._on_pointed(None)

    def _text(self) -> str:
        verification, result = self._verification, self._shown
        if verification.token is not None:
            return self.tr("Token {number} is read again without flash attention…").format(
                number=count(verification.token + 1)
            )
        if verification.error is not None and result is None:
            return " ".join(filter(None, error_text(verification.error)))
        token = self._inspector.token
        return _result_text(self, token, result) if result is not None and token is not None else ""

    def _act(self) -> None:
        if self._verification.token is not None:
            self._verification.cancel()
        else:
            self._verification.verify()

    def _on_pointed(self, bar: int | None) -> None:
        if self._shown is None or bar is None:
            said = self.tr("Each bar is the head of a layer that differs most; a click looks at it.")
        else:
            head, value = self._shown.layers[bar]
            said = self.tr("{head} differs most in its layer: by {value}").format(
                head=head_name(head), value=number_text(value, _DECIMALS)
            )
        self._pointed.setText(said)
        self.bars.setAccessibleDescription(said)

    def _on_chosen(self, bar: int) -> None:
        if self._shown is not None:
            self._attention.choose_heads(frozenset({self._shown.layers[bar][0]}))

    def _retranslate(self) -> None:
        self._button.setToolTip(
            self.tr("Read the text once more, in a second context without flash attention, and compare the weights")
        )
        self._progress.setAccessibleName(self.tr("How much has been read"))
        self.bars.setAccessibleName(self.tr("Largest difference in every layer"))
        self.show_state()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _result_text(line: VerifyLine, token: int, result: Difference) -> str:
    found = line.tr(
        "Token {number} replayed: a single weight differs by up to {largest} ({head}), and on average {moved} of a "
        "head's attention lies elsewhere."
    ).format(
        number=count(token + 1),
        largest=number_text(result.largest, _DECIMALS),
        head=head_name(result.worst),
        moved=percent(result.moved),
    )
    if result.largest <= USUAL:
        why = line.tr(
            "Without flash attention the model computes with other kernels, which makes up to {usual} in late layers: "
            "both pictures are true of their own run."
        )
    else:
        why = line.tr("That is more than the {usual} that other kernels usually make: look at both with care.")
    return f"{found} {why.format(usual=number_text(USUAL, 2))}"
