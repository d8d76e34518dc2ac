"""Work off the GUI thread: the only place in the window's process that starts threads."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

from chatapp import log
from chatapp.core.errors import UserFixable

T = TypeVar("T")

_log = log.get("tasks")


class Tasks(QObject):
    """Runs functions on *workers* threads; results come back on the thread this object lives in.

    With one worker, functions run strictly in the order they were given.
    """

    _done = Signal(object)

    def __init__(self, name: str, workers: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._done.connect(self._on_done, Qt.ConnectionType.QueuedConnection)
        self._closed = False

    def run(
        self,
        work: Callable[[], T],
        on_success: Callable[[T], None] | None = None,
        on_failure: Callable[[UserFixable], None] | None = None,
    ) -> None:
        """Do *work* on a thread. A `UserFixable` goes to *on_failure*; any other exception is a bug, raised here.

        What is a method of a QObject that has been deleted meanwhile, such as a dialog's, is not called.
        """

        def job() -> None:
            try:
                result = work()
            except Exception as error:  # noqa: BLE001 - carried to the main thread, where bugs reach the crash handler
                self._report(_failure(error, on_failure))
            else:
                if on_success is not None:
                    self._report(lambda: on_success(result) if _lives(on_success) else None)

        self._pool.submit(job)

    def wait(self, work: Callable[[], T]) -> T:
        """Do *work* on a thread and wait for it; only for the start and the end of the program."""
        return self._pool.submit(work).result()

    def close(self) -> None:
        """Finish everything that was given, then end the threads."""
        self._closed = True
        self._pool.shutdown(wait=True)

    def _report(self, callback: Callable[[], None]) -> None:
        if not self._closed:
            self._done.emit(callback)

    def _on_done(self, callback: Any) -> None:
        if not self._closed:
            callback()


def _lives(callback: Callable[..., None]) -> bool:
    owner = getattr(callback, "__self__", None)
    return not isinstance(owner, QObject) or isValid(owner)


def _failure(error: Exception, on_failure: Callable[[UserFixable], None] | None) -> Callable[[], None]:
    if isinstance(error, UserFixable):
        if on_failure is not None:
            return lambda: on_failure(error) if _lives(on_failure) else None
        _log.warning("nobody asked to hear of: %s", error)
        return lambda: None

    def raise_it() -> None:
        raise error

    return raise_it
