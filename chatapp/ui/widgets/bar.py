"""The strip along the top of a part of the window."""

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

_AIR = 26  # pixels above and below one line of text, together


class Bar(QWidget):
    """A row as high as its neighbours', whatever is in it, so that the lines below them meet."""

    def __init__(self, name: str, left: int, right: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(left, 0, right, 0)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(self.fontMetrics().height() + _AIR)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.minimumHeight())  # a dock's layout asks for this alone

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)
