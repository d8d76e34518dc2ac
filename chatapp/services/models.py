"""The models on this machine, and opening one of them."""

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import UserFixable
from chatapp.hub.fit import check_fit
from chatapp.hub.gguf import read_header
from chatapp.hub.library import LocalModel, list_models
from chatapp.paths import Paths, starter_model
from chatapp.protocol.messages import LoadOptions, ModelInfo
from chatapp.services.engine_process import EngineService
from chatapp.services.notices import Action, Notices
from chatapp.services.settings import SettingsService
from chatapp.services.tasks import Tasks
from chatapp.settings import schema

__all__ = ["LocalModel", "ModelsService"]  # the ui draws local models and may not import the hub

_NOTICE = "model"
_RECENT = 12  # files from outside the model folders that stay in the list


class ModelsService(QObject):
    """Signals:

    changed()           the list is another
    choose_requested()  the user should pick a model: open the list
    """

    changed = Signal()
    choose_requested = Signal()

    def __init__(
        self,
        paths: Paths,
        settings: SettingsService,
        engine: EngineService,
        tasks: Tasks,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._settings = settings
        self._engine = engine
        self._tasks = tasks
        self._notices = notices
        self._models: list[LocalModel] = []
        self._choosing = 0  # counts choices: only the latest is opened
        engine.failed.connect(self._on_engine_failed)
        engine.model_loaded.connect(self._on_model_loaded)
        settings.changed.connect(self._on_setting_changed)

    def models(self) -> list[LocalModel]:
        """As of the last `refresh`; broken ones are in it with their error."""
        return self._models

    def refresh(self) -> None:
        """Look at the folders again, in the background."""
        folders = [self._paths.models, *(Path(folder) for folder in self._settings.get(schema.MODEL_FOLDERS))]
        recent = [Path(path) for path in self._settings.get(schema.RECENT_MODELS)]
        self._tasks.run(lambda: list_models(folders, starter_model(), recent), self._on_listed)

    def open_last(self) -> None:
        """At start: the model that was open, or the starter model."""
        last = self._settings.get(schema.LAST_MODEL)
        if self._engine.is_fake:
            self._engine.load("fake")
        elif last and Path(last).is_file():
            self.choose(last)
        else:
            self.choose(str(starter_model()))

    def choose(self, path: str) -> None:
        """Check the file in the background, then open it. A file that cannot be used changes nothing but a notice."""
        self._choosing += 1
        number = self._choosing
        self._notices.clear(_NOTICE)
        options = self.options()

        def check() -> None:
            check_fit(read_header(Path(path)), options.n_ctx)

        def open_it(_: None) -> None:
            if number == self._choosing:
                self._settings.set(schema.LAST_MODEL, path)
                self._engine.load(path, options)

        if self._engine.is_fake:
            self._engine.load(path)
        else:
            self._tasks.run(check, open_it, self._on_refused)

    def options(self) -> LoadOptions:
        """How to load, from the settings."""
        cache = self._settings.get(schema.CACHE_MEMORY)
        return LoadOptions(
            n_ctx=self._settings.get(schema.CONTEXT_LENGTH),
            n_gpu_layers=self._settings.get(schema.GPU_LAYERS),
            n_threads=self._settings.get(schema.THREADS),
            cache_bytes=cache << 20 if cache >= 0 else -1,
        )

    def _on_listed(self, models: list[LocalModel]) -> None:
        if models != self._models:
            self._models = models
            self.changed.emit()

    def _on_model_loaded(self, model: ModelInfo) -> None:
        if self._engine.is_fake:
            return
        recent = self._settings.get(schema.RECENT_MODELS)
        newest = (model.path, *(path for path in recent if path != model.path))[:_RECENT]
        if newest != recent:
            self._settings.set(schema.RECENT_MODELS, newest)
            self.refresh()

    def _on_refused(self, error: UserFixable) -> None:
        self._notices.post_error(error, (Action.CHOOSE_MODEL, self.choose_requested.emit), key=_NOTICE)

    def _on_engine_failed(self, error: UserFixable) -> None:
        actions = [(Action.RESTART_ENGINE, self._engine.restart), (Action.CHOOSE_MODEL, self.choose_requested.emit)]
        if error.code.startswith("model"):
            actions.reverse()
        self._notices.post_error(error, *actions, key=_NOTICE)

    def _on_setting_changed(self, key: str) -> None:
        if key == schema.MODEL_FOLDERS.key:
            self.refresh()
