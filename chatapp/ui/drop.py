"""A model file dropped anywhere on the window is opened; a hint says so while it hovers."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QRectF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.services.notices import Level, Notice
from chatapp.ui import theme

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_NOT_A_MODEL = QT_TRANSLATE_NOOP("notices", "Only one model file at a time, ending in .gguf, can be dropped here.")
_KEY = "drop"


class ModelDrop(QObject):
    """Handles file drags over a window. Widgets that take text drops themselves leave files to it."""

    def __init__(self, window: QWidget, services: "Services") -> None:
        super().__init__(window)
        self._window = window
        self._services = services
        self._hint = _Hint(window)
        self._hint.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        for child in window.findChildren(QWidget):
            if child.acceptDrops():
                child.installEventFilter(self)

    def _drop(self, mime: QMimeData) -> None:
        self._services.notices.clear(_KEY)
        path = model_path(mime)
        if path:
            self._services.models.choose(path)
        else:
            self._services.notices.post(Notice(Level.WARNING, _NOT_A_MODEL, key=_KEY))

    def _show_hint(self, mime: QMimeData) -> None:
        self._hint.setGeometry(self._window.rect())
        self._hint.show_for(model_path(mime))

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
            self._show_hint(event.mimeData())
        else:
            self._hint.hide()
            self._drop(event.mimeData())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True


def model_path(mime: QMimeData) -> str:
    """The path of the one model file in *mime*, or "" when it holds something else."""
    urls: list[QUrl] = mime.urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return ""
    path = urls[0].toLocalFile()
    return path if path.lower().endswith(".gguf") else ""


class _Hint(QWidget):
    """Covers the window while a file hovers over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dropHint")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = ""
        self._good = False

    def show_for(self, path: str) -> None:
        """Say what dropping would do; an empty *path* stands for something that is no model."""
        translate = QCoreApplication.translate
        self._good = bool(path)
        self._text = (
            translate("ModelDrop", "Drop to open this model") if path else translate("ModelDrop", "Not a model file")
        )
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
