"""The list of what was found, for mouse and keyboard."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from chatapp.ui.modelhub.find_delegate import FindDelegate
from chatapp.ui.modelhub.find_item_model import Data, FindItemModel


class FoundList(QListView):
    """Signals:

    opened(str)  a repository was chosen
    left()       the arrow up was pressed in the first line
    """

    opened = Signal(str)
    left = Signal()

    def __init__(self, is_local: Callable[[str], bool], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("foundModels")
        self.item_model = FindItemModel(is_local, self)
        self.setModel(self.item_model)
        self._delegate = FindDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._open)

    def enter(self) -> None:
        """Take the focus, with a line chosen."""
        if not self.currentIndex().isValid():
            self.setCurrentIndex(self.item_model.first())
        if self.currentIndex().isValid():
            self.setFocus(Qt.FocusReason.TabFocusReason)

    def _open(self, index: QModelIndex) -> None:
        repo = index.data(Data.REPO)
        if repo:
            self.opened.emit(repo)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._open(self.currentIndex())
        elif key == Qt.Key.Key_Up and self.currentIndex().row() <= self.item_model.first().row():
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._delegate.measure()
            self.scheduleDelayedItemsLayout()
        super().changeEvent(event)
