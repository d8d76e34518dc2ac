"""Names of files on a hub, which anyone may choose, as places on this disk, which must stay inside their folder."""

import re
import unicodedata
from pathlib import Path

from chatapp.core.errors import ErrorCode, HubError, StorageError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.partial import ENDINGS

MAX_BYTES = 220  # of one part of a path: systems stop at 255, and our own endings (".quarantined.json") come on top
MAX_PARTS = 8

EMPTY = QT_TRANSLATE_NOOP("reasons", "a part of its path is empty")
OUTSIDE = QT_TRANSLATE_NOOP("reasons", "it would lie outside the folder for models")
CHARACTER = QT_TRANSLATE_NOOP("reasons", "it has a character that no file name should have")
RESERVED = QT_TRANSLATE_NOOP("reasons", "Windows keeps this name for itself")
ENDING = QT_TRANSLATE_NOOP("reasons", "it begins or ends with a space or ends with a dot")
OURS = QT_TRANSLATE_NOOP("reasons", "ChatApp gives such names to files of its own")
TOO_LONG = QT_TRANSLATE_NOOP("reasons", "it is too long")
COLLISION = QT_TRANSLATE_NOOP("reasons", "another file lies there whose name differs only in small and capital letters")
TAKEN = QT_TRANSLATE_NOOP("reasons", "a folder or something else that is no file lies there")

_FORBIDDEN = frozenset('<>:"|?*\\')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # Unicode categories
_DEVICE = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(COM|LPT)[0-9¹²³])\s*(\..*)?", re.IGNORECASE)


def below(folder: Path, repo: str, path: str) -> Path:
    """``folder/owner/name/path``, for names that were checked when `local_path` was asked."""
    return folder.joinpath(*repo.split("/"), *path.split("/"))


def local_path(folder: Path, repo: str, path: str) -> Path:
    """Where file *path* of repository *repo* goes: ``folder/owner/name/path``; creates nothing.

    The same rules hold on every system, so that a folder of models can be moved to another one.
    Raises HubError (DOWNLOAD_NAME), and StorageError where the disk does not let itself be looked at.
    """
    parts = [*repo.split("/"), *path.split("/")]
    if len(parts) > MAX_PARTS:
        raise _refused(path, TOO_LONG)
    for part in parts:
        reason = _problem(part)
        if reason:
            raise _refused(path, reason)
    found = below(folder, repo, path)
    try:
        # A link below the folder could lead anywhere.
        if not found.resolve().is_relative_to(folder.resolve()):
            raise _refused(path, OUTSIDE)
        _check_neighbours(found, path)
    except OSError as error:  # a network drive that is gone, a folder of somebody else
        raise StorageError(ErrorCode.FILE_FAILED, path=found, reason=error.strerror or error) from error
    return found


def _problem(part: str) -> str:
    """Why *part* cannot be one part of a path; empty when it can."""
    # Control and format characters: among them those that turn the writing direction and so fake an ending.
    odd = any(c in _FORBIDDEN or unicodedata.category(c) in _INVISIBLE for c in part)
    found = {
        EMPTY: not part,
        OUTSIDE: part in (".", ".."),
        CHARACTER: odd,
        ENDING: part != part.strip() or part.endswith("."),
        RESERVED: _DEVICE.fullmatch(part) is not None,
        OURS: part.casefold().endswith(ENDINGS),
        TOO_LONG: len(part.encode("utf-8", "replace")) > MAX_BYTES,
    }
    return next((reason for reason, is_so in found.items() if is_so), "")


def _check_neighbours(found: Path, path: str) -> None:
    """Refuse what would, on a system that takes capitals for small letters, overwrite another file."""
    if found.exists() and not found.is_file():
        raise _refused(path, TAKEN)
    try:
        others = [entry.name for entry in found.parent.iterdir()]
    except OSError:
        return  # there is no such folder yet
    if any(name != found.name and _folded(name) == _folded(found.name) for name in others):
        raise _refused(path, COLLISION)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _refused(path: str, reason: str) -> HubError:
    # As ASCII: the name is shown, and its characters may be the very trouble.
    shown = path if path.isprintable() else ascii(path)[1:-1]
    return HubError(ErrorCode.DOWNLOAD_NAME, name=shown[:120], reason=reason)
