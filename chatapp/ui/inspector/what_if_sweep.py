"""Which heads mattered for the token: each of them muted by itself, the grid painted by what came of it."""

import math
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from chatapp.core.attention_picture import Head
from chatapp.core.what_if import LN2, HeadEffects
from chatapp.services.what_if import WhatIf
from chatapp.ui.inspector.effect_grid import EffectGrid, EffectLegend
from chatapp.ui.inspector.numbers import count
from chatapp.ui.inspector.what_if_tables import RowsTable, head_rows
from chatapp.ui.inspector.what_if_words import effect_text
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class WhatIfSweep(QWidget):
    """A head that is clicked, in the grid or the list, is the one all pages of the tab look at."""

    def __init__(self, services: "Services", what_if: WhatIf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._engine = services.engine
        self._what_if = what_if
        self._by = CalmComboBox(self)
        self._by.setObjectName("effectBy")
        for name in ("change", "divergence"):
            self._by.addItem("", name)
        self._run = QPushButton(self)
        self._run.setObjectName("sweepRun")
        self._run.setProperty("primary", "true")
        self._told, self._pointed = QLabel(self), QLabel(self)
        for label, name in ((self._told, "sweepTold"), (self._pointed, "effectPointed")):
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._pointed.setProperty("role", "small")
        self._pointed.setMinimumHeight(2 * self._pointed.fontMetrics().lineSpacing())  # nothing moves
        self._pointed.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.grid = EffectGrid(self)
        self._legend = EffectLegend(self)
        self.table = RowsTable("effectTable", self)
        self.found = QWidget(self)  # what there is to see, without the controls
        self._empty = QWidget(self)
        self._arrange()
        self._attention.changed.connect(self.refresh)
        self._attention.heads_changed.connect(self._show_chosen)
        self._what_if.changed.connect(self.refresh)
        self._by.activated.connect(lambda _at: self.refresh())
        self._run.clicked.connect(self._on_run)
        self.grid.pointed.connect(self._show_pointed)
        self.grid.chosen.connect(self._on_chosen)
        self.table.chosen.connect(lambda head: self._on_chosen(head, "one"))
        self._retranslate()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._told, 1)
        row.addWidget(self._by)
        row.addWidget(self._run)
        upper = QWidget(self)
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 4)
        above.setSpacing(4)
        above.addWidget(self._legend)
        above.addWidget(self.grid, 1)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(upper)
        splitter.addWidget(self.table)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        inner = QVBoxLayout(self.found)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(4)
        inner.addWidget(splitter, 1)
        inner.addWidget(self._pointed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(self.found, 1)
        column.addWidget(self._empty, 1)

    @property
    def by(self) -> str:
        """What the heads are coloured by: "change" or "divergence"."""
        return str(self._by.currentData())

    # -- showing -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what was found for the selected token."""
        asking = self._what_if.is_asking
        self._run.setText(self.tr("Cancel") if asking else self.tr("Try every head"))
        if not self.isVisible():
            return
        effects, model = self._what_if.effects, self._engine.model
        self._run.setVisible(asking or effects is None or effects.done[0] < effects.done[1])
        self._run.setEnabled(asking or self._what_if.obstacle is None)
        self._by.setVisible(effects is not None)
        self.found.setVisible(effects is not None)
        self._empty.setVisible(effects is None)
        self._told.setText(self._sentence(effects))
        if effects is None:
            return
        values = effects.values(self.by)
        self.grid.show_heads(effects.picture, model.n_layer if model else 0, values, is_sorted=False)
        self._legend.show_effects(values, self._ends())
        self._show_chosen()

    def _sentence(self, effects: HeadEffects | None) -> str:
        if self._what_if.is_asking and self._what_if.sweeps:
            return self.tr("Muting each head… {percent} %").format(percent=number_text(100 * self._what_if.progress))
        if effects is None:
            return self.tr("Which heads mattered for this token? Each is muted by itself, and the change is measured.")
        done, total = effects.done
        if done < total:
            return self.tr("Stopped after {done} of {total} heads.").format(done=count(done), total=count(total))
        text = self.tr(
            "{total} heads, each muted at this token only. Half of them change less than {half} bits: no colour."
        )
        return text.format(total=count(total), half=number_text(effects.half(self.by) / LN2, 3))

    def _ends(self) -> tuple[str, ...]:
        if self.by == "divergence":
            return (self.tr("muting it changes what comes next"),)
        return (self.tr("without it: likelier"), self.tr("without it: less likely"))

    def _correlation_text(self, correlation: float) -> str:
        if math.isnan(correlation):
            return ""
        return self.tr(
            "Attention is not explanation: how hard a head looks at its top source and how much it matters go together "
            "by {number} here (rank correlation; 1 would be always, 0 not at all)."
        ).format(number=number_text(correlation, 2))

    def _show_chosen(self) -> None:
        effects, heads = self._what_if.effects, self._attention.heads
        self.grid.mark(heads)
        if effects is not None:
            titles = (
                self.tr("Head"), self.tr("Looks most at"), self.tr("Weight"), self.tr("Change (bits)"),
                self.tr("KL (bits)"),
            )  # fmt: skip
            self.table.show_rows(titles, head_rows(effects, self.by, heads, self._attention.word), 1)
        self._show_pointed(None)

    def _show_pointed(self, head: Head | None) -> None:
        effects = self._what_if.effects
        text = "" if effects is None else self._correlation_text(effects.correlation(self.by))
        if head is not None and effects is not None and head[0] in effects.picture.layers:
            at = effects.picture.layers.index(head[0])
            if not np.isnan(effects.change[at, head[1]]):
                effect = effects.at(at, head[1])
                text = effect_text(effect, self._attention.word(effect.source))
        self._pointed.setText(text)
        self.grid.describe(text)

    # -- choosing ------------------------------------------------------------------------------------------------------

    def _on_chosen(self, head: Head, manner: str) -> None:
        self._attention.choose_heads(self.grid.choice(self._attention.heads, head, manner))
        self._show_pointed(head)

    def _on_run(self) -> None:
        if self._what_if.is_asking:
            self._what_if.stop()
        else:
            self._what_if.sweep()

    def _retranslate(self) -> None:
        self._by.setItemText(0, self.tr("Probability of the token"))
        self._by.setItemText(1, self.tr("Whole distribution (KL)"))
        for widget in (self._by, self._by.view()):
            widget.setAccessibleName(self.tr("Colour heads by"))
        self.grid.no_attention = self.tr("no attention in this layer")
        self.grid.setAccessibleName(self.tr("Effect of every head"))
        self.table.name(self.tr("The heads that mattered most"))
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
