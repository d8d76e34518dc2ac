"""The models on this computer: a list that can be searched, and what is known of the one that is selected."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from chatapp.services.library import Keeper, LocalModel
from chatapp.settings.schema import LIBRARY_ORDER
from chatapp.ui.drop import FileDrop, add_hint, are_models
from chatapp.ui.modelhub.import_dialog import ImportDialog
from chatapp.ui.modelhub.library_actions import LibraryActions
from chatapp.ui.modelhub.library_delegate import LibraryDelegate
from chatapp.ui.modelhub.library_details import LibraryDetails
from chatapp.ui.modelhub.library_folders import LibraryFolders
from chatapp.ui.modelhub.library_item_model import Data, LibraryItemModel, Order, Show
from chatapp.ui.modelhub.library_jobs import JobStrip
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.notices import NoticeArea
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.search_field import SearchField
from chatapp.ui.widgets.text import number_text, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_TYPING = 80  # ms after the last key


class LibraryPage(QWidget):
    """Signals:

    find_requested()  the user wants to look for models elsewhere
    """

    find_requested = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._library = services.library
        self.setObjectName("libraryPage")
        self._search = SearchField(self)
        self._search.setObjectName("librarySearch")
        self._search.setMaxLength(200)
        self._search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self._show = CalmComboBox(self)
        self._show.setObjectName("libraryShow")
        self._order = CalmComboBox(self)
        self._order.setObjectName("libraryOrder")
        self._folders = QPushButton(icon("folder"), "", self)
        self._folders.setObjectName("libraryFoldersButton")
        self._item_model = LibraryItemModel(services, self)
        self.list = QListView(self)
        self._delegate = LibraryDelegate(self.list)
        self._actions = LibraryActions(services, self)
        self._details = LibraryDetails(services, self._actions, self)
        self._empty = MessagePane("libraryEmpty", self)
        self._total = QLabel(self)
        self._copies = QPushButton(self)
        self._timer = QTimer(self, singleShot=True, interval=_TYPING)
        self._build()
        self._connect()
        self._drop = FileDrop(self, add_hint, self.add)
        self._retranslate()

    def _build(self) -> None:
        self.list.setObjectName("libraryList")
        self.list.setModel(self._item_model)
        self.list.setItemDelegate(self._delegate)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._copies.setObjectName("libraryCopiesButton")
        self._copies.setProperty("link", "true")
        self._total.setObjectName("libraryTotal")
        self._total.setProperty("role", "small")
        head = QHBoxLayout()
        head.setContentsMargins(14, 12, 14, 8)
        head.setSpacing(8)
        head.addWidget(self._search, 1)
        for widget in (self._show, self._order, self._folders):
            head.addWidget(widget)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setHandleWidth(1)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(self._details)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setStretchFactor(0, 3)
        self._splitter.setStretchFactor(1, 2)
        self.list.setMinimumWidth(260)
        self._details.setMinimumWidth(260)
        self._splitter.setSizes([600, 400])
        self._below = QStackedWidget(self)
        self._below.addWidget(self._splitter)
        self._below.addWidget(self._empty)
        foot = QHBoxLayout()
        foot.setContentsMargins(14, 4, 14, 6)
        foot.addWidget(self._total)
        foot.addWidget(self._copies)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(NoticeArea(self._services.library_jobs.notices, self))
        column.addWidget(self._below, 1)
        column.addWidget(JobStrip(self._services.library_jobs, self))
        column.addLayout(foot)
        self.setFocusProxy(self._search)

    def _connect(self) -> None:
        services, library = self._services, self._library
        QShortcut(QKeySequence.StandardKey.Refresh, self, library.refresh)
        self._search.textChanged.connect(self._timer.start)
        self._search.installEventFilter(self)
        self._timer.timeout.connect(self._on_search)
        self._show.activated.connect(self._on_show)
        self._order.activated.connect(self._on_order)
        self._folders.clicked.connect(lambda: LibraryFolders(services, self).open())
        self._copies.clicked.connect(self._show_copies)
        self.list.selectionModel().currentChanged.connect(lambda now, _before: self._on_current(now))
        self.list.activated.connect(lambda index: self._actions.open_in_chat(index.data(Data.MODEL)))
        self.list.customContextMenuRequested.connect(self._show_menu)
        self._item_model.modelReset.connect(self._select_something)
        self._details.rename_requested.connect(self.rename)
        library.changed.connect(self._on_changed)
        library.noted.connect(self._on_noted)
        library.looking_changed.connect(self._show_total)
        services.models.plans_changed.connect(self._item_model.repaint)
        services.engine.state_changed.connect(self._item_model.repaint)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.applicationStateChanged.connect(self._on_application_state)

    # -- what the user wants -------------------------------------------------------------------------------------------

    def current(self) -> LocalModel | None:
        """The selected model."""
        model: LocalModel | None = self.list.currentIndex().data(Data.MODEL)
        return model

    def add(self, paths: list[str]) -> None:
        """Ask what to do with these files and folders, and do it."""
        if not are_models(paths):
            return
        dialog = ImportDialog(paths, str(self._services.paths.models), self)
        dialog.accepted.connect(lambda: self._on_import(dialog.choice, paths))
        dialog.open()

    def rename(self) -> None:
        """Ask for another name of the selected model."""
        model = self.current()
        if model is None:
            return
        title = self.tr("Rename")
        label = self.tr("Name shown in ChatApp. The file keeps its own; leave it empty to use that.")
        name, ok = QInputDialog.getText(self, title, label, QLineEdit.EchoMode.Normal, self._library.name(model))
        if ok:
            self._library.rename(model, name)

    def _on_import(self, choice: str, paths: list[str]) -> None:
        if choice == "place":
            self._library.use_in_place(paths)
        else:
            self._services.library_jobs.bring(paths, move=choice == "move")

    def _on_search(self) -> None:
        self._item_model.set_search(self._search.text())
        self._show_total()

    def _on_show(self) -> None:
        show, value = self._show.currentData()
        self._item_model.set_show(Show(show), value)
        self._show_total()

    def _on_order(self) -> None:
        order = Order(self._order.currentData())  # Qt gives back a plain text
        self._services.settings.set(LIBRARY_ORDER, order.value)
        self._item_model.set_order(order)

    def _show_copies(self) -> None:
        self._search.clear()
        self._select_show(Show.COPIES)
        self._on_show()

    def _show_menu(self, at: QPoint) -> None:
        model = self.list.indexAt(at).data(Data.MODEL)
        if model is not None:
            self._actions.menu(model, self.rename).popup(self.list.viewport().mapToGlobal(at))

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _on_changed(self) -> None:
        self._fill_show()
        if not self._item_model.rebuild():
            self._on_current(self.list.currentIndex())  # the same model may have other facts
        self._show_total()

    def _on_noted(self) -> None:
        current = self.current()
        self._fill_show()
        self._item_model.rebuild()
        if current is not None and (row := self._item_model.row_of(str(current.path))) >= 0:
            self.list.setCurrentIndex(self._item_model.index(row))

    def _on_current(self, index: QModelIndex) -> None:
        self._details.show_model(index.data(Data.MODEL))

    def _select_something(self) -> None:
        shown = self._details.shown_path()
        index = self._item_model.index(max(0, self._item_model.row_of(shown)))
        self.list.setCurrentIndex(index)
        if not index.isValid():
            self._on_current(index)

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive and self.isVisible():
            self._library.look_again()

    def _show_total(self) -> None:
        models, shown = self._library.models(), self._item_model.rowCount()
        self._below.setCurrentWidget(self._splitter if shown else self._empty)
        if not shown:
            self._show_empty()
        size = sum(look.size for look in self._library.looked())
        text = self.tr("Models: {count}, {size}").format(count=number_text(len(models)), size=size_text(size) or "0")
        if self._library.is_looking and not models:
            text = self.tr("Looking through the folders…")
        problems = sum(look.problem is not None for look in self._library.looked())
        if problems:
            text += " · " + self.tr("folders that cannot be looked through: {count}").format(count=problems)
        self._total.setText(text)
        freed = sum(same[0].size * (len(same) - 1) for same in self._library.duplicates())
        self._copies.setVisible(freed > 0)
        self._copies.setText(self.tr("Copies of the same model take {size}").format(size=size_text(freed)))

    def _show_empty(self) -> None:
        if self._library.models():
            self._empty.show_message(
                "search", self.tr("No model matches"), "", [("libraryShowAll", self.tr("Show all"), self._show_all)]
            )
            return
        self._empty.show_message(
            "model",
            self.tr("No models yet"),
            self.tr("Find one to download, drop a GGUF file here, or add a folder in which you keep models."),
            [
                ("libraryFind", self.tr("Find models"), self.find_requested.emit),
                ("libraryAdd", self.tr("Folders…"), lambda: LibraryFolders(self._services, self).open()),
            ],
        )

    def _show_all(self) -> None:
        self._search.clear()
        self._select_show(Show.ALL)
        self._on_show()
        self._on_search()

    def _fill_show(self) -> None:
        now = self._show.currentData() or (Show.ALL, "")
        keepers = {model.keeper for model in self._library.models()}
        entries: list[tuple[str, tuple[Show, str]]] = [
            (self.tr("All models"), (Show.ALL, "")),
            (self.tr("Favourites"), (Show.FAVOURITES, "")),
            *((f"#{tag}", (Show.TAG, tag)) for tag in self._library.tags()),
            *(
                (keeper.program, (Show.KEEPER, keeper.value))
                for keeper in Keeper
                if keeper.program and keeper in keepers
            ),
        ]
        if self._library.duplicates():
            entries.append((self.tr("Copies"), (Show.COPIES, "")))
        if any(model.error is not None for model in self._library.models()):
            entries.append((self.tr("Cannot be used"), (Show.PROBLEMS, "")))
        self._show.clear()
        for text, value in entries:
            self._show.addItem(text, value)
        self._select_show(*now)
        if self._show.currentData() != now:
            self._on_show()

    def _select_show(self, show: Show, value: str = "") -> None:
        found = [at for at in range(self._show.count()) if tuple(self._show.itemData(at)) == (show, value)]
        self._show.setCurrentIndex(found[0] if found else 0)

    def _retranslate(self) -> None:
        self._search.setPlaceholderText(self.tr("Search your models"))
        self._search.setAccessibleName(self.tr("Search your models"))
        self._show.setAccessibleName(self.tr("Which models to show"))
        self._order.setAccessibleName(self.tr("Sort by"))
        self._folders.setText(self.tr("Folders…"))
        self.list.setAccessibleName(self.tr("Models on this computer"))
        self._order.clear()
        for value, text in (
            (Order.USED, self.tr("Last used")),
            (Order.NAME, self.tr("Name")),
            (Order.SIZE, self.tr("Size")),
            (Order.ADDED, self.tr("Newest")),
        ):
            self._order.addItem(text, value)
        self._order.setCurrentIndex(self._order.findData(self._services.settings.get(LIBRARY_ORDER)))
        self._on_changed()

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if (
            watched is self._search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Down
        ):
            self.list.setFocus()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        model = self.current()
        if model is not None and self.list.hasFocus():
            if event.key() == Qt.Key.Key_F2:
                self.rename()
                return
            if event.key() == Qt.Key.Key_Delete:
                self._actions.delete(model)
                return
        super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._delegate.measure()
            self.list.doItemsLayout()
        super().changeEvent(event)
