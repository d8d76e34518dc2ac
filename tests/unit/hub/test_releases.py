"""What is made of a list of releases: the right version, and nothing of what a hostile one says."""

import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.version import Version

from chatapp import __version__, paths
from chatapp.core.errors import ErrorCode, HubError
from chatapp.hub import releases
from chatapp.hub.stop import Stop, Stopped
from tests.helpers.release_server import ReleaseServer, release_server


@pytest.fixture
def server() -> Iterator[ReleaseServer]:
    with release_server() as made:
        yield made


def newest(server: ReleaseServer, installed: str = "1.0", seconds: float = 5.0) -> releases.Release | None:
    return releases.newest(server.url, installed, Stop(), seconds)


VERSIONS = ["0.9", "1.0", "1.0.0", "1.0.1", "1.2", "1.10", "2.0", "2.0.0.1", "1.2rc1", "1.2.dev3", "1.2b2", "1.2.post1"]


def test_versions_are_compared_as_python_packages_are() -> None:
    for ours, theirs in itertools.product(VERSIONS, VERSIONS):
        is_final = not Version(theirs).is_prerelease and not Version(theirs).is_postrelease
        assert releases.is_newer(theirs, ours) == (is_final and Version(theirs) > Version(ours)), (ours, theirs)
        assert releases.is_newer("v" + theirs, ours) == releases.is_newer(theirs, ours)


def test_the_newest_final_release_is_found_and_nothing_is_told(server: ReleaseServer) -> None:
    server.body = [
        server.release("v1.9"), server.release("v1.10", "## News"), server.release("v0.1"),
        server.release("v3.0", draft=True), server.release("v3.1", prerelease=True), server.release("v3.2rc1"),
    ]  # fmt: skip
    assert newest(server) == releases.Release("1.10", "## News", f"{server.url}/v1.10")
    assert newest(server, "1.10") is None
    (asked, _) = server.asked
    assert asked.pop("host").startswith("127.0.0.1")
    assert asked == {":path": "/releases", "user-agent": "ChatApp", "accept": "application/json",
                     "accept-encoding": "identity", "connection": "close"}  # fmt: skip
    assert __version__ not in str(server.asked)


HOSTILE = {
    "page of a login": b"<!doctype html><html>log in</html>",
    "object": {"tag_name": "v2.0"},
    "text": "v2.0",
    "nothing": None,
    "no JSON at the end": b'[{"tag_name": "v2.0"',
    "not UTF-8": b'["\xff\xfe"]',
    "deep": b"[" * 100_000,
    "huge": b'["' + b"x" * releases.MAX_BYTES + b'"]',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_answer_that_is_no_list_is_an_error_with_a_sentence(server: ReleaseServer, body: object) -> None:
    server.body = body
    with pytest.raises(HubError) as caught:
        newest(server)
    assert caught.value.code is ErrorCode.UPDATES_FAILED
    assert "127.0.0.1" in caught.value.message


def test_entries_that_make_no_sense_or_lead_elsewhere_are_left_out(server: ReleaseServer) -> None:
    server.body = [
        None, 3, [], {}, server.release("v9.0", html_url="https://evil.example/v9"),
        server.release("v9.1", html_url="file:///etc/passwd"), server.release("v9.2", html_url=["x"]),
        server.release("v9.3", html_url="http://[::1"), {"tag_name": 7, "html_url": server.url},
        server.release("9" * 5000), server.release("v9.4\n"), server.release("v2.0", "x" * 50_000),
        server.release("v1.5", notes=None),  # type: ignore[arg-type]
    ]  # fmt: skip
    found = newest(server)
    assert found is not None
    assert (found.version, len(found.notes)) == ("2.0", releases.MAX_NOTES)


def test_a_list_of_an_api_speaks_for_the_site_it_belongs_to() -> None:
    entry = {"tag_name": "v2", "html_url": "https://github.com/x/y/releases/tag/v2"}
    (found,) = releases._releases([entry], "https://api.github.com/repos/x/y/releases")
    assert found.version == "2"
    assert not list(releases._releases([entry], "https://github.com.evil.example/releases"))


def test_a_server_that_is_silent_or_slow_has_no_more_time_than_it_was_given(server: ReleaseServer) -> None:
    server.drip = True
    start = time.monotonic()
    with pytest.raises(HubError, match="silent"):
        newest(server, seconds=0.3)
    assert time.monotonic() - start < 3


def test_whoever_closes_the_window_waits_for_nothing(server: ReleaseServer) -> None:
    stop = Stop()
    stop.set()
    with pytest.raises(Stopped):
        releases.newest(server.url, "1.0", stop)
    assert not server.asked


def test_errors_of_the_server_and_of_the_network(server: ReleaseServer) -> None:
    server.status = 403
    with pytest.raises(HubError, match="HTTP 403"):
        newest(server)
    with pytest.raises(HubError):
        releases.newest("http://127.0.0.1:1/releases", "1.0", Stop(), 5.0)


def test_the_address_comes_with_the_package_and_is_secure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    monkeypatch.delenv("CHATAPP_UPDATE_FEED", raising=False)
    assert releases.feed() == "", "a copy that runs from source"
    file = tmp_path / "release_feed.txt"
    for address, expected in (
        ("https://api.github.com/repos/x/y/releases\n", "https://api.github.com/repos/x/y/releases"),
        ("http://example.org/releases", ""),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000/"),
        ("https://", ""),
        ("file:///tmp/x", ""),
    ):
        file.write_text(address)
        assert releases.feed() == expected
