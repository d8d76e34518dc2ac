"""kill -9 of the whole app: at most the last second of a reply is missing, a download goes on, no process is left."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from chatapp.core.conversation import Role
from chatapp.core.generation import FinishReason
from chatapp.hub.download_job import Job
from chatapp.hub.partial import PART, beside
from chatapp.paths import Paths
from chatapp.store.conversations import ConversationStore
from chatapp.store.database import open_database
from tests.helpers.hub_server import running_hub

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")

# The real window and services; types into them what a user would, then says how much has been streamed.
DRIVER = """
import sys
from chatapp import arguments, app
from chatapp.services.chat import ChatService
streamed = []
begin = ChatService.__init__
def spy(self, *args, **kwargs):
    begin(self, *args, **kwargs)
    self.text_streamed.connect(lambda _id, text: (streamed.append(text), print(len("".join(streamed)), flush=True)))
    self._engine.model_loaded.connect(lambda _: self.send("/long 100000"))
ChatService.__init__ = spy
sys.exit(app.main(arguments.parse(["--fake-engine", "--data-dir", sys.argv[1]])))
"""

# The same on a disk that is full when the model is there; says when the first write has failed.
FULL_DISK = """
from chatapp.services.storage import StorageService
failed, start = StorageService._on_failed, StorageService.__init__
def fill(store):
    store._database.connection.execute("PRAGMA max_page_count = 1")
def full(self, *args, **kwargs):
    start(self, *args, **kwargs)
    self.read_now(fill)
def tell(self, error):
    failed(self, error)
    print("full", flush=True)
StorageService.__init__, StorageService._on_failed = full, tell
"""


@pytest.fixture
def driver() -> str:
    return DRIVER


@pytest.fixture
def running(tmp_path: Path, driver: str):
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    process = subprocess.Popen(
        [sys.executable, "-c", driver, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def stream_for(process: subprocess.Popen[bytes], seconds: float) -> int:
    """Read its progress for a while; the number of characters it had streamed one second before the end."""
    assert process.stdout is not None
    history: list[tuple[float, int]] = []
    end = None
    while line := process.stdout.readline():
        now = time.monotonic()
        end = end or now + seconds
        history.append((now, int(line)))
        if now > end:
            break
    return max(count for at, count in history if at <= history[-1][0] - 1.6)


def stored(folder: Path) -> ConversationStore:
    return ConversationStore(open_database(Paths.under(folder).database).database)


def test_kill_9_loses_at_most_the_last_second(running: subprocess.Popen[bytes], tmp_path: Path) -> None:
    expected = stream_for(running, 3.5)
    workers = psutil.Process(running.pid).children(recursive=True)
    assert workers
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    _gone, orphans = psutil.wait_procs(workers, timeout=5)
    assert orphans == []
    store = stored(tmp_path)
    try:
        assert store.mark_interrupted() == 1
        (summary,) = store.summaries()
        question, reply = store.load(summary.id).path()
    finally:
        store.close()
    assert (question.role, question.text) == (Role.USER, "/long 100000")
    assert reply.info is not None
    assert reply.info.finish is FinishReason.INTERRUPTED
    # Saved every second; the second itself, and what a busy machine adds to it, may be missing.
    assert len(reply.text) >= expected
    assert reply.text.startswith("word0 word1 ")


def test_sigterm_closes_properly(running: subprocess.Popen[bytes], tmp_path: Path) -> None:
    stream_for(running, 1.7)
    workers = psutil.Process(running.pid).children(recursive=True)
    running.terminate()
    _out, err = running.communicate(timeout=20)
    assert running.returncode == 0
    assert b"Traceback" not in err
    _gone, orphans = psutil.wait_procs(workers, timeout=5)
    assert orphans == []
    store = stored(tmp_path)
    try:
        (summary,) = store.summaries()
        reply = store.load(summary.id).path()[-1]
    finally:
        store.close()
    assert reply.info is not None
    assert reply.info.finish is FinishReason.CANCELLED


@pytest.mark.parametrize("driver", [FULL_DISK + DRIVER])
def test_sigterm_asks_nobody_though_something_is_unsaved(running: subprocess.Popen[bytes]) -> None:
    assert running.stdout is not None
    assert b"full\n" in running.stdout
    running.terminate()
    _out, err = running.communicate(timeout=20)
    assert running.returncode == 1
    assert b"Traceback" not in err


@pytest.mark.slow
def test_kill_9_in_a_download_and_a_new_start_fetch_only_what_is_missing(tmp_path: Path) -> None:
    data = random.Random(6).randbytes(8 << 20)
    with running_hub() as hub:
        file = hub.add("m.gguf", data)
        hub.halt_at = 4 << 20
        item = Job(1, tmp_path / "models", (file,))
        (tmp_path / "downloads.json").write_text(json.dumps({"version": 1, "items": [item.to_json()]}))
        command = [sys.executable, "-m", "chatapp", "--fake-engine", "--data-dir", str(tmp_path)]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "HF_ENDPOINT": hub.url}
        first = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        assert hub.hanging.wait(60)
        part = beside(item.item().path, PART)
        wait_until(lambda: part.stat().st_size >= 3 << 20)
        first.kill()
        first.wait()
        kept = part.stat().st_size
        hub.release.set()
        second = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
        try:
            wait_until(item.item().path.exists)
            assert hub.asked_store[-1].offset == kept
            assert item.item().path.read_bytes() == data
        finally:
            second.terminate()
            assert second.wait(20) == 0


def wait_until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Another process does it: there is nothing to be told by."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.02)
