"""The numbers behind a badge, in a small window that closes at the next click or key."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget


class FitPopover(QFrame):
    """Stands below the badge it belongs to."""

    def __init__(self, text: str, badge: QWidget) -> None:
        super().__init__(badge, Qt.WindowType.Popup)
        self.setObjectName("fitPopover")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.addWidget(label)
        self.setAccessibleName(text)
        self.adjustSize()
        screen = badge.screen().availableGeometry()
        at = badge.mapToGlobal(QPoint(badge.width() - self.width(), badge.height() + 4))
        if at.y() + self.height() > screen.bottom():
            at.setY(badge.mapToGlobal(QPoint(0, 0)).y() - self.height() - 4)
        self.move(max(screen.left(), at.x()), at.y())
