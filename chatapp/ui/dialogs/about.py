"""Version, licences and where the files are."""

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl, qVersion
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from chatapp import __version__
from chatapp.ui import theme
from chatapp.ui.widgets.icons import app_icon

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

# name shown, distribution, licence
_PARTS = (
    ("Qt for Python (PySide6)", "PySide6-Essentials", "LGPL-3.0"),
    ("llama.cpp, llama-cpp-python", "llama-cpp-python", "MIT"),
    ("huggingface_hub", "huggingface-hub", "Apache-2.0"),
    ("NumPy", "numpy", "BSD-3-Clause"),
    ("Jinja", "jinja2", "BSD-3-Clause"),
    ("markdown-it-py", "markdown-it-py", "MIT"),
    ("Pygments", "pygments", "BSD-2-Clause"),
    ("platformdirs", "platformdirs", "MIT"),
    ("psutil", "psutil", "BSD-3-Clause"),
)


class AboutDialog(QDialog):
    """What a bug report needs, ready to copy."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("about")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About ChatApp"))
        self.resize(520, 460)
        picture = QLabel(self)
        picture.setPixmap(app_icon().pixmap(56, 56))
        name = QLabel(f"ChatApp {__version__}", self)
        name.setProperty("role", "title")
        what = QLabel(self.tr("Chat with a language model on your own computer, and see inside it."), self)
        what.setWordWrap(True)
        words = QVBoxLayout()
        words.addWidget(name)
        words.addWidget(what)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture)
        head.addLayout(words, 1)
        self._details = QPlainTextEdit(self._facts(), self)
        self._details.setReadOnly(True)
        self._details.setFont(theme.monospace(0.9))
        self._details.setAccessibleName(self.tr("Versions, folders and licences"))
        self._details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        copy = buttons.addButton(self.tr("Copy"), QDialogButtonBox.ButtonRole.ActionRole)
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(self._details.toPlainText()))
        folder = buttons.addButton(self.tr("Open data folder"), QDialogButtonBox.ButtonRole.ActionRole)
        folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(services.paths.data))))
        buttons.rejected.connect(self.reject)
        for button in buttons.findChildren(QPushButton):
            button.setAutoDefault(False)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(14)
        column.addLayout(head)
        column.addWidget(self._details, 1)
        column.addWidget(buttons)

    def _facts(self) -> str:
        paths = self._services.paths
        system = f"{platform.system()} {platform.release()} {platform.machine()}"
        lines = [
            self.tr("ChatApp {version}, licence Apache-2.0").format(version=__version__),
            self.tr("Python {python}, Qt {qt}, {system}").format(
                python=platform.python_version(), qt=qVersion(), system=system
            ),
            "",
            self.tr("Conversations: {path}").format(path=paths.database),
            self.tr("Settings: {path}").format(path=paths.settings_file),
            self.tr("Models: {path}").format(path=paths.models),
            self.tr("Logs and crash reports: {path}").format(path=paths.logs),
            "",
            self.tr("Made with:"),
            *(f"  {name} {_version(package)} ({licence})" for name, package, licence in _PARTS),
        ]
        return "\n".join(lines)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "–"
