"""``bench download``: our downloads beside curl's, from a server on loopback; memory, speed limits and cancel."""

import hashlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil

from chatapp.bench.measure import Pair, Part, Report, interleaved
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.hub.download import Options, download
from chatapp.hub.pace import Pace
from chatapp.hub.partial import size_of_part
from chatapp.hub.progress import Progress
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.stop import Stop, Stopped

_BLOCK = 64 << 20  # bytes that are random; the file repeats them
_MB = 1_000_000
_LEAST_SPEED = 0.65  # of curl's, which proves nothing
_MOST_GROWTH = 1.05  # of the memory in use, from a tenth of the file on
_MOST_OFF = 5.0  # per cent from the limit
_MOST_CANCEL = 50.0  # ms
_OPTIONS = Options(headroom=0)


def run(*, quick: bool = False) -> Report:
    """Measure, in a folder in memory where there is one: what is compared is not the disk."""
    curl = shutil.which("curl")
    if curl is None:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason="This bench compares with curl, which is not installed")
    blocks, pairs, limit = (2, 3, 20 * _MB) if quick else (16, 5, 40 * _MB)
    with tempfile.TemporaryDirectory(prefix="chatapp-bench-", dir=_memory(3 * blocks * _BLOCK)) as folder:
        bench = _Bench(Path(folder), blocks, curl)
        with bench.serving():
            bench.curl()  # the first one finds nothing in any cache
            speed = [(a, b) for a, b in interleaved(bench.ours, bench.curl, pairs)]
            parts = [
                Part.of("a download with its SHA-256, to curl without", "MB/s", speed, at_least=_LEAST_SPEED),
                Part.of("memory at the end, to a tenth of the file", "MB", [bench.memory], at_most=_MOST_GROWTH),
                Part.of("speed limit of one, off by", "%", [bench.limited(limit, 1)], at_most=1.0),
                Part.of("speed limit of three together, off by", "%", [bench.limited(limit, 3)], at_most=1.0),
                Part.of("cancel with a silent server, the longest of 20", "ms", [bench.cancel(20)], at_most=1.0),
            ]
    setup = {"bytes": blocks * _BLOCK, "folder": str(Path(folder).parent), "limit": limit, "quick": quick}
    return Report("download", parts, setup)


class _Bench:
    def __init__(self, folder: Path, blocks: int, curl: str) -> None:
        self._folder = folder
        self._curl = curl
        self._published = folder / "published"
        self._url = ""
        self.memory: Pair = (0.0, 0.0)  # bytes of this process: the most, and early
        block, found = random.Random(1).randbytes(_BLOCK), hashlib.sha256()
        with self._published.open("wb") as file:
            for _ in range(blocks):
                file.write(block)
                found.update(block)
        self._file = RemoteFile("bench/file", "0" * 40, "file", blocks * _BLOCK, found.hexdigest())

    @contextmanager
    def serving(self) -> Iterator[None]:
        """In a process of its own, as curl is."""
        command = [sys.executable, "-m", "chatapp.bench.file_server", str(self._published)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            self._url = f"http://127.0.0.1:{int(server.stdout.readline())}"
            yield

    def curl(self) -> float:
        """MB/s, its start and end included."""
        target = self._folder / "by-curl"
        began = time.perf_counter()
        subprocess.run([self._curl, "-sS", "--noproxy", "*", "-o", target, f"{self._url}/file"], check=True)
        seconds = time.perf_counter() - began
        target.unlink()
        return self._file.size / seconds / _MB

    def ours(self) -> float:
        """MB/s, from the call to the file that has its name."""
        process, sizes = psutil.Process(), [0.0, 0.0]

        def look(progress: Progress) -> None:
            if progress.done >= self._file.size // 10:
                now = process.memory_info().rss / _MB
                sizes[:] = [max(sizes[0], now), sizes[1] or now]

        began = time.perf_counter()
        self._fetch(self._file, Stop(), None, look)
        seconds = time.perf_counter() - began
        self.memory = (sizes[0], sizes[1])
        return self._file.size / seconds / _MB

    def limited(self, limit: int, count: int) -> Pair:
        """How far *count* downloads are from the *limit*, in per cent, and how far they may be."""
        pace, stop = Pace(limit), Stop()
        done = [0] * count
        reached = threading.Event()
        seen: list[tuple[float, int]] = []  # times, and bytes of all by then

        def watch(index: int) -> Callable[[Progress], None]:
            def look(progress: Progress) -> None:
                done[index] = progress.done
                seen.append((time.perf_counter(), sum(done)))
                if all(done) and seen[-1][1] >= 4 * limit:
                    reached.set()

            return look

        threads = [
            threading.Thread(target=self._until_stopped, args=(file, stop, pace, watch(index)))
            for index, file in enumerate(replace(self._file, repo=f"bench/{index}") for index in range(count))
        ]
        for thread in threads:
            thread.start()
        reached.wait(60)
        stop.set()
        for thread in threads:
            thread.join()
        shutil.rmtree(self._folder / "bench")
        (began, first), (ended, last) = seen[0], seen[-1]
        return abs((last - first) / (ended - began) / limit - 1) * 100, _MOST_OFF

    def cancel(self, count: int) -> Pair:
        """The longest time in ms from a stop to the end of a download that nobody sends anything for."""
        longest = 0.0
        for index in range(count):
            stop, file = Stop(), replace(self._file, repo=f"silent/{index}")
            thread = threading.Thread(target=self._until_stopped, args=(file, stop))
            thread.start()
            while size_of_part(self._folder / file.repo / file.path) < file.size // 2 and thread.is_alive():
                time.sleep(0.001)
            began = time.perf_counter()
            stop.set()
            thread.join()
            longest = max(longest, (time.perf_counter() - began) * 1000)
            shutil.rmtree(self._folder / "silent")
        return longest, _MOST_CANCEL

    def _until_stopped(self, file: RemoteFile, stop: Stop, *more: Any) -> None:
        with suppress(Stopped):
            self._fetch(file, stop, *more)

    def _fetch(
        self, file: RemoteFile, stop: Stop, pace: Pace | None = None, report: Callable[[Progress], object] = id
    ) -> None:
        source = Source(self._url)
        target = download(file, self._folder, source, stop, report, options=_OPTIONS, pace=pace)
        target.unlink()


def _memory(needed: int) -> str | None:
    """A folder in memory with room for that many bytes; None: there is none."""
    folder = Path("/dev/shm")
    is_there = folder.is_dir() and shutil.disk_usage(folder).free > needed
    return str(folder) if is_there and psutil.virtual_memory().available > 2 * needed else None
