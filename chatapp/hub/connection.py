"""One GET over http.client: proxies, redirects that keep the token at home, bodies read into memory of ours.

Not httpx: through it a body costs twice the time, and its clients are shared with whoever searches meanwhile, whose
failures close them.
"""

import base64
import functools
import http.client
import socket
import ssl
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urljoin, urlsplit

import truststore

from chatapp import __version__
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.stop import Stop, Stopped

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}

SILENT = QT_TRANSLATE_NOOP("reasons", "the server is silent")
UNSAFE_REDIRECT = QT_TRANSLATE_NOOP("reasons", "the server points to an address that is not secure")
TOO_MANY_REDIRECTS = QT_TRANSLATE_NOOP("reasons", "the server points from address to address")
UNKNOWN_PROXY = QT_TRANSLATE_NOOP("reasons", "only HTTP proxies can be used")


class BrokenError(Exception):
    """The connection failed; *reason* is a template of context ``reasons`` or words of the system."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RefusedError(BrokenError):
    """Trying again would not help."""


@dataclass(slots=True)
class Answer:
    """Status and headers have come, the body has not."""

    response: http.client.HTTPResponse
    sock: socket.socket | None
    redirected: bool  # the answer is another address's than the one asked
    left: int | None = field(init=False)  # bytes of the body to come; None: until the server ends it

    def __post_init__(self) -> None:
        self.left = self.response.length

    @property
    def status(self) -> int:
        """HTTP's."""
        return self.response.status

    def header(self, name: str) -> str:
        """The header's value, or nothing."""
        return self.response.getheader(name) or ""

    def readinto(self, view: memoryview) -> int:
        """Read what is there, at most ``len(view)`` bytes; 0 at the end. Raise `BrokenError`."""
        try:
            if self.response.chunked:
                data = self.response.read1(len(view))
                view[: len(data)] = data
                return len(data)
            if self.response.fp is None or self.left == 0:
                return 0
            # Below HTTPResponse.readinto, which waits until the whole view is full.
            count = self.response.fp.readinto1(view if self.left is None else view[: self.left])
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise BrokenError(reason_of(error)) from error
        if self.left is not None:
            self.left -= count
        return count

    def close(self) -> None:
        """Drop the connection."""
        self.response.close()


def get(
    url: str, headers: dict[str, str], token: str, stop: Stop, *, connect_timeout: float, read_timeout: float
) -> Answer:
    """GET *url* and follow redirects; *token* goes to no other origin. Timeouts are seconds of silence.

    Raises BrokenError (RefusedError when no repetition would help) and Stopped, that one at once.
    """
    return stop.run(lambda: _get(url, headers, token, stop, connect_timeout, read_timeout), Answer.close)


def _get(
    url: str, headers: dict[str, str], token: str, stop: Stop, connect_timeout: float, read_timeout: float
) -> Answer:
    first = at = urlsplit(url)
    for step in range(MAX_REDIRECTS + 1):
        if at.scheme not in _PORTS or not at.hostname or (at.scheme == "http" and first.scheme != "http"):
            raise RefusedError(UNSAFE_REDIRECT)
        sent = headers | {"User-Agent": f"chatapp/{__version__}", "Accept-Encoding": "identity", "Connection": "close"}
        if token and _origin(at) == _origin(first):
            sent["Authorization"] = f"Bearer {token}"
        connection, target = _connection(at, sent, connect_timeout)
        try:
            stop.check()
            connection.connect()
            sock = connection.sock
            sock.settimeout(read_timeout)
            with stop.watching(sock):
                connection.request("GET", target, headers=sent)
                response = connection.getresponse()
        except (OSError, ValueError, http.client.HTTPException) as error:
            connection.close()
            raise _failure(error) from error
        except Stopped:
            connection.close()
            raise
        location = response.getheader("Location")
        if response.status not in _REDIRECTS or not location:
            return Answer(response, sock, redirected=step > 0)
        response.close()
        connection.close()
        try:
            at = urlsplit(urljoin(at.geturl(), location))
            at.port  # noqa: B018 - looked at, since it is only read then
        except ValueError:
            raise RefusedError(UNSAFE_REDIRECT) from None
    raise RefusedError(TOO_MANY_REDIRECTS)


def _failure(error: Exception) -> BrokenError:
    # A certificate does not get better by asking again.
    kind = RefusedError if isinstance(error, ssl.SSLCertVerificationError) else BrokenError
    return kind(reason_of(error))


def reason_of(error: Exception) -> str:
    """Words for a failed connection."""
    if isinstance(error, TimeoutError):
        return SILENT
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__


def _origin(url: SplitResult) -> tuple[str, str | None, int]:
    return url.scheme, url.hostname, url.port or _PORTS[url.scheme]


def _connection(url: SplitResult, headers: dict[str, str], timeout: float) -> tuple[http.client.HTTPConnection, str]:
    """A connection (not yet made) for *url*, and what to ask for on it; a proxy may add to *headers*."""
    host = url.hostname or ""
    port = url.port or _PORTS[url.scheme]
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    proxies = urllib.request.getproxies()
    address = proxies.get(url.scheme) or proxies.get("all")
    if not address or urllib.request.proxy_bypass(host):
        if url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout), target
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=_tls()), target
    proxy = urlsplit(address if "://" in address else f"http://{address}")
    if proxy.scheme != "http" or not proxy.hostname:
        raise RefusedError(UNKNOWN_PROXY)
    at, through = proxy.hostname, proxy.port or _PORTS["http"]
    login = {}
    if proxy.username:
        pair = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
        login["Proxy-Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    if url.scheme == "http":
        headers.update(login)
        return http.client.HTTPConnection(at, through, timeout=timeout), url._replace(fragment="").geturl()
    secure = http.client.HTTPSConnection(at, through, timeout=timeout, context=_tls())
    secure.set_tunnel(host, port, login)
    return secure, target


@functools.cache
def _tls() -> ssl.SSLContext:
    # The system's own certificates: companies add theirs there.
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
