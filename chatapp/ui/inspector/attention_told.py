"""What the Attention tab says when there is nothing to show: why, and what to do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from chatapp.services.attention_place import AttentionState
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.attention_words import reading_text, state_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_PATIENCE = 600  # ms, before it is said how far the model has read


class AttentionTold(QWidget):
    """One sentence, and the button that goes with it."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._attention = services.attention
        self._text = QLabel(self)
        self._text.setObjectName("attentionState")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._bar = QProgressBar(self)
        self._bar.setObjectName("attentionReading")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._is_slow = False
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._patience.timeout.connect(self._on_slow)
        self._action = QPushButton(self)
        self._action.setObjectName("attentionAction")
        self._action.setProperty("primary", "true")
        self._action.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(self._text)
        column.addWidget(self._bar)
        column.addWidget(self._action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._attention.changed.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Say why there is nothing now."""
        state, error = self._attention.state, self._attention.error
        failed = state is AttentionState.FAILED and error is not None
        if state is not AttentionState.READING:
            self._patience.stop()
            self._is_slow = False
        elif self.isVisible() and not self._is_slow and not self._patience.isActive():
            self._patience.start()
        reading = state is AttentionState.READING and self._is_slow
        said = reading_text() if reading else state_text(state)
        self._text.setText(" ".join(filter(None, error_text(error))) if failed and error else said)
        self._bar.setVisible(reading)
        self._bar.setRange(0, 1000 if self._attention.progress else 0)
        self._bar.setValue(round(1000 * self._attention.progress))
        actions = {
            AttentionState.NO_MODEL: self.tr("Choose a model"),
            AttentionState.OTHER_MODEL: self.tr("Choose a model"),
            AttentionState.FAILED: self.tr("Try again"),
        }
        if reading:
            actions[AttentionState.READING] = self.tr("Cancel")
        self._action.setText(actions.get(state, ""))
        self._action.setAccessibleName(actions.get(state, self.tr("Nothing to do")))
        self._action.setVisible(state in actions)
        self._bar.setAccessibleName(self.tr("How much has been read"))

    def _on_slow(self) -> None:
        self._is_slow = True
        self.show_state()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._patience.stop()

    def _act(self) -> None:
        state = self._attention.state
        if state is AttentionState.READING:
            self._attention.cancel()
        elif state is AttentionState.FAILED:
            self._attention.retry()
        else:
            self._services.models.choose_requested.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.show_state()
        super().changeEvent(event)
