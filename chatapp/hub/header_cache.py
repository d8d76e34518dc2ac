"""What model files say of themselves, remembered over restarts: 500 models are listed without opening one."""

import contextlib
import hashlib
import json
import sqlite3
import threading
import zlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from chatapp import log
from chatapp.core.errors import ErrorCode, ModelError, UserFixable
from chatapp.hub.gguf import GgufHeader, read_header

_MAX_ROWS = 5000
_SAMPLE = 64 * 1024  # bytes
_SAMPLES = 5  # places of a file that are looked at, from its beginning to its end
_OF_THE_MOMENT = (ErrorCode.MODEL_MISSING, ErrorCode.MODEL_UNREADABLE, ErrorCode.MODEL_IS_FOLDER)
# Of what is stored: headers, or the errors that say why there is none.
_FORM = zlib.crc32(repr([*((f.name, str(f.type)) for f in fields(GgufHeader)), *ErrorCode]).encode())
_log = log.get("hub")


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one model: the header of its first file, and a *fingerprint* of all of them.

    Files with the same bytes have the same fingerprint; others very likely have another one.
    """

    header: GgufHeader
    fingerprint: str


class HeaderCache:
    """Reads headers, each once while the files' sizes and times stay the same; from any thread."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path  # of its database; None: remembered until the program ends
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Facts | UserFixable]] = {}
        self._database: sqlite3.Connection | None = None
        self._is_open = False

    def header(self, path: Path) -> GgufHeader:
        """The header of the model that begins at *path*; raise `ModelError`."""
        return self.facts([path]).header

    def remembered(self, path: Path) -> GgufHeader | None:
        """The header as it was last read, without a look at the disk, which may be gone; of a whole model only."""
        with self._lock:
            for key in (str(path), f"{path}*"):
                known = self._known.get(key)
                if known is not None and isinstance(known[1], Facts):
                    return known[1].header
        return None

    def facts(self, files: Sequence[Path]) -> Facts:
        """Of the model in *files*, in order; raise `ModelError`."""
        try:
            stats = [file.stat() for file in files]
        except OSError:
            return _read(files)  # which says what is wrong
        stamp = json.dumps([_FORM, [(s.st_size, s.st_mtime_ns) for s in stats]])
        key = str(files[0]) if len(files) == 1 else f"{files[0]}*"
        found = self._look_up(key, stamp, files[0])
        if found is None:
            try:
                found = _read(files)
            except ModelError as error:
                if error.code in _OF_THE_MOMENT:
                    raise
                found = error
            self._keep(key, stamp, found)
        if isinstance(found, UserFixable):
            raise found.with_traceback(None)
        return found

    def save(self) -> None:
        """Write what was learnt."""
        with self._lock, contextlib.suppress(sqlite3.Error):
            if self._database is not None:
                newest = "SELECT max(rowid) FROM headers"
                self._database.execute(f"DELETE FROM headers WHERE rowid <= ({newest}) - {_MAX_ROWS}")
                self._database.commit()

    def close(self) -> None:
        """Save and let go of the file."""
        self.save()
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _open(self) -> sqlite3.Connection | None:
        if self._path is None:
            return None
        for _attempt in range(2):
            database = None
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                database = sqlite3.connect(self._path, timeout=1, check_same_thread=False)
                database.execute("PRAGMA journal_mode = WAL")
                database.execute("CREATE TABLE IF NOT EXISTS headers (path TEXT PRIMARY KEY, stamp TEXT, facts TEXT)")
                database.execute("SELECT stamp, facts FROM headers WHERE path = ''").fetchall()
            except (sqlite3.Error, OSError) as error:
                _log.warning("the cache of headers is made anew: %s", error)
                if database is not None:
                    database.close()
                with contextlib.suppress(OSError):
                    self._path.unlink(missing_ok=True)
            else:
                return database
        return None

    def _look_up(self, key: str, stamp: str, path: Path) -> Facts | UserFixable | None:
        with self._lock:
            if not self._is_open:
                self._is_open = True
                self._database = self._open()
            known = self._known.get(key)
            if known is None and self._database is not None:
                with contextlib.suppress(sqlite3.Error, ValueError, KeyError, TypeError):
                    row = self._database.execute("SELECT stamp, facts FROM headers WHERE path = ?", (key,)).fetchone()
                    if row is not None and row[0] == stamp:
                        known = self._known[key] = (stamp, _from_json(json.loads(row[1]), path))
        return known[1] if known is not None and known[0] == stamp else None

    def _keep(self, key: str, stamp: str, found: Facts | UserFixable) -> None:
        with self._lock:
            self._known[key] = (stamp, found)
            if self._database is not None:
                with contextlib.suppress(sqlite3.Error, UnicodeEncodeError):  # a full disk, a name in no encoding
                    row = (key, stamp, json.dumps(_to_json(found)))
                    self._database.execute("INSERT OR REPLACE INTO headers VALUES (?, ?, ?)", row)


def _read(files: Sequence[Path]) -> Facts:
    header = read_header(files[0])
    for other in files[1:]:
        read_header(other, any_part=True)
    found = hashlib.sha256()
    try:
        for file in files:
            _sample(file, found)
    except OSError as error:
        raise ModelError(ErrorCode.MODEL_UNREADABLE, path=files[0], reason=error.strerror or str(error)) from error
    return Facts(header, found.hexdigest())


def _sample(path: Path, found: Any) -> None:
    with path.open("rb", 0) as file:
        size = file.seek(0, 2)
        found.update(size.to_bytes(8, "little"))
        last = max(0, size - _SAMPLE)
        for at in sorted({last * i // (_SAMPLES - 1) for i in range(_SAMPLES)}):
            file.seek(at)
            found.update(file.read(_SAMPLE))


def _to_json(found: Facts | UserFixable) -> dict[str, Any]:
    if isinstance(found, UserFixable):
        return {"error": found.to_json()}
    header = {name: value for name, value in asdict(found.header).items() if name not in ("path", "metadata")}
    return {"header": header, "fingerprint": found.fingerprint}


def _from_json(data: dict[str, Any], path: Path) -> Facts | UserFixable:
    if "error" in data:
        return UserFixable.from_json(data["error"])
    header = {name: _tuples(value) for name, value in data["header"].items()}
    return Facts(GgufHeader(path=path, **header), str(data["fingerprint"]))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
