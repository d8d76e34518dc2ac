"""Shows a file in the system's file manager."""

import sys
from pathlib import Path

from PySide6.QtCore import QProcess, QUrl
from PySide6.QtGui import QDesktopServices


def reveal(path: Path) -> bool:
    """Open the folder of *path*, with the file selected where the system can; False when nothing could be opened."""
    if path.exists():
        if sys.platform == "win32":
            return QProcess.startDetached("explorer.exe", ["/select,", str(path)])[0]
        if sys.platform == "darwin":
            return QProcess.startDetached("/usr/bin/open", ["-R", str(path)])[0]
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent  # it may be gone, or not there yet
    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))
