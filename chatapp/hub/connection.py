"""One GET over http.client: proxies, redirects that keep the token at home, bodies read into memory of ours.

Not httpx: through it a body costs twice the time, and its clients are shared with whoever searches meanwhile, whose
failures close them.
"""

import base64
import functools
import http.client
import re
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urljoin, urlsplit

import truststore

from chatapp import __version__
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.proxies import Proxy, ProxyError, connect_by_socks, proxy_for
from chatapp.hub.stop import Stop, Stopped

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PORTS = {"http": 80, "https": 443}

SILENT = QT_TRANSLATE_NOOP("reasons", "the server is silent")
UNSAFE_REDIRECT = QT_TRANSLATE_NOOP("reasons", "the server points to an address that is not secure")
TOO_MANY_REDIRECTS = QT_TRANSLATE_NOOP("reasons", "the server points from address to address")

_TUNNEL_REFUSED = re.compile(r"Tunnel connection failed: 4\d\d")  # http.client's words


class BrokenError(Exception):
    """The connection failed; *reason* is a template of context ``reasons`` or words of the system."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnreachableError(BrokenError):
    """Nobody is there: most likely this computer has no network now."""


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

    Raises BrokenError (RefusedError when no repetition would help, UnreachableError when the host of *url*, or the
    proxy, cannot be reached) and Stopped, that one at once.
    """
    return stop.run(lambda: _get(url, headers, token, stop, connect_timeout, read_timeout), Answer.close)


def _get(
    url: str, headers: dict[str, str], token: str, stop: Stop, connect_timeout: float, read_timeout: float
) -> Answer:
    first = at = urlsplit(url)
    for step in range(MAX_REDIRECTS + 1):
        if at.scheme not in _PORTS or not at.hostname or (at.scheme == "http" and first.scheme != "http"):
            raise RefusedError(UNSAFE_REDIRECT)
        sent = {"User-Agent": f"chatapp/{__version__}", "Accept-Encoding": "identity", "Connection": "close"} | headers
        if token and _origin(at) == _origin(first):
            sent["Authorization"] = f"Bearer {token}"
        try:
            connection, target = _connection(at, sent, connect_timeout)
        except ProxyError as error:
            raise RefusedError(error.reason) from error
        try:
            stop.check()
            _connect(connection, is_first=step == 0)
            sock = connection.sock
            sock.settimeout(read_timeout)
            with stop.watching(sock):
                connection.request("GET", target, headers=sent)
                response = connection.getresponse()
        except (OSError, ValueError, http.client.HTTPException) as error:
            connection.close()
            raise _failure(error) from error
        except (Stopped, BrokenError):
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


def _connect(connection: http.client.HTTPConnection, *, is_first: bool) -> None:
    try:
        connection.connect()
    except ProxyError as error:
        raise RefusedError(error.reason) from error
    except OSError as error:
        if _TUNNEL_REFUSED.match(str(error)):
            raise RefusedError(str(error)) from error
        # TLS that fails has been reached, and so was the hub when a second host is not.
        if is_first and not isinstance(error, ssl.SSLError):
            raise UnreachableError(reason_of(error)) from error
        raise


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
    proxy = proxy_for(url.scheme, host)
    if proxy is None:
        if url.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=timeout), target
        return http.client.HTTPSConnection(host, port, timeout=timeout, context=tls()), target
    if proxy.scheme == "socks5":
        if url.scheme == "http":
            return _Socks(proxy, host, port, timeout=timeout), target
        return _SecureSocks(proxy, host, port, timeout=timeout), target
    login = {}
    if proxy.user:
        pair = base64.b64encode(f"{proxy.user}:{proxy.password}".encode()).decode()
        login["Proxy-Authorization"] = f"Basic {pair}"
    if url.scheme == "http":
        headers.update(login)
        address = url._replace(fragment="").geturl()
        return http.client.HTTPConnection(proxy.host, proxy.port, timeout=timeout), address
    secure = http.client.HTTPSConnection(proxy.host, proxy.port, timeout=timeout, context=tls())
    secure.set_tunnel(host, port, login)
    return secure, target


class _Socks(http.client.HTTPConnection):
    def __init__(self, proxy: Proxy, host: str, port: int, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._open = functools.partial(connect_by_socks, proxy, host, port, timeout)

    def connect(self) -> None:
        self.sock = self._open()


class _SecureSocks(_Socks):
    default_port = _PORTS["https"]

    def connect(self) -> None:
        super().connect()
        self.sock = tls().wrap_socket(self.sock, server_hostname=self.host)


@functools.cache
def tls() -> ssl.SSLContext:
    """For every connection: with the system's own certificates, since companies add theirs there."""
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
