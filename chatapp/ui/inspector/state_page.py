"""What the inspector says when there are no tokens to show: why, and what to do."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from chatapp.core.errors import UserFixable
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import SCORE_BY_ITSELF
from chatapp.ui.i18n import error_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class StatePage(QWidget):
    """One sentence, and the button that goes with it."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._inspector = services.inspector
        self._error: UserFixable | None = None
        self._text = QLabel(self)
        self._text.setObjectName("inspectorState")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._why = QLabel(self)
        self._why.setObjectName("inspectorError")
        self._why.setTextFormat(Qt.TextFormat.PlainText)
        self._why.setProperty("role", "error")
        self._why.setWordWrap(True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._button = QPushButton(self)
        self._button.setObjectName("inspectorAction")
        self._button.setProperty("primary", "true")
        self._button.clicked.connect(self._act)
        self._by_itself = QCheckBox(self)
        self._by_itself.setObjectName("scoreByItself")
        self._by_itself.toggled.connect(lambda on: services.settings.set(SCORE_BY_ITSELF, "on" if on else "off"))
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(self._text)
        column.addWidget(self._why)
        column.addWidget(self._bar)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._by_itself, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        self._inspector.message_changed.connect(self._forget)
        self._inspector.state_changed.connect(self.show_state)
        self._inspector.failed.connect(self._on_failed)
        services.chat.state_changed.connect(self.show_state)
        self._retranslate()

    def show_state(self) -> None:
        """Say what there is, or is not, now."""
        state = self._inspector.state
        self._text.setText(self._sentence(state))
        self._bar.setVisible(state is TraceState.SCORING)
        self._bar.setRange(0, 1000 if self._inspector.progress else 0)
        self._bar.setValue(round(1000 * self._inspector.progress))
        actions = {
            TraceState.UNSCORED: self.tr("Score this prompt"),
            TraceState.SCORING: self.tr("Cancel"),
            TraceState.NEEDS_MODEL: self.tr("Choose a model"),
        }
        self._button.setText(actions.get(state, ""))
        self._button.setAccessibleName(actions.get(state, self.tr("Nothing to do")))
        self._button.setVisible(state in actions)
        self._button.setEnabled(state is not TraceState.UNSCORED or self._services.chat.streaming_id is None)
        self._by_itself.setVisible(state is TraceState.UNSCORED)
        self._by_itself.setChecked(self._services.settings.get(SCORE_BY_ITSELF) == "on")
        self._why.setText(" ".join(filter(None, error_text(self._error))) if self._error else "")
        self._why.setVisible(self._error is not None and state is TraceState.UNSCORED)

    def _sentence(self, state: TraceState) -> str:
        return {
            TraceState.NONE: self.tr(
                "Nothing to look at yet. Write to the model: the tokens of its reply appear here, each with its "
                "probability."
            ),
            TraceState.LOADING: self.tr("Reading the saved tokens…"),
            TraceState.WRITING: self.tr("The model is reading the prompt. Its tokens appear here as they are written."),
            TraceState.SCORING: self.tr("The model reads the prompt again: {percent} %").format(
                percent=int(100 * self._inspector.progress)
            ),
            TraceState.UNSCORED: self.tr(
                "How likely were these words to the model? It has to read the prompt once more to say."
            ),
            TraceState.NEEDS_MODEL: self.tr(
                "The tokens of this message were not scored yet, and that needs a model. Load one to see them."
            ),
            TraceState.MISSING: self.tr(
                "This reply has no recorded probabilities: it was written by hand or by an older version, or the app "
                "stopped before it was finished. Regenerate it to record them."
            ),
        }.get(state, "")

    def _act(self) -> None:
        if self._inspector.state is TraceState.UNSCORED:
            self._error = None
            self._inspector.score()
        elif self._inspector.state is TraceState.SCORING:
            self._inspector.cancel_scoring()
        else:
            self._services.models.choose_requested.emit()

    def _forget(self) -> None:
        self._error = None
        self.show_state()

    def _on_failed(self, error: UserFixable) -> None:
        self._error = error
        self.show_state()

    def _retranslate(self) -> None:
        self._by_itself.setText(self.tr("Score short prompts automatically"))
        self.show_state()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
