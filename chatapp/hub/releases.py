"""Which versions of ChatApp were released: reads a list as GitHub has one of every project, and believes little of it.

The address is written into a packaged app when it is built (``CHATAPP_RELEASE_FEED``, see ``packaging/chatapp.spec``);
a copy that runs from source has none. Nothing is sent but the request, under the name "ChatApp" without a version.
"""

import contextlib
import json
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from chatapp import paths
from chatapp.core.errors import ErrorCode, HubError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub import connection
from chatapp.hub.api import UNREADABLE
from chatapp.hub.stop import Stop, Stopped

SECONDS = 15.0  # for everything
MAX_BYTES = 2_000_000
MAX_NOTES = 20_000  # characters
_RELEASE = re.compile(r"v?(\d{1,6}(?:\.\d{1,6}){0,4})")
_LOCAL = {"127.0.0.1", "::1", "localhost"}

TOO_LONG = QT_TRANSLATE_NOOP("reasons", "its answer is too long")


@dataclass(frozen=True, slots=True)
class Release:
    """A released version: its number, what is new in it (Markdown, untrusted) and the page to download it from."""

    version: str
    notes: str
    page: str


def feed() -> str:
    """The address of the list; empty when this copy has none or one that is not secure."""
    file = paths.resources() / "release_feed.txt"
    address = os.environ.get("CHATAPP_UPDATE_FEED", "")
    with contextlib.suppress(OSError, UnicodeError):
        address = address or file.read_text("utf-8").strip()
    return address if _is_secure(address) else ""


def newest(address: str, installed: str, stop: Stop, seconds: float = SECONDS) -> Release | None:
    """The newest release at *address* that is newer than *installed*; None when there is none.

    Raises HubError after *seconds* at the latest (*stop* is thrown then, too), and Stopped when somebody throws *stop*.
    """
    releases = [r for r in _releases(_ask(address, stop, seconds), address) if is_newer(r.version, installed)]
    return max(releases, key=lambda release: _numbers(release.version), default=None)


def is_newer(version: str, installed: str) -> bool:
    """Whether *version*, a release, is newer than *installed*, which may be a pre-release (1.2rc1 comes before 1.2)."""
    theirs, ours = _RELEASE.fullmatch(version), _RELEASE.match(installed)
    if not theirs or not ours:
        return False
    before_release = re.match(r"\.?(a|b|rc|dev)\d", installed[ours.end() :]) is not None
    a, b = _numbers(version), _numbers(ours[0])
    return a > b or (a == b and before_release)


def _numbers(version: str) -> tuple[int, ...]:
    """1.2 and 1.2.0 are the same."""
    found = [int(part) for part in version.removeprefix("v").split(".")]
    while found and not found[-1]:
        found.pop()
    return tuple(found)


def _ask(address: str, stop: Stop, seconds: float) -> Any:
    """The JSON at *address*."""
    host = urlsplit(address).hostname or ""
    until = time.monotonic() + seconds
    # A read that goes on byte by byte would never time out by itself.
    deadline = threading.Timer(seconds, stop.set)
    deadline.daemon = True
    deadline.start()
    try:
        headers = {"User-Agent": "ChatApp", "Accept": "application/json"}
        answer = connection.get(address, headers, "", stop, connect_timeout=seconds, read_timeout=seconds)
        with contextlib.closing(answer), stop.watching(answer.sock):
            data = _body(answer, host)
        stop.check()  # a read that is cut ends like one that is complete
        return json.loads(data)
    except (Stopped, connection.BrokenError) as error:
        if time.monotonic() >= until:
            raise _failed(host, connection.SILENT) from error
        stop.check()
        raise _failed(host, error.reason if isinstance(error, connection.BrokenError) else "") from error
    except (ValueError, RecursionError) as error:
        raise _failed(host, UNREADABLE) from error
    finally:
        deadline.cancel()
        deadline.join()


def _body(answer: connection.Answer, host: str) -> bytearray:
    if answer.status != 200:
        raise _failed(host, f"HTTP {answer.status}")
    data = bytearray()
    buffer = memoryview(bytearray(65_536))
    while count := answer.readinto(buffer):
        data += buffer[:count]
        if len(data) > MAX_BYTES:
            raise _failed(host, TOO_LONG)
    return data


def _failed(host: str, reason: str) -> HubError:
    return HubError(ErrorCode.UPDATES_FAILED, host=host, reason=reason)


def _releases(found: Any, address: str) -> Iterator[Release]:
    """What can be used of the list: final releases with a page on the site the list is from."""
    if not isinstance(found, list):
        raise _failed(urlsplit(address).hostname or "", UNREADABLE)
    for entry in found:
        if not isinstance(entry, dict) or entry.get("draft") or entry.get("prerelease"):
            continue
        tag, notes, page = entry.get("tag_name"), entry.get("body"), entry.get("html_url")
        if not isinstance(tag, str) or not _RELEASE.fullmatch(tag) or not isinstance(page, str):
            continue
        if _is_secure(page) and _site(page) == _site(address):
            text = notes if isinstance(notes, str) else ""
            yield Release(tag.removeprefix("v"), text[:MAX_NOTES], page)


def _is_secure(address: str) -> bool:
    parts = _split(address)
    return parts is not None and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL))


def _site(address: str) -> str:
    """A list at api.github.com speaks for pages at github.com, and for none elsewhere."""
    parts = _split(address)
    return (parts.hostname or "").removeprefix("api.") if parts else ""


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return parts if parts.hostname else None
