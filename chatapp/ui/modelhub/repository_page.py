"""The page of one repository: what it is, its quantizations and whether they fit, and its card."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import ErrorCode
from chatapp.settings.setting import Section
from chatapp.ui.i18n import error_text
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.modelhub.card_view import CardView
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.modelhub.repository_files import RepositoryFiles
from chatapp.ui.modelhub.repository_head import RepositoryHead
from chatapp.ui.preferences.dialog import open_preferences
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_SCROLLING = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End)


class RepositoryPage(QWidget):
    """Signals:

    back_requested()  return to the search
    """

    back_requested = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._hub = services.hub_repository
        self.setObjectName("repositoryPage")
        self._back = QToolButton(self)
        self._back.setObjectName("backToSearch")
        self._back.setIcon(icon("chevron-left"))
        self._back.setIconSize(QSize(18, 18))
        self._back.clicked.connect(self.back_requested)
        self._title = ElidedLabel(self)
        self._title.setObjectName("repositoryTitle")
        self._title.setProperty("role", "title")
        self._browse = QPushButton(self)
        self._browse.setObjectName("openInBrowser")
        self._browse.setProperty("link", True)
        self._browse.clicked.connect(self._open_in_browser)
        self._busy = QProgressBar(self)
        self._busy.setObjectName("repositoryBusy")
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(3)
        self._message = MessagePane("repositoryMessage", self)
        self._head = RepositoryHead(self)
        self._head.browse_requested.connect(self._open_in_browser)
        self._head.token_requested.connect(self._enter_token)
        self._files = RepositoryFiles(services, self)
        self._card_title = self._label("cardTitle", "heading")
        self._card_note = self._label("cardNote", "small")
        self._card = CardView(self)
        self._stack = QStackedWidget(self)
        self._scroll = QScrollArea(self)
        self._build()
        self._hub.changed.connect(self._show_all)
        self._hub.forecasts_changed.connect(self._show_access)
        self._hub.card_changed.connect(self._show_card)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self, self.back_requested.emit)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        self._retranslate()

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 10, 16, 4)
        top.setSpacing(8)
        top.addWidget(self._back)
        top.addWidget(self._title, 1)
        top.addWidget(self._browse)
        content = QWidget(self)
        content.setProperty("plain", True)
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 6, 20, 24)
        column.setSpacing(10)
        for widget in (self._head, self._files, self._card_title, self._card_note, self._card):
            column.addWidget(widget)
        column.addStretch(1)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._message)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top)
        outer.addWidget(self._busy)
        outer.addWidget(self._stack, 1)
        self.setFocusProxy(self._back)

    def open(self, repo: str) -> None:
        """Show *repo*, as the hub has it now."""
        self._scroll.verticalScrollBar().setValue(0)
        self._hub.open(repo, self.tr("Picture"))

    def close_repository(self) -> None:
        """Nothing of it is shown any more."""
        self._hub.close()
        self._files.clear()
        self._card.show_text("")

    # -- showing -------------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        hub = self._hub
        waiting = hub.repository is None and hub.error is None
        self._title.set_full_text(words.name_text(hub.repo))
        self._busy.setVisible(waiting)
        self._stack.setVisible(not waiting)
        self._card.show_text("")
        if hub.error is not None:
            self._show_failure()
        elif hub.repository is not None:
            self._stack.setCurrentWidget(self._scroll)
            self._head.show_model(hub.repository.model)
            self._show_access()
            self._show_card()
        self._files.show_files()

    def _show_failure(self) -> None:
        error = self._hub.error
        assert error is not None
        what, remedy = error_text(error)
        title = self.tr("This model cannot be shown")
        picture = "warning"
        if error.code is ErrorCode.HUB_NOT_FOUND:
            title, picture = self.tr("This model is no longer there"), "search"
        elif error.code is ErrorCode.HUB_GATED:
            title = self.tr("This model is given out on request")
        elif error.code is ErrorCode.HUB_UNREACHABLE:
            title = self.tr("You are offline. Local models still work.")
        elif error.code is ErrorCode.HUB_OFFLINE:
            title = self.tr("Offline mode is on")
        buttons = [
            ("repositoryAgain", self.tr("Try again"), self._hub.retry),
            ("repositoryBack", self.tr("Back to the search"), self.back_requested.emit),
        ]
        if error.code in (ErrorCode.HUB_GATED, ErrorCode.HUB_TOKEN):
            buttons.insert(0, ("repositoryToken", self.tr("Access token…"), self._enter_token))
        if error.code is ErrorCode.HUB_GATED:
            buttons.insert(0, ("repositoryAccess", self.tr("Open its page"), self._open_in_browser))
        self._message.show_message(picture, title, f"{what} {remedy}", buttons)
        self._stack.setCurrentWidget(self._message)

    def _enter_token(self) -> None:
        open_preferences(self._services, self, Section.NETWORK, "tokenEdit")

    def _show_access(self) -> None:
        hub = self._hub
        if hub.repository is not None:
            self._head.show_access(is_open=hub.is_open, refused=hub.access_refused, token=hub.has_token)

    def _show_card(self) -> None:
        hub = self._hub
        card, error = hub.card, hub.card_error
        self._card_title.setVisible(card is not None or error is not None)
        note = ""
        if error is not None:
            note = " ".join(error_text(error))
        elif card is not None and card.cut:
            note = self.tr("It is very long; only its beginning was fetched.")
        self._card_note.setText(note)
        self._card_note.setVisible(bool(note))
        self._card.show_text(card.text if card is not None else "")

    def _open_in_browser(self) -> None:
        QDesktopServices.openUrl(QUrl(self._hub.page))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Model page"))
        self._back.setToolTip(self.tr("Back to the search"))
        self._back.setAccessibleName(self.tr("Back to the search"))
        self._browse.setText(self.tr("Open in browser"))
        self._card_title.setText(self.tr("What its authors say"))
        if self._hub.error is not None:
            self._show_failure()

    # -- events --------------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() == Qt.Key.Key_Escape  # which would close the window; pressed again, it does
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_requested.emit()
        elif event.key() in _SCROLLING:  # whatever has the focus, the page is what one reads
            QApplication.sendEvent(self._scroll.verticalScrollBar(), event)
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
