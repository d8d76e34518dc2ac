"""Paints one entry of the download queue, so that many of them cost no widgets, and knows where its buttons are."""

from math import ceil

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QIcon, QPainter, QPen, QTextLayout, QTextOption
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from chatapp.services.downloads import Item, State
from chatapp.ui import theme
from chatapp.ui.modelhub import download_words as words
from chatapp.ui.modelhub.download_item_model import Data, DownloadItemModel
from chatapp.ui.modelhub.download_words import Act
from chatapp.ui.widgets.icons import icon

_MARGIN, _PADDING, _GAP = 8, 12, 5  # pixels: around a row's ground, inside it, between its lines
_ICON, _BAR = 20, 4
_STATES = {
    State.QUEUED: ("download", "muted"),
    State.RUNNING: ("download", "accent"),
    State.PAUSED: ("pause", "muted"),
    State.FAILED: ("warning", "error"),
    State.DONE: ("check", "accent"),
}

Index = QModelIndex | QPersistentModelIndex


class DownloadDelegate(QStyledItemDelegate):
    """Name, origin, bar and numbers; buttons at the right. *hovered*: entry and act of the one under the mouse."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self.hovered: tuple[int, Act] | None = None
        self._icons: dict[tuple[str, str], QIcon] = {}  # each asks the disk when it is made

    # -- where things are ----------------------------------------------------------------------------------------------

    def buttons(self, item: Item, row: QRect) -> list[tuple[Act, QRect]]:
        """The buttons of an entry in the rectangle *row*, from left to right."""
        metrics = QFontMetrics(_small())
        height = metrics.height() + 10
        found = []
        right, top = row.right() - _MARGIN - _PADDING, row.top() + _PADDING
        for act in reversed(words.acts(item)):
            width = height if act in words.ICONS else metrics.horizontalAdvance(words.label(act)) + 20
            found.append((act, QRect(right - width, top, width, height)))
            right -= width + 4
        return found[::-1]

    def act_at(self, index: Index, row: QRect, point: QPoint) -> Act | None:
        """What the button at *point* does."""
        item = index.data(Data.ITEM)
        if not isinstance(item, Item):
            return None
        return next((act for act, at in self.buttons(item, row) if at.contains(point)), None)

    def _text_left(self, row: QRect) -> int:
        return row.left() + _MARGIN + _PADDING + _ICON + 12

    def _failure_height(self, item: Item, width: int) -> int:
        return ceil(_wrapped(words.failure(item), width).boundingRect().height())

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        item, view = index.data(Data.ITEM), option.widget
        width = view.viewport().width() if hasattr(view, "viewport") else option.rect.width()
        small = QFontMetrics(_small()).height()
        height = 2 * _PADDING + 4 + QFontMetrics(theme.font()).height() + small
        if item.state is State.FAILED:
            room = QRect(0, 0, width, 0)
            height += _GAP + self._failure_height(item, room.right() - self._text_left(room) - _MARGIN - _PADDING)
        elif item.state is not State.DONE:
            height += 2 * _GAP + _BAR + small
        return QSize(200, height)

    # -- painting ------------------------------------------------------------------------------------------------------

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item, model = index.data(Data.ITEM), index.model()
        offline = isinstance(model, DownloadItemModel) and model.offline
        row: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, row, option.state)
        name, role = _STATES.get(item.state, _STATES[State.QUEUED])
        self._icon(name, role).paint(
            painter, QRect(row.left() + _MARGIN + _PADDING, row.top() + _PADDING + 2, _ICON, _ICON)
        )
        buttons = self.buttons(item, row)
        self._paint_texts(painter, row, item, buttons[0][1].left() - 12 if buttons else row.right(), offline=offline)
        for act, at in buttons:
            self._paint_button(painter, at, act, hovered=self.hovered == (item.id, act))
        painter.restore()

    def _icon(self, name: str, role: str) -> QIcon:
        if (name, role) not in self._icons:
            self._icons[name, role] = icon(name, role)
        return self._icons[name, role]

    def _paint_ground(self, painter: QPainter, row: QRect, state: QStyle.StateFlag) -> None:
        colors = theme.colors()
        ground = QRectF(row.adjusted(_MARGIN, 2, -_MARGIN, -2)).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(colors.border, 1))
        painter.setBrush(colors.surface)
        if state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.mix(colors.surface, colors.selected, 0.5))
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colors.accent, 1.5))
        painter.drawRoundedRect(ground, 8, 8)

    def _paint_texts(self, painter: QPainter, row: QRect, item: Item, right: int, *, offline: bool) -> None:
        colors, left = theme.colors(), self._text_left(row)
        end = row.right() - _MARGIN - _PADDING
        y = row.top() + _PADDING + 2
        y = _draw_line(painter, theme.font(bold=True), colors.text, QRect(left, y, right - left, 0), item.title)
        origin = words.origin(item)
        if item.state is State.DONE:
            origin = f"{origin} · {words.size(item.progress.total)}"
        y = _draw_line(painter, _small(), colors.muted, QRect(left, y, right - left, 0), origin) + _GAP
        if item.state is State.DONE:
            return
        if item.state is State.FAILED:
            painter.setPen(colors.error)
            _wrapped(words.failure(item), end - left).draw(painter, QPointF(left, y))
            return
        track = QRectF(left, y, end - left, _BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.border)
        painter.drawRoundedRect(track, 2, 2)
        progress = item.progress
        track.setWidth(track.width() * progress.done / progress.total if progress.total else 0)
        painter.setBrush(colors.accent if item.state is State.RUNNING else colors.muted)
        painter.drawRoundedRect(track, 2, 2)
        y += _BAR + _GAP
        percent = f"{words.percentage(progress)} %"
        width = painter.fontMetrics().horizontalAdvance(percent)
        _draw_line(painter, _small(), colors.muted, QRect(end - width, y, width + 1, 0), percent)
        line = words.line(item, offline=offline)
        _draw_line(painter, _small(), colors.muted, QRect(left, y, end - width - 12 - left, 0), line)

    def _paint_button(self, painter: QPainter, at: QRect, act: Act, *, hovered: bool) -> None:
        colors = theme.colors()
        if act in words.ICONS:
            if hovered:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(colors.hover)
                painter.drawRoundedRect(at, 6, 6)
            self._icon(words.ICONS[act], "text" if hovered else "muted").paint(painter, at.adjusted(5, 5, -5, -5))
            return
        painter.setPen(QPen(theme.mix(colors.border, colors.muted, 0.3), 1))
        painter.setBrush(colors.hover if hovered else colors.surface)
        painter.drawRoundedRect(QRectF(at).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(colors.text)
        painter.setFont(_small())
        painter.drawText(at, Qt.AlignmentFlag.AlignCenter, words.label(act))


def _small() -> QFont:
    return theme.font(0.9)


def _wrapped(text: str, width: int) -> QTextLayout:
    """*text* in as many lines as it takes; a file name that is longer than a line is broken anywhere."""
    layout = QTextLayout(text, _small())
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    y = 0.0
    while (line := layout.createLine()).isValid():
        line.setLineWidth(max(1, width))
        line.setPosition(QPointF(0, y))
        y += line.height()
    layout.endLayout()
    return layout


def _draw_line(painter: QPainter, font: QFont, color: QColor, room: QRect, text: str) -> int:
    """One line, cut in the middle where it must be; where the next one begins."""
    painter.setFont(font)
    painter.setPen(color)
    metrics = painter.fontMetrics()
    room.setHeight(metrics.height())
    shown = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, max(0, room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    return room.bottom() + 1
