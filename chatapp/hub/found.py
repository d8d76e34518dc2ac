"""The model files in a folder, read the way the program that keeps them lays them out; only whole ones."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from chatapp import log
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.hub.partial import PART
from chatapp.hub.places import Keeper, Place
from chatapp.hub.side_files import read_json, read_text

MAX_DEPTH = 6  # folders below a model folder; other programs keep theirs in publisher/model/
MAX_ENTRIES = 200_000  # files and folders below one place: somebody will add the root of a disk

_SHA256 = re.compile(r"(?:sha256[-:])?([0-9a-f]{64})")
_OLLAMA_MODEL = "application/vnd.ollama.image.model"
_OLLAMA_TEMPLATE = "application/vnd.ollama.image.template"
_MAX_TAGS = 3  # of one Ollama model that are named
_JAN_NOTE = "model.yml"
_HUB_ADDRESS = re.compile(r"https?://[^/]+/([^/]+/[^/]+)/resolve/([^/]+)/")
_log = log.get("hub")


@dataclass(frozen=True, slots=True)
class Found:
    """A model file, and what its keeper notes of it; "" and False are unknown.

    name       what the keeper calls it
    repo       owner/name on Hugging Face, with the *commit* it came from
    sha256     what its bytes should have
    template   the keeper has a chat template of its own for it, which only the keeper can use
    """

    path: Path
    name: str = ""
    repo: str = ""
    commit: str = ""
    sha256: str = ""
    template: bool = False


def unreadable(folder: Path, error: OSError) -> StorageError:
    """What *error* means for whoever looks for models in *folder*."""
    return StorageError(ErrorCode.FOLDER_UNREADABLE, path=folder, reason=error.strerror or str(error))


def found_in(place: Place, alive: Callable[[], object]) -> Iterator[Found]:
    """The model files in *place*; *alive* is called for every folder read. Raise `StorageError`."""
    stores = {Keeper.HUGGING_FACE: _hugging_face, Keeper.OLLAMA: _ollama, Keeper.JAN: _jan}
    if place.keeper in stores:
        return stores[place.keeper](place.folder, alive)
    files = gguf_files(place.folder, alive)
    match place.keeper:
        case Keeper.LM_STUDIO:
            return (Found(path, repo=_publisher(place.folder, path)) for path in files)
        case Keeper.LLAMA_CPP:
            return (_llama_cpp(path) for path in files)
        case Keeper.GPT4ALL:
            return (Found(path) for path in files if not path.name.startswith("incomplete-"))
    return (Found(path) for path in files)


def gguf_files(folder: Path, alive: Callable[[], object] = lambda: None) -> Iterator[Path]:
    """GGUF files below *folder* that nobody is still downloading. Raise `StorageError`."""
    return _files(folder, lambda name: name.lower().endswith(".gguf"), alive)


def _files(folder: Path, wanted: Callable[[str], bool], alive: Callable[[], object]) -> Iterator[Path]:
    """Links are followed, but no folder is entered twice."""
    visited: set[tuple[int, int]] = set()
    waiting = [(folder, 0)]
    count = 0
    while waiting:
        at, depth = waiting.pop()
        alive()
        try:
            status = at.stat()
            # Windows gives no inode for some network drives; depth ends loops there.
            if status.st_ino and (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(at) as entries:
                inside = sorted(entries, key=lambda e: e.name)
        except OSError as error:
            if at == folder:
                raise unreadable(folder, error) from error
            _log.info("model folder passed over: %s", error)
            continue
        count += len(inside)
        if count > MAX_ENTRIES:
            raise StorageError(ErrorCode.FOLDER_TOO_LARGE, path=folder, count=f"{MAX_ENTRIES:,}")
        names = {entry.name for entry in inside}
        for entry in inside:
            try:
                is_folder = entry.is_dir()
            except OSError:
                continue
            if is_folder:
                if depth < MAX_DEPTH and not entry.name.startswith(".git"):
                    waiting.append((Path(entry.path), depth + 1))
            elif wanted(entry.name) and not _is_arriving(entry, names):
                yield Path(entry.path)


def _is_arriving(entry: os.DirEntry[str], names: set[str]) -> bool:
    """Whether a download is writing to it: aria2 gives a file its whole size at once, browsers leave it empty."""
    if f"{entry.name}.aria2" in names:
        return True
    try:
        return any(entry.name + end in names for end in (PART, ".crdownload")) and entry.stat().st_size == 0
    except OSError:
        return False


def _hugging_face(folder: Path, alive: Callable[[], object]) -> Iterator[Found]:
    """``models--owner--name/snapshots/COMMIT/PATH``, usually links to ``blobs/SHA256``; dangling while they arrive."""
    try:
        with os.scandir(folder) as entries:
            models = sorted(entry.path for entry in entries if entry.name.startswith("models--"))
    except OSError as error:
        raise unreadable(folder, error) from error
    for model in models:  # datasets may have a million files beside them
        snapshots = Path(model, "snapshots")
        repo = "/".join(snapshots.parent.name.split("--")[1:])
        for path in gguf_files(snapshots, alive) if snapshots.is_dir() else ():
            parts = path.relative_to(snapshots).parts
            if len(parts) > 1 and path.exists():
                digest = _SHA256.fullmatch(path.resolve().name)
                yield Found(path, repo=repo, commit=parts[0], sha256=digest[1] if digest else "")


def _ollama(folder: Path, alive: Callable[[], object]) -> Iterator[Found]:
    """``manifests/HOST/NAMESPACE/MODEL/TAG`` name the layers of a model, which lie in ``blobs/sha256-…``."""
    manifests = folder / "manifests"
    tags: dict[str, list[str]] = {}  # of the weights with this SHA-256
    templates: set[str] = set()
    for path in _files(manifests, lambda _: True, alive):
        parts = path.relative_to(manifests).parts
        layers = read_json(path).get("layers")
        if len(parts) < 3 or not isinstance(layers, list):
            continue
        kinds = {layer.get("mediaType"): layer for layer in layers if isinstance(layer, dict)}
        digest = _SHA256.fullmatch(str(kinds.get(_OLLAMA_MODEL, {}).get("digest", "")))
        if digest is not None:
            tags.setdefault(digest[1], []).append(_ollama_name(parts))
            if _OLLAMA_TEMPLATE in kinds:
                templates.add(digest[1])
    for digest_text, names in tags.items():
        blob = folder / "blobs" / f"sha256-{digest_text}"
        if blob.is_file():  # else it is still being pulled, or its store is broken
            name = ", ".join(sorted(names, key=lambda n: (len(n), n))[:_MAX_TAGS])
            yield Found(blob, name, sha256=digest_text, template=digest_text in templates)


def _ollama_name(parts: tuple[str, ...]) -> str:
    """As Ollama prints it: without the parts that are its defaults."""
    *where, model, tag = parts
    if where[:1] == ["registry.ollama.ai"]:
        where = where[1:]
        if where == ["library"]:
            where = []
    return "/".join([*where, f"{model}:{tag}"])


def _jan(folder: Path, alive: Callable[[], object]) -> Iterator[Found]:
    """``ID/model.yml`` names the file, relative to Jan's data folder, or absolute when it was imported in place."""
    for note in _files(folder, lambda name: name == _JAN_NOTE, alive):
        # One "key: value" a line; a parser for the rest of YAML would be more than an untrusted file needs.
        lines = (line.partition(":") for line in read_text(note).splitlines())
        values = {key.strip(): value.strip().strip("'\"") for key, _colon, value in lines}
        named = values.get("model_path", "")
        path = folder.parent.parent / named
        if named and "\0" not in named and path.is_file():
            identity = note.parent.relative_to(folder).as_posix()
            digest = _SHA256.fullmatch(values.get("model_sha256", ""))
            yield Found(path, values.get("name") or identity, sha256=digest[1] if digest else "")


def _llama_cpp(path: Path) -> Found:
    """``owner_repo_file.gguf``; older versions note the address beside it, in ``….json``."""
    address = read_json(path.with_name(path.name + ".json")).get("url")
    known = _HUB_ADDRESS.match(address) if isinstance(address, str) else None
    return Found(path, repo=known[1] if known else "")


def _publisher(folder: Path, path: Path) -> str:
    """LM Studio's ``publisher/model/file`` are owner and name of the repository."""
    parts = path.relative_to(folder).parts
    return "/".join(parts[:2]) if len(parts) == 3 else ""
