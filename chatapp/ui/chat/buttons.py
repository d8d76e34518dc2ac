"""The buttons of the chat: the round one that sends and stops, and the small ones under a message."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QToolButton, QWidget

from chatapp.ui import theme
from chatapp.ui.widgets.icons import icon, pixmap

ROUND_SIZE = 34
_ICON = 18


class RoundButton(QAbstractButton):
    """A filled circle with an icon in it."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.setFixedSize(ROUND_SIZE, ROUND_SIZE)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus, and what is composed, in the field
        theme.notifier.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(ROUND_SIZE, ROUND_SIZE)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = theme.colors()
        ground = colors.accent
        if not self.isEnabled():
            ground = colors.border
        elif self.isDown() or self.underMouse():
            ground = theme.mix(colors.accent, colors.text, 0.18)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        circle = QRectF(self.rect()).adjusted(2, 2, -2, -2)
        painter.drawEllipse(circle)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colors.text, 1.5))
            painter.drawEllipse(circle.adjusted(-1, -1, 1, 1))
        color = colors.on_accent if self.isEnabled() else colors.muted
        image = pixmap(self._name, _ICON, color, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - _ICON) // 2, (self.height() - _ICON) // 2, image)


class QuietButton(QToolButton):
    """A small muted icon that is seen only when its message is pointed at or it has the focus; always reachable."""

    def __init__(self, name: str, text: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._revealed = True
        self.set_icon(name)
        self.setIconSize(QSize(16, 16))
        self.setToolTip(text)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_icon(self, name: str) -> None:
        """Show another icon."""
        self.setIcon(icon(name, "muted"))

    def set_revealed(self, revealed: bool) -> None:
        """Draw the button, or leave its place empty."""
        if revealed != self._revealed:
            self._revealed = revealed
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._revealed or self.hasFocus() or self.underMouse():
            super().paintEvent(event)
