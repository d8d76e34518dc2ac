"""Sampling presets: the built-in ones, and those of the user, one JSON file each.

A file is ``{"format": "chatapp-sampling-preset", "version": 1, "name": …, "sampling": {…}}``. Files are untrusted
(people pass them on): their size is limited, every value is checked, and their names never become paths.
"""

import json
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chatapp.core.errors import ErrorCode, RequestError, StorageError, UserFixable
from chatapp.core.sampling import RECOMMENDED, SamplingParams
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.file import write_atomically

NOT_A_PRESET = QT_TRANSLATE_NOOP("reasons", "it is no sampling preset of ChatApp")
NAME_LENGTH = QT_TRANSLATE_NOOP("reasons", "a name has 1 to {high} characters on one line")
NAME_TAKEN = QT_TRANSLATE_NOOP("reasons", "there is a preset of this name already")
BAD_VALUE = QT_TRANSLATE_NOOP("reasons", "a value in it cannot be used ({words})")

MAX_NAME = 60  # characters
_FORMAT = "chatapp-sampling-preset"
_VERSION = 1
_MAX_BYTES = 1_000_000
_UNSAFE = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Preset:
    """A named set of sampling values. The titles of built-in ones are translated by the ui (context ``settings``)."""

    name: str
    params: SamplingParams
    built_in: bool = False


BUILT_IN: tuple[Preset, ...] = (
    Preset(QT_TRANSLATE_NOOP("settings", "Balanced"), SamplingParams(), built_in=True),
    Preset(
        QT_TRANSLATE_NOOP("settings", "Precise"),
        SamplingParams(temperature=0.3, top_k=20, top_p=0.9, min_p=0.1),
        built_in=True,
    ),
    Preset(
        QT_TRANSLATE_NOOP("settings", "Creative"),
        SamplingParams(
            temperature=1.1, top_k=0, top_p=1.0, min_p=0.03, dry_multiplier=0.8, xtc_probability=0.3, top_n_sigma=2.0
        ),
        built_in=True,
    ),
    Preset(
        QT_TRANSLATE_NOOP("settings", "Deterministic"),
        SamplingParams(temperature=0.0, top_k=0, top_p=1.0, min_p=0.0, seed=0),
        built_in=True,
    ),
)


def to_text(preset: Preset) -> str:
    """The file of *preset*."""
    data = {"format": _FORMAT, "version": _VERSION, "name": preset.name, "sampling": preset.params.to_json()}
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def from_text(text: str, path: Path | str = "") -> Preset:
    """Read what `to_text` wrote; raise `RequestError` with one sentence for anything else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused(path, NOT_A_PRESET) from error
    match data:
        case {"format": "chatapp-sampling-preset", "name": str(name), "sampling": dict(sampling)}:
            try:
                return Preset(checked_name(name), SamplingParams.from_json(sampling))
            except (RequestError, TypeError, ValueError, OverflowError) as error:
                raise _refused(path, BAD_VALUE, words=str(error)[:200]) from error
        case _:
            raise _refused(path, NOT_A_PRESET)


def checked_name(name: str) -> str:
    """*name* without spaces around it; raise `RequestError` when it is empty, long or not one line."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= MAX_NAME or any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") for c in name):
        shown = name[:20].encode("utf-8", "replace").decode()
        raise RequestError(ErrorCode.INVALID_PRESET, path=f"“{shown}”", reason=NAME_LENGTH, high=MAX_NAME)
    return name


def _refused(path: Path | str, reason: str, **params: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_PRESET, path=path, reason=reason, **params)


class PresetFolder:
    """The user's presets, a file each in *folder*. *warnings* are what `load` could not use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.warnings: list[UserFixable] = []
        self._files: dict[str, Path] = {}
        self._presets: dict[str, Preset] = {}

    def load(self) -> None:
        """Read the folder. Never fails: files that cannot be used stay where they are, told in *warnings*."""
        self._files.clear()
        self._presets.clear()
        try:
            paths = sorted(self.folder.glob("*.json"))
        except OSError:
            paths = []
        for path in paths:
            try:
                preset = self.read(path)
            except UserFixable as error:
                self.warnings.append(error)
                continue
            if preset.name not in self._presets:
                self._files[preset.name] = path
                self._presets[preset.name] = preset

    def all(self) -> tuple[Preset, ...]:
        """The built-in presets, then the user's by name."""
        return BUILT_IN + tuple(self._presets[name] for name in sorted(self._presets, key=str.casefold))

    def create(self, name: str, params: SamplingParams) -> Preset:
        """A new preset; raise `RequestError` for its name, `StorageError` for the disk."""
        return self._add(Preset(self._free_name(name), params.checked()))

    def duplicate(self, preset: Preset) -> Preset:
        """A copy under a name of its own."""
        return self.create(self._numbered(preset.name), preset.params)

    def rename(self, preset: Preset, name: str) -> Preset:
        """Give one of the user's presets another name, which may be the same in other case."""
        if checked_name(name) == preset.name:
            return preset
        renamed = self._add(Preset(self._free_name(name, besides=preset), preset.params))
        self.delete(preset)
        return renamed

    def delete(self, preset: Preset) -> None:
        """Remove one of the user's presets, and its file."""
        path = self._files.get(preset.name)
        if path is not None:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                reason = error.strerror or str(error)
                raise StorageError(ErrorCode.FILE_NOT_DELETED, path=path, reason=reason) from error
            del self._files[preset.name], self._presets[preset.name]

    def take_in(self, path: Path) -> Preset:
        """Import the file at *path*; a name that is taken gets a number."""
        preset = self.read(path)
        taken = {known.name.casefold() for known in self.all()}
        name = self._numbered(preset.name) if preset.name.casefold() in taken else preset.name
        return self.create(name, preset.params)

    def write_out(self, preset: Preset, path: Path) -> None:
        """Export to *path*, which the user has chosen."""
        _write(path, to_text(preset))

    def read(self, path: Path) -> Preset:
        """The preset in a file; raise `RequestError` or `StorageError`."""
        try:
            if not path.is_file() or path.stat().st_size > _MAX_BYTES:
                raise _refused(path.name, NOT_A_PRESET)
            return from_text(path.read_text(encoding="utf-8-sig"), path.name)
        except UnicodeDecodeError as error:
            raise _refused(path.name, NOT_A_PRESET) from error
        except OSError as error:
            raise _refused(path.name, error.strerror or str(error)) from error

    def _add(self, preset: Preset) -> Preset:
        path = self._path_for(preset.name)
        _write(path, to_text(preset))
        self._files[preset.name], self._presets[preset.name] = path, preset
        return preset

    def _free_name(self, name: str, besides: Preset | None = None) -> str:
        name = checked_name(name)
        if name.casefold() in {known.name.casefold() for known in self.all() if known != besides}:
            raise RequestError(ErrorCode.INVALID_PRESET, path=f"“{name}”", reason=NAME_TAKEN)
        return name

    def _numbered(self, name: str) -> str:
        taken = {known.name.casefold() for known in self.all()}
        stem = re.sub(r" \d+$", "", name)[: MAX_NAME - 6]
        return next(n for i in range(2, 100_000) if (n := f"{stem} {i}").casefold() not in taken)

    def _path_for(self, name: str) -> Path:
        """A file of the folder that is not there yet: letters, digits and hyphens of *name* only."""
        stem = _UNSAFE.sub("-", name).strip("-")[:40] or "preset"
        taken = set(self._files.values())
        for number in range(1, 100_000):
            path = self.folder / (f"preset-{stem}.json" if number == 1 else f"preset-{stem}-{number}.json")
            if path not in taken and not path.exists():
                return path
        raise StorageError(ErrorCode.FILE_FAILED, path=self.folder, reason="too many presets")


def _write(path: Path, text: str) -> None:
    try:
        write_atomically(path, text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> StorageError:
    return StorageError(ErrorCode.FILE_FAILED, path=path, reason=error.strerror or str(error))


def recommended(metadata: dict[str, Any]) -> SamplingParams | None:
    """What a model's makers recommend (``general.sampling.*`` of its GGUF file); None when it says nothing usable.

    A value that cannot be used is left at its default.
    """
    params, found = SamplingParams(), False
    for key, (name, kind) in RECOMMENDED.items():
        value = metadata.get(f"general.sampling.{key}")
        if value is None:
            continue
        try:
            params = params.with_value(name, kind(value))
            found = True
        except (RequestError, TypeError, ValueError, OverflowError):
            continue
    return params if found else None
