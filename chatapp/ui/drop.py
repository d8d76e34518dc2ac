"""Files dropped on a window: a hint says what they would do while they hover."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QFileInfo, QMimeData, QObject, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.notices import Level, Notice
from chatapp.ui import theme

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_NOT_A_MODEL = QT_TRANSLATE_NOOP("notices", "Only model files, ending in .gguf, and folders can be dropped here.")
_OPEN = QT_TRANSLATE_NOOP("ModelDrop", "Drop to open this model")
_ADD = QT_TRANSLATE_NOOP("ModelDrop", "Drop to add these models")
_NO_MODEL = QT_TRANSLATE_NOOP("ModelDrop", "Not a model file")
_KEY = "drop"


class FileDrop(QObject):
    """Handles file drags over *window*. Widgets that take text drops themselves leave files to it.

    *hint* says what dropping these paths would do, "" for nothing; *dropped* does it.
    """

    def __init__(
        self, window: QWidget, hint: Callable[[list[str]], str], dropped: Callable[[list[str]], object]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._say = hint
        self._dropped = dropped
        self._hint = _Hint(window)
        self._hint.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        for child in window.findChildren(QWidget):
            if child.acceptDrops():
                child.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QDragLeaveEvent):
            self._hint.hide()
            return False
        if not isinstance(event, (QDragEnterEvent, QDragMoveEvent, QDropEvent)) or not event.mimeData().hasUrls():
            return False
        if watched is not self._window:
            event.ignore()  # so that Qt asks the window
            return True
        if isinstance(event, QDragMoveEvent):  # also the entering
            self._hint.setGeometry(self._window.rect())
            self._hint.show_text(self._say(local_paths(event.mimeData())))
        else:
            self._hint.hide()
            self._dropped(local_paths(event.mimeData()))
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True


class ModelDrop(FileDrop):
    """On the main window: one model file is opened, several and folders go to *add*."""

    def __init__(self, window: QWidget, services: "Services", add: Callable[[list[str]], object]) -> None:
        super().__init__(window, drop_hint, self._drop)
        self._services = services
        self._add = add

    def _drop(self, paths: list[str]) -> None:
        self._services.notices.clear(_KEY)
        if not are_models(paths):
            self._services.notices.post(Notice(Level.WARNING, _NOT_A_MODEL, key=_KEY))
        elif is_one_file(paths):
            self._services.models.choose(paths[0])
        else:
            self._add(paths)


def drop_hint(paths: list[str]) -> str:
    """What the main window does with *paths*."""
    if not are_models(paths):
        return ""
    return QCoreApplication.translate("ModelDrop", _OPEN if is_one_file(paths) else _ADD)


def add_hint(paths: list[str]) -> str:
    """What the list of models does with *paths*."""
    return QCoreApplication.translate("ModelDrop", _ADD) if are_models(paths) else ""


def local_paths(mime: QMimeData) -> list[str]:
    """The files and folders in *mime*; nothing when one of them is not on this computer."""
    urls = mime.urls()
    return [url.toLocalFile() for url in urls] if all(url.isLocalFile() for url in urls) else []


def are_models(paths: list[str]) -> bool:
    """Whether all of them are model files or folders, in which there may be some."""
    return bool(paths) and all(path.lower().endswith(".gguf") or QFileInfo(path).isDir() for path in paths)


def is_one_file(paths: list[str]) -> bool:
    """And not a folder."""
    return len(paths) == 1 and Path(paths[0]).suffix.lower() == ".gguf" and not QFileInfo(paths[0]).isDir()


class _Hint(QWidget):
    """Covers the window while a file hovers over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self._good = False

    def show_text(self, text: str) -> None:
        """Say what dropping would do; "" stands for something that is no model."""
        self._good = bool(text)
        self._text = text or QCoreApplication.translate("ModelDrop", _NO_MODEL)
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = theme.mix(colors.background, colors.background, 0)
        veil.setAlphaF(0.86)
        painter.fillRect(self.rect(), veil)
        color = colors.accent if self._good else colors.error
        painter.setPen(QPen(color, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 14, 14)
        painter.setFont(theme.font(1.4, bold=True))
        painter.setPen(color)
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self._text)
        painter.end()
