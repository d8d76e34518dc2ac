"""Finding models: a search box, the results or a few to begin with, and the page of the one that is opened."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from chatapp.core.errors import ErrorCode
from chatapp.services.hub_search import PICKS, SearchState, Trouble
from chatapp.settings.schema import HUB, OFFLINE
from chatapp.settings.setting import Section
from chatapp.ui.i18n import error_text
from chatapp.ui.modelhub.download_words import Act, label
from chatapp.ui.modelhub.find_filters import FindFilters
from chatapp.ui.modelhub.find_list import FoundList
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.modelhub.repository_page import RepositoryPage
from chatapp.ui.preferences.dialog import open_preferences
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.search_field import SearchField
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class FindPage(QStackedWidget):
    """The search, and over it the repository that was opened from it."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._search = services.hub_search
        self.setObjectName("findPage")
        self.box = SearchField(self)
        self.box.setObjectName("hubSearchBox")
        self.box.setMaxLength(200)
        self.box.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._filters = FindFilters(self._search.largest_params, self)
        self._status = QLabel(self)
        self._status.setObjectName("findStatus")
        self._status.setProperty("role", "small")
        self._status.setTextFormat(Qt.TextFormat.PlainText)
        self._status.setWordWrap(True)
        self._busy = QProgressBar(self)
        self._busy.setObjectName("findBusy")
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(3)
        self.list = FoundList(self._search.is_local, self)
        self._message = MessagePane("findMessage", self)
        self._below = QStackedWidget(self)
        self._below.addWidget(self.list)
        self._below.addWidget(self._message)
        self._repository = RepositoryPage(services, self)
        self._build()
        self._connect()
        self._retranslate()

    def _build(self) -> None:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(8)
        for widget in (self.box, self._filters, self._status):
            line = QVBoxLayout()
            line.setContentsMargins(20, 0, 20, 0)
            line.addWidget(widget)
            column.addLayout(line)
        column.addWidget(self._busy)
        column.addWidget(self._below, 1)
        self.addWidget(page)
        self.addWidget(self._repository)
        self.setFocusProxy(self.box)

    def _connect(self) -> None:
        search = self._search
        self.box.textChanged.connect(self._ask)
        self.box.installEventFilter(self)
        self._filters.changed.connect(self._ask)
        search.changed.connect(self._show_all)
        search.picks_changed.connect(self._show_all)
        search.local_changed.connect(self._show_all)
        self._services.models.plans_changed.connect(self._on_plans_changed)
        self.list.opened.connect(self.open)
        self.list.left.connect(self.box.setFocus)
        self.list.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self._repository.back_requested.connect(self.back)

    def open(self, repo: str) -> None:
        """Show the page of *repo*."""
        self._repository.open(repo)
        self.setCurrentWidget(self._repository)
        self._repository.setFocus()

    def back(self) -> None:
        """Return to the search, as it was left."""
        self.setCurrentIndex(0)
        self._repository.close_repository()
        index = self.list.currentIndex()
        (self.list if index.isValid() else self.box).setFocus()

    def _ask(self) -> None:
        self._search.ask(self._filters.query(self.box.text()))

    def _enter(self) -> None:
        """An address that was pasted is opened; anything else is looked for at once."""
        repo = self._search.repository_in(self.box.text())
        if repo:
            self.open(repo)
        else:
            self._search.ask(self._filters.query(self.box.text()), at_once=True)

    def _on_scrolled(self, value: int) -> None:
        bar = self.list.verticalScrollBar()
        if value >= bar.maximum() - self.list.viewport().height() // 2:
            self._search.more()

    def _on_plans_changed(self) -> None:
        if self.isVisible():
            self._search.plan_picks()

    # -- showing -------------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        search = self._search
        state = search.state
        self._busy.setRange(0, 0 if state is SearchState.SEARCHING or search.is_loading_more else 1)
        self._busy.setVisible(self._busy.maximum() == 0)
        if state is SearchState.IDLE:
            self.list.item_model.show_picks(PICKS, search.picks)
            self._status.setText(
                self.tr("A few models to begin with, chosen for what they need and can do. Search to find all others.")
            )
        elif state in (SearchState.FOUND, SearchState.NOTHING):
            self.list.item_model.show_results(search.results, search.largest_params())
            self._status.setText(self._count_text())
        elif state is SearchState.SEARCHING:
            self._status.setText(self.tr("Searching…"))
        else:
            self._status.setText("")
        if state is SearchState.NOTHING:
            self._show_nothing()
        elif state is SearchState.FAILED:
            self._show_failure()
        else:
            self._below.setCurrentWidget(self.list)
        self._status.setVisible(bool(self._status.text()))

    def _count_text(self) -> str:
        if self._search.is_loading_more:
            return self.tr("Looking for more…")
        count = len(self._search.results)
        if self._search.has_more:
            return self.tr("The first {count} models; scroll down for more").format(count=number_text(count))
        if count == 1:
            return self.tr("1 model")
        return self.tr("{count} models").format(count=number_text(count)) if count else ""

    def _show_nothing(self) -> None:
        buttons = []
        text = self.tr("Try fewer or other words: a name such as “qwen”, or its maker.")
        if self._filters.are_set:
            text = self.tr("Try other words, or look at all models.")
            buttons.append(("clearFilters", self.tr("Clear the filters"), self._filters.clear))
        self._message.show_message("search", self.tr("Nothing found"), text, buttons)
        self._below.setCurrentWidget(self._message)

    def _show_failure(self) -> None:
        search = self._search
        assert search.error is not None
        what, remedy = error_text(search.error)
        titles = {
            Trouble.OFFLINE: self.tr("You are offline. Local models still work."),
            Trouble.BUSY: self.tr("The hub asks for a pause"),
            Trouble.ADDRESS: self.tr("There is no hub at this address"),
            Trouble.OTHER: self.tr("The search failed"),
        }
        title, settings = titles[search.trouble], self._services.settings
        buttons = [("searchAgain", self.tr("Try again"), search.retry)]
        if search.error.code is ErrorCode.HUB_OFFLINE:
            title = self.tr("Offline mode is on")
            if settings.get(OFFLINE) == "on":  # what the environment forbids is not for a button to allow
                buttons = [("goOnline", self.tr("Turn offline mode off"), self._go_online)]
        elif search.error.code is ErrorCode.HUB_TOKEN:
            buttons.append(("searchToken", label(Act.TOKEN), lambda: self._open_settings("tokenEdit")))
        elif search.trouble in (Trouble.OFFLINE, Trouble.ADDRESS):
            buttons.append(("networkSettings", self.tr("Network settings…"), lambda: self._open_settings(HUB.key)))
        if search.trouble is Trouble.ADDRESS:
            remedy = self.tr("Check the address of the hub in the preferences.")
        self._message.show_message("warning", title, f"{what} {remedy}", buttons)
        self._below.setCurrentWidget(self._message)

    def _open_settings(self, place: str) -> None:
        open_preferences(self._services, self, Section.NETWORK, place)

    def _go_online(self) -> None:
        self._services.settings.set(OFFLINE, "off")
        self._search.retry()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Find models"))
        self.box.setPlaceholderText(self.tr("Search models, for example “qwen 8b” or “korean”"))
        self.box.setAccessibleName(self.tr("Search models on the hub"))
        self.list.setAccessibleName(self.tr("Models that can be downloaded"))
        self._busy.setAccessibleName(self.tr("Searching…"))
        self._show_all()

    # -- events --------------------------------------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.box and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_PageDown):
                self.list.enter()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._enter()
                return True
        return False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._filters.retranslate()  # what fits: the engine may have found a graphics card
        self._search.plan_picks()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
