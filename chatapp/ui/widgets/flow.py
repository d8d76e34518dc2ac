"""`FlowLayout`: widgets beside each other, in as many lines as the width makes necessary."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Left to right, each at its own size. The widest one decides how narrow it can be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, rect: QRect, *, move: bool) -> int:
        """The height it takes in *rect*'s width."""
        margins, gap = self.contentsMargins(), max(0, self.spacing())
        inner = rect.marginsRemoved(margins)
        x, y, line = inner.left(), inner.top(), 0
        for item in self._shown():
            size = item.sizeHint()
            if x > inner.left() and x + size.width() > inner.left() + inner.width():
                x, y, line = inner.left(), y + line + gap, 0
            if move:
                item.setGeometry(QRect(x, y, min(size.width(), inner.width()), size.height()))
            x, line = x + size.width() + gap, max(line, size.height())
        return y + line + margins.bottom() - rect.top()
