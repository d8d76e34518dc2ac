"""The page of one head's matrix: which head, how many tokens, and the cell that is pointed at in words."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from chatapp.core.attention_cells import between_cells, cells_of, lowest_cells
from chatapp.services.attention_place import Part
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.attention_matrix import AttentionMatrix
from chatapp.ui.inspector.attention_words import weight_text
from chatapp.ui.inspector.numbers import count
from chatapp.ui.widgets.combo import CalmComboBox

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_ROWS = (16, 32, 64, 128, 256)
_USUAL = 2  # of these


class MatrixPage(QWidget):
    """Shows the first of the chosen heads; its choice of a head is everybody's."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self._ids: object = None  # what `_all` are the cells of
        self._all = self._cells = cells_of(np.zeros(0, np.int32), bytes)
        self._layer, self._head, self._rows = (CalmComboBox(self) for _ in range(3))
        for combo, name in ((self._layer, "matrixLayer"), (self._head, "matrixHead"), (self._rows, "matrixRows")):
            combo.setObjectName(name)
        for rows in _ROWS:
            self._rows.addItem("", rows)
        self._rows.setCurrentIndex(_USUAL)
        self.matrix = AttentionMatrix(self)
        self._scale, self._pointed = QLabel(self), QLabel(self)
        self._scale.setObjectName("matrixScale")
        self._scale.setProperty("role", "small")
        self._scale.setWordWrap(True)
        self._pointed.setObjectName("matrixPointed")
        self._pointed.setTextFormat(Qt.TextFormat.PlainText)
        self._pointed.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._layer)
        row.addWidget(self._head)
        row.addStretch(1)
        row.addWidget(self._rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._scale)
        column.addWidget(self.matrix, 1)
        column.addWidget(self._pointed)
        attention = self._attention
        for signal in (attention.changed, attention.heads_changed, attention.side.matrix_changed):
            signal.connect(self.show_matrix)
        for combo in (self._layer, self._head):
            combo.activated.connect(self._on_head)
        self._rows.activated.connect(lambda _at: attention.side.want(Part.MATRIX, self._rows.currentData()))
        self.matrix.pointed.connect(self._show_pointed)
        self.matrix.chosen.connect(self._on_chosen)
        self._retranslate()

    def show_matrix(self) -> None:
        """Show the head as it is known now."""
        attention = self._attention
        picture, known, head = attention.picture, attention.side.matrix, attention.matrix_head
        if picture is None or not self.isVisible():
            return
        self._fill(self._layer, [(f"L{layer}", layer) for layer in picture.layers], head[0])
        heads = picture.exists[picture.layers.index(head[0])] if head[0] in picture.layers else []
        self._fill(self._head, [(f"H{at}", at) for at, exists in enumerate(heads) if exists], head[1])
        error, vocabulary = attention.side.error, attention.vocabulary.current
        weights = known.of(head) if known is not None else None
        if known is None or weights is None or vocabulary is None:
            self._scale.setText(" ".join(filter(None, error_text(error))) if error is not None else self.tr("Looking…"))
            return
        if self._ids is not attention.ids:
            self._ids, self._all = attention.ids, cells_of(attention.ids, vocabulary.piece)
        self._cells = cells = self._all.up_to(len(known.ids))
        lowest = lowest_cells(known.lowest_of(head[0]), len(known.ids), cells)
        self.matrix.show_weights(between_cells(weights, cells), cells.texts, lowest)
        said = self.tr("Rows look at columns. Strongest colour: {weight}, without the first column (sink).").format(
            weight=weight_text(self.matrix.full)
        )
        if lowest.any():
            said += " " + self.tr("Left of the line is what this layer's window hides.")
        self._scale.setText(said)
        self._show_pointed(None)

    @staticmethod
    def _fill(combo: CalmComboBox, items: list[tuple[str, int]], current: int) -> None:
        if [combo.itemData(at) for at in range(combo.count())] != [value for _, value in items]:
            combo.clear()
            for text, value in items:
                combo.addItem(text, value)
        combo.setCurrentIndex(combo.findData(current))

    def _show_pointed(self, cross: tuple[int, int] | None) -> None:
        if cross is None:
            text = self.tr("Ctrl and the wheel, or + and −, zoom. A click selects the token of the row.")
        else:
            row, column = cross
            query, cells = self.matrix.first_query + row, self._cells
            text = self.tr("“{query}” (token {number}) looks at “{key}” (token {other}): {weight}").format(
                query=cells.texts[query],
                number=count(int(cells.starts[query]) + 1),
                key=cells.texts[column],
                other=count(int(cells.starts[column]) + 1),
                weight=weight_text(self.matrix.weight(row, column)),
            )
        self._pointed.setText(text)
        self.matrix.describe(text)

    def _on_head(self) -> None:
        layer, head = self._layer.currentData(), self._head.currentData()
        picture = self._attention.picture
        if picture is not None and layer in picture.layers:
            exists = picture.exists[picture.layers.index(layer)]
            self._attention.choose_heads(frozenset({(layer, head if head < exists.sum() else 0)}))

    def _on_chosen(self, cell: int) -> None:
        token = self._attention.token_at(int(self._cells.starts[cell]))
        if token is not None:
            self._inspector.select_token(token)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._attention.side.want(Part.MATRIX, self._rows.currentData())
        self.show_matrix()

    def _retranslate(self) -> None:
        for at, rows in enumerate(_ROWS):
            self._rows.setItemText(at, self.tr("last {count} tokens").format(count=count(rows)))
        for combo, name in (
            (self._layer, self.tr("Layer")), (self._head, self.tr("Head")), (self._rows, self.tr("Tokens that look")),
        ):  # fmt: skip
            combo.setAccessibleName(name)
            combo.view().setAccessibleName(name)
            combo.setToolTip(name)
        self.matrix.setAccessibleName(self.tr("Where the head looks"))
        self._show_pointed(None)
        self.show_matrix()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
