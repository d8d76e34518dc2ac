"""Same word, two meanings: how far a word's state in one sentence is from that in others, in its own numbers."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.examples import Example
from chatapp.core.token_text import token_text
from chatapp.services.meanings import MeaningsService, Sentence
from chatapp.ui.inspector.number_strip import NumberStrip
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.similarity_chart import SimilarityChart, letter
from chatapp.ui.widgets.plain_edit import PlainEdit
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_MOST = 6  # sentences
_LONGEST = 400  # characters of one
_NEXT = 3  # tokens


class MeaningsPage(QWidget):
    """Signals: closed() when the steps are wanted again."""

    closed = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("meaningsPage")
        self.meanings = MeaningsService(services.engine, services.questions, self)
        self.meanings.failed.connect(lambda error: services.notices.post_error(error, key="meanings"))
        self._heading = _label("meaningsHeading", "heading")
        self._back, self._go = QPushButton(self), QPushButton(self)
        self._back.setObjectName("backToSteps")
        self._back.setProperty("link", "true")
        self._go.setObjectName("compareMeanings")
        self._word, self._texts = QLineEdit(self), PlainEdit(self)
        self._word.setObjectName("meaningsWord")
        self._word.setMaxLength(60)
        self._texts.setObjectName("meaningsTexts")
        self._texts.setTabChangesFocus(True)
        self._told = _label("meaningsTold", "")
        self.chart = SimilarityChart(self)
        self._note = _label("meaningsNote", "small")
        self._found = QVBoxLayout()
        self._found.setSpacing(3)
        self._build()
        self._back.clicked.connect(self.closed)
        self._go.clicked.connect(self._on_go)
        self._word.returnPressed.connect(self._compare)
        self.meanings.changed.connect(self._show)
        self._retranslate()

    def show_example(self, example: Example) -> None:
        """Compare the word of an example in its sentences; without a word there is something to fill in."""
        self._word.setText(example.word)
        self._texts.setPlainText("\n".join((example.text, *example.others)))
        if example.word and example.others:
            self._compare()
        else:
            self.meanings.compare("", (example.text,))

    def _build(self) -> None:
        top, fields = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self._heading, 1)
        top.addWidget(self._back)
        fields.addWidget(self._word, 1)
        fields.addWidget(self._go)
        inside = QWidget(self)
        inside.setProperty("plain", "true")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(6)
        column.addWidget(self._told)
        column.addWidget(self.chart)
        column.addLayout(self._found)
        column.addWidget(self._note)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidget(inside)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(6)
        whole.addLayout(top)
        whole.addLayout(fields)
        whole.addWidget(self._texts)
        whole.addWidget(area, 1)
        self._texts.setFixedHeight(4 * self._texts.fontMetrics().lineSpacing() + 18)

    # -- showing -------------------------------------------------------------------------------------------------------

    def _on_go(self) -> None:
        if self.meanings.is_asking:
            self.meanings.cancel()
        else:
            self._compare()

    def _compare(self) -> None:
        lines = [line.strip()[:_LONGEST] for line in self._texts.text().splitlines()]
        self.meanings.compare(self._word.text().strip(), tuple(line for line in lines if line)[:_MOST])

    def _show(self) -> None:
        meanings = self.meanings
        while (item := self._found.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        self._go.setText(self.tr("Cancel") if meanings.is_asking else self.tr("Compare"))
        similarity = meanings.similarity
        self.chart.setVisible(similarity is not None)
        self._note.setVisible(similarity is not None)
        self._told.setText(self._story())
        if similarity is not None:
            self.chart.show_lines(similarity[:, 0, 1:].T)
            for at, sentence in enumerate(meanings.sentences):
                self._add_sentence(at, sentence)

    def _story(self) -> str:
        meanings = self.meanings
        if meanings.is_asking:
            return self.tr("The model reads the sentences…")
        if meanings.missing:
            return self.tr("“{word}” is not in: {sentence}").format(word=meanings.word, sentence=meanings.missing[0])
        if meanings.similarity is None:
            return self.tr("Write a word above, and below it two to six sentences that have it, each on its own line.")
        ways = meanings.similarity[-1, 0, 1:]
        if float(meanings.similarity[:, 0, 1:].min()) > 1 - 1e-5:
            return self.tr("The words before “{word}” are the same in all of them: so is its state.").format(
                word=meanings.word
            )
        nearest, farthest = int(ways.argmax()) + 1, int(ways.argmin()) + 1
        if len(ways) == 1:
            return self.tr(
                "“{word}” begins as the same row of numbers in both sentences (similarity 1). On its way through the "
                "layers it takes up what stands before it: after the last layer its similarity is {value}."
            ).format(word=meanings.word, value=number_text(float(ways[0]), 2))
        return self.tr(
            "“{word}” begins as the same row of numbers in all sentences (similarity 1). On its way through the layers "
            "it takes up what stands before it: after the last layer the one in A is most like that in {nearest} "
            "({near}) and least like that in {farthest} ({far})."
        ).format(
            word=meanings.word, nearest=letter(nearest), near=number_text(float(ways[nearest - 1]), 2),
            farthest=letter(farthest), far=number_text(float(ways[farthest - 1]), 2),
        )  # fmt: skip

    def _add_sentence(self, at: int, sentence: Sentence) -> None:
        self._found.addWidget(_label("", "", f"{letter(at)}  {sentence.text}"))
        names = [token_text(0, piece) for piece, _ in sentence.tokens]
        weights = np.array([weight for _, weight in sentence.tokens], np.float32)
        weights[0] = np.nan if len(weights) > 1 else weights[0]  # it takes most of it everywhere
        strip = NumberStrip(self)
        strip.setObjectName(f"looked_{at}")
        strip.setAccessibleName(
            self.tr("Where “{word}” looked in sentence {letter}").format(word=self.meanings.word, letter=letter(at))
        )
        strip.show_numbers(weights, None, names)
        self._found.addWidget(strip)
        following = ", ".join(f"“{token_text(0, piece)}” {percent(share)}" for piece, share in sentence.next[:_NEXT])
        self._found.addWidget(_label("", "small", self.tr("Next could be: {tokens}").format(tokens=following)))

    def _retranslate(self) -> None:
        self._heading.setText(self.tr("Same word, two meanings"))
        self._back.setText(self.tr("Back to the steps"))
        self._word.setPlaceholderText(self.tr("Word"))
        self._word.setAccessibleName(self.tr("Word"))
        self._texts.setAccessibleName(self.tr("Sentences, one on each line"))
        self.chart.setAccessibleName(self.tr("Similarity of the word in sentence A with the others, by layer"))
        self._note.setText(
            self.tr(
                "Lines: cosine of the word’s state in A with that in each other sentence, after every layer. Strips: "
                "where the word looked, the mean of all layers and heads; the first token, where heads rest, is left "
                "out (grey). The model reads from left to right: a word knows only what stands before it. What stands "
                "behind can look back at it: choose a later token in the Attention tab. The numbers show that the "
                "states differ and which are alike, not that the model understands as we do; a small model may tell "
                "meanings apart badly."
            )
        )
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _label(name: str, role: str, text: str = "") -> QLabel:
    label = QLabel(text)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
