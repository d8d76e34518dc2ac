"""The Step by step tab: one token through one layer and head, from its row in the table to the next token."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.examples import EXAMPLES, example_of
from chatapp.core.token_text import token_text
from chatapp.protocol.messages import StepsTaken
from chatapp.services.inspector import TraceState
from chatapp.services.steps import TokenSteps
from chatapp.ui.inspector.examples_button import ExamplesButton
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.meanings_page import MeaningsPage
from chatapp.ui.inspector.message_head import MessageHead
from chatapp.ui.inspector.obstacles import obstacle_text
from chatapp.ui.inspector.step_card import Shown, StepCard
from chatapp.ui.inspector.step_legend import StepLegend
from chatapp.ui.inspector.step_words import steps_of
from chatapp.ui.inspector.steps_export import steps_export
from chatapp.ui.inspector.token_strip import TokenStrip
from chatapp.ui.widgets.spin import CalmSpinBox

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_SETTLED = 120  # ms that a token of an example is selected before the model is asked about it
_LINES = 2  # of tokens


class StepsTab(QWidget):
    """Of an example it is shown at once, of a message when it is asked for.

    Signals: tab_wanted(str): another tab, by its object name.
    """

    tab_wanted = Signal(str)

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepsTab")
        self._services = services
        self._inspector = services.inspector
        self.steps = TokenSteps(services.inspector, services.questions, services.engine, services.chat, self)
        self.steps.failed.connect(lambda error: services.notices.post_error(error, key="steps"))
        self._examples = ExamplesButton(services, self)
        self._meanings = QPushButton(self)
        self._meanings.setObjectName("meaningsButton")
        self.strip = TokenStrip(self)
        self.strip.setObjectName("stepsTokens")
        self._layer, self._head = CalmSpinBox(1, 1, 1, self), CalmSpinBox(1, 1, 1, self)
        self._layer.setObjectName("stepsLayer")
        self._head.setObjectName("stepsHead")
        self._layer_name, self._head_name = QLabel(self), QLabel(self)
        self._ask = QPushButton(self)
        self._ask.setObjectName("stepsButton")
        self._sentence = QLabel(self)
        self._sentence.setObjectName("stepsSentence")
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setWordWrap(True)
        self._source = QLabel(self)
        self._source.setObjectName("stepsSource")
        self._source.setTextFormat(Qt.TextFormat.PlainText)
        self._source.setWordWrap(True)
        self._source.setProperty("role", "small")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(4)
        self._bar.setRange(0, 1000)
        self._legend = StepLegend(self)
        self.meanings = MeaningsPage(services, self)
        self._area = QScrollArea(self)
        self._cards: list[StepCard] = []
        self._waiting: list[Callable[[QWidget], StepCard]] = []
        self._inside = QWidget(self._area)
        self._column = QVBoxLayout(self._inside)
        self._kept = 0  # where the cards were scrolled to
        self._made_of: StepsTaken | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settle.timeout.connect(self._ask_of_itself)
        self._pages = self._build()
        self._connect()
        self._fit()
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Steps")

    def export_data(self) -> Exported | None:
        """Every number of the steps."""
        taken, inspector = self.steps.taken, self._inspector
        if taken is None or self._waiting:
            return None
        return steps_export(taken, self.steps.differences(), inspector.trace, inspector.token, self._inside)

    def _build(self) -> QStackedWidget:
        self._area.setWidgetResizable(True)
        self._area.setObjectName("stepCards")
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        steps = QWidget(self)
        row, controls, below = QHBoxLayout(), QHBoxLayout(), QVBoxLayout(steps)
        row.addWidget(self._examples)
        row.addWidget(self._meanings)
        row.addStretch(1)
        for widget in (self._layer_name, self._layer, self._head_name, self._head):
            controls.addWidget(widget)
        controls.addWidget(self._legend, 1)
        controls.addWidget(self._ask)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(6)
        below.addWidget(self.strip)
        below.addWidget(self._sentence)
        below.addLayout(controls)
        below.addWidget(self._bar)
        below.addWidget(self._area, 1)
        below.addWidget(self._source)
        pages = QStackedWidget(self)
        pages.addWidget(steps)
        pages.addWidget(self.meanings)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(MessageHead(self._services, self, examples=False))
        column.addLayout(row)
        column.addWidget(pages, 1)
        return pages

    def _connect(self) -> None:
        inspector = self._inspector
        inspector.message_changed.connect(self._on_message)
        inspector.trace_grew.connect(self.strip.grow)
        inspector.state_changed.connect(self.refresh)
        inspector.token_changed.connect(self._on_token)
        self._services.attention.heads_changed.connect(self._follow_head)
        self.strip.chosen.connect(inspector.select_token)
        self.strip.pointed.connect(inspector.hover)
        inspector.hover_changed.connect(self._mark)
        self.steps.changed.connect(self.refresh)
        self._ask.clicked.connect(self._on_ask)
        for box in (self._layer, self._head):
            box.valueChanged.connect(lambda _: self._choose())
        self._meanings.clicked.connect(self._compare)
        self.meanings.closed.connect(lambda: self._pages.setCurrentIndex(0))

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _on_message(self) -> None:
        self._pages.setCurrentIndex(0)
        if self.isVisible():
            self._show_tokens()
        self._on_token()
        self._kept = 0

    def _show_tokens(self) -> None:
        self.strip.show_trace(self._inspector.trace, dim=lambda _: True)  # colours are for the numbers below
        self._mark()

    def _on_token(self) -> None:
        self._mark()
        self.refresh()
        self._soon()

    def _mark(self) -> None:
        self.strip.mark(selected=self._inspector.token, hovered=self._inspector.hovered)

    def _soon(self) -> None:
        if self._inspector.is_text and self.isVisible():
            self._settle.start()
        else:
            self._settle.stop()

    def _ask_of_itself(self) -> None:
        if self._inspector.is_text and self.isVisible() and self.steps.answer is None and not self.steps.is_asking:
            self.steps.ask()

    def _follow_head(self) -> None:
        """One head was chosen in the Attention tab: look at that one."""
        heads = self._services.attention.heads
        if len(heads) == 1:
            self.steps.choose(*next(iter(heads)), again=self.isVisible())

    def _choose(self) -> None:
        self.steps.choose(self._layer.value() - 1, self._head.value() - 1)

    def _on_ask(self) -> None:
        if self.steps.is_asking:
            self.steps.cancel()
        else:
            self.steps.ask()

    def _compare(self) -> None:
        message = self._inspector.message
        example = example_of(message.text) if message is not None and self._inspector.is_text else EXAMPLES[0]
        self._pages.setCurrentIndex(1)
        self.meanings.show_example(example)

    def refresh(self) -> None:
        """Show what there is, or what stands in its way."""
        steps, obstacle = self.steps, self.steps.obstacle
        layers, heads = steps.sizes
        for box, most, value in ((self._layer, layers, steps.layer), (self._head, heads, steps.head)):
            box.blockSignals(True)
            box.setRange(1, max(1, most))
            box.setValue(value + 1)
            box.setEnabled(most > 0)
            box.blockSignals(False)
        taken = steps.taken
        self._ask.setText(self.tr("Cancel") if steps.is_asking else self.tr("Show the steps"))
        self._ask.setVisible(steps.is_asking or (obstacle is None and taken is None))
        self._bar.setVisible(steps.is_asking)
        self._bar.setValue(round(1000 * steps.progress))
        has_tokens = len(self._inspector.trace) > 0
        for widget in (self.strip, self._layer_name, self._layer, self._head_name, self._head):
            widget.setVisible(has_tokens)
        self._legend.setVisible(taken is not None)
        self._source.setVisible(taken is not None)
        self._sentence.setText(self._story())
        if taken is not self._made_of:
            self._show_cards(taken)

    def _story(self) -> str:
        steps, state, obstacle = self.steps, self._inspector.state, self.steps.obstacle
        if self._inspector.is_text and state in (TraceState.SCORING, TraceState.LOADING):
            text = self.tr("The model reads the sentence…")
        elif steps.is_asking:
            text = self.tr("The model computes every step…")
        elif state is TraceState.NONE:
            text = self.tr("Choose an example, or a token of a reply: this shows how a token becomes the next one.")
        elif obstacle is not None and steps.taken is None:
            text = obstacle_text(obstacle)
        elif self._inspector.trace.owners is None:
            text = self.tr("How “{token}” came about: the token before it, from its row of numbers to the next token.")
        else:
            text = self.tr("The way of “{token}”, from its row of numbers to the next token.")
        return text.format(token=self._token())

    def _token(self) -> str:
        token, trace = self._inspector.token, self._inspector.trace
        if token is None or token >= len(trace):
            return ""
        return token_text(int(trace.ids[token]), trace.token_bytes(token))

    def _show_cards(self, taken: StepsTaken | None) -> None:
        if self._cards:  # another layer or head is shown at the same step
            self._kept = self._area.verticalScrollBar().value()
        self._made_of = taken
        self._cards = []
        self._waiting.clear()
        self._inside = QWidget(self._area)
        self._inside.setProperty("plain", "true")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        self._area.setWidget(self._inside)
        if taken is None:
            return
        parts = frozenset(n.removeprefix("captured.") for n in taken.arrays if n.startswith("captured."))
        words = steps_of(taken.facts, parts)
        shown = Shown(taken, self.steps.differences(), *_texts(taken))
        self._waiting = [partial(StepCard, at, words, shown) for at in range(len(words))]
        self._source.setText(
            self.tr(
                "Read again in a context of its own: flash attention off, {kv} KV cache. Weights are the file’s, "
                "dequantized; products of matrices differ because the model rounds what it multiplies."
            ).format(kv=taken.kv_type.upper())
        )
        self._add_card()

    def _add_card(self) -> None:
        """The next card, and another one after the next frame: all of them at once take several."""
        if not self._waiting:
            return
        card = self._waiting.pop(0)(self._inside)
        card.step_wanted.connect(self._go_to)
        card.tab_wanted.connect(self._on_tab_wanted)
        self._column.insertWidget(len(self._cards), card)
        self._cards.append(card)
        if self._waiting:
            QTimer.singleShot(0, self, self._add_card)
        elif self._kept:
            QTimer.singleShot(0, self, lambda: self._area.verticalScrollBar().setValue(self._kept))

    def _go_to(self, step: int) -> None:
        if step < len(self._cards):
            self._area.verticalScrollBar().setValue(self._cards[step].y())

    def _on_tab_wanted(self, tab: str) -> None:
        if tab == "attentionTab" and self._made_of is not None:
            self._services.attention.choose_heads(frozenset(((self._made_of.layer, self._made_of.head),)))
        self.tab_wanted.emit(tab)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._show_tokens()
            self._soon()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._settle.stop()

    def _retranslate(self) -> None:
        self._meanings.setText(self.tr("Same word, two meanings"))
        self._meanings.setToolTip(self.tr("Compare what a word becomes in different sentences"))
        self._layer_name.setText(self.tr("Layer"))
        self._head_name.setText(self.tr("Head"))
        for label, box in ((self._layer_name, self._layer), (self._head_name, self._head)):
            label.setBuddy(box)
            box.setAccessibleName(label.text())
        self.strip.setAccessibleName(self.tr("Tokens"))
        self._area.setAccessibleName(self.tr("Steps"))
        self._made_of = None if self.steps.taken is not None else self._made_of
        self.refresh()

    def _fit(self) -> None:
        self.strip.setFixedHeight(_LINES * (self.fontMetrics().height() + 12) + 8)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)


def _texts(taken: StepsTaken) -> tuple[list[str], list[str]]:
    """Texts of the prefix's tokens and of the likeliest next ones."""
    ends = np.cumsum(taken.arrays["lengths"])
    data = taken.arrays["bytes"].tobytes()
    pieces = [data[end - n : end] for end, n in zip(ends, taken.arrays["lengths"], strict=True)]
    count = len(taken.arrays["ids"])
    ids = (*taken.arrays["ids"].tolist(), *taken.arrays["top_ids"].tolist())
    texts = [token_text(token, piece) for token, piece in zip(ids, pieces, strict=True)]
    return texts[:count], texts[count:]
