"""Named loggers and one rotating file. Chat text never goes into a log: log ids, lengths and codes instead."""

import logging
import os
import sys
from pathlib import Path

LEVEL_VARIABLE = "CHATAPP_LOG"  # debug, info, warning or error
MAX_BYTES = 1_000_000
BACKUPS = 3

_ROOT = "chatapp"
_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_LEVELS = ("debug", "info", "warning", "error")


def get(name: str) -> logging.Logger:
    """The logger ``chatapp.<name>``; one per part of the app: engine, store, hub, ui…"""
    return logging.getLogger(f"{_ROOT}.{name}")


def hold() -> None:
    """Keep what is logged until `setup` knows where to write it, which imports half a network library."""
    shutdown()
    root = logging.getLogger(_ROOT)
    root.propagate = False
    root.addHandler(_Held())


def setup(folder: Path | None, name: str = "chatapp", *, stderr: bool = False) -> Path | None:
    """Send the app's log to ``<folder>/<name>.log`` and, when asked or when that file cannot be written, to stderr.

    Every process needs its own *name*: two cannot rotate one file. Returns the file in use. Calling it again replaces
    the earlier set-up.
    """
    from logging.handlers import RotatingFileHandler  # noqa: PLC0415 - see `hold`

    root = logging.getLogger(_ROOT)
    held = [record for handler in root.handlers if isinstance(handler, _Held) for record in handler.records]
    shutdown()
    wanted = os.environ.get(LEVEL_VARIABLE, "info").strip().lower()
    root.setLevel((wanted if wanted in _LEVELS else "info").upper())
    root.propagate = False
    path: Path | None = None
    problem: OSError | None = None
    if folder is not None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}.log"
            _attach(root, RotatingFileHandler(path, maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8"))
        except OSError as error:
            path, problem = None, error
    # A windowed app on Windows has no stderr at all.
    if (stderr or path is None) and sys.stderr is not None:
        _attach(root, logging.StreamHandler(sys.stderr))
    for record in held:
        root.handle(record)
    if problem is not None:
        root.warning("no log file: %s", problem)
    if wanted not in _LEVELS:
        root.warning("%s=%s is none of %s; using info", LEVEL_VARIABLE, wanted, ", ".join(_LEVELS))
    return path


def shutdown() -> None:
    """Close what `setup` opened."""
    root = logging.getLogger(_ROOT)
    for handler in root.handlers[:]:
        root.removeHandler(handler)
        handler.close()
    root.propagate = True


class _Held(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _attach(root: logging.Logger, handler: logging.Handler) -> None:
    handler.setFormatter(logging.Formatter(_FORMAT))
    root.addHandler(handler)
