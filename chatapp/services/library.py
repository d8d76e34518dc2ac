"""The library of local models: looks through the folders, keeps what the user notes, notices what changes."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from chatapp.core.errors import UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.gguf import GgufHeader
from chatapp.hub.header_cache import HeaderCache
from chatapp.hub.library import LocalModel, Looked, Scanner, all_models, duplicates
from chatapp.hub.library_data import MAX_NAME, MAX_TAG, MAX_TAGS, LibraryData, Notes, stamp
from chatapp.hub.places import Keeper, Place, places
from chatapp.hub.stop import Stop, Stopped
from chatapp.hub.verify import Checked, Verdict
from chatapp.paths import Paths, is_file, starter_model
from chatapp.protocol.messages import ModelInfo
from chatapp.services.engine_process import EngineService
from chatapp.services.notices import Level, Notice, Notices
from chatapp.services.settings import SettingsService
from chatapp.services.tasks import Tasks
from chatapp.settings import schema

# The ui draws these and may not import the hub.
__all__ = ["Keeper", "LibraryService", "LocalModel", "Looked", "Notes", "Place", "Verdict"]

LOADED_IS_GONE = QT_TRANSLATE_NOOP(
    "notices",
    "The file of the model you are chatting with is gone: {path}. The chat goes on until the model is unloaded.",
)
_LOADED = "loaded-model-file"  # key of that notice
_SETTLE = 600  # ms after a change in a folder; programs that write files do several things in a row
_SAVE = 500  # ms after the last change
_AGAIN = 3.0  # seconds between two looks that nobody asked for
_MAX_WATCHED = 256  # folders


@dataclass(slots=True)
class _Shelf:
    """What a look has found, put in order on its thread: it may be a lot. Compared by what was found."""

    looked: list[Looked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)  # codes, in which errors can be compared
    models: list[LocalModel] = field(default_factory=list, compare=False)
    by_path: dict[str, LocalModel] = field(default_factory=dict, compare=False)
    duplicates: list[list[LocalModel]] = field(default_factory=list, compare=False)
    folders: set[str] = field(default_factory=set, compare=False)  # worth watching

    @classmethod
    def of(cls, looked: list[Looked]) -> Self:
        """In all orders."""
        models = all_models(looked)
        folders = {str(look.place.folder) for look in looked if look.problem is None}
        folders |= {str(model.path.parent) for model in models if model.error is None}
        by_path = {str(model.path): model for model in models}
        errors = (*(look.problem for look in looked), *(model.error for model in models))
        problems = [error.code.value if error else "" for error in errors]
        return cls(looked, problems, models, by_path, duplicates(models), folders - {"."})


class LibraryService(QObject):
    """Signals:

    changed()         other models, or what is known of the folders
    noted(str)        the notes of the model at this path
    looking_changed() a look begins or ends
    """

    changed = Signal()
    noted = Signal(str)
    looking_changed = Signal()
    _found = Signal(object)

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
        self.headers = HeaderCache(paths.headers)
        self._paths = paths
        self._settings = settings
        self._engine = engine
        self._tasks = tasks
        self._notices = notices
        self._data = LibraryData(paths.library)
        self._scanner = Scanner(self.headers)
        self._looker = Tasks("library", 1, self)  # of its own: a folder may take long to answer
        self._stop = Stop()
        self._shelf = _Shelf()
        self._unlisted: tuple[str, float] | None = None  # a file that was loaded before it was listed, and when
        self._is_looking = False
        self._look_again = False
        self._last_look = 0.0
        self._loaded_gone = ""
        self._watcher = QFileSystemWatcher(self)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._save = QTimer(self, singleShot=True, interval=_SAVE)
        self._found.connect(self._on_found)
        self._watcher.directoryChanged.connect(self._on_folder_changed)
        self._settle.timeout.connect(self.refresh)
        self._save.timeout.connect(self._write)
        engine.model_loaded.connect(self._on_model_loaded)
        settings.changed.connect(self._on_setting_changed)

    # -- what there is -------------------------------------------------------------------------------------------------

    @property
    def is_looking(self) -> bool:
        """Whether the folders are being looked through."""
        return self._is_looking

    def models(self) -> list[LocalModel]:
        """As of the last look; broken ones are in it with their error."""
        return self._shelf.models

    def model(self, path: str) -> LocalModel | None:
        """The listed model that begins at *path*."""
        return self._shelf.by_path.get(path)

    def looked(self) -> list[Looked]:
        """The folders that were looked through, with what was found and what went wrong."""
        return self._shelf.looked

    def duplicates(self) -> list[list[LocalModel]]:
        """Models whose bytes lie in several files, the ones that take the most room first."""
        return self._shelf.duplicates

    def notes(self, model: LocalModel) -> Notes:
        """What is noted of *model*."""
        return self._data.notes(model.path)

    def name(self, model: LocalModel) -> str:
        """What to call it: the user's name for it, else its own."""
        return self.notes(model).name or model.name

    def tags(self) -> list[str]:
        """All tags in use, by name."""
        return sorted({tag for model in self._shelf.models for tag in self.notes(model).tags}, key=str.casefold)

    def sorted_models(self) -> list[LocalModel]:
        """Favourites first, then by the name they are shown with; the starter model leads each half."""
        return sorted(
            self._shelf.models,
            key=lambda m: (not self.notes(m).favourite, not m.is_starter, self.name(m).casefold(), str(m.path)),
        )

    def checked(self, model: LocalModel) -> tuple[float, Verdict | None]:
        """When its SHA-256 was last computed (seconds since 1970), and what that told; None for a file that never was
        checked, or that has changed since then."""
        notes = self.notes(model)
        if notes.stamp == stamp(model) and notes.verdict in set(Verdict):
            return notes.checked, Verdict(notes.verdict)
        return model.proven, Verdict.PROVEN if model.proven else None

    def is_damaged(self, model: LocalModel) -> bool:
        """Whether its last check found other files than were published, or than there were at the check before."""
        return self.checked(model)[1] in (Verdict.DAMAGED, Verdict.CHANGED)

    # -- looking -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Look through the folders, in the background."""
        if self._is_looking or self._stop.is_set():
            self._look_again = self._is_looking
            return
        self._is_looking = True
        self._last_look = time.monotonic()
        folders = self._settings.get(schema.MODEL_FOLDERS)
        off = self._settings.get(schema.MODEL_SOURCES_OFF)
        named = (*self._settings.get(schema.MODEL_FILES), *self._settings.get(schema.RECENT_MODELS))
        loaded = self._engine.model.path if self._engine.model is not None and not self._engine.is_fake else ""
        stop, own, before = self._stop, self._paths.models, self._shelf

        def report(looked: list[Looked]) -> None:
            if not before.looked:  # the first time; later the list stays as it is until all is known
                self._found.emit(_Shelf.of(looked))

        def look() -> tuple[_Shelf, bool]:
            try:
                there = stop.run(lambda: places(own, folders, off), lambda _late: None)
                looked = self._scanner.scan(there, starter_model(), [Path(path) for path in named], stop, report)
                shelf = _Shelf.of(looked)
                self._data.follow(shelf.models)
                gone = stop.run(lambda: bool(loaded) and not is_file(Path(loaded)), lambda _late: None)
            except Stopped:
                return before, False
            return (before if shelf == before else shelf), gone

        self._looker.run(look, lambda found: self._on_looked(*found, loaded))
        self.looking_changed.emit()

    def look_again(self) -> None:
        """Look through the folders unless that was done just now; for when the user comes back to the window."""
        if time.monotonic() - self._last_look > _AGAIN:
            self.refresh()

    def _on_found(self, shelf: "_Shelf") -> None:
        if shelf is not self._shelf:
            self._shelf = shelf
            self._note_use()
            self.changed.emit()

    def _on_looked(self, shelf: "_Shelf", gone: bool, loaded: str) -> None:
        self._is_looking = False
        self._on_found(shelf)
        self.looking_changed.emit()
        self._watch()
        self._save.start()
        if gone and self._loaded_gone != loaded:
            self._notices.post(Notice(Level.WARNING, LOADED_IS_GONE, {"path": loaded}, key=_LOADED, sticky=True))
        elif not gone and self._loaded_gone:
            self._notices.clear(_LOADED)
        self._loaded_gone = loaded if gone else ""
        if self._look_again:
            self._look_again = False
            self.refresh()

    def _on_folder_changed(self) -> None:
        if not self._stop.is_set():
            self._settle.start()

    def _watch(self) -> None:
        """Watch the folders in which there are models, and those in which there may be: as many as is decent."""
        now, wanted = set(self._watcher.directories()), self._shelf.folders
        if now - wanted:
            self._watcher.removePaths(sorted(now - wanted))
        new = sorted(wanted - now)[: max(0, _MAX_WATCHED - len(now & wanted))]
        if new:
            self._watcher.addPaths(new)

    # -- noting --------------------------------------------------------------------------------------------------------

    def rename(self, model: LocalModel, name: str) -> None:
        """Call *model* by this name from now on; an empty one is the file's again. The file keeps its own."""
        name = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:MAX_NAME]
        self._note(model, name="" if name == model.name else name)

    def set_favourite(self, model: LocalModel, favourite: bool) -> None:
        """Favourites come first."""
        self._note(model, favourite=favourite)

    def set_tags(self, model: LocalModel, tags: list[str]) -> None:
        """Give *model* these tags and no others."""
        clean = [" ".join(tag.split())[:MAX_TAG] for tag in tags]
        self._note(model, tags=tuple(dict.fromkeys(tag for tag in clean if tag))[:MAX_TAGS])

    def note_check(self, model: LocalModel, found: Checked) -> None:
        """Remember the SHA-256 that the model's files were found to have now."""
        self._note(model, checked=time.time(), sums=found.sums, verdict=found.verdict.value, stamp=stamp(model))

    def _note(self, model: LocalModel, **changes: object) -> None:
        if self._data.note(model, **changes):
            if not self._stop.is_set():
                self._save.start()
            self.noted.emit(str(model.path))

    def _write(self) -> None:
        def failed(error: UserFixable) -> None:
            self._notices.post_error(error, key="library")

        self._tasks.run(self._data.save, None, failed)

    def _on_model_loaded(self, info: ModelInfo) -> None:
        if not self._engine.is_fake:
            self._unlisted = (info.path, time.time())
            self._note_use()

    def _note_use(self) -> None:
        """Remember when the loaded model was loaded, as soon as it is in the list."""
        if self._unlisted is not None and (model := self.model(self._unlisted[0])) is not None:
            self._note(model, last_used=self._unlisted[1])
            self._unlisted = None

    def _on_setting_changed(self, key: str) -> None:
        if key in (schema.MODEL_FOLDERS.key, schema.MODEL_FILES.key, schema.MODEL_SOURCES_OFF.key):
            self.refresh()

    # -- the folders ---------------------------------------------------------------------------------------------------

    def header(self, path: str) -> GgufHeader:
        """What the file at *path* says of itself; from any thread. Raise `ModelError`."""
        return self.headers.header(Path(path))

    def use_in_place(self, paths: list[str]) -> None:
        """List model files, and all models in folders, from where they are."""
        for setting, new in (
            (schema.MODEL_FOLDERS, [path for path in paths if Path(path).is_dir()]),
            (schema.MODEL_FILES, [path for path in paths if not Path(path).is_dir()]),
        ):
            known = self._settings.get(setting)
            self._settings.set(setting, (*known, *(path for path in new if path not in known)))
        off = [switch for switch in self._settings.get(schema.MODEL_SOURCES_OFF) if switch not in paths]
        self._settings.set(schema.MODEL_SOURCES_OFF, tuple(off))

    def stop_using(self, place_or_file: str) -> None:
        """Take a folder or a file of the user's off the list; nothing happens to it on the disk."""
        for setting in (schema.MODEL_FOLDERS, schema.MODEL_FILES, schema.RECENT_MODELS):
            kept = tuple(path for path in self._settings.get(setting) if path != place_or_file)
            self._settings.set(setting, kept)
        self.refresh()

    def set_place_on(self, switch: str, on: bool) -> None:
        """Whether to look into a place (`Place.switch`)."""
        off = [other for other in self._settings.get(schema.MODEL_SOURCES_OFF) if other != switch]
        self._settings.set(schema.MODEL_SOURCES_OFF, tuple(off if on else [*off, switch]))

    def all_places(self, on_done: Callable[[list[Place]], None]) -> None:
        """Every place that could be looked into, switched on or off; in the background."""
        folders, own = self._settings.get(schema.MODEL_FOLDERS), self._paths.models
        self._tasks.run(lambda: places(own, folders), on_done)

    def close(self) -> None:
        """End the look, write what is not written."""
        self._stop.set()
        if self._watcher.directories():
            self._watcher.removePaths(self._watcher.directories())
        self._settle.stop()
        self._save.stop()
        self._looker.close()
        self.headers.close()
        with contextlib.suppress(UserFixable):  # there is no window any more to say it in
            self._data.save()
