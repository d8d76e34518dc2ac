"""What the beginning of an unfinished file hashes to, noted every so often.

A loss of power may leave zeros at the end of a file, or less of it than was written. Then only what lies behind the
last milestone that still holds is fetched again, and not tens of gigabytes.
"""

import re
from pathlib import Path

from chatapp.hub.opening import open_itself

EVERY = 64 << 20  # bytes
_LONGEST = 1 << 20  # bytes of such a file; those of the largest models have 100 kB
_LINE = re.compile(r"(\d{1,18}) ([0-9a-f]{64})")


class Milestones:
    """Kept in the file *path*. Not synced to the disk: those that a loss of power takes are just not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._last = 0

    def read(self) -> list[tuple[int, str]]:
        """Bytes from the beginning and their SHA-256, ascending; up to the first line that cannot be read."""
        found: list[tuple[int, str]] = []
        try:
            with self._path.open("rb") as file:
                lines = file.read(_LONGEST).decode("ascii", "replace").split("\n")
        except OSError:
            return found
        for line in lines:
            fields = _LINE.fullmatch(line)
            if fields is None or (found and int(fields[1]) <= found[-1][0]):
                break
            found.append((int(fields[1]), fields[2]))
        return found

    def is_due(self, done: int) -> bool:
        """Whether enough bytes came since the last one."""
        return done - self._last >= EVERY

    def add(self, done: int, sha256: str) -> None:
        """Note that the first *done* bytes have this *sha256*; raise OSError."""
        with open_itself(self._path, "ab") as file:
            file.write(f"{done} {sha256}\n".encode())
        self._last = done

    def forget_after(self, done: int) -> None:
        """Only those up to *done* hold; raise OSError."""
        kept = [(end, sha256) for end, sha256 in self.read() if end <= done]
        self._path.unlink(missing_ok=True)
        self._last = 0
        for end, sha256 in kept:
            self.add(end, sha256)
