"""A combo box for panels that scroll: the wheel moves the panel, never the choice."""

from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox


class CalmComboBox(QComboBox):
    """A value must not change because the pointer was over it while somebody scrolled past."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
