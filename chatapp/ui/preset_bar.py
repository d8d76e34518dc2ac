"""Choosing a sampling preset for the conversation that is shown, and keeping one's own."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QInputDialog, QMenu, QToolButton, QWidget

from chatapp.core.sampling import SamplingParams
from chatapp.settings.presets import Preset
from chatapp.ui.i18n import setting_word
from chatapp.ui.widgets.combo import CalmComboBox

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class PresetBar(QWidget):
    """A list to choose from and a menu of what can be done with the preset in it.

    Signals:
        chosen  the conversation has the values of another preset now
    """

    chosen = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._wanted: Preset | None = None  # of several with the same values
        self._box = CalmComboBox(self)
        self._box.setObjectName("presetBox")
        self._box.activated.connect(self._on_chosen)
        self._button = QToolButton(self)
        self._button.setObjectName("presetMenuButton")
        self._button.setText("…")
        self._button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self._button)
        self._menu.aboutToShow.connect(self._fill_menu)
        self._button.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._box, 1)
        row.addWidget(self._button)
        self.setFocusProxy(self._box)
        services.presets.changed.connect(self.refresh)
        self._retranslate()

    def refresh(self) -> None:
        """Show the presets there are, and the one whose values are in use (or that it is none)."""
        params = self._services.chat.effective_sampling()
        presets = list(self._services.presets.all())
        recommendation = self._services.presets.recommendation()
        if recommendation is not None:
            presets.insert(0, Preset(self.tr("Model's recommendation"), recommendation, built_in=True))
        self._box.clear()
        for preset in presets:
            self._box.addItem(setting_word(preset.name) if preset.built_in else preset.name, preset)
        used = [at for at, preset in enumerate(presets) if preset.params == params]
        self._box.setCurrentIndex(next((at for at in used if presets[at] == self._wanted), used[0] if used else -1))

    def _current(self) -> Preset | None:
        found = self._box.currentData()
        return found if isinstance(found, Preset) else None

    def _params(self) -> SamplingParams:
        return self._services.chat.effective_sampling()

    def _on_chosen(self) -> None:
        preset = self._current()
        if preset is not None:
            self._wanted = preset
            self._services.chat.set_sampling(preset.params)
            self.chosen.emit()

    def _fill_menu(self) -> None:
        presets, current = self._services.presets, self._current()
        self._menu.clear()
        self._menu.addAction(self.tr("Save as…"), self._on_save)
        duplicate = self._menu.addAction(self.tr("Duplicate"), self._on_duplicate)
        rename = self._menu.addAction(self.tr("Rename…"), self._on_rename)
        delete = self._menu.addAction(self.tr("Delete"), lambda: presets.delete(current) if current else None)
        self._menu.addSeparator()
        self._menu.addAction(self.tr("Import…"), self._on_import)
        export = self._menu.addAction(self.tr("Export…"), self._on_export)
        own = current is not None and not current.built_in
        for action, usable in ((duplicate, current is not None), (rename, own), (delete, own),
                               (export, current is not None)):  # fmt: skip
            action.setEnabled(usable)

    def _ask_name(self, before: str) -> str:
        name, given = QInputDialog.getText(self, self.tr("Preset"), self.tr("Name of the preset"), text=before)
        return name if given else ""

    def _on_save(self) -> None:
        if name := self._ask_name(""):
            self._take(self._services.presets.create(name, self._params()))

    def _on_duplicate(self) -> None:
        current = self._current()
        if current is not None:
            self._take(self._services.presets.duplicate(current))

    def _on_rename(self) -> None:
        current = self._current()
        if current is not None and (name := self._ask_name(current.name)):
            self._take(self._services.presets.rename(current, name))

    def _take(self, preset: Preset | None) -> None:
        """Show the new *preset*, though another has the same values; None when there was none to make."""
        if preset is not None:
            self._wanted = preset
            self.refresh()

    def _on_import(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(self, self.tr("Import a preset"), "", "JSON (*.json)")
        if path:
            self._take(self._services.presets.take_in(Path(path)))

    def _on_export(self) -> None:
        current = self._current()
        if current is None:
            return
        path, _filter = QFileDialog.getSaveFileName(self, self.tr("Export the preset"), "preset.json", "JSON (*.json)")
        if path:
            self._services.presets.write_out(current, Path(path))

    def _retranslate(self) -> None:
        self._box.setAccessibleName(self.tr("Preset"))
        self._box.view().setAccessibleName(self.tr("Preset"))
        self._box.setPlaceholderText(self.tr("Own values"))
        self._button.setToolTip(self.tr("Save, rename, import or export presets"))
        self._button.setAccessibleName(self._button.toolTip())
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
