"""Links the chat's texts to traces and inspector: which tokens are coloured, outlined, pointed at and opened."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtWidgets import QWidget

from chatapp.core.conversation import Message, Role
from chatapp.core.errors import UserFixable
from chatapp.core.measure import Measure
from chatapp.settings.inspector import COLORS_IN_CHAT, RANK_BUCKETS, TOKEN_MEASURE, rank_bounds
from chatapp.ui.chat.heat import Heat, HeatStyle
from chatapp.ui.chat.light import ChatLight, LightHeat
from chatapp.ui.chat.message import MessageWidget
from chatapp.ui.chat.message_list import MessageList
from chatapp.ui.chat.token_card import TokenCard
from chatapp.ui.inspector.colour_row import ColourRow
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_SETTINGS = {setting.key for setting in (COLORS_IN_CHAT, RANK_BUCKETS, TOKEN_MEASURE)}


class HeatControl(QObject):
    """Of one chat view; *inspect_requested* asks for the inspector to be shown.

    legend  what the colours stand for, and the switch that takes them away; shown while they are on
    light   what the inspector's token looked at; while it is on, its colours are shown instead
    """

    inspect_requested = Signal()

    def __init__(self, services: "Services", messages: MessageList, parent: QWidget) -> None:
        super().__init__(parent)
        self._chat = services.chat
        self._settings = services.settings
        self._traces = services.traces
        self._attention = services.attention
        self._inspector = inspector = services.inspector
        self._engine = services.engine
        self._scores = scores = services.prompt_scores
        self._notices = services.notices
        self.legend = ColourRow(services.settings, parent, hint=False)
        self.legend.setObjectName("chatLegend")
        self.legend.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._list = messages
        self._area = parent
        self._card: TokenCard | None = None
        self.light = light = ChatLight(services, self)
        self._inspected: int | None = None  # the message whose tokens are outlined
        self._unseen = False  # the inspector's token is still to be brought into sight
        self._scored: set[int] = set()  # messages whose tokens were found; perhaps not where their text says
        self._waiting: tuple[int, int] | None = None  # message and place whose token is to be selected once it is read
        self._settings.changed.connect(self._on_setting_changed)
        self._traces.changed.connect(self._on_trace_changed)
        self._traces.grew.connect(self._on_trace_grew)
        inspector.message_changed.connect(self._on_inspected_changed)
        inspector.open_changed.connect(self._on_inspected_changed)
        inspector.token_changed.connect(self._on_token_changed)
        inspector.hover_changed.connect(self._show_marks)
        scores.changed.connect(self._on_scores_changed)
        scores.scored.connect(lambda message_id, _trace: self._scored.add(message_id))
        scores.failed.connect(self._on_score_failed)
        for can_or_cannot in (services.chat.state_changed, services.engine.state_changed):
            can_or_cannot.connect(self._offer_all)
        for read_otherwise in (services.chat.options_changed, services.engine.model_loaded):
            read_otherwise.connect(self._refresh_all)
        for elsewhere in (services.chat.path_changed, services.chat.conversation_changed):
            elsewhere.connect(self.hide_card)
        light.context_changed.connect(self._refresh_all)
        light.light_changed.connect(self._show_colors)
        services.attention.light.pointed_changed.connect(self._show_all_marks)
        services.attention.light.revealed.connect(self._on_revealed)
        messages.verticalScrollBar().valueChanged.connect(self.hide_card)
        messages.installEventFilter(self)

    @property
    def is_on(self) -> bool:
        """Whether tokens are coloured."""
        return self._settings.get(COLORS_IN_CHAT) == "on"

    def toggle(self) -> None:
        """Colour tokens, or no longer."""
        self._settings.set(COLORS_IN_CHAT, "off" if self.is_on else "on")

    def attach(self, widget: MessageWidget) -> None:
        """Take in a new widget."""
        widget.inspect_requested.connect(self._on_inspect_requested)
        widget.token_pointed.connect(self._on_token_pointed)
        widget.token_clicked.connect(self._select)
        widget.token_opened.connect(self._on_token_opened)
        widget.actions_row.score_clicked.connect(lambda: self._on_score_clicked(widget.message.id))

    def refresh(self, widget: MessageWidget) -> None:
        """Show the tokens of *widget*'s message as far as they are wanted."""
        if self.light.is_on:
            lit = self.light.heat_of(widget.message)
            if lit is not None:
                self._mark(lit, widget.message)
            widget.set_heat(lit)
            return
        outlined = self._inspector.is_open and self._inspector.message_id == widget.message.id
        traced = self._traces.of(widget.message) if self.is_on or outlined else None
        if traced is not None and self._scores.is_stale(widget.message, traced.trace.meta):
            traced = None
            self._scored.discard(widget.message.id)
        self._offer(widget, scored=traced is not None)
        if traced is None:
            widget.set_heat(None)
            return
        heat = widget.heat
        get = self._settings.get
        style = HeatStyle(self.is_on, Measure(get(TOKEN_MEASURE)), rank_bounds(get(RANK_BUCKETS)))
        if heat is None or heat.traced is not traced or heat.style != style:
            heat = Heat(traced, style)
        self._mark(heat, widget.message)
        widget.set_heat(heat)

    def hide_card(self) -> None:
        """Nothing is pointed at."""
        if self._card is not None:
            self._card.hide()

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _refresh_all(self) -> None:
        for widget in self._list.widgets():
            self.refresh(widget)

    def _on_setting_changed(self, key: str) -> None:
        if key in _SETTINGS:
            self.hide_card()
            self._refresh_all()

    def _on_trace_changed(self, message_id: int) -> None:
        widget = self._list.widget_of(message_id)
        if widget is not None:
            self.refresh(widget)
            self._bring_into_sight()
        if self._waiting is not None and self._waiting[0] == message_id:
            place, self._waiting = self._waiting[1], None
            message = self._chat.conversation.messages.get(message_id)
            traced = self._traces.of(message) if message is not None else None
            token = traced.places.token_at(place) if traced is not None else None
            if token is not None:
                self._inspector.select(message_id, token)

    def _on_trace_grew(self, message_id: int, first: int) -> None:
        widget = self._list.widget_of(message_id)
        if widget is not None and widget.heat is not None:
            widget.heat.grew(first)  # drawn with the text, a moment later

    def _on_inspected_changed(self) -> None:
        before, self._inspected = self._inspected, self._inspector.message_id if self._inspector.is_open else None
        self._unseen = before != self._inspected
        for message_id in {before, self._inspected} - {None}:
            widget = self._list.widget_of(message_id) if message_id is not None else None
            if widget is not None:
                self.refresh(widget)
                widget.show_marks()
        self._bring_into_sight()

    def _on_token_changed(self) -> None:
        self._show_marks()
        self._unseen = True
        self._bring_into_sight()

    def _bring_into_sight(self) -> None:
        """Scroll to the inspector's token, once, as soon as it is known where it stands."""
        token, message_id = self._inspector.token, self._inspector.message_id
        if not self._unseen or token is None or message_id is None or not self._inspector.is_open:
            return
        if self._inspector.is_text:
            return
        if self._list.widget_of(message_id) is None:
            self._list.show_message(message_id)
        widget = self._list.widget_of(message_id)
        if widget is None or widget.heat is None or not 0 <= token - widget.heat.first < widget.heat.count:
            return
        self._unseen = False
        token -= widget.heat.first
        area = widget.area_of(widget.heat.traced.places.span_of(token, token + 1)[0])
        if area is not None:
            self._list.show_line(message_id, area)

    def _show_marks(self) -> None:
        message_id = self._inspector.message_id
        widget = self._list.widget_of(message_id) if message_id is not None else None
        if widget is not None and widget.heat is not None:
            before = widget.heat.marked()
            self._mark(widget.heat, widget.message)
            if widget.heat.marked() != before:
                widget.show_marks()

    def _mark(self, heat: Heat, message: Message) -> None:
        shown = self._inspector.is_open and self._inspector.message_id == message.id
        heat.selected = self._inspector.token if shown else None
        heat.hovered = self._inspector.hovered if shown else None
        pointed = self._attention.light.pointed
        if isinstance(heat, LightHeat) and pointed is not None and heat.hovered is None:
            heat.hovered = heat.first + pointed - heat.start

    def _show_all_marks(self) -> None:
        """What is pointed at in the inspector may stand in any message."""
        for widget in self._list.widgets():
            if isinstance(widget.heat, LightHeat):
                self._mark(widget.heat, widget.message)
                widget.show_marks()

    def _show_colors(self) -> None:
        for widget in self._list.widgets():
            widget.show_colors()

    def _on_revealed(self, position: int) -> None:
        found = self.light.message_at(position)
        if found is not None:
            message_id, heat = found
            self._list.show_message(message_id)
            widget = self._list.widget_of(message_id)
            place = heat.traced.places.span_of(position - heat.start, position - heat.start + 1)[0]
            area = widget.area_of(place) if widget is not None else None
            if area is not None:
                self._list.show_line(message_id, area)

    # -- scoring what was not sampled ----------------------------------------------------------------------------------

    def _offer(self, widget: MessageWidget, *, scored: bool) -> None:
        """Offer to score the tokens of a message that has none yet, or to stop that."""
        message, row = widget.message, widget.actions_row
        progress = self._scores.progress(message.id)
        known = scored or message.id in self._scored or not self._traces.is_known(message.id)
        if not self.is_on or message.role is Role.ASSISTANT or (known and progress is None):
            row.set_score("")
        elif progress is not None:
            percent = number_text(100 * progress)
            row.set_score(self.tr("Cancel scoring ({percent} %)").format(percent=percent))
        elif self._engine.model is None:
            row.set_score(self.tr("Score this message"), self.tr("This needs a model: load one first"), enabled=False)
        else:
            told = self.tr("How likely were these words? The model reads the conversation up to here once more")
            idle = self._chat.streaming_id is None
            row.set_score(self.tr("Score this message"), told, enabled=idle)

    def _offer_all(self) -> None:
        for widget in self._list.widgets() if self.is_on else ():
            self._offer(widget, scored=widget.heat is not None)

    def _on_scores_changed(self, message_id: int) -> None:
        widget = self._list.widget_of(message_id)
        if widget is not None:
            self._offer(widget, scored=widget.heat is not None)

    def _on_score_clicked(self, message_id: int) -> None:
        if self._scores.progress(message_id) is not None:
            self._scores.cancel(message_id)
        else:
            self._scores.score(message_id)

    def _on_score_failed(self, message_id: int, error: UserFixable) -> None:
        if not self._inspector.is_open or self._inspector.message_id != message_id:  # which says it itself
            self._notices.post_error(error, key="score")

    # -- what the user does --------------------------------------------------------------------------------------------

    def _on_token_pointed(self, message_id: int, cell: int | None, where: QRect) -> None:
        widget = self._list.widget_of(message_id)
        heat = widget.heat if widget is not None else None
        if heat is None or cell is None or cell >= len(heat.traced.trace.cells):
            cell = None  # the trace may be another one since the text was painted
            self.hide_card()
        else:
            self._tell(heat, cell, where)
        if heat is not None and widget is not None:
            heat.hovered = None if cell is None else heat.token_of(cell)
            if self._inspector.message_id == message_id:
                self._inspector.hover(heat.hovered)
            widget.show_marks()

    def _tell(self, heat: Heat, cell: int, where: QRect) -> None:
        """Show a card beside the token that is pointed at, with what is known of it."""
        if self._card is None:
            self._card = TokenCard(self._area.window())
        if not isinstance(heat, LightHeat):
            self._card.show_cell(heat.traced.trace, cell, where)
        elif heat.is_looked_at:
            self._card.hide()  # it is this token's own sources that light up now
        else:
            self._card.show_weight(heat.traced.trace, cell, heat.weight(cell), where)

    def _select(self, message_id: int, cell: int) -> None:
        widget = self._list.widget_of(message_id)
        heat = widget.heat if widget is not None else None
        if heat is None or cell >= len(heat.traced.trace.cells):
            return
        if isinstance(heat, LightHeat) and not heat.is_looked_at:
            self._select_at(message_id, heat.traced.places.span_of(heat.cell(cell).start, heat.count)[0])
        else:
            self._inspector.select(message_id, heat.token_of(cell))

    def _on_token_opened(self, message_id: int, cell: int) -> None:
        self._select(message_id, cell)
        self.inspect_requested.emit()

    def _on_inspect_requested(self, message_id: int, place: int | None) -> None:
        self._select_at(message_id, place)
        self.inspect_requested.emit()

    def _select_at(self, message_id: int, place: int | None) -> None:
        """Select the token at *place* of a message's text, as soon as its tokens are known."""
        self.hide_card()
        message = self._chat.conversation.messages.get(message_id)
        traced = self._traces.of(message) if message is not None and place is not None else None
        token = traced.places.token_at(place) if traced is not None and place is not None else None
        self._inspector.select(message_id, token)
        if place is not None and not self._traces.is_known(message_id):
            self._waiting = (message_id, place)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in {QEvent.Type.Hide, QEvent.Type.Resize, QEvent.Type.KeyPress, QEvent.Type.Leave}:
            self.hide_card()
        return super().eventFilter(watched, event)
