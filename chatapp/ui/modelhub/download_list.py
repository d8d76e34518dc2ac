"""The page of downloads: the queue, what it comes to, and what to do with it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from chatapp.services.downloads import Item, State
from chatapp.settings import schema
from chatapp.settings.setting import Section
from chatapp.ui.dialogs.confirm import confirm
from chatapp.ui.modelhub import download_words as words
from chatapp.ui.modelhub.download_view import DownloadView
from chatapp.ui.modelhub.download_words import Act
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.preferences.dialog import open_preferences
from chatapp.ui.widgets.reveal import reveal
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_INPUTS = {Act.TOKEN: "tokenEdit", Act.NETWORK: schema.PROXY.key, Act.SPACE: schema.DOWNLOAD_FOLDER.key}
_ASK_FROM = 100_000_000  # bytes that arrived; less is soon fetched again


class DownloadList(QWidget):
    """Follows `DownloadService`.

    Signals:
        find_requested  the user wants to look for models
    """

    find_requested = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._downloads = services.downloads
        self.setObjectName("downloadList")
        self._total = ElidedLabel(self)
        self._total.setObjectName("downloadTotal")
        self._bar = QProgressBar(self)
        self._bar.setObjectName("downloadTotalBar")
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._pause_all = QPushButton(self)
        self._pause_all.setObjectName("pauseAllButton")
        self._pause_all.clicked.connect(self._downloads.pause_all)
        self._resume_all = QPushButton(self)
        self._resume_all.setObjectName("resumeAllButton")
        self._resume_all.clicked.connect(self._downloads.resume_all)
        self._go_online = QPushButton(self)
        self._go_online.setObjectName("goOnlineButton")
        self._go_online.clicked.connect(lambda: services.settings.set(schema.OFFLINE, "off"))
        self._clear = QPushButton(self)
        self._clear.setObjectName("clearFinishedButton")
        self._clear.clicked.connect(self._downloads.clear_finished)
        self.view = DownloadView(self)
        self.view.acted.connect(self._on_acted)
        self.view.moved.connect(self._downloads.move)
        self._empty = MessagePane("downloadsEmpty", self)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        self._note = QLabel(self)
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        self.setFocusProxy(self.view)
        self._build()
        self._downloads.changed.connect(self._on_changed)
        self._downloads.progressed.connect(self._on_progressed)
        self._retranslate()

    def _build(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(self._total)
        texts.addWidget(self._bar)
        head = QHBoxLayout()
        head.setContentsMargins(20, 14, 20, 10)
        head.setSpacing(8)
        head.addLayout(texts, 1)
        head.addSpacing(12)
        for button in (self._go_online, self._pause_all, self._resume_all, self._clear):
            head.addWidget(button)
        foot = QVBoxLayout()
        foot.setContentsMargins(20, 6, 20, 12)
        foot.addWidget(self._note)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)

    # -- what the user wants -------------------------------------------------------------------------------------------

    def _on_acted(self, item_id: int, act: Act) -> None:
        item = self._downloads.item(item_id)
        if item is None or act not in words.acts(item):
            return  # it went on meanwhile
        match act:
            case Act.PAUSE:
                self._downloads.pause(item_id)
            case Act.RESUME | Act.RETRY:
                self._downloads.resume(item_id)
            case Act.CANCEL:
                self._cancel(item)
            case Act.REMOVE:
                self._downloads.cancel(item_id)
            case Act.CHAT:
                self._services.models.choose(str(item.path))
            case Act.FOLDER:
                reveal(item.path, self)
            case Act.PAGE:
                QDesktopServices.openUrl(QUrl(self._services.hub.page(item.files[0].repo)))
            case Act.TOKEN | Act.NETWORK | Act.SPACE:
                open_preferences(self._services, self, Section.NETWORK, _INPUTS[act])

    def _cancel(self, item: Item) -> None:
        if item.progress.done >= _ASK_FROM and not confirm(
            self.window(),
            self.tr("Give up this download?"),
            self.tr("{size} of “{name}” have arrived and will be deleted. “Pause” would keep them.").format(
                size=words.size(item.progress.done), name=item.title
            ),
            self.tr("Give it up"),
        ):
            return
        self._downloads.cancel(item.id)

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        items = self._downloads.items()
        self.view.item_model.offline = self._downloads.is_offline
        self.view.item_model.show_items(items)
        self._stack.setCurrentWidget(self.view if items else self._empty)
        states = {item.state for item in items}
        self._pause_all.setVisible(bool(states & {State.QUEUED, State.RUNNING}))
        self._resume_all.setVisible(State.PAUSED in states)
        self._clear.setVisible(State.DONE in states)
        # What the environment forbids is not for a button to allow.
        waits = self._downloads.is_offline and bool(states & {State.QUEUED})
        self._go_online.setVisible(waits and self._services.settings.get(schema.OFFLINE) == "on")
        self._note.setVisible(bool(states & {State.QUEUED, State.RUNNING, State.PAUSED}))
        self._show_total()

    def _on_progressed(self, item_id: int) -> None:
        item = self._downloads.item(item_id)
        if item is not None:
            self.view.show_progress(item)
            self._show_total()

    def _show_total(self) -> None:
        total = self._downloads.total()
        self._bar.setVisible(total is not None)
        if total is not None:
            self._bar.setValue(1000 * total.done // max(1, total.total))
            self._total.set_full_text(words.numbers(total))
            return
        items = self._downloads.items()
        failed = sum(item.state is State.FAILED for item in items)
        paused = sum(item.state is State.PAUSED for item in items)
        waits = self._downloads.is_offline and any(item.state is State.QUEUED for item in items)
        parts = [
            self.tr("Offline mode is on") if waits else "",
            self.tr("{count} failed").format(count=failed) if failed else "",
            self.tr("{count} paused").format(count=paused) if paused else "",
        ]
        text = ", ".join(part for part in parts if part)
        self._total.set_full_text(text or (self.tr("Everything is here") if items else ""))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Downloads"))
        self.view.setAccessibleName(self.tr("Downloads"))
        self.view.setAccessibleDescription(
            self.tr("Space pauses and resumes, Delete cancels, Alt with the arrow keys changes the order.")
        )
        self._bar.setAccessibleName(self.tr("All downloads together"))
        self._pause_all.setText(self.tr("Pause all"))
        self._resume_all.setText(self.tr("Resume all"))
        self._go_online.setText(self.tr("Turn offline mode off"))
        self._clear.setText(self.tr("Clear finished"))
        self._empty.show_message(
            "download",
            self.tr("Nothing is being downloaded"),
            self.tr("Models that you fetch are shown here on their way."),
            [("findModels", self.tr("Find models"), self.find_requested.emit)],
        )
        self._note.setText(
            self.tr("You can quit ChatApp at any time: what has arrived is kept, and it goes on at the next start.")
        )
        self._on_changed()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
