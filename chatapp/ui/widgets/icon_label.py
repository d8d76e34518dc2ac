"""An icon beside a text."""

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from chatapp.ui import theme
from chatapp.ui.widgets.icons import icon


class IconLabel(QWidget):
    """Paints the icon *name*, *size* pixels wide, in the theme's present colour *role*; a pixmap keeps the old one."""

    def __init__(self, name: str, role: str, size: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icon = icon(name, role)
        self.setFixedSize(size, size)
        theme.notifier.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        self._icon.paint(QPainter(self), self.rect())
