"""Shows a file in the system's file manager, selected."""

import sys
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QUrl
from PySide6.QtGui import QDesktopServices

_NAME, _PATH = "org.freedesktop.FileManager1", "/org/freedesktop/FileManager1"
_PATIENCE = 3000  # ms for a file manager to start


def reveal(path: Path, parent: QObject) -> None:
    """Ask for it and return at once; where nothing can select a file, its folder is opened."""
    if sys.platform == "win32":
        started = QProcess.startDetached("explorer", ["/select,", str(path)])[0]
    elif sys.platform == "darwin":
        started = QProcess.startDetached("/usr/bin/open", ["-R", str(path)])[0]
    else:
        started = _ask_file_manager(path, parent)
    if not started:
        _open_folder(path)


def _open_folder(path: Path) -> None:
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent  # it may be gone, or not there yet
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _ask_file_manager(path: Path, parent: QObject) -> bool:
    """Over D-Bus, which starts the desktop's file manager when it does not run; False where there is no D-Bus."""
    try:
        from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher  # noqa: PLC0415 - Linux only
    except ImportError:
        return False
    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return False
    message = QDBusMessage.createMethodCall(_NAME, _PATH, _NAME, "ShowItems")
    message.setArguments([[path.as_uri()], ""])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message, _PATIENCE), parent)

    def answered() -> None:
        if watcher.isError():
            _open_folder(path)
        watcher.deleteLater()

    watcher.finished.connect(answered)
    return True
