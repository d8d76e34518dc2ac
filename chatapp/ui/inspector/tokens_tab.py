"""The Tokens tab: the message as a strip of tokens, each in the colour of how likely it was."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class TokensTab(QWidget):
    """Shows the trace of the message that `InspectorService` looks at."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspector = services.inspector
        self._count = QLabel(self)
        self._count.setObjectName("tokenCount")
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.addWidget(self._count)
        column.addStretch(1)
        self._inspector.message_changed.connect(self._show)
        self._inspector.trace_grew.connect(self._show)
        self._show()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Tokens")

    def _show(self) -> None:
        self._count.setText(self.tr("{count} tokens").format(count=len(self._inspector.trace)))
