# ruff: noqa: PLC0415  (what is large is imported when the window is to be seen)
"""The window's composition root: makes everything, in order, and takes it down again."""

import argparse
import gc
import os
import signal
import sys
from collections.abc import Callable

from PySide6.QtCore import (
    QCoreApplication,
    QElapsedTimer,
    QEvent,
    QEventLoop,
    QLockFile,
    QObject,
    QSettings,
    QSocketNotifier,
    QTimer,
    Signal,
)
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication, QWidget

from chatapp import __version__, crash, log
from chatapp.core.errors import ErrorCode, StorageError, UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.paths import Paths
from chatapp.settings import schema
from chatapp.settings.file import Settings
from chatapp.ui import input_methods, theme
from chatapp.ui.main_window import MainWindow

NO_LOCK = QT_TRANSLATE_NOOP("reasons", "no lock file can be made in it")
_WAIT = 200  # milliseconds for the system to make room for the window; it comes later where that takes longer
_log = log.get("app")


def main(given: argparse.Namespace) -> int:
    """Open the window and run until it is closed; the exit code."""
    app = make_application(sys.argv[:1])
    paths = Paths.under(given.data_dir) if given.data_dir else Paths.default()
    # Qt's own file dialog keeps its folders and sizes in a file beside ours, not in one of its own.
    QSettings.setPath(QSettings.Format.NativeFormat, QSettings.Scope.UserScope, str(paths.config))
    crashes = crash.CrashHandler(paths.logs)
    try:
        log.hold()
        lock = _prepare(paths)
        crashes.install()
        settings = Settings.load(paths.settings_file)
        if given.lang:
            settings.set(schema.LANGUAGE, given.lang)
        theme.ground(app, settings.get(schema.THEME))
        window = MainWindow()
        window.place(settings)
        show_now(window)
        log.setup(paths.logs)
        from chatapp.services.bundle import Services

        services = Services.create(paths, settings, fake_engine=given.fake_engine, parent=app)
    except UserFixable as error:
        from chatapp.ui.dialogs.startup import show_startup_error

        sys.stderr.write(f"chatapp: {error.message} {error.remedy}\n")
        show_startup_error(error, given.lang or "auto")
        return 1
    from chatapp.services.notices import CRASHED_BEFORE, Level, Notice
    from chatapp.ui.appearance import Appearance

    window.fill(services, Appearance(app, services.settings, app))
    relay = _CrashRelay(window)
    crashes.on_report = relay.reported.emit
    if crashes.previous is not None:
        services.notices.post(Notice(Level.WARNING, CRASHED_BEFORE, {"path": str(crashes.previous)}))
    watch = _SignalWatch(app, window.leave) if sys.platform != "win32" else None
    model = given.model
    if isinstance(app, MacApplication):
        model = model or app.opened
        app.file_opened.connect(services.models.choose)
    QTimer.singleShot(0, app, lambda: services.start(model))
    gc.freeze()  # what the start has made stays: a full collection would look through it for longer than a frame
    code = app.exec()
    saved = services.close()
    crashes.uninstall()
    if watch is not None:
        watch.close()
    lock.unlock()
    log.shutdown()
    return code if saved else 1


def show_now(window: QWidget) -> None:
    """Show *window* and draw it, before what it shows is loaded."""
    window.show()
    clock = QElapsedTimer()
    clock.start()
    handle = window.windowHandle()
    while handle is not None and not handle.isExposed() and clock.elapsed() < _WAIT:
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents, 10)
    QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)


def make_application(arguments: list[str]) -> QApplication:
    """The one QApplication, named."""
    uses_fcitx = input_methods.choose(os.environ)
    app = (MacApplication if sys.platform == "darwin" else QApplication)(arguments)
    if uses_fcitx:
        input_methods.KeepOrder(app)
    app.setApplicationName("chatapp")
    app.setApplicationDisplayName("ChatApp")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("org.chatapp.ChatApp")
    return app


def _prepare(paths: Paths) -> QLockFile:
    """Make the folders and take them for this process; raise `StorageError`."""
    try:
        paths.ensure()
    except OSError as error:
        folder = error.filename or paths.data
        raise StorageError(ErrorCode.FOLDER_UNUSABLE, path=folder, reason=error.strerror or str(error)) from error
    lock = QLockFile(str(paths.data / "chatapp.lock"))
    # A lock is stale only when its process is gone, however old it is.
    lock.setStaleLockTime(0)
    if not lock.tryLock(0):
        if lock.error() is QLockFile.LockError.LockFailedError:
            raise StorageError(ErrorCode.ALREADY_RUNNING, path=paths.data)
        import shutil

        if not shutil.disk_usage(paths.data).free:
            raise StorageError(ErrorCode.DISK_FULL, path=paths.data)
        raise StorageError(ErrorCode.FOLDER_UNUSABLE, path=paths.data, reason=NO_LOCK)
    return lock


class MacApplication(QApplication):
    """Hears of the models that the Finder opens: macOS sends their paths, also at the start, and gives no arguments."""

    file_opened = Signal(str)

    def __init__(self, arguments: list[str]) -> None:
        super().__init__(arguments)
        self.opened = ""  # the last one

    def event(self, event: QEvent) -> bool:
        """Take what is opened."""
        if isinstance(event, QFileOpenEvent):
            self.opened = event.file()
            self.file_opened.emit(self.opened)
            return True
        return super().event(event)


class _CrashRelay(QObject):
    """Carries a report from the thread that failed to the window's."""

    reported = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.reported.connect(self._on_reported)

    def _on_reported(self, report: crash.Report) -> None:
        from chatapp.ui.dialogs.crash import CrashDialog

        _log.error("unexpected error, report in %s", report.path)
        CrashDialog.open_once(report.path, report.text, self._window)


class _SignalWatch(QObject):
    """Lets Ctrl-C and `kill` close the window properly: Python handles signals only when it runs, so Qt wakes it."""

    def __init__(self, app: QApplication, leave: Callable[[], None]) -> None:
        import socket

        super().__init__(app)
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(lambda: self._ours.recv(16))
        signal.set_wakeup_fd(self._theirs.fileno())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: leave())

    def close(self) -> None:
        """From here on the signals do what they do by themselves."""
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        self._notifier.setEnabled(False)
        self._ours.close()
        self._theirs.close()
