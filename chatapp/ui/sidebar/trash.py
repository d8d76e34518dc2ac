"""The trash: deleted conversations, to be brought back or thrown away for good."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QPushButton, QToolButton, QVBoxLayout, QWidget

from chatapp.services.conversations import TRASH_DAYS
from chatapp.ui.dialogs.confirm import confirm
from chatapp.ui.sidebar.delegate import ConversationDelegate
from chatapp.ui.sidebar.item_model import ConversationItemModel, Data
from chatapp.ui.widgets.icons import icon

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class TrashPage(QWidget):
    """Lists the trash in place of the conversations.

    Signals:
        closed  the user wants the conversations back
    """

    closed = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("trashPage")
        self._back = QToolButton(self)
        self._back.setIcon(icon("chevron-left"))
        self._back.clicked.connect(self.closed)
        self._title = QLabel(self)
        self._title.setProperty("role", "heading")
        self._list = QListView(self)
        self._list.setObjectName("trashList")
        self._item_model = ConversationItemModel(lambda _id, _title: None, self)
        self._item_model.set_grouped(False)
        self._list.setModel(self._item_model)
        self._list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self._list.setMouseTracking(True)
        self._delegate = ConversationDelegate(self._list, with_button=False)
        self._list.setItemDelegate(self._delegate)
        self._list.doubleClicked.connect(self._restore)
        self._list.selectionModel().currentChanged.connect(self._on_current_changed)
        self._hint = QLabel(self)
        self._hint.setProperty("role", "small")
        self._hint.setWordWrap(True)
        self._restore_button = QPushButton(icon("restore"), "", self)
        self._restore_button.clicked.connect(lambda: self._restore(self._list.currentIndex()))
        self._empty_button = QPushButton(icon("trash"), "", self)
        self._empty_button.clicked.connect(self._empty)
        head = QHBoxLayout()
        head.addWidget(self._back)
        head.addWidget(self._title, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self._hint)
        layout.addWidget(self._list, 1)
        buttons = QVBoxLayout()
        buttons.setContentsMargins(10, 0, 10, 0)
        buttons.addWidget(self._restore_button)
        buttons.addWidget(self._empty_button)
        layout.addLayout(buttons)
        head.setContentsMargins(8, 0, 8, 0)
        self._hint.setContentsMargins(14, 2, 14, 4)
        services.conversations.list_changed.connect(self._on_list_changed)
        self._retranslate()

    def _restore(self, index: QModelIndex) -> None:
        conversation_id = index.data(Data.ID)
        if conversation_id is not None:
            self._services.conversations.restore(conversation_id)

    def _empty(self) -> None:
        consequence = self.tr("Conversations that are deleted for good: {count}. This cannot be undone.")
        count = self._item_model.conversation_count()
        if confirm(self, self.tr("Empty the trash?"), consequence.format(count=count), self.tr("Delete for good")):
            self._services.conversations.empty_trash()

    def _on_current_changed(self, index: QModelIndex) -> None:
        self._item_model.set_shown(index.data(Data.ID))
        self._restore_button.setEnabled(index.isValid())

    def _on_list_changed(self) -> None:
        self._item_model.set_summaries(self._services.conversations.trash())
        filled = self._item_model.conversation_count() > 0
        self._on_current_changed(self._list.currentIndex())
        self._empty_button.setEnabled(filled)
        retention = self.tr("After {days} days in the trash a conversation is deleted for good.")
        hint = self.tr("Select a conversation to restore it.") if filled else self.tr("The trash is empty.")
        self._hint.setText(f"{hint} {retention.format(days=TRASH_DAYS)}")

    def _retranslate(self) -> None:
        self._title.setText(self.tr("Trash"))
        self._back.setToolTip(self.tr("Back to the conversations"))
        self._back.setAccessibleName(self.tr("Back to the conversations"))
        self._list.setAccessibleName(self.tr("Conversations in the trash"))
        self._restore_button.setText(self.tr("Restore"))
        self._empty_button.setText(self.tr("Empty trash…"))
        self._item_model.retranslate()
        self._on_list_changed()

    def event(self, event: QEvent) -> bool:
        overrides = event.type() == QEvent.Type.ShortcutOverride
        if overrides and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            event.accept()  # ours, before the window's, which stops a reply
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._list.hasFocus():
            self._restore(self._list.currentIndex())
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._delegate.measure()
        super().changeEvent(event)
