"""What an empty conversation shows: a greeting, the loaded model, and three questions to begin with."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.ui import theme

WIDTH = 460


class EmptyState(QWidget):
    """Clicking a question asks it."""

    question_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = QLabel(self)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title.setWordWrap(True)
        self._model = QLabel(self)
        self._model.setProperty("role", "muted")
        self._model.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._model.setTextFormat(Qt.TextFormat.PlainText)
        self._model.setWordWrap(True)
        self._buttons = [QPushButton(self) for _ in range(3)]
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addWidget(self._title)
        column.addWidget(self._model)
        column.addSpacing(20)
        for button in self._buttons:
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            button.clicked.connect(self._on_clicked)
            column.addWidget(button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 24, 24, 24)
        layout.addStretch(4)
        layout.addLayout(column)
        layout.addStretch(5)
        theme.notifier.changed.connect(self._restyle)
        self.retranslate()
        self._restyle()

    def retranslate(self) -> None:
        """Set the texts in the present language."""
        self._title.setText(self.tr("What would you like to know?"))
        questions = (
            self.tr("What is attention?"),
            self.tr("How does a GPT model choose the next word?"),
            self.tr("What is a token?"),
        )
        for button, question in zip(self._buttons, questions, strict=True):
            button.setText(question)
            button.setAccessibleName(self.tr("Ask: {question}").format(question=question))

    def set_model_line(self, text: str) -> None:
        """Say which model is loaded, or what is happening to it."""
        self._model.setText(text)

    def set_enabled_questions(self, enabled: bool) -> None:
        """Whether a question can be asked now."""
        for button in self._buttons:
            button.setEnabled(enabled)

    def _restyle(self) -> None:
        self._title.setFont(theme.font(1.6, bold=True))
        for button in self._buttons:
            button.setMinimumHeight(round(theme.font().pointSizeF() * 3.8))

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.question_chosen.emit(button.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = max(24, (self.width() - WIDTH) // 2)
        layout = self.layout()
        if layout is not None:
            layout.setContentsMargins(side, 24, side, 24)
