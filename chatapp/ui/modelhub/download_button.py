"""The small sign in the main window that something is on its way, or has failed; a click shows the downloads."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QToolButton, QWidget

from chatapp.services.downloads import State
from chatapp.ui.modelhub import download_words as words
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import plain_tip

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class DownloadButton(QToolButton):
    """Hidden while there is nothing to say."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = services.downloads
        self.setObjectName("downloadsButton")
        self.setProperty("small", "true")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setIconSize(QSize(14, 14))
        self.clicked.connect(self._downloads.show_requested)
        self._downloads.changed.connect(self._show)
        self._downloads.progressed.connect(self._show)
        self._show()

    def _show(self) -> None:
        total = self._downloads.total()
        failed = [item for item in self._downloads.items() if item.state is State.FAILED]
        self.setVisible(total is not None or bool(failed))
        if total is not None:
            self.setIcon(icon("download", "accent"))
            self.setText(f"{words.percentage(total)} %")
            tip = self.tr("Downloads: {numbers}").format(numbers=words.numbers(total))
        else:
            self.setIcon(icon("warning", "error"))
            self.setText(self.tr("Download failed") if len(failed) == 1 else self.tr("Downloads failed"))
            tip = "\n".join(item.title for item in failed)
        self.setToolTip(plain_tip(tip))
        self.setAccessibleName(tip if total is not None else self.text())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._show()
        super().changeEvent(event)
