"""The conversation store behind a queue: the window never waits for the disk, and nothing given to it is forgotten.

Writes are done in order on the store's one thread. When one fails (disk full, drive gone) it stays at the head of the
queue, a notice says so, and it is tried again until it succeeds.
"""

from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp import log
from chatapp.core.errors import StorageError, UserFixable
from chatapp.services.notices import INTERRUPTED_FOUND, Action, Level, Notice, Notices
from chatapp.services.tasks import Tasks
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import OpenResult, open_database

T = TypeVar("T")
Write = Callable[[ConversationStore], object]

_RETRY = 3000  # ms
_NOTICE = "saving"
_log = log.get("storage")


class StorageService(QObject):
    """Signals:

    saved()  every write so far is on disk
    """

    saved = Signal()

    def __init__(self, path: Path, notices: Notices, parent: QObject | None = None) -> None:
        """Open the database; raise `StorageError` when that cannot be (nothing was changed then)."""
        super().__init__(parent)
        self._notices = notices
        self._tasks = Tasks("store", 1, self)
        self._pending: deque[Write] = deque()
        self._failing = False
        self.is_closed = False
        self._retry = QTimer(self, singleShot=True, interval=_RETRY)
        self._retry.timeout.connect(self._next)
        try:
            self._store, opened, interrupted = self._tasks.wait(lambda: _open(path))
        except StorageError:
            self._tasks.close()
            raise
        if opened.notice is not None:
            notices.post_error(opened.notice, level=Level.WARNING)
        if interrupted:
            notices.post(Notice(Level.INFO, INTERRUPTED_FOUND))

    @property
    def is_saved(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._pending

    def read_now(self, query: Callable[[ConversationStore], T]) -> T:
        """Wait for a query; only while the program starts."""
        return self._tasks.wait(lambda: query(self._store))

    def read(
        self,
        query: Callable[[ConversationStore], T],
        on_success: Callable[[T], None],
        on_failure: Callable[[UserFixable], None] | None = None,
    ) -> None:
        """Ask for something behind all writes that were given before."""
        self._tasks.run(lambda: query(self._store), on_success, on_failure or self._on_read_failed)

    def write(self, operation: Write) -> None:
        """Do *operation* in its turn."""
        self._pending.append(operation)
        if not self._failing:
            self._next()

    def retry(self) -> None:
        """Try again now."""
        self._retry.stop()
        self._next()

    def close(self) -> bool:
        """Write what waits, close the database, end the thread; False when something could not be written."""
        self._retry.stop()
        pending, self._pending = list(self._pending), deque()
        store = self._store

        def finish() -> bool:
            try:
                for operation in pending:
                    operation(store)
            except StorageError as error:
                _log.error("unsaved at the end: %s", error)
                return False
            finally:
                store.close()
            return True

        done = self._tasks.wait(finish)
        self._tasks.close()
        self.is_closed = True
        return done

    def _next(self) -> None:
        # A job for every write, though one may do the work of many: what is read later comes behind all of them.
        self._tasks.run(self._drain, self._on_drained, self._on_failed)

    def _drain(self) -> None:
        while self._pending:
            try:
                self._pending[0](self._store)
            except StorageError:
                raise
            except Exception:
                # A bug of ours: it would fail for ever and hold up everything behind it. It is reported, and left.
                self._pending.popleft()
                raise
            self._pending.popleft()

    def _on_drained(self, _result: None) -> None:
        if self._failing:
            self._failing = False
            self._notices.clear(_NOTICE)
        if not self._pending:
            self.saved.emit()

    def _on_failed(self, error: UserFixable) -> None:
        if not self._failing:
            self._failing = True
            self._notices.post_error(error, (Action.RETRY_SAVING, self.retry), key=_NOTICE)
        self._retry.start()

    def _on_read_failed(self, error: UserFixable) -> None:
        self._notices.post_error(error)


def _open(path: Path) -> tuple[ConversationStore, OpenResult, int]:
    opened = open_database(path)
    store = ConversationStore(opened.database)
    return store, opened, store.mark_interrupted()
