"""A hub on loopback with two origins (the hub, and the store it redirects to) that misbehaves when told to.

``python -m tests.helpers.hub_server [--port N] [--speed BYTES] [FILE …]`` serves one to look at in the window: set
HF_ENDPOINT to what it prints.
"""

import argparse
import hashlib
import json
import mmap
import re
import socket
import ssl
import sys
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from chatapp.hub.remote_file import RemoteFile

COMMIT = "0123456789abcdef0123456789abcdef01234567"  # the first one
_PIECE = 1 << 20

Data = bytes | mmap.mmap


@dataclass
class Fault:
    """What goes wrong with one answer of the store (or of the hub, for those in `Hub.hub_faults`)."""

    status: int = 0  # this status, and no body
    words: str | None = None  # that go with it
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

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.files: dict[tuple[str, str], Data] = {}  # at the newest commit, by repository and path
        self.announced: dict[tuple[str, str], int] = {}  # sizes of files that are shown and cannot be had
        self.commit = COMMIT  # the newest
        self.faults: deque[Fault] = deque()  # of the store, one for each answer
        self.hub_faults: deque[Fault] = deque()
        self.gated: set[str] = set()
        self.token = ""  # that opens what is gated
        self.redirects = True
        self.tells_sizes = True  # and hashes, in the metadata of repositories
        self.speed = 0  # bytes a second of each answer of the store; 0: as fast as it goes
        self.asked_hub: list[Asked] = []
        self.asked_store: list[Asked] = []
        self.sent = 0  # bytes of bodies
        self.hanging = threading.Event()  # set as soon as an answer is silent
        self.halt_at: int | None = None  # silent from this byte of any file on, until `release`
        self.release = threading.Event()
        self.cards: dict[str, dict[str, Any]] = {}  # fields of /api/models by repository
        self._history: dict[str, dict[tuple[str, str], Data]] = {}
        self._names: dict[str, str] = {}
        self._hashes: dict[int, tuple[Data, str]] = {}
        self._answers_left: int | None = None
        self._lock = threading.Lock()
        self._hub, self._store = _server(self, port, is_hub=True), _server(self, 0, is_hub=False)
        for server in self._servers:
            if tls is not None:
                server.socket = tls.wrap_socket(server.socket, server_side=True)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{self._hub.server_port}"
        self.store_url = f"{scheme}://127.0.0.1:{self._store.server_port}"
        self._serve()

    def add(self, path: str, data: Data, repo: str = "some/model-GGUF") -> RemoteFile:
        """Publish a file at the newest commit."""
        self.files[repo, path] = data
        return RemoteFile(repo, self.commit, path, len(data), self.sha256(data))

    def announce(self, path: str, size: int, repo: str = "some/model-GGUF") -> None:
        """Show a file of that many bytes that cannot be downloaded: one that is too large for a test."""
        self.announced[repo, path] = size

    def begin_commit(self, tag: str = "") -> str:
        """What is added from now on belongs to a new commit, which is returned; the one that ends may have a *tag*."""
        self._history[self.commit] = dict(self.files)
        self._names[tag] = self.commit
        self.commit = hashlib.sha1(self.commit.encode()).hexdigest()
        return self.commit

    def commit_of(self, revision: str) -> str:
        """What a branch or tag means now; a commit means itself."""
        return self.commit if revision == "main" else self._names.get(revision, revision)

    def at(self, revision: str) -> dict[tuple[str, str], Data] | None:
        """The files of that commit, branch or tag."""
        commit = self.commit_of(revision)
        return self.files if commit == self.commit else self._history.get(commit)

    def sha256(self, data: Data) -> str:
        """Worked out once for each object."""
        if id(data) not in self._hashes:
            self._hashes[id(data)] = data, hashlib.sha256(data).hexdigest()
        return self._hashes[id(data)][1]

    def go_away(self, after: int = 0) -> None:
        """Refuse connections, now or as soon as the store has answered that many times more, until `come_back`."""
        self._answers_left = after
        if not after:
            for server in self._servers:
                server.shutdown()
                server.socket.close()

    def come_back(self) -> None:
        """At the same addresses."""
        self._answers_left = None
        for server in self._servers:
            server.socket = socket.socket()
            server.server_bind()
            server.server_activate()
        self._serve()

    def close(self) -> None:
        """End every answer, and wait for their threads."""
        self.release.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def has_sent(self, count: int) -> None:
        """Of a body."""
        with self._lock:
            self.sent += count

    def has_answered(self) -> None:
        """The store has, and the connection still stands."""
        if self._answers_left:
            self.go_away(self._answers_left - 1)

    @property
    def _servers(self) -> tuple["_Server", "_Server"]:
        return self._hub, self._store

    def _serve(self) -> None:
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.01,)) for s in self._servers]
        for thread in self._threads:
            thread.start()


@contextmanager
def running_hub(port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[Hub]:
    """A hub for one test."""
    hub = Hub(port, tls)
    try:
        yield hub
    finally:
        hub.close()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close waits for them
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that went away is what many tests are about."""


def _server(hub: Hub, port: int, *, is_hub: bool) -> _Server:
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
            if not is_hub:
                hub.has_answered()

        def do_HEAD(self) -> None:
            self.do_GET()

    return _Server(("127.0.0.1", port), Handler)


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
        found = re.fullmatch(r"/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)", asked.path)
        files = hub.at(found[2]) if found else None
        data = files.get((found[1], found[3])) if found and files else None
        if found and self._closed(found[1]):
            return
        if found is None or data is None:
            self._end(404, {"X-Error-Code": "EntryNotFound"})
        elif hub.redirects:
            commit = hub.commit_of(found[2])
            ticket = f"{hub.store_url}/{quote(found[1])}/{commit}/{quote(found[3])}?ticket={len(hub.asked_hub)}"
            linked = {"X-Linked-Size": str(len(data)), "X-Linked-ETag": f'"{hub.sha256(data)}"'}
            self._end(302, {"Location": ticket, "X-Repo-Commit": commit, **linked})
        else:
            self._send(data)

    def of_store(self) -> None:
        _, owner, name, commit, path = self.asked.path.split("/", 4)
        files = self.hub.at(commit) or {}
        self._send(files[f"{owner}/{name}", path])

    def _send(self, data: Data) -> None:
        hub, asked = self.hub, self.asked
        fault = hub.faults.popleft() if hub.faults else Fault()
        if self._plain_fault(fault):
            return
        etag = fault.etag or f'"{hub.sha256(data)[:16]}"'
        start = 0 if fault.ignore_range or asked.headers.get("if-range", etag) != etag else asked.offset
        size = len(data)
        if start >= size > 0:
            self._end(416, {"Content-Range": f"bytes */{size}"})
            return
        headers = {"Content-Length": str(size - start), "ETag": etag, "Content-Type": "binary/octet-stream"}
        if start:
            headers["Content-Range"] = f"bytes {start}-{size - 1}/{size}"
        self._begin(206 if start else 200, headers | fault.headers)
        if self.handler.command == "HEAD":
            return
        ends = [end for end in (fault.drop_after, fault.hang_after) if end is not None]
        self._send_body(memoryview(data), start, min(size, start + min(ends, default=size)), fault.flip)
        if fault.hang_after is not None:
            self._hang()

    def _send_body(self, data: memoryview, start: int, end: int, flip: int | None) -> None:
        hub, began = self.hub, time.monotonic()
        step = min(_PIECE, max(1024, hub.speed // 50)) if hub.speed else _PIECE
        for at in range(start, end, step):
            piece = data[at : min(at + step, end)]
            if flip is not None and at <= flip < at + len(piece):
                changed = bytearray(piece)
                changed[flip - at] ^= 0xFF
                piece = memoryview(changed)
            if hub.halt_at is not None and at + len(piece) > hub.halt_at and not hub.release.is_set():
                self._write(piece[: max(0, hub.halt_at - at)])
                self._hang()
                piece = piece[max(0, hub.halt_at - at) :]
            self._write(piece)
            if hub.speed:
                hub.release.wait(max(0.0, (at + len(piece) - start) / hub.speed - (time.monotonic() - began)))

    def _write(self, piece: memoryview) -> None:
        self.handler.wfile.write(piece)
        self.hub.has_sent(len(piece))

    def _hang(self) -> None:
        self.handler.wfile.flush()
        self.hub.hanging.set()
        self.hub.release.wait()

    def _plain_fault(self, fault: Fault) -> bool:
        if fault.html:
            fault.body = b"<html>Please log in</html>"
            fault.headers = {"Content-Type": "text/html; charset=utf-8"}
        if fault.status or fault.body is not None:
            self._end(fault.status or 200, fault.headers, fault.body or b"", fault.words)
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
            self._end_json(self._search())
            return
        if path == "/api/whoami-v2":
            if self._token() and self._token() == hub.token:
                self._end_json({"type": "user", "id": "1", "name": "somebody", "fullname": "Some Body", "orgs": []})
            else:
                self._end_json({"error": "Invalid credentials in Authorization header"}, 401)
            return
        found = re.fullmatch(r"/api/models/([^/]+/[^/]+?)(?:/revision/(.+))?", path)
        repo, revision = (found[1], found[2] or "main") if found else ("", "")
        at = hub.at(unquote(revision))
        known = {*hub.cards, *(owner for owner, _file in [*hub.files, *hub.announced])}
        if repo not in known:
            self._end_json({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
            return
        if at is None:
            self._end_json({"error": "Invalid rev id"}, 404, {"X-Error-Code": "RevisionNotFound"})
            return
        if self._closed(repo):
            return
        card = {"_id": "1", "id": repo, "modelId": repo, "sha": hub.commit_of(unquote(revision)), "private": False}
        card["gated"] = repo in hub.gated
        self._end_json(card | hub.cards.get(repo, {}) | {"siblings": [*self._siblings(repo, at)]})

    def _siblings(self, repo: str, at: dict[tuple[str, str], Data]) -> Iterator[dict[str, Any]]:
        hub = self.hub
        files = {file: (len(data), data) for (owner, file), data in at.items() if owner == repo}
        files |= {file: (size, file.encode()) for (owner, file), size in hub.announced.items() if owner == repo}
        for file, (size, data) in files.items():
            sibling: dict[str, Any] = {"rfilename": file}
            if hub.tells_sizes:
                sibling |= {"size": size, "blobId": "0" * 40}
                if file.endswith(".gguf"):
                    sibling["lfs"] = {"sha256": hub.sha256(data), "size": size, "pointerSize": 134}
            yield sibling

    def _search(self) -> list[dict[str, Any]]:
        asked = {name: values[0] for name, values in self.asked.query.items()}
        tags = self.asked.query.get("filter", [])
        found = []
        for repo, card in self.hub.cards.items():
            wanted = (
                all(word in repo.lower() for word in asked.get("search", "").lower().split())
                and set(tags) <= {"gguf", *(card.get("tags") or ())}
                and asked.get("author", repo.partition("/")[0]) == repo.partition("/")[0]
                and asked.get("pipeline_tag", card.get("pipeline_tag")) == card.get("pipeline_tag")
                and not (asked.get("gated") in ("false", "False") and card.get("gated"))
                and _within(asked.get("num_parameters", ""), card.get("gguf", {}).get("total", 0))
            )
            if wanted:
                found.append({"id": repo} | card)
        by = asked.get("sort", "")
        found.sort(key=lambda card: card.get(by) or ("" if by.endswith(("Modified", "At")) else 0), reverse=True)
        return found[: int(asked.get("limit", 20))]

    def _end_json(self, data: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self._end(status, {"Content-Type": "application/json"} | (headers or {}), json.dumps(data).encode())

    def _end(self, status: int, headers: dict[str, str], body: bytes = b"", words: str | None = None) -> None:
        self._begin(status, headers | {"Content-Length": str(len(body))}, words)
        if self.handler.command != "HEAD":
            self.handler.wfile.write(body)

    def _begin(self, status: int, headers: dict[str, str], words: str | None = None) -> None:
        self.handler.send_response(status, words)
        for name, value in (headers | {"Connection": "close"}).items():
            self.handler.send_header(name, value)
        self.handler.end_headers()


def _within(words: str, count: object) -> bool:
    """Whether that many weights are in a range such as "min:1B,max:8B"."""
    if not isinstance(count, int):
        return True
    limits = {kind: float(size) * 1e9 for kind, size in re.findall(r"(min|max):([\d.]+)B", words)}
    return limits.get("min", 0.0) <= count <= limits.get("max", float("inf"))


def main() -> None:
    """Serve files of this computer and a catalogue until interrupted."""
    from tests.helpers.hub_catalogue import fill_catalogue  # noqa: PLC0415 - which needs this module

    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--speed", type=int, default=0, help="bytes a second")
    parser.add_argument("--token", default="hf_test", help="opens what is gated")
    parser.add_argument("files", type=Path, nargs="*")
    given = parser.parse_args()
    with running_hub(given.port) as hub:
        hub.speed, hub.token = given.speed, given.token
        fill_catalogue(hub)
        for path in given.files:
            with path.open("rb") as file:
                hub.add(path.name, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), "here/model-GGUF")
            hub.cards.setdefault("here/model-GGUF", {"id": "here/model-GGUF", "downloads": 7, "tags": ["gguf"]})
        sys.stdout.write(f"{hub.url}\n")
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
