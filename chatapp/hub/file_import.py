"""Copies or moves model files into the models folder: checked for space, with progress, never half of a model.

What is being copied is called ``NAME.copying``. A copy that ended with its process is found by that, and deleted.
"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from chatapp.core.errors import ErrorCode, ModelError, StorageError
from chatapp.hub.found import gguf_files
from chatapp.hub.library import split_files
from chatapp.hub.partial import COPYING, RECORD, beside, lock
from chatapp.hub.sizes import format_size
from chatapp.hub.stop import Stop

HEADROOM = 512 << 20  # bytes that stay free
_PIECE = 4 << 20


def model_files(paths: Sequence[Path]) -> list[Path]:
    """The first files of the models among *paths*, which are files and folders. Raise `StorageError`."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update((split_files(file)[0], None) for file in gguf_files(path))
        elif path.suffix.lower() == ".gguf":
            found[split_files(path)[0]] = None
    return [path for path in found if path.is_file()]


def bring(
    models: Sequence[Path], folder: Path, stop: Stop, report: Callable[[int, int], object], *, move: bool = False
) -> list[Path]:
    """Copy (or *move*) the *models*, all parts of each, into *folder*; where they are now.

    *report* gets bytes done and in total. A model whose name is taken there gets another one, in a folder of its own.
    What is a link stays and is copied: its file is another program's, and a link that is moved may lead nowhere.
    Raise `StorageError`, `ModelError` (MODEL_UNREADABLE), `Stopped`; what is not finished then is not left behind.
    """
    sets = [[file for file in split_files(model) if file.is_file()] for model in models]
    arrived: list[Path] = []
    if move:
        for files in list(sets):
            home = _home(files, folder)
            if not _is_linked(files) and _rename(files, home):
                _take_away(files)
                sets.remove(files)
                arrived.append(home / files[0].name)
    if not sets:
        return arrived
    needed = total = sum(_size(file) for files in sets for file in files)
    available = shutil.disk_usage(folder).free - HEADROOM
    if needed > available:
        raise StorageError(
            ErrorCode.FILE_NO_SPACE, name=sets[0][0].name, needed=format_size(needed),
            available=format_size(max(0, available)),
        )  # fmt: skip
    done = 0
    for files in sets:
        home = _home(files, folder)
        done = _copy_all(files, home, stop, lambda n: report(n, total), done)
        arrived.append(home / files[0].name)
        if move and not _is_linked(files):
            _take_away(files)
    return arrived


def remove_unfinished(folder: Path) -> None:
    """Delete what copies into *folder* have left that did not end by themselves; those that run are left alone."""
    with contextlib.suppress(OSError):
        for home in (folder, *(inside for inside in folder.iterdir() if inside.is_dir())):  # `_home` goes no deeper
            left = list(home.glob(f"*{COPYING}"))
            if any(_is_written(path) for path in left):  # what is there of the same model belongs to it
                continue
            for path in left:
                path.unlink(missing_ok=True)


def _is_written(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            lock(file.fileno())
    except OSError:
        return True
    return False


def _is_linked(files: Sequence[Path]) -> bool:
    return any(file.is_symlink() for file in files)


def _size(file: Path) -> int:
    with _reading(file):
        return file.stat().st_size


def _home(files: Sequence[Path], folder: Path) -> Path:
    """*folder*, or one in it where none of the names is taken."""
    for number in range(1, 1000):
        home = folder if number == 1 else folder / f"{files[0].stem} ({number})"
        if not any((home / file.name).exists() for file in files):
            return home
    return folder / files[0].stem


def _rename(files: Sequence[Path], home: Path) -> bool:
    """Move within one disk, which takes no time; False when it is another one."""
    moved: list[Path] = []
    try:
        home.mkdir(parents=True, exist_ok=True)
        if files[0].stat().st_dev != home.stat().st_dev:
            return False
        for file in files:
            _bring_record(file, home)
            file.rename(home / file.name)
            moved.append(file)
    except OSError:
        for file in moved:
            with contextlib.suppress(OSError):
                (home / file.name).rename(file)
        return False
    return True


def _take_away(files: Sequence[Path]) -> None:
    """What was moved leaves nothing behind: a record without its file would be told as a file that is missing."""
    for file in files:
        with contextlib.suppress(OSError):  # a disk that may only be read: then it is a copy
            file.unlink(missing_ok=True)
            beside(file, RECORD).unlink(missing_ok=True)


def _copy_all(files: Sequence[Path], home: Path, stop: Stop, report: Callable[[int], object], done: int) -> int:
    """Copy one model; *done* and the result are bytes so far."""
    made: list[Path] = []
    try:
        home.mkdir(parents=True, exist_ok=True)
        for file in files:
            made.append(beside(home / file.name, COPYING))
            done = _copy(file, made[-1], stop, report, done)
        for file, part in zip(files, made, strict=True):
            part.replace(home / file.name)
            _bring_record(file, home)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(ErrorCode.FILE_FAILED, path=error.filename or home, reason=reason) from error
    finally:
        for part in made:
            with contextlib.suppress(OSError):
                part.unlink()
    return done


def _bring_record(file: Path, home: Path) -> None:
    """Where a file came from goes with it."""
    with contextlib.suppress(OSError):
        shutil.copy2(beside(file, RECORD), beside(home / file.name, RECORD))


def _copy(source: Path, target: Path, stop: Stop, report: Callable[[int], object], done: int) -> int:
    buffer = memoryview(bytearray(_PIECE))
    with _reading(source):
        reading = source.open("rb", 0)
    with reading, target.open("wb") as writing:
        with contextlib.suppress(OSError):  # some network drives know no locks; there it is not deleted either
            lock(writing.fileno())
        while True:
            with _reading(source):
                count = reading.readinto(buffer)
            if not count:
                break
            stop.check()
            writing.write(buffer[:count])
            done += count
            report(done)
        writing.flush()
        os.fsync(writing.fileno())
    shutil.copystat(source, target)
    return done


@contextlib.contextmanager
def _reading(source: Path) -> Iterator[None]:
    """What fails in here is the source's fault: raise `ModelError`."""
    try:
        yield
    except OSError as error:
        raise ModelError(ErrorCode.MODEL_UNREADABLE, path=source, reason=error.strerror or str(error)) from error
