"""Asks before something that cannot be undone, or explains and offers something harmless.

Names of files and models are in the texts, so nothing in them is read as HTML.
"""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QMessageBox, QPushButton, QWidget


def confirm(parent: QWidget, question: str, consequence: str, do_it: str) -> bool:
    """Whether the user chose *do_it*; Enter and Esc both mean no."""
    box = _box(parent, question, consequence)
    box.setObjectName("confirm")
    yes = box.addButton(do_it, QMessageBox.ButtonRole.DestructiveRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
    return _chose(box, yes)


def explain(parent: QWidget, what: str, why: str, offer: str) -> bool:
    """Whether the user took the *offer*; Enter and Esc both close."""
    box = _box(parent, what, why)
    box.setObjectName("explain")
    taken = box.addButton(offer, QMessageBox.ButtonRole.ActionRole)
    box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Close))
    return _chose(box, taken)


def _box(parent: QWidget, text: str, more: str) -> QMessageBox:
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("ChatApp")
    box.setText(text)
    box.setInformativeText(more)
    for label in box.findChildren(QLabel):  # the box's own text format is that of the first text only
        label.setTextFormat(Qt.TextFormat.PlainText)
    return box


def _chose(box: QMessageBox, button: QPushButton) -> bool:
    box.exec()
    chosen = box.clickedButton() is button
    box.deleteLater()
    return chosen
