"""Downloads from a hub that misbehaves: what arrives is the file, or an error that says why not."""

import contextlib
import json
import random
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode, HubError, StorageError
from chatapp.hub import connection
from chatapp.hub import download as module
from chatapp.hub.download import Options, download
from chatapp.hub.partial import PART, QUARANTINED, RECORD, SIDECAR, SUMS, beside, read_record, size_of_part
from chatapp.hub.progress import Progress
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.stop import Stop, Stopped
from tests.helpers.hub_server import COMMIT, Fault, Hub
from tests.unit.hub.builders import list_models

KIB, MIB = 1 << 10, 1 << 20
DATA = random.Random(5).randbytes(3 * MIB + 137)
FAST = Options(first_delay=0.001, longest_delay=0.002, headroom=0, read_timeout=5, connect_timeout=5)


class Waits(Stop):
    """Notes how long it should have waited."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.check()


def fetch(hub: Hub, file: RemoteFile, folder: Path, stop: Stop | None = None, token: str = "", **more: object) -> Path:
    options = more.pop("options", FAST)
    return download(file, folder, Source(hub.url, token), stop or Stop(), options=options, **more)  # type: ignore[arg-type]


def leftovers(target: Path) -> set[str]:
    return {path.name.removeprefix(target.name) for path in target.parent.iterdir()} - {""}


def assert_whole(target: Path, data: bytes = DATA) -> None:
    assert target.read_bytes() == data
    assert leftovers(target) == {RECORD}


def test_a_file_arrives_with_a_note_of_its_origin(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("sub/model-Q4_K_M.gguf", DATA)
    target = fetch(hub, file, tmp_path)
    assert target == tmp_path / "some/model-GGUF/sub/model-Q4_K_M.gguf"
    assert_whole(target)
    assert read_record(target) == file
    assert hub.url not in beside(target, RECORD).read_text()  # addresses are not data: they may hold secrets


def test_what_is_there_is_verified_and_not_fetched_again(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    target = fetch(hub, file, tmp_path)
    beside(target, RECORD).unlink()
    asked = len(hub.asked_hub)
    assert fetch(hub, file, tmp_path) == target
    assert len(hub.asked_hub) == asked
    assert_whole(target)


def test_an_earlier_commit_is_replaced_but_not_somebody_elses_file(hub: Hub, tmp_path: Path) -> None:
    fetch(hub, hub.add("model.gguf", DATA[:1000]), tmp_path)
    target = fetch(hub, hub.add("model.gguf", DATA), tmp_path)
    assert_whole(target)
    target.write_bytes(b"mine")
    beside(target, RECORD).unlink()
    with pytest.raises(HubError) as caught:
        fetch(hub, hub.add("model.gguf", DATA), tmp_path)
    assert caught.value.code == ErrorCode.DOWNLOAD_NAME
    assert target.read_bytes() == b"mine"


def test_dropped_connections_go_on_at_the_very_byte(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend(Fault(drop_after=300_000) for _ in range(5))
    assert_whole(fetch(hub, file, tmp_path))
    assert [asked.offset for asked in hub.asked_store] == [300_000 * i for i in range(6)]
    assert hub.sent == len(DATA)  # nothing twice


def test_progress_forgives_failures(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend(Fault(drop_after=100_000) for _ in range(20))
    options = Options(first_delay=0.001, attempts=3, headroom=0)
    assert_whole(fetch(hub, file, tmp_path, options=options))


def test_failures_without_progress_end_the_download_and_keep_what_arrived(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend([Fault(drop_after=MIB), *(Fault(status=503) for _ in range(3))])
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path, options=Options(first_delay=0.001, attempts=4, headroom=0))
    assert caught.value.code == ErrorCode.DOWNLOAD_BROKE_OFF
    assert "503" in caught.value.message
    assert beside(tmp_path / "some/model-GGUF/model.gguf", PART).read_bytes() == DATA[:MIB]
    assert list_models([tmp_path]) == []  # no model yet
    assert_whole(fetch(hub, file, tmp_path))
    assert hub.sent == len(DATA)


def test_delays_grow_up_to_a_bound(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend(Fault(status=500) for _ in range(8))
    stop = Waits()
    assert_whole(fetch(hub, file, tmp_path, stop, options=Options(headroom=0)))
    for wait, longest in zip(stop.waits, [1, 2, 4, 8, 16, 32, 60, 60], strict=True):
        assert longest / 2 <= wait <= longest


@pytest.mark.parametrize(
    ("headers", "low", "high"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"RateLimit": '"resolve";r=0;t=55'}, 55, 55),
        ({"Retry-After": "soon"}, 0.5, 1),
    ],
)
def test_a_server_that_asks_for_a_pause_gets_it(
    hub: Hub, tmp_path: Path, headers: dict[str, str], low: float, high: float
) -> None:
    file = hub.add("model.gguf", DATA)
    hub.hub_faults.append(Fault(status=429, headers=headers))
    stop = Waits()
    assert_whole(fetch(hub, file, tmp_path, stop, options=Options(headroom=0)))
    (wait,) = stop.waits
    assert low <= wait <= high


def test_a_server_may_ask_for_a_pause_until_a_time_of_day(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    until = formatdate(time.time() + 500, usegmt=True)  # read now: tests are collected long before they run
    hub.hub_faults.append(Fault(status=429, headers={"Retry-After": until}))
    stop = Waits()
    assert_whole(fetch(hub, file, tmp_path, stop, options=Options(headroom=0)))
    (wait,) = stop.waits
    assert 100 <= wait <= 500


def test_a_pause_of_an_hour_is_told_and_not_waited_for(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(status=429, headers={"Retry-After": "3600"}))
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path)
    assert caught.value.code == ErrorCode.HUB_BUSY
    assert "3600" in caught.value.message


def test_an_expired_address_is_replaced_by_a_fresh_one(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend([Fault(drop_after=MIB), Fault(status=403), Fault()])
    assert_whole(fetch(hub, file, tmp_path))
    tickets = [asked.query["ticket"][0] for asked in hub.asked_store]
    assert len(set(tickets)) == 3


def test_a_server_without_ranges_sends_it_all_and_nothing_is_lost(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    # The second ignores the range and ends before it is where the first was: that must not cost what is there.
    ignored = Fault(ignore_range=True, drop_after=MIB)
    hub.faults.extend([Fault(drop_after=2 * MIB), ignored, Fault(ignore_range=True)])
    assert_whole(fetch(hub, file, tmp_path))


@pytest.mark.parametrize("at", [0, MIB + 5, len(DATA) - 1])
def test_a_flipped_byte_is_caught_set_aside_and_never_listed(hub: Hub, tmp_path: Path, at: int) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(flip=at))
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path)
    assert caught.value.code == ErrorCode.DOWNLOAD_DAMAGED
    target = tmp_path / "some/model-GGUF/model.gguf"
    assert leftovers(target) == {QUARANTINED}
    assert not target.exists()
    assert list_models([tmp_path]) == []
    assert_whole(fetch(hub, file, tmp_path))  # and what was set aside is gone


def test_a_part_torn_by_a_loss_of_power_is_fetched_again(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(drop_after=MIB))
    with pytest.raises(HubError):
        fetch(hub, file, tmp_path, options=Options(attempts=1, headroom=0))
    part = beside(tmp_path / "some/model-GGUF/model.gguf", PART)
    part.write_bytes(part.read_bytes()[:-4096] + bytes(4096))  # what some file systems leave
    assert_whole(fetch(hub, file, tmp_path))


@pytest.mark.parametrize("torn", ["zeros", "cut", "zeros without a last milestone", "milestones of nonsense"])
def test_of_a_torn_part_only_what_lies_behind_its_last_milestone_is_fetched_again(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, torn: str
) -> None:
    monkeypatch.setattr("chatapp.hub.milestones.EVERY", 500_000)
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(drop_after=2_900_000))
    with pytest.raises(HubError):
        fetch(hub, file, tmp_path, options=Options(attempts=1, headroom=0))
    target = tmp_path / "some/model-GGUF/model.gguf"
    part, sums = beside(target, PART), beside(target, SUMS)
    lines = sums.read_text().splitlines(keepends=True)
    ends = [int(line.split()[0]) for line in lines]
    assert len(ends) >= 2
    whole = part.read_bytes()
    if torn == "cut":
        part.write_bytes(whole[: ends[-1] - 1])
    else:
        part.write_bytes(whole[: ends[-2] + 10] + bytes(len(whole) - ends[-2] - 10))
    if " " in torn:
        sums.write_text("".join(lines[:-1]) if "without" in torn else lines[0] + "9 9\n\0\0")
    assert_whole(fetch(hub, file, tmp_path))
    offsets = {
        "zeros": [ends[-2]],
        "cut": [ends[-1] - 1],
        # Found by the proof of the whole file: what is behind the milestones that are left is fetched once more.
        "zeros without a last milestone": [len(whole), ends[-2]],
        "milestones of nonsense": [len(whole), ends[0]],
    }
    assert [asked.offset for asked in hub.asked_store[1:]] == offsets[torn]


def test_a_download_that_brings_nothing_leaves_nothing(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    with pytest.raises(HubError):
        fetch(hub, file, tmp_path, free=lambda _: 0)
    hub.gated.add(file.repo)
    hub.token = "hf_secret"
    with pytest.raises(HubError):
        fetch(hub, file, tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("sidecar", [b"", b"{}", b"[1]", b"\xff", b'{"repo": 1}', None])
def test_a_part_of_unknown_origin_is_begun_again(hub: Hub, tmp_path: Path, sidecar: bytes | None) -> None:
    file = hub.add("model.gguf", DATA)
    target = tmp_path / "some/model-GGUF/model.gguf"
    target.parent.mkdir(parents=True)
    beside(target, PART).write_bytes(b"x" * 1000)
    if sidecar is not None:
        beside(target, SIDECAR).write_bytes(sidecar)
    assert_whole(fetch(hub, file, tmp_path))
    assert hub.asked_store[0].offset == 0


def test_a_part_of_another_commit_with_other_bytes_is_begun_again(hub: Hub, tmp_path: Path) -> None:
    hub.faults.append(Fault(drop_after=MIB))
    with pytest.raises(HubError):
        fetch(hub, hub.add("model.gguf", DATA), tmp_path, options=Options(attempts=1, headroom=0))
    other = DATA[::-1]
    assert_whole(fetch(hub, hub.add("model.gguf", other), tmp_path), other)
    assert hub.asked_store[-1].offset == 0


def test_without_a_hash_the_etag_decides_whether_it_is_still_the_same_file(hub: Hub, tmp_path: Path) -> None:
    known = hub.add("notes.txt", DATA)
    file = RemoteFile(known.repo, known.commit, known.path, known.size)
    hub.faults.extend([Fault(drop_after=MIB), Fault(drop_after=MIB), Fault(etag='"another"')])
    assert_whole(fetch(hub, file, tmp_path))
    # The third answer was of another version: the bytes of the first two were not put before its own.
    assert [asked.offset for asked in hub.asked_store] == [0, MIB, 2 * MIB]
    assert hub.asked_store[2].headers["if-range"] != '"another"'
    assert hub.sent == 2 * MIB + len(DATA)


def test_a_login_page_is_not_taken_for_a_model(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.hub_faults.extend(Fault(html=True) for _ in range(2))
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path, options=Options(first_delay=0.001, attempts=2, headroom=0))
    assert "login" in caught.value.message
    assert_whole(fetch(hub, file, tmp_path))


def test_a_longer_file_is_refused_and_a_shorter_answer_completed(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend([Fault(body=DATA + b"more"), Fault(body=DATA[:MIB])])
    assert_whole(fetch(hub, file, tmp_path))


def test_a_file_that_grew_or_shrank_on_the_server_is_told_soon_and_costs_nothing(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(drop_after=2 * MIB))
    with pytest.raises(HubError):
        fetch(hub, file, tmp_path, options=Options(attempts=1, headroom=0))
    for other in (DATA + b"more", DATA[:-1]):
        hub.add("model.gguf", other)
        before = len(hub.asked_store)
        with pytest.raises(HubError) as caught:
            fetch(hub, file, tmp_path)
        assert caught.value.params["reason"] == module.OTHER_SIZE
        assert len(hub.asked_store) == before + 3
    hub.add("model.gguf", DATA)
    assert_whole(fetch(hub, file, tmp_path))
    assert hub.asked_store[-1].offset == 2 * MIB


def test_a_range_that_is_refused_costs_no_byte_that_is_there(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend([Fault(drop_after=2 * MIB), Fault(status=416), Fault(drop_after=MIB), Fault()])
    assert_whole(fetch(hub, file, tmp_path))
    assert [asked.headers.get("range") for asked in hub.asked_store] == [None, f"bytes={2 * MIB}-", None, None]


def test_a_file_of_unknown_size_is_not_begun(hub: Hub, tmp_path: Path) -> None:
    known = hub.add("model.gguf", DATA)
    with pytest.raises(HubError) as caught:
        fetch(hub, RemoteFile(known.repo, known.commit, known.path, 0), tmp_path)
    assert caught.value.params["reason"] == module.NO_SIZE
    assert list(tmp_path.iterdir()) == []


def test_a_computer_that_slept_goes_on(monkeypatch: pytest.MonkeyPatch, hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(drop_after=2 * MIB))  # nothing stands for hours
    real, slept, seen = time.monotonic, [0.0], []

    def report(progress: Progress) -> None:
        seen.append(progress)
        if progress.done > MIB:
            slept[0] = 8 * 3600.0  # the clock of some systems goes on meanwhile

    monkeypatch.setattr(module.time, "monotonic", lambda: real() + slept[0])
    options = Options(first_delay=0.001, headroom=0, bytes_per_second=20 * MIB, progress_interval=0)
    began = real()
    assert_whole(fetch(hub, file, tmp_path, report=report, options=options))
    assert real() - began < 5
    assert all(progress.speed >= 0 and (progress.eta is None or progress.eta >= 0) for progress in seen)


def test_the_token_stays_with_the_hub(hub: Hub, tmp_path: Path) -> None:
    hub.gated.add("some/model-GGUF")
    hub.token = "hf_secret"
    file = hub.add("model.gguf", DATA)
    target = fetch(hub, file, tmp_path, token="hf_secret")
    assert_whole(target)
    assert hub.asked_hub[0].headers["authorization"] == "Bearer hf_secret"
    assert all("authorization" not in asked.headers for asked in hub.asked_store)
    assert "hf_secret" not in beside(target, RECORD).read_text()


@pytest.mark.parametrize(
    ("status", "headers", "token", "code"),
    [
        (401, {"X-Error-Code": "GatedRepo"}, "", ErrorCode.HUB_GATED),
        (403, {"X-Error-Code": "GatedRepo"}, "t", ErrorCode.HUB_GATED),
        (401, {}, "t", ErrorCode.HUB_TOKEN),
        (401, {"X-Error-Code": "RepoNotFound"}, "", ErrorCode.HUB_NOT_FOUND),
        (404, {"X-Error-Code": "EntryNotFound"}, "", ErrorCode.HUB_NOT_FOUND),
        (403, {}, "", ErrorCode.HUB_FAILED),
        (302, {"Location": "file:///etc/passwd"}, "", ErrorCode.HUB_FAILED),
        (302, {"Location": "http://x:99999/a"}, "", ErrorCode.HUB_FAILED),
        (302, {"Location": "http://[::1/a"}, "", ErrorCode.HUB_FAILED),
        (302, {"Location": "/some/model-GGUF/resolve/main/model.gguf"}, "", ErrorCode.HUB_FAILED),
    ],
)
def test_refusals_are_told_at_once(
    hub: Hub, tmp_path: Path, status: int, headers: dict[str, str], token: str, code: ErrorCode
) -> None:
    file = hub.add("model.gguf", DATA)
    hub.hub_faults.extend(Fault(status=status, headers=headers) for _ in range(9))
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path, token=token)
    assert caught.value.code == code
    assert len(hub.asked_hub) == (6 if "Location" in headers and headers["Location"].startswith("/") else 1)


def test_the_words_of_a_server_steer_no_terminal(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.hub_faults.append(Fault(status=403, words="\x1b]0;owned\x07\x1b[2J" + "x" * 500))
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path)
    assert "owned" in caught.value.message
    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 150


def test_from_a_secure_hub_no_redirect_leads_to_an_insecure_address(monkeypatch: pytest.MonkeyPatch, hub: Hub) -> None:
    # TLS itself is Python's; here the first connection is made to a plain server in its place.
    plain = connection._connection
    monkeypatch.setattr(
        connection, "_connection", lambda url, headers, timeout: plain(url._replace(scheme="http"), headers, timeout)
    )
    hub.add("model.gguf", DATA)
    url = hub.url.replace("http", "https") + f"/some/model-GGUF/resolve/{COMMIT}/model.gguf"
    with pytest.raises(connection.RefusedError) as caught:
        connection.get(url, {}, "", Stop(), connect_timeout=5, read_timeout=5)
    assert caught.value.reason == connection.UNSAFE_REDIRECT
    assert hub.asked_store == []


def test_a_proxy_is_used_and_told_its_password(monkeypatch: pytest.MonkeyPatch, hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.redirects = False
    monkeypatch.setenv("http_proxy", hub.url.replace("://", "://me:p%40ss@"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.setenv("no_proxy", "nobody.invalid")
    # Nobody has such a host: only the proxy answers, which takes the path of the address it is asked for.
    assert_whole(download(file, tmp_path, Source("http://hub.invalid"), Stop(), options=FAST))
    assert hub.asked_hub[0].headers["host"] == "hub.invalid"
    assert hub.asked_hub[0].headers["proxy-authorization"] == "Basic bWU6cEBzcw=="


def test_without_a_network_it_waits_longer_and_longer_and_goes_on_by_itself(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(drop_after=MIB))
    hub.go_away(after=1)  # and the next 30 times nobody is there: more than failures are forgiven

    class Patience(Waits):
        def wait(self, seconds: float) -> None:
            super().wait(seconds)
            if len(self.waits) == 31:
                hub.come_back()

    stop, seen = Patience(), []
    assert_whole(fetch(hub, file, tmp_path, stop, options=Options(headroom=0), report=seen.append))
    assert hub.sent == len(DATA)
    longest = [1, 1, 2, 4, 8, 16, *[30] * 25]  # the first is of the connection that broke
    assert all(most / 2 <= wait <= most for wait, most in zip(stop.waits, longest, strict=True))
    (reason,) = {progress.reason for progress in seen if progress.phase == "offline"}
    assert "refused" in reason
    assert seen[-1].phase == "downloading"


def test_a_store_that_cannot_be_reached_is_no_missing_network(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.store_url = "http://127.0.0.1:1"
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path, options=Options(first_delay=0.001, attempts=3, headroom=0))
    assert caught.value.code == ErrorCode.DOWNLOAD_BROKE_OFF
    assert len(hub.asked_hub) == 3


# -- stopping ----------------------------------------------------------------------------------------------------------


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[BaseException]]:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - looked at by the test
            failures.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, failures


@pytest.mark.parametrize("where", ["before the headers", "in the body", "in the hub's own answer"])
def test_stopping_takes_no_time_when_the_server_is_silent(hub: Hub, tmp_path: Path, where: str) -> None:
    file = hub.add("model.gguf", DATA)
    patient = Options(headroom=0, read_timeout=60)
    if where == "in the hub's own answer":
        hub.hub_faults.append(Fault(hang_after=0))
    else:
        hub.faults.append(Fault(hang_after=0 if where == "before the headers" else MIB))
    stop = Stop()
    thread, failures = in_thread(lambda: fetch(hub, file, tmp_path, stop, options=patient))
    assert hub.hanging.wait(10)
    began = time.monotonic()
    stop.set()
    thread.join(10)
    took = time.monotonic() - began
    assert isinstance(failures[0], Stopped)
    assert took < 0.5  # 50 ms on an idle machine
    hub.release.set()
    assert_whole(fetch(hub, file, tmp_path))


def test_stopping_does_not_wait_for_a_name_that_is_looked_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    looking, found = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> None:
        looking.set()
        found.wait(20)
        raise OSError("no such host")

    monkeypatch.setattr("socket.create_connection", look_up)
    stop = Stop()
    file = RemoteFile("some/model", COMMIT, "model.gguf", 10, "0" * 64)
    thread, failures = in_thread(lambda: download(file, tmp_path, Source("http://hub.invalid"), stop, options=FAST))
    assert looking.wait(10)
    stop.set()
    thread.join(10)
    assert isinstance(failures[0], Stopped)
    found.set()
    for other in threading.enumerate():
        if other.name == "hub-connect":
            other.join(10)


def test_stopping_ends_a_long_pause(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.append(Fault(status=429, headers={"Retry-After": "500"}))
    stop = Stop()
    waiting = threading.Event()

    def report(progress: Progress) -> None:
        if progress.phase == "waiting":
            waiting.set()

    thread, failures = in_thread(lambda: fetch(hub, file, tmp_path, stop, report=report))
    assert waiting.wait(10)
    stop.set()
    thread.join(10)
    assert isinstance(failures[0], Stopped)


def test_two_at_once_do_not_write_one_file(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.halt_at = MIB
    stop = Stop()
    thread, _failures = in_thread(lambda: fetch(hub, file, tmp_path, stop))
    assert hub.hanging.wait(10)
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path)
    assert caught.value.code == ErrorCode.DOWNLOAD_IN_USE
    stop.set()
    thread.join(10)


CHILD = """
import json, sys
from pathlib import Path
from chatapp.hub.download import Options, download
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.stop import Stop
file, folder, url = json.loads(sys.argv[1])
download(RemoteFile(**file), Path(folder), Source(url), Stop(), options=Options(headroom=0))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_kill_9_at_any_byte_costs_next_to_nothing(hub: Hub, tmp_path: Path) -> None:
    data = random.Random(6).randbytes(8 * MIB)
    file = hub.add("model.gguf", data)
    dice = random.Random(7)
    given = json.dumps([file.to_json(), str(tmp_path), hub.url])
    reached = 0
    target = tmp_path / "some/model-GGUF/model.gguf"
    for _ in range(4):
        hub.halt_at = reached + dice.randrange(1, 2 * MIB)
        hub.hanging.clear()
        child = subprocess.Popen([sys.executable, "-c", CHILD, given])
        assert hub.hanging.wait(30)
        while hub.halt_at - size_of_part(target) > MIB:  # what was sent is still on its way
            assert child.poll() is None
        child.kill()
        child.wait()
        reached = hub.halt_at
    hub.halt_at = None
    assert_whole(fetch(hub, file, tmp_path), data)
    assert hub.sent - len(data) <= 4 * MIB  # a piece each that was not written yet


# -- the disk ----------------------------------------------------------------------------------------------------------


def test_a_disk_that_is_too_small_is_told_before_anything_is_fetched(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    options = Options(headroom=1000)
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path, options=options, free=lambda _: len(DATA) + 999)
    assert caught.value.code == ErrorCode.DOWNLOAD_NO_SPACE
    assert hub.asked_hub == []
    assert_whole(fetch(hub, file, tmp_path, options=options, free=lambda _: len(DATA) + 1000))


def test_a_disk_that_fills_up_meanwhile_ends_it_and_keeps_what_arrived(
    monkeypatch: pytest.MonkeyPatch, hub: Hub, tmp_path: Path
) -> None:
    monkeypatch.setattr(module, "_LOOK", MIB)
    file = hub.add("model.gguf", DATA)
    space = iter([len(DATA), 2 * MIB + 137, 1000])
    with pytest.raises(HubError) as caught:
        fetch(hub, file, tmp_path, free=lambda _: next(space))
    assert caught.value.code == ErrorCode.DOWNLOAD_NO_SPACE
    part = beside(tmp_path / "some/model-GGUF/model.gguf", PART)
    assert part.read_bytes() == DATA[: part.stat().st_size]
    assert part.stat().st_size >= 2 * MIB
    sent = hub.sent
    assert_whole(fetch(hub, file, tmp_path))
    assert hub.asked_store[-1].offset >= 2 * MIB
    assert hub.sent - sent < 2 * MIB


@pytest.mark.skipif(sys.platform == "win32", reason="links")
@pytest.mark.parametrize("ending", [PART, SUMS, SIDECAR, f"{SIDECAR}.new", f"{RECORD}.new", RECORD, QUARANTINED])
def test_a_link_in_the_folder_leads_no_byte_elsewhere(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    file = hub.add("model.gguf", DATA)
    target = tmp_path / "models/some/model-GGUF/model.gguf"
    target.parent.mkdir(parents=True)
    monkeypatch.setattr("chatapp.hub.milestones.EVERY", 500_000)
    (tmp_path / "mine").write_text("precious")
    beside(target, ending).symlink_to(tmp_path / "mine")
    if ending in (PART, SUMS):
        with pytest.raises(StorageError):
            fetch(hub, file, tmp_path / "models")
    else:
        fetch(hub, file, tmp_path / "models")
    assert (tmp_path / "mine").read_text() == "precious"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 2 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_real_disk_that_is_too_small(hub: Hub, small_disk: Path) -> None:
    file = hub.add("model.gguf", DATA)
    with pytest.raises(HubError) as caught:
        fetch(hub, file, small_disk)
    assert caught.value.code == ErrorCode.DOWNLOAD_NO_SPACE
    assert hub.asked_hub == []
    # And one whose free space nobody foresaw: every byte that found room is kept.
    with pytest.raises(HubError) as caught:
        fetch(hub, file, small_disk, free=lambda _: 10 * MIB)
    assert caught.value.code == ErrorCode.DOWNLOAD_NO_SPACE
    part = beside(small_disk / "some/model-GGUF/model.gguf", PART)
    assert part.stat().st_size > MIB
    assert DATA.startswith(part.read_bytes())
    small = hub.add("small.gguf", DATA[: 64 * KIB])
    part.unlink()
    assert fetch(hub, small, small_disk).read_bytes() == DATA[: 64 * KIB]


def test_a_folder_that_cannot_be_made_is_told(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "some").write_text("a file")
    with pytest.raises(Exception, match=r"could not be written|cannot be downloaded"):
        fetch(hub, hub.add("model.gguf", DATA), tmp_path)


# -- pace --------------------------------------------------------------------------------------------------------------


def test_progress_comes_seldom_and_ends_at_the_total(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    hub.faults.extend(Fault(drop_after=1000) for _ in range(300))
    seen: list[Progress] = []
    began = time.monotonic()
    options = Options(first_delay=1e-6, headroom=0, progress_interval=0.1)
    fetch(hub, file, tmp_path, options=options, report=seen.append)
    took = time.monotonic() - began
    assert len([p for p in seen if p.phase == "downloading"]) <= 305
    assert len(seen) <= 2 * 300 + took / 0.1 + 5
    assert seen[-1].done == seen[-1].total == len(DATA)
    assert [p.done for p in seen] == sorted(p.done for p in seen)


def test_the_speed_limit_holds(hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    clock = [0.0]

    class Clock(Stop):
        def wait(self, seconds: float) -> None:
            clock[0] += seconds

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.time, "monotonic", lambda: clock[0])
        fetch(hub, file, tmp_path, Clock(), options=Options(headroom=0, bytes_per_second=500_000))
    assert len(DATA) / clock[0] == pytest.approx(500_000, rel=0.05)


# -- TLS ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[str]:
    """The address of a server whose certificate nobody has signed."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    if shutil.which("openssl") is None:
        pytest.skip("no openssl to make a certificate with")
    subprocess.run([*command, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with (
                contextlib.suppress(OSError),
                listener.accept()[0] as plain,
                context.wrap_socket(plain, server_side=True),
            ):
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(10)


def test_a_certificate_that_nobody_signed_is_refused_at_once(secure: str, hub: Hub, tmp_path: Path) -> None:
    file = hub.add("model.gguf", DATA)
    with pytest.raises(HubError) as caught:
        download(file, tmp_path / "models", Source(secure, "hf_secret"), Stop(), options=FAST)
    assert caught.value.code == ErrorCode.HUB_FAILED
    assert "certificate" in caught.value.message
