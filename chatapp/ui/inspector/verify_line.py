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
        self._shown: Difference | None = None
        self._said = QLabel(self)
        self._said.setObjectName("verifyResult")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._said.setProperty("role", "small")
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
        row.addWidget(self._button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._progress)
        column.addWidget(self.bars)
        self._verification.changed.connect(self.show_state)
        self._retranslate()

    def show_state(self) -> None:
        """What can be verified, how far it is, or what came out."""
        verification, result = self._verification, self._verification.result
        self.setVisible(verification.is_possible)
        running = verification.token is not None
        self._progress.setVisible(running)
        self._progress.setValue(round(1000 * verification.progress))
        self.bars.setVisible(result is not None and not running)
        if result is not None and result is not self._shown:
            self.bars.show_values([value for _, value in result.layers], max(result.largest, 1e-9))
        self._shown = result
        self._button.setText(self.tr("Cancel") if running else self.tr("Verify this picture"))
        self._button.setVisible(running or result is None)
        self._say(self._text())

    def _text(self) -> str:
        verification, result = self._verification, self._shown
        if verification.token is not None:
            return self.tr("Token {number} is read again without flash attention…").format(
                number=count(verification.token + 1)
            )
        if verification.error is not None and result is None:
            return " ".join(filter(None, error_text(verification.error)))
        return _result_text(self, result) if result is not None else ""

    def _say(self, text: str) -> None:
        self._said.setText(text)
        self.bars.setAccessibleDescription(text)

    def _act(self) -> None:
        if self._verification.token is not None:
            self._verification.cancel()
        else:
            self._verification.verify()

    def _on_pointed(self, bar: int | None) -> None:
        if self._shown is None:
            return
        if bar is None:
            self._say(self._text())
            return
        head, value = self._shown.layers[bar]
        said = self.tr("In layer {layer} {head} differs most: by {value}. Click to look at it.")
        self._say(said.format(layer=head[0], head=head_name(head), value=number_text(value, _DECIMALS)))

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


def _result_text(line: VerifyLine, result: Difference) -> str:
    found = line.tr(
        "Verified by a replay: one weight differs by {largest} ({head}), the others by less; on average {moved} of a "
        "head's attention lies elsewhere."
    ).format(largest=number_text(result.largest, _DECIMALS), head=head_name(result.worst), moved=percent(result.moved))
    usual = number_text(USUAL, 2)
    if result.largest <= USUAL:
        why = line.tr(
            "Without flash attention the model computes with other kernels, which makes up to {usual} in late layers: "
            "both pictures are true of their own run."
        )
    else:
        why = line.tr("That is more than the {usual} that other kernels usually make: look at both with care.")
    return f"{found} {why.format(usual=usual)}"
