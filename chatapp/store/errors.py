"""SQLite's errors in the app's words."""

import errno
import shutil
import sqlite3
from pathlib import Path

from chatapp.core.errors import ErrorCode, StorageError

# The second: the text of an error names what was damaged, in bytes that are damaged too.
READ_FAILURES = (sqlite3.Error, UnicodeDecodeError)

_FULL = 13  # SQLITE_FULL and the others below: primary result codes
_CORRUPT = frozenset({11, 26})  # CORRUPT, NOTADB
_FOLDER = frozenset({3, 8, 14, 23})  # PERM, READONLY, CANTOPEN, AUTH
_IO = 10
_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT})
_NEARLY_NOTHING = 64 * 1024  # bytes free


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 for an error of the Python module."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def is_corrupt(error: BaseException) -> bool:
    """The file's content is at fault, not its surroundings."""
    return isinstance(error, UnicodeDecodeError) or (
        isinstance(error, sqlite3.Error) and primary_code(error) in _CORRUPT
    )


def translate(error: sqlite3.Error | OSError, path: Path) -> StorageError:
    """The error to raise instead."""
    if isinstance(error, OSError):
        if error.errno in _NO_SPACE:
            return StorageError(ErrorCode.DISK_FULL, details=str(error), path=path.parent)
        return folder_unusable(path, error.strerror or str(error))
    code = primary_code(error)
    # A full disk can surface as a plain I/O error, when the shared-memory file cannot grow.
    if code == _FULL or (code == _IO and _disk_is_full(path)):
        return StorageError(ErrorCode.DISK_FULL, details=str(error), path=path.parent)
    if code in _FOLDER:
        return folder_unusable(path, str(error))
    return StorageError(ErrorCode.DATABASE_FAILED, details=repr(error), path=path, reason=str(error))


def folder_unusable(path: Path, reason: str) -> StorageError:
    """The folder of the database *path* cannot be used."""
    return StorageError(ErrorCode.FOLDER_UNUSABLE, path=path.parent, reason=reason)


def _disk_is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _NEARLY_NOTHING
    except OSError:
        return False
