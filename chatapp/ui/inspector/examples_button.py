"""The button with the sentences to look into."""

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QPushButton, QWidget

from chatapp.core.examples import EXAMPLES, Example, end_of

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LONGEST = 2000  # characters of a sentence


class ExamplesButton(QPushButton):
    """Choosing one shows it in all tabs, beside the chat; its telling word is selected."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspector = services.inspector
        self.setObjectName("examplesButton")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # it may go with the click, and the focus would go elsewhere
        self._menu = QMenu(self)
        self._menu.setObjectName("examplesMenu")
        for example in EXAMPLES:
            self._menu.addAction(example.text).triggered.connect(partial(self._look_at, example))
        self._menu.addSeparator()
        self._own = self._menu.addAction("")
        self._own.triggered.connect(self._ask_for_own)
        self.setMenu(self._menu)
        self._retranslate()

    def _look_at(self, example: Example, _checked: bool = False) -> None:
        self._inspector.look_at_text(example.text, end_of(example.word, example.text) or len(example.text))

    def _ask_for_own(self) -> None:
        dialog = QInputDialog(self)
        dialog.setObjectName("ownSentence")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self.tr("Your own sentence"))
        dialog.setLabelText(self.tr("It is looked into as it stands and becomes no part of the chat."))
        dialog.setMinimumWidth(420)
        dialog.textValueSelected.connect(self._look_at_own)
        dialog.open()

    def _look_at_own(self, text: str) -> None:
        if text.strip():
            text = text[:_LONGEST]
            self._inspector.look_at_text(text, len(text))

    def _retranslate(self) -> None:
        self.setText(self.tr("Examples"))
        self._own.setText(self.tr("Your own sentence…"))
        self.setAccessibleName(self.tr("Examples"))
        self.setToolTip(self.tr("Look into a sentence without sending it: the chat stays as it is"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
