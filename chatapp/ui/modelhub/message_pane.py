"""What stands in the place of a list or page that is not there: what happened and what can be done."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.ui import theme
from chatapp.ui.widgets.icons import icon

_WIDTH = 460  # pixels that a sentence may be long


class MessagePane(QWidget):
    """A picture, a title, a sentence and buttons, in the middle."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._icon = QIcon()
        self._picture = QLabel(self)
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._text = QLabel(self)
        self._text.setObjectName(f"{name}Text")
        self._text.setProperty("role", "muted")
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setMaximumWidth(_WIDTH)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.setSpacing(8)
        column.addStretch(1)
        column.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self._title, self._text):
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(label, 100)
            line.addStretch(1)
            column.addLayout(line)
        column.addSpacing(6)
        line = QHBoxLayout()
        line.addStretch(1)
        line.addLayout(self._buttons)
        line.addStretch(1)
        column.addLayout(line)
        column.addStretch(2)
        theme.notifier.changed.connect(self._show_picture)

    def show_message(
        self, picture: str, title: str, text: str, buttons: Sequence[tuple[str, str, Callable[[], object]]]
    ) -> None:
        """Say it. *picture* is an icon's name, *buttons* have an object name, words and what they do."""
        self._icon = icon(picture, "muted")
        self._show_picture()
        self._title.setText(title)
        self._text.setText(text)
        self._text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}")
        while (item := self._buttons.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for name, label, do in buttons:
            button = QPushButton(label, self)
            button.setObjectName(name)
            button.clicked.connect(lambda _checked=False, do=do: do())
            self._buttons.addWidget(button)

    def _show_picture(self) -> None:
        """A label keeps the pixels it is given, in the colours of the theme they were drawn in."""
        self._picture.setPixmap(self._icon.pixmap(QSize(32, 32), self.devicePixelRatioF()))
