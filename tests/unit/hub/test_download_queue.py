import json
import random
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chatapp.core.errors import ErrorCode
from chatapp.hub.download import Options
from chatapp.hub.download_job import Item, State
from chatapp.hub.download_queue import DownloadQueue
from chatapp.hub.partial import PART, beside
from chatapp.hub.remote_file import RemoteFile, Source
from tests.helpers.hub_server import Fault, Hub
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
    assert bench.hub.asked_store[-1].offset > 0
    assert bench.hub.sent < 5 * MIB


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
    assert bench.hub.sent <= 5 * MIB  # a piece that was not written yet may be fetched twice
