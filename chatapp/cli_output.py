"""What the command line prints: at once, in whatever encoding, and with a sentence where it cannot be written."""

import errno
import json
import sys

from chatapp.core.errors import ErrorCode, StorageError

_NAME = "standard output"


class OutputClosedError(Exception):
    """Whoever read what is printed has seen enough. No OSError: a download would take it for one of its file."""


def write(text: str) -> None:
    """Print *text* at once; what the encoding of the terminal or file lacks becomes a question mark.

    Raise `OutputClosedError`, and `StorageError` when it cannot be written.
    """
    out = sys.stdout
    try:
        try:
            out.write(text)
        except UnicodeEncodeError:
            out.write(text.encode(out.encoding, "replace").decode(out.encoding))
        out.flush()
    except OSError as error:
        sys.stdout = None  # or Python would try again at its end, and complain
        if isinstance(error, BrokenPipeError):
            raise OutputClosedError from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise StorageError(ErrorCode.DISK_FULL, path=_NAME) from error
        raise StorageError(ErrorCode.FILE_FAILED, path=_NAME, reason=error.strerror or error) from error


def write_json(data: object, *, indent: int | None = None) -> None:
    """Print *data* as JSON, in which what the encoding lacks is escaped."""
    text = json.dumps(data, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json.dumps(data, indent=indent)
    write(f"{text}\n")
