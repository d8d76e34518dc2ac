# ruff: noqa: PLC0415  (the parts are imported when the empty window is there: that takes five times as long as showing it)
"""The window: places the parts, hangs the menus and passes on what the user chose. It decides nothing."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import (
    QFileDialog,
    QLabel,
    QMainWindow,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from chatapp.settings.schema import LANGUAGE, SPLITTER_SIZES, THEME, WINDOW_GEOMETRY, WINDOW_STATE
from chatapp.ui.widgets.geometry import decoded, encoded

if TYPE_CHECKING:
    from chatapp.core.conversation import Message
    from chatapp.services.bundle import Services
    from chatapp.services.settings import SettingsService
    from chatapp.settings.file import Settings
    from chatapp.ui.appearance import Appearance
    from chatapp.ui.modelhub.window import ModelHubWindow
    from chatapp.ui.widgets.dock import Dock

_SIDEBAR_WIDTH = 250


class MainWindow(QMainWindow):
    """Left the conversations, in the middle the chat, at the right what belongs to this conversation.

    Without services it is an empty frame, which can be shown at once and filled afterwards.
    """

    def __init__(
        self, services: "Services | None" = None, appearance: "Appearance | None" = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._is_filled = False
        self._asks = True  # before it is closed, where something would be lost
        self._title = ""
        self._models: ModelHubWindow | None = None
        self.setObjectName("mainWindow")
        self.setWindowTitle(QGuiApplication.applicationDisplayName())
        self.setMinimumSize(QSize(760, 520))
        self.setAnimated(False)  # a panel that slides in lays out the whole chat for every step of the way
        if services is not None and appearance is not None:
            self.place(services.settings)
            self.fill(services, appearance)

    def place(self, settings: "Settings | SettingsService") -> None:
        """Where it was last time, and as large."""
        screen = self.screen().availableSize()
        self.resize(min(1180, screen.width() - 40), min(780, screen.height() - 60))
        self.restoreGeometry(decoded(settings.get(WINDOW_GEOMETRY)))

    def fill(self, services: "Services", appearance: "Appearance") -> None:
        """Put everything into it."""
        from chatapp.ui.actions import Actions
        from chatapp.ui.chat.view import ChatView
        from chatapp.ui.drop import ModelDrop
        from chatapp.ui.inspector.panel import InspectorPanel
        from chatapp.ui.model_selector import ModelSelector
        from chatapp.ui.notices import NoticeArea
        from chatapp.ui.room import Room
        from chatapp.ui.settings_panel import SettingsPanel
        from chatapp.ui.sidebar.sidebar import Sidebar
        from chatapp.ui.widgets.icons import app_icon

        self.setWindowIcon(app_icon())
        self._services = services
        self._appearance = appearance
        self.actions_table = Actions(self)
        self._sidebar = Sidebar(services, self.actions_table["new"], self)
        self._selector = ModelSelector(services, self)
        self._notices = NoticeArea(services.notices, self)
        self._chat = ChatView(services, self)
        self._settings_panel = SettingsPanel(services, self)
        self._test_label = QLabel(self)
        self._test_label.setObjectName("testEngineLabel")
        self._test_label.setVisible(services.engine.is_fake)
        self._settings_dock = self._add_dock("settingsDock", self._settings_panel)
        self._inspector_dock = self._add_dock("inspector", InspectorPanel(services, self))
        self._room = Room(self, self._sidebar, [self._settings_dock, self._inspector_dock])
        self._splitter = self._build_centre()
        self._connect()
        self._restore_layout()
        self._is_filled = True
        self._retranslate()
        self._drop = ModelDrop(self, services, self._add_models)
        self._chat.setFocus()

    # -- building ------------------------------------------------------------------------------------------------------

    def _add_dock(self, name: str, content: QWidget) -> "Dock":
        from PySide6.QtCore import Qt

        from chatapp.ui.widgets.dock import Dock

        dock = Dock(name, self)
        dock.setWidget(content)
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        dock.hide()
        return dock

    def _build_centre(self) -> QSplitter:
        from PySide6.QtCore import Qt

        from chatapp.ui.status_bar import StatusBar
        from chatapp.ui.widgets.bar import Bar
        from chatapp.ui.widgets.icons import icon

        top = Bar("topBar", 10, 10, self)
        row = top.row
        row.addWidget(self._selector)
        row.addStretch(1)
        row.addWidget(self._test_label, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addSpacing(6)
        row.addWidget(self._inspector_dock.toggle_button(icon("inspect"), top))
        row.addWidget(self._settings_dock.toggle_button(icon("settings"), top))
        centre = QWidget(self)
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(top)
        column.addWidget(self._notices)
        column.addWidget(self._chat, 1)
        column.addWidget(StatusBar(self._services, self))
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setObjectName("mainSplitter")
        splitter.setHandleWidth(1)
        splitter.addWidget(self._sidebar)
        splitter.addWidget(centre)
        splitter.setCollapsible(1, False)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([_SIDEBAR_WIDTH, 10_000])
        self.setCentralWidget(splitter)
        return splitter

    def _connect(self) -> None:
        from chatapp.ui.dialogs.updates import UpdateDialog

        services, actions = self._services, self.actions_table
        actions.fill(self.menuBar())
        actions.connect_all(self._handlers())
        settings = services.settings
        actions.connect_choice(THEME.key, lambda value: settings.set(THEME, value))
        actions.connect_choice(LANGUAGE.key, lambda value: settings.set(LANGUAGE, value))
        settings.changed.connect(self._show_choices)
        for dock, name in ((self._settings_dock, "settings_panel"), (self._inspector_dock, "inspector")):
            dock.visibilityChanged.connect(
                lambda _visible, dock=dock, name=name: actions[name].setChecked(not dock.isHidden())
            )
        self._room.arranged.connect(actions["sidebar"].setChecked)
        # One panel at a time: side by side they would leave the chat a column of words.
        self._settings_dock.shown.connect(self._inspector_dock.hide)
        self._inspector_dock.shown.connect(self._settings_dock.hide)
        self._notices.left.connect(self._chat.setFocus)
        self._chat.inspect_requested.connect(self._inspector_dock.show)
        self._selector.file_requested.connect(self._open_model)
        self._selector.find_requested.connect(lambda: self._show_models("findPage"))
        self._selector.library_requested.connect(lambda: self._show_models("libraryPage"))
        services.models.choosing.connect(self._come_forward)
        for changed in (services.downloads.changed, services.downloads.progressed):
            changed.connect(self._show_title)
        services.downloads.show_requested.connect(lambda: self._show_models("downloadList"))
        self._selector.info_requested.connect(actions["model_info"].trigger)
        services.models.choose_requested.connect(self._selector.open_list)
        services.updates.news_requested.connect(lambda: UpdateDialog(services.updates, self).open())
        chat = services.chat
        for changed in (
            chat.conversation_changed,
            chat.path_changed,
            chat.message_changed,
            chat.state_changed,
            services.conversations.list_changed,
        ):
            changed.connect(self._update)
        self._show_choices()

    def _handlers(self) -> dict[str, Callable[[], object]]:
        from chatapp.services.export import ExportService
        from chatapp.ui.dialogs.about import AboutDialog
        from chatapp.ui.dialogs.model_info import ModelInfoDialog
        from chatapp.ui.dialogs.save import save_conversation
        from chatapp.ui.dialogs.shortcuts import ShortcutsDialog
        from chatapp.ui.dialogs.updates import UpdateDialog
        from chatapp.ui.preferences.dialog import open_preferences

        services = self._services
        exports = ExportService(services.tasks, services.notices, self)
        return {
            "new": self._new_conversation,
            "open_model": self._open_model,
            "models": self._show_models,
            "preferences": lambda: open_preferences(services, self),
            "quit": self.close,
            "stop": services.chat.stop,
            "regenerate": self._regenerate,
            "copy_reply": self._copy_reply,
            "save": lambda: save_conversation(services, exports, self),
            "rename": self._rename,
            "delete": lambda: services.conversations.delete(services.chat.conversation.id),
            "undo_delete": self._undo_delete,
            "sidebar": self._room.toggle_sidebar,
            "settings_panel": lambda: self._settings_dock.setVisible(not self._settings_dock.isVisible()),
            "inspector": lambda: self._inspector_dock.setVisible(not self._inspector_dock.isVisible()),
            "token_colors": self._chat.heat.toggle,
            "model_info": lambda: ModelInfoDialog(services, self).open(),
            "zoom_in": lambda: self._appearance.zoom(1),
            "zoom_out": lambda: self._appearance.zoom(-1),
            "zoom_reset": lambda: self._appearance.zoom(0),
            "shortcuts": lambda: ShortcutsDialog(self.actions_table, self).open(),
            "updates": lambda: UpdateDialog.ask(services.updates, self),
            "about": lambda: AboutDialog(services, self).open(),
        }

    # -- what the actions do -------------------------------------------------------------------------------------------

    def _new_conversation(self) -> None:
        self._services.chat.new_conversation()
        self._chat.setFocus()

    def _open_model(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self, self.tr("Open model file"), "", self.tr("GGUF models (*.gguf);;All files (*)")
        )
        if path:
            self._services.models.choose(path)

    def _show_models(self, page: str = "") -> None:
        from chatapp.ui.modelhub.window import ModelHubWindow

        if self._models is None:
            self._models = ModelHubWindow(self._services)
        self._models.open(page)

    def _add_models(self, paths: list[str]) -> None:
        self._show_models("libraryPage")
        if self._models is not None:
            self._models.library.add(paths)

    def _last_reply(self) -> "Message | None":
        from chatapp.core.conversation import Role

        path = self._services.chat.conversation.path()
        return path[-1] if path and path[-1].role is Role.ASSISTANT else None

    def _regenerate(self) -> None:
        reply = self._last_reply()
        if reply is not None:
            self._services.chat.regenerate(reply.id)

    def _copy_reply(self) -> None:
        from chatapp.core import reasoning

        reply = self._last_reply()
        if reply is not None:
            QGuiApplication.clipboard().setText(reasoning.split(reply.text)[1])

    def _rename(self) -> None:
        self._room.show_sidebar()
        self._sidebar.rename_shown()

    def _undo_delete(self) -> None:
        from chatapp.services.notices import Action

        bar = self._notices.newest_with(Action.UNDO)
        trash = self._services.conversations.trash()
        if bar is not None:
            bar.run(Action.UNDO)
        elif trash:
            self._services.conversations.restore(trash[0].id)

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _update(self) -> None:
        chat, actions = self._services.chat, self.actions_table
        title = chat.conversation.title or self.tr("New conversation")
        self._title = self.tr("{title} — ChatApp").format(title=title)
        self._show_title()
        idle = chat.streaming_id is None
        listed = any(s.id == chat.conversation.id for s in self._services.conversations.summaries())
        reply = self._last_reply()
        actions["stop"].setEnabled(not idle)
        actions["regenerate"].setEnabled(reply is not None and chat.can_send)
        actions["copy_reply"].setEnabled(reply is not None and bool(reply.text) and reply.id != chat.streaming_id)
        actions["save"].setEnabled(idle and bool(chat.conversation.messages))
        actions["rename"].setEnabled(listed)
        actions["delete"].setEnabled(listed)
        actions["undo_delete"].setEnabled(bool(self._services.conversations.trash()))

    def _show_title(self) -> None:
        """Also in the taskbar, where the beginning is all there is room for."""
        from chatapp.ui.modelhub.download_words import percentage

        total = self._services.downloads.total()
        self.setWindowTitle(f"{percentage(total)} % · {self._title}" if total is not None else self._title)

    def _come_forward(self) -> None:
        """A model was chosen in the window of models: the chat is where it goes on."""
        if self._models is not None and self._models.isActiveWindow():
            self.raise_()
            self.activateWindow()

    def _show_choices(self) -> None:
        self.actions_table["token_colors"].setChecked(self._chat.heat.is_on)
        for setting in (THEME, LANGUAGE):
            self.actions_table.show_choice(setting.key, self._services.settings.get(setting.key))

    def _retranslate(self) -> None:
        self.actions_table.retranslate()
        self._test_label.setText(self.tr("Test engine: replies are scripted"))
        self._settings_dock.set_title(self.tr("Conversation settings"))
        self._inspector_dock.set_title(self.tr("Inspector"))
        self._update()

    # -- layout from last time -----------------------------------------------------------------------------------------

    def _restore_layout(self) -> None:
        settings = self._services.settings
        self.restoreState(decoded(settings.get(WINDOW_STATE)))
        sizes = settings.get(SPLITTER_SIZES)
        known = len(sizes) == self._splitter.count()
        if known:
            self._splitter.setSizes(list(sizes))
        self._room.restore(not known or sizes[0] > 0)
        self.actions_table["settings_panel"].setChecked(not self._settings_dock.isHidden())
        self.actions_table["inspector"].setChecked(not self._inspector_dock.isHidden())

    def _save_layout(self) -> None:
        settings = self._services.settings
        settings.set(WINDOW_GEOMETRY, encoded(self.saveGeometry()))
        settings.set(WINDOW_STATE, encoded(self.saveState()))
        sidebar = max(1, self._sidebar.width()) if self._room.sidebar_wanted else 0
        settings.set(SPLITTER_SIZES, (sidebar, self._splitter.sizes()[1]))

    def leave(self) -> None:
        """End the app without a question: the system wants that, and there may be nobody to answer."""
        self._asks = False
        QCoreApplication.quit()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._is_filled:
            self._chat.composer.keep_draft()  # a window that is hidden has lost what an input method held back
        if self._is_filled and self._asks:
            from chatapp.ui.dialogs.unsaved import may_close

            if not may_close(self, self._services.storage):
                event.ignore()
                return
        if self._is_filled:
            self._save_layout()
        if self._models is not None:
            self._models.close()
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange and self._is_filled:
            self._retranslate()
        super().changeEvent(event)
