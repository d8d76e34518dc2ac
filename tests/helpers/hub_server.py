"""A hub on loopback with two origins (the hub, and the store it redirects to) that misbehaves when told to."""

import hashlib
import json
import re
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from chatapp.hub.remote_file import RemoteFile

COMMIT = "0123456789abcdef0123456789abcdef01234567"
_PIECE = 64 << 10


@dataclass
class Fault:
    """What goes wrong with one answer of the store (or of the hub, for those in `Hub.hub_faults`)."""

    status: int = 0  # this status, and no body
    headers: dict[str, str] = field(default_factory=dict)
    drop_after: int | None = None  # bytes of this answer, then the connection ends
    hang_after: int | None = None  # bytes of this answer, then silence until the hub is closed
    flip: int | None = None  # the byte at this offset of the file is another one
    ignore_range: bool = False
    etag: str = ""
    html: bool = False
    body: bytes | None = None  # instead of the file's


@dataclass
class Asked:
    """A request that came."""

    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]

    @property
    def offset(self) -> int:
        """Where the wanted range begins."""
        found = re.match(r"bytes=(\d+)-", self.headers.get("range", ""))
        return int(found[1]) if found else 0


class Hub:
    """Files, faults and what was asked. `hub.url` is the endpoint."""

    def __init__(self) -> None:
        self.files: dict[tuple[str, str], bytes] = {}
        self.faults: deque[Fault] = deque()  # of the store, one for each answer
        self.hub_faults: deque[Fault] = deque()
        self.gated: set[str] = set()
        self.token = ""  # that opens what is gated
        self.redirects = True
        self.asked_hub: list[Asked] = []
        self.asked_store: list[Asked] = []
        self.sent = 0  # bytes of bodies
        self.hanging = threading.Event()  # set as soon as an answer is silent
        self.halt_at: int | None = None  # silent from this byte of any file on, until `release`
        self.release = threading.Event()
        self.cards: dict[str, dict[str, Any]] = {}  # fields of /api/models by repository
        self._hub, self._store = _server(self, is_hub=True), _server(self, is_hub=False)
        self.url = f"http://127.0.0.1:{self._hub.server_port}"
        self.store_url = f"http://127.0.0.1:{self._store.server_port}"
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.01,)) for s in (self._hub, self._store)]
        for thread in self._threads:
            thread.start()

    def add(self, path: str, data: bytes, repo: str = "some/model-GGUF") -> RemoteFile:
        """Publish a file."""
        self.files[repo, path] = data
        return RemoteFile(repo, COMMIT, path, len(data), hashlib.sha256(data).hexdigest())

    def close(self) -> None:
        """End every answer, and wait for their threads."""
        self.release.set()
        for server in (self._hub, self._store):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()


@contextmanager
def running_hub() -> Iterator[Hub]:
    """A hub for one test."""
    hub = Hub()
    try:
        yield hub
    finally:
        hub.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that went away is what many tests are about."""


def _server(hub: Hub, *, is_hub: bool) -> _Server:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self.close_connection = True
            url = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(unquote(url.path), parse_qs(url.query), headers)
            (hub.asked_hub if is_hub else hub.asked_store).append(asked)
            with suppress(ConnectionError):
                answer = _Answer(hub, self, asked)
                if is_hub:
                    answer.of_hub()
                else:
                    answer.of_store()

    return _Server(("127.0.0.1", 0), Handler)


class _Answer:
    def __init__(self, hub: Hub, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        self.hub, self.handler, self.asked = hub, handler, asked

    def of_hub(self) -> None:
        hub, asked = self.hub, self.asked
        if hub.hub_faults:
            fault = hub.hub_faults.popleft()
            if fault.hang_after is not None:
                self._hang()
                return
            if self._plain_fault(fault):
                return
        if asked.path.startswith("/api/"):
            self._api()
            return
        found = re.fullmatch(r"/([^/]+/[^/]+)/resolve/([^/]+)/(.+)", asked.path)
        data = hub.files.get((found[1], found[3])) if found else None
        if found and self._closed(found[1]):
            return
        if found is None or data is None or found[2] not in (COMMIT, "main"):
            self._end(404, {"X-Error-Code": "EntryNotFound"})
        elif hub.redirects:
            ticket = f"{hub.store_url}/{found[1]}/{found[3]}?ticket={len(hub.asked_hub)}"
            self._end(302, {"Location": ticket, "X-Repo-Commit": COMMIT, "X-Linked-Size": str(len(data))})
        else:
            self._send(data)

    def of_store(self) -> None:
        _, owner, name, path = self.asked.path.split("/", 3)
        self._send(self.hub.files[f"{owner}/{name}", path])

    def _send(self, data: bytes) -> None:
        hub, asked = self.hub, self.asked
        fault = hub.faults.popleft() if hub.faults else Fault()
        if self._plain_fault(fault):
            return
        etag = fault.etag or '"' + hashlib.sha256(data).hexdigest()[:16] + '"'
        start = 0 if fault.ignore_range or asked.headers.get("if-range", etag) != etag else asked.offset
        size = len(data)
        if start >= size > 0:
            self._end(416, {"Content-Range": f"bytes */{size}"})
            return
        if fault.flip is not None:
            data = data[: fault.flip] + bytes([data[fault.flip] ^ 0xFF]) + data[fault.flip + 1 :]
        headers = {"Content-Length": str(size - start), "ETag": etag, "Content-Type": "binary/octet-stream"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self._begin(206 if start else 200, headers | fault.headers)
        ends = [end for end in (fault.drop_after, fault.hang_after) if end is not None]
        stop_at = min(size, start + min(ends, default=size))
        for at in range(start, stop_at, _PIECE):
            piece = data[at : min(at + _PIECE, stop_at)]
            if hub.halt_at is not None and at + len(piece) > hub.halt_at and not hub.release.is_set():
                self._write(piece[: max(0, hub.halt_at - at)])
                self._hang()
                piece = piece[max(0, hub.halt_at - at) :]
            self._write(piece)
        if fault.hang_after is not None:
            self._hang()

    def _write(self, piece: bytes) -> None:
        self.handler.wfile.write(piece)
        self.hub.sent += len(piece)

    def _hang(self) -> None:
        self.handler.wfile.flush()
        self.hub.hanging.set()
        self.hub.release.wait()

    def _plain_fault(self, fault: Fault) -> bool:
        if fault.html:
            fault.body = b"<html>Please log in</html>"
            fault.headers = {"Content-Type": "text/html; charset=utf-8"}
        if fault.status or fault.body is not None:
            self._end(fault.status or 200, fault.headers, fault.body or b"")
            return True
        return False

    def _closed(self, repo: str) -> bool:
        """Whether a gate was shown."""
        if repo not in self.hub.gated or self._token() == self.hub.token:
            return False
        self._end(403 if self._token() else 401, {"X-Error-Code": "GatedRepo"})
        return True

    def _token(self) -> str:
        return self.asked.headers.get("authorization", "").removeprefix("Bearer ")

    def _api(self) -> None:
        hub, path = self.hub, self.asked.path
        if path == "/api/models":
            wanted = (self.asked.query.get("search") or [""])[0].lower()
            found = [card for repo, card in hub.cards.items() if wanted in repo.lower()]
            self._end_json(found[: int((self.asked.query.get("limit") or ["20"])[0])])
            return
        found_repo = re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", path)
        repo = found_repo[1] if found_repo else ""
        files = {file: data for (owner, file), data in hub.files.items() if owner == repo}
        if not files:
            self._end_json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
            return
        if self._closed(repo):
            return
        siblings = []
        for file, data in files.items():
            sibling: dict[str, Any] = {"rfilename": file, "size": len(data), "blobId": "0" * 40}
            if file.endswith(".gguf"):
                sibling["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
            siblings.append(sibling)
        card = {"_id": "1", "id": repo, "modelId": repo, "sha": COMMIT, "private": False, "gated": repo in hub.gated}
        self._end_json(card | hub.cards.get(repo, {}) | {"siblings": siblings})

    def _end_json(self, data: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._end(status, {"Content-Type": "application/json"} | (headers or {}), json.dumps(data).encode())

    def _end(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self._begin(status, headers | {"Content-Length": str(len(body))})
        self.handler.wfile.write(body)

    def _begin(self, status: int, headers: dict[str, str]) -> None:
        self.handler.send_response(status)
        for name, value in (headers | {"Connection": "close"}).items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
