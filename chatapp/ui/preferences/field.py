"""What every input of the preferences has."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class Field(QWidget):
    """An input for one value.

    Signals:
        edited  the user has put in another value, perhaps one that cannot be used
    """

    edited = Signal(object)

    def value(self) -> Any:
        """What is put in, in the setting's in-memory form."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show *value* without telling anyone."""
        raise NotImplementedError

    def set_label(self, text: str) -> None:
        """Name the input for screen readers."""
        raise NotImplementedError

    def retranslate(self) -> None:
        """Set words anew."""
