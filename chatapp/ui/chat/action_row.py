"""The line under a message: copy, edit, regenerate, the switch between alternatives, and how fast a reply came."""

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from chatapp.core.conversation import Role
from chatapp.core.generation import CacheUse, ReplyInfo
from chatapp.ui.chat.buttons import QuietButton
from chatapp.ui.chat.fork_label import ForkLabel
from chatapp.ui.widgets.text import CutLabel, number_text

HEIGHT = 28  # pixels, at least
_COPIED_MS = 1600


class ActionRow(QWidget):
    """Buttons for one message of *role*."""

    copy_clicked = Signal()
    edit_clicked = Signal()
    regenerate_clicked = Signal()
    pin_clicked = Signal(bool)
    inspect_clicked = Signal()
    score_clicked = Signal()
    sibling_requested = Signal(int)  # step: -1 or 1

    def __init__(self, role: Role, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last = False
        self._hovered = False
        self._copy = QuietButton("copy", self.tr("Copy"), "copyMessage", self)
        self._copy.clicked.connect(self._on_copy_clicked)
        self._edit = QuietButton("edit", self.tr("Edit"), "editMessage", self)
        self._edit.clicked.connect(self.edit_clicked)
        self._regenerate = QuietButton("regenerate", self.tr("Regenerate: ask for another reply"), "regenerate", self)
        self._regenerate.clicked.connect(self.regenerate_clicked)
        self._regenerate.setVisible(role is Role.ASSISTANT)
        self._inspect = QuietButton("inspect", self.tr("Inspect: how likely each token was"), "inspectMessage", self)
        self._inspect.clicked.connect(self.inspect_clicked)
        self._pin = QuietButton("pin", self.tr("Pin: always send this message"), "pinMessage", self)
        self._pin.setCheckable(True)
        self._pin.clicked.connect(self.pin_clicked)
        self._previous = QuietButton("chevron-left", self.tr("Show the previous version"), "previousVersion", self)
        self._previous.clicked.connect(lambda: self.sibling_requested.emit(-1))
        self._next = QuietButton("chevron-right", self.tr("Show the next version"), "nextVersion", self)
        self._next.clicked.connect(lambda: self.sibling_requested.emit(1))
        self._score = QPushButton(self)
        self._score.setObjectName("scoreMessage")
        self._score.setProperty("link", True)
        self._score.clicked.connect(self.score_clicked)
        self.set_score("")
        self._count = QLabel(self)
        self._fork = ForkLabel(self)
        self._stats = CutLabel(self)
        for label in (self._count, self._stats):
            label.setProperty("role", "small")
        self._count.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._stats.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._timer = QTimer(self, singleShot=True, interval=_COPIED_MS)
        self._timer.timeout.connect(self._on_timeout)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        switch = [self._previous, self._count, self._next]
        buttons = [self._copy, self._edit, self._regenerate, self._inspect, self._pin]
        if role is Role.USER:
            layout.addStretch(1)
        for widget in switch:
            layout.addWidget(widget)
        layout.addWidget(self._fork, 0)
        for widget in buttons:
            layout.addWidget(widget)
        layout.addWidget(self._score)
        if role is not Role.USER:
            layout.addSpacing(8)
            layout.addWidget(self._stats, 100)
            layout.addStretch(1)
        self.set_siblings(0, 1)

    def set_siblings(self, index: int, count: int) -> None:
        """The message is number *index* (from 0) of *count* alternatives."""
        several = count > 1
        for widget in (self._previous, self._count, self._next):
            widget.setVisible(several)
        self._fork.setVisible(several and bool(self._fork.text()))
        self._previous.setEnabled(index > 0)
        self._next.setEnabled(index < count - 1)
        self._count.setText(f"{index + 1}/{count}")
        self._count.setAccessibleName(self.tr("Version {index} of {count}").format(index=index + 1, count=count))

    def set_info(self, info: ReplyInfo | None) -> None:
        """Show how fast a reply came, and where it left another one."""
        self._fork.set_fork(info.fork if info else None)
        self._fork.setVisible(bool(self._fork.text()) and not self._count.isHidden())
        if info is None or not info.completion_tokens:
            self._stats.clear()
            self._stats.setToolTip("")
            return
        parts = []
        if info.tokens_per_second > 0:
            parts.append(self.tr("{speed} tokens/s").format(speed=number_text(info.tokens_per_second, 1)))
        count = info.completion_tokens
        parts.append(self.tr("1 token") if count == 1 else self.tr("{count} tokens").format(count=number_text(count)))
        parts.append(self.tr("first after {seconds} s").format(seconds=number_text(info.seconds_to_first_token, 2)))
        self._stats.setText(" · ".join(parts))
        self._stats.setToolTip("\n".join(line for line in (self._cache_text(info), self._draft_text(info)) if line))

    def _draft_text(self, info: ReplyInfo) -> str:
        """How many guessed tokens were right, "" where none were guessed."""
        if not info.drafted_tokens:
            return ""
        counts = {"right": number_text(info.accepted_tokens), "total": number_text(info.drafted_tokens)}
        return self.tr("{right} of {total} guessed tokens were right").format(**counts)

    def _cache_text(self, info: ReplyInfo) -> str:
        """What the prompt cache spared, "" where nothing is known of it."""
        if info.cache is None:
            return ""
        if info.cache is CacheUse.LOST:
            return self.tr("The memory of this model cannot be cut: the prompt was evaluated again")
        known, total = info.reused_tokens + info.reused_given_tokens, info.prompt_tokens + info.given_tokens
        text = (
            self.tr("{known} of {total} tokens before the first new one were cached")
            if info.given_tokens
            else self.tr("{known} of {total} prompt tokens were cached")
        ).format(known=number_text(known), total=number_text(total))
        if info.restored_tokens:
            text += " · " + self.tr("{count} restored").format(count=number_text(info.restored_tokens))
        return text

    def set_pinned(self, pinned: bool) -> None:
        """Whether the message is sent even when older ones are left out."""
        self._pin.setChecked(pinned)
        text = self.tr("Pinned: always sent, click to unpin") if pinned else self.tr("Pin: always send this message")
        self._pin.setToolTip(text)
        self._pin.setAccessibleName(text)
        self._reveal()

    def set_enabled_actions(self, *, running: bool) -> None:
        """While a reply runs, nothing can be asked again or changed."""
        for button in (self._edit, self._regenerate):
            button.setEnabled(not running)

    def set_score(self, text: str, told: str = "", *, enabled: bool = True) -> None:
        """Offer to score the tokens of the message, or to stop that; not with ""."""
        if not text and self._score.hasFocus():
            self._inspect.setFocus()
        self._score.setText(text)
        self._score.setAccessibleName(text or self.tr("Score this message"))
        self._score.setToolTip(told)
        self._score.setEnabled(enabled)
        self._score.setVisible(bool(text))

    def set_last(self, last: bool) -> None:
        """Keep the buttons in sight under the last message."""
        self._last = last
        self._reveal()

    def set_hovered(self, hovered: bool) -> None:
        """The message is being pointed at, or the focus is in it."""
        self._hovered = hovered
        self._reveal()

    def fit(self) -> int:
        """The height, which is the same whether the mouse is here or not."""
        texts = (self._count, self._fork, self._stats, self._score)
        return max(HEIGHT, *(widget.sizeHint().height() for widget in texts))

    def buttons(self) -> list[QAbstractButton]:
        """The buttons in order."""
        return [
            self._previous, self._next, self._copy, self._edit, self._regenerate, self._inspect, self._pin, self._score,
        ]  # fmt: skip

    def focus_edit(self) -> None:
        """Give the focus back to the button that opened the editor."""
        self._edit.setFocus()

    def focus_sibling_button(self, step: int) -> None:
        """Keep the focus on the arrow that was used, or on the other one at the end of the alternatives."""
        first, second = (self._next, self._previous) if step > 0 else (self._previous, self._next)
        (first if first.isEnabled() else second).setFocus()

    def _reveal(self) -> None:
        revealed = self._last or self._hovered
        for button in (self._copy, self._edit, self._regenerate, self._inspect):
            button.set_revealed(revealed)
        self._pin.set_revealed(revealed or self._pin.isChecked())
        self._stats.setVisible(revealed)

    def _on_copy_clicked(self) -> None:
        self._copy.set_icon("check")
        self._timer.start()
        self.copy_clicked.emit()

    def _on_timeout(self) -> None:
        self._copy.set_icon("copy")

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        self._on_timeout()
