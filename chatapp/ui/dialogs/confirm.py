"""Asks before something that cannot be undone."""

from PySide6.QtWidgets import QMessageBox, QWidget


def confirm(parent: QWidget, question: str, consequence: str, do_it: str) -> bool:
    """Whether the user chose *do_it*; Enter and Esc both mean no."""
    box = QMessageBox(parent)
    box.setObjectName("confirm")
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("ChatApp")
    box.setText(question)
    box.setInformativeText(consequence)
    yes = box.addButton(do_it, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    box.exec()
    chosen = box.clickedButton() is yes
    box.deleteLater()
    return chosen
