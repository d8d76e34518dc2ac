"""Whether there is a newer version, what is new in it, and the way to its page; nothing is downloaded here."""

from typing import Self

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from chatapp import __version__
from chatapp.services.updates import UpdateService, UpdateState
from chatapp.ui import theme
from chatapp.ui.chat.body import MessageBody
from chatapp.ui.chat.message import open_link
from chatapp.ui.i18n import error_text


class UpdateDialog(QDialog):
    """Shows the state of *updates* as it changes."""

    def __init__(self, updates: UpdateService, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._updates = updates
        self.setObjectName("updates")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(420)
        self._headline = QLabel(self)
        self._headline.setObjectName("updateHeadline")
        self._headline.setProperty("role", "title")
        self._headline.setWordWrap(True)
        self._detail = QLabel(self)
        self._detail.setObjectName("updateDetail")
        self._detail.setTextFormat(Qt.TextFormat.PlainText)
        self._detail.setWordWrap(True)
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._notes = NotesView(self)
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        self._page = self._button("openDownloadPage", self._open_page)
        self._skip = self._button("skipVersion", self._on_skip)
        self._buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 14)
        column.setSpacing(12)
        column.addWidget(self._headline)
        column.addWidget(self._detail)
        column.addWidget(self._busy)
        column.addWidget(self._notes, 1)
        column.addWidget(self._buttons)
        updates.changed.connect(self._show)
        self._retranslate()

    @classmethod
    def ask(cls, updates: UpdateService, parent: QWidget) -> Self:
        """Look now, and open the dialog that tells what came of it."""
        updates.check()
        dialog = cls(updates, parent)
        dialog.open()
        return dialog

    def _button(self, name: str, pressed: object) -> QPushButton:
        button = QPushButton(self)
        button.setObjectName(name)
        button.setAutoDefault(False)
        button.clicked.connect(pressed)
        self._buttons.addButton(button, QDialogButtonBox.ButtonRole.ActionRole)
        return button

    def _show(self) -> None:
        updates, release = self._updates, self._updates.release
        detail = ""
        match updates.state:
            case UpdateState.FOUND if release:
                headline = self.tr("ChatApp {version} is available").format(version=release.version)
                detail = self.tr("You have {version}. Your conversations, settings and models stay when you install "
                                 "the new one.").format(version=__version__)  # fmt: skip
            case UpdateState.FAILED if updates.error:
                headline, detail = error_text(updates.error)
            case UpdateState.NEWEST:
                headline = self.tr("You have the newest version")
                detail = self.tr("ChatApp {version}").format(version=__version__)
            case _:
                headline = self.tr("Looking for new versions…")
        self._headline.setText(headline)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.setAccessibleDescription(f"{headline} {detail}")
        self._busy.setVisible(updates.state is UpdateState.ASKING)
        for widget in (self._page, self._skip):
            widget.setVisible(release is not None)
        self._notes.setVisible(release is not None and bool(release.notes.strip()))
        if release is not None:
            self._notes.set_text(release.notes)
            self._page.setDefault(True)
        self.adjustSize()

    def _open_page(self) -> None:
        if self._updates.release is not None:
            open_link(self._updates.release.page)

    def _on_skip(self) -> None:
        self._updates.skip()
        self.accept()

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("New versions"))
        self._busy.setAccessibleName(self.tr("Looking for new versions…"))
        self._notes.setAccessibleName(self.tr("What is new"))
        self._page.setText(self.tr("Open the download page"))
        self._page.setToolTip(self.tr("Opens in your browser"))
        self._skip.setText(self.tr("Skip this version"))
        self._skip.setToolTip(self.tr("You are told of the one after it again"))
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


class NotesView(QScrollArea):
    """Markdown of strangers, drawn as replies are: no HTML, no pictures; links open in the browser on a click."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("releaseNotes")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._body = MessageBody(self)
        self._body.link_clicked.connect(open_link)
        self._body.height_changed.connect(self._fit)
        self.setWidget(self._body)
        theme.notifier.changed.connect(self._on_theme_changed)

    def set_text(self, text: str) -> None:
        """Show it."""
        self._body.set_text(text)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(520, 260)

    def _fit(self) -> None:
        width = max(1, self.viewport().width())
        self._body.setFixedSize(width, self._body.fit(width))

    def _on_theme_changed(self) -> None:
        self._body.restyle()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
