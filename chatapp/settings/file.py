"""The settings file: JSON, read forgivingly, written atomically.

Only values that were chosen are written, so a default that a later version improves reaches everybody else. Keys this
version does not know (a newer version's, or somebody's notes) are kept as they are.
"""

import contextlib
import errno
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self, TypeVar

from chatapp import log
from chatapp.core.errors import ErrorCode, StorageError, UserFixable
from chatapp.settings import migrations
from chatapp.settings.schema import BY_KEY
from chatapp.settings.setting import Setting

T = TypeVar("T")

_VERSION = "version"
_log = log.get("settings")


class Settings:
    """The values in memory; `save` writes them. *warnings* are what `load` could not use, for the user to see."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path  # None: never saved, for tests and one-off commands
        self.warnings: list[UserFixable] = []
        self._values: dict[str, Any] = {}
        self._unknown: dict[str, Any] = {}
        self._version = migrations.current_version()

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read *path*. Never fails: what cannot be used is set aside, replaced by defaults and told in *warnings*."""
        settings = cls(path)
        try:
            data = json.loads(path.read_text(encoding="utf-8-sig"))
        except FileNotFoundError:
            return settings
        except OSError as error:
            settings._leave_alone(path, error)
            return settings
        except (ValueError, RecursionError) as error:  # not UTF-8, not JSON
            settings._set_aside(path, str(error))
            return settings
        if isinstance(data, dict):
            settings._take(data)
        else:
            settings._set_aside(path, "not a JSON object")
        return settings

    def get(self, setting: Setting[T]) -> T:
        """The value, or the setting's default."""
        value: T = self._values.get(setting.key, setting.default)
        return value

    def set(self, setting: Setting[T], value: T) -> bool:
        """Change a value in memory; True when it differs from before. Raise `RequestError` when it cannot be used."""
        checked = setting.checked(value)
        if checked == self.get(setting):
            return False
        self._values[setting.key] = checked
        return True

    def reset(self, setting: Setting[T]) -> bool:
        """Back to the default; True when that changed the value."""
        before = self.get(setting)
        self._values.pop(setting.key, None)
        return before != setting.default

    def save(self) -> None:
        """Write the file, whole or not at all; raise `StorageError`."""
        self.write(self.text())

    def text(self) -> str:
        """What the file says when it is written now."""
        data = {_VERSION: self._version} | self._unknown | dict(sorted(self._values.items()))
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"

    def write(self, text: str) -> None:
        """Make *text* the file, whole or not at all; from any thread. Raise `StorageError`."""
        if self.path is None:
            return
        try:
            # A link (from somebody's dotfiles) stays a link.
            write_atomically(self.path.resolve(), text.encode("utf-8", "backslashreplace"))
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise StorageError(ErrorCode.DISK_FULL, details=str(error), path=self.path) from error
            raise StorageError(
                ErrorCode.FILE_FAILED, details=str(error), path=self.path, reason=error.strerror or str(error)
            ) from error

    def _take(self, data: dict[str, Any]) -> None:
        found = data.pop(_VERSION, 1)
        if isinstance(found, int):
            # A newer version's number stays: it must not migrate its own file a second time.
            self._version = max(self._version, found)
            migrations.migrate(data, found)
        for key, value in data.items():
            setting = BY_KEY.get(key)
            if setting is None:
                self._unknown[key] = value
                continue
            try:
                self._values[key] = setting.checked(value)
            except UserFixable as error:
                self._warn(StorageError(ErrorCode.SETTING_IGNORED, **({"name": setting.title or key} | error.params)))

    def _set_aside(self, path: Path, reason: str) -> None:
        kept = next(p for n in range(1, 10_000) if not (p := path.with_name(f"{path.name}.broken-{n}")).exists())
        try:
            path.rename(kept)
        except OSError as error:
            self._leave_alone(path, error)
            return
        self._warn(StorageError(ErrorCode.SETTINGS_BROKEN, details=reason, kept=kept))

    def _leave_alone(self, path: Path, error: OSError) -> None:
        # Unreadable is not the same as gone: never overwrite what may be fine.
        self.path = None
        self._warn(StorageError(ErrorCode.FOLDER_UNUSABLE, path=path, reason=error.strerror or str(error)))

    def _warn(self, warning: UserFixable) -> None:
        _log.warning("%s %s", warning.message, warning.details)
        self.warnings.append(warning)


def write_atomically(path: Path, data: bytes) -> None:
    """Write the whole file or nothing; raise OSError."""
    with replacing(path) as file:
        file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of *path* when all of it is written; until then, and on any error, that stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.tmp-{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:  # Ctrl-C, too
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
