"""A file while it arrives: ``NAME.part`` and what it is to become, hashed as it grows, renamed when it is proven.

Beside a finished file lies ``NAME.source.json``: which commit it came from and its SHA-256, to verify it again.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub.milestones import Milestones
from chatapp.hub.opening import open_itself
from chatapp.hub.remote_file import RemoteFile
from chatapp.hub.stop import Stop

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

PART, SIDECAR, SUMS, RECORD, QUARANTINED = ".part", ".part.json", ".part.sums", ".source.json", ".quarantined"
_NEW = ".new"  # of a small file that is being written
COPYING = ".copying"  # of a file that is copied from elsewhere on this computer: there is nothing to resume
ENDINGS = (PART, SIDECAR, SUMS, RECORD, QUARANTINED, COPYING, _NEW)
_PIECE = 1 << 20
BEHIND = 3  # pieces that may be written and not hashed yet
_LOCK_AT = 1 << 62  # Windows locks bytes, not files: one that no file has


class Partial:
    """The unfinished file for *target*; use it with ``with``. Errors of the disk stay OSError."""

    def __init__(self, target: Path, file: RemoteFile) -> None:
        self._target = target
        self._file = file
        self._part = beside(target, PART)
        self._sidecar = beside(target, SIDECAR)
        self._milestones = Milestones(beside(target, SUMS))
        self._hash = hashlib.sha256()
        self._sure = 0, hashlib.sha256()  # bytes that were right again when the part was taken up, and their hash
        self._hashing: deque[Future[None]] = deque()
        self.done = 0  # bytes that are there
        self.resumed = False  # whether some of them were written by an earlier run
        self.etag = ""  # the one the bytes came with

    def __enter__(self) -> Self:
        """Open and lock it; raise HubError (DOWNLOAD_IN_USE)."""
        self._is_new = not self._part.exists()
        self._handle = open_itself(self._part, "r+b")
        try:
            lock(self._handle.fileno())
        except OSError as error:
            self._handle.close()
            raise HubError(ErrorCode.DOWNLOAD_IN_USE, name=self._file.name) from error
        # Hashing takes longer than writing, and as long as receiving: all three at once use two processors.
        self._hasher = ThreadPoolExecutor(1, "hub-hash")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._hasher.shutdown()
        self._handle.close()
        if error is not None and self._is_new and not self.done:
            discard(self._target, QUARANTINED)  # nothing came

    def take_up(self, stop: Stop, report: Callable[[int], object]) -> None:
        """Hash what an earlier run left, or drop it when it is of another file; *report* gets the bytes so far."""
        size = os.fstat(self._handle.fileno()).st_size
        if size and (size > self._file.size or not self._is_ours()):
            self.start_over()
        elif size:
            self._hash_again(size, stop, report)
            self.resumed = True
        self._write_sidecar()

    def _hash_again(self, size: int, stop: Stop, report: Callable[[int], object]) -> None:
        """All *size* bytes that are there, or those up to the last milestone that holds."""
        buffer = memoryview(bytearray(_PIECE))
        for end, sha256 in [*(found for found in self._milestones.read() if found[0] <= size), (size, "")]:
            while self.done < end and (count := self._handle.readinto(buffer[: min(_PIECE, end - self.done)])):
                stop.check()
                self._hash.update(buffer[:count])
                self.done += count
                report(self.done)
            if sha256 and self._hash.hexdigest() != sha256:
                self.go_back()
                return
            if sha256:
                self._sure = end, self._hash.copy()

    def go_back(self) -> None:
        """Drop what was not known to be right when the part was taken up."""
        self._wait_for_hashes()
        self.done = self._sure[0]
        self._hash = self._sure[1].copy()
        self._handle.truncate(self.done)
        self._handle.seek(self.done)
        self._milestones.forget_after(self.done)

    def start_over(self) -> None:
        """Drop everything."""
        self._sure = 0, hashlib.sha256()
        self.go_back()
        self.resumed, self.etag = False, ""
        self._write_sidecar()

    def arrived_with(self, etag: str) -> None:
        """Remember the *etag* that the bytes come with, where they cannot prove themselves."""
        if etag != self.etag and not self._file.sha256:
            self.etag = etag
            self._write_sidecar()

    def write(self, piece: memoryview) -> None:
        """Append; *piece* must stay as it is until `BEHIND` more were written."""
        self._wait_for_hashes(BEHIND - 1)
        self._hashing.append(self._hasher.submit(self._hash.update, piece))
        while piece:
            written = self._handle.write(piece) or 0
            self.done += written
            piece = piece[written:]
        if self._milestones.is_due(self.done):
            self._wait_for_hashes()
            self._milestones.add(self.done, self._hash.hexdigest())

    def is_proven(self) -> bool:
        """Whether the bytes are the file's; without a known SHA-256, as many as it has."""
        self._wait_for_hashes()
        if self.done != self._file.size:
            return False
        return self._file.sha256 in ("", self._hash.hexdigest())

    def _wait_for_hashes(self, but: int = 0) -> None:
        """Until no more than *but* pieces are left to do."""
        while len(self._hashing) > but:
            self._hashing.popleft().result()

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
        return file.is_same_as(self._file)

    def _forget(self) -> None:
        for path in (self._sidecar, beside(self._sidecar, _NEW), beside(self._target, SUMS)):
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
            open_itself(beside(target, PART), "ab").close()


def size_of_part(target: Path) -> int:
    """Bytes that have arrived of *target*, as long as it is unfinished."""
    try:
        return beside(target, PART).stat().st_size
    except OSError:
        return 0


def discard(target: Path, *but: str) -> None:
    """Delete what has arrived of *target*, and what was set aside: its download is given up. Keep the endings *but*."""
    for ending in (PART, SIDECAR, SIDECAR + _NEW, SUMS, QUARANTINED):
        if ending not in but:
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
    with open_itself(temporary, "xb") as handle:
        handle.write(json.dumps(data).encode())
        os.fsync(handle.fileno())
    temporary.replace(path)


def lock(descriptor: int) -> None:
    """Lock the file until it is closed. Raise OSError when somebody else, of this process or of another, has it."""
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
