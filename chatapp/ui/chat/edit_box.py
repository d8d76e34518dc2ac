"""Changing a message in place: its text in a field, with Save and Cancel."""

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from chatapp.core.conversation import Role
from chatapp.ui import theme
from chatapp.ui.chat.input_edit import InputEdit

RADIUS = 12


class EditBox(QWidget):
    """The editor of one message; saving a user message asks for a new reply."""

    saved = Signal(str)
    cancelled = Signal()
    height_changed = Signal()

    def __init__(self, role: Role, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = role
        self.edit = InputEdit(self)
        self.edit.setObjectName("messageEditor")
        self.edit.set_text(text)
        self.edit.submitted.connect(self._on_submitted)
        self.edit.cancelled.connect(self.cancelled)
        self.edit.height_changed.connect(self.height_changed)
        self.edit.textChanged.connect(self._on_text_changed)
        self._save = QPushButton(self)
        self._save.setProperty("primary", True)
        self._save.clicked.connect(self._on_submitted)
        self._cancel = QPushButton(self)
        self._cancel.clicked.connect(self.cancelled)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._cancel)
        row.addWidget(self._save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 10, 12, 12)
        layout.setSpacing(10)
        layout.addWidget(self.edit)
        layout.addLayout(row)
        self.setFocusProxy(self.edit)
        theme.notifier.changed.connect(self.update)
        self._on_text_changed()
        self._retranslate()

    def text(self) -> str:
        """What stands in the field, with the syllable that is being composed."""
        self.edit.commit_preedit()
        return self.edit.text()

    def focusables(self) -> list[QWidget]:
        """What the keyboard can reach, in order."""
        return [self.edit, self._cancel, self._save]

    def _on_text_changed(self) -> None:
        self._save.setEnabled(not self.edit.is_blank)

    def _on_submitted(self) -> None:
        text = self.text()
        if text.strip():
            self.saved.emit(text)

    def _retranslate(self) -> None:
        self.edit.setAccessibleName(self.tr("Edit message"))
        self._save.setText(self.tr("Save and send") if self._role is Role.USER else self.tr("Save"))
        self._save.setToolTip(self.tr("Enter"))
        self._cancel.setText(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Escape"))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.accent, 1))
        painter.setBrush(colors.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
        painter.setPen(Qt.PenStyle.NoPen)
