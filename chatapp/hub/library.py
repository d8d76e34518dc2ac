"""The model files on this machine."""

import itertools
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from chatapp import log
from chatapp.core.errors import ErrorCode, ModelError, UserFixable
from chatapp.hub.gguf import GgufHeader, read_header
from chatapp.hub.partial import PART, beside

MAX_DEPTH = 6  # folders below a model folder; other programs keep theirs in publisher/model/
MAX_MODELS = 2000  # somebody will add the root of a disk
MAX_PARTS = 1000  # of a split model

_SPLIT = re.compile(r"(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})\.gguf", re.IGNORECASE)
_NO_CHAT_KINDS = frozenset({"mmproj", "adapter", "imatrix"})  # general.type
_VISION = "clip"  # architecture of files that only encode images
_log = log.get("hub")


@dataclass(frozen=True, slots=True)
class LocalModel:
    """One model on disk, whole or with the *error* that says why it cannot be used.

    path            of its first file, if it is split
    size            bytes of all its files
    n_params        weights (of the first file, if it is split); numbers are 0 when unknown
    context_length  tokens it was trained for
    """

    path: Path
    name: str
    size: int
    architecture: str = ""
    quantization: str = ""
    n_params: int = 0
    context_length: int = 0
    is_starter: bool = False
    error: UserFixable | None = None


def list_models(folders: Iterable[Path], starter: Path | None = None, files: Iterable[Path] = ()) -> list[LocalModel]:
    """All chat models below *folders*, and *files* that exist, by name, after the *starter* model, if that exists.

    Broken files are listed with their error; folders that do not exist or may not be read are passed over.
    """
    models: list[LocalModel] = []
    seen: set[Path] = set()
    if starter is not None and starter.exists():
        seen.add(_real(starter))
        models += _describe(starter, is_starter=True)
    others: list[LocalModel] = []
    found = (path for folder in folders for path in _gguf_files(folder))
    for path in itertools.chain(found, (file for file in files if file.is_file())):
        first = split_files(path)[0]
        # By the real file: folders may overlap, and links may lead to the same model twice.
        real = _real(first)
        if real not in seen:
            seen.add(real)
            others += _describe(first)
        if len(others) >= MAX_MODELS:
            _log.warning("more than %d models; the rest is not listed", MAX_MODELS)
            break
    return models + sorted(others, key=lambda m: (m.name.casefold(), str(m.path)))


def split_files(path: Path) -> list[Path]:
    """All files of the model that *path* is a part of, first to last, whether they exist or not."""
    part = _SPLIT.fullmatch(path.name)
    count = int(part["count"]) if part else 1
    if part is None or not 1 <= count <= MAX_PARTS:
        return [path]
    return [path.with_name(f"{part['stem']}-{i:05}-of-{count:05}{path.suffix}") for i in range(1, count + 1)]


def _describe(path: Path, *, is_starter: bool = False) -> list[LocalModel]:
    """The model at *path*; nothing when it is a file that only accompanies models."""
    if path.name.lower().startswith("mmproj"):
        return []
    files = split_files(path)
    if any(beside(file, PART).exists() and not file.exists() for file in files):
        return []  # on its way
    part = _SPLIT.fullmatch(path.name)
    name = part["stem"] if part else path.stem
    size = sum(_size(file) for file in files)
    try:
        missing = sum(not file.exists() for file in files)
        if missing and len(files) > 1:
            raise ModelError(ErrorCode.MODEL_TRUNCATED, path=path, missing=f"{missing} / {len(files)}")  # noqa: TRY301
        header = cached_header(path)
        for other in files[1:]:
            read_header(other, any_part=True)
    except ModelError as error:
        return [LocalModel(path, name, size, is_starter=is_starter, error=error)]
    if header.kind in _NO_CHAT_KINDS or header.architecture == _VISION:
        return []
    return [
        LocalModel(
            path,
            header.name if is_starter else name,
            size,
            header.architecture,
            header.quantization,
            header.n_params,
            header.context_length,
            is_starter,
        )
    ]


def cached_header(path: Path) -> GgufHeader:
    """The header of the model at *path*, read again only when the file has changed; raise `ModelError`."""
    try:
        status = path.stat()
    except OSError:
        return read_header(path)  # which says what is wrong
    return _cached_header(path, status.st_size, status.st_mtime_ns)


@lru_cache(maxsize=256)
def _cached_header(path: Path, size: int, modified: int) -> GgufHeader:
    del size, modified  # part of the key: a changed file is read again
    return read_header(path)


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return path


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _gguf_files(folder: Path) -> Iterator[Path]:
    """GGUF files below *folder*; links are followed, but no folder is entered twice."""
    visited: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    while waiting:
        at, depth = waiting.pop()
        try:
            status = at.stat()
            # Windows gives no inode for some network drives; depth ends loops there.
            if status.st_ino and (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(at) as entries:
                inside = sorted(entries, key=lambda e: e.name)
        except OSError as error:
            _log.info("model folder passed over: %s", error)
            continue
        for entry in inside:
            try:
                is_folder = entry.is_dir()
            except OSError:
                continue
            if is_folder:
                if depth < MAX_DEPTH and not entry.name.startswith(".git"):
                    waiting.append((Path(entry.path), depth + 1))
            elif entry.name.lower().endswith(".gguf"):
                yield Path(entry.path)
