"""The Sampling tab: how the selected token was sampled, and how other settings would have shaped the choice."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLabel, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from chatapp.core.token_text import token_text
from chatapp.services.inspector import TraceState
from chatapp.services.prediction import TokenPrediction
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.reshape_page import ReshapePage
from chatapp.ui.inspector.stage_page import StagePage
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel, number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class SamplingTab(QWidget):
    """The stages of the token that all tabs share, and the sliders that re-shape its distribution."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samplingTab")
        self._services = services
        self._inspector = services.inspector
        self.prediction = TokenPrediction(services.inspector, services.questions, services.engine, services.chat, self)
        self.prediction.failed.connect(lambda error: services.notices.post_error(error, key="prediction"))
        self._before = self._arrow("chevron-left", -1)
        self._after = self._arrow("chevron-right", 1)
        self._token = ElidedLabel(self)
        self._token.setObjectName("sampledToken")
        self._nothing = QLabel(self)
        self._nothing.setObjectName("samplingState")
        self._nothing.setProperty("role", "muted")
        self._nothing.setTextFormat(Qt.TextFormat.PlainText)
        self._nothing.setWordWrap(True)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stages = StagePage(services, self.prediction, self)
        self.reshape = ReshapePage(services, self.prediction, self)
        self._pages = QStackedWidget(self)
        for page in (self._nothing, self.stages, self.reshape):
            self._pages.addWidget(page)
        self._choice = QButtonGroup(self)
        self._show_stages = self._page_button("stagesButton")
        self._show_reshape = self._page_button("reshapeButton")
        self._show_stages.setChecked(True)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._before)
        head.addWidget(self._after)
        head.addWidget(self._token, 1)
        head.addWidget(self._show_stages)
        head.addWidget(self._show_reshape)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        inspector = self._inspector
        inspector.message_changed.connect(self.refresh)
        inspector.token_changed.connect(self.refresh)
        inspector.state_changed.connect(self.refresh)
        inspector.trace_grew.connect(self._on_grown)
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Sampling")

    def export_data(self) -> Exported | None:
        """The page that is shown."""
        page = self._pages.currentWidget()
        return page.export_data() if isinstance(page, StagePage | ReshapePage) else None

    def refresh(self) -> None:
        """Show the selected token anew; what nobody sees waits."""
        if not self.isVisible():
            return
        sentence = self._sentence()
        self._nothing.setText(sentence)
        chosen = self.reshape if self._show_reshape.isChecked() else self.stages
        self._pages.setCurrentWidget(self._nothing if sentence else chosen)
        self._show_token()
        self.stages.refresh()
        self.reshape.refresh()

    def _arrow(self, picture: str, step: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("nextToken" if step > 0 else "previousToken")
        button.setIcon(icon(picture))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda: self._walk(step))
        return button

    def _page_button(self, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        button.clicked.connect(self.refresh)
        self._choice.addButton(button)
        return button

    def _walk(self, step: int) -> None:
        token = self._inspector.token
        self._inspector.select_token(0 if token is None else token + step)

    def _on_grown(self, _first: int) -> None:
        if self.isVisible():
            self._show_token()

    def _show_token(self) -> None:
        trace, token = self._inspector.trace, self._inspector.token
        count = len(trace)
        self._before.setEnabled(count > 0 and token is not None and token > 0)
        self._after.setEnabled(count > 0 and (token is None or token < count - 1))
        if token is None or token >= count:
            self._token.set_full_text("")
            return
        text = token_text(int(trace.ids[token]), trace.shown(int(trace.ids[token])))
        self._token.set_full_text(
            self.tr("“{token}” · token {number} of {count} · rank {rank}").format(
                token=text,
                number=number_text(token + 1),
                count=number_text(count),
                rank=number_text(int(trace.ranks[token]) + 1) if trace.ranks[token] >= 0 else "–",
            )
        )

    def _sentence(self) -> str:
        """What to say in place of the pages, "" when there is something to show."""
        inspector = self._inspector
        match inspector.state:
            case TraceState.NONE:
                return self.tr("When a reply is there, this shows how its tokens were sampled.")
            case TraceState.LOADING:
                return self.tr("Loading…")
            case TraceState.MISSING:
                return self.tr(
                    "Nothing was recorded of this reply: it was written by hand or by an older version, or the app "
                    "stopped before it was finished."
                )
            case TraceState.UNSCORED | TraceState.NEEDS_MODEL | TraceState.SCORING:
                return self.tr("The model read this message; only replies are sampled.")
        if inspector.token is None:
            return self.tr("Choose a token: click one under Tokens, or use the arrows above.")
        return ""

    def _retranslate(self) -> None:
        for button, words in ((self._before, self.tr("Previous token")), (self._after, self.tr("Next token"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self._show_stages.setText(self.tr("Stages"))
        self._show_reshape.setText(self.tr("Re-shape"))
        self.refresh()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
