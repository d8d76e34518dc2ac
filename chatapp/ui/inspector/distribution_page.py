"""The candidates: the whole vocabulary with its probabilities, searched by token, and what they come to."""

from typing import Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from chatapp.services.explorer import ExplorerService, ExplorerState
from chatapp.ui.inspector.distribution_table import DistributionTable
from chatapp.ui.inspector.explorer_exports import candidates_export
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.numbers import nats_as_bits, percent
from chatapp.ui.widgets.search_field import SearchField
from chatapp.ui.widgets.text import number_text

_DELAY = 60  # ms after the last key


class DistributionPage(QWidget):
    """The table, a box to search in, and the sums below."""

    def __init__(self, explorer: ExplorerService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._search = SearchField(self)
        self._search.setObjectName("vocabularySearch")
        self._search.installEventFilter(self)
        self._table = DistributionTable(self)
        self._mass = _label(self, "distributionMass")
        self._numbers = _label(self, "distributionNumbers")
        self._timer = QTimer(self, singleShot=True, interval=_DELAY)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._search)
        column.addWidget(self._table, 1)
        column.addWidget(self._mass)
        column.addWidget(self._numbers)
        self._search.textChanged.connect(lambda _text: self._timer.start())
        self._timer.timeout.connect(self._on_search)
        self._table.chosen.connect(self._on_chosen)
        self._table.taken_back.connect(explorer.undo)
        self._table.row_changed.connect(self._show_mass)
        explorer.changed.connect(self._show)
        self._retranslate()

    def export_data(self, meta: dict[str, Any]) -> Exported | None:
        """The rows of the table."""
        known, vocabulary = self._explorer.distribution, self._explorer.vocabulary
        if known is None or vocabulary is None or not self._table.rows.rowCount():
            return None
        return candidates_export(known, vocabulary, self._table.rows.ids, meta, self)

    def _show(self) -> None:
        explorer = self._explorer
        if explorer.state is ExplorerState.READY:
            rows = self._table.rows
            rows.show_distribution(explorer.distribution, explorer.vocabulary, explorer.pending, explorer.taken)
            self._to_top()
            self._numbers.setText(self._numbers_text())

    def _to_top(self) -> None:
        self._table.scrollToTop()
        if self._table.rows.rowCount():
            self._table.selectRow(0)
        self._show_mass()

    def _on_search(self) -> None:
        self._timer.stop()
        self._table.rows.search(self._search.text())
        self._to_top()

    def _on_chosen(self, token: int) -> None:
        if self._search.text():  # found: what comes after it is another question
            self._search.clear()
            self._on_search()
        self._explorer.step(token)

    def _numbers_text(self) -> str:
        known = self._explorer.distribution
        if known is None:
            return ""
        return self.tr("Entropy {bits} bits  ·  {possible} of {count} tokens above 0.0001 %").format(
            bits=nats_as_bits(known.entropy), possible=number_text(known.possible), count=number_text(len(known))
        )

    def _show_mass(self) -> None:
        rows, row = self._table.rows, self._table.currentIndex().row()
        count = rows.rowCount()
        if self._search.text() and not count:
            text = self.tr("No token of this model fits.")
        elif self._search.text():
            text = self.tr("{count} tokens fit, together {percent}").format(
                count=number_text(count), percent=percent(min(1.0, rows.mass()))
            )
        elif row < 0:
            text = ""
        else:
            text = self.tr("Down to this row: {count} of the tokens, {percent} of the probability").format(
                count=number_text(row + 1), percent=percent(min(1.0, rows.mass_to(row)))
            )
        self._mass.setText(text)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self._search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_search()
                self._table.enter()
                return True
        return False

    def _retranslate(self) -> None:
        self._search.setPlaceholderText(self.tr("Search: text, #id or <ED 95>"))
        self._search.setAccessibleName(self.tr("Search the vocabulary"))
        name = self.tr("Next token, the likeliest first")
        for widget in (self._table, self._table.horizontalHeader(), self._table.verticalHeader()):
            widget.setAccessibleName(name)
        self._numbers.setText(self._numbers_text())
        self._show_mass()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _label(parent: QWidget, name: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", "small")
    return label
