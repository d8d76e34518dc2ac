"""Which proxy leads to an address: the system's or the user's own, and what SOCKS asks for on the way."""

import ipaddress
import socket
import urllib.request
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from chatapp.core.text import QT_TRANSLATE_NOOP

UNKNOWN_PROXY = QT_TRANSLATE_NOOP("reasons", "only HTTP and SOCKS5 proxies can be used")
PROXY_LOGIN = QT_TRANSLATE_NOOP("reasons", "the proxy does not accept the user name or the password")
PROXY_FORBIDS = QT_TRANSLATE_NOOP("reasons", "the proxy does not allow it")
NO_SOCKS = QT_TRANSLATE_NOOP("reasons", "the proxy does not speak SOCKS5")

_PORTS = {"http": 80, "socks5": 1080}
# "socks5h" says that the proxy looks names up, which ours always does; desktops write "socks" into their settings.
_SCHEMES = {"http": "http", "socks5": "socks5", "socks5h": "socks5", "socks": "socks5"}
_NO_LOGIN, _PASSWORD = 0, 2  # ways to log in, of RFC 1928
_FORBIDDEN = 2
_REPLIES = ("", "general failure", "", "network unreachable", "host unreachable", "connection refused", "TTL expired")


class ProxyError(Exception):
    """The proxy is there and does not want; *reason* is a template of context ``reasons`` or its words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it is; *scheme* is "http" or "socks5"."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        """As an URL without the password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"


def use(way: str) -> None:
    """From now on, for the whole process: the proxies of the "system", "none", or the one at this address."""
    _Chosen.way = way


class _Chosen:
    """Not a parameter: the hub library's one client serves everybody who asks."""

    way = "system"


def proxy_for(scheme: str, host: str) -> Proxy | None:
    """The proxy for *host*, as chosen; None: no proxy. Raise `ProxyError` when it is of no use."""
    if _Chosen.way == "none":
        return None
    if _Chosen.way == "system":
        proxies = urllib.request.getproxies()
        address = proxies.get(scheme) or proxies.get("all") or proxies.get("socks")
        if not address or urllib.request.proxy_bypass(host):
            return None
    else:
        address = _Chosen.way
    try:
        url = urlsplit(address if "://" in address else f"http://{address}")
        kind, port = _SCHEMES[url.scheme.lower()], url.port
    except (KeyError, ValueError):
        raise ProxyError(UNKNOWN_PROXY) from None
    if not url.hostname:
        raise ProxyError(UNKNOWN_PROXY)
    return Proxy(kind, url.hostname, port or _PORTS[kind], unquote(url.username or ""), unquote(url.password or ""))


def without_login(address: str) -> str:
    """*address* as it may be shown: of a proxy's, without user name and password."""
    start, _, rest = address.rpartition("@")
    return f"{start.partition('://')[0]}://{rest}" if "://" in start else rest


def connect_by_socks(proxy: Proxy, host: str, port: int, timeout: float) -> socket.socket:
    """A connection to *host* through *proxy*, which also looks the name up. Raise `OSError` or `ProxyError`."""
    sock = socket.create_connection((proxy.host, proxy.port), timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        _log_in(sock, proxy)
        sock.sendall(b"\x05\x01\x00" + _socks_address(host) + port.to_bytes(2, "big"))
        _read_reply(sock)
    except BaseException:
        sock.close()
        raise
    return sock


def _log_in(sock: socket.socket, proxy: Proxy) -> None:
    ways = bytes([_NO_LOGIN, _PASSWORD] if proxy.user else [_NO_LOGIN])
    sock.sendall(bytes([5, len(ways)]) + ways)
    version, way = _receive(sock, 2)
    if version != 5:
        raise ProxyError(NO_SOCKS)
    if way == _PASSWORD:
        user, password = proxy.user.encode()[:255], proxy.password.encode()[:255]
        sock.sendall(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
        if _receive(sock, 2)[1]:
            raise ProxyError(PROXY_LOGIN)
    elif way != _NO_LOGIN:
        raise ProxyError(PROXY_LOGIN)


def _read_reply(sock: socket.socket) -> None:
    _version, reply, _reserved, kind = _receive(sock, 4)
    if reply == _FORBIDDEN:
        raise ProxyError(PROXY_FORBIDS)
    if reply:
        raise OSError(f"SOCKS: {_REPLIES[reply] if reply < len(_REPLIES) else reply}")
    length = _receive(sock, 1)[0] if kind == 3 else {1: 4, 4: 16}.get(kind, 0)
    _receive(sock, length + 2)  # the address at the other end, of no use to us


def _socks_address(host: str) -> bytes:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        name = host.encode("idna")
        return bytes([3, len(name)]) + name
    return (b"\x01" if address.version == 4 else b"\x04") + address.packed


def _receive(sock: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        piece = sock.recv(count - len(found))
        if not piece:
            raise ConnectionResetError("the proxy ended the connection")
        found += piece
    return found
