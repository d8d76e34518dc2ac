"""The first bytes of a file on a hub: all of a small one, or as much of a large one as is wanted."""

import time

from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub import connection
from chatapp.hub.connection import Answer, BrokenError
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.stop import Stop

_PIECE = 64 << 10


def first_bytes(file: RemoteFile, limit: int, source: Source, stop: Stop, seconds: float) -> bytes:
    """At most *limit* bytes of *file*, asked for as a range; servers that send more are not listened to.

    Raises HubError, also when it takes longer than *seconds* of time (twice that with a server that dribbles), and
    Stopped at once.
    """
    until = time.monotonic() + seconds
    headers = {"Range": f"bytes=0-{limit - 1}"}
    address = source.address(file)
    try:
        answer = connection.get(address, headers, source.token, stop, connect_timeout=seconds, read_timeout=seconds)
        try:
            _check(answer, file, source)
            with stop.watching(answer.sock):
                return _read(answer, limit, stop, until)
        finally:
            answer.close()
    except BrokenError as error:
        stop.check()
        raise HubError(ErrorCode.HUB_UNREACHABLE, host=source.host, reason=error.reason) from error
    except TimeoutError as error:
        raise HubError(ErrorCode.HUB_SLOW, host=source.host, seconds=round(seconds)) from error


def _read(answer: Answer, limit: int, stop: Stop, until: float) -> bytes:
    found = bytearray()
    piece = memoryview(bytearray(_PIECE))
    while len(found) < limit:
        stop.check()
        if time.monotonic() > until:
            raise TimeoutError
        count = answer.readinto(piece[: limit - len(found)])
        if not count:
            break
        found += piece[:count]
    return bytes(found)


def _check(answer: Answer, file: RemoteFile, source: Source) -> None:
    status = answer.status
    if status in (200, 206):
        return
    if status in (401, 403):
        raise HubError(ErrorCode.HUB_GATED, name=file.repo)
    if status in (404, 410):
        raise HubError(ErrorCode.HUB_NOT_FOUND, host=source.host, name=file.path)
    if status == 429:
        pause = answer.header("Retry-After")
        raise HubError(ErrorCode.HUB_BUSY, host=source.host, seconds=int(pause) if pause.isdecimal() else 60)
    raise HubError(ErrorCode.HUB_FAILED, host=source.host, name=file.path, reason=f"HTTP {status}")
