"""The list of conversations: open, rename in place, delete to the trash."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QListView, QMenu, QWidget

from chatapp.ui.sidebar.delegate import ConversationDelegate
from chatapp.ui.sidebar.item_model import ConversationItemModel, Data
from chatapp.ui.widgets.icons import icon

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class ConversationList(QListView):
    """Conversations that are not in the trash.

    Signals:
        opened  the user chose a conversation (its id)
    """

    opened = Signal(int)

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._stale = False
        self._refresh_timer = QTimer(self, singleShot=True, interval=0)
        self._refresh_timer.timeout.connect(self._on_list_changed)
        self.setObjectName("conversationList")
        self.item_model = ConversationItemModel(services.conversations.rename, self)
        self.setModel(self.item_model)
        delegate = self._delegate = ConversationDelegate(self)
        delegate.menu_requested.connect(self._show_menu)
        delegate.closeEditor.connect(self._on_editor_closed)
        self.setItemDelegate(delegate)
        self.setUniformItemSizes(False)
        self.setLayoutMode(QListView.LayoutMode.Batched)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.DoubleClicked)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(lambda at: self._show_menu(self.indexAt(at), at))
        self.clicked.connect(self._open)
        services.conversations.list_changed.connect(self._on_list_changed)
        services.chat.conversation_changed.connect(self._on_conversation_changed)
        services.chat.state_changed.connect(self._on_chat_state_changed)
        self._on_list_changed()
        self._retranslate()

    def rename_shown(self) -> bool:
        """Edit the title of the conversation that has the focus here, else of the one the chat shows; False if it is
        not in the list as it is filtered.
        """
        focused = self.currentIndex() if self.hasFocus() else QModelIndex()
        index = focused if focused.isValid() else self.item_model.index_of(self._shown_id())
        if index.isValid():
            self.setFocus()
            self.setCurrentIndex(index)
            self.scrollTo(index)
            self.edit(index)
        return index.isValid()

    def delete(self, index: QModelIndex) -> None:
        """Move a conversation to the trash; its neighbour gets the focus."""
        conversation_id = index.data(Data.ID)
        if conversation_id is None:
            return
        row = index.row()
        self._services.conversations.delete(conversation_id)
        for near in (row, row + 1, row - 1):  # where it was there may be the heading of the next ones
            candidate = self.item_model.index(near)
            if candidate.isValid() and candidate.data(Data.ID) not in (None, conversation_id):
                self.setCurrentIndex(candidate)
                break

    def _shown_id(self) -> int:
        return self._services.chat.conversation.id

    def _open(self, index: QModelIndex) -> None:
        conversation_id = index.data(Data.ID)
        if conversation_id is not None:
            self.opened.emit(conversation_id)

    def _show_menu(self, index: QModelIndex, at: QPoint) -> None:
        if index.data(Data.ID) is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Open"), lambda: self._open(index))
        menu.addAction(icon("edit"), self.tr("Rename"), lambda: self.edit(index))
        menu.addSeparator()
        menu.addAction(icon("trash"), self.tr("Delete"), lambda: self.delete(index))
        menu.popup(self.viewport().mapToGlobal(at))

    def _on_list_changed(self) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            self._stale = True  # new rows would close the editor under the user's fingers
            return
        self._stale = False
        focused = self.currentIndex().data(Data.ID)
        self.item_model.set_summaries(self._services.conversations.summaries())
        self._on_conversation_changed()
        if focused is not None and (index := self.item_model.index_of(focused)).isValid():
            self.setCurrentIndex(index)

    def _on_conversation_changed(self) -> None:
        shown = self._shown_id()
        self.item_model.set_shown(shown)
        if self.hasFocus() and self.currentIndex().isValid():
            return  # the keys act on that line; what is read from the disk comes later than the next key
        index = self.item_model.index_of(shown)
        if index.isValid():
            self.setCurrentIndex(index)
            self.scrollTo(index)
        elif not self.hasFocus():
            self.setCurrentIndex(QModelIndex())

    def _on_chat_state_changed(self) -> None:
        self.item_model.set_running(self._services.chat.running_conversation_id)

    def _on_editor_closed(self, _editor: QWidget, _hint: QAbstractItemDelegate.EndEditHint) -> None:
        if self._stale:
            self._stale = False
            # After Qt has put the editor away: a reset in the middle of that would pull the row from under it.
            self._refresh_timer.start()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Conversations"))
        self.item_model.retranslate()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # the Return that ends the editing arrives here too
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.delete(self.currentIndex())
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        elif key == Qt.Key.Key_Menu:
            self._show_menu(self.currentIndex(), self.visualRect(self.currentIndex()).bottomLeft())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._delegate.measure()
            self.scheduleDelayedItemsLayout()
        super().changeEvent(event)
