"""Commands that take long, shown as one line of progress, and sentences for the ways in which they fail."""

import contextlib
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

from _dev_state import AGAIN, DISK_FULL, ROOT, SetupError

NO_COMPILER = {
    "darwin": f"There is no C++ compiler: install Apple's command line tools with `xcode-select --install`, {AGAIN}",
    "win32": "There is no C++ compiler: install the Visual Studio Build Tools with 'Desktop development with C++', "
    + AGAIN,
}.get(sys.platform, f"There is no working C++ compiler: install g++ or clang with your package manager, {AGAIN}")
OFFLINE = f"The network does not answer, so nothing can be downloaded: check the connection and any proxy, {AGAIN}"
UNTRUSTED = (
    "The package index shows a certificate that is not trusted here (a company's proxy?): name the right one with "
    f"`pip config set global.cert FILE`, {AGAIN}"
)
NO_MEMORY = f"Compiling llama.cpp ran out of memory: set CMAKE_BUILD_PARALLEL_LEVEL=1 or close programs, {AGAIN}"
NOT_OFFERED = (
    f"A pinned library is not offered for Python {sys.version_info.major}.{sys.version_info.minor} on this system: "
    f"use a 64-bit Python 3.11 to 3.14, delete .venv, {AGAIN}"
)
IN_USE = f"A file in .venv is in use: close ChatApp and whatever else runs from this folder, {AGAIN}"
APT_BUSY = f"Another program is installing packages: wait for it, {AGAIN}"
APT_LACKS = f"This system's package sources lack a package (see above): enable them all, {AGAIN}"
LIBRARY_MISSING = f"A system library is missing (see above): install the package that has it, {AGAIN}"
SYMPTOMS = [  # what a failed command printed, and the sentence for it; the first match wins
    (r"No space left on device|Errno 28\b|not enough space on the disk|WinError 112|Disk quota exceeded", DISK_FULL),
    (r"You don't have enough free space", DISK_FULL),
    (r"certificate verify failed|CERTIFICATE_VERIFY_FAILED", UNTRUSTED),
    (r"NewConnectionError|Failed to establish a new connection|getaddrinfo failed|nodename nor servname", OFFLINE),
    (r"name resolution|Name or service not known|Failed to resolve|Temporary failure resolving", OFFLINE),
    (r"Could not resolve|Network is unreachable|No route to host|Connection refused|Could not connect", OFFLINE),
    (r"ProxyError|Cannot connect to proxy|Connection (timed out|aborted|reset)|ConnectTimeout", OFFLINE),
    (r"[Rr]ead ?[Tt]imed ?[Oo]ut|IncompleteRead", OFFLINE),
    (r"Killed signal terminated program|internal compiler error: Killed|out of heap space", NO_MEMORY),
    (r"CMAKE_C(XX)?_COMPILER|not able to compile a simple test program|instance of Visual Studio", NO_COMPILER),
    (r"No matching distribution found|requires a different Python", NOT_OFFERED),
    (r"WinError (5|32)\b|Access is denied|used by another process", IN_USE),
    (r"Could not get lock|is another process using it", APT_BUSY),
    (r"Unable to locate package", APT_LACKS),
    (r"cannot open shared object file", LIBRARY_MISSING),
]

# Open files of the locks held now. Commands inherit them: were we killed, the lock stays until the command has ended,
# and nobody works on the same files at the same time.
held_locks: set[int] = set()


def clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class Progress:
    """One line that changes in place on a terminal; elsewhere, as in logs, a line every tenth of the work."""

    def __init__(self, title: str) -> None:
        self.title, self.text = title, ""
        self.start = time.monotonic()
        self.fraction, self.tenth = 0.0, 0
        self.measured_from: tuple[float, float] | None = None  # (time, fraction) when the fraction became known
        self.in_place = sys.stdout.isatty()
        if not self.in_place:
            print(title, "...", flush=True)
        self.draw()

    def update(self, text: str, fraction: float | None = None) -> None:
        self.text = text
        if fraction is not None:
            self.fraction = min(max(fraction, self.fraction), 1.0)
            self.measured_from = self.measured_from or (time.monotonic(), self.fraction)
            if not self.in_place and int(self.fraction * 10) > self.tenth:
                self.tenth = int(self.fraction * 10)
                print("  " + self.line(), flush=True)
        self.draw()

    def line(self) -> str:
        """Percent, what is being done, time so far, and an estimate of the rest once it is more than a guess."""
        now = time.monotonic()
        parts = [f"{self.fraction:4.0%}"] if self.measured_from else []
        parts += [self.text] if self.text else []
        parts.append(clock(now - self.start))
        if self.measured_from and self.fraction - self.measured_from[1] >= 0.05:
            done = self.fraction - self.measured_from[1]
            parts.append(f"about {clock((now - self.measured_from[0]) / done * (1 - self.fraction))} left")
        return ", ".join(parts)

    def draw(self) -> None:
        if self.in_place:
            width = shutil.get_terminal_size().columns - 1
            print("\r" + f"{self.title}: {self.line()}"[:width].ljust(width), end="", flush=True)

    def finish(self, how: str) -> None:
        width = shutil.get_terminal_size().columns - 1 if self.in_place else 0
        line = f"{self.title}: {how} after {clock(time.monotonic() - self.start)}"
        print(("\r" if self.in_place else "") + line.ljust(width), flush=True)


def run(command: Sequence[object], progress: Progress, watch: Callable[[str], None], **env: str | None) -> list[str]:
    """Run a command, hand each line of its output to watch, return them all. In env None removes a variable."""
    kept = {key: value for key, value in (dict(os.environ) | env).items() if value is not None}
    process = subprocess.Popen(
        [str(word) for word in command], cwd=ROOT, env=kept, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", errors="replace",
        pass_fds=held_locks if sys.platform != "win32" else (),
        start_new_session=sys.platform != "win32",  # so that stopping it stops the compilers it started, too
    )  # fmt: skip
    arrived: queue.Queue[str | None] = queue.Queue()
    reader = threading.Thread(target=read_lines, args=(process.stdout, arrived), daemon=True)
    reader.start()
    lines: list[str] = []
    try:
        while True:
            try:
                line = arrived.get(timeout=1)
            except queue.Empty:
                progress.draw()  # the clock goes on while a big file compiles
                if process.poll() is not None:
                    break  # a helper that stays behind (ccache, MSBuild) can keep the pipe open
                continue
            if line is None:
                break
            lines.append(line)
            watch(line)
        code = process.wait()
        reader.join(timeout=1)
    except BaseException:
        progress.finish("stopped")
        stop(process)
        raise
    if code:
        progress.finish("failed")
        raise CommandError(lines, code)
    return lines


class CommandError(SetupError):
    """A command that failed; carries what it printed."""

    def __init__(self, lines: list[str], code: int) -> None:
        self.lines, self.known = lines, explain(lines)
        super().__init__(self.known or f"The step above failed with exit code {code}: see its last lines, {AGAIN}")


def read_lines(stream: IO[str], arrived: "queue.Queue[str | None]") -> None:
    with stream:
        for line in stream:
            arrived.put(line.rstrip())
    arrived.put(None)


def stop(process: "subprocess.Popen[str]") -> None:
    """End the command and all it started, politely first: apt and pip then leave things in order."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    # In the background of a script SIGINT is ignored, and what was started there ignores it, too.
    polite = signal.SIGTERM if signal.getsignal(signal.SIGINT) == signal.SIG_IGN else signal.SIGINT
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        try:
            os.killpg(process.pid, polite)
            process.wait(timeout=20)
        finally:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def explain(lines: Iterable[str]) -> str:
    """The sentence for a failure that is known; empty otherwise."""
    output = "\n".join(lines)
    return next((text for pattern, text in SYMPTOMS if re.search(pattern, output)), "")


def useful_lines(lines: Sequence[str], count: int = 12) -> list[str]:
    """The lines that tell why a build failed: from the first error on, else the last ones; without the noise."""
    noise = re.compile(r"^\s*(\[\d+/\d+\]|WARNING: |Requirement already|Using cached|$)")
    kept = [line[:200] for line in lines if not noise.match(line)]
    error = re.compile(r"\berror\b[: ]|CMake Error|FAILED:|^\s*E: ", re.IGNORECASE)
    first = next((i for i, line in enumerate(kept) if error.search(line)), max(len(kept) - count, 0))
    return kept[first : first + count]


@contextlib.contextmanager
def shown(progress: Progress) -> Iterator[Progress]:
    """Close the progress line; show the useful part of what a failed command printed."""
    try:
        yield progress
    except CommandError as failure:
        if failure.known not in {OFFLINE, DISK_FULL}:  # nothing to be learnt from the lines of those
            print("\n".join("  | " + line for line in useful_lines(failure.lines)), flush=True)
        raise
    progress.finish("done")
