"""Paints one line of the conversation list, so that thousands of them cost no widgets."""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.ui import theme
from chatapp.ui.sidebar.item_model import Data
from chatapp.ui.widgets.icons import icon

_MARGIN = 8  # between the list's edge and the coloured ground of a line
_INSET = 10  # between that ground and the text
_BUTTON = 22


class ConversationDelegate(QStyledItemDelegate):
    """Title with ellipsis; a dot while a reply is being written; a “…” button under the mouse.

    Signals:
        menu_requested  the “…” of this index was clicked; the point is in the view's coordinates
    """

    menu_requested = Signal(QModelIndex, QPoint)

    def __init__(self, parent: QWidget, *, with_button: bool = True) -> None:
        super().__init__(parent)
        self._with_button = with_button
        self._line_size = self._heading_size = QSize()
        self.measure()

    def measure(self) -> None:
        """Take the sizes from the font in use; asked for once for thousands of lines."""
        height = QFontMetrics(theme.font()).height()
        self._line_size, self._heading_size = QSize(120, height + 14), QSize(120, height + 18)

    def _button(self, line: QRect) -> QRect:
        return QRect(line.right() - _MARGIN - _BUTTON - 3, line.center().y() - _BUTTON // 2, _BUTTON, _BUTTON)

    def _paint_heading(self, painter: QPainter, line: QRect, text: str) -> None:
        painter.setFont(theme.font(0.85, bold=True))
        painter.setPen(theme.colors().muted)
        room = line.adjusted(_MARGIN + _INSET, 0, -_MARGIN, -4)
        painter.drawText(room, Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_line(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        colors = theme.colors()
        state, line = option.state, option.rect
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        ground = QRectF(line.adjusted(_MARGIN, 1, -_MARGIN, -1))
        shown = bool(index.data(Data.SHOWN))
        if shown or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.selected if shown else colors.hover)
            painter.drawRoundedRect(ground, 7, 7)
        if focused:
            painter.setPen(QPen(colors.accent, 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(0.75, 0.75, -0.75, -0.75), 7, 7)
        room = line.adjusted(_MARGIN + _INSET, 0, -_MARGIN - _INSET, 0)
        if hovered and self._with_button:
            room.setRight(self._button(line).left() - 4)
            icon("more", "muted").paint(painter, self._button(line).adjusted(2, 2, -2, -2))
        elif index.data(Data.RUNNING):
            room.setRight(room.right() - 16)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colors.accent)
            painter.drawEllipse(QPoint(line.right() - _MARGIN - _INSET - 3, line.center().y()), 4, 4)
        painter.setFont(theme.font(bold=shown))
        painter.setPen(colors.text)
        text = painter.fontMetrics().elidedText(
            str(index.data(Qt.ItemDataRole.DisplayRole)), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        at = index.model().index(index.row(), 0)
        if at.data(Data.ID) is None:
            line: QRect = option.rect
            self._paint_heading(painter, line, str(at.data(Qt.ItemDataRole.DisplayRole)))
        else:
            self._paint_line(painter, option, at)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self._heading_size if index.data(Data.ID) is None else self._line_size

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        if not editor.property("filled"):  # any later change of the list would undo what was typed
            super().setEditorData(editor, index)
            editor.setProperty("filled", True)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        line: QRect = option.rect
        editor.setGeometry(line.adjusted(_MARGIN, 1, -_MARGIN, -1))

    def editorEvent(self, event, model, option, index) -> bool:  # type: ignore[no-untyped-def]
        line: QRect = option.rect
        if (
            self._with_button
            and isinstance(event, QMouseEvent)
            and event.button() == Qt.MouseButton.LeftButton
            and index.data(Data.ID) is not None
            and self._button(line).contains(event.position().toPoint())
        ):
            if event.type() == QMouseEvent.Type.MouseButtonRelease:
                self.menu_requested.emit(QModelIndex(index), self._button(line).bottomLeft())
            return True
        return super().editorEvent(event, model, option, index)
