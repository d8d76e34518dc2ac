"""The sliders of the Sampling tab: one line for every value of the samplers, the less usual ones folded away."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QToolButton, QVBoxLayout, QWidget

from chatapp.core.errors import RequestError
from chatapp.core.sampling import SamplingParams
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.schema import BY_KEY
from chatapp.ui.i18n import setting_text
from chatapp.ui.preferences.field import Field
from chatapp.ui.preferences.fields import field_for
from chatapp.ui.widgets.text import ElidedLabel

BASIC = ("temperature", "top_k", "top_p", "min_p")
FURTHER = (
    "typical_p", "top_n_sigma", "xtc_probability", "xtc_threshold", "repeat_penalty", "repeat_last_n",
    "frequency_penalty", "presence_penalty", "dynatemp_range", "dry_multiplier",
)  # fmt: skip
# Shorter than the settings' titles, for a narrow panel.
_SHORT = {
    "xtc_probability": QT_TRANSLATE_NOOP("ReshapeControls", "XTC: how often"),
    "xtc_threshold": QT_TRANSLATE_NOOP("ReshapeControls", "XTC: threshold"),
    "dry_multiplier": QT_TRANSLATE_NOOP("ReshapeControls", "DRY"),
}
# What "Apply" leaves as the chat has it: it does not shape the distribution, or belongs to one reply alone.
NOT_APPLIED = ("seed", "max_tokens", "stop", "grammar", "json_schema", "logit_bias")


class ReshapeControls(QWidget):
    """Signals:

    changed(SamplingParams)  a slider was moved
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("plain", "true")
        self.params = SamplingParams()
        self.fields: dict[str, Field] = {}
        self._labels: dict[str, ElidedLabel] = {}
        self._more = QToolButton(self)
        self._more.setObjectName("moreReshapeButton")
        self._more.setCheckable(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.toggled.connect(self._on_more)
        self._folded = QWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(4)
        column.addLayout(self._grid(BASIC, self))
        column.addWidget(self._more)
        column.addWidget(self._folded)
        self._folded.setLayout(self._grid(FURTHER, self._folded))
        self._on_more(shown=False)
        self._retranslate()
        self.show_params(self.params)

    def show_params(self, params: SamplingParams) -> None:
        """Show *params* without telling anyone."""
        self.params = params
        for name, field in self.fields.items():
            field.show_value(getattr(params, name))

    def _grid(self, names: tuple[str, ...], parent: QWidget) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(3)
        grid.setColumnStretch(1, 1)
        for row, name in enumerate(names):
            setting = BY_KEY[f"sampling.{name}"]
            field = self.fields[name] = field_for(setting, parent)
            field.setObjectName(f"reshape.{name}")
            field.edited.connect(lambda value, name=name: self._on_edited(name, value))
            label = self._labels[name] = ElidedLabel(parent)
            label.setFixedWidth(130)
            label.setBuddy(field)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        return grid

    def _on_edited(self, name: str, value: Any) -> None:
        changes: dict[str, Any] = {name: value}
        if name in self.params.disabled:  # who moves it wants to see what it does
            changes["disabled"] = tuple(stage for stage in self.params.disabled if stage != name)
        try:
            self.params = replace(self.params, **changes).checked()
        except RequestError:
            return  # half typed
        self.changed.emit(self.params)

    def _on_more(self, shown: bool) -> None:
        self._folded.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def _retranslate(self) -> None:
        self._more.setText(self.tr("More samplers"))
        for name, field in self.fields.items():
            title, explanation = setting_text(BY_KEY[f"sampling.{name}"])
            self._labels[name].set_full_text(self.tr(_SHORT[name]) if name in _SHORT else title)
            wrapped = f"<qt><b>{title}</b><div style='max-width:320px'>{explanation}</div></qt>"
            self._labels[name].set_tool_tip(wrapped)
            field.set_label(title)
            field.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def applied(shaped: SamplingParams, chat: SamplingParams) -> SamplingParams:
    """*shaped* as the settings of a chat, whose seed, lengths and rules stay."""
    kept: dict[str, Any] = {name: getattr(chat, name) for name in NOT_APPLIED}
    return replace(shaped, **kept)
