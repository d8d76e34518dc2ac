"""What is noted of models beyond their files: names, tags, favourites, last use, checks; kept with the user's data."""

import contextlib
import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

from chatapp import log
from chatapp.core.errors import ErrorCode, StorageError
from chatapp.hub.library import LocalModel
from chatapp.paths import is_file
from chatapp.settings.file import write_atomically

MAX_NAME, MAX_TAG, MAX_TAGS = 200, 40, 20
_MAX_MODELS = 5000
_log = log.get("hub")


@dataclass(frozen=True, slots=True)
class Notes:
    """Of one model. Times are seconds since 1970, 0 for never.

    name         what the user calls it; empty: as its file
    fingerprint  of its bytes, by which it is known again elsewhere
    checked      when *sums*, the SHA-256 of each of its files, were computed
    verdict      what that check found: a `verify.Verdict`
    stamp        size and time of the files then; others mean that the check no longer tells anything
    """

    name: str = ""
    tags: tuple[str, ...] = ()
    favourite: bool = False
    last_used: float = 0.0
    fingerprint: str = ""
    checked: float = 0.0
    sums: tuple[str, ...] = ()
    verdict: str = ""
    stamp: str = ""

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from `asdict`; what is missing or of another type has its default."""
        empty = cls()
        values: dict[str, Any] = {}
        for field in fields(cls):
            default, value = getattr(empty, field.name), data.get(field.name)
            if isinstance(default, tuple):
                values[field.name] = tuple(v for v in value if isinstance(v, str)) if isinstance(value, list) else ()
            elif isinstance(default, float) and type(value) in (int, float):
                values[field.name] = float(value)  # type: ignore[arg-type]
            elif type(value) is type(default):
                values[field.name] = value
        return cls(**values)


NOTHING = Notes()


def stamp(model: LocalModel) -> str:
    """What changes when one of the model's files does."""
    return f"{model.size} {model.modified:.6f}"


class LibraryData:
    """The notes of all models, by path; from any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._notes = self._load()
        self._changed = False

    def notes(self, path: Path) -> Notes:
        """Of the model that begins at *path*."""
        with self._lock:
            return self._notes.get(str(path), NOTHING)

    def note(self, model: LocalModel, **changes: Any) -> bool:
        """Change fields of `Notes`; whether that made a difference."""
        key = str(model.path)
        with self._lock:
            before = self._notes.pop(key, NOTHING)
            after = replace(before, **changes, fingerprint=model.fingerprint or before.fingerprint)
            self._notes[key] = after  # at the end: the oldest are dropped first
            self._changed |= after != before
            while len(self._notes) > _MAX_MODELS:
                del self._notes[next(iter(self._notes))]
        return after != before

    def follow(self, models: Iterable[LocalModel]) -> None:
        """Give models that were moved or renamed the notes they had where they were."""
        models = list(models)
        here = {str(model.path) for model in models}
        with self._lock:
            lost = {n.fingerprint: path for path, n in self._notes.items() if n.fingerprint and path not in here}
            strangers = [m for m in models if m.fingerprint in lost and str(m.path) not in self._notes]
        for model in strangers:
            old = lost.get(model.fingerprint)
            if old is None or is_file(Path(old)):  # a copy: the other one keeps its notes
                continue
            del lost[model.fingerprint]
            with self._lock:
                notes = self._notes.pop(old, None)
                if notes is not None:
                    self._notes[str(model.path)] = notes
                    self._changed = True

    def save(self) -> None:
        """Write what has changed, whole or not at all; raise `StorageError`."""
        with self._writing:
            with self._lock:
                if not self._changed:
                    return
                self._changed = False
                data = {"version": 1, "models": {path: asdict(notes) for path, notes in self._notes.items()}}
            try:
                text = json.dumps(data, ensure_ascii=False, indent=1)
                write_atomically(self._path, text.encode("utf-8", "surrogatepass"))
            except OSError as error:
                with self._lock:
                    self._changed = True
                reason = error.strerror or str(error)
                raise StorageError(ErrorCode.FILE_FAILED, path=self._path, reason=reason) from error

    def _load(self) -> dict[str, Notes]:
        try:
            data = json.loads(self._path.read_bytes().decode("utf-8", "surrogatepass"))
            return {str(path): Notes.from_json(notes) for path, notes in data["models"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            kept = self._path.with_name(self._path.name + ".broken")
            _log.warning("%s cannot be read and is set aside as %s: %s", self._path, kept, error)
            with contextlib.suppress(OSError):
                self._path.replace(kept)
            return {}
