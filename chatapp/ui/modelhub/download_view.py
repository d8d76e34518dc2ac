"""The list of downloads: buttons in its rows, keys, a menu, and rows that are dragged to another place."""

from functools import partial

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QMenu, QToolTip, QWidget

from chatapp.services.downloads import Item
from chatapp.ui import theme
from chatapp.ui.modelhub import download_words as words
from chatapp.ui.modelhub.download_delegate import DownloadDelegate
from chatapp.ui.modelhub.download_item_model import Data, DownloadItemModel
from chatapp.ui.modelhub.download_words import Act

_BY_KEY = {
    Qt.Key.Key_Space: (Act.PAUSE, Act.RESUME, Act.RETRY),
    Qt.Key.Key_Return: (Act.CHAT, Act.RETRY, Act.RESUME),
    Qt.Key.Key_Enter: (Act.CHAT, Act.RETRY, Act.RESUME),
    Qt.Key.Key_Delete: (Act.CANCEL, Act.REMOVE),
}


class DownloadView(QListView):
    """Signals:

    acted(id, Act)     the user wants this done with the entry
    moved(id, place)   the user wants it at another place, counted from 0
    """

    acted = Signal(int, object)
    moved = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("downloadQueue")
        self.item_model = DownloadItemModel(self.moved.emit, self)
        self.setModel(self.item_model)
        self._delegate = DownloadDelegate(self)
        self.setItemDelegate(self._delegate)
        self._pressed: tuple[int, Act] | None = None
        self.setResizeMode(QListView.ResizeMode.Adjust)  # what is wrong with an entry takes more lines in less width
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setMouseTracking(True)
        theme.notifier.changed.connect(self.doItemsLayout)

    def show_progress(self, item: Item) -> None:
        """Bytes came."""
        self.update(self.item_model.take_progress(item))

    def _item(self, index: QModelIndex) -> Item | None:
        item = index.data(Data.ITEM)
        return item if isinstance(item, Item) else None

    def _button_at(self, point: QPoint) -> tuple[int, Act] | None:
        index = self.indexAt(point)
        item = self._item(index)
        act = self._delegate.act_at(index, self.visualRect(index), point) if item is not None else None
        return (item.id, act) if item is not None and act is not None else None

    def _hover(self, button: tuple[int, Act] | None) -> None:
        if button != self._delegate.hovered:
            self._delegate.hovered = button
            self.viewport().update()

    # -- the mouse -----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self._button_at(event.position().toPoint())
        if self._pressed is None or event.button() != Qt.MouseButton.LeftButton:
            self._pressed = None
            super().mousePressEvent(event)
        else:
            self.setCurrentIndex(self.item_model.index(self.item_model.row_of(self._pressed[0])))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._button_at(event.position().toPoint()))
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif pressed == self._button_at(event.position().toPoint()):
            self.acted.emit(*pressed)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)  # two quick clicks on a button are two clicks

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            button = self._button_at(event.pos())
            if button is not None:
                QToolTip.showText(event.globalPos(), words.label(button[1]), self)
                return True
        return super().viewportEvent(event)

    # -- keys and the menu ---------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self._item(self.currentIndex())
        if item is None:
            super().keyPressEvent(event)
            return
        row, key = self.currentIndex().row(), event.key()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._move(item, row + (1 if key == Qt.Key.Key_Down else -1))
            return
        wanted = next((act for act in _BY_KEY.get(Qt.Key(key), ()) if act in words.acts(item)), None)
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.acted.emit(item.id, wanted)

    def _move(self, item: Item, place: int) -> None:
        if 0 <= place < self.item_model.rowCount():
            self.moved.emit(item.id, place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        index = self.indexAt(event.pos()) if by_mouse else self.currentIndex()
        item = self._item(index)
        if item is None:
            return
        self.setCurrentIndex(index)
        menu = self.menu_for(item)
        at = event.globalPos() if by_mouse else self.viewport().mapToGlobal(self.visualRect(index).center())
        menu.popup(at)

    def menu_for(self, item: Item) -> QMenu:
        """All that can be done with *item*."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for act in words.acts(item):
            menu.addAction(words.label(act), partial(self.acted.emit, item.id, act))
        menu.addSeparator()
        row, last = self.item_model.row_of(item.id), self.item_model.rowCount() - 1
        for text, place in (
            (self.tr("Move to the top"), 0),
            (self.tr("Move up"), row - 1),
            (self.tr("Move down"), row + 1),
        ):
            action = menu.addAction(text, partial(self._move, item, place))
            action.setEnabled(0 <= place <= last and place != row)
        return menu
