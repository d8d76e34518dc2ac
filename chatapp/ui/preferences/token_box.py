"""The access token in the preferences: whose it is, where it is kept, a new one, and what the environment says."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from chatapp.services.hub_access import Kept
from chatapp.ui.i18n import error_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class TokenBox(QWidget):
    """The token itself is never shown again."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hub = services.hub
        self.setObjectName("tokenBox")
        self._title = QLabel(self)
        self._state = _text("tokenState", "", self)
        self._edit = QLineEdit(self)
        self._edit.setObjectName("tokenEdit")
        self._edit.setEchoMode(QLineEdit.EchoMode.Password)
        self._edit.setMaxLength(500)
        self._edit.textChanged.connect(self._show)
        self._edit.returnPressed.connect(self._on_enter)
        self._title.setBuddy(self._edit)
        self._enter = QPushButton(self)
        self._enter.setObjectName("tokenEnter")
        self._enter.clicked.connect(self._on_enter)
        self._remove = QPushButton(self)
        self._remove.setObjectName("tokenRemove")
        self._remove.clicked.connect(self._hub.remove_token)
        self._page = QPushButton(self)
        self._page.setProperty("link", "true")
        self._page.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._hub.token_page)))
        self._error = _text("tokenError", "error", self)
        self._explanation = _text("tokenExplanation", "small", self)
        self._environment = _text("environmentNote", "small", self)
        self._build()
        self._hub.token_changed.connect(self._show)
        self._hub.changed.connect(self._show)
        self._retranslate()

    def _build(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addStretch(1)
        head.addWidget(self._page)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._edit, 1)
        row.addWidget(self._enter)
        row.addWidget(self._remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._state)
        column.addLayout(row)
        column.addWidget(self._error)
        column.addWidget(self._explanation)
        column.addWidget(self._environment)

    def _on_enter(self) -> None:
        if self._enter.isEnabled():
            self._hub.enter_token(self._edit.text())
            self._edit.clear()

    def _show(self) -> None:
        token = self._hub.token
        words = {
            Kept.NOWHERE: self.tr("There is none."),
            Kept.ENVIRONMENT: self.tr("The one in HF_TOKEN of the environment is used."),
            Kept.KEYRING: self.tr("Signed in as {name}. The token is in the keyring of this computer."),
            Kept.SESSION: self.tr("Signed in as {name}, until ChatApp is closed."),
        }
        state = words[token.kept] if token.is_checked else self.tr("Asking {host} whose it is…")
        self._state.setText(state.format(name=token.name, host=self._hub.source().host))
        own = token.kept is not Kept.ENVIRONMENT
        for widget in (self._edit, self._enter):
            widget.setVisible(own)
        self._remove.setVisible(own and token.kept is not Kept.NOWHERE)
        self._enter.setEnabled(bool(self._edit.text().strip()) and token.is_checked)
        self._error.setText(" ".join(error_text(token.error)) if token.error is not None else "")
        self._error.setVisible(token.error is not None)
        lines = [f"{name} = {value}" for name, value in self._hub.environment.items()]
        intro = self.tr("The environment decides, instead of the settings here:")
        self._environment.setText("\n".join([intro, *lines]))
        self._environment.setVisible(bool(lines))

    def _retranslate(self) -> None:
        self._title.setText(self.tr("Access token"))
        self._edit.setAccessibleName(self.tr("Access token"))
        self._edit.setPlaceholderText("hf_…")
        self._enter.setText(self.tr("Check and keep"))
        self._remove.setText(self.tr("Remove"))
        self._page.setText(self.tr("Make one…"))
        self._page.setToolTip(self._hub.token_page)
        self._explanation.setText(
            self.tr("Only models whose authors want to be asked first need one. It is kept in the keyring of this "
                    "computer, never in a file, and sent to this hub only.")
        )  # fmt: skip
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _text(name: str, role: str, parent: QWidget) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setWordWrap(True)
    if role:
        label.setProperty("role", role)
    return label
