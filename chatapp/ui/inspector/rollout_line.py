"""The line about rollout: by which convention it is computed, how far it is, and the button that ends or begins it."""

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QWidget

from chatapp.services.attention import AttentionService
from chatapp.ui.i18n import error_text


class RolloutLine(QWidget):
    """Seen while rollout is what is shown."""

    def __init__(self, attention: AttentionService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = attention
        self._text = QLabel(self)
        self._text.setObjectName("rolloutText")
        self._text.setProperty("role", "small")
        self._text.setWordWrap(True)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._progress = QProgressBar(self)
        self._progress.setObjectName("rolloutProgress")
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setFixedSize(90, 6)
        self._button = QPushButton(self)
        self._button.setObjectName("rolloutButton")
        self._button.setProperty("link", "true")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._progress)
        row.addWidget(self._button)
        for signal in (attention.changed, attention.heads_changed, attention.rows.changed):
            signal.connect(self.show_state)
        self._button.clicked.connect(self._on_clicked)
        self._retranslate()

    def show_state(self) -> None:
        """Say how far it is."""
        rows = self._attention.rows
        self.setVisible(rows.is_rollout)
        running = rows.progress is not None
        stopped = rows.is_cancelled or rows.error is not None
        if rows.error is not None:
            self._text.setText(" ".join(filter(None, error_text(rows.error))))
        elif running:
            self._text.setText(self.tr("Following attention through all layers…"))
        elif rows.is_cancelled:
            self._text.setText(self.tr("Stopped. Nothing is lit until it is computed."))
        else:
            self._text.setText(
                self.tr("Rollout: 0.5·A + 0.5·I of every layer, A the mean of its heads, multiplied through all layers "
                        "(Abnar and Zuidema 2020). All heads count.")
            )  # fmt: skip
        self._progress.setVisible(running)
        self._progress.setValue(round(1000 * (rows.progress or 0)))
        self._button.setVisible(running or stopped)
        self._button.setText(
            self.tr("Cancel") if running else self.tr("Try again") if rows.error else self.tr("Compute")
        )

    def _on_clicked(self) -> None:
        if self._attention.rows.progress is not None:
            self._attention.rows.cancel()
        else:
            self._attention.retry()

    def _retranslate(self) -> None:
        self._progress.setAccessibleName(self.tr("Progress of the rollout"))
        self.show_state()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
