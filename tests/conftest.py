"""Fixtures for every test: nothing a test starts may outlive it, and engines come from here."""

import atexit
import contextlib
import gc
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # pytest run by hand; packaging/dev.py starts Xvfb


def _own_screen() -> None:
    """An Xvfb for this process when the screen is another's: two would take the keyboard focus from each other."""
    shared = os.environ.get("PYTEST_XDIST_WORKER", "gw0") != "gw0" and os.environ.get("QT_QPA_PLATFORM") == "xcb"
    if not shared or sys.platform != "linux":
        return
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24"]
    xvfb = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with os.fdopen(reading) as display:
        os.environ["DISPLAY"] = f":{display.readline().strip()}"
    os.environ.pop("XAUTHORITY", None)  # it is of the other one
    atexit.register(xvfb.terminate)


_own_screen()

# Engines inside pytest's own process; see chatapp.engine.__main__ for why.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")

REPOSITORY = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def no_leaks() -> Iterator[None]:
    """Fail a test that leaves a thread or a child process behind."""
    threads = set(threading.enumerate())
    children = _children()
    yield
    new_threads = [t for t in threading.enumerate() if t not in threads and not _ours_to_keep(t)]
    for thread in new_threads:  # one that has been told to end may take a moment, as processes may
        thread.join(timeout=2)
    left_threads = [t for t in new_threads if t.is_alive()]
    left = []
    for pid in _children() - children:
        with contextlib.suppress(psutil.NoSuchProcess):
            left.append(psutil.Process(pid))
    # A worker that was told to end may take a moment to be reaped.
    _gone, alive = psutil.wait_procs(left, timeout=5)
    assert not left_threads, f"threads left behind: {left_threads}"
    assert not alive, f"processes left behind: {alive}"


def _children() -> set[int]:
    """Process ids of our children; where Linux tells them directly, without a look at every process there is."""
    if sys.platform != "linux":
        return {child.pid for child in psutil.Process().children()}
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that has just ended
            found.update(int(pid) for pid in (task / "children").read_text().split())
    return found


def _ours_to_keep(thread: threading.Thread) -> bool:
    return thread.name.startswith("pytest") or isinstance(thread, threading._DummyThread)


@pytest.fixture(autouse=True)
def no_leaked_timers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test after which a QTimer still runs that did not before."""
    if "qtbot" not in request.fixturenames:  # looking through all objects takes longer than most tests
        yield
        return
    before = {id(timer) for timer in _timers()}
    yield
    gc.collect()
    running = [timer for timer in _timers() if id(timer) not in before]
    if running and all(timer.isSingleShot() and timer.interval() <= _ENDS_SOON for timer in running):
        _let_pass(max(timer.remainingTime() for timer in running) + 20)
        running = [timer for timer in _timers() if id(timer) not in before]
    assert not running, f"timers left running: {[(t, t.interval(), t.parent()) for t in running]}"


_ENDS_SOON = 1000  # milliseconds; a single shot as short as that leaves nothing behind


def _let_pass(milliseconds: int) -> None:
    from PySide6.QtCore import QEventLoop, QTimer  # noqa: PLC0415 - only where Qt is in use already

    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _timers() -> list[Any]:
    from PySide6.QtCore import QTimer  # noqa: PLC0415 - only where Qt is in use already
    from shiboken6 import isValid  # noqa: PLC0415

    found = [thing for thing in gc.get_objects() if type(thing) is QTimer]
    return [timer for timer in found if isValid(timer) and timer.isActive()]


@pytest.fixture(scope="session")
def chat_model() -> str:
    """A real chat model, named by CHATAPP_TEST_MODEL; tests that want it are skipped without."""
    path = os.environ.get("CHATAPP_TEST_MODEL", "")
    if not Path(path).is_file():
        pytest.skip("CHATAPP_TEST_MODEL names no model file")
    return path


@pytest.fixture(scope="session")
def starter_model() -> str:
    """The model that ships with the app."""
    return str(REPOSITORY / "resources/starter_model/chatapp-starter.gguf")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("needs root to mount")
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first: when several processes share the work, none is left with it at the end."""
    items.sort(key=lambda item: item.path.name != "test_architecture.py")


def pytest_collection_finish() -> None:
    """What was collected stays to the end: neither the garbage collector nor a look for timers goes through it."""
    gc.collect()
    gc.freeze()
