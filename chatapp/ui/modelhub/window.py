"""The window of models: its pages, and which of them is shown."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.schema import MODELS_GEOMETRY
from chatapp.ui.modelhub.download_list import DownloadList
from chatapp.ui.modelhub.find_page import FindPage
from chatapp.ui.modelhub.library_page import LibraryPage
from chatapp.ui.widgets.geometry import decoded, encoded
from chatapp.ui.widgets.icons import app_icon

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class ModelHubWindow(QWidget):
    """Stands beside the main window and lets it work; closed, it is only hidden.

    Its pages are made when it is first opened. To add one: a line in `__init__`.
    """

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self._services = services
        self.setObjectName("modelHub")
        self.setWindowIcon(app_icon())
        self.setMinimumSize(640, 420)
        self._tabs = QTabWidget(self)
        self._tabs.setObjectName("modelHubPages")
        self._tabs.setDocumentMode(True)
        self._titles: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._tabs)
        for keys in (QKeySequence(Qt.Key.Key_Escape), QKeySequence(QKeySequence.StandardKey.Close)):
            QShortcut(keys, self, self.close)
        available = self.screen().availableSize()
        self.resize(min(1000, available.width() - 40), min(680, available.height() - 60))
        self.restoreGeometry(decoded(services.settings.get(MODELS_GEOMETRY)))
        self.add_page(FindPage(services, self), QT_TRANSLATE_NOOP("ModelHubWindow", "Find"))
        downloads = DownloadList(services, self)
        downloads.find_requested.connect(lambda: self.open("findPage"))
        self.add_page(downloads, QT_TRANSLATE_NOOP("ModelHubWindow", "Downloads"))
        self.library = LibraryPage(services, self)
        self.library.find_requested.connect(lambda: self.open("findPage"))
        self.add_page(self.library, QT_TRANSLATE_NOOP("ModelHubWindow", "My models"))
        self._retranslate()

    def add_page(self, page: QWidget, title: str) -> None:
        """Put *page* behind the others. *title* is English, marked with ``QT_TRANSLATE_NOOP("ModelHubWindow", …)``."""
        self._titles.append(title)
        self._tabs.addTab(page, QCoreApplication.translate("ModelHubWindow", title))

    def open(self, page: str = "") -> None:
        """Show the window, with the page of that object name in front; without one, the page that was shown last."""
        wanted = self._tabs.findChild(QWidget, page) if page else None
        if wanted is not None:
            self._tabs.setCurrentWidget(wanted)
        if self.isMinimized():
            self.showNormal()
        self.show()
        self.raise_()
        self.activateWindow()
        shown = self._tabs.currentWidget()
        if shown is not None:
            shown.setFocus(Qt.FocusReason.OtherFocusReason)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Models"))
        for at, title in enumerate(self._titles):
            self._tabs.setTabText(at, QCoreApplication.translate("ModelHubWindow", title))
        for widget in (self._tabs, self._tabs.tabBar()):  # the bar has the focus
            widget.setAccessibleName(self.tr("Models"))

    def closeEvent(self, event: QCloseEvent) -> None:
        self._services.settings.set(MODELS_GEOMETRY, encoded(self.saveGeometry()))
        super().closeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
