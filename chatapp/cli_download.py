"""``chatapp models download``: a bar for people, lines of JSON for programs, and a Ctrl+C that loses nothing."""

import argparse
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from chatapp.cli_output import write, write_json
from chatapp.core.errors import ErrorCode, HubError, RequestError
from chatapp.hub.catalogue import Catalogue, Repository
from chatapp.hub.download import download as fetch
from chatapp.hub.file_names import Variant
from chatapp.hub.pace import Pace
from chatapp.hub.progress import Progress
from chatapp.hub.remote_file import RemoteFile, Source
from chatapp.hub.sizes import format_size
from chatapp.hub.stop import Stop, Stopped

_LOOK = 0.2  # seconds between looks for Ctrl+C: Windows interrupts no wait
_T = TypeVar("_T")


def download(given: argparse.Namespace, folder: Path, source: Source, pace: Pace) -> int:
    """Fetch a model to *folder*; what arrived earlier is not fetched again. Raise `UserFixable`, KeyboardInterrupt."""
    if given.max_speed < 0:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason="--max-speed takes megabytes a second, from 0 on")
    repository = Catalogue(source).repository(given.repo, given.revision)
    variant = _chosen(repository, given.file, source)
    is_seen = sys.stderr is not None and sys.stderr.isatty()
    shown = _Lines(variant) if given.json_lines else _Bar(variant) if is_seen else _Quiet(variant)
    files: list[dict[str, Any]] = []
    try:
        for file in variant.files:
            target = _stoppable(partial(fetch, file, folder, source, report=shown.at, pace=pace))
            files.append({"path": str(target), "size": file.size, "sha256": file.sha256})
            shown.begin_next(file)
    except KeyboardInterrupt:
        shown.end()
        sys.stderr.write(f"chatapp: Stopped at {shown.state()}. The same command goes on from there.\n")
        raise
    finally:
        shown.end()
    result = {"repo": given.repo, "commit": repository.commit, "files": files}
    if given.json_lines:
        write_json({"event": "done"} | result)
    elif given.json:
        write_json(result, indent=2)
    else:
        write("".join(f"{file['path']}\n" for file in files))
    return 0


class _Quiet:
    """Counts over all files of a model; says nothing."""

    def __init__(self, variant: Variant) -> None:
        self._before = 0  # bytes of the files that are finished
        self._total = variant.size
        self._done = 0

    def at(self, progress: Progress) -> None:
        """Of the file that is fetched now."""
        self._done = self._before + progress.done

    def begin_next(self, finished: RemoteFile) -> None:
        """After *finished*."""
        self._before += finished.size

    def state(self) -> str:
        """How far it is."""
        return f"{format_size(self._done)} of {format_size(self._total)}"

    def end(self) -> None:
        """No more comes."""


class _Lines(_Quiet):
    """A line of JSON for each step."""

    def at(self, progress: Progress) -> None:
        """Print it, in bytes of all files together."""
        super().at(progress)
        eta = (self._total - self._done) / progress.speed if progress.speed > 0 else None
        whole = replace(progress, done=self._done, total=self._total, eta=eta)
        write_json({"event": "progress"} | asdict(whole))


class _Bar(_Quiet):
    """One line on a terminal that is written over and over."""

    _width = 0

    def at(self, progress: Progress) -> None:
        """Show it."""
        super().at(progress)
        parts = [f"{100 * self._done // max(1, self._total)} %", self.state()]
        match progress.phase:
            case "downloading" if progress.speed > 0:
                seconds = round((self._total - self._done) / progress.speed)
                parts += [f"{format_size(progress.speed)}/s", f"{_clock(seconds)} left"]
            case "checking":
                parts.append("checking what is there")
            case "waiting":
                parts.append(f"waiting: {progress.reason}")
            case "offline":
                parts.append(f"waiting for the network: {progress.reason}")
        # Of one line only, or the next would not be written over it.
        line = "  ".join(parts)[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write(f"\r{line.ljust(self._width)}")
        sys.stderr.flush()
        self._width = len(line)

    def end(self) -> None:
        """Leave the line."""
        if self._width:
            sys.stderr.write("\n")
            self._width = 0


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _stoppable(work: Callable[[Stop], _T]) -> _T:
    """The result of *work*, done in a thread, so that Ctrl+C is heard whatever it waits for."""
    stop = Stop()
    results: list[_T] = []
    failures: list[BaseException] = []

    def do() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:  # noqa: BLE001 - raised again below
            failures.append(error)

    thread = threading.Thread(target=do, name="download")
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_LOOK)
    finally:
        stop.set()  # nothing is left to stop, unless it was Ctrl+C
        thread.join()
    if failures and not isinstance(failures[0], Stopped):
        raise failures[0]
    return results[0]


def _chosen(repository: Repository, wanted: str, source: Source) -> Variant:
    """The variant with the file *wanted*, or the only one with that name or quantization."""
    name = f"{repository.model.repo}/{wanted}"
    found = repository.find(wanted)
    if found is None:
        folded = wanted.casefold()
        named = [v for v in repository.variants if folded in (v.name.casefold(), v.files[0].name.casefold())]
        quantized = [v for v in repository.models if v.quantization.casefold() == folded]
        choices = named or quantized
        if len(choices) != 1:
            raise HubError(ErrorCode.HUB_NOT_FOUND, host=source.host, name=name)
        found = choices[0]
    if not found.is_complete:
        raise HubError(ErrorCode.HUB_FAILED, host=source.host, name=name, reason="some of its files are missing there")
    return found
