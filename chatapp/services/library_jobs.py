"""What takes a while with local models, one after the other: checking, copying, moving, deleting."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QFile, QObject, Signal

from chatapp.core.errors import ErrorCode, StorageError, UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.file_import import bring, model_files, remove_unfinished
from chatapp.hub.library import LocalModel
from chatapp.hub.partial import RECORD, beside
from chatapp.hub.places import Keeper
from chatapp.hub.stop import Stop, Stopped
from chatapp.hub.verify import Checked, Verdict, verify
from chatapp.paths import Paths
from chatapp.services.engine_process import EngineService
from chatapp.services.library import LibraryService
from chatapp.services.notices import Level, Notice, Notices
from chatapp.services.tasks import Tasks

__all__ = ["Job", "JobKind", "LibraryJobs"]

_RESULTS = {
    Verdict.PROVEN: QT_TRANSLATE_NOOP("notices", "“{name}” is exactly what its authors published."),
    Verdict.DAMAGED: QT_TRANSLATE_NOOP(
        "notices", "“{name}” is not what its authors published: the file is damaged or was changed. Download it again."
    ),
    Verdict.SAME: QT_TRANSLATE_NOOP(
        "notices", "“{name}” has not changed since the last check. What its authors published is not known here."
    ),
    Verdict.CHANGED: QT_TRANSLATE_NOOP(
        "notices", "“{name}” has changed since the last check. If that was not you, download it again."
    ),
    Verdict.FIRST: QT_TRANSLATE_NOOP(
        "notices",
        "What the authors of “{name}” published is not known here, so there is nothing to compare it with. "
        "Its checksum was noted: the next check tells whether the file has changed.",
    ),
}
_IN_TRASH = QT_TRANSLATE_NOOP("notices", "“{name}” was moved to the trash.")
_DELETED = QT_TRANSLATE_NOOP("notices", "“{name}” was deleted.")
_BROUGHT = QT_TRANSLATE_NOOP("notices", "Models that are now in ChatApp's own folder: {count}.")
_NOTHING = QT_TRANSLATE_NOOP("notices", "There are no models (GGUF files) in what was dropped.")
_INTERVAL = 0.1  # seconds between two reports of progress
_KEY = "library-job"
_T = TypeVar("_T")


class JobKind(StrEnum):
    """What is done."""

    VERIFY = "verify"
    COPY = "copy"
    MOVE = "move"


@dataclass(slots=True)
class Job:
    """Something that is done or waits for its turn; bytes *done* of *total*."""

    kind: JobKind
    name: str
    path: str = ""  # of the model, where it is one
    done: int = 0
    total: int = 0
    stop: Stop = field(default_factory=Stop)


class LibraryJobs(QObject):
    """Signals:

    changed()           a job began or ended
    progressed()        the running one is further
    trash_refused(str)  there is no trash for the model at this path

    What came of a job is told by *notices*, which are this service's own: they are shown beside the list.
    """

    changed = Signal()
    progressed = Signal()
    trash_refused = Signal(str)
    _at = Signal(object, object, object)  # job, bytes done, in total: more than an int of Qt holds

    def __init__(
        self, library: LibraryService, engine: EngineService, paths: Paths, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.notices = Notices(self)
        self._library = library
        self._engine = engine
        self._folder = paths.models
        self._worker = Tasks("library-jobs", 1, self)  # may be busy for minutes
        self._waiting: deque[tuple[Job, Callable[[], None]]] = deque()
        self._running: Job | None = None
        self._stop = Stop()  # of what nobody asked for
        self._at.connect(self._on_progress)

    def start(self) -> None:
        """Delete what a copy that was cut short with the app has left; it may be as large as a model."""

        def clean() -> None:
            with contextlib.suppress(Stopped):
                self._stop.run(lambda: remove_unfinished(self._folder), lambda _late: None)

        self._worker.run(clean)

    def jobs(self) -> list[Job]:
        """The running one first."""
        waiting = [job for job, _start in self._waiting]
        return [self._running, *waiting] if self._running is not None else waiting

    def verify(self, model: LocalModel) -> None:
        """Compute the SHA-256 of its files, compare it with what is known."""
        if any(job.kind is JobKind.VERIFY and job.path == str(model.path) for job in self.jobs()):
            return
        name = self._library.name(model)
        job = Job(JobKind.VERIFY, name, str(model.path), total=model.size)
        kept = self._library.notes(model).sums

        def done(found: Checked) -> None:
            if job.stop.is_set():  # at the last moment
                return
            self._library.note_check(model, found)
            bad = found.verdict in (Verdict.DAMAGED, Verdict.CHANGED)
            self._tell(_RESULTS[found.verdict], Level.WARNING if bad else Level.INFO, name=name)

        self._add(job, lambda report: verify(model, kept, job.stop, lambda n: report(n, model.size)), done)

    def bring(self, paths: Sequence[str], *, move: bool) -> None:
        """Copy or move the models among *paths* (files and folders) into the app's own folder."""
        job = Job(JobKind.MOVE if move else JobKind.COPY, Path(paths[0]).stem)

        def work(report: Callable[[int, int], None]) -> int:
            models = model_files([Path(path) for path in paths])
            if models:
                self._folder.mkdir(parents=True, exist_ok=True)
                bring(models, self._folder, job.stop, report, move=move)
            return len(models)

        def done(count: int) -> None:
            self._tell(_BROUGHT if count else _NOTHING, Level.INFO if count else Level.WARNING, count=str(count))
            self._library.refresh()

        self._add(job, work, done)

    def delete(self, model: LocalModel, *, for_good: bool = False) -> None:
        """Move all files of *model* to the trash; one that is loaded is unloaded first."""
        if self._engine.model is not None and self._engine.model.path == str(model.path):
            self._engine.unload()
        name, own = self._library.name(model), self._folder

        def work() -> None:
            for file in model.files:
                for path in (file, beside(file, RECORD)):
                    if path.is_file() or path.is_symlink():
                        _remove(path, for_good=for_good)
            if model.keeper is Keeper.OWN:
                _remove_empty(model.path.parent, own)

        def done(_nothing: None) -> None:
            self._tell(_DELETED if for_good else _IN_TRASH, name=name)
            self._library.refresh()

        def failed(error: UserFixable) -> None:
            if for_good:
                self.notices.post_error(error, key=_KEY)
            else:
                self.trash_refused.emit(str(model.path))
            self._library.refresh()

        self._worker.run(work, done, failed)

    def cancel(self, job: Job) -> None:
        """End it; what it has copied is deleted."""
        job.stop.set()
        self._waiting = deque((other, start) for other, start in self._waiting if other is not job)
        self.changed.emit()

    def close(self) -> None:
        """Cancel everything."""
        self._stop.set()
        for job in self.jobs():
            job.stop.set()
        self._waiting.clear()
        self._worker.close()

    def _add(self, job: Job, work: Callable[[Callable[[int, int], None]], _T], on_done: Callable[[_T], None]) -> None:
        last = 0.0

        def report(done: int, total: int) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last >= _INTERVAL:
                last = now
                self._at.emit(job, done, total)

        def do() -> list[_T]:
            try:
                # In a thread that can be left alone: a drive that is gone may never answer.
                return [job.stop.run(lambda: work(report), lambda _late: None)]
            except Stopped:
                return []

        def ended(results: list[_T]) -> None:
            self._end()
            for result in results:
                on_done(result)

        def failed(error: UserFixable) -> None:
            self._end()
            self.notices.post_error(error, key=_KEY)

        self._waiting.append((job, lambda: self._worker.run(do, ended, failed)))
        self._next()

    def _next(self) -> None:
        if self._running is None and self._waiting:
            self._running, start = self._waiting.popleft()
            start()
        self.changed.emit()

    def _end(self) -> None:
        self._running = None
        self._next()

    def _on_progress(self, job: Job, done: int, total: int) -> None:
        job.done, job.total = done, total
        self.progressed.emit()

    def _tell(self, template: str, level: Level = Level.INFO, **params: str) -> None:
        self.notices.post(Notice(level, template, params, key=_KEY, sticky=level is not Level.INFO))


def _remove(path: Path, *, for_good: bool) -> None:
    if not for_good:
        if not QFile(str(path)).moveToTrash():
            raise StorageError(ErrorCode.FILE_NOT_DELETED, path=path, reason="there is no trash")
        return
    try:
        path.unlink()
    except OSError as error:
        raise StorageError(ErrorCode.FILE_NOT_DELETED, path=path, reason=error.strerror or str(error)) from error


def _remove_empty(folder: Path, own: Path) -> None:
    """The folders owner/name that a download made, when nothing is left in them."""
    with contextlib.suppress(OSError):
        while folder != own and folder.is_relative_to(own):
            folder.rmdir()
            folder = folder.parent
