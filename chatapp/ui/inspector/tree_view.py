"""The list that the tree is drawn in: what clicks, keys and the wheel do."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from chatapp.core.tree_rows import START
from chatapp.ui.inspector.tree_item_model import TreeItemModel


class TreeView(QListView):
    """Signals:

    jumped(int)      the message to show in the chat
    zoomed(int)      by how many steps
    """

    jumped = Signal(int)
    zoomed = Signal(int)

    def __init__(self, model: TreeItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("conversationTree")
        self.tree = model
        self.setModel(model)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        row = self.indexAt(event.position().toPoint()).row()
        plain = event.button() == Qt.MouseButton.LeftButton and not event.modifiers()
        if plain and row >= 0 and row == self.currentIndex().row():
            self._jump(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if row < 0 or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._jump(row)
            case Qt.Key.Key_Left:
                self._go(self.tree.rows.parents[row])
            case Qt.Key.Key_Right:
                self._go(self._child(row))
            case _:
                super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoomed.emit(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            super().wheelEvent(event)

    def _child(self, row: int) -> int:
        """Down the path that is shown, else to the first of the versions below."""
        below = self.tree.path.get(row, row + 1)
        return below if below < len(self.tree.rows) and self.tree.rows.parents[below] == row else START

    def _go(self, row: int) -> None:
        if row != START:
            self.setCurrentIndex(self.tree.index(row))

    def _jump(self, row: int) -> None:
        self.jumped.emit(self.tree.rows.ids[row])
