"""Notices at the top of the chat: what happened, what to do, and the buttons that do it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QGuiApplication,
    QHideEvent,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import fill
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.notices import Action, Level, Notice
from chatapp.ui import theme
from chatapp.ui.i18n import notice_text
from chatapp.ui.widgets.flow import FlowLayout
from chatapp.ui.widgets.icon_label import IconLabel
from chatapp.ui.widgets.icons import icon

if TYPE_CHECKING:
    from chatapp.services.notices import Notices

MAX_SHOWN = 3
_INFO_SECONDS = 8
_DETAILS_LINES = 8
_LABELS = {
    Action.RESTART_ENGINE: QT_TRANSLATE_NOOP("actions", "Restart engine"),
    Action.LOAD_CPU_ONLY: QT_TRANSLATE_NOOP("actions", "Load on the CPU only"),
    Action.SMALLER_CONTEXT: QT_TRANSLATE_NOOP("actions", "Use a context of {context} tokens"),
    Action.LOAD_ANYWAY: QT_TRANSLATE_NOOP("actions", "Load anyway"),
    Action.CHOOSE_MODEL: QT_TRANSLATE_NOOP("actions", "Choose model…"),
    Action.UNDO: QT_TRANSLATE_NOOP("actions", "Undo"),
    Action.RETRY_SAVING: QT_TRANSLATE_NOOP("actions", "Save again"),
    Action.UPDATE_NEWS: QT_TRANSLATE_NOOP("actions", "See what is new"),
    Action.UPDATE_ON: QT_TRANSLATE_NOOP("actions", "Look once a day"),
    Action.UPDATE_OFF: QT_TRANSLATE_NOOP("actions", "No, thank you"),
    Action.OPEN_MODEL: QT_TRANSLATE_NOOP("actions", "Open in chat"),
    Action.SHOW_DOWNLOADS: QT_TRANSLATE_NOOP("actions", "Show downloads"),
}
_ICONS = {Level.INFO: ("info", "accent"), Level.WARNING: ("warning", "warning"), Level.ERROR: ("warning", "error")}


class NoticeBar(QFrame):
    """One notice.

    Signals:
        dismissed  it has done its work
        resized    it needs another height
    """

    dismissed = Signal()
    resized = Signal()

    def __init__(self, notice: Notice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.notice = notice
        self.setObjectName("notice")
        self.setProperty("level", notice.level.value)
        name, role = _ICONS[notice.level]
        picture = IconLabel(name, role, 18, self)
        self._message = _text_label(self)
        self._remedy = _text_label(self, "muted")
        self._buttons = [(self._action_button(action), action) for action, _call in notice.actions]
        self._close = QToolButton(self)
        self._close.setIcon(icon("close", "muted"))
        self._close.setIconSize(QSize(14, 14))
        self._close.clicked.connect(self.dismissed)
        self._details_button = QPushButton(self)
        self._details_button.setProperty("link", "true")
        self._details_button.setVisible(bool(notice.details))
        self._details_button.clicked.connect(lambda: self._show_details(self._details.isHidden()))
        self._copy = QPushButton(icon("copy"), "", self)
        self._copy.setProperty("link", "true")
        self._copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(notice.details))
        self._details: QPlainTextEdit = QPlainTextEdit(notice.details.rstrip(), self)
        self._details.setObjectName("noticeDetails")
        self._details.setReadOnly(True)
        self._details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._timer = QTimer(self, singleShot=True, interval=_INFO_SECONDS * 1000)
        self._timer.timeout.connect(self._on_time_over)
        self._build(picture)
        self._show_details(False)
        self._retranslate()
        self._on_theme_changed()
        theme.notifier.changed.connect(self._on_theme_changed)

    @property
    def has_focus(self) -> bool:
        """Whether the keyboard is at one of its buttons."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def action_button(self, action: Action) -> QPushButton | None:
        """The button of *action*, when the notice has one."""
        return next((button for button, known in self._buttons if known is action), None)

    def run(self, action: Action) -> None:
        """Do what the button of *action* does."""
        for known, call in self.notice.actions:
            if known is action:
                self.dismissed.emit()
                call()
                return

    def _action_button(self, action: Action) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(f"notice_{action.value}")
        button.clicked.connect(lambda: self.run(action))
        return button

    def _build(self, picture: QWidget) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._message)
        texts.addWidget(self._remedy)
        actions = FlowLayout()  # beside an open inspector the chat is narrow
        actions.setSpacing(8)
        for button, _action in self._buttons:
            actions.addWidget(button)
        actions.addWidget(self._details_button)
        short = len(self._buttons) <= 1 and not self.notice.details and not self.notice.remedy
        row = QHBoxLayout()
        row.setSpacing(10)
        side = Qt.AlignmentFlag.AlignVCenter if short else Qt.AlignmentFlag.AlignTop
        row.addWidget(picture, 0, side)
        row.addLayout(texts, 1)
        if short:  # one line, as an "Undo" should be
            row.addLayout(actions)
        row.addWidget(self._close, 0, side)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, 8, 8, 8)
        outer.setSpacing(6)
        outer.addLayout(row)
        if not short and (self._buttons or self.notice.details):
            actions.setContentsMargins(28, 0, 0, 0)
            outer.addLayout(actions)
        outer.addWidget(self._details)
        outer.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignRight)

    def _show_details(self, shown: bool) -> None:
        self._details.setVisible(shown)
        self._copy.setVisible(shown)
        self._details_button.setText(self.tr("Hide details") if shown else self.tr("Show details"))
        self.resized.emit()

    def _on_theme_changed(self) -> None:
        self._details.setFont(theme.monospace(0.9))
        lines = min(_DETAILS_LINES, self.notice.details.count("\n") + 1)
        self._details.setFixedHeight(self._details.fontMetrics().lineSpacing() * lines + 30)
        self.resized.emit()

    def _on_time_over(self) -> None:
        if self.underMouse() or self.has_focus:
            self._timer.start()  # somebody is reading it
        else:
            self.dismissed.emit()

    def _retranslate(self) -> None:
        message, remedy = notice_text(self.notice)
        self._message.setText(message)
        self._remedy.setText(remedy)
        self._remedy.setVisible(bool(remedy))
        self.setAccessibleName(" ".join(part for part in (message, remedy) if part))
        for button, action in self._buttons:
            button.setText(fill(QCoreApplication.translate("actions", _LABELS[action]), self.notice.words))
        self._close.setToolTip(self.tr("Dismiss"))
        self._close.setAccessibleName(self.tr("Dismiss"))
        self._copy.setText(self.tr("Copy"))
        self._details.setAccessibleName(self.tr("Details"))
        self._show_details(not self._details.isHidden())

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self.notice.sticky and self.notice.level is Level.INFO:
            self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()  # what nobody can see does not grow old

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


class NoticeArea(QScrollArea):
    """Up to three notices above each other, the newest on top; older ones come back when there is room.

    Never takes more than half of the window: what does not fit scrolls.

    Signals:
    left()  a notice goes away that has the focus, which would go to anything
    """

    left = Signal()

    def __init__(self, notices: "Notices", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("noticeArea")
        self._bars: list[NoticeBar] = []
        inner = QWidget()
        inner.setProperty("plain", "true")
        self._layout = QVBoxLayout(inner)
        self._layout.setContentsMargins(14, 8, 14, 0)
        self._layout.setSpacing(8)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        notices.cleared.connect(self._on_cleared)
        notices.attach(self._on_posted)

    def bars(self) -> list[NoticeBar]:
        """What is shown or waits for room, oldest first."""
        return list(self._bars)

    def newest_with(self, action: Action) -> NoticeBar | None:
        """The newest notice that has a button for *action*."""
        return next((bar for bar in reversed(self._bars) if bar.action_button(action)), None)

    def _on_posted(self, notice: Notice) -> None:
        if notice.key:
            self._on_cleared(notice.key)
        bar = NoticeBar(notice, self)
        bar.dismissed.connect(lambda: self._remove(bar))
        bar.resized.connect(self._fit)
        self._bars.append(bar)
        self._layout.insertWidget(0, bar)
        self._arrange()
        self.verticalScrollBar().setValue(0)
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(bar, bar.accessibleName()))

    def _on_cleared(self, key: str) -> None:
        for bar in [bar for bar in self._bars if bar.notice.key == key]:
            self._remove(bar)

    def _remove(self, bar: NoticeBar) -> None:
        if bar in self._bars:
            self._bars.remove(bar)
            if bar.has_focus:
                self.left.emit()
            self._layout.removeWidget(bar)
            bar.hide()
            bar.deleteLater()
            self._arrange()

    def _arrange(self) -> None:
        for number, bar in enumerate(reversed(self._bars)):
            bar.setVisible(number < MAX_SHOWN)
        self.setVisible(bool(self._bars))
        self._fit()

    def _fit(self) -> None:
        self._layout.activate()
        width = max(1, self.viewport().width())
        needed = self._layout.totalHeightForWidth(width) if self._layout.hasHeightForWidth() else 0
        self.setFixedHeight(max(1, min(needed, self.window().height() // 2)))
        self._layout.invalidate()  # else a new bar keeps the height it had before its width was known

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()


def _text_label(parent: QWidget, role: str = "") -> QLabel:
    label = QLabel(parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    label.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    if role:
        label.setProperty("role", role)
    return label
