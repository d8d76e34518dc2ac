"""Ends a download from another thread at once, whatever it waits for."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TypeVar

_T = TypeVar("_T")


class Stopped(Exception):  # noqa: N818 - no failure: somebody wanted it
    """The download was told to stop."""


class Stop:
    """A switch that is thrown once. Whoever waits here wakes up; sockets that are watched are cut."""

    def __init__(self) -> None:
        self._thrown = False
        self._condition = threading.Condition()
        self._sockets: list[socket.socket] = []

    def set(self) -> None:
        """Throw it; returns at once, from any thread."""
        with self._condition:
            self._thrown = True
            for sock in self._sockets:
                _cut(sock)
            self._condition.notify_all()

    def is_set(self) -> bool:
        """Whether it was thrown."""
        return self._thrown

    def check(self) -> None:
        """Raise `Stopped` when it was thrown."""
        if self._thrown:
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Wait, but no longer than until it is thrown; raise `Stopped` then."""
        with self._condition:
            self._condition.wait_for(lambda: self._thrown, seconds)
        self.check()

    @contextlib.contextmanager
    def watching(self, sock: socket.socket | None) -> Iterator[None]:
        """Cut *sock* when the switch is thrown inside this block: a read that waits for it ends."""
        if sock is None:
            yield
            return
        with self._condition:
            self.check()
            self._sockets.append(sock)
        try:
            yield
        finally:
            with self._condition:
                self._sockets.remove(sock)

    def run(self, work: Callable[[], _T], discard: Callable[[_T], object]) -> _T:
        """The result of *work*, done in a thread that is left alone when the switch is thrown.

        Looking up a host's name cannot be interrupted. A result that comes too late is given to *discard*.
        """
        results: list[_T] = []
        failures: list[BaseException] = []

        def do() -> None:
            try:
                found = work()
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                with self._condition:
                    failures.append(error)
                    self._condition.notify_all()
                return
            with self._condition:
                late = self._thrown
                if not late:
                    results.append(found)
                self._condition.notify_all()
            if late:
                discard(found)

        self.check()
        threading.Thread(target=do, name="hub-connect", daemon=True).start()
        with self._condition:
            self._condition.wait_for(lambda: self._thrown or results or failures)
        if results:
            return results[0]
        self.check()
        raise failures[0]


def _cut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        # The plain socket's: the one of TLS forgets its session, which another thread is just using.
        socket.socket.shutdown(sock, socket.SHUT_RDWR)
