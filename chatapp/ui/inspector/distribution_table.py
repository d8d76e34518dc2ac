"""The table of the whole vocabulary, with a bar behind every probability."""

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from chatapp.ui import theme
from chatapp.ui.inspector.distribution_model import (
    FINAL,
    ID,
    PROBABILITY,
    RANK,
    SURPRISAL,
    TOKEN,
    DistributionItemModel,
    alignment,
)

_SIDE = 4  # pixels beside the text
_AIR = 8  # pixels in a row, above and below the text together
_WIDEST = {RANK: "152,064", ID: "152064", PROBABILITY: "9.9e-15 %", SURPRISAL: "99.99", FINAL: "9.9e-5 %"}
_NARROW = 390  # pixels; below it the surprisal, which says the same as the probability, makes room


class _Cells(QStyledItemDelegate):
    """Draws the cells itself: through the style sheet a screenful of them takes longer than a frame."""

    def __init__(self, rows: DistributionItemModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._rows = rows
        self._token_font = theme.monospace()
        theme.notifier.changed.connect(self._renew)

    def _renew(self) -> None:
        self._token_font = theme.monospace()

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        colors, column, area = theme.colors(), index.column(), option.rect
        cell = self._rows.cell(index.row(), column)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(area, colors.selected)
        if cell.share:
            bar = QRectF(area).adjusted(4, 3, -2, -3)
            bar.setWidth(bar.width() * min(1.0, cell.share))
            painter.fillRect(bar, theme.mix(colors.surface, colors.accent, 0.25))
        painter.setPen(colors.accent if cell.special else colors.muted if cell.quiet else colors.text)
        font = QFont(self._token_font if column == TOKEN else option.font)
        font.setBold(cell.taken)
        painter.setFont(font)
        if cell.taken and column == RANK:
            painter.fillRect(area.left(), area.top() + 2, 3, area.height() - 4, colors.accent)
        room = area.adjusted(_SIDE, 0, -_SIDE, 0)
        text = cell.text
        if column == TOKEN:
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, alignment(column), text)


class DistributionTable(QTableView):
    """Enter or a double click chooses a token.

    Signals:
        chosen(int)   a token's id
        taken_back()  Backspace
        row_changed() another row is the current one
    """

    chosen = Signal(int)
    taken_back = Signal()
    row_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("candidateDistribution")
        self.rows = DistributionItemModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_Cells(self.rows, self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.doubleClicked.connect(lambda index: self.chosen.emit(self.rows.token(index.row())))
        self.selectionModel().currentRowChanged.connect(lambda *_: self.row_changed.emit())
        self._fit()

    def current_token(self) -> int | None:
        """The id in the current row."""
        index = self.currentIndex()
        return self.rows.token(index.row()) if index.isValid() else None

    def enter(self) -> None:
        """Take the keyboard, at the first row when there is no current one."""
        self.setFocus()
        if not self.currentIndex().isValid() and self.rows.rowCount():
            self.selectRow(0)

    def _fit(self) -> None:
        metrics, header = self.fontMetrics(), self.horizontalHeader()
        self.verticalHeader().setDefaultSectionSize(metrics.height() + _AIR)
        header.setMinimumSectionSize(24)
        for column, text in _WIDEST.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            title = str(self.rows.headerData(column, Qt.Orientation.Horizontal))
            self.setColumnWidth(column, max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(title)) + 11)
        header.setSectionResizeMode(TOKEN, QHeaderView.ResizeMode.Stretch)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setColumnHidden(SURPRISAL, self.width() < _NARROW)
        super().resizeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        token = self.current_token()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and token is not None:
            self.chosen.emit(token)
            event.accept()
        elif event.matches(QKeySequence.StandardKey.Copy) and token is not None:
            QGuiApplication.clipboard().setText(self.rows.bytes_of(token).decode("utf-8", "replace"))
        elif event.key() == Qt.Key.Key_Backspace:
            self.taken_back.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.rows.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 5)
        if event.type() in (QEvent.Type.LanguageChange, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
