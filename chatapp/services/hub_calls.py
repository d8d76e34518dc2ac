"""Questions to the hub, in the background, of which only the newest of a kind is ever answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject

from chatapp.core.errors import UserFixable
from chatapp.hub.stop import Stop, Stopped
from chatapp.services.hub_access import HubAccess
from chatapp.services.tasks import Tasks

if TYPE_CHECKING:
    from chatapp.hub.remote_file import Source

T = TypeVar("T")

SECONDS = 15.0  # any question takes at most
_WORKERS = 4  # kinds that wait at the same time


class HubCalls(QObject):
    """Has threads of its own: a hub that is silent must not hold up what the rest of the window does.

    A question that was dropped gives its thread back at once; its connection ends by itself within the deadline.
    """

    def __init__(self, access: HubAccess, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._access = access
        self._tasks = Tasks("hub", _WORKERS, self)
        self._asked: dict[str, Stop] = {}

    @property
    def source(self) -> "Source":
        """The hub that is asked now."""
        return self._access.source()

    def ask(
        self,
        kind: str,
        work: "Callable[[Source, Stop], T]",
        on_success: Callable[[T], None],
        on_failure: Callable[[UserFixable], None],
    ) -> None:
        """Do *work* on a thread; whatever was asked of this *kind* before is dropped.

        *work* may wait for anything: dropped, it is left alone.
        """
        self.drop(kind)
        stop = self._asked[kind] = Stop()
        source = self.source

        def ask() -> list[T]:
            try:
                return [stop.run(lambda: work(source, stop), lambda _late: None)]
            except Stopped:
                return []

        def answered(found: list[T]) -> None:
            if found and not stop.is_set():
                on_success(found[0])

        def failed(error: UserFixable) -> None:
            if not stop.is_set():
                on_failure(error)

        self._tasks.run(ask, answered, failed)

    def drop(self, kind: str) -> None:
        """The answer of that kind is no longer wanted."""
        stop = self._asked.pop(kind, None)
        if stop is not None:
            stop.set()

    def close(self) -> None:
        """Drop everything and end the threads."""
        for kind in list(self._asked):
            self.drop(kind)
        self._tasks.close()
