"""The candidates before and after the samplers, a pair of bars each; what only lies somewhere is shown to."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractTableModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from chatapp.core.kept import Span
from chatapp.core.reshape_kept import Shaped
from chatapp.core.token_text import hex_text, token_text
from chatapp.ui import theme
from chatapp.ui.inspector.numbers import rough_percent
from chatapp.ui.inspector.stage_words import stage_title
from chatapp.ui.inspector.words import percent_span
from chatapp.ui.widgets.text import plain_tip

_BEFORE = Qt.ItemDataRole.UserRole  # 0..1
_AFTER = Qt.ItemDataRole.UserRole + 1  # Span or None
_SCALE = Qt.ItemDataRole.UserRole + 2  # the probability that the longest bar stands for
_TAKEN = Qt.ItemDataRole.UserRole + 3
_CUT = Qt.ItemDataRole.UserRole + 4
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_ROW_AIR = 7  # pixels


@dataclass(frozen=True, slots=True)
class Bars:
    """R candidates before and after; *shaped* is None where it cannot be computed. *pieces* are their bytes."""

    ids: NDArray[np.int32]
    pieces: tuple[bytes, ...]
    raw: NDArray[np.float32]
    taken: int
    shaped: Shaped | None


class BarsItemModel(QAbstractTableModel):
    """Columns: the bars, before, after. The last row are all other tokens."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars: Bars | None = None
        self._scale = 1.0

    def show(self, bars: Bars | None) -> None:
        """Show other bars; rows stay where they are while only the settings change."""
        same = bars is not None and self.bars is not None and len(bars.ids) == len(self.bars.ids)
        if not same:
            self.beginResetModel()
        self.bars = bars
        if bars is not None:
            after = float(bars.shaped.high.max(initial=0)) if bars.shaped else 0.0
            self._scale = max(float(bars.raw.max(initial=0)), after, self._rest_before(bars), 1e-9)
        if same:
            last = self.index(self.rowCount() - 1, self.columnCount() - 1)
            self.dataChanged.emit(self.index(0, 0), last)
            self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, self.rowCount() - 1)
        else:
            self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.bars is None else len(self.bars.ids) + 1

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else 3

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: PLR0911 - one a role
        bars = self.bars
        if bars is None or not index.isValid():
            return None
        row = index.row()
        before, after, cut = self._row(bars, row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return ("", rough_percent(before), self._after_text(after, cut))[index.column()]
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._sentence(bars, row, before, after, cut))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._sentence(bars, row, before, after, cut)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == _BEFORE:
                return before
            case _ if role == _AFTER:
                return after
            case _ if role == _SCALE:
                return self._scale
            case _ if role == _TAKEN:
                return row == bars.taken
            case _ if role == _CUT:
                return cut is not None
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Vertical:
            return None if self.bars is None else self._row_head(self.bars, section, role)
        if role == Qt.ItemDataRole.DisplayRole:
            return ("", self.tr("Model"), self.tr("These settings"))[section]
        return None

    def _row_head(self, bars: Bars, row: int, role: int) -> object:
        is_rest = row == len(bars.ids)
        cut = self._row(bars, row)[2] is not None and row != bars.taken
        match role:
            case Qt.ItemDataRole.DisplayRole if is_rest:
                return self.tr("all others")
            case Qt.ItemDataRole.DisplayRole:
                text = token_text(int(bars.ids[row]), bars.pieces[row])
                return f"• {text}" if row == bars.taken else text
            case Qt.ItemDataRole.FontRole:
                font = QFont()
                font.setStrikeOut(cut)
                font.setBold(row == bars.taken)
                return font
            case Qt.ItemDataRole.ForegroundRole:
                return theme.colors().muted if cut else theme.colors().text
            case Qt.ItemDataRole.ToolTipRole if not is_rest:
                token, data = int(bars.ids[row]), hex_text(bars.pieces[row])
                return self.tr("Token {id}, bytes {bytes}").format(id=token, bytes=data)
            case _:
                return None

    @staticmethod
    def _rest_before(bars: Bars) -> float:
        return max(0.0, 1.0 - float(bars.raw.sum(dtype=np.float64)))

    def _row(self, bars: Bars, row: int) -> tuple[float, Span | None, str | None]:
        """Before, after, and what cut it."""
        shaped = bars.shaped
        if row == len(bars.ids):
            return self._rest_before(bars), shaped.rest if shaped else None, None
        if shaped is None:
            return float(bars.raw[row]), None, None
        return float(bars.raw[row]), Span(float(shaped.low[row]), float(shaped.high[row])), shaped.cut_by[row]

    def _after_text(self, after: Span | None, cut: str | None) -> str:
        if cut:
            return self.tr("cut: {stage}").format(stage=stage_title(cut))
        if cut is not None:
            return self.tr("cut")
        return "?" if after is None else percent_span(after)

    def _sentence(self, bars: Bars, row: int, before: float, after: Span | None, cut: str | None) -> str:
        is_rest = row == len(bars.ids)
        token = self.tr("all others") if is_rest else f"“{token_text(int(bars.ids[row]), bars.pieces[row])}”"
        if cut is not None:
            return self.tr("{token}: {before} of the model, cut by these settings").format(
                token=token, before=rough_percent(before)
            )
        now = "?" if after is None else percent_span(after)
        said = self.tr("{token}: {before} of the model, {after} with these settings").format(
            token=token, before=rough_percent(before), after=now
        )
        if after is not None and after.high - after.low > 1e-4:
            said += "\n" + self.tr("Its exact value depends on tokens that were not kept.")
        return said


class _PairDelegate(QStyledItemDelegate):
    """Above, pale: the model's. Below: with the settings, up to where it is sure, and paler up to where it may be."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colors = theme.colors()
        painter.save()
        if index.data(_TAKEN):
            painter.fillRect(option.rect, theme.mix(colors.surface, colors.selected, 0.55))
        if index.column() == 0:
            self._paint_bars(painter, QRectF(option.rect).adjusted(2, 2, -4, -2), index)
        else:
            faint = index.column() == 1 or index.data(_CUT)
            painter.setPen(colors.muted if faint else colors.text)
            painter.setFont(option.font)
            flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRectF(option.rect).adjusted(0, 0, -6, 0), flags, str(index.data()))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(colors.text, 1))
            painter.drawRect(QRectF(option.rect).adjusted(1, 1, -2, -2))
        painter.restore()

    @staticmethod
    def _paint_bars(painter: QPainter, area: QRectF, index: _Index) -> None:
        colors = theme.colors()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        scale, before, after = index.data(_SCALE), float(index.data(_BEFORE)), index.data(_AFTER)
        half = area.height() / 2

        def bar(share: float, top: float, height: float) -> None:
            if share > 0:
                width = max(1.5, area.width() * min(1.0, share / scale))
                painter.drawRoundedRect(QRectF(area.left(), top, width, height), 2, 2)

        painter.setBrush(theme.mix(colors.surface, colors.muted, 0.45))
        bar(before, area.top() + 1, half - 3)
        if isinstance(after, Span):
            painter.setBrush(theme.mix(colors.surface, colors.accent, 0.35))
            bar(after.high, area.top() + half - 1, half)
            painter.setBrush(colors.accent)
            bar(after.low, area.top() + half - 1, half)


class ShapeBars(QTableView):
    """Before and after, row by row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("shapeBars")
        self.rows = BarsItemModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_PairDelegate(self))
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head = self.horizontalHeader()
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
        self._retranslate()
        self._fit()

    def show_bars(self, bars: Bars | None) -> None:
        """Show other bars."""
        self.rows.show(bars)

    def sizeHint(self) -> QSize:
        return QSize(420, 300)

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + _ROW_AIR)
        self.verticalHeader().setFixedWidth(metrics.horizontalAdvance("0") * 13)
        self.setColumnWidth(1, metrics.horizontalAdvance("100.0 %") + 14)
        widest = max(
            metrics.horizontalAdvance(text)
            for text in ("99.9–99.9 %", self.tr("cut: {stage}").format(stage=stage_title("typical_p")))
        )
        self.setColumnWidth(2, widest + 16)

    def _retranslate(self) -> None:
        for widget in (self, self.horizontalHeader(), self.verticalHeader()):
            widget.setAccessibleName(self.tr("Probabilities before and after the samplers"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self.rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 2)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        super().changeEvent(event)
