"""One selection over the several texts that a message is made of."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QWidget

from chatapp.ui.chat.pieces import TextView


class Selection(QObject):
    """Coordinates the texts that *views* gives, in reading order; *body* is the widget they lie in."""

    dragged = Signal(QPoint)  # global position of the mouse, with the button down

    def __init__(self, body: QWidget, views: Callable[[], list[TextView]]) -> None:
        super().__init__(body)
        self._body = body
        self._views = views

    def add(self, view: TextView) -> None:
        """Take *view* in."""
        view.pressed.connect(lambda: self._on_pressed(view))
        view.dragged.connect(lambda where: self.drag(view, where))
        view.copy_requested.connect(self.copy)
        view.select_all_requested.connect(self.select_all)

    def text(self) -> str:
        """What is selected, over all texts."""
        return "\n\n".join(text for view in self._views() if (text := view.selected_text()))

    def copy(self) -> None:
        """Put the selected text on the clipboard."""
        if text := self.text():
            QGuiApplication.clipboard().setText(text)

    def select_all(self) -> None:
        """Select everything."""
        for view in self._views():
            view.select(None, None)

    def clear(self) -> None:
        """Select nothing."""
        for view in self._views():
            view.clear_selection()

    def drag(self, origin: TextView, where: QPoint) -> None:
        """The mouse is dragged from *origin* to the global point *where*: select all between."""
        self.dragged.emit(where)
        views = self._views()
        first = views.index(origin)
        y = self._body.mapFromGlobal(where).y()
        last = first
        for index, view in enumerate(views):
            top = view.mapTo(self._body, QPoint(0, 0)).y()
            if (index < first and y < top + view.height() and index < last) or (index > first and y >= top):
                last = index
        for index, view in enumerate(views):
            if not min(first, last) <= index <= max(first, last):
                view.clear_selection()
            elif first != last:
                self._select_part(view, index, first, last, where)

    def _select_part(self, view: TextView, index: int, first: int, last: int, where: QPoint) -> None:
        down = first < last
        if index == first:
            view.select(view.textCursor().anchor(), None if down else 0)
        elif index == last:
            end = QTextCursor(view.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            view.select(0 if down else end.position(), view.position_at(where))
        else:
            view.select(None, None)

    def _on_pressed(self, pressed: TextView) -> None:
        for view in self._views():
            if view is not pressed:
                view.clear_selection()
