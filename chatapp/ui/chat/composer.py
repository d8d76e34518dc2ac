"""Where the next message is written: a field that grows, and a button that sends or stops."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from chatapp.ui import theme
from chatapp.ui.chat.buttons import RoundButton
from chatapp.ui.chat.input_edit import MAX_LENGTH, InputEdit
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.chat import ChatService

DRAFT_MS = 300
RADIUS = 18


class Composer(QWidget):
    """Writes the next message of the shown conversation."""

    sent = Signal()
    recall_requested = Signal()
    page_requested = Signal(int)

    def __init__(self, chat: "ChatService", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chat = chat
        self.edit = InputEdit(self)
        self.edit.setObjectName("composer")
        self.edit.submitted.connect(self.send)
        self.edit.cancelled.connect(self._on_cancelled)
        self.edit.recall_requested.connect(self.recall_requested)
        self.edit.page_requested.connect(self.page_requested)
        self.edit.truncated.connect(self._on_truncated)
        self.edit.textChanged.connect(self._on_text_changed)
        self.edit.shortcut_pressed.connect(self.flush_draft)
        self._send = RoundButton("send", self)
        self._send.setObjectName("sendButton")
        self._send.clicked.connect(self.send)
        self._stop = RoundButton("stop", self)
        self._stop.setObjectName("stopButton")
        self._stop.clicked.connect(self._chat.stop)
        self._notice = QLabel(self)
        self._notice.setProperty("role", "small")
        self._notice.setWordWrap(True)
        self._notice.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.edit, 1, Qt.AlignmentFlag.AlignVCenter)
        for button in (self._send, self._stop):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 8, 8)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._notice)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(DRAFT_MS)
        self._timer.timeout.connect(self._save_draft)
        self.setFocusProxy(self.edit)
        self.setCursor(Qt.CursorShape.IBeamCursor)
        chat.state_changed.connect(self.refresh)
        chat.conversation_leaving.connect(self.keep_draft)
        chat.conversation_changed.connect(self._on_conversation_changed)
        theme.notifier.changed.connect(self.update)
        QApplication.instance().focusChanged.connect(self._on_focus_changed)  # type: ignore[union-attr]
        self.retranslate()
        self._on_conversation_changed()

    def retranslate(self) -> None:
        """Set the texts in the present language."""
        self.edit.setAccessibleName(self.tr("Message"))
        self.edit.setPlaceholderText(self.tr("Write a message"))
        self._send.setAccessibleName(self.tr("Send"))
        self._stop.setAccessibleName(self.tr("Stop"))
        self._stop.setToolTip(self.tr("Stop the reply (Escape)"))
        self._notice.hide()
        self.refresh()

    def send(self) -> None:
        """Send what is written, once, if it is taken."""
        self.edit.commit_preedit()
        text = self.edit.text()
        if not text.strip():
            return
        self._timer.stop()
        if self._chat.send(text):
            self.edit.clear()
            self._save_draft()
            self._notice.hide()
            self.sent.emit()
        self.edit.setFocus()

    def keep_draft(self) -> None:
        """Nobody goes on with what is written here: keep it, with the syllable that is being composed."""
        self.edit.commit_preedit()
        self.flush_draft()

    def flush_draft(self) -> None:
        """Keep what is written now."""
        if self._timer.isActive():
            self._save_draft()

    def _save_draft(self) -> None:
        self._timer.stop()
        self._chat.set_draft(self.edit.text())

    def refresh(self) -> None:
        """Show what can be done now."""
        running = self._chat.streaming_id is not None
        here = running and self._chat.running_conversation_id == self._chat.conversation.id
        had_focus = self._send.hasFocus() or self._stop.hasFocus()
        self._stop.setVisible(here)
        self._stop.setEnabled(self._chat.state != "stopping")
        self._send.setVisible(not here)
        self._send.setEnabled(self._chat.can_send and not self.edit.is_blank)
        if had_focus and not (self._send.hasFocus() or self._stop.hasFocus()):
            self.edit.setFocus()
        if running and not here:
            self._send.setToolTip(self.tr("A reply is being written in another conversation"))
        elif not self._chat.can_send and not running:
            self._send.setToolTip(self.tr("Choose a model first"))
        else:
            self._send.setToolTip(self.tr("Send (Enter); Shift+Enter begins a new line"))

    def _on_text_changed(self) -> None:
        self._timer.start()
        self._notice.hide()
        self.refresh()

    def _on_truncated(self) -> None:
        text = self.tr("The pasted text was cut: a message holds up to {count} characters.")
        QTimer.singleShot(0, self, lambda: self._show_notice(text.format(count=number_text(MAX_LENGTH))))

    def _show_notice(self, text: str) -> None:
        self._notice.setText(text)
        self._notice.show()

    def _on_cancelled(self) -> None:
        if self._chat.running_conversation_id == self._chat.conversation.id:
            self._chat.stop()

    def _on_conversation_changed(self) -> None:
        self._timer.stop()
        draft = self._chat.draft()
        if self.edit.text() != draft:
            self.edit.blockSignals(True)
            self.edit.set_text(draft)
            self.edit.blockSignals(False)
        self._notice.hide()
        self.refresh()

    def _on_focus_changed(self, old: QWidget | None, new: QWidget | None) -> None:
        if self.edit in (old, new):
            self.update()
            self.flush_draft()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.flush_draft()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.flush_draft()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.edit.setFocus()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.edit.setFocus()

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        focused = self.edit.hasFocus()
        painter.setPen(QPen(colors.accent if focused else theme.mix(colors.border, colors.muted, 0.3), 1))
        painter.setBrush(colors.surface)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
