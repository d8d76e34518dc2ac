"""The conversation store behind a queue: the window never waits for the disk, and nothing given to it is forgotten.

Writes are done in order on the store's one thread. When one fails (disk full, drive gone) it stays at the head of the
queue, a notice says so, and it is tried again until it succeeds. At the end everything is tried once more.
"""

import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp import log
from chatapp.core.errors import ErrorCode, StorageError, UserFixable
from chatapp.services.notices import INTERRUPTED_FOUND, Action, Level, Notice, Notices
from chatapp.services.tasks import Tasks
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import open_database

T = TypeVar("T")
Write = Callable[[ConversationStore], object]

_RETRY = 3000  # ms
_LAST_TRY = 10.0  # seconds at the end, for what comes behind a write that failed
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
        self._failure: UserFixable | None = None
        self._interrupted = 0  # replies that were found unfinished, and not told of yet
        self.is_closed = False
        self._retry = QTimer(self, singleShot=True, interval=_RETRY)
        self._retry.timeout.connect(self._next)
        try:
            opened = self._tasks.wait(lambda: open_database(path))
        except StorageError:
            self._tasks.close()
            raise
        self._store = ConversationStore(opened.database)
        if opened.notice is not None:
            notices.post_error(opened.notice, level=Level.WARNING)
        # A write like any other: also where nothing can be written there is much to be read.
        self.write(self._mark_interrupted)

    @property
    def is_saved(self) -> bool:
        """Whether nothing waits to be written."""
        return not self._pending

    @property
    def failure(self) -> UserFixable | None:
        """Why writes fail at present, and wait; None when they do not."""
        return self._failure

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
        if self._failure is None:
            self._next()

    def retry(self) -> None:
        """Try again now."""
        self._retry.stop()
        self._next()

    def close(self) -> bool:
        """Write what waits, close the database, end the thread; False when something could not be written.

        What is small may fit where something large did not, so a write that fails holds up no other here.
        """
        self._retry.stop()
        try:
            return self._tasks.wait(self._finish)
        finally:
            self._tasks.close()
            self._failure = None  # nothing is tried any more
            self.is_closed = True

    def _finish(self) -> bool:
        end, failed = time.monotonic() + _LAST_TRY, 0
        bugs: list[Exception] = []
        while self._pending and (not failed or time.monotonic() < end):
            try:
                self._pending.popleft()(self._store)
            except StorageError as error:
                failed += 1
                _log.error("unsaved at the end: %s", error)
            except Exception as bug:  # noqa: BLE001 - raised when what is behind it is written
                bugs.append(bug)
        self._store.close()
        if bugs:
            raise bugs[0]
        return not failed

    def _next(self) -> None:
        # A job for every write, though one may do the work of many: what is read later comes behind all of them.
        self._tasks.run(self._drain, self._on_drained, self._on_failed)

    def _drain(self) -> Exception | None:
        """Write what waits; what is wrong with one that was left out, if there is one."""
        while self._pending:
            try:
                self._pending[0](self._store)
            except StorageError:
                raise
            except Exception as bug:  # noqa: BLE001 - ours; it would fail for ever and hold up everything behind it
                self._pending.popleft()
                return bug
            self._pending.popleft()
        return None

    def _on_drained(self, bug: Exception | None) -> None:
        if bug is not None:
            self._next()
            raise bug
        if self._failure is not None:
            self._failure = None
            self._notices.clear(_NOTICE)
            if self._pending:  # given since, and left for the next try
                self._next()
        if self._interrupted:
            self._interrupted = 0
            self._notices.post(Notice(Level.INFO, INTERRUPTED_FOUND))
        if not self._pending:
            self.saved.emit()

    def _on_failed(self, error: UserFixable) -> None:
        if self._failure is None:
            self._failure = _unsaved(error)
            self._notices.post_error(self._failure, (Action.RETRY_SAVING, self.retry), key=_NOTICE)
        self._retry.start()

    def _mark_interrupted(self, store: ConversationStore) -> None:
        self._interrupted = store.mark_interrupted()

    def _on_read_failed(self, error: UserFixable) -> None:
        self._notices.post_error(error)


def _unsaved(error: UserFixable) -> UserFixable:
    """What *error* means for what waits to be written."""
    if error.code is ErrorCode.DISK_FULL:
        return StorageError(ErrorCode.DISK_FULL_UNSAVED, error.details)
    return StorageError(ErrorCode.DATABASE_UNSAVED, error.details, reason=error.params.get("reason", error.message))
