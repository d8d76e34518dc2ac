"""Holds downloads to a speed: one of them, or all that share a pace together."""

import threading
import time

from chatapp.hub.stop import Stop

_SLACK = 0.5  # seconds of delay that are made up for; more would come in a burst
_LEAST = 4096  # bytes


class Pace:
    """A limit in bytes a second; 0: none. It may be changed at any time, also for what is running."""

    def __init__(self, bytes_per_second: int = 0) -> None:
        self.bytes_per_second = bytes_per_second
        self._lock = threading.Lock()
        self._due = 0.0  # monotonic time at which all that was taken may have come

    def piece(self, most: int) -> int:
        """Bytes to take at once, so that the pauses between them are short."""
        limit = self.bytes_per_second
        return min(most, max(_LEAST, limit // 20)) if limit else most

    def take(self, count: int, stop: Stop) -> None:
        """Wait for as long as *count* bytes need; raise `Stopped`."""
        limit = self.bytes_per_second
        if not limit or not count:
            return
        with self._lock:
            now = time.monotonic()
            begin = self._due if self._due > now - _SLACK else now
            self._due = begin + count / limit
            ahead = self._due - now
        if ahead > 0:
            stop.wait(ahead)
