"""A list of releases on loopback, honest or not."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ReleaseServer:
    """`body` is what it answers: JSON of any kind, or bytes as they stand."""

    def __init__(self) -> None:
        self.body: Any = []
        self.status = 200
        self.drip = False  # one byte after another, without end
        self.asked: list[dict[str, str]] = []  # the headers of every request, the path under ":path"
        self._over = threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append({name.lower(): value for name, value in self.headers.items()} | {":path": self.path})
                self.send_response(outer.status)
                data = outer.body if isinstance(outer.body, bytes) else json.dumps(outer.body).encode()
                if not outer.drip:
                    self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                with suppress(OSError):
                    while outer.drip and not outer._over.wait(0.01):
                        self.wfile.write(b" ")
                        self.wfile.flush()
                    self.wfile.write(data)

            def log_message(self, *args: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False  # closing waits for them
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/releases"

    def release(self, tag: str, notes: str = "", **other: object) -> dict[str, object]:
        """An entry of the list."""
        return {"tag_name": tag, "body": notes, "html_url": f"{self.url}/{tag}", "draft": False, "prerelease": False,
                **other}  # fmt: skip

    def close(self) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@contextmanager
def release_server() -> Iterator[ReleaseServer]:
    server = ReleaseServer()
    try:
        yield server
    finally:
        server.close()
