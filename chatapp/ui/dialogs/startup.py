"""What is shown when the app cannot start: a sentence and a remedy, before any window exists."""

from PySide6.QtWidgets import QMessageBox

from chatapp.core.errors import UserFixable
from chatapp.ui import i18n


def show_startup_error(error: UserFixable, language: str) -> None:
    """Say it and wait for OK."""
    i18n.install(language)
    message, remedy = i18n.error_text(error)
    box = QMessageBox(QMessageBox.Icon.Critical, "ChatApp", message, QMessageBox.StandardButton.Ok)
    box.setInformativeText(remedy)
    box.setDetailedText(error.details)
    box.exec()
