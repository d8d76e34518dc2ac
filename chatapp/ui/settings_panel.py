"""The panel for the conversation that is shown: its system prompt and how its replies are sampled."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from chatapp.core.context import Overflow
from chatapp.core.errors import RequestError
from chatapp.core.generation import SamplingParams
from chatapp.settings.schema import BY_KEY, COMPLETION, OVERFLOW, PREFILL, SYSTEM_PROMPT
from chatapp.ui.adapters import AdapterList
from chatapp.ui.preferences.row import SettingRow
from chatapp.ui.preset_bar import PresetBar
from chatapp.ui.sampler_chain import SamplerChain

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_WIDTH = 300
_BASIC = frozenset(
    {"temperature", "top_k", "top_p", "min_p", "repeat_penalty", "repeat_last_n", "seed", "max_tokens", "stop"}
)


class SettingsPanel(QScrollArea):
    """Follows the conversation; every change counts from the next reply on."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("settingsPanel")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(_WIDTH)
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(14)
        self._prompt = SettingRow(SYSTEM_PROMPT, inner)
        self._prompt.changed.connect(services.chat.set_system_prompt)
        self._prompt.reset_requested.connect(self._on_prompt_reset)
        column.addWidget(self._prompt)
        self._options: dict[str, SettingRow] = {}
        for setting, set_value in (
            (PREFILL, services.chat.set_prefill),
            (OVERFLOW, lambda value: services.chat.set_overflow(Overflow(value))),
            (COMPLETION, lambda value: services.chat.set_raw({"on": True, "off": False}.get(value))),
        ):
            row = SettingRow(setting, inner)
            row.changed.connect(set_value)
            row.reset_requested.connect(lambda key=setting.key, reset=set_value: self._on_option_reset(key, reset))
            self._options[setting.key] = row
            column.addWidget(row)
        line = QFrame(inner)
        line.setProperty("role", "line")
        column.addWidget(line)
        self._heading = QLabel(inner)
        self._heading.setProperty("role", "heading")
        column.addWidget(self._heading)
        self._presets = PresetBar(services, inner)
        self._presets.chosen.connect(self._show_all)
        column.addWidget(self._presets)
        self._rows: dict[str, SettingRow] = {}
        self._add_samplers(inner, column)
        self._add_buttons(inner, column)
        column.addWidget(AdapterList(services, inner))
        column.addStretch(1)
        self.setWidget(inner)
        services.chat.conversation_changed.connect(self._show_all)
        services.settings.changed.connect(self._on_setting_changed)
        services.presets.changed.connect(self._show_buttons)
        services.chat.sampling_changed.connect(self._on_sampling_changed)
        self._retranslate()
        self._show_all()

    def _add_samplers(self, inner: QWidget, column: QVBoxLayout) -> None:
        """A row for every value, the less usual ones folded away with the order of the stages."""
        self._more = QToolButton(inner)
        self._more.setObjectName("moreSamplersButton")
        self._more.setCheckable(True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._more.toggled.connect(self._on_more)
        self._folded = QWidget(inner)
        self._folded.setProperty("plain", "true")
        folded = QVBoxLayout(self._folded)
        folded.setContentsMargins(0, 0, 0, 0)
        folded.setSpacing(14)
        self._chain_title = QLabel(self._folded)
        self._chain = SamplerChain(self._folded)
        self._chain.edited.connect(self._on_chain)
        folded.addWidget(self._chain_title)
        folded.addWidget(self._chain)
        for field in fields(SamplingParams):
            if BY_KEY[f"sampling.{field.name}"].hidden:
                continue
            row = SettingRow(BY_KEY[f"sampling.{field.name}"], inner)
            row.changed.connect(lambda value, name=field.name: self._on_changed(name, value))
            row.reset_requested.connect(lambda name=field.name: self._on_reset(name))
            self._rows[field.name] = row
            (column if field.name in _BASIC else folded).addWidget(row)
        column.addWidget(self._more)
        column.addWidget(self._folded)
        self._on_more(shown=False)

    def _add_buttons(self, inner: QWidget, column: QVBoxLayout) -> None:
        self._reset_all = QPushButton(inner)
        self._reset_all.setObjectName("resetAllButton")
        self._reset_all.clicked.connect(self._on_reset_all)
        self._make_default = QPushButton(inner)
        self._make_default.setObjectName("makeDefaultButton")
        self._make_default.clicked.connect(self._on_make_default)
        self._reset_to_model = QPushButton(inner)
        self._reset_to_model.setObjectName("resetToModelButton")
        self._reset_to_model.clicked.connect(self._on_reset_to_model)
        column.addWidget(self._make_default)
        column.addWidget(self._reset_to_model)
        column.addWidget(self._reset_all)

    def _show_all(self) -> None:
        chat, settings = self._services.chat, self._services.settings
        self._prompt.show_value(chat.conversation.system_prompt, settings.get(SYSTEM_PROMPT.key))
        conversation = chat.conversation
        raw = {True: "on", False: "off", None: "auto"}[conversation.raw]
        values = {PREFILL: conversation.prefill, OVERFLOW: conversation.overflow.value, COMPLETION: raw}
        for setting, value in values.items():
            self._options[setting.key].show_value(value, settings.get(setting.key))
        params, defaults = chat.effective_sampling(), settings.sampling()
        for name, row in self._rows.items():
            row.show_value(getattr(params, name), getattr(defaults, name))
        self._chain.show_value(params)
        self._show_buttons()

    def _show_buttons(self) -> None:
        own = self._services.chat.effective_sampling() != self._services.settings.sampling()
        self._presets.refresh()
        self._reset_all.setEnabled(own)
        self._make_default.setEnabled(own)
        recommended = self._services.presets.recommendation()
        in_use = recommended == self._services.chat.effective_sampling()
        self._reset_to_model.setEnabled(recommended is not None and not in_use)
        if recommended is None:
            self._reset_to_model.setToolTip(self.tr("The makers of this model recommend nothing"))
        elif in_use:
            self._reset_to_model.setToolTip(self.tr("These values are in use"))
        else:
            self._reset_to_model.setToolTip(self.tr("What the makers of the model wrote into its file"))

    def _on_changed(self, name: str, value: object) -> None:
        chat = self._services.chat
        try:
            chat.set_sampling(chat.effective_sampling().with_value(name, value))
        except RequestError as error:
            self._rows[name].show_refusal(error)
        self._chain.show_value(chat.effective_sampling())
        self._show_buttons()

    def _on_sampling_changed(self) -> None:
        """It may have been set elsewhere; what is being typed here is left alone."""
        chat, settings = self._services.chat, self._services.settings
        params, defaults = chat.effective_sampling(), settings.sampling()
        for name, row in self._rows.items():
            value = getattr(params, name)
            if row.field.value() != value:
                row.show_value(value, getattr(defaults, name))
        self._chain.show_value(params)
        self._show_buttons()

    def _on_chain(self, order: tuple[str, ...], disabled: tuple[str, ...]) -> None:
        chat = self._services.chat
        chat.set_sampling(replace(chat.effective_sampling(), order=order, disabled=disabled))
        self._chain.show_value(chat.effective_sampling())
        self._show_buttons()

    def _on_more(self, shown: bool) -> None:
        self._folded.setVisible(shown)
        self._more.setArrowType(Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow)

    def _on_reset(self, name: str) -> None:
        self._on_changed(name, getattr(self._services.settings.sampling(), name))
        self._show_all()

    def _on_reset_all(self) -> None:
        self._services.chat.set_sampling(None)
        self._show_all()

    def _on_reset_to_model(self) -> None:
        recommended = self._services.presets.recommendation()
        if recommended is not None:
            self._services.chat.set_sampling(recommended)
        self._show_all()

    def _on_prompt_reset(self) -> None:
        self._services.chat.set_system_prompt(self._services.settings.get(SYSTEM_PROMPT.key))
        self._show_all()

    def _on_option_reset(self, key: str, reset: Callable[[str], object]) -> None:
        reset(self._services.settings.get(key))
        self._show_all()

    def _on_make_default(self) -> None:
        self._services.settings.set_sampling(self._services.chat.effective_sampling())
        self._show_all()

    def _on_setting_changed(self, key: str) -> None:
        if key.startswith("sampling.") or key == SYSTEM_PROMPT.key or key in self._options:
            self._show_all()

    def _retranslate(self) -> None:
        self._heading.setText(self.tr("How replies are sampled"))
        self._more.setText(self.tr("More samplers"))
        self._chain_title.setText(self.tr("Order of the samplers"))
        self._make_default.setText(self.tr("Use as default for new conversations"))
        self._reset_all.setText(self.tr("Back to the defaults"))
        self._reset_to_model.setText(self.tr("Reset to the model's recommendation"))
        self.setAccessibleName(self.tr("Settings of this conversation"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._show_buttons()
        super().changeEvent(event)
