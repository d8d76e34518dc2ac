"""Small files of other programs, which may be missing, broken or something else altogether."""

import json
from pathlib import Path
from typing import Any

_LONGEST = 1 << 20  # characters


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in *path*; empty when there is none."""
    try:
        found = json.loads(read_text(path))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def read_text(path: Path) -> str:
    """The beginning of *path*; empty when it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open(encoding="utf-8-sig", errors="replace") as file:
            return file.read(_LONGEST)
    except (OSError, ValueError):  # a NUL in the path
        return ""
