"""The table of the sampler stages: a column for each, a row for each candidate, and where it was cut."""

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QFont, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from chatapp.core.sampling import SamplingParams
from chatapp.core.stage_view import StageView
from chatapp.core.token_text import hex_text, token_text
from chatapp.ui import theme
from chatapp.ui.inspector.numbers import rough_percent
from chatapp.ui.inspector.stage_words import stage_sentence, stage_title, stage_values
from chatapp.ui.widgets.text import number_text, plain_tip

_PROB = Qt.ItemDataRole.UserRole  # float; nan where there is nothing to show
_CUT = Qt.ItemDataRole.UserRole + 1  # this very stage cut it
_CHOSEN = Qt.ItemDataRole.UserRole + 2  # this cell is the draw of this token
_TAKEN = Qt.ItemDataRole.UserRole + 3  # this row's token was taken
_SHARE = Qt.ItemDataRole.UserRole + 4  # how long the bar is, 0..1
_ROW_HEIGHT, _COLUMN_PADDING = 7, 14  # pixels beside the text
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class StageItemModel(QAbstractTableModel):
    """Rows: the candidates, then all others together. Columns: the stages."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view: StageView | None = None
        self._params: SamplingParams | None = None
        self._largest = 1.0  # the longest bar stands for this probability

    def show(self, view: StageView | None, params: SamplingParams | None) -> None:
        """Show *view*; *params* are what the stages ran with, where that is known."""
        self.beginResetModel()
        self.view, self._params = view, params
        if view is not None:
            self._largest = max(float(view.probs.max(initial=0)), float(view.rest.max(initial=0)), 1e-9)
        self.endResetModel()

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.view is None else len(self.view.ids) + 1

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() or self.view is None else len(self.view.names)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:  # noqa: PLR0911 - one a role
        view = self.view
        if view is None or not index.isValid():
            return None
        row, column = index.row(), index.column()
        is_rest = row == len(view.ids)
        prob = float(view.rest[column] if is_rest else view.probs[row, column])
        cut = None if is_rest else view.cut_at(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(prob, cut, column)
            case Qt.ItemDataRole.ToolTipRole:
                return plain_tip(self._sentence(row, column, prob, cut))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._sentence(row, column, prob, cut)
            case Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            case _ if role == _PROB:
                return prob
            case _ if role == _CUT:
                return cut == column
            case _ if role == _CHOSEN:
                return row == view.drawn and column == len(view.names) - 1 and not view.given
            case _ if role == _TAKEN:
                return row == view.drawn
            case _ if role == _SHARE:
                return prob / self._largest
            case _:
                return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if self.view is None:
            return None
        if orientation is Qt.Orientation.Horizontal:
            return self._column_head(self.view, section, role)
        return self._row_head(self.view, section, role)

    def _column_head(self, view: StageView, column: int, role: int) -> object:
        name, left = view.names[column], int(view.left[column])
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return f"{stage_title(name)}\n{number_text(left)}"
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.AccessibleTextRole:
                values = stage_values(name, self._params) if self._params else ""
                count = self.tr("{count} candidates are left after it.").format(count=number_text(left))
                return "\n".join(part for part in (values or stage_title(name), stage_sentence(name), count) if part)
            case _:
                return None

    def _row_head(self, view: StageView, row: int, role: int) -> object:
        if row == len(view.ids):
            return self.tr("all others") if role == Qt.ItemDataRole.DisplayRole else None
        cut = view.cut_at(row)
        match role:
            case Qt.ItemDataRole.DisplayRole:
                text = token_text(int(view.ids[row]), view.pieces[row])
                return f"• {text}" if row == view.drawn else text
            case Qt.ItemDataRole.FontRole:
                font = QFont()
                font.setStrikeOut(cut is not None and row != view.drawn)
                font.setBold(row == view.drawn)
                return font
            case Qt.ItemDataRole.ForegroundRole:
                return theme.colors().text if cut is None or row == view.drawn else theme.colors().muted
            case Qt.ItemDataRole.ToolTipRole:
                lines = [
                    self.tr("Token {id}, bytes {bytes}").format(id=view.ids[row], bytes=hex_text(view.pieces[row]))
                ]
                if row == view.drawn:
                    lines.append(self.tr("This token was taken."))
                if cut is not None:
                    lines.append(self.tr("Cut by {stage}").format(stage=stage_title(view.names[cut])))
                return "\n".join(lines)
            case _:
                return None

    def _text(self, prob: float, cut: int | None, column: int) -> str:
        if cut == column:
            return self.tr("cut")
        return rough_percent(prob) if prob > 0 else "–"

    def _sentence(self, row: int, column: int, prob: float, cut: int | None) -> str:
        view = self.view
        if view is None:
            return ""
        stage = stage_title(view.names[column])
        if row == len(view.ids):
            count = number_text(int(view.rest_left[column]))
            return self.tr("{stage}: {count} other tokens with {prob} together").format(
                stage=stage, count=count, prob=rough_percent(prob)
            )
        token = token_text(int(view.ids[row]), view.pieces[row])
        if cut is not None and cut <= column:
            return self.tr("“{token}”: cut by {stage}").format(token=token, stage=stage_title(view.names[cut]))
        return self.tr("“{token}” after {stage}: {prob}").format(token=token, stage=stage, prob=rough_percent(prob))


class _BarDelegate(QStyledItemDelegate):
    """A bar as long as the probability, and the number on it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        colors = theme.colors()
        prob, text = float(index.data(_PROB)), str(index.data())
        chosen = bool(index.data(_CHOSEN))
        area = QRectF(option.rect).adjusted(2, 1, -2, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if index.data(_TAKEN):
            painter.fillRect(option.rect, theme.mix(colors.surface, colors.selected, 0.55))
        share = float(index.data(_SHARE))
        if prob > 0:
            bar = QRectF(area)
            bar.setWidth(max(2.0, area.width() * min(1.0, share)))
            painter.setBrush(colors.accent if chosen else theme.mix(colors.surface, colors.accent, 0.3))
            painter.drawRoundedRect(bar, 3, 3)
        if chosen:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colors.accent, 1.5))
            painter.drawRoundedRect(area, 3, 3)
        faint = prob <= 0
        ink = colors.muted if faint else colors.text
        if chosen:
            ink = colors.text if share < 0.5 else colors.on_accent
        painter.setPen(theme.mix(colors.muted, colors.surface, 0.45) if faint and not index.data(_CUT) else ink)
        painter.setFont(option.font)
        where = area.adjusted(4, 0, -4, 0)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if chosen and share >= 0.5:  # the bar ends under the number
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(where, flags, text)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colors.text, 1))
            painter.drawRoundedRect(area, 3, 3)
        painter.restore()


class StageColumns(QTableView):
    """Arrow keys walk the cells; what a cell means is its tooltip and what screen readers say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samplerStages")
        self._corner = QLabel(self)
        self._corner.setProperty("role", "small")
        self._corner.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
        self._corner.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.stages = StageItemModel(self)
        self.setModel(self.stages)
        self.setItemDelegate(_BarDelegate(self))
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)  # Tab leaves the table
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.verticalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._retranslate()
        self._fit()

    def show_view(self, view: StageView | None, params: SamplingParams | None) -> None:
        """Show the stages of another token."""
        self.stages.show(view, params)
        self._fit()
        if view is not None:
            self.setCurrentIndex(self.stages.index(view.drawn, 0))

    def _fit(self) -> None:
        metrics = self.fontMetrics()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + _ROW_HEIGHT)
        self.verticalHeader().setFixedWidth(metrics.horizontalAdvance("0") * 14)
        widest = metrics.horizontalAdvance(QLocale().toString(100.0, "f", 1) + " %")
        for column in range(self.stages.columnCount()):
            title = str(self.stages.headerData(column, Qt.Orientation.Horizontal))
            needed = max([widest, *(metrics.horizontalAdvance(line) for line in title.split("\n"))])
            self.setColumnWidth(column, needed + _COLUMN_PADDING)

    def updateGeometries(self) -> None:
        super().updateGeometries()
        self._corner.setGeometry(
            self.frameWidth(),
            self.frameWidth(),
            self.verticalHeader().width() - 4,
            self.horizontalHeader().height() - 3,
        )

    def sizeHint(self) -> QSize:
        return QSize(420, 400)

    def _retranslate(self) -> None:
        for widget in (self, self.horizontalHeader(), self.verticalHeader()):
            widget.setAccessibleName(self.tr("Sampler stages"))
        self._corner.setText(self.tr("left:"))
        self.stages.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, self.stages.columnCount() - 1))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        super().changeEvent(event)
