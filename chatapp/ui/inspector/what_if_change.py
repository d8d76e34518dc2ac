"""What if some heads were muted, or a part of the conversation hidden: choose, run, compare."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QPushButton, QSplitter, QVBoxLayout, QWidget

from chatapp.core.token_text import token_text
from chatapp.core.what_if import Change, Effect, parsed_heads, typed_heads
from chatapp.services.what_if import WhatIf
from chatapp.ui.inspector.attention_words import region_title
from chatapp.ui.inspector.span_strip import Span, SpanStrip
from chatapp.ui.inspector.what_if_tables import RowsTable, token_rows
from chatapp.ui.inspector.what_if_words import before_after, figures_text, story
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_WORDS = 40  # characters of a message
_NOTHING, _MARKED = -2, -1  # what is hidden; else the number of a message


class WhatIfChange(QWidget):
    """The heads are those that are chosen everywhere in the tab; what is hidden is marked here."""

    def __init__(self, services: "Services", what_if: WhatIf, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self._what_if = what_if
        self._context: tuple[object, ...] = ()
        self._span: Span | None = None
        self._shown: Effect | None = None
        self._mute, self._hide = QLabel(self), QLabel(self)
        self._heads = QLineEdit(self)
        self._heads.setObjectName("whatIfHeads")
        self._where, self._message = CalmComboBox(self), CalmComboBox(self)
        self._where.setObjectName("whatIfWhere")
        self._message.setObjectName("whatIfHidden")
        for everywhere in (False, True):
            self._where.addItem("", everywhere)
        self._message.setMinimumContentsLength(12)
        self._message.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._run = QPushButton(self)
        self._run.setObjectName("whatIfRun")
        self._run.setProperty("primary", "true")
        self._told = ElidedLabel(self)
        self._told.setObjectName("whatIfTold")
        self._told.setProperty("role", "small")
        self.strip = SpanStrip(self)
        self.strip.setObjectName("whatIfSpan")
        self.found = QSplitter(Qt.Orientation.Vertical, self)  # what there is to see, without the controls
        self._result = QWidget(self)
        self._headline, self._story, self._figures = QLabel(self), QLabel(self), QLabel(self)
        for label, name, role in (
            (self._headline, "whatIfBeforeAfter", "heading"), (self._story, "whatIfStory", ""),
            (self._figures, "whatIfFigures", "small"),
        ):  # fmt: skip
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            if role:
                label.setProperty("role", role)
        self.table = RowsTable("whatIfTable", self)
        self._arrange()
        self._connect()
        self._retranslate()

    def _arrange(self) -> None:
        above = QGridLayout()
        above.setContentsMargins(0, 0, 0, 0)
        above.setHorizontalSpacing(8)
        above.setVerticalSpacing(6)
        above.addWidget(self._mute, 0, 0)
        above.addWidget(self._heads, 0, 1)
        above.addWidget(self._where, 0, 2)
        above.addWidget(self._hide, 1, 0)
        above.addWidget(self._message, 1, 1)
        above.addWidget(self._run, 1, 2)
        above.setColumnStretch(1, 1)
        upper = QWidget(self)
        first = QVBoxLayout(upper)
        first.setContentsMargins(0, 0, 0, 4)
        first.setSpacing(4)
        first.addWidget(self.strip, 1)
        first.addWidget(self._told)
        second = QVBoxLayout(self._result)
        second.setContentsMargins(0, 4, 0, 0)
        second.setSpacing(4)
        second.addWidget(self._headline)
        second.addWidget(self._story)
        second.addWidget(self._figures)
        second.addWidget(self.table, 1)
        self.found.setChildrenCollapsible(False)
        self.found.setHandleWidth(1)
        self.found.addWidget(upper)
        self.found.addWidget(self._result)
        self.found.setStretchFactor(0, 1)
        self.found.setStretchFactor(1, 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(above)
        column.addWidget(self.found, 1)

    def _connect(self) -> None:
        self._attention.changed.connect(self.refresh)
        self._attention.light.changed.connect(self.refresh)
        self._attention.heads_changed.connect(self.refresh)
        self._what_if.changed.connect(self.refresh)
        self._inspector.message_changed.connect(lambda: self._set_span(None))
        self._where.activated.connect(lambda _at: self.refresh())
        self._heads.editingFinished.connect(self._on_typed)
        self._message.activated.connect(self._on_message)
        self.strip.marked.connect(lambda start, end: self._set_span((start, end) if end > start else None))
        self._run.clicked.connect(self._on_run)

    @property
    def effect(self) -> Effect | None:
        """What came of what is chosen now, None before it was tried."""
        effect = self._what_if.effect
        return effect if effect is not None and effect.change == self.change else None

    @property
    def change(self) -> Change:
        """What is to be tried."""
        return Change(self._attention.heads, bool(self._where.currentData()), self._span)

    # -- showing -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show the selected token, and what was found for it."""
        asking = self._what_if.is_asking
        self._run.setText(self.tr("Cancel") if asking else self.tr("Run"))
        if not self.isVisible():
            return
        self._show_context()
        self._show_heads()
        self._show_messages()
        effect = self.effect
        self._result.setVisible(effect is not None)
        if effect is not None:
            self._show_effect(effect)
        self._run.setEnabled(asking or (self._what_if.obstacle is None and not self.change.is_nothing))
        if self.change.is_nothing:
            told = self.tr("Choose heads, or drag over what the tokens after it shall not see.")
        else:
            told = self.tr("Drag over tokens to hide them; a click takes them back.")
        self._told.set_full_text(told)
        self._told.setVisible(effect is None)  # the result needs the room

    def _show_context(self) -> None:
        attention, vocabulary = self._attention, self._attention.vocabulary.current
        light = attention.light.current
        if light is None or vocabulary is None:
            return
        context = (attention.ids, attention.owners, vocabulary)
        if len(self._context) != len(context) or any(a is not b for a, b in zip(context, self._context, strict=True)):
            self._context = context
            self.strip.show_context(attention.ids, attention.owners, vocabulary.piece, template=False)
        if self._span is not None and self._span[1] > self._last:
            self._set_span(None)
        titles = [region_title(region) for region in attention.regions]
        self.strip.set_titles(titles, light.shares[: len(titles)].tolist())
        self.strip.show_row(light, self._last + 1)
        self.strip.show_span(self._span)

    @property
    def _last(self) -> int:
        """The position of the token before the selected one, which cannot be hidden."""
        trace, token = self._inspector.trace, self._inspector.token
        return len(self._attention.ids) - len(trace) + (token or 0) - 1

    def _show_heads(self) -> None:
        if not self._heads.hasFocus():
            self._heads.setText(typed_heads(self._attention.heads))

    def _show_messages(self) -> None:
        items = [(self.tr("nothing"), _NOTHING)]
        if self._span is not None:
            start, end = self._span
            items.append((self.tr("tokens {start} to {end}").format(start=start + 1, end=end), _MARKED))
        for owner, region in enumerate(self._attention.regions):
            if self._span_of(owner) is not None:
                words = region.words if len(region.words) <= _WORDS else f"{region.words[:_WORDS]}…"
                items.append((": ".join(filter(None, (region_title(region), words))), owner))
        current = next((owner for _, owner in items if owner >= 0 and self._span_of(owner) == self._span), None)
        if current is None:
            current = _NOTHING if self._span is None else _MARKED
        if [(self._message.itemText(at), self._message.itemData(at)) for at in range(self._message.count())] != items:
            self._message.clear()
            for text, owner in items:
                self._message.addItem(text, owner)
        self._message.setCurrentIndex(self._message.findData(current))

    def _show_effect(self, effect: Effect) -> None:
        if effect is not self._shown:  # the strip has less room now: what was changed stays in view
            self._shown = effect
            self.strip.reveal(effect.change.hidden[0] if effect.change.hidden is not None else effect.source[0])
        token = self._attention.word(self._last + 1)  # of a part of a character which one it is

        def word(other: int) -> str:
            return token if other == effect.token.token else self._word(other)

        self._headline.setText(f"“{token}”  {before_after(effect)}")
        self._story.setText(story(effect, token, self._attention.word))
        written = float(self._inspector.trace.logprobs[self._inspector.token or 0])
        self._figures.setText(figures_text(effect, math.exp(written)))
        heads = (self.tr("Likeliest"), self.tr("Before"), self.tr("After"), self.tr("Points"), self.tr("Rank"))
        self.table.show_rows(heads, token_rows(effect, word))

    def _word(self, token: int) -> str:
        vocabulary = self._attention.vocabulary.current
        return token_text(token, vocabulary.piece(token)) if vocabulary is not None else ""

    # -- choosing ------------------------------------------------------------------------------------------------------

    def _span_of(self, owner: int) -> Span | None:
        """What of a message can be hidden."""
        places = (self._attention.owners == owner).nonzero()[0]
        return self._allowed((int(places[0]), int(places[-1]) + 1)) if len(places) else None

    def _allowed(self, span: Span) -> Span | None:
        start, end = max(1, span[0]), min(self._last, span[1])
        return (start, end) if end > start else None

    def _set_span(self, span: Span | None) -> None:
        span = None if span is None else self._allowed(span)
        if span != self._span:
            self._span = span
            self.refresh()

    def _on_message(self) -> None:
        owner = self._message.currentData()
        if owner != _MARKED:
            self._set_span(None if owner == _NOTHING else self._span_of(owner))

    def _on_typed(self) -> None:
        picture = self._attention.picture
        if picture is None:
            return
        try:
            heads = parsed_heads(self._heads.text(), picture)
        except ValueError as error:
            told = self.tr("There is no head “{text}”. Layer and head are numbers, such as 5.2.")
            self._told.set_full_text(told.format(text=error))
            self._told.show()
            return
        self._attention.choose_heads(heads)
        self._heads.setText(typed_heads(heads))
        self.refresh()

    def _on_run(self) -> None:
        if self._what_if.is_asking:
            self._what_if.stop()
        else:
            self._what_if.try_out(self.change)

    # -- words ---------------------------------------------------------------------------------------------------------

    def _retranslate(self) -> None:
        self._mute.setText(self.tr("Mute"))
        self._hide.setText(self.tr("Hide"))
        self._heads.setPlaceholderText(self.tr("heads, such as 5.2, 7.* or those you choose"))
        self._heads.setAccessibleName(self.tr("Heads to mute: layer.head, layer.* for all of a layer"))
        self._heads.setToolTip(self._heads.accessibleName())
        self._where.setItemText(0, self.tr("at this token"))
        self._where.setItemText(1, self.tr("everywhere"))
        for combo, name in (
            (self._where, self.tr("Where the heads are muted")), (self._message, self.tr("What is hidden")),
        ):  # fmt: skip
            combo.setAccessibleName(name)
            combo.view().setAccessibleName(name)
            combo.setToolTip(name)
        self.strip.setAccessibleName(self.tr("Conversation, to mark what is hidden"))
        self.table.name(self.tr("Likeliest tokens before and after"))
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
