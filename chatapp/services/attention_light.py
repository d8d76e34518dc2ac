"""What lights up, in the inspector and in the chat: of which token, and how much of its attention is shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from chatapp.core.attention_light import Light, light_of
from chatapp.services.inspector import InspectorService

if TYPE_CHECKING:
    from chatapp.services.attention import AttentionService


class AttentionLight(QObject):
    """Of the token that is pointed at or selected, at once where its row is known; see `light_of` for the choices.

    current  None where there is nothing
    token    whose it is, of the message that is looked at; while another one is read, still the one before
    pointed  a position of the context that is pointed at in the inspector
    Signals:
        changed()        `current` is another one
        pointed_changed()
        revealed(int)    somebody wants to see this position
    """

    changed = Signal()
    pointed_changed = Signal()
    revealed = Signal(int)

    def __init__(self, attention: "AttentionService", inspector: InspectorService) -> None:
        super().__init__(attention)
        self._attention = attention
        self._inspector = inspector
        self._key: tuple[object, ...] | None = None
        self.mass = 0.8
        self.with_sink = False
        self.with_template = False
        self.current: Light | None = None
        self.token: int | None = None
        self.pointed: int | None = None
        for signal in (
            inspector.hover_changed, inspector.token_changed, attention.changed, attention.heads_changed,
            attention.rows.changed,
        ):  # fmt: skip
            signal.connect(self._update)

    def show(self, *, mass: float | None = None, sink: bool | None = None, template: bool | None = None) -> None:
        """Show the tokens that have the share *mass* together, the *sink*, the *template*'s own; None: as it is."""
        self.mass = self.mass if mass is None else mass
        self.with_sink = self.with_sink if sink is None else sink
        self.with_template = self.with_template if template is None else template
        self._update()

    def point(self, position: int | None, *, reveal: bool = False) -> None:
        """Outline *position* wherever it stands, and bring it into view when asked to *reveal* it."""
        if position != self.pointed:
            self.pointed = position
            self.pointed_changed.emit()
        if reveal and position is not None:
            self.revealed.emit(position)

    def _update(self) -> None:
        attention, inspector = self._attention, self._inspector
        now = inspector.token if inspector.hovered is None else inspector.hovered
        shown = attention.shown[1] if attention.shown is not None else None
        for token in dict.fromkeys((now, self.token, shown)):  # the one before, until the new one is there
            row = attention.row(token) if token is not None and attention.is_active else None
            if row is not None:
                break
        exact = attention.shown if attention.shown is not None and attention.shown[1] == token else None
        key = None if row is None else (
            exact, token, attention.moment, attention.heads, attention.how, self.mass, self.with_sink,
            self.with_template, id(attention.ids),
        )  # fmt: skip
        if key == self._key:
            return
        self._key = key
        self.token = token if row is not None else None
        self.current = None if row is None else light_of(
            row, attention.owners[: len(row)], len(attention.regions) - 1,
            mass=self.mass, with_sink=self.with_sink, with_template=self.with_template,
        )  # fmt: skip
        self.changed.emit()
