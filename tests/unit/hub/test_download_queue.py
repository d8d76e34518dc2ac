import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from chatapp.core.errors import ErrorCode
from chatapp.hub.download import Options
from chatapp.hub.download_job import Item, State
from chatapp.hub.download_queue import DownloadQueue
from chatapp.hub.partial import PART, beside, read_record
from chatapp.hub.remote_file import RemoteFile, Source
from tests.helpers.hub_server import COMMIT, Fault, Hub
from tests.unit.hub.builders import list_models
from tests.unit.hub.test_library import split

MIB = 1 << 20
FAST = Options(first_delay=0.001, attempts=2, headroom=0, progress_interval=0.0)


class Watcher:
    """Notes what it is told, and waits for it."""

    def __init__(self) -> None:
        self.told: list[tuple[int, State]] = []
        self.progress: list[Item] = []
        self._news = threading.Condition()

    def changed(self, item: Item) -> None:
        with self._news:
            self.told.append((item.id, item.state))
            self._news.notify_all()

    def progressed(self, item: Item) -> None:
        with self._news:
            self.progress.append(item)
            self._news.notify_all()

    def wait(self, until: Callable[[], bool]) -> None:
        with self._news:
            assert self._news.wait_for(until, 20), self.told

    def wait_for(self, job: int, state: State) -> None:
        self.wait(lambda: (job, state) in self.told)

    def states(self, job: int) -> list[State]:
        return [state for other, state in self.told if other == job]


class Bench:
    def __init__(self, hub: Hub, folder: Path) -> None:
        self.hub, self.folder = hub, folder
        self.file, self.models = folder / "downloads.json", folder / "models"
        self.queues: list[DownloadQueue] = []

    def queue(self, at_once: int = 1, options: Options = FAST) -> tuple[DownloadQueue, Watcher]:
        watcher = Watcher()
        queue = DownloadQueue(
            self.file, self.models, lambda: Source(self.hub.url), watcher, at_once=at_once, options=options
        )
        self.queues.append(queue)
        return queue, watcher

    def publish(self, count: int, size: int = 200_000) -> list[RemoteFile]:
        return [self.hub.add(f"m{i}.gguf", random.Random(i).randbytes(size)) for i in range(count)]

    def target(self, file: RemoteFile) -> Path:
        return self.models / file.repo / file.path


@pytest.fixture
def bench(hub: Hub, tmp_path: Path) -> Iterator[Bench]:
    found = Bench(hub, tmp_path)
    yield found
    for queue in found.queues:
        queue.close()


def test_one_after_the_other_in_order(bench: Bench) -> None:
    files = bench.publish(3)
    queue, watcher = bench.queue()
    ids = [queue.add([file]) for file in files]
    for job in ids:
        watcher.wait_for(job, State.DONE)
        assert watcher.states(job) == [State.QUEUED, State.RUNNING, State.DONE]
    running = [told for told in watcher.told if told[1] is not State.QUEUED]
    assert running == [(job, state) for job in ids for state in (State.RUNNING, State.DONE)]
    assert all(bench.target(file).stat().st_size == file.size for file in files)
    assert [item.progress.done for item in queue.items()] == [200_000] * 3


def test_three_at_once(bench: Bench) -> None:
    files = bench.publish(3)
    bench.hub.halt_at = 100_000
    queue, watcher = bench.queue(at_once=3)
    ids = [queue.add([file]) for file in files]
    for job in ids:
        watcher.wait_for(job, State.RUNNING)
    assert [item.state for item in queue.items()] == [State.RUNNING] * 3
    bench.hub.release.set()
    for job in ids:
        watcher.wait_for(job, State.DONE)


def test_fewer_at_once_make_the_last_ones_wait_and_none_stops_all(bench: Bench) -> None:
    files = bench.publish(2)
    bench.hub.halt_at = 100_000
    queue, watcher = bench.queue(at_once=2)
    first, second = (queue.add([file]) for file in files)
    watcher.wait_for(second, State.RUNNING)
    queue.run_at_once(1)
    assert [item.state for item in queue.items()] == [State.RUNNING, State.QUEUED]
    queue.run_at_once(0)
    assert [item.state for item in queue.items()] == [State.QUEUED] * 2
    bench.hub.release.set()
    queue.run_at_once(2)
    for job in (first, second):
        watcher.wait_for(job, State.DONE)


def test_another_folder_is_for_what_is_added_from_then_on(bench: Bench, tmp_path: Path) -> None:
    files = bench.publish(2)
    bench.hub.halt_at = 100_000
    queue, watcher = bench.queue()
    first = queue.add([files[0]])
    assert bench.hub.hanging.wait(10)
    queue.folder = tmp_path / "other"
    second = queue.add([files[1]])
    queue.close()
    bench.hub.release.set()
    again, watcher = bench.queue()
    for job in (first, second):
        watcher.wait_for(job, State.DONE)
    assert [item.path for item in again.items()] == [
        bench.target(files[0]), tmp_path / "other" / files[1].repo / files[1].path
    ]  # fmt: skip
    assert all(item.path.is_file() for item in again.items())


def test_what_has_no_room_begins_anew_in_the_folder_that_was_chosen_since(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only what still has none there: what has arrived is not given away for another folder."""
    full, measure = {bench.models}, shutil.disk_usage

    def usage(folder: Path) -> Any:
        found = measure(folder)
        return found._replace(free=0) if any(folder.is_relative_to(disk) for disk in full) else found

    monkeypatch.setattr(shutil, "disk_usage", usage)
    first, second = bench.publish(2)
    queue, watcher = bench.queue()
    homeless, patient = queue.add([first]), queue.add([second])
    watcher.wait_for(homeless, State.FAILED)
    watcher.wait_for(patient, State.FAILED)
    queue.folder = tmp_path / "other"
    queue.resume(homeless)
    watcher.wait_for(homeless, State.DONE)
    assert queue.items()[0].path == tmp_path / "other" / first.repo / first.path
    assert queue.items()[0].path.stat().st_size == first.size
    assert not beside(bench.target(first), PART).exists()
    full.clear()
    queue.resume(patient)
    watcher.wait_for(patient, State.DONE)
    assert queue.items()[1].path == bench.target(second)
    assert State.FAILED not in watcher.states(homeless)[3:]


def test_pause_keeps_and_resume_goes_on(bench: Bench) -> None:
    (file,) = bench.publish(1, 4 * MIB)
    bench.hub.halt_at = 2 * MIB
    queue, watcher = bench.queue()
    job = queue.add([file])
    watcher.wait(lambda: any(item.progress.done >= MIB for item in watcher.progress))
    assert bench.hub.hanging.wait(10)
    queue.pause(job)
    assert queue.items()[0].state is State.PAUSED  # at once, although the server is silent
    bench.hub.release.set()
    queue.resume(job)
    watcher.wait_for(job, State.DONE)
    assert watcher.states(job) == [
        State.QUEUED, State.RUNNING, State.PAUSED, State.QUEUED, State.RUNNING, State.DONE,
    ]  # fmt: skip
    assert bench.hub.asked_store[-1].offset >= MIB


def test_cancel_deletes_what_arrived(bench: Bench) -> None:
    first, second = bench.publish(2, MIB)
    bench.hub.halt_at = MIB // 2
    queue, watcher = bench.queue()
    running, waiting = queue.add([first]), queue.add([second])
    assert bench.hub.hanging.wait(10)
    queue.cancel(running)
    queue.cancel(waiting)
    assert queue.items() == ()
    bench.hub.release.set()
    again = queue.add([first])  # waits until the old one is out of the way
    watcher.wait_for(again, State.DONE)
    assert again not in (running, waiting)
    assert bench.hub.asked_store[-1].offset == 0
    assert not beside(bench.target(first), PART).exists()
    assert not beside(bench.target(second), PART).exists()


def test_a_failure_is_told_and_the_next_one_comes(bench: Bench) -> None:
    first, second = bench.publish(2)
    bench.hub.faults.append(Fault(flip=100))
    queue, watcher = bench.queue()
    broken, whole = queue.add([first]), queue.add([second])
    watcher.wait_for(whole, State.DONE)
    item = queue.items()[0]
    assert item.state is State.FAILED
    assert item.error is not None
    assert item.error.code == ErrorCode.DOWNLOAD_DAMAGED
    queue.resume(broken)
    watcher.wait_for(broken, State.DONE)
    assert queue.items()[0].error is None


def test_a_token_that_comes_while_the_hub_refuses_opens_what_is_gated(bench: Bench) -> None:
    """As at the start of the program, when the keyring answers later than the queue begins."""
    (file,) = bench.publish(1)
    bench.hub.gated.add(file.repo)
    bench.hub.token = "hf_good"
    asked: list[Source] = []

    def source() -> Source:
        asked.append(Source(bench.hub.url, "hf_good" if asked else ""))
        return asked[-1]

    watcher = Watcher()
    bench.queues.append(DownloadQueue(bench.file, bench.models, source, watcher, options=FAST))
    job = bench.queues[0].add([file])
    watcher.wait_for(job, State.DONE)
    assert watcher.states(job) == [State.QUEUED, State.RUNNING, State.DONE]


def test_the_order_can_be_changed(bench: Bench) -> None:
    files = bench.publish(3)
    bench.hub.halt_at = 100_000
    queue, watcher = bench.queue()
    first, second, third = (queue.add([file]) for file in files)
    queue.move(third, 1)
    assert [item.id for item in queue.items()] == [first, third, second]
    bench.hub.release.set()
    watcher.wait_for(second, State.DONE)
    assert watcher.told.index((third, State.DONE)) < watcher.told.index((second, State.RUNNING))


def test_order_states_and_errors_outlive_the_program(bench: Bench) -> None:
    files = bench.publish(4, 2 * MIB)
    bench.hub.faults.append(Fault(flip=0))
    queue, watcher = bench.queue()
    failed = queue.add([files[0]])
    watcher.wait_for(failed, State.FAILED)
    bench.hub.halt_at = MIB
    running, paused, waiting = (queue.add([file]) for file in files[1:])
    queue.pause(paused)
    assert bench.hub.hanging.wait(10)
    watcher.wait(lambda: bool(watcher.progress))
    queue.close()
    saved = bench.file.read_text()
    assert bench.hub.url not in saved
    bench.hub.release.set()

    again, watcher = bench.queue()
    watcher.wait_for(waiting, State.DONE)
    assert watcher.states(running) == [State.RUNNING, State.DONE]
    items = {item.id: item for item in again.items()}
    assert [*items] == [failed, running, paused, waiting]
    assert items[paused].state is State.PAUSED
    assert items[failed].state is State.FAILED
    assert items[failed].error is not None
    assert again.add([files[3]]) > waiting  # ids are not used twice


@pytest.mark.parametrize("text", ["", "{", "[]", '{"items": [{"id": 1}]}', '{"items": 3}', "\udcff"])
def test_a_queue_that_cannot_be_read_is_set_aside(bench: Bench, text: str) -> None:
    bench.file.write_text(text, errors="surrogateescape")
    queue, watcher = bench.queue()
    assert queue.items() == ()
    assert beside(bench.file, ".broken").exists()
    (file,) = bench.publish(1)
    watcher.wait_for(queue.add([file]), State.DONE)


def test_a_split_model_is_one_entry_and_no_broken_model_meanwhile(bench: Bench, tmp_path: Path) -> None:
    parts = [split(tmp_path, number) for number in range(3)]
    files = [bench.hub.add(f"x/{part.name}", part.read_bytes()) for part in parts]
    bench.hub.faults.extend([Fault(), Fault(hang_after=100)])
    queue, watcher = bench.queue()
    job = queue.add(files)
    assert bench.hub.hanging.wait(10)
    assert bench.target(files[0]).exists()
    assert list_models([bench.models]) == []
    assert queue.items()[0].progress.done >= files[0].size
    assert queue.items()[0].progress.total == sum(file.size for file in files)
    queue.pause(job)
    bench.hub.release.set()
    asked = len(bench.hub.asked_hub)
    queue.resume(job)
    watcher.wait_for(job, State.DONE)
    assert [a.path[-19:-5] for a in bench.hub.asked_hub[asked:]] == ["00002-of-00003", "00003-of-00003"]
    assert len(list_models([bench.models])) == 1
    dones = [item.progress.done for item in watcher.progress]
    assert dones == sorted(dones)


def test_cancelling_a_split_model_deletes_its_finished_files_but_not_older_ones(bench: Bench) -> None:
    files = [bench.hub.add(f"big-0000{i}-of-00003.gguf", random.Random(i).randbytes(5000)) for i in (1, 2, 3)]
    older = bench.target(files[0])
    older.parent.mkdir(parents=True)
    older.write_bytes(bench.hub.files[files[0].repo, files[0].path])
    bench.hub.faults.extend([Fault(), Fault(hang_after=100)])
    queue, watcher = bench.queue()
    job = queue.add(files)
    assert bench.hub.hanging.wait(10)
    assert bench.target(files[1]).exists()
    queue.cancel(job)
    bench.hub.release.set()
    (other,) = bench.publish(1)
    watcher.wait_for(queue.add([other]), State.DONE)
    queue.close()
    kept = {path.name for path in bench.models.rglob("big*")}
    assert kept == {files[0].name, f"{files[0].name}.source.json"}


def test_a_name_that_leaves_the_folder_fails_that_entry(bench: Bench) -> None:
    file = bench.hub.add("../../../evil.gguf", b"evil")
    queue, watcher = bench.queue()
    job = queue.add([file])
    watcher.wait_for(job, State.FAILED)
    error = queue.items()[0].error
    assert error is not None
    assert error.code == ErrorCode.DOWNLOAD_NAME
    queue.cancel(job)
    assert queue.items() == ()


def test_a_folder_that_cannot_be_looked_at_fails_that_entry_only(bench: Bench, tmp_path: Path) -> None:
    """As one of somebody else or on a network drive that is gone; a name that no disk takes does it for root, too."""
    first, second = bench.publish(2)
    queue, watcher = bench.queue()
    queue.folder = tmp_path / ("x" * 300)
    job = queue.add([first])
    watcher.wait_for(job, State.FAILED)
    error = queue.items()[0].error
    assert error is not None
    assert error.code == ErrorCode.FILE_FAILED
    queue.cancel(job)  # there, nothing can be deleted either
    queue.folder = bench.models
    watcher.wait_for(queue.add([second]), State.DONE)


CHILD = """
import json, sys
from pathlib import Path
from chatapp.hub.download import Options
from chatapp.hub.download_queue import DownloadQueue
from chatapp.hub.remote_file import RemoteFile, Source
class Deaf:
    def changed(self, item): pass
    def progressed(self, item): pass
file, models, url, wanted = json.loads(sys.argv[1])
queue = DownloadQueue(Path(file), Path(models), lambda: Source(url), Deaf(), options=Options(headroom=0))
for one in wanted:
    queue.add([RemoteFile(**one)])
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9")
def test_kill_9_and_a_new_start(bench: Bench) -> None:
    first, second = bench.publish(2, 2 * MIB)
    bench.hub.halt_at = MIB
    given = json.dumps([str(bench.file), str(bench.models), bench.hub.url, [first.to_json(), second.to_json()]])
    child = subprocess.Popen([sys.executable, "-c", CHILD, given], stdin=subprocess.PIPE)
    assert bench.hub.hanging.wait(30)
    assert child.stdin is not None
    while not bench.file.exists() or len(json.loads(bench.file.read_text())["items"]) < 2:
        assert child.poll() is None
    child.kill()
    child.communicate()
    bench.hub.release.set()
    queue, watcher = bench.queue()
    watcher.wait(lambda: len([told for told in watcher.told if told[1] is State.DONE]) == 2)
    assert [item.files[0] for item in queue.items()] == [first, second]
    assert bench.hub.sent <= 6 * MIB  # a piece that was not written yet may be fetched twice


def test_a_repository_that_changes_meanwhile_does_not_mix_its_commits(bench: Bench, tmp_path: Path) -> None:
    parts = [split(tmp_path, number) for number in range(3)]
    files = [bench.hub.add(part.name, part.read_bytes()) for part in parts]
    bench.hub.faults.extend([Fault(), Fault(hang_after=100)])
    queue, watcher = bench.queue()
    job = queue.add(files)
    assert bench.hub.hanging.wait(10)
    bench.hub.begin_commit()
    for part in parts:
        bench.hub.add(part.name, b"another model")
    bench.hub.release.set()
    watcher.wait_for(job, State.DONE)
    for file, part in zip(files, parts, strict=True):
        assert bench.target(file).read_bytes() == part.read_bytes()
        record = read_record(bench.target(file))
        assert record is not None
        assert record.commit == COMMIT != bench.hub.commit


def paused_before_a_commit(bench: Bench) -> tuple[DownloadQueue, Watcher, int, RemoteFile]:
    """A download of two MiB that was paused after one of them, and then the repository has a new commit."""
    (file,) = bench.publish(1, 2 * MIB)
    bench.hub.halt_at = MIB
    queue, watcher = bench.queue()
    job = queue.add([file])
    assert bench.hub.hanging.wait(10)
    queue.pause(job)
    bench.hub.release.set()
    bench.hub.begin_commit()
    return queue, watcher, job, file


def test_a_commit_that_leaves_the_bytes_alone_is_no_other_download(bench: Bench) -> None:
    """Two entries for one file would write, and when one is cancelled delete, each other's."""
    queue, watcher, job, file = paused_before_a_commit(bench)
    (same,) = bench.publish(1, 2 * MIB)
    assert same.commit != file.commit
    assert queue.add([same]) == job  # and goes on with it
    watcher.wait_for(job, State.DONE)
    assert [item.files for item in queue.items()] == [(file,)]


def test_a_new_version_of_a_file_takes_the_place_of_the_one_on_its_way(bench: Bench) -> None:
    queue, watcher, old, file = paused_before_a_commit(bench)
    newer = bench.hub.add(file.path, b"the next version")
    job = queue.add([newer])
    watcher.wait_for(job, State.DONE)
    assert watcher.states(old)[-1] is State.CANCELLED
    assert [item.id for item in queue.items()] == [job]
    assert bench.target(file).read_bytes() == b"the next version"
    assert not beside(bench.target(file), PART).exists()


def test_a_second_program_with_the_same_folder_says_so(bench: Bench, tmp_path: Path) -> None:
    (file,) = bench.publish(1, 2 * MIB)
    bench.hub.halt_at = MIB
    first, watching_first = bench.queue()
    job = first.add([file])
    assert bench.hub.hanging.wait(10)
    bench.file = tmp_path / "downloads-of-another.json"
    second, watching_second = bench.queue()
    other = second.add([file])
    watching_second.wait_for(other, State.FAILED)
    error = second.items()[0].error
    assert error is not None
    assert error.code == ErrorCode.DOWNLOAD_IN_USE
    bench.hub.release.set()
    watching_first.wait_for(job, State.DONE)
    second.resume(other)
    watching_second.wait_for(other, State.DONE)  # it is there: nothing is fetched twice
    assert bench.hub.sent == file.size


def test_everything_at_once_from_many_threads(bench: Bench) -> None:
    files = bench.publish(12, MIB)
    dice = random.Random(4)
    for _ in range(30):
        bench.hub.faults.append(dice.choice([Fault(drop_after=dice.randrange(MIB)), Fault(status=503), Fault()]))
    options = Options(first_delay=0.001, attempts=100, headroom=0, progress_interval=0.01)
    queue, watcher = bench.queue(at_once=3, options=options)
    ids = [queue.add([file]) for file in files]
    cancelled = set(ids[::4])

    def disturb(seed: int) -> None:
        mine = random.Random(seed)
        for _ in range(60):
            act = mine.choice(
                [queue.pause, queue.resume, queue.resume, lambda job: queue.move(job, mine.randrange(12))]
            )
            act(mine.choice(ids))
            if mine.random() < 0.2:
                queue.cancel(mine.choice([*cancelled]))

    threads = [threading.Thread(target=disturb, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for job in ids:
        queue.cancel(job) if job in cancelled else queue.resume(job)
    kept = [job for job in ids if job not in cancelled]
    watcher.wait(lambda: all(dict(watcher.told)[job] is State.DONE for job in kept))
    assert sorted(item.id for item in queue.items()) == kept
    queue.close()
    left = {path.name for path in bench.models.rglob("*") if path.is_file()}
    for job, file in zip(ids, files, strict=True):
        if job in kept:
            assert bench.target(file).read_bytes() == bench.hub.files[file.repo, file.path]
            assert read_record(bench.target(file)) == file
    # Of what was cancelled before it was done, nothing is left; what was done by then is the user's.
    assert not {name for name in left if name.endswith((".part", ".part.json", ".new"))}
    assert [job["state"] for job in json.loads(bench.file.read_text())["items"]] == ["done"] * len(kept)


NASTY = (
    *("../x.gguf", "/x.gguf", "a/../../x.gguf", "C:x.gguf", "..\\x.gguf", "\\\\h\\s\\x.gguf", "con.gguf", "x\0.gguf"),
    *("x" * 300 + ".gguf", "x\u202e.gguf", "x.gguf.", "x.gguf ", "x.gguf.part", "\ud800.gguf", "MODEL.gguf", ""),
)


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_no_name_and_no_link_leads_out_of_the_folder(bench: Bench, tmp_path: Path) -> None:
    (bench.models / "some/model-GGUF").mkdir(parents=True)
    (bench.models / "some/model-GGUF/model.gguf").write_bytes(b"mine")
    outside = tmp_path / "outside"
    outside.mkdir()
    (bench.models / "linked").symlink_to(outside)
    (bench.models / "some/model-GGUF/sub").symlink_to(outside)
    (bench.models / "some/model-GGUF/x.gguf.part").symlink_to(outside / "new")
    files = [RemoteFile("some/model-GGUF", COMMIT, name, 4, "0" * 64) for name in (*NASTY, "sub/x.gguf", "x.gguf")]
    files += [
        RemoteFile(repo, COMMIT, "y.gguf", 4, "0" * 64) for repo in ("linked/model", "../up", "a/../../up", "/abs")
    ]
    queue, watcher = bench.queue(at_once=3)
    for file in files:
        watcher.wait_for(queue.add([file]), State.FAILED)
    queue.close()
    again, _ = bench.queue()  # names that no file system has come back as they were
    assert [item.files[0] for item in again.items()] == files
    assert list(outside.iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} == {"downloads.json", "models", "outside"}
    assert (bench.models / "some/model-GGUF/model.gguf").read_bytes() == b"mine"
    assert bench.hub.asked_hub == []


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors")
def test_nothing_gets_its_name_before_it_is_on_the_disk(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a loss of power leaves is what was synced; so everything is, before the name that vouches for it."""
    steps: list[tuple[str, str]] = []
    sync, replace = os.fsync, Path.replace

    def note_sync(descriptor: int) -> None:
        steps.append(("sync", Path(f"/proc/self/fd/{descriptor}").resolve().name))
        sync(descriptor)

    def note_replace(path: Path, target: Path) -> Path:
        steps.append(("name", Path(target).name))
        assert ("sync", path.name) in steps
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", note_sync)
    monkeypatch.setattr(Path, "replace", note_replace)
    (file,) = bench.publish(1)
    queue, watcher = bench.queue()
    watcher.wait_for(queue.add([file]), State.DONE)
    queue.close()
    names = [name for step, name in steps if step == "name"]
    assert names.index("m0.gguf.source.json") < names.index("m0.gguf")
    assert names[-1] == "downloads.json"
    assert ("sync", "model-GGUF") in steps[steps.index(("name", "m0.gguf")) :]  # the folder, which holds the name


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="mounts")
def test_a_disk_that_is_full_to_the_last_byte_stops_downloads_and_nothing_else(hub: Hub, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no right to mount a disk")
    bench = Bench(hub, disk)
    try:
        first, second, third = bench.publish(3, 20 * MIB)
        hub.halt_at = 10 * MIB
        queue, watcher = bench.queue(at_once=3)
        ids = [queue.add([file]) for file in (first, second, third)]
        watcher.wait(lambda: sum({item.id: item.progress.done for item in watcher.progress}.values()) >= 28 * MIB)
        with (disk / "somebody elses").open("wb", 0) as other, contextlib.suppress(OSError):
            while True:
                other.write(bytes(4096))
        hub.release.set()
        for job in ids:
            watcher.wait_for(job, State.FAILED)
        assert {item.error.code for item in queue.items() if item.error} == {ErrorCode.DOWNLOAD_NO_SPACE}
        queue.pause(ids[0])
        queue.move(ids[2], 0)  # none of which can be saved now
        queue.close()
        assert json.loads(bench.file.read_text())["items"]  # as it was before, and whole

        (disk / "somebody elses").unlink()
        again, watcher = bench.queue(at_once=3)
        for item in again.items():
            again.resume(item.id)
        watcher.wait(lambda: [*dict(watcher.told).values()] == [State.DONE] * 3)
        again.close()
        for file in (first, second, third):
            assert bench.target(file).read_bytes() == hub.files[file.repo, file.path]
        assert sorted(asked.offset >= 9 * MIB for asked in hub.asked_store) == [False] * 3 + [True] * 3
    finally:
        for queue in bench.queues:
            queue.close()
        subprocess.run(["umount", str(disk)], check=True)
