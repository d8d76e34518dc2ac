"""`CandidateTable`: what could have come instead of one token, with its probabilities as bars."""

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from chatapp.core.candidates import Candidate, Candidates
from chatapp.core.stages import STAGES
from chatapp.ui import theme
from chatapp.ui.inspector.candidate_model import SHARE, CandidateItemModel, Column, Index

_ROW_AIR = 6  # pixels
_ROWS = 4  # that are always seen
_TOKEN = 7  # characters of a token there is always room for
_ID = 6  # digits; the largest vocabularies have some 260,000 tokens
_PAD = 7  # pixels at each side of a cell's text


class CandidateTable(QTableView):
    """Signals:

    branch_requested(int)  the reply is to be written anew from here with this token id
    """

    branch_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("candidateTable")
        self.can_branch = False
        self._widths: dict[Column, int] = {}
        self._more: dict[Column, int] = {}  # where there is room
        self._instead = ""
        self.rows = CandidateItemModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_BarDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        self.doubleClicked.connect(lambda index: self._branch(index.row()))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(20)
        theme.notifier.changed.connect(self._renew)
        self._renew()
        self._retranslate()

    def show_candidates(self, candidates: Candidates | None, instead: str = "") -> None:
        """Show the candidates of another token; None empties the table, and *instead* says why."""
        self._instead = instead
        self.rows.show(candidates)
        self._fit()
        self.horizontalHeader().setVisible(candidates is not None)

    def current(self) -> Candidate | None:
        """The candidate of the row that is selected."""
        chosen = self.selectionModel().selectedRows()
        return self.rows.candidate(chosen[0].row()) if chosen else None

    def _branch(self, row: int) -> None:
        found = self.rows.candidate(row)
        if self.can_branch and found is not None and not found.chosen:
            self.branch_requested.emit(found.token)

    def _on_menu(self, at: QPoint) -> None:
        row = self.indexAt(at).row()
        found = self.rows.candidate(row)
        if found is None:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.can_branch:
            branch = menu.addAction(self.tr("Branch from here"), lambda: self._branch(row))
            branch.setEnabled(not found.chosen)
        menu.addAction(self.tr("Copy row"), lambda: self._copy(row))
        menu.popup(self.viewport().mapToGlobal(at))

    def _copy(self, row: int) -> None:
        shown = [c for c in Column if not self.isColumnHidden(c)]
        cells = [str(self.rows.data(self.rows.index(row, column)) or "") for column in shown]
        QGuiApplication.clipboard().setText("\t".join(cells))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._branch(row)
        elif event.matches(QKeySequence.StandardKey.Copy) and row >= 0:
            self._copy(row)
        else:
            super().keyPressEvent(event)

    def _fit(self) -> None:
        """Leave out what there is no room for: the token has to be read, its bytes and id also stand in its tooltip."""
        candidates = self.rows.candidates
        header = self.horizontalHeader()
        room = self.viewport().width() - self.fontMetrics().averageCharWidth() * _TOKEN
        for column in (Column.RANK, Column.RAW, Column.FINAL, Column.ID, Column.BYTES):
            hidden = column is Column.FINAL and (candidates is None or candidates.others_final is None)
            if not hidden:
                room -= self._widths[column]
            self.setColumnHidden(column, hidden or (room < 0 and column in (Column.ID, Column.BYTES)))
        for column, more in self._more.items():
            width = max(0, min(room, more))
            header.resizeSection(column, self._widths[column] + width)
            room -= 0 if self.isColumnHidden(column) else width
        header.resizeSections()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.rows.rowCount() == 0:
            painter = QPainter(self.viewport())
            painter.setPen(theme.colors().muted)
            room = self.viewport().rect().adjusted(24, 8, -24, -8)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self._instead)
            painter.end()

    def _renew(self) -> None:
        """Columns as wide as what is in them, whatever the font; the token's text takes the rest."""
        metrics = self.fontMetrics()
        header = self.horizontalHeader()
        small = metrics.horizontalAdvance("0")
        self._widths = {
            Column.RANK: max(small * 5, self._heading(Column.RANK)),
            Column.RAW: max(small * 10, self._heading(Column.RAW)),
            Column.FINAL: max(small * 10, self._heading(Column.FINAL)),
            Column.ID: small * _ID + 2 * _PAD,
            Column.BYTES: QFontMetrics(theme.monospace(0.8)).horizontalAdvance("00 00 00 00") + 2 * _PAD + 1,
        }
        cut = max(metrics.horizontalAdvance(self.rows.cut_text(stage)) for stage in STAGES)
        self._more = {
            Column.FINAL: cut + 2 * _PAD + 1 - self._widths[Column.FINAL],
            Column.BYTES: self._widths[Column.BYTES],  # seldom a token has more than eight
        }
        for column, width in self._widths.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        header.setSectionResizeMode(Column.TOKEN, QHeaderView.ResizeMode.Stretch)
        self.verticalHeader().setDefaultSectionSize(metrics.height() + _ROW_AIR)
        self.setMinimumHeight((_ROWS + 1) * (metrics.height() + _ROW_AIR) + 10)
        self._fit()
        self.viewport().update()

    def _heading(self, column: Column) -> int:
        text = self.rows.headerData(column, Qt.Orientation.Horizontal)
        return self.fontMetrics().horizontalAdvance(text) + 16

    def _retranslate(self) -> None:
        for widget in (self, self.horizontalHeader(), self.verticalHeader()):
            widget.setAccessibleName(self.tr("Candidates"))
        self.rows.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._renew()
        super().changeEvent(event)


def bar_color(colors: theme.Colors, column: Column, *, others: bool = False) -> QColor:
    """The bar behind a number: stronger after the samplers, weak for all others together."""
    return theme.mix(colors.surface, colors.accent, 0.12 if others else 0.33 if column is Column.RAW else 0.48)


class _BarDelegate(QStyledItemDelegate):
    """Puts a bar as long as the probability behind the number, and a mark before the token that was taken."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = self.parent()
        assert isinstance(view, CandidateTable)
        colors = theme.colors()
        found = view.rows.candidate(index.row())
        rect = QRectF(option.rect)
        taken = found is not None and found.chosen
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected:
            painter.fillRect(rect, colors.selected)
        elif taken:
            painter.fillRect(rect, theme.mix(colors.surface, colors.accent, 0.12))
        share = index.data(SHARE)
        if share is not None:
            room = rect.adjusted(4, 3, -4, -3)
            room.setWidth(room.width() * min(1.0, share))
            painter.fillRect(room, bar_color(colors, Column(index.column()), others=found is None))
        if taken and index.column() == Column.RANK:
            painter.fillRect(QRectF(rect.left(), rect.top(), 3, rect.height()), colors.accent)
        self.initStyleOption(option, index)
        painter.save()
        painter.setFont(option.font)
        ink = index.data(Qt.ItemDataRole.ForegroundRole)
        painter.setPen(colors.text if selected else ink)
        metrics = option.fontMetrics
        inner = rect.adjusted(_PAD, 0, -_PAD, 0)
        text = metrics.elidedText(index.data() or "", Qt.TextElideMode.ElideRight, int(inner.width()))
        painter.drawText(inner, int(index.data(Qt.ItemDataRole.TextAlignmentRole)), text)
        painter.restore()
