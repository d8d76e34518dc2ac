"""What keeps the app from starting, said in a window: somebody who clicked an icon sees no terminal."""

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QMessageBox

from chatapp.core.errors import UserFixable
from chatapp.ui import i18n


def show_startup_error(error: UserFixable, language: str) -> None:
    """Show *error* and its remedy, and wait until it is closed."""
    i18n.install(language)
    message, remedy = i18n.error_text(error)
    box = QMessageBox()
    box.setObjectName("startupError")
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle(QCoreApplication.translate("StartupError", "ChatApp cannot start"))
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(message)
    box.setInformativeText(remedy)
    box.setDetailedText(error.details)
    box.exec()
    box.deleteLater()
