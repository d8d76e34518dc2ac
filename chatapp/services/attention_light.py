"""What lights up, in the inspector and in the chat: how much of the attention is shown, and what is left out."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from chatapp.core.attention_light import Light, light_of

if TYPE_CHECKING:
    from chatapp.services.attention import AttentionService


class AttentionLight(QObject):
    """Of the picture that is shown; see `light_of` for what the three choices do.

    current  None where there is no picture
    pointed  a position of the context that is pointed at in the inspector
    Signals:
        changed()        `current` is another one
        pointed_changed()
        revealed(int)    somebody wants to see this position
    """

    changed = Signal()
    pointed_changed = Signal()
    revealed = Signal(int)

    def __init__(self, attention: "AttentionService") -> None:
        super().__init__(attention)
        self._attention = attention
        self._key: tuple[object, ...] | None = None
        self.mass = 0.9
        self.with_sink = False
        self.with_template = False
        self.current: Light | None = None
        self.pointed: int | None = None
        attention.changed.connect(self._update)
        attention.heads_changed.connect(self._update)

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
        attention = self._attention
        row = attention.row()
        key = None if row is None else (
            attention.shown, attention.heads, attention.how, self.mass, self.with_sink, self.with_template, len(row)
        )  # fmt: skip
        if key == self._key and (key is None) == (self.current is None):
            return
        self._key = key
        if row is None:
            self.current = None
        else:
            self.current = light_of(
                row, attention.owners[: len(row)], len(attention.regions) - 1,
                mass=self.mass, with_sink=self.with_sink, with_template=self.with_template,
            )  # fmt: skip
        self.changed.emit()
