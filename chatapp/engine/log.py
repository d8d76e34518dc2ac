"""llama.cpp's log: warnings and errors go to stderr, where the window keeps them; the first error explains."""

import os
import sys
from typing import Any

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it

_WARN, _ERROR, _CONTINUE = 3, 4, 5  # enum ggml_log_level
_errors: list[str] = []
_state = {"level": 0}


def _on_line(level: int, text: bytes, _data: object) -> None:
    line = text.decode("utf-8", "replace")
    if level == _CONTINUE:
        level = _state["level"]
    _state["level"] = level
    if level == _ERROR and line.strip():
        _errors.append(line.strip())
        del _errors[:-20]
    if level in (_WARN, _ERROR) or "CHATAPP_ENGINE_DEBUG" in os.environ:
        sys.stderr.write(line)
        sys.stderr.flush()


_callback: Any = C.llama_log_callback(_on_line)  # a module global: C holds the address for the life of the process


def install() -> None:
    """Route llama.cpp's log through here."""
    C.llama_log_set(_callback, None)


def clear_errors() -> None:
    """Forget earlier errors, before something that may fail."""
    _errors.clear()


def last_error() -> str:
    """The first error since `clear_errors`, the cause (later ones pass it on), without function name; "" if none."""
    if not _errors:
        return ""
    name, colon, rest = _errors[0].partition(": ")
    return (rest if colon and " " not in name else _errors[0]).rstrip(". ")
