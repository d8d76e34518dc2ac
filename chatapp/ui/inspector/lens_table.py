"""`LensTable`: one row for every layer, with what it says of the token that was written and its likeliest ones."""

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from chatapp.core.token_text import token_text
from chatapp.services.lens import LayerView
from chatapp.ui import theme
from chatapp.ui.inspector.numbers import bits, count, percent
from chatapp.ui.widgets.text import plain_tip

Index = QModelIndex | QPersistentModelIndex

LAYER, CHANCE, RANK, ENTROPY, FIRST = range(5)
SHARE = int(Qt.ItemDataRole.UserRole)
_SHOWN = 3  # likeliest tokens that have a column
_STRENGTH = 0.55  # of the accent's colour behind what is certain
_ROW_AIR = 6  # pixels
_LEAST = 1e-5  # probability; early layers know nothing of the token, and by how much is nothing to read


class LensItemModel(QAbstractTableModel):
    """Rows are layers, the first one first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.layers: list[LayerView] = []

    def show(self, layers: list[LayerView]) -> None:
        """Others than before."""
        self.beginResetModel()
        self.layers = layers
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else len(self.layers)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        return 0 if parent.isValid() else FIRST + _SHOWN

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        view, column = self.layers[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(view, column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(self._tip(view, column))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if column >= FIRST else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == SHARE:
            return view.probability if column == CHANCE else self._top(view, column)[2]
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(
                (Qt.AlignmentFlag.AlignLeft if section >= FIRST else Qt.AlignmentFlag.AlignRight)
                | Qt.AlignmentFlag.AlignVCenter
            )
        if role == Qt.ItemDataRole.DisplayRole:
            heads = {
                LAYER: self.tr("Layer"), CHANCE: self.tr("This token"), RANK: self.tr("Rank"),
                ENTROPY: self.tr("Entropy"), FIRST: self.tr("Likeliest"),
            }  # fmt: skip
            return heads.get(section, "")
        return None

    def _text(self, view: LayerView, column: int) -> str:
        if column == LAYER:
            return count(view.index + 1)
        if column == CHANCE:
            return percent(view.probability) if view.probability >= _LEAST else f"<{percent(_LEAST)}"
        if column == RANK:
            return count(view.rank + 1)
        if column == ENTROPY:
            return bits(view.entropy_bits)
        piece, token, _share = self._top(view, column)
        return token_text(token, piece) if token >= 0 else ""

    def _tip(self, view: LayerView, column: int) -> str:
        if column >= FIRST:
            lines = [f"{token_text(token, piece)}  {percent(share)}" for piece, token, share in view.top]
            return "\n".join(lines)
        if column == ENTROPY:
            return self.tr("How open the choice would be after this layer, in bits")
        if column == CHANCE:
            return self.tr("How likely the token that was written would be after this layer")
        return ""

    def _top(self, view: LayerView, column: int) -> tuple[bytes, int, float]:
        at = column - FIRST
        return view.top[at] if 0 <= at < len(view.top) else (b"", -1, 0.0)


class LensTable(QTableView):
    """Read only; arrows walk it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lensTable")
        self.rows = LensItemModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_ShareDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(20)
        theme.notifier.changed.connect(self._renew)
        self._retranslate()
        self._renew()

    def show_layers(self, layers: list[LayerView]) -> None:
        """Other layers, or none."""
        if layers != self.rows.layers:
            self.rows.show(layers)

    def _renew(self) -> None:
        """Columns as wide as what is in them, whatever the font; the tokens share the rest."""
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        digit = metrics.horizontalAdvance("0")
        for column, least in ((LAYER, 4), (CHANCE, 9), (RANK, 10), (ENTROPY, 6)):
            heading = metrics.horizontalAdvance(self.rows.headerData(column, Qt.Orientation.Horizontal)) + 18
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, max(least * digit, heading))
        for column in range(FIRST, FIRST + _SHOWN):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(metrics.height() + _ROW_AIR)
        self.viewport().update()

    def _retranslate(self) -> None:
        for widget in (self, self.horizontalHeader(), self.verticalHeader()):
            widget.setAccessibleName(self.tr("What each layer would say"))
        self.rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, FIRST + _SHOWN - 1)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._renew()
        super().changeEvent(event)


class _ShareDelegate(QStyledItemDelegate):
    """The stronger the ground, the likelier the token; of the written one a bar."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colors, rect, share = theme.colors(), QRectF(option.rect), index.data(SHARE)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, colors.selected)
        if index.column() == CHANCE:
            bar = rect.adjusted(4, 3, -4, -3)
            bar.setWidth(bar.width() * min(1.0, share))
            painter.fillRect(bar, theme.mix(colors.surface, colors.accent, 0.38))
        elif index.column() >= FIRST and index.data():
            painter.fillRect(rect.adjusted(2, 2, -2, -2), theme.mix(colors.surface, colors.accent, _STRENGTH * share))
        painter.save()
        painter.setPen(colors.muted if index.column() in (LAYER, ENTROPY) else colors.text)
        inner = rect.adjusted(7, 0, -7, 0)
        text = option.fontMetrics.elidedText(index.data() or "", Qt.TextElideMode.ElideRight, int(inner.width()))
        painter.drawText(inner, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), text)
        painter.restore()
