"""``python -m chatapp.bench.file_server FILE``: gives the file to whoever asks on loopback, as fast as the system can.

Prints its port and ends with its stdin. Addresses that begin with ``/silent`` get the first half, then nothing more.
Not part of the app: a bench needs a server that is no bottleneck.
"""

import contextlib
import mmap
import re
import socket
import sys
import threading
from pathlib import Path

_PIECE = 4 << 20  # bytes for each send


def main() -> None:
    """Serve."""
    path = Path(sys.argv[1])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        threading.Thread(target=_accept, args=(listener, path), daemon=True).start()
        sys.stdin.read()


def _accept(listener: socket.socket, path: Path) -> None:
    while True:
        client, _address = listener.accept()
        threading.Thread(target=_answer, args=(client, path), daemon=True).start()


def _answer(client: socket.socket, path: Path) -> None:
    # Mapped, not sendfile: from a folder in memory to loopback that has half the speed.
    with (
        client,
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content,
        memoryview(content) as view,
        contextlib.suppress(OSError),
    ):
        asked = b""
        while not asked.endswith(b"\r\n\r\n"):
            piece = client.recv(65536)
            if not piece:
                return
            asked += piece
        size = len(view)
        found = re.search(rb"\r\nrange: bytes=(\d+)-\r\n", asked.lower())
        start = int(found[1]) if found else 0
        head = f"HTTP/1.1 {206 if found else 200} OK\r\nContent-Length: {size - start}\r\nConnection: close\r\n"
        head += f"Content-Range: bytes {start}-{size - 1}/{size}\r\n\r\n" if found else "\r\n"
        client.sendall(head.encode())
        is_silent = asked.startswith(b"GET /silent")
        end = start + (size - start) // 2 if is_silent else size
        for at in range(start, end, _PIECE):
            client.sendall(view[at : min(at + _PIECE, end)])
        if is_silent:
            client.recv(1)  # until the other side has had enough


if __name__ == "__main__":
    main()
