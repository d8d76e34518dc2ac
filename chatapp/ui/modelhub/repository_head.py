"""What a repository is: licence in plain words, numbers, languages, and how to get access when it is not open."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.services.hub_search import HubModel
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.widgets.flow import FlowLayout
from chatapp.ui.widgets.text import number_text


class RepositoryHead(QWidget):
    """Signals:

    browse_requested()  open the model's page in the browser
    token_requested()   show where an access token is entered
    """

    browse_requested = Signal()
    token_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model: HubModel | None = None
        self._access = (True, False, False)
        self._numbers = self._label("repositoryNumbers", "muted")
        self._licence = self._label("repositoryLicence", "")
        self._frame = QFrame(self)
        self._frame.setObjectName("notice")
        self._frame.setProperty("level", "warning")
        self._steps = self._label("accessSteps", "")
        self._open = QPushButton(self._frame)
        self._open.setObjectName("openAccessPage")
        self._open.clicked.connect(self.browse_requested)
        self._token = QPushButton(self._frame)
        self._token.setObjectName("enterAccessToken")
        self._token.clicked.connect(self.token_requested)
        inner = QVBoxLayout(self._frame)
        inner.setContentsMargins(12, 8, 12, 10)
        inner.addWidget(self._steps)
        buttons = FlowLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._open)
        buttons.addWidget(self._token)
        inner.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for widget in (self._numbers, self._licence, self._frame):
            column.addWidget(widget)
        self._retranslate()

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def show_model(self, model: HubModel) -> None:
        """Show the facts of *model*."""
        self._model = model
        self._retranslate()

    def show_access(self, *, is_open: bool, refused: bool, token: bool) -> None:
        """*is_open*: its files can be had; *refused*: the hub did not give one; *token*: we have one."""
        self._access = is_open, refused, token
        self._retranslate()

    def _numbers_text(self, model: HubModel) -> str:
        known = [words.language_text(code) for code in words.LANGUAGES if code in model.languages]
        more = len(model.languages) - len(known)
        if known and more > 0:
            known.append(self.tr("{count} more").format(count=more))
        trained = self.tr("trained for {count} tokens of context").format(count=number_text(model.context_length))
        date = words.date_text(model.modified)
        parts = (
            self.tr("{count} weights").format(count=words.params_text(model.n_params)) if model.n_params else "",
            words.name_text(model.architecture),
            trained if model.context_length else "",
            words.task_text(model.task) if model.task else "",
            self.tr("{count} downloads").format(count=words.count_text(model.downloads)),
            self.tr("{count} likes").format(count=words.count_text(model.likes)),
            self.tr("updated {date}").format(date=date) if date else "",
            ", ".join(known),
        )
        return "  ·  ".join(part.replace(" ", "\u00a0") for part in parts if part)  # breaks between them only

    def _retranslate(self) -> None:
        model = self._model
        self._numbers.setText(self._numbers_text(model) if model is not None else "")
        self._licence.setText(words.licence_text(model.licence) if model is not None else "")
        is_open, refused, token = self._access
        self._frame.setVisible(not is_open and (refused or not token))
        if refused and token:
            steps = self.tr(
                "The authors give these files to people they know of, and your access token does not open them. Ask "
                "for access on the model's page; when it is granted, downloads work."
            )
        else:
            steps = self.tr(
                "The authors want to know who uses this model. First open its page and ask for access there; then make "
                "an access token on that site and enter it in the preferences."
            )
        self._steps.setText(steps)
        self._open.setText(self.tr("Open its page"))
        self._token.setText(self.tr("Access token…"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
