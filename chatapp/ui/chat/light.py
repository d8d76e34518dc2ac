"""Lights up in the chat what the inspector's token looked at: each message's tokens, in the colours of attention."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor

from chatapp.core.attention_light import Light
from chatapp.core.context_sections import buffer_of
from chatapp.core.conversation import Message
from chatapp.core.token_places import section_places
from chatapp.services.attention_place import AttentionState
from chatapp.services.traces import Traced
from chatapp.ui import theme
from chatapp.ui.chat.heat import NONE, Heat, HeatStyle, palette_of
from chatapp.ui.inspector import scales

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_STYLE = HeatStyle(colored=True)
_NOWHERE = 1 << 40  # the `first` of messages that the inspector does not look at: none of its tokens is theirs


class LightHeat(Heat):
    """The tokens of one message, the first at *start* of the context."""

    def __init__(self, traced: Traced, start: int, first: int) -> None:
        super().__init__(traced, _STYLE)
        self.start = start
        self.first = first
        cells = traced.trace.cells
        self._starts = np.array([start + cell.start for cell in cells], np.int64)
        self._ends = np.array([start + cell.end for cell in cells], np.int64)
        self._light: Light | None = None

    def show(self, light: Light) -> None:
        """Colour by *light*."""
        if light is not self._light:
            self._light = light
            self._levels = [shade or NONE for shade in scales.shades(light.levels(self._starts, self._ends))]
            self.version += 1

    @property
    def is_looked_at(self) -> bool:
        """Whether these are the tokens of the message that the inspector looks at."""
        return self.first != _NOWHERE

    def weight(self, cell: int) -> float | None:
        """What a cell got; None of tokens that came later."""
        light, last = self._light, int(self._ends[cell])
        if light is None or last > len(light.row):
            return None
        return float(light.row[int(self._starts[cell]) : last].sum())

    def palette(self) -> Sequence[QColor]:
        return palette_of(scales.ATTENTION, theme.is_dark())


class ChatLight(QObject):
    """While the Attention tab is seen.

    Signals:
        context_changed()  `heat_of` has other answers
        light_changed()    those it gave have other colours
    """

    context_changed = Signal()
    light_changed = Signal()

    def __init__(self, services: "Services", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._chat = services.chat
        self._tasks = services.tasks
        self._context: tuple[object, ...] = ()
        self._heats: dict[int, LightHeat] = {}
        self.is_on = False
        attention = self._attention
        for signal in (attention.active_changed, attention.changed, attention.light.changed):
            signal.connect(self._update)

    def heat_of(self, message: Message) -> LightHeat | None:
        """The lit tokens of *message*; None where none was read."""
        return self._heats.get(message.id)

    def message_at(self, position: int) -> tuple[int, LightHeat] | None:
        """The message whose text has the token at *position* of the context."""
        return next(((m, heat) for m, heat in self._heats.items() if 0 <= position - heat.start < heat.count), None)

    def _update(self) -> None:
        attention = self._attention
        vocabulary, light = attention.vocabulary.current, attention.light.current
        is_on = (
            attention.is_active
            and vocabulary is not None
            and light is not None
            and attention.state in (AttentionState.READY, AttentionState.READING)
        )
        context = (attention.ids, attention.owners, attention.message_ids, vocabulary) if is_on else ()
        if not _same(context, self._context):
            self._context = context
            if is_on:
                self._read(context)  # until then what is shown stays
            else:
                self.is_on, self._heats = False, {}
                self.context_changed.emit()
        elif self.is_on and light is not None:
            for heat in self._heats.values():
                heat.show(light)
            self.light_changed.emit()

    def _read(self, context: tuple[object, ...]) -> None:
        """Find the tokens of every message in its text, off this thread."""
        attention, messages = self._attention, self._chat.conversation.messages
        ids, owners, vocabulary = attention.ids, attention.owners, attention.vocabulary.current
        assert vocabulary is not None
        looked_at = attention.shown[0] if attention.shown is not None else None
        zero = attention.position_of(0)
        wanted = [(owner, messages[i]) for owner, i in enumerate(attention.message_ids) if i in messages and i]

        def piece(token: int) -> bytes:
            return b"" if vocabulary.is_control(token) else vocabulary.piece(token)

        def work() -> dict[int, LightHeat]:
            found = {}
            for owner, message in wanted:
                places = np.flatnonzero(owners == owner)
                if len(places):
                    start, end = int(places[0]), int(places[-1]) + 1
                    trace = buffer_of(ids[start:end], piece)
                    traced = Traced(trace, section_places(trace, message.text))
                    first = start - zero if message.id == looked_at else _NOWHERE
                    found[message.id] = LightHeat(traced, start, first)
            return found

        self._tasks.run(work, lambda found: self._on_read(context, found))

    def _on_read(self, context: tuple[object, ...], found: dict[int, LightHeat]) -> None:
        light = self._attention.light.current
        if _same(context, self._context) and light is not None:
            self.is_on, self._heats = True, found
            for heat in found.values():
                heat.show(light)
            self.context_changed.emit()


def _same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return len(one) == len(other) and all(a is b for a, b in zip(one, other, strict=True))
