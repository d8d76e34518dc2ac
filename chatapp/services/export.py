"""Writes what the user exports, in the background: the whole file or nothing, and one notice either way."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import ErrorCode, StorageError, UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.notices import Notices
from chatapp.services.tasks import Tasks
from chatapp.settings.file import write_atomically

EXPORTED = QT_TRANSLATE_NOOP("notices", "“{name}” was written.")


class ExportService(QObject):
    """Signals:

    written(Path)
    failed(UserFixable)
    """

    written = Signal(object)
    failed = Signal(object)

    def __init__(self, tasks: Tasks, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._notices = notices

    def write(self, path: Path, make: Callable[[], bytes]) -> None:
        """Write what *make*, called on a thread, returns."""

        def work() -> None:
            try:
                write_atomically(path, make())
            except OSError as error:
                reason = error.strerror or str(error)
                raise StorageError(ErrorCode.FILE_FAILED, path=path, reason=reason) from error

        self._tasks.run(work, lambda _none: self._on_written(path), self._on_failed)

    def _on_written(self, path: Path) -> None:
        self._notices.clear("export")
        self._notices.post_info(EXPORTED, name=path.name)
        self.written.emit(path)

    def _on_failed(self, error: UserFixable) -> None:
        self._notices.post_error(error, key="export")
        self.failed.emit(error)
