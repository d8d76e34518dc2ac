"""Proxies on loopback: SOCKS5, and HTTP with CONNECT. Names that end in ``.test`` are known to them alone."""

import base64
import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """Where it listens, whom it lets through, and where to it was asked."""

    address: str = ""  # host:port
    login: tuple[str, str] | None = None
    refuses: bool = False  # to connect to anybody
    in_pieces: bool = False  # come its answers
    is_another: bool = False  # something that knows nothing of SOCKS listens here
    asked: list[str] = field(default_factory=list)  # host:port


@contextlib.contextmanager
def running_socks(login: tuple[str, str] | None = None) -> Iterator[Proxy]:
    """SOCKS5 (RFC 1928) with or without a password (RFC 1929)."""
    yield from _running(Proxy(login=login), _socks)


@contextlib.contextmanager
def running_connect(login: tuple[str, str] | None = None) -> Iterator[Proxy]:
    """HTTP's CONNECT, and nothing else."""
    yield from _running(Proxy(login=login), _connect)


def _running(proxy: Proxy, handshake) -> Iterator[Proxy]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError):
                there = handshake(proxy, self.request)
                if there is not None:
                    _join(self.request, there)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = False
        allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy.address = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()


def _socks(proxy: Proxy, client: socket.socket) -> socket.socket | None:
    if proxy.is_another:
        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        return None
    version, count = _exactly(client, 2)
    ways = _exactly(client, count)
    way = 2 if proxy.login else 0
    if version != 5 or way not in ways:
        client.sendall(b"\x05\xff")
        return None
    client.sendall(bytes([5, way]))
    if proxy.login:
        user = _exactly(client, _exactly(client, 2)[1]).decode()
        password = _exactly(client, _exactly(client, 1)[0]).decode()
        is_right = (user, password) == proxy.login
        client.sendall(bytes([1, 0 if is_right else 1]))
        if not is_right:
            return None
    _version, _command, _reserved, kind = _exactly(client, 4)
    if kind == 3:
        host = _exactly(client, _exactly(client, 1)[0]).decode()
    else:
        family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
        host = socket.inet_ntop(family, _exactly(client, size))
    port = int.from_bytes(_exactly(client, 2), "big")
    there = _there(proxy, host, port)
    reply = bytes([5, 0 if there else 5])
    if proxy.in_pieces:  # as a network may deliver them, and with a name for an address
        for byte in reply + b"\x00\x03\x04name\x00\x00":
            client.sendall(bytes([byte]))
    else:
        client.sendall(reply + b"\x00\x01" + bytes(6))
    return there


def _connect(proxy: Proxy, client: socket.socket) -> socket.socket | None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _exactly(client, 1)
    found = re.match(r"CONNECT ([^ :]+):(\d+) ", head.decode())
    if proxy.login:
        pair = base64.b64encode(":".join(proxy.login).encode()).decode()
        if f"Proxy-Authorization: Basic {pair}\r\n".lower() not in head.decode().lower():
            client.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return None
    there = _there(proxy, found[1], int(found[2])) if found else None
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n" if there else b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
    return there


def _there(proxy: Proxy, host: str, port: int) -> socket.socket | None:
    proxy.asked.append(f"{host}:{port}")
    if proxy.refuses:
        return None
    try:
        return socket.create_connection(("127.0.0.1" if host.endswith(".test") else host, port), 10)
    except OSError:
        return None


def _join(client: socket.socket, there: socket.socket) -> None:
    """Carry bytes both ways until both ends are through."""

    def carry(source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(1 << 16):
                target.sendall(piece)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=carry, args=(there, client))
    back.start()
    carry(client, there)
    back.join()
    there.close()


def _exactly(client: socket.socket, count: int) -> bytes:
    found = b""
    while len(found) < count:
        piece = client.recv(count - len(found))
        if not piece:
            raise ConnectionError
        found += piece
    return found
