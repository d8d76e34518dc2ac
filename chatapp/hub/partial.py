"""A file while it arrives: ``NAME.part`` and what it is to become, hashed as it grows, renamed when it is proven.

Beside a finished file lies ``NAME.source.json``: which commit it came from and its SHA-256, to verify it again.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub.remote_file import RemoteFile
from chatapp.hub.stop import Stop

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PART, SIDECAR, RECORD, QUARANTINED = ".part", ".part.json", ".source.json", ".quarantined"
_NEW = ".new"  # of a small file that is being written
ENDINGS = (PART, SIDECAR, RECORD, QUARANTINED, _NEW)
_PIECE = 1 << 20
_LOCK_AT = 1 << 62  # Windows locks bytes, not files: one that no file has


class Partial:
    """The unfinished file for *target*; use it with ``with``. Errors of the disk stay OSError."""

    def __init__(self, target: Path, file: RemoteFile) -> None:
        self._target = target
        self._file = file
        self._part = beside(target, PART)
        self._sidecar = beside(target, SIDECAR)
        self._hash = hashlib.sha256()
        self.done = 0  # bytes that are there, and hashed
        self.resumed = False  # whether some of them were written by an earlier run
        self.etag = ""  # the one the bytes came with

    def __enter__(self) -> Self:
        """Open and lock it; raise HubError (DOWNLOAD_IN_USE)."""
        self._handle = os.fdopen(_open(self._part, os.O_RDWR | os.O_CREAT), "r+b", 0)
        try:
            _lock(self._handle.fileno())
        except OSError as error:
            self._handle.close()
            raise HubError(ErrorCode.DOWNLOAD_IN_USE, name=self._file.name) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._handle.close()

    def take_up(self, stop: Stop, report: Callable[[int], object]) -> None:
        """Hash what an earlier run left, or drop it when it is of another file; *report* gets the bytes so far."""
        size = os.fstat(self._handle.fileno()).st_size
        if size and (size > self._file.size or not self._is_ours()):
            self.start_over()
        elif size:
            self.done = hash_file(self._handle, self._hash, stop, report)
            self.resumed = True
        self._write_sidecar()

    def start_over(self) -> None:
        """Drop everything."""
        self._handle.seek(0)
        self._handle.truncate()
        self._hash = hashlib.sha256()
        self.done, self.resumed, self.etag = 0, False, ""
        self._write_sidecar()

    def arrived_with(self, etag: str) -> None:
        """Remember the *etag* that the bytes come with, where they cannot prove themselves."""
        if etag != self.etag and not self._file.sha256:
            self.etag = etag
            self._write_sidecar()

    def write(self, piece: memoryview) -> None:
        """Append."""
        while piece:
            written = self._handle.write(piece) or 0
            self._hash.update(piece[:written])
            self.done += written
            piece = piece[written:]

    def is_proven(self) -> bool:
        """Whether the bytes are the file's; without a known SHA-256, as many as it has."""
        if self.done != self._file.size:
            return False
        return self._file.sha256 in ("", self._hash.hexdigest())

    def finish(self) -> None:
        """Make it the target; survives a loss of power at any moment."""
        os.fsync(self._handle.fileno())
        self._handle.close()  # Windows renames no open file
        write_record(self._target, self._file)
        self._part.replace(self._target)
        _sync_folder(self._target.parent)
        self._forget()
        with contextlib.suppress(OSError):
            beside(self._target, QUARANTINED).unlink()  # of an earlier try; gigabytes of no use

    def quarantine(self) -> Path:
        """Set it aside under a name that nobody takes for a model; where it is now."""
        self._handle.close()
        kept = beside(self._target, QUARANTINED)
        self._part.replace(kept)
        self._forget()
        return kept

    def _is_ours(self) -> bool:
        """Whether the bytes are of this very file: the same hash or, where there is none, the same commit and path."""
        try:
            known = json.loads(self._sidecar.read_bytes())
            file, etag = RemoteFile.from_json(known), known["etag"]
        except (OSError, ValueError, KeyError, TypeError):
            return False
        self.etag = etag if isinstance(etag, str) else ""
        same = (file.sha256, file.size) == (self._file.sha256, self._file.size)
        return same and (bool(file.sha256) or file == self._file)

    def _forget(self) -> None:
        for path in (self._sidecar, beside(self._sidecar, _NEW)):
            path.unlink(missing_ok=True)

    def _write_sidecar(self) -> None:
        _write_json(self._sidecar, self._file.to_json() | {"etag": self.etag})


def beside(target: Path, ending: str) -> Path:
    """The file of that *ending* that belongs to *target*."""
    return target.with_name(target.name + ending)


def reserve(target: Path) -> None:
    """Show that *target* is going to come: a model in many files is not broken while the last ones are on their way."""
    if not target.exists():
        with contextlib.suppress(OSError):  # whoever writes to it will say so
            target.parent.mkdir(parents=True, exist_ok=True)
            os.close(_open(beside(target, PART), os.O_WRONLY | os.O_CREAT))


def size_of_part(target: Path) -> int:
    """Bytes that have arrived of *target*, as long as it is unfinished."""
    try:
        return beside(target, PART).stat().st_size
    except OSError:
        return 0


def discard(target: Path) -> None:
    """Delete what has arrived of *target*, and what was set aside: its download is given up."""
    for ending in (PART, SIDECAR, SIDECAR + _NEW, QUARANTINED):
        with contextlib.suppress(OSError):
            beside(target, ending).unlink()


def read_record(target: Path) -> RemoteFile | None:
    """Where the finished file *target* came from; None when it was not downloaded by us."""
    try:
        return RemoteFile.from_json(json.loads(beside(target, RECORD).read_bytes()))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_record(target: Path, file: RemoteFile) -> None:
    """Note where *target* comes from."""
    _write_json(beside(target, RECORD), file.to_json())


def is_same(target: Path, file: RemoteFile, stop: Stop, report: Callable[[int], object]) -> bool:
    """Whether the bytes at *target* are those of *file*, read from the disk and hashed; raise OSError, Stopped."""
    found = hashlib.sha256()
    with target.open("rb", 0) as handle:
        if os.fstat(handle.fileno()).st_size != file.size:
            return False
        hash_file(handle, found, stop, report)
    return file.sha256 in ("", found.hexdigest())


def hash_file(handle: Any, found: Any, stop: Stop, report: Callable[[int], object]) -> int:
    """Feed everything in *handle* to the hash *found*; the number of bytes."""
    buffer = memoryview(bytearray(_PIECE))
    done = 0
    while count := handle.readinto(buffer):
        stop.check()
        found.update(buffer[:count])
        done += count
        report(done)
    return done


def _write_json(path: Path, data: dict[str, Any]) -> None:
    """All or nothing. Always by the same temporary name: a process that is killed here must leave no litter behind."""
    temporary = beside(path, _NEW)
    temporary.unlink(missing_ok=True)
    with os.fdopen(_open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as handle:
        handle.write(json.dumps(data).encode())
        handle.flush()
        os.fsync(handle.fileno())
    temporary.replace(path)


def _open(path: Path, flags: int) -> int:
    """A file of ours, itself: through a link that somebody laid there, bytes would go anywhere."""
    flags |= getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, flags, 0o666)


def _lock(descriptor: int) -> None:
    """Raise OSError when another download, of this process or of another, has the file."""
    if sys.platform == "win32":
        os.lseek(descriptor, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":
        return  # no such thing there
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
