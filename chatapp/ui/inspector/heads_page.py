"""The page of all heads: the grid, what it is coloured by, and the head that is pointed at in words."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from chatapp.core.attention import without_sink
from chatapp.core.attention_picture import SCORES, Head
from chatapp.services.attention_place import Part
from chatapp.ui.inspector.attention_grid import AttentionGrid
from chatapp.ui.inspector.attention_words import head_name, score_explained, score_text, score_title, weight_text
from chatapp.ui.inspector.numbers import count
from chatapp.ui.widgets.combo import CalmComboBox

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_FIRST = "first_user"


class HeadsPage(QWidget):
    """A click looks at one head, with Ctrl or Shift at several; a second click at all of them again."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._engine = services.engine
        self._score = CalmComboBox(self)
        self._score.setObjectName("headScore")
        for name in SCORES:
            self._score.addItem("", name)
        self._score.setCurrentIndex(self._score.findData(_FIRST))
        self._sorted = QCheckBox(self)
        self._sorted.setObjectName("sortHeads")
        self._title = QLabel(self)
        self._title.setProperty("role", "small")
        self._explained = QLabel(self)
        self._explained.setObjectName("headScoreExplained")
        self._explained.setProperty("role", "small")
        self._explained.setWordWrap(True)
        self.grid = AttentionGrid(self)
        self._pointed = QLabel(self)
        self._pointed.setObjectName("headPointed")
        self._pointed.setWordWrap(True)
        self._pointed.setTextFormat(Qt.TextFormat.PlainText)
        self._pointed.setMinimumHeight(2 * self._pointed.fontMetrics().lineSpacing())
        self._pointed.setAlignment(Qt.AlignmentFlag.AlignTop)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._score)
        row.addWidget(self._sorted)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self._explained)
        column.addWidget(self.grid, 1)
        column.addWidget(self._pointed)
        attention = self._attention
        for signal in (attention.changed, attention.side.scores_changed):
            signal.connect(self.show_heads)
        attention.heads_changed.connect(self._show_chosen)
        self._score.activated.connect(lambda _at: self.show_heads())
        self._sorted.toggled.connect(lambda _on: self.show_heads())
        self.grid.tip = self._tip
        self.grid.pointed.connect(self._show_pointed)
        self.grid.chosen.connect(self._on_chosen)
        self._retranslate()

    @property
    def _name(self) -> str:
        return str(self._score.currentData())

    def show_heads(self) -> None:
        """Show the heads as they are known now."""
        attention, model = self._attention, self._engine.model
        known = attention.side.scores
        scores = known.scores[self._name] if known is not None else None
        if scores is not None and (attention.picture is None or scores.shape != attention.picture.shape):
            scores = None
        self._explained.setText(self._explanation())
        if self.isVisible():
            self.grid.show_heads(
                attention.picture, model.n_layer if model else 0, scores, is_sorted=self._sorted.isChecked()
            )
        self._show_chosen()

    def _explanation(self) -> str:
        known = self._attention.side.scores
        text = score_explained(self._name)
        if known is None:
            return text
        return f"{text} " + self.tr("Over the last {count} tokens; strongest: {number}.").format(
            count=count(known.queries), number=self._largest()
        )

    def _largest(self) -> str:
        known = self._attention.side.scores
        values = known.scores[self._name] if known is not None else np.zeros(0, np.float32)
        return score_text(self._name, float(np.nanmax(values))) if values.size else ""

    def _show_chosen(self) -> None:
        self.grid.mark(self._attention.heads)
        self._show_pointed(None)

    def _show_pointed(self, head: Head | None) -> None:
        picture = self._attention.picture
        if head is None:
            text = self.tr("Left in a picture is the beginning of the conversation, right the token. Click to look at "
                           "one head only, with Ctrl or Shift at several.")  # fmt: skip
        else:
            text = self._describe(head) if picture is not None and head[0] in picture.layers else ""
        self._pointed.setText(text)
        self.grid.describe(text)

    def _describe(self, head: Head) -> str:
        picture, known = self._attention.picture, self._attention.side.scores
        assert picture is not None
        at = picture.layers.index(head[0])
        parts = [head_name(head)]
        if picture.groups[at] < picture.exists[at].sum():
            parts.append(self.tr("keys and values {group} of {groups}").format(
                group=picture.group_of(head), groups=int(picture.groups[at])
            ))  # fmt: skip
        if picture.lowest[at] > 0:
            parts.append(self.tr("sees from token {token} on").format(token=count(int(picture.lowest[at]) + 1)))
        rest, _ = without_sink(picture.weights[at, head[1]])
        if rest.any():
            position = int(rest.argmax())
            parts.append(
                self.tr("most at “{token}”: {weight}").format(
                    token=self._attention.word(position), weight=weight_text(float(rest[position]))
                )
            )
        if known is not None and known.scores[self._name].shape == picture.shape:
            for name in dict.fromkeys((self._name, "entropy", "sink")):
                number = score_text(name, float(known.scores[name][at, head[1]]))
                parts.append(f"{score_title(name)}: {number}")
        return " · ".join(parts)

    def _tip(self, head: Head) -> str:
        """All numbers of a head."""
        picture, known = self._attention.picture, self._attention.side.scores
        if picture is None or known is None or known.scores[self._name].shape != picture.shape:
            return head_name(head)
        at = picture.layers.index(head[0])
        numbers = [f"{score_title(n)}: {score_text(n, float(known.scores[n][at, head[1]]))}" for n in SCORES]
        return "\n".join([head_name(head), *numbers])

    def _on_chosen(self, head: Head, manner: str) -> None:
        self._attention.choose_heads(self.grid.choice(self._attention.heads, head, manner))
        self._show_pointed(head)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._attention.side.want(Part.SCORES)
        self.show_heads()

    def _retranslate(self) -> None:
        for at, name in enumerate(SCORES):
            self._score.setItemText(at, score_title(name))
        for widget in (self._score, self._score.view()):
            widget.setAccessibleName(self.tr("Colour heads by"))
        self._title.setText(self.tr("Colour by"))
        self._sorted.setText(self.tr("Sort"))
        self.grid.no_attention = self.tr("no attention: this layer remembers what it has read in another way")
        self.grid.setAccessibleName(self.tr("Heads of every layer"))
        self.show_heads()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
