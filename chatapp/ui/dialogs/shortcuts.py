"""The list of keyboard shortcuts, taken from the actions themselves."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.ui.actions import Actions

# Keys that belong to one widget and so are no actions of the window.
_LOCAL = (
    (QT_TRANSLATE_NOOP("ShortcutsDialog", "Send the message"), "Return"),
    (QT_TRANSLATE_NOOP("ShortcutsDialog", "New line in the message"), "Shift+Return"),
    (QT_TRANSLATE_NOOP("ShortcutsDialog", "Delete the selected conversation"), "Del"),
)


class ShortcutsDialog(QDialog):
    """Two columns: what, and which keys."""

    def __init__(self, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        translate = QCoreApplication.translate
        rows = [(translate("ShortcutsDialog", text), QKeySequence(keys)) for text, keys in _LOCAL]
        for name in actions.names():
            action = actions[name]
            if not action.shortcut().isEmpty():
                rows.append((actions.title(name), action.shortcut()))
        grid = QGridLayout()
        grid.setHorizontalSpacing(28)
        grid.setVerticalSpacing(7)
        for at, (text, keys) in enumerate(rows):
            half, line = divmod(at, (len(rows) + 1) // 2)
            shown = QLabel(keys.toString(QKeySequence.SequenceFormat.NativeText), self)
            shown.setProperty("role", "key")
            grid.addWidget(QLabel(text, self), line, half * 2)
            grid.addWidget(shown, line, half * 2 + 1, Qt.AlignmentFlag.AlignLeft)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(16)
        column.addLayout(grid)
        column.addWidget(buttons)
