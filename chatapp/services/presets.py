"""The sampling presets as the window sees them: the built-in ones, the model's recommendation, the user's own."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import UserFixable
from chatapp.core.sampling import SamplingParams
from chatapp.services.engine_process import EngineService
from chatapp.services.notices import Notices
from chatapp.settings.presets import Preset, PresetFolder, recommended


class PresetsService(QObject):
    """Signals:

    changed  the list is another one
    """

    changed = Signal()

    def __init__(self, folder: Path, engine: EngineService, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = PresetFolder(folder)
        self._folder.load()
        self._engine = engine
        self._notices = notices
        for warning in self._folder.warnings:
            notices.post_error(warning)
        engine.model_loaded.connect(lambda _model: self.changed.emit())

    def all(self) -> tuple[Preset, ...]:
        """The built-in presets, then the user's by name."""
        return self._folder.all()

    def recommendation(self) -> SamplingParams | None:
        """What the makers of the loaded model recommend; None when they say nothing or no model is loaded."""
        model = self._engine.model
        return recommended(model.recommended) if model else None

    def create(self, name: str, params: SamplingParams) -> Preset | None:
        """Keep *params* under *name*; like all below, a failure becomes a notice, and there is no new preset."""
        return self._try(lambda: self._folder.create(name, params))

    def duplicate(self, preset: Preset) -> Preset | None:
        """Make a copy."""
        return self._try(lambda: self._folder.duplicate(preset))

    def rename(self, preset: Preset, name: str) -> Preset | None:
        """Give it another name."""
        return self._try(lambda: self._folder.rename(preset, name))

    def delete(self, preset: Preset) -> None:
        """Remove it."""
        self._try(lambda: self._folder.delete(preset))

    def take_in(self, path: Path) -> Preset | None:
        """Import a file."""
        return self._try(lambda: self._folder.take_in(path))

    def write_out(self, preset: Preset, path: Path) -> None:
        """Export to a file."""
        self._try(lambda: self._folder.write_out(preset, path))

    def _try(self, action: Callable[[], Preset | None]) -> Preset | None:
        preset = None
        try:
            preset = action()
        except UserFixable as error:
            self._notices.post_error(error, key="presets")
        self.changed.emit()
        return preset
