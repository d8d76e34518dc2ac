"""Fetches one file of a model: resumes at the byte where it stopped, proves what arrived, and can be stopped at once.

Instead of the hub library's own function, which begins again after a cancel or a crash and takes damaged files for
whole ones.
"""

import errno
import itertools
import random
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path

from chatapp import log
from chatapp.core.errors import ErrorCode, HubError, StorageError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub import connection, names
from chatapp.hub.connection import Answer, BrokenError, RefusedError, UnreachableError
from chatapp.hub.pace import Pace
from chatapp.hub.partial import BEHIND, Partial, is_same, read_record, size_of_part, write_record
from chatapp.hub.progress import Meter, Phase, Progress
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.sizes import format_size
from chatapp.hub.stop import Stop

OCCUPIED = QT_TRANSLATE_NOOP("reasons", "another file of that name lies there already")
ENDED_EARLY = QT_TRANSLATE_NOOP("reasons", "the server ended the connection")
NOT_A_FILE = QT_TRANSLATE_NOOP("reasons", "a web page came instead; a network that wants a login does that")
NO_SIZE = QT_TRANSLATE_NOOP("reasons", "the server does not say how large it is")
OTHER_SIZE = QT_TRANSLATE_NOOP("reasons", "the server has a file of another size")
OTHER_PART = QT_TRANSLATE_NOOP("reasons", "the server sent another part than was asked for")

_PIECE = 1 << 20  # bytes read before they are hashed and written
_HOLD = 0.1  # seconds for which they may be held back to make a whole piece
_LOOK = 8 << 20  # bytes after which free space is looked at again
_OF_DISK = 20  # no more than this part of a disk is kept free: some are small
_OF_NO_USE = 3  # tries to get a file that is another one than the hub has described
_LIMIT = re.compile(r"\bt=(\d+)")  # of the header RateLimit: seconds until requests are allowed again
_log = log.get("hub")


@dataclass(frozen=True, slots=True)
class Options:
    """How patient to be, in seconds, and what to leave to others.

    attempts          failures in a row, without a byte of progress, until it gives up; a hub that cannot be reached
                      is waited for without end
    longest_search    between two tries to reach it
    longest_pause     a server that asks for more is not waited for
    headroom          bytes that stay free on the disk, but no more than a twentieth of it
    bytes_per_second  of each download; 0: as fast as it goes
    """

    connect_timeout: float = 15.0
    read_timeout: float = 30.0
    attempts: int = 12
    first_delay: float = 1.0
    longest_delay: float = 60.0
    longest_search: float = 30.0
    longest_pause: float = 600.0
    headroom: int = 512_000_000
    bytes_per_second: int = 0
    progress_interval: float = 0.1


DEFAULT = Options()


def free_space(folder: Path) -> int:
    """Bytes that we may write on the disk of *folder*."""
    return shutil.disk_usage(folder).free


def download(
    file: RemoteFile,
    folder: Path,
    source: Source,
    stop: Stop,
    report: Callable[[Progress], object] = lambda _: None,
    *,
    options: Options = DEFAULT,
    pace: Pace | None = None,
    free: Callable[[Path], int] = free_space,
) -> Path:
    """Fetch *file* to ``folder/owner/name/path`` and return where it is; what arrived earlier is not fetched again.

    *report* is called in this thread; *pace* may be shared with others. Raises Stopped (what arrived is kept),
    HubError and StorageError.
    """
    if source.offline:
        raise HubError(ErrorCode.HUB_OFFLINE, host=source.host)
    if not file.size:
        raise HubError(ErrorCode.HUB_FAILED, host=source.host, name=file.name, reason=NO_SIZE)
    target = names.local_path(folder, file.repo, file.path)
    meter = Meter(report, file.size, options.progress_interval)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and _is_there(target, file, stop, meter):
            return target
        with Partial(target, file) as partial:
            paces = (Pace(options.bytes_per_second), pace or Pace())
            _Download(file, target, source, stop, meter, options, paces, free, partial).run()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _no_space(file.name, max(0, file.size - size_of_part(target)), 0) from error
        raise StorageError(ErrorCode.FILE_FAILED, path=target, reason=error.strerror or error) from error
    return target


def _is_there(target: Path, file: RemoteFile, stop: Stop, meter: Meter) -> bool:
    """Whether nothing is left to do; a file that may not be replaced raises HubError (DOWNLOAD_NAME)."""
    if is_same(target, file, stop, lambda done: meter.at(done, "checking")):
        write_record(target, file)
        meter.at(file.size)
        return True
    record = read_record(target)
    if record is None or (record.repo, record.path) != (file.repo, file.path):
        raise HubError(ErrorCode.DOWNLOAD_NAME, name=file.path, reason=OCCUPIED)
    return False  # an earlier commit's


class _Later(Exception):  # noqa: N818 - a turn in the road
    """This attempt failed; another may not."""

    def __init__(self, reason: str, pause: float | None = None, *, busy: bool = False, tries: int = 1000) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause  # seconds that the server asked for
        self.busy = busy
        self.tries = tries  # after which there is little hope


class _Download:
    """All attempts at one file."""

    def __init__(
        self,
        file: RemoteFile,
        target: Path,
        source: Source,
        stop: Stop,
        meter: Meter,
        options: Options,
        paces: tuple[Pace, ...],
        free: Callable[[Path], int],
        partial: Partial,
    ) -> None:
        self._file = file
        self._target = target
        self._source = source
        self._stop = stop
        self._meter = meter
        self._options = options
        self._paces = paces
        self._free = free
        self._partial = partial
        self._buffers = itertools.cycle([memoryview(bytearray(_PIECE)) for _ in range(BEHIND + 1)])
        self._buffer = next(self._buffers)
        self._without_range = False  # the server has refused one
        self._headroom = min(options.headroom, shutil.disk_usage(target.parent).total // _OF_DISK)

    def run(self) -> None:
        """To the end, or raise."""
        partial = self._partial
        partial.take_up(self._stop, lambda done: self._meter.at(done, "checking"))
        self._fetch()
        if not partial.is_proven() and partial.resumed:
            # What lay on the disk may have been torn by a loss of power: that is no fault of the source.
            partial.go_back()
            _log.info("a resumed download has the wrong SHA-256; going back to byte %d", partial.done)
            self._fetch()
        if not partial.is_proven():
            kept = partial.quarantine()
            _log.info("a download has the wrong SHA-256: %s", kept)
            raise HubError(ErrorCode.DOWNLOAD_DAMAGED, name=self._file.name, kept=kept.name)
        partial.finish()
        self._meter.at(self._file.size)

    def _fetch(self) -> None:
        """Until all bytes are there."""
        self._check_space()
        failures, searches, furthest = 0, 0, self._partial.done
        while self._partial.done < self._file.size:
            try:
                self._attempt()
            except RefusedError as error:
                raise self._failed(error.reason) from error
            except UnreachableError as error:
                self._stop.check()
                searches += 1
                _log.info("search %d for the hub failed at byte %d: %s", searches, self._partial.done, error)
                self._wait(self._delay(searches, self._options.longest_search), "offline", error.reason)
                continue
            except (BrokenError, _Later) as error:
                self._stop.check()  # it failed because it was cut
                failures = 1 if self._partial.done > furthest else failures + 1
                furthest = max(furthest, self._partial.done)
                _log.info("attempt %d failed at byte %d: %s", failures, self._partial.done, error)
                self._pause(error, failures)
            searches = 0

    def _pause(self, error: BrokenError | _Later, failures: int) -> None:
        """Wait before the next attempt, or give up."""
        options = self._options
        pause = error.pause if isinstance(error, _Later) else None
        if isinstance(error, _Later) and failures >= error.tries:
            raise self._failed(error.reason) from error
        if failures >= options.attempts or (pause or 0) > options.longest_pause:
            if isinstance(error, _Later) and error.busy:
                raise HubError(ErrorCode.HUB_BUSY, host=self._source.host, seconds=round(pause or 60)) from error
            raise HubError(ErrorCode.DOWNLOAD_BROKE_OFF, name=self._file.name, reason=error.reason) from error
        self._wait(self._delay(failures, options.longest_delay) if pause is None else pause, "waiting", error.reason)

    def _delay(self, tries: int, longest: float) -> float:
        """Seconds after that many: twice as long every time, and not everybody comes back at once."""
        return min(longest, self._options.first_delay * 2.0 ** min(tries - 1, 32)) * random.uniform(0.5, 1.0)

    def _wait(self, seconds: float, phase: Phase, reason: str) -> None:
        self._meter.at(self._partial.done, phase, reason)
        self._stop.wait(seconds)

    def _attempt(self) -> None:
        """Ask anew, which also gives a fresh signed address, for what is missing, and take what comes."""
        partial, options = self._partial, self._options
        headers = {}
        if partial.done and not self._without_range:
            headers["Range"] = f"bytes={partial.done}-"
            # With a known SHA-256 the bytes prove themselves, and ETags differ between a hub's many servers.
            if not self._file.sha256 and partial.etag and not partial.etag.startswith("W/"):
                headers["If-Range"] = partial.etag
        answer = connection.get(
            self._source.address(self._file),
            headers,
            self._source.token,
            self._stop,
            connect_timeout=options.connect_timeout,
            read_timeout=options.read_timeout,
        )
        try:
            skip = self._check(answer)
            with self._stop.watching(answer.sock):
                self._take(answer, skip)
        finally:
            answer.close()

    def _check(self, answer: Answer) -> int:
        """Bytes at the beginning of the body that are there already; raise when the answer is none of use."""
        partial, size = self._partial, self._file.size
        if answer.status not in (200, 206):
            self._refuse(answer)
        if "text/html" in answer.header("Content-Type").lower() and not self._file.name.endswith((".html", ".htm")):
            raise _Later(NOT_A_FILE)
        etag = answer.header("ETag")
        if answer.status == 206:
            found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.header("Content-Range").strip())
            if found is None or int(found[1]) != partial.done:
                raise _Later(OTHER_PART)
            if found[2] not in ("*", str(size)):
                raise _Later(OTHER_SIZE, tries=_OF_NO_USE)
            if not self._file.sha256 and etag != partial.etag:
                partial.start_over()
                raise _Later(OTHER_PART)
            return 0
        if answer.left is not None and answer.left > size:
            raise _Later(OTHER_SIZE, tries=_OF_NO_USE)
        if partial.done and not self._file.sha256 and (not etag or etag != partial.etag):
            partial.start_over()
        partial.arrived_with(etag)
        return partial.done

    def _refuse(self, answer: Answer) -> None:
        """Raise what the status means."""
        status, name, host = answer.status, f"{self._file.repo}/{self._file.path}", self._source.host
        # Its own words are shown, and must not steer a terminal.
        words = "".join(c for c in f"HTTP {status} {answer.response.reason[:60]}" if c.isprintable()).strip()
        if status in (408, 425, 429) or status >= 500:
            raise _Later(words, _asked_pause(answer), busy=status == 429)
        if status == 416:
            # What has arrived is not given away for that: asked for the whole file, the server sends it once more.
            self._without_range = True
            raise _Later(OTHER_PART)
        if answer.redirected and status in (401, 403, 404, 410):
            raise _Later(words)  # a signed address that ran out; the next attempt gets a new one
        code = answer.header("X-Error-Code")
        if code == "GatedRepo":
            raise HubError(ErrorCode.HUB_GATED, name=self._file.repo)
        if status == 401 and self._source.token and code != "RepoNotFound":
            raise HubError(ErrorCode.HUB_TOKEN, host=host)
        if status in (401, 404, 410):
            raise HubError(ErrorCode.HUB_NOT_FOUND, host=host, name=name)
        raise self._failed(words)

    def _take(self, answer: Answer, skip: int) -> None:
        """Write the body to the file; raise when it ends too early."""
        partial, size = self._partial, self._file.size
        step = max(_PIECE, min(_LOOK, self._headroom // 4))
        look = partial.done + step
        while partial.done < size:
            piece = min(pace.piece(_PIECE) for pace in self._paces)
            count = self._read(answer, min(piece, skip or size - partial.done))
            if skip:
                skip -= count
            else:
                partial.write(self._buffer[:count])
                self._buffer = next(self._buffers)  # this one is still being hashed
                self._meter.at(partial.done)
            self._stop.check()  # with what came before it written
            if not count:
                raise _Later(ENDED_EARLY)
            if partial.done >= look:
                self._check_space()
                look = partial.done + step
            for pace in self._paces:
                pace.take(count, self._stop)

    def _read(self, answer: Answer, wanted: int) -> int:
        """Fill the buffer with at most *wanted* bytes, not waiting long for the last; 0 at the end of the body."""
        filled, until = 0, time.monotonic() + _HOLD
        while filled < wanted and not self._stop.is_set():
            try:
                count = answer.readinto(self._buffer[filled:wanted])
            except BrokenError:
                if not filled:
                    raise
                break  # what came before is worth keeping; the next read fails again
            if not count:
                break
            filled += count
            if time.monotonic() >= until:
                break
        return filled

    def _check_space(self) -> None:
        missing = self._file.size - self._partial.done
        available = self._free(self._target.parent) - self._headroom
        if available < missing:
            raise _no_space(self._file.name, missing, available)

    def _failed(self, reason: str) -> HubError:
        return HubError(ErrorCode.HUB_FAILED, host=self._source.host, name=self._file.name, reason=reason)


def _no_space(name: str, needed: int, available: int) -> HubError:
    return HubError(
        ErrorCode.DOWNLOAD_NO_SPACE,
        name=name,
        needed=format_size(needed),
        available=format_size(max(0, available)),
    )


def _asked_pause(answer: Answer) -> float | None:
    """Seconds that the server wants us to wait, of the headers Retry-After or RateLimit."""
    text = answer.header("Retry-After").strip()
    if text.isdecimal():
        return float(text)
    if text:
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
        except ValueError:
            return None
    found = _LIMIT.search(answer.header("RateLimit"))
    return float(found[1]) if found and answer.status == 429 else None
