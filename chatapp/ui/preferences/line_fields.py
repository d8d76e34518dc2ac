"""Inputs for one line: a text, and a folder."""

from typing import Any

from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPushButton, QWidget

from chatapp.settings.setting import Setting
from chatapp.ui.preferences.field import Field


class LineField(Field):
    """A text of one line; taken when it is finished, since half an address is a wrong one."""

    def __init__(self, setting: Setting[Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self._edit = QLineEdit(self)
        self._edit.setPlaceholderText(setting.example)
        self._edit.setMaxLength(1000)
        self._edit.editingFinished.connect(self._on_finished)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit)
        self.setFocusProxy(self._edit)

    def value(self) -> Any:
        return self._edit.text()

    def show_value(self, value: Any) -> None:
        self._shown = value
        if self._edit.text() != value:
            self._edit.setText(value)

    def set_label(self, text: str) -> None:
        self._edit.setAccessibleName(text)

    def _on_finished(self) -> None:
        if self.value() != self._shown:
            self._shown = self.value()  # Enter, and then another field, is one edit
            self.edited.emit(self.value())


class FolderField(Field):
    """A folder; empty for the usual one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._edit = QLineEdit(self)
        self._edit.setReadOnly(True)
        self._choose = QPushButton(self)
        self._choose.clicked.connect(self._on_choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._edit, 1)
        row.addWidget(self._choose)
        self.setFocusProxy(self._choose)
        self.retranslate()

    def value(self) -> Any:
        return self._edit.text()

    def show_value(self, value: Any) -> None:
        self._edit.setText(value)
        self._edit.setToolTip(value)

    def set_label(self, text: str) -> None:
        self._edit.setAccessibleName(text)

    def retranslate(self) -> None:
        self._choose.setText(self.tr("Choose…"))
        self._edit.setPlaceholderText(self.tr("In ChatApp's own folder"))

    def _on_choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, self.tr("Choose a folder"), self.value())
        if folder:
            self.show_value(folder)
            self.edited.emit(folder)
