"""The line that says how a reply ended when it did not end by itself, or what it waits for before its first word."""

from math import cos, pi

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from chatapp.core.generation import FinishReason
from chatapp.ui import theme
from chatapp.ui.widgets.icons import pixmap
from chatapp.ui.widgets.text import number_text

_DOT = 7
_ICON = 15
_LINE = 30  # pixels
_LINK_PADDING = 7
_FRAME_MS = 50
_PERIOD = 28  # frames


class StatusLine(QWidget):
    """Hidden for a reply that ended by itself."""

    regenerate_clicked = Signal()
    resume_clicked = Signal()
    shorten_clicked = Signal()
    larger_clicked = Signal()
    edit_clicked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._finish: FinishReason | None = None
        self._empty = False
        self._waiting = ""
        self._larger: int | None = None
        self._can_shorten = True
        self._frame = 0
        self._first_line = _LINE
        self._label = QLabel(self)
        self._label.setProperty("role", "muted")
        self._label.setWordWrap(True)
        self.button = self._button(self.tr("Regenerate"), self.tr("Ask for another reply; this one is kept"))
        self.button.clicked.connect(self.regenerate_clicked)
        self.resume = self._button(self.tr("Continue"), self.tr("Go on where the reply ended; this one is kept"))
        self.resume.clicked.connect(self.resume_clicked)
        self.larger = self._button(
            self.tr("Larger context"), self.tr("Load the model again with room for more, and write the reply")
        )
        self.larger.clicked.connect(self.larger_clicked)
        self.shorten = self._button(
            self.tr("Leave out the oldest messages"),
            self.tr("Answer without the oldest turns; the system prompt and pinned messages are still sent"),
        )
        self.shorten.clicked.connect(self.shorten_clicked)
        self.edit = self._button(self.tr("Shorten the message"), self.tr("Open your message for changes"))
        self.edit.clicked.connect(self.edit_clicked)
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._on_timeout)
        self.hide()

    def _button(self, text: str, told: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setProperty("link", True)
        button.setToolTip(told)
        return button

    @property
    def is_waiting(self) -> bool:
        """Whether it says what the reply waits for."""
        return bool(self._waiting)

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say."""
        return bool(self._waiting) or self._text_of(self._finish) != ""

    def set_finish(self, finish: FinishReason | None, *, empty: bool = False) -> None:
        """The reply ended like this, *empty* without a word; None while it runs."""
        self._finish = finish
        self._empty = empty
        self._waiting = ""
        self._show()

    def set_choices(self, larger: int | None, *, can_shorten: bool) -> None:
        """What can be done when the context is full.

        larger       tokens of a context with room, 0 for none; None when the present one has, or is not known
        can_shorten  whether there are older turns to leave out
        """
        self._larger, self._can_shorten = larger, can_shorten
        if larger:
            text = self.tr("Larger context ({count} tokens)").format(count=number_text(larger))
            self.larger.setText(text)
        self._show()

    def set_waiting(self, text: str) -> None:
        """The reply waits for what *text* says; empty when it no longer waits."""
        self._waiting = text
        self._show()

    def fit(self, width: int) -> int:
        """Lay out for *width* pixels; return the height."""
        hints = [(button, button.sizeHint()) for button in self.buttons() if not button.isHidden()]
        left = _DOT * 4 + 4 if self._waiting else _ICON + 9
        wanted = self._label.fontMetrics().horizontalAdvance(self._label.text()) + 4
        beside = left + wanted + sum(hint.width() + 4 for _, hint in hints) <= width
        across = min(wanted, max(120, width - left))
        self._first_line = max(_LINE, self._label.heightForWidth(across))
        if beside:
            self._first_line = max(self._first_line, *(hint.height() for _, hint in hints), 0)
        self._label.setGeometry(left, 0, across, self._first_line)
        start = left - _LINK_PADDING
        x, y, height = (left + across + 4, 0, _LINE) if beside else (start, self._first_line, 0)
        for button, hint in hints:
            if x > start and x + hint.width() > width:
                x, y = start, y + height
            height = max(_LINE, hint.height())
            button.setGeometry(x, y + (height - hint.height()) // 2, hint.width(), hint.height())
            x += hint.width() + 4
        return max(self._first_line, y + height)

    def buttons(self) -> list[QPushButton]:
        """In order; hidden ones, too."""
        return [self.resume, self.larger, self.shorten, self.edit, self.button]

    def _show(self) -> None:
        text = self._waiting or self._text_of(self._finish)
        self._label.setText(text)
        self.setAccessibleName(text)
        idle = not self._waiting
        full = self._finish is FinishReason.CONTEXT
        again = self._finish is FinishReason.INTERRUPTED or (full and self._larger is None)
        self.button.setVisible(idle and again)
        self.larger.setVisible(idle and full and bool(self._larger))
        self.shorten.setVisible(idle and full and self._can_shorten)
        self.edit.setVisible(idle and full and self._empty)
        cut = (FinishReason.CANCELLED, FinishReason.INTERRUPTED, FinishReason.LENGTH)
        self.resume.setVisible(idle and not self._empty and self._finish in cut)
        self.setVisible(bool(text))
        if self._waiting and self.isVisible():
            self._timer.start()
        elif not self._waiting:
            self._timer.stop()
        self.update()

    def _text_of(self, finish: FinishReason | None) -> str:
        if finish is FinishReason.CONTEXT and self._empty:
            if self._larger == 0:
                return self.tr(
                    "Not sent: this is longer than the context holds, and neither the model nor the memory has room "
                    "for a larger one."
                )
            return self.tr("Not sent: this is longer than the context holds.")
        texts = {
            FinishReason.CANCELLED: self.tr("Stopped"),
            FinishReason.INTERRUPTED: self.tr("Interrupted before it was finished"),
            FinishReason.LENGTH: self.tr("Cut off at the token limit"),
            FinishReason.CONTEXT: self.tr("Context full: there is no room left for more of this conversation"),
        }
        return texts.get(finish, "") if finish else ""

    def _on_timeout(self) -> None:
        self._frame = (self._frame + 1) % _PERIOD
        self.update(0, 0, _DOT * 4, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colors = theme.colors()
        if not self._waiting:
            stopped = self._finish is FinishReason.CANCELLED
            color = colors.muted if stopped else colors.warning
            image = pixmap("stop" if stopped else "warning", _ICON, color, self.devicePixelRatioF())
            painter.drawPixmap(1, (self._first_line - _ICON) // 2, image)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for number in range(3):
            phase = 2 * pi * (self._frame / _PERIOD - number / 6)
            color = QColor(colors.muted)
            color.setAlphaF(0.35 + 0.45 * (0.5 + 0.5 * cos(phase)))
            painter.setBrush(color)
            painter.drawEllipse(QRectF(2 + number * _DOT * 1.35, self.height() / 2 - 2.75, 5.5, 5.5))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._waiting:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
