"""The card of a model, drawn as the chat draws Markdown: nothing is loaded, and links open only when asked twice."""

from PySide6.QtCore import QEvent, QPoint, QUrl
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from chatapp.ui import theme
from chatapp.ui.chat.body import MessageBody
from chatapp.ui.chat.message import open_link
from chatapp.ui.dialogs.confirm import confirm

_SHORT = 12_000  # characters that are drawn at first


class CardView(QWidget):
    """As high as its text. A long card shows its beginning, and a button the rest."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("modelCard")
        self._text = ""
        self.body = MessageBody(self)
        self.body.height_changed.connect(self._fit)
        self.body.link_clicked.connect(self._open_link)
        self.body.menu_requested.connect(self._show_menu)
        self._more = QPushButton(self)
        self._more.setObjectName("showWholeCard")
        self._more.setProperty("link", True)
        self._more.clicked.connect(self._show_whole)
        self._more.hide()
        theme.notifier.changed.connect(self._on_theme_changed)
        self._retranslate()

    def show_text(self, text: str) -> None:
        """Show this Markdown."""
        self._text = text
        end = len(text)
        if len(text) > _SHORT:
            end = text.rfind("\n\n", 0, _SHORT)
            end = end if end > _SHORT // 2 else _SHORT
        self._more.setVisible(end < len(text))
        self.body.set_text(text[:end])
        self._fit()

    def _show_whole(self) -> None:
        self._more.hide()
        self.body.set_text(self._text)
        self._fit()

    def _fit(self) -> None:
        height = self.body.fit(self.width()) if self._text else 0
        self.body.setGeometry(0, 0, self.width(), height)
        if not self._more.isHidden():
            hint = self._more.sizeHint()
            self._more.setGeometry(0, height + 8, hint.width(), hint.height())
            height += hint.height() + 8
        self.setFixedHeight(height)

    def _open_link(self, address: str) -> None:
        # As it will be asked for: without letters that only look like others, and nothing that turns the direction.
        shown = bytes(QUrl(address).toEncoded().data()).decode("ascii", "replace")
        question = self.tr("Open this page in the browser?")
        if confirm(self, question, shown[:500], self.tr("Open")):
            open_link(address)

    def _show_menu(self, where: QPoint, link: str) -> None:
        menu = QMenu(self)
        if link:
            menu.addAction(self.tr("Copy link address"), lambda: QGuiApplication.clipboard().setText(link))
        copy = menu.addAction(self.tr("Copy selection"), self.body.selection.copy)
        copy.setEnabled(bool(self.body.selection.text()))
        menu.addAction(self.tr("Select all"), self.body.selection.select_all)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(where)

    def _on_theme_changed(self) -> None:
        self.body.restyle()
        self._fit()

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Model card"))
        self._more.setText(self.tr("Show the whole card"))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
