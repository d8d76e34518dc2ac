"""A plain text field that grows with its text, sends on Enter, and gets Hangul right while it does."""

import re

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

from chatapp.ui.widgets.plain_edit import UNBROKEN, text_of

MAX_LENGTH = 200_000  # characters; more than any context holds
MAX_LINES = 10
_LONG = 4000  # characters
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffc]")
_WRAP = QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere
_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
STYLE = "QPlainTextEdit { background: transparent; border: none; padding: 0; }"


class InputEdit(QPlainTextEdit):
    """Enter submits, Shift+Enter breaks the line, Escape cancels.

    Input methods hold the last syllable back as "preedit" text. On Enter some commit it first and then pass the key on;
    others pass the key on first. Here Enter takes the preedit into the text, submits once, and ignores a commit of
    the same syllable that comes late.
    """

    submitted = Signal()
    cancelled = Signal()
    recall_requested = Signal()  # Up was pressed in the empty field
    page_requested = Signal(int)  # -1: Page Up, 1: Page Down, in a field that does not scroll
    truncated = Signal()  # pasted text was cut at MAX_LENGTH
    height_changed = Signal()
    shortcut_pressed = Signal()  # a key of the window's may follow, which may show something else

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._preedit = ""
        self._committed = ""  # what the input method committed last
        self._late = ""  # text we committed ourselves and that the input method may still commit, too
        self.setStyleSheet(STYLE)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(4)
        self.document().contentsChanged.connect(self._fit)
        self._fit()

    def commit_preedit(self) -> None:
        """Take the syllable that is being composed into the text."""
        pending = self._preedit
        if not pending:
            return
        self._committed = ""
        self._ask_input_method_to_commit()
        if not self._committed:  # it did not, or will do so later; fcitx5 through ibus takes the preedit away meanwhile
            commit = QInputMethodEvent()
            commit.setCommitString(pending)
            self.inputMethodEvent(commit)
            self._late = pending
            QGuiApplication.inputMethod().reset()

    @property
    def is_composing(self) -> bool:
        """Whether an input method is holding text back."""
        return bool(self._preedit)

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to send, nor a syllable that is being composed; a long text is not looked at."""
        count = self.document().characterCount()  # one more than there are
        return not self.is_composing and (count <= 1 or (count < _LONG and not self.text().strip()))

    def text(self) -> str:
        """What was written, without a syllable that is being composed."""
        return text_of(self.document())

    def set_text(self, text: str) -> None:
        """Replace the text, with the caret at its end."""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def _ask_input_method_to_commit(self) -> None:
        QGuiApplication.inputMethod().commit()

    def _fit(self) -> None:
        if self.document().isEmpty() and self.wordWrapMode() != _WRAP:
            self.setWordWrapMode(_WRAP)
        line = max(1, self.fontMetrics().lineSpacing())
        limit = MAX_LINES * line
        height = 0.0
        block = self.document().begin()
        while block.isValid() and height <= limit:
            height += max(line, self.blockBoundingRect(block).height())
            block = block.next()
        overflows = height > limit
        margins = round(2 * self.document().documentMargin())
        wanted = int(min(height, limit)) + margins + 2
        policy = Qt.ScrollBarPolicy.ScrollBarAsNeeded if overflows else Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() != policy:
            self.setVerticalScrollBarPolicy(policy)
        if self.height() != wanted or self.minimumHeight() != wanted:
            self.setFixedHeight(wanted)
            self.height_changed.emit()

    def _submit(self) -> None:
        self.commit_preedit()
        self.submitted.emit()

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Escape:
                event.accept()  # ours, before the window's
                return True
            if event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
                self.shortcut_pressed.emit()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ENTER:
            event.accept()
            if event.modifiers() & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier):
                self.commit_preedit()
                self.insertPlainText("\n")
                self.ensureCursorVisible()
            elif not event.isAutoRepeat():
                self._submit()
            return
        if event.text():
            self._late = ""
        if key == Qt.Key.Key_Escape and not self._preedit:
            event.accept()
            self.cancelled.emit()
        elif key == Qt.Key.Key_Up and not self._preedit and self.document().isEmpty():
            self.recall_requested.emit()
        elif key in {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown} and self.verticalScrollBar().maximum() == 0:
            self.page_requested.emit(-1 if key == Qt.Key.Key_PageUp else 1)
        else:
            super().keyPressEvent(event)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        preedit = event.preeditString()
        self._committed = event.commitString() or self._committed
        if self._late and event.commitString() == self._late:
            self._late = ""
            event.accept()
            if not preedit:
                return
            event = QInputMethodEvent(preedit, event.attributes())
        elif preedit or event.commitString():
            self._late = ""
        self._preedit = preedit
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._preedit = self._late = ""

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() and not any(url.isLocalFile() for url in source.urls())

    def insertFromMimeData(self, source: QMimeData) -> None:
        room = MAX_LENGTH - (self.document().characterCount() - 1) + len(self.textCursor().selectedText())
        text = source.text()
        if len(text) > room:
            text = text[: max(0, room)]
            self.truncated.emit()
        text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2029", "\n")
        if UNBROKEN.search(text):
            self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.insertPlainText(_UNWANTED.sub("", text))
        self.ensureCursorVisible()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
