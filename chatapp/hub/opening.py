"""Opens files of ours for writing, themselves: through a link that somebody laid there, bytes would go anywhere."""

import os
from io import FileIO
from pathlib import Path
from typing import Literal

_MODES = {
    "r+b": os.O_RDWR | os.O_CREAT,
    "ab": os.O_WRONLY | os.O_CREAT | os.O_APPEND,
    "xb": os.O_WRONLY | os.O_CREAT | os.O_EXCL,
}
_ITSELF = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def open_itself(path: Path, mode: Literal["r+b", "ab", "xb"]) -> FileIO:
    """The file *path*, unbuffered, created where it does not exist ("xb": only then); raise OSError."""
    return FileIO(os.open(path, _MODES[mode] | _ITSELF, 0o666), mode.replace("x", "w"))
