"""The page that shows what the token looked at: the context in the strength of its attention, and the top sources."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QSplitter, QVBoxLayout, QWidget

from chatapp.core.attention_light import Light
from chatapp.services.attention_rows import ROLLOUT
from chatapp.ui.inspector.attention_words import region_title, template_title, weight_text
from chatapp.ui.inspector.rollout_line import RolloutLine
from chatapp.ui.inspector.source_list import SourceList, SourceRow
from chatapp.ui.inspector.source_strip import SourceStrip
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_TOP = 20  # sources in the list
_LEAST = 50  # percent


class SourcesPage(QWidget):
    """Shows the picture of `AttentionService` for the heads that are chosen."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._attention = services.attention
        self._inspector = services.inspector
        self._context: tuple[object, ...] = ()
        self._how = CalmComboBox(self)
        self._how.setObjectName("attentionHow")
        for how in ("mean", "max", ROLLOUT):
            self._how.addItem("", how)
        self._mass = QSlider(Qt.Orientation.Horizontal, self)
        self._mass.setObjectName("attentionMass")
        self._mass.setRange(_LEAST, 100)
        self._mass.setValue(round(100 * services.attention.light.mass))
        self._mass_text = QLabel(self)
        self._mass_text.setObjectName("attentionMassText")
        self._rollout = RolloutLine(services.attention, self)
        self._template, self._sink = QCheckBox(self), QCheckBox(self)
        self._template.setObjectName("attentionTemplate")
        self._sink.setObjectName("attentionSink")
        self._numbers = ElidedLabel(self)
        self._numbers.setObjectName("attentionNumbers")
        self._numbers.setProperty("role", "small")
        self.strip = SourceStrip(self)
        self._pointed = ElidedLabel(self)
        self._pointed.setObjectName("attentionPointed")
        self._pointed.setProperty("role", "small")
        self.list = SourceList(self)
        self._arrange()
        self._connect()
        self._retranslate()

    def _arrange(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._how)
        first.addWidget(self._mass, 1)
        first.addWidget(self._mass_text)
        second.setSpacing(14)
        second.addWidget(self._template)
        second.addWidget(self._sink)
        second.addStretch(1)
        upper = QWidget(self)
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 4)
        above.setSpacing(6)
        above.addLayout(first)
        above.addLayout(second)
        above.addWidget(self._rollout)
        above.addWidget(self._numbers)
        above.addWidget(self.strip, 1)
        above.addWidget(self._pointed)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(upper)
        splitter.addWidget(self.list)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([300, 130])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(splitter)

    def _connect(self) -> None:
        attention = self._attention
        attention.changed.connect(self.show_picture)
        attention.light.changed.connect(self.show_picture)
        self._how.activated.connect(lambda _at: attention.choose_heads(attention.heads, self._how.currentData()))
        light = attention.light
        self._mass.valueChanged.connect(lambda value: light.show(mass=value / 100))
        self._template.toggled.connect(lambda on: light.show(template=on))
        self._sink.toggled.connect(lambda on: light.show(sink=on))
        self.strip.pointed.connect(self._on_pointed)
        self.strip.chosen.connect(self._on_chosen)
        self.list.went_to.connect(self._on_source)

    # -- showing -------------------------------------------------------------------------------------------------------

    def show_picture(self) -> None:
        """Show the attention of the token as it is known now."""
        attention, vocabulary = self._attention, self._attention.vocabulary.current
        picture = attention.picture
        self._mass_text.setText(self.tr("{percent} of the attention").format(percent=f"{self._mass.value()} %"))
        if picture is None or vocabulary is None or attention.shown is None:
            return
        context = (attention.ids, attention.owners, vocabulary, self._template.isChecked())
        if len(self._context) != len(context) or any(a is not b for a, b in zip(context, self._context, strict=True)):
            self._context = context
            self.strip.show_context(
                attention.ids, attention.owners, vocabulary.piece, template=self._template.isChecked()
            )
        light = attention.light.current
        titles = [region_title(region) for region in attention.regions]
        if light is None:
            self._numbers.set_full_text("")
            self.strip.set_titles(titles, ())
            self.strip.show_row(None, attention.position_of(attention.shown[1]))
            self.list.show_sources([])
            return
        self._numbers.set_full_text(
            self._numbers_text(light)
            + " · "
            + self.tr("strongest colour: {weight}").format(
                weight=weight_text(light.full, fine=attention.rows.is_rollout)
            )
        )
        self.strip.set_titles(titles, light.shares[: len(titles)].tolist())
        token = attention.light.token if attention.light.token is not None else attention.shown[1]
        self.strip.show_row(light, attention.position_of(token))
        self.list.sources.fine = attention.rows.is_rollout
        self.list.show_sources([self._source(at, float(light.counted[at])) for at in light.found[:_TOP]])

    def _numbers_text(self, light: Light) -> str:
        if self._attention.how == "max" and len(self._attention.heads) != 1:
            text = self.tr("first token (sink): {sink} in the head that looks there most")
        else:
            text = self.tr("first token (sink): {sink} · template: {template}")
        return text.format(sink=weight_text(min(1.0, light.sink)), template=weight_text(light.template))

    def _source(self, position: int, weight: float) -> SourceRow:
        return SourceRow(position, self._attention.word(position), self._message(position), weight)

    def _message(self, position: int) -> str:
        owner, regions = int(self._attention.owners[position]), self._attention.regions
        return region_title(regions[owner]) if 0 <= owner < len(regions) else template_title()

    def _show_pointed(self, position: int | None) -> None:
        text = self.tr("Point at a token to see its weight; a click on one of this message selects it.")
        if position is not None and position < len(self._attention.ids):
            text = f"“{self._attention.word(position)}” · {self._message(position)}"
            light = self._attention.light.current
            if light is not None and position < len(light.row):
                text += f" · {weight_text(float(light.row[position]), fine=self._attention.rows.is_rollout)}"
            else:
                text += " · " + self.tr("not written yet")
        self._pointed.set_full_text(text)
        self.strip.describe(text)

    def _on_chosen(self, position: int) -> None:
        """A token of the message that is looked at becomes the selected one."""
        token = self._attention.token_at(position)
        if token is not None:
            self._inspector.hover(None)
            self._inspector.select_token(token)

    def _on_pointed(self, position: int | None) -> None:
        self._attention.light.point(position)
        self._show_pointed(position)

    def _on_source(self, position: int) -> None:
        self.strip.point_out(position)
        self._attention.light.point(position, reveal=True)
        self._show_pointed(position)

    def _retranslate(self) -> None:
        self._how.setItemText(0, self.tr("Mean of the heads"))
        self._how.setItemText(1, self.tr("Largest of the heads"))
        self._how.setItemText(2, self.tr("Rollout"))
        for widget in (self._how, self._how.view()):
            widget.setAccessibleName(self.tr("How heads are put together"))
        self._mass.setAccessibleName(self.tr("Share of the attention that is shown"))
        self._mass.setToolTip(self.tr("Show the fewest tokens that together have this share of the attention"))
        self._template.setText(self.tr("Template tokens"))
        self._template.setToolTip(self.tr("Also show the tokens that the chat template puts around the messages"))
        self._sink.setText(self.tr("Colour the first token, too"))
        self._sink.setToolTip(
            self.tr("Heads with nothing to look for look at the first token; in its colour all others would be pale")
        )
        self.strip.setAccessibleName(self.tr("What the token looked at"))
        for widget in (self.list, self.list.horizontalHeader(), self.list.verticalHeader()):
            widget.setAccessibleName(self.tr("Top sources"))
        self._show_pointed(None)
        self.show_picture()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
