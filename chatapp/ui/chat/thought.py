"""What a model thought before its answer: one line that opens with a click or a key, live while it thinks."""

import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from chatapp.ui.chat.body import MessageBody
from chatapp.ui.widgets.text import number_text

_INDENT = 14  # pixels


class Thought(QWidget):
    """Hidden for replies without one."""

    height_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("thought")
        self._began: float | None = None
        self._seconds: float | None = None
        self._running = False
        self._has_text = False
        self.button = QPushButton(self)
        self.button.setObjectName("thoughtButton")
        self.button.setCheckable(True)
        self.button.setProperty("link", True)
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.toggled.connect(self._on_toggled)
        self.body = MessageBody(self)
        self.body.height_changed.connect(self.height_changed)
        self.body.hide()
        self._show()

    @property
    def is_shown(self) -> bool:
        """Whether there is a thought."""
        return self._has_text or self._running

    def set_text(self, text: str, *, running: bool) -> None:
        """Show *text*; while *running* more comes by `append`."""
        self._has_text = bool(text.strip())
        self._running = running
        self._began = time.monotonic() if running else None
        self._seconds = None
        # What is to be gone on with keeps the line ends behind it.
        self.body.set_text(text.lstrip("\n") if running else text.strip("\n"), streaming=running)
        self._show()

    def append(self, text: str) -> None:
        """The model thinks on."""
        self._has_text = self._has_text or bool(text.strip())
        if not self._running:
            self._running, self._began = True, time.monotonic()
        self.body.append(text)
        self._show()

    def set_seconds(self, seconds: float | None) -> None:
        """How long it took, once that is known."""
        if seconds is not None and not self._running:
            self._seconds = seconds
            self._show()

    def end(self) -> None:
        """The answer begins, or nothing more comes."""
        if self._running:
            self._running = False
            self._seconds = time.monotonic() - self._began if self._began is not None else None
            self.body.end()
            self._show()

    def fit(self, width: int) -> int:
        """Lay out for *width* pixels; return the height."""
        hint = self.button.sizeHint()
        self.button.setGeometry(0, 0, min(width, hint.width()), hint.height())
        if not self.button.isChecked():
            return hint.height() + 2
        height = self.body.fit(width - _INDENT)
        self.body.setGeometry(_INDENT, hint.height() + 2, width - _INDENT, height)
        return hint.height() + height + 10

    def _show(self) -> None:
        mark = "▾ " if self.button.isChecked() else "▸ "
        if self._running:
            text = self.tr("Thinking…")
        elif self._seconds is None:
            text = self.tr("Thoughts")
        else:
            text = self.tr("Thought for {seconds} s").format(seconds=number_text(self._seconds, 1))
        self.button.setText(mark + text)
        self.button.setAccessibleName(text)
        self.button.setToolTip(self.tr("Show or hide what the model thought before it answered"))
        self.setVisible(self.is_shown)

    def _on_toggled(self, opened: bool) -> None:
        self.body.setVisible(opened)
        self._show()
        self.height_changed.emit()
