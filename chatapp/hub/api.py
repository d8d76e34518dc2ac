"""Calls of the hub library with a deadline of ours, and its many exceptions as errors a person can mend.

The library retries for most of a minute, has calls without any time limit, and closes the client of all threads when
one of them fails; a client of our own ends all three.
"""

import gc
import os
import re
import threading
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from chatapp import log
from chatapp.core.errors import ErrorCode, HubError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.connection import tls
from chatapp.hub.proxies import NO_SOCKS, Proxy, ProxyError, proxy_for
from chatapp.hub.remote_file import Source

DEADLINE = 15.0  # seconds
UNREADABLE = QT_TRANSLATE_NOOP("reasons", "its answer cannot be understood")

_T = TypeVar("_T")
_BUSY = 429
_NUMBER = re.compile(r"\[Errno -?\d+\] ")
_asked = threading.local()  # .until: the monotonic time at which this thread's call has to be over
_log = log.get("hub")


class _BrokenError(Exception):
    """No answer came. Not an exception of the HTTP library, which the hub library would try again."""


class _RefusedError(Exception):
    """An answer that the hub library would try again."""

    def __init__(self, status: int, pause: str) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status
        self.pause = pause


def call(source: Source, name: str, work: Callable[[Any], _T], seconds: float = DEADLINE) -> _T:
    """What *work* returns when it is given an ``HfApi`` of *source*; *name* is what is asked for, for messages.

    Returns or raises HubError after *seconds* at the latest: the call is then left to itself and ends soon.
    """
    if source.offline:
        raise HubError(ErrorCode.HUB_OFFLINE, host=source.host)
    if not (source.token.isascii() and source.token.isprintable()):  # no hub has given it, and it cannot even be sent
        raise HubError(ErrorCode.HUB_TOKEN, host=source.host)
    results: list[_T] = []
    failures: list[BaseException] = []
    ended = threading.Event()

    def do() -> None:
        _asked.until = time.monotonic() + seconds
        try:
            results.append(work(_library().HfApi(endpoint=source.endpoint, token=source.token or False)))
        except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
            failures.append(error)
        finally:
            ended.set()

    threading.Thread(target=do, name="hub-call", daemon=True).start()
    if not ended.wait(seconds):
        raise _slow(source, seconds)
    if failures:
        raise _explained(failures[0], source, name, seconds) from failures[0]
    return results[0]


@cache
def _library() -> Any:
    """The hub library, told before its import what it reads only then."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"  # nobody is told what is asked for
    os.environ["HF_HUB_DISABLE_XET"] = "1"
    os.environ["HF_HUB_DISABLE_PROGRESS_BARS"] = "1"  # a windowed program on Windows has no stderr to draw them on
    import httpx2  # noqa: PLC0415 - both take longer than a window to appear
    import huggingface_hub  # noqa: PLC0415
    import socksio  # noqa: PLC0415

    class Ways(httpx2.BaseTransport):
        """By the same proxies, and with the same certificates, as downloads; looked up for every request."""

        def __init__(self) -> None:
            self._known: dict[Proxy | None, httpx2.HTTPTransport] = {}

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            proxy = proxy_for(request.url.scheme, request.url.host)
            if proxy not in self._known:
                login = (proxy.user, proxy.password) if proxy and proxy.user else None
                via = httpx2.Proxy(proxy.address, auth=login) if proxy else None
                self._known[proxy] = httpx2.HTTPTransport(verify=tls(), proxy=via)
            try:
                return self._known[proxy].handle_request(request)
            except socksio.ProtocolError as error:
                raise ProxyError(NO_SOCKS) from error

        def close(self) -> None:
            for way in self._known.values():
                way.close()

    class Client(httpx2.Client):
        """Gives every request what is left of the deadline, and fails so that nobody tries again."""

        def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
            left = getattr(_asked, "until", time.monotonic() + DEADLINE) - time.monotonic()
            if left <= 0:
                raise TimeoutError
            request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write", "pool"), left)
            try:
                response = super().send(request, **options)
            except httpx2.TimeoutException as error:
                raise TimeoutError from error
            except (httpx2.TransportError, ProxyError) as error:
                raise _BrokenError(_NUMBER.sub("", str(error)) or type(error).__name__) from error
            if response.status_code in (408, _BUSY) or response.status_code >= 500:
                response.close()
                pause = response.headers.get("Retry-After") or response.headers.get("RateLimit", "").partition("t=")[2]
                raise _RefusedError(response.status_code, pause)
            return response

    # What the imports made stays: the window would stop for longer than a frame when all of it is looked through.
    gc.freeze()
    huggingface_hub.set_client_factory(lambda: Client(transport=Ways(), follow_redirects=True, timeout=None))
    return huggingface_hub


def _explained(error: BaseException, source: Source, name: str, seconds: float) -> BaseException:
    """The error for a person; *error* itself when it is none of the hub's."""
    errors = _library().errors
    host = source.host
    found: BaseException = error
    match error:
        case TimeoutError():
            found = _slow(source, seconds)
        case _BrokenError():
            found = HubError(ErrorCode.HUB_UNREACHABLE, host=host, reason=error)
        case _RefusedError(status=429):
            pause = int(error.pause) if error.pause.isdecimal() else 60
            found = HubError(ErrorCode.HUB_BUSY, host=host, seconds=pause)
        case _RefusedError():
            found = HubError(ErrorCode.HUB_FAILED, host=host, name=name, reason=error)
        # A gated repository's error is one of a missing repository, too.
        case errors.GatedRepoError():
            found = HubError(ErrorCode.HUB_GATED, details=str(error), name=name)
        case errors.HFValidationError():
            found = HubError(ErrorCode.HUB_NOT_FOUND, details=str(error), host=host, name=f"“{name}”")
        case errors.RepositoryNotFoundError() | errors.EntryNotFoundError() | errors.RevisionNotFoundError():
            found = HubError(ErrorCode.HUB_NOT_FOUND, details=str(error), host=host, name=name)
        case errors.HfHubHTTPError():
            found = _of_status(error, source, name)
        case ValueError() | KeyError() | TypeError() | AttributeError():
            # The library trusts the hub's JSON to have its shape; a mirror's or a login page's has not.
            _log.info("an answer of the hub cannot be understood: %r", error)
            found = HubError(ErrorCode.HUB_FAILED, host=host, name=name, reason=UNREADABLE)
    return found


def _of_status(error: Any, source: Source, name: str) -> HubError:
    status = error.response.status_code
    if status == 401:
        # Hubs say so, too, to somebody without a token who asks for what does not exist.
        code = ErrorCode.HUB_TOKEN if source.token else ErrorCode.HUB_NOT_FOUND
        return HubError(code, details=str(error), host=source.host, name=name)
    if status in (404, 410):
        return HubError(ErrorCode.HUB_NOT_FOUND, details=str(error), host=source.host, name=name)
    return HubError(ErrorCode.HUB_FAILED, details=str(error), host=source.host, name=name, reason=f"HTTP {status}")


def _slow(source: Source, seconds: float) -> HubError:
    return HubError(ErrorCode.HUB_SLOW, host=source.host, seconds=round(seconds))
