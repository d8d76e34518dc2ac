"""The model files on this computer, where they lie and what they say of themselves."""

import itertools
import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chatapp import log
from chatapp.core.errors import ErrorCode, ModelError, StorageError, UserFixable
from chatapp.hub.found import Found, found_in, unreadable
from chatapp.hub.header_cache import HeaderCache
from chatapp.hub.partial import COPYING, PART, RECORD, beside, read_record
from chatapp.hub.places import Keeper, Place
from chatapp.hub.stop import Stop
from chatapp.paths import is_file

MAX_MODELS = 2000  # somebody will add the root of a disk
MAX_PARTS = 1000  # of a split model
_TELL = 1.0  # seconds between two reports
SILENCE = 10.0  # seconds after which a folder that answers nothing is left alone

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
    keeper, folder  who keeps it, and below which folder
    repo, commit    where it came from on Hugging Face, as far as its keeper noted it
    sha256          what its bytes should have, as far as that is noted; of models in one file only
    foreign_template   its keeper has a chat template for it that only the keeper can use
    modified        seconds since 1970 (of the newest of its files)
    proven          when its download was found to have the SHA-256 that was published, in the same seconds; 0: unknown
    fingerprint     of its bytes, by samples; empty when it is broken
    inode           device and number: the same for two names of one file; None when the system has none
    """

    path: Path
    name: str
    size: int
    architecture: str = ""
    quantization: str = ""
    n_params: int = 0
    context_length: int = 0
    is_starter: bool = False
    error: UserFixable | None = field(default=None, compare=False)
    keeper: Keeper = Keeper.OWN
    folder: Path = Path()
    repo: str = ""
    commit: str = ""
    sha256: str = ""
    licence: str = ""
    has_template: bool = False
    foreign_template: bool = False
    modified: float = 0.0
    proven: float = 0.0
    fingerprint: str = ""
    inode: tuple[int, int] | None = None

    @property
    def files(self) -> list[Path]:
        """All its files, first to last."""
        return split_files(self.path)


_Real = tuple[LocalModel, Path]  # with its path behind all links


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found in *place*, by name; *problem* says why that may not be all."""

    place: Place
    models: tuple[LocalModel, ...] = ()
    problem: UserFixable | None = field(default=None, compare=False)

    @property
    def size(self) -> int:
        """Bytes on the disk; a file with two names counts once."""
        return sum({m.inode or m.path: m.size for m in self.models}.values())


class Scanner:
    """Looks through folders, one after the other; one that does not answer is left alone until it does."""

    def __init__(self, headers: HeaderCache, silence: float = SILENCE) -> None:
        self.headers = headers
        self._silence = silence
        self._hanging: dict[Place, threading.Thread] = {}

    def scan(
        self,
        places: Iterable[Place],
        starter: Path | None = None,
        files: Iterable[Path] = (),
        stop: Stop | None = None,
        report: Callable[[list[Looked]], object] = lambda _: None,
    ) -> list[Looked]:
        """All chat models in *places*, and *files* that exist: the *starter* model first, then each place's by name.

        A model is listed once, however many folders or links lead to it. Broken files are listed with their error,
        partial downloads are not. *report* gets what was found so far, once a second. Raise `Stopped`.
        """
        stop = stop or Stop()
        seen: set[Path] = set()
        looked: list[Looked] = []
        count = 0
        named = [Found(file) for file in files]
        first = [Found(starter)] if starter is not None else []
        jobs: list[tuple[Place, Callable[[Callable[[], object]], Iterator[Found]]]] = [
            (Place(Keeper.OWN, starter.parent if starter is not None else Path()), lambda _: iter(first)),
            *((place, lambda alive, place=place: found_in(place, alive)) for place in places),
            (Place(Keeper.FILE, Path()), lambda _: iter(named)),
        ]
        for number, (place, find) in enumerate(jobs):
            if count >= MAX_MODELS:
                _log.warning("more than %d models; the rest is not listed", MAX_MODELS)
                break
            before = list(looked)

            def so_far(found: list[_Real], place: Place = place, before: list[Looked] = before) -> None:
                report([*before, Looked(place, tuple(_new(found, set(seen))))])

            found, problem = self._look(place, find, stop, so_far, is_starter=number == 0)
            models = _new(found[: MAX_MODELS - count], seen)
            count += len(models)
            looked.append(Looked(place, tuple(models), problem))
        self.headers.save()
        return looked

    def _look(
        self,
        place: Place,
        find: Callable[[Callable[[], object]], Iterator[Found]],
        stop: Stop,
        report: Callable[[list[_Real]], object],
        *,
        is_starter: bool,
    ) -> tuple[list[_Real], UserFixable | None]:
        """The models of one place, with their real paths, found by a thread of its own: reading from a network drive
        that is gone may never end."""
        silent = StorageError(ErrorCode.FOLDER_SILENT, path=place.folder)
        hanging = self._hanging.get(place)
        if hanging is not None and hanging.is_alive():
            return [], silent
        found: list[_Real] = []
        problems: list[UserFixable] = []
        failures: list[BaseException] = []
        done = threading.Event()
        heard = [time.monotonic()]

        def alive() -> None:
            stop.check()
            heard[0] = time.monotonic()

        def look() -> None:
            try:
                beginnings = set()
                for file in find(alive):
                    alive()
                    first = split_files(file.path)[0]
                    if first not in beginnings:
                        beginnings.add(first)
                        described = self._describe(place, file, first, is_starter=is_starter)
                        found.extend((model, _real(first)) for model in described)
                    if len(found) >= MAX_MODELS:
                        break
            except UserFixable as error:
                problems.append(error)
            except OSError as error:  # a drive that goes meanwhile
                problems.append(unreadable(place.folder, error))
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                failures.append(error)
            finally:
                done.set()

        thread = threading.Thread(target=look, name="look", daemon=True)
        thread.start()
        told = time.monotonic()
        while not done.wait(0.1):
            stop.check()
            now = time.monotonic()
            if now - told > _TELL:
                told = now
                report(list(found))
            if now - heard[0] > self._silence:
                self._hanging[place] = thread
                return list(found), silent
        thread.join()
        if failures:
            raise failures[0]
        return found, problems[0] if problems else None

    def _describe(self, place: Place, found: Found, path: Path, *, is_starter: bool) -> Iterator[LocalModel]:
        """The model that begins at *path*; nothing when it is a file that only accompanies models."""
        was_named = place.keeper is Keeper.FILE or is_starter  # and may be gone since
        if path.name.lower().startswith("mmproj") or (was_named and not is_file(path)):
            return
        files = split_files(path)
        if any(not file.exists() and any(beside(file, end).exists() for end in (PART, COPYING)) for file in files):
            return  # on its way
        part = _SPLIT.fullmatch(path.name)
        name = found.name or (part["stem"] if part else path.stem)
        facts, error = None, None
        size, modified, inode = _status(files)
        try:
            missing = sum(not file.exists() for file in files)
            if missing and len(files) > 1:
                raise ModelError(ErrorCode.MODEL_TRUNCATED, path=path, missing=f"{missing} / {len(files)}")  # noqa: TRY301
            facts = self.headers.facts(files)
        except ModelError as why:
            error = why
        folder = path.parent if place.keeper is Keeper.FILE else place.folder
        if facts is None:
            yield LocalModel(
                path, name, size, is_starter=is_starter, error=error, keeper=place.keeper, folder=folder,
                modified=modified, inode=inode,
            )  # fmt: skip
            return
        header = facts.header
        if header.kind in _NO_CHAT_KINDS or header.architecture == _VISION:
            return
        # Our own record names the file's SHA-256; of a split one each part has another.
        record = read_record(path) if not place.keeper.program else None
        proven = proven_at(files) if record is not None else 0.0
        yield LocalModel(
            path,
            header.name if is_starter else name,
            size,
            header.architecture,
            header.quantization,
            header.n_params,
            header.context_length,
            is_starter,
            keeper=place.keeper,
            folder=folder,
            repo=record.repo if record else found.repo,
            commit=record.commit if record else found.commit,
            sha256=(record.sha256 if record else found.sha256) if len(files) == 1 else "",
            licence=header.licence,
            has_template=header.has_chat_template,
            foreign_template=found.template,
            modified=modified,
            proven=proven if proven >= modified else 0.0,
            fingerprint=facts.fingerprint,
            inode=inode,
        )


def all_models(looked: Iterable[Looked]) -> list[LocalModel]:
    """The models of all places: the starter model, then the others by name."""
    found = itertools.chain.from_iterable(look.models for look in looked)
    return sorted(found, key=lambda m: (not m.is_starter, m.name.casefold(), str(m.path)))


def split_files(path: Path) -> list[Path]:
    """All files of the model that *path* is a part of, first to last, whether they exist or not."""
    part = _SPLIT.fullmatch(path.name)
    count = int(part["count"]) if part else 1
    if part is None or not 1 <= count <= MAX_PARTS:
        return [path]
    return [path.with_name(f"{part['stem']}-{i:05}-of-{count:05}{path.suffix}") for i in range(1, count + 1)]


def proven_at(files: Sequence[Path]) -> float:
    """When the last of *files* was downloaded and proven, in seconds since 1970; 0 when that is not so of all."""
    times = []
    for file in files:
        record = read_record(file)
        if record is None or not record.sha256:
            return 0.0
        times.append(_status([beside(file, RECORD)])[1])
    return max(times)


def duplicates(models: Sequence[LocalModel]) -> list[list[LocalModel]]:
    """Models with the same bytes in different files, the group that takes the most room first.

    Two names (links) of one file take its room once, and are not in it. Where both SHA-256 are known they decide,
    else the samples of the fingerprint.
    """
    groups: dict[tuple[int, str], dict[object, LocalModel]] = {}
    for model in models:
        if model.fingerprint:
            groups.setdefault((model.size, model.fingerprint), {}).setdefault(model.inode or model.path, model)
    found = []
    for group in groups.values():
        known = {model.sha256 for model in group.values()} - {""}
        found += [[m for m in group.values() if m.sha256 in ("", one)] for one in known or {""}]
    return sorted((same for same in found if len(same) > 1), key=lambda same: -same[0].size * (len(same) - 1))


def _new(found: Iterable[_Real], seen: set[Path]) -> list[LocalModel]:
    """By name, without those that are among the *seen* already, to which they are added."""
    models = []
    for model, real in found:
        if real not in seen:
            seen.add(real)
            models.append(model)
    return sorted(models, key=lambda m: (m.name.casefold(), str(m.path)))


def _real(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a link to itself
        return path


def _status(files: Sequence[Path]) -> tuple[int, float, tuple[int, int] | None]:
    """Bytes of all, time of the newest, and the inode of the first."""
    size, modified, inode = 0, 0.0, None
    for number, file in enumerate(files):
        try:
            status = file.stat()
        except OSError:
            continue
        size += status.st_size
        modified = max(modified, status.st_mtime)
        if number == 0 and status.st_ino:
            inode = (status.st_dev, status.st_ino)
    return size, modified, inode
