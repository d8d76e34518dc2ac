"""Asks what to do with model files that were dropped: use them where they are, or bring them into the app's folder."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QRadioButton, QVBoxLayout, QWidget

from chatapp.ui.widgets.text import number_text

_SHOWN = 4  # names


class ImportDialog(QDialog):
    """*choice* is "place", "copy" or "move" when it was accepted."""

    def __init__(self, paths: list[str], folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("importModels")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Add models"))
        names = [Path(path).name or path for path in paths]
        text = "\n".join(names[:_SHOWN])
        if len(names) > _SHOWN:
            text += "\n" + self.tr("and {count} more").format(count=number_text(len(names) - _SHOWN))
        what = QLabel(text, self)
        what.setTextFormat(Qt.TextFormat.PlainText)
        what.setWordWrap(True)
        what.setProperty("role", "heading")
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(what)
        self._buttons: dict[str, QRadioButton] = {}
        for choice, label, explanation in (
            ("place", self.tr("Use in place"), self.tr("They stay where they are. Nothing is copied.")),
            ("copy", self.tr("Copy into the models folder"), self.tr("Takes the same room once more.")),
            ("move", self.tr("Move into the models folder"), self.tr("They are gone from where they are now.")),
        ):
            button = QRadioButton(label, self)
            button.setObjectName(f"import_{choice}")
            button.setAccessibleDescription(explanation)
            note = QLabel(explanation, self)
            note.setProperty("role", "small")
            note.setIndent(26)
            column.addWidget(button)
            column.addWidget(note)
            self._buttons[choice] = button
        self._buttons["place"].setChecked(True)
        where = QLabel(self.tr("The models folder is {folder}").format(folder=folder), self)
        where.setTextFormat(Qt.TextFormat.PlainText)
        where.setProperty("role", "small")
        where.setWordWrap(True)
        column.addWidget(where)
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        box.addButton(self.tr("Add"), QDialogButtonBox.ButtonRole.AcceptRole).setDefault(True)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        column.addWidget(box)
        self.resize(460, self.sizeHint().height())

    @property
    def choice(self) -> str:
        """What is marked."""
        return next(choice for choice, button in self._buttons.items() if button.isChecked())
