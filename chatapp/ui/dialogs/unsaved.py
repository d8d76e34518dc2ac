"""Asks before the window is closed while what was written cannot be saved."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from chatapp.services.storage import StorageService
from chatapp.ui.i18n import error_text


def may_close(window: QWidget, storage: StorageService) -> bool:
    """Whether nothing would be lost, or the user wants to close *window* all the same.

    Saving goes on being tried: when it succeeds there is nothing left to ask, and the window may close.
    """
    if storage.failure is None:
        return True
    translate = QCoreApplication.translate
    message, remedy = error_text(storage.failure)
    box = QMessageBox(window)
    box.setObjectName("unsaved")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("ChatApp")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(translate("Unsaved", "Not everything is saved yet. Close anyway?"))
    consequence = translate(
        "Unsaved",
        "If you close it now, what is not saved is lost. As soon as everything is saved, the window closes by itself.",
    )
    box.setInformativeText(f"{message} {remedy}\n\n{consequence}")
    box.setDetailedText(storage.failure.details)
    box.addButton(translate("Unsaved", "Close anyway"), QMessageBox.ButtonRole.DestructiveRole)
    keep = box.addButton(translate("Unsaved", "Keep open"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    storage.saved.connect(box.accept)
    box.exec()
    box.deleteLater()
    return box.clickedButton() is not keep
