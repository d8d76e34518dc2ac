"""Which message the inspector looks at, and the way to the one before and after."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from chatapp.core.conversation import Role
from chatapp.ui.inspector.examples_button import ExamplesButton
from chatapp.ui.inspector.model_compare_dialog import ModelCompareDialog
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_WORDS = 160  # characters; more never fit into one line


class MessageHead(QWidget):
    """Who wrote it and its first words; without a message the way to the *examples*."""

    def __init__(self, services: "Services", parent: QWidget | None = None, *, examples: bool = True) -> None:
        super().__init__(parent)
        self._chat = services.chat
        self._inspector = services.inspector
        self._role = QLabel(self)
        self._role.setObjectName("inspectedRole")
        self._role.setProperty("role", "heading")
        self._words = ElidedLabel(self)
        self._words.setObjectName("inspectedWords")
        self._words.setProperty("role", "muted")
        self._previous, self._following = self._button("chevron-left", -1), self._button("chevron-right", 1)
        self._back = QPushButton(self)
        self._back.setObjectName("backToChat")
        self._back.setProperty("link", "true")
        self._back.clicked.connect(self._inspector.look_at_chat)
        self._previous.setObjectName("previousMessage")
        self._following.setObjectName("nextMessage")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._role)
        row.addWidget(self._words, 1)
        self._compare = QToolButton(self)
        self._compare.setObjectName("compareModels")
        self._compare.setIcon(icon("compare", "muted"))
        self._compare.setIconSize(QSize(16, 16))
        self._compare.clicked.connect(lambda: ModelCompareDialog.open_one(services, self.window()))
        self._offers = examples
        self._examples = ExamplesButton(services, self)
        row.addWidget(self._examples)
        row.addWidget(self._back)
        row.addWidget(self._compare)
        row.addWidget(self._previous)
        row.addWidget(self._following)
        self._inspector.message_changed.connect(self.show_message)
        self._inspector.state_changed.connect(self.show_message)
        self._inspector.trace_grew.connect(self._on_grown)
        self._chat.path_changed.connect(self.show_message)
        self._retranslate()

    def show_message(self) -> None:
        """Show the message as it is now."""
        message = self._inspector.message
        names = {
            Role.USER: self.tr("You"),
            Role.ASSISTANT: self.tr("Reply"),
            Role.SYSTEM: self.tr("System prompt"),
        }
        is_text = self._inspector.is_text
        self._role.setText(self.tr("Text") if is_text else names[message.role] if message else "")
        self._back.setVisible(is_text)
        self._examples.setVisible(message is None and self._offers)
        self._compare.setVisible(message is not None)
        for button in (self._previous, self._following):
            button.setVisible(message is not None and not is_text)
        self._words.set_full_text(" ".join(self._text()[:_WORDS].split()))
        ids = [m.id for m in self._chat.conversation.path()]
        at = ids.index(message.id) if message and message.id in ids else None
        self._previous.setEnabled(at is not None and at > 0)
        self._following.setEnabled(at is not None and at + 1 < len(ids))

    def _text(self) -> str:
        message = self._inspector.message
        if message is None or message.text:
            return message.text if message else ""
        return "".join(cell.text or "" for cell in self._inspector.trace.cells[:_WORDS])  # it is being written

    def _on_grown(self, first: int) -> None:
        if first < _WORDS // 4:  # the first words of a reply that is being written
            self.show_message()

    def _step(self, by: int) -> None:
        ids = [m.id for m in self._chat.conversation.path()]
        message_id = self._inspector.message_id
        if message_id in ids and 0 <= ids.index(message_id) + by < len(ids):
            self._inspector.select(ids[ids.index(message_id) + by])

    def _button(self, picture: str, by: int) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(picture, "muted"))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda: self._step(by))
        return button

    def _retranslate(self) -> None:
        for button, name in (
            (self._previous, self.tr("Look at the message before")),
            (self._following, self.tr("Look at the message after")),
            (self._compare, self.tr("Compare with another model…")),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
        self._back.setText(self.tr("Back to the chat"))
        self.show_message()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
