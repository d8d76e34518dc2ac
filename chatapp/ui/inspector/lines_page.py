"""The page of lines: the last tokens of the context, and a line for what each of them looked at."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from chatapp.core.attention import SINK
from chatapp.core.attention_cells import Cells, between_cells, cells_of
from chatapp.core.attention_picture import Head
from chatapp.services.attention_place import Part
from chatapp.services.attention_rows import ROLLOUT
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.attention_lines import MOST_COLORS, AttentionLines, Lines, head_color
from chatapp.ui.inspector.attention_words import head_name, weight_text
from chatapp.ui.inspector.numbers import count
from chatapp.ui.widgets.combo import CalmComboBox

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LENGTHS = (16, 32, 64)
_USUAL = 1  # of these


class LinesPage(QWidget):
    """Of the chosen heads, a colour for each; of all of them together when there are none or too many."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self._ids: object = None  # what `_all` are the cells of
        self._all = cells_of(np.zeros(0, np.int32), bytes)
        self._first = 0  # the token that the first row begins with
        self._cells = self._all
        self._lines: Lines | None = None
        self._heads: tuple[Head, ...] = ()
        self._said, self._pointed, self._legend = (QLabel(self) for _ in range(3))
        for label, name in (
            (self._said, "linesSaid"), (self._pointed, "linesPointed"), (self._legend, "linesLegend"),
        ):  # fmt: skip
            label.setObjectName(name)
            label.setWordWrap(True)
        self._said.setProperty("role", "small")
        self._pointed.setTextFormat(Qt.TextFormat.PlainText)
        self._legend.setTextFormat(Qt.TextFormat.RichText)
        self._length = CalmComboBox(self)
        self._length.setObjectName("linesLength")
        for length in _LENGTHS:
            self._length.addItem("", length)
        self._length.setCurrentIndex(_USUAL)
        self.lines = AttentionLines(self)
        area = QScrollArea(self)
        area.setObjectName("linesArea")
        area.setFrameShape(QFrame.Shape.StyledPanel)
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.lines)
        bar = area.verticalScrollBar()
        bar.rangeChanged.connect(lambda _low, high: bar.setValue(high))  # the token that is looked at is the last
        self._area = area
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._legend, 1)
        row.addWidget(self._length)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._said)
        column.addWidget(area, 1)
        column.addWidget(self._pointed)
        attention = self._attention
        for signal in (
            attention.changed, attention.heads_changed, attention.side.matrix_changed, attention.rows.changed,
            attention.light.changed,
        ):  # fmt: skip
            signal.connect(self.show_lines)
        self._length.activated.connect(lambda _at: self._want())
        self.lines.pointed.connect(self._show_pointed)
        self.lines.chosen.connect(self._on_chosen)
        self._retranslate()

    def _want(self) -> None:
        self._attention.side.want(Part.MATRIX, 2 * int(self._length.currentData()))  # a character can take several
        self.show_lines()

    def show_lines(self) -> None:
        """Show the lines as far as they are known now."""
        attention, vocabulary = self._attention, self._attention.vocabulary.current
        if not self.isVisible() or not attention.is_shown or vocabulary is None or attention.picture is None:
            return
        if self._ids is not attention.ids:
            self._ids, self._all = attention.ids, cells_of(attention.ids, vocabulary.piece)
        n_keys = attention.picture.position + 1
        cells = self._all.up_to(n_keys)
        length = min(int(self._length.currentData()), len(cells))
        first = int(cells.starts[len(cells) - length])
        single = attention.how != ROLLOUT and 0 < len(attention.heads) <= MOST_COLORS
        self._heads = tuple(sorted(attention.heads)) if single else ()
        rows = self._rows_of_heads(n_keys) if single else self._rows_of_all(n_keys, first)
        if rows is not None and rows.shape[1] < n_keys - first:  # characters of more than two tokens
            length = len(cells) - 1 - cells.of(n_keys - rows.shape[1] - 1)
            first = int(cells.starts[len(cells) - length])
        if rows is None:
            error = attention.side.error or attention.rows.error
            self._said.setText(" ".join(filter(None, error_text(error))) if error is not None else self.tr("Looking…"))
            return
        self._cells, self._first = cells, len(cells) - length
        self._lines = self._lines_of(between_cells(rows[:, first - n_keys :], cells), cells, length)
        self.lines.show_lines(self._lines)
        self._show_words(len(cells), length)

    def _rows_of_heads(self, n_keys: int) -> NDArray[np.float32] | None:
        matrix = self._attention.side.matrix
        if matrix is None or len(matrix.ids) != n_keys:
            return None
        found = [rows for head in self._heads if (rows := matrix.of(head)) is not None]
        return np.stack(found).astype(np.float32) if len(found) == len(self._heads) else None

    def _rows_of_all(self, n_keys: int, first: int) -> NDArray[np.float32] | None:
        """The rows that were read ahead."""
        found = np.zeros((1, n_keys - first, n_keys), np.float32)
        for at in range(first, n_keys):
            row = self._attention.rows.row(at)
            if row is None:
                return None
            found[0, at - first, : len(row)] = row
        return found

    def _lines_of(self, weights: NDArray[np.float32], cells: Cells, length: int) -> Lines:
        """Earlier tokens as one column; lines to the fewest of the others that have the share that is shown."""
        light = self._attention.light
        if not light.with_sink:
            weights = weights.copy()
            weights[..., SINK] = 0
        first = len(cells) - length
        seen = np.concatenate([weights[..., :first].sum(axis=-1, keepdims=True), weights[..., first:]], axis=-1)
        # Nothing stands out beside the sum of all earlier ones: it gets its number, and no lines.
        order = np.argsort(-seen[..., 1:], axis=-1, kind="stable")
        ranked = np.take_along_axis(seen[..., 1:], order, axis=-1)
        before = np.cumsum(ranked, axis=-1) - ranked
        wanted = (before < light.mass * ranked.sum(axis=-1, keepdims=True) - 1e-7) & (ranked > 0)
        shown = np.zeros(seen.shape, np.bool_)
        np.put_along_axis(shown[..., 1:], order, wanted, axis=-1)
        return Lines(seen, shown, cells.texts[first:])

    def _show_words(self, total: int, length: int) -> None:
        mass = self.tr("Lines make up {percent} of what each token looks at here, the first token (sink) left out.")
        if self._attention.light.with_sink:
            mass = self.tr("Lines make up {percent} of what each token looks at here.")
        said = mass.format(percent=f"{round(100 * self._attention.light.mass)} %")
        if length < total:
            said += " " + self.tr(
                "Too long for all of it: these are the last {length} of {total} tokens; what is before is summed up."
            ).format(length=count(length), total=count(total))
            self.lines.before = self.tr("{count} before").format(count=count(total - length))
        else:
            self.lines.before = ""
        self._said.setText(said)
        if self._heads:
            self._legend.setText("&nbsp; ".join(
                f'<span style="color:{head_color(at).name()}">■</span> {head_name(head)}'
                for at, head in enumerate(self._heads)
            ))  # fmt: skip
        else:
            many = self._attention.heads and self._attention.how != ROLLOUT
            self._legend.setText(
                self.tr("The chosen heads together") if many else self.tr("All heads together; choose some under Heads")
            )
        self._show_pointed(None)

    def _show_pointed(self, place: tuple[int, int] | None) -> None:
        text = self.tr("Left looks at right. Point at a token, or use the arrow keys, for its lines alone.")
        if place is not None and self._lines is not None:
            self._area.ensureVisible(0, round(self.lines.rect_of(*place).center().y()), 0, 40)
            column, row = place
            name = self._lines.labels[row - 1] if row else self.lines.before
            weights = self._lines.weights.mean(axis=0)
            found = weights[row - 1] if column == 0 else weights[:, row]
            best = np.argsort(-found, kind="stable")[:4].tolist()
            parts = []
            for at in best:
                other = (self._lines.labels[at - 1] if at else self.lines.before) if column == 0 else (
                    self._lines.labels[at]
                )  # fmt: skip
                if found[at] > 0:
                    parts.append(f"“{other}” {weight_text(float(found[at]))}")
            said = self.tr("“{token}” looks at {list}") if column == 0 else self.tr("“{token}” is looked at by {list}")
            text = said.format(token=name, list=", ".join(parts))
        self._pointed.setText(text)
        self.lines.describe(text)

    def _on_chosen(self, row: int) -> None:
        token = self._attention.token_at(int(self._cells.starts[self._first + row]))
        if token is not None:
            self._inspector.select_token(token)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._want()

    def _retranslate(self) -> None:
        for at, length in enumerate(_LENGTHS):
            self._length.setItemText(at, self.tr("last {count} tokens").format(count=count(length)))
        for widget in (self._length, self._length.view()):
            widget.setAccessibleName(self.tr("Tokens that are shown"))
        self.lines.setAccessibleName(self.tr("Lines from the tokens that look to those they look at"))
        self._area.setAccessibleName(self.lines.accessibleName())
        self._show_pointed(None)
        self.show_lines()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
