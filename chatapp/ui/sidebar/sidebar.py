"""The left side of the window: new conversation, filter, the list and the way to the trash."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from chatapp.ui.sidebar.conversation_list import ConversationList
from chatapp.ui.sidebar.trash import TrashPage
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.search_field import SearchField

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class Sidebar(QWidget):
    """Conversations, and in their place the trash when it is asked for."""

    def __init__(self, services: "Services", new_action: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(190)
        self._new = QPushButton(icon("plus"), "", self)
        self._new.setObjectName("newConversationButton")
        self._new.clicked.connect(new_action.trigger)
        self._new_action = new_action
        self._search = SearchField(self)
        self._search.setObjectName("searchBox")
        self._search.addAction(icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.list = ConversationList(services, self)
        self.list.opened.connect(services.chat.open)
        self._search.textChanged.connect(self._on_filter_changed)
        self._nothing = QLabel(self)
        self._nothing.setProperty("role", "muted")
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._trash_button = QPushButton(icon("trash", "muted"), "", self)
        self._trash_button.setObjectName("trashButton")
        self._trash_button.setProperty("row", "true")
        self._trash_button.setIconSize(QSize(16, 16))
        self._list_page = QWidget(self)
        self._trash = TrashPage(services, self)
        self._trash.closed.connect(lambda: self._show_trash(False))
        self._trash_button.clicked.connect(lambda: self._show_trash(True))
        self._pages = QStackedLayout()
        self._arrange()
        services.conversations.list_changed.connect(self._on_list_changed)
        self._retranslate()

    def _arrange(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(10, 0, 10, 0)
        top.setSpacing(8)
        top.addWidget(self._new)
        top.addWidget(self._search)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(8, 0, 8, 0)
        bottom.addWidget(self._trash_button)
        inner = QVBoxLayout(self._list_page)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(6)
        inner.addLayout(top)
        inner.addWidget(self._nothing)
        inner.addWidget(self.list, 1)
        inner.addLayout(bottom)
        self._pages.addWidget(self._list_page)
        self._pages.addWidget(self._trash)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 10, 0, 8)
        outer.addLayout(self._pages)

    def rename_shown(self) -> None:
        """Edit the title of the conversation that has the focus in the list, else of the one the chat shows."""
        self._pages.setCurrentWidget(self._list_page)  # an editor in the list behind the trash would be open unseen
        if not self.list.rename_shown():
            self._search.clear()  # it hides the line that is to be edited
            self.list.rename_shown()

    def _show_trash(self, shown: bool) -> None:
        self._pages.setCurrentWidget(self._trash if shown else self._list_page)
        (self._trash if shown else self.list).setFocus()

    def _on_filter_changed(self, text: str) -> None:
        self.list.item_model.set_filter(text.strip())
        self._on_list_changed()

    def _on_list_changed(self) -> None:
        count = len(self._services.conversations.trash())
        self._trash_button.setText(self.tr("Trash ({count})").format(count=count) if count else self.tr("Trash"))
        shown = self.list.item_model.conversation_count()
        self._nothing.setVisible(shown == 0)
        if shown == 0:
            filtered = bool(self._search.text().strip())
            self._nothing.setText(
                self.tr("No title contains this text.") if filtered else self.tr("Your conversations appear here.")
            )

    def _retranslate(self) -> None:
        self._new.setText(self.tr("New conversation"))
        self._new.setAccessibleName(self.tr("New conversation"))
        keys = self._new_action.shortcut().toString(self._new_action.shortcut().SequenceFormat.NativeText)
        self._new.setToolTip(self.tr("Start a new conversation ({keys})").format(keys=keys))
        self._search.setPlaceholderText(self.tr("Filter by title"))
        self._search.setAccessibleName(self.tr("Filter conversations by title"))
        self._on_list_changed()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self._search.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
