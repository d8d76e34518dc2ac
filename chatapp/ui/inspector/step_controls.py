"""The text so far, and what puts the next token behind it or takes the last one back."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from chatapp.services.explorer import MAX_SEED, ExplorerService, ExplorerState
from chatapp.services.explorer_place import Source
from chatapp.ui.inspector.numbers import log_percent, nats_as_bits
from chatapp.ui.inspector.step_chips import ChipsArea
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.spin import CalmSpinBox
from chatapp.ui.widgets.text import number_text


class StepControls(QWidget):
    """Chips of the tokens added by hand, their common probability, and the buttons."""

    def __init__(self, explorer: ExplorerService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._chips = ChipsArea(self)
        self._product = QLabel(self)
        self._product.setObjectName("stepProduct")
        self._product.setTextFormat(Qt.TextFormat.PlainText)
        self._product.setWordWrap(True)
        self._product.setProperty("role", "small")
        self._continue = self._button("continueInChat")
        self._likeliest = self._button("takeLikeliest")
        self._draw = self._button("drawOne")
        self._undo = QToolButton(self)
        self._undo.setObjectName("undoStep")
        self._undo.setIcon(icon("undo"))
        self._undo.setIconSize(QSize(16, 16))
        self._seed_label = QLabel(self)
        self._seed = CalmSpinBox(0, MAX_SEED, explorer.seed, self)
        self._seed.setObjectName("drawSeed")
        self._seed.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._seed_label.setBuddy(self._seed)
        self._arrange()
        self._likeliest.clicked.connect(explorer.take_likeliest)
        self._draw.clicked.connect(explorer.draw)
        self._undo.clicked.connect(explorer.undo)
        self._continue.clicked.connect(explorer.continue_in_chat)
        self._seed.valueChanged.connect(self._on_seed)
        self._chips.chips.rewound.connect(explorer.rewind)
        explorer.changed.connect(self._show)
        self._retranslate()

    def _button(self, name: str) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        return button

    def _arrange(self) -> None:
        product, buttons, column = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(self)
        product.addWidget(self._product, 1)
        product.addWidget(self._continue)
        buttons.setSpacing(6)
        for widget in (self._likeliest, self._draw, self._undo):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        buttons.addWidget(self._seed_label)
        buttons.addWidget(self._seed)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self._chips)
        column.addLayout(product)
        column.addLayout(buttons)
        self._fit()

    def _show(self) -> None:
        explorer, place = self._explorer, self._explorer.place
        own_text = explorer.source is Source.TEXT  # is seen whole above
        self._chips.setVisible(bool(explorer.steps) or (place is not None and not own_text))
        self._chips.show_steps(b"" if place is None or own_text else place.text, explorer.steps)
        self._product.setText(self._product_text())
        self._continue.setVisible(explorer.can_continue)
        ready, reading = explorer.state is ExplorerState.READY, explorer.state is ExplorerState.READING
        for button in (self._likeliest, self._draw, self._continue):
            # One that has just been pressed keeps the focus, for the next press.
            button.setEnabled(ready or (reading and button.hasFocus()))
        self._undo.setEnabled(bool(explorer.steps))

    def _product_text(self) -> str:
        count, logprob = len(self._explorer.steps), self._explorer.logprob
        if not count:
            return self.tr("Enter or a double click on a token puts it behind the text, Backspace takes it back.")
        return self.tr("{count} added: {percent}, {bits} bits").format(
            count=number_text(count), percent=log_percent(logprob), bits=nats_as_bits(-logprob)
        )

    def _on_seed(self, value: int) -> None:
        self._explorer.seed = value

    def _fit(self) -> None:
        self._seed.setMinimumWidth(64)
        self._seed.setMaximumWidth(self.fontMetrics().horizontalAdvance(str(MAX_SEED)) + 36)
        for button in (self._likeliest, self._draw, self._continue):
            button.setMinimumWidth(button.sizeHint().width())

    def _retranslate(self) -> None:
        self._likeliest.setText(self.tr("Take likeliest"))
        self._draw.setText(self.tr("Draw one"))
        self._draw.setToolTip(self.tr("Draw a token after this chat's samplers; the same seed draws the same tokens"))
        self._undo.setToolTip(self.tr("Take the last token back"))
        self._undo.setAccessibleName(self._undo.toolTip())
        self._seed_label.setText(self.tr("Seed"))
        self._seed.setAccessibleName(self.tr("Seed of the draw"))
        self._continue.setText(self.tr("Continue in the chat"))
        self._continue.setToolTip(self.tr("Write another version of the reply, with these tokens in this place"))
        self._fit()
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)
