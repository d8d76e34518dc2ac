"""Last words: whatever nobody caught, in any thread or in C code, ends up in a report file in the log folder.

A report holds the traceback, versions and the system; no chat text is added to it.
"""

import contextlib
import faulthandler
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from chatapp import __version__

MAX_REPORTS = 20  # in one run: a timer that fails every 16 ms must not fill the disk
REPORTS_KEPT = 30  # of earlier runs
_FAULTS = "faults.log"


@dataclass(frozen=True, slots=True)
class Report:
    """One crash. *path* is None when even the report could not be written."""

    text: str
    path: Path | None


OnReport = Callable[[Report], None]


class CrashHandler:
    """Hooks into every way an exception can go unnoticed; `install` makes it so, `uninstall` undoes it."""

    def __init__(self, folder: Path, on_report: OnReport | None = None) -> None:
        """*on_report* is called in the thread that failed, so it may only pass the report on."""
        self.on_report = on_report
        self.previous: Path | None = None  # what C code said when the last run died, if it did
        self._folder = folder
        self._written = 0
        self._faults = contextlib.ExitStack()
        self._busy = threading.local()  # a failing callback must not report itself for ever
        self._earlier = (sys.excepthook, threading.excepthook, sys.unraisablehook)

    def install(self) -> None:
        """Set the hooks. Without a writable folder they still work, without files."""
        self._earlier = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._keep_previous()
            self._prune()
            file = self._faults.enter_context((self._folder / _FAULTS).open("w", encoding="utf-8"))
            faulthandler.enable(file)
            self._faults.callback(faulthandler.disable)

    def uninstall(self) -> None:
        """Put back what was there before."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._earlier
        self._faults.close()

    def report(self, error: BaseException, where: str) -> Report:
        """Write a report of *error* and hand it to the callback; *where* names the thread or object."""
        trace = "".join(traceback.format_exception(error))
        text = f"{_heading(where)}\n{trace}"
        report = Report(text, self._write(text))
        if self.on_report is not None and not getattr(self._busy, "now", False):
            self._busy.now = True
            try:
                self.on_report(report)
            except Exception:  # noqa: BLE001 - nobody is left to catch it
                traceback.print_exc()
            finally:
                self._busy.now = False
        return report

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            self.report(error.with_traceback(trace), threading.current_thread().name)
        self._earlier[0](kind, error, trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None and not issubclass(args.exc_type, SystemExit):
            name = args.thread.name if args.thread is not None else "unknown thread"
            self.report(args.exc_value.with_traceback(args.exc_traceback), name)
        self._earlier[1](args)

    def _on_unraisable(self, args: "sys.UnraisableHookArgs") -> None:
        if args.exc_value is not None:
            # Not repr(args.object): that would resurrect, or fail in, an object that is being torn down.
            name = f"{args.err_msg or 'ignored exception'} ({type(args.object).__name__})"
            self.report(args.exc_value.with_traceback(args.exc_traceback), name)
        self._earlier[2](args)

    def _write(self, text: str) -> Path | None:
        if self._written >= MAX_REPORTS:
            return None
        self._written += 1
        path = self._folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-{self._written:02d}.txt"
        try:
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            return None
        return path

    def _keep_previous(self) -> None:
        faults = self._folder / _FAULTS
        if faults.exists() and faults.stat().st_size:
            self.previous = self._folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}-fault.txt"
            faults.replace(self.previous)

    def _prune(self) -> None:
        reports = sorted(self._folder.glob("crash-*.txt"))
        for old in reports[:-REPORTS_KEPT]:
            old.unlink(missing_ok=True)


def _heading(where: str) -> str:
    import platform  # noqa: PLC0415 - for a crash only; the start is timed

    return "\n".join((
        f"ChatApp {__version__}, {time.strftime('%Y-%m-%d %H:%M:%S %z')}, in {where}",
        f"Python {platform.python_version()} on {platform.platform()} ({platform.machine()})",
        f"frozen: {getattr(sys, 'frozen', False)}",
    ))  # fmt: skip
