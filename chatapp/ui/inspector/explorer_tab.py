"""The Next token tab: which token may follow a text, tokens put behind it by hand, and what lies ahead."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from chatapp.services.explorer import ExplorerState
from chatapp.services.explorer_place import Source
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.distribution_model import cell_text
from chatapp.ui.inspector.distribution_page import DistributionPage
from chatapp.ui.inspector.explorer_exports import of_model
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.lookahead_page import LookaheadPage
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.inspector.step_controls import StepControls
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.plain_edit import PlainEdit
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_PATIENCE = 200  # ms, before it is said that something is being read
_TEXT_LINES = 4
_TOLD = 2  # the page that says why there is nothing


class ExplorerTab(QWidget):
    """Source and text so far; below the candidates or the lookahead, or a sentence where there are none."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("explorerTab")
        self._services = services
        self._explorer = services.explorer
        self._source = CalmComboBox(self)
        self._source.setObjectName("explorerSource")
        self._text = PlainEdit(self)
        self._text.setObjectName("explorerText")
        self._text.setTabChangesFocus(True)
        self._where = _label(self, "explorerWhere", "small")
        self._moved = QPushButton(self)
        self._moved.setObjectName("explorerMoved")
        self._moved.setProperty("link", "true")
        self._controls = StepControls(self._explorer, self)
        self._pages = QTabBar(self)
        self._pages.setObjectName("explorerPages")
        self._pages.setExpanding(False)
        self._pages.addTab("")
        self._pages.addTab("")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(3)
        self._message = _label(self, "explorerMessage", "muted")
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._resume = QPushButton(self)
        self._resume.setObjectName("explorerResume")
        self._patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        self._stack = QStackedWidget(self)
        self._stack.addWidget(DistributionPage(self._explorer, self))
        self._stack.addWidget(LookaheadPage(services, self))
        self._stack.addWidget(self._told_page())
        self._arrange()
        self._connect()
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Next token")

    def export_data(self) -> Exported | None:
        """The candidates or the tree, with the ids of the tokens that were put in by hand."""
        page = self._stack.currentWidget()
        if not isinstance(page, DistributionPage | LookaheadPage):
            return None
        shown = "lookahead" if isinstance(page, LookaheadPage) else "next token"
        steps = [step.id for step in self._explorer.steps]
        params = self._services.chat.effective_sampling().to_json()
        return page.export_data(of_model(self._services.engine.model, shown=shown, steps=steps, sampling=params))

    def _told_page(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(self._message)
        column.addWidget(self._resume, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        return page

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addWidget(self._source)
        column.addWidget(self._text)
        column.addWidget(self._where)
        column.addWidget(self._moved, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._controls)
        column.addWidget(self._pages)
        column.addWidget(self._progress)
        column.addWidget(self._stack, 1)
        self._fit()

    def _connect(self) -> None:
        explorer = self._explorer
        self._source.activated.connect(lambda _at: explorer.set_source(Source(self._source.currentData())))
        self._text.textChanged.connect(lambda: explorer.set_text(self._text.text()))
        self._moved.clicked.connect(explorer.restart)
        self._resume.clicked.connect(explorer.resume)
        self._pages.currentChanged.connect(lambda _at: self._show_page())
        self._patience.timeout.connect(self._progress.show)
        explorer.changed.connect(self._show)
        explorer.progress.connect(self._on_progress)

    # -- showing -------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        explorer = self._explorer
        self._text.setVisible(explorer.source is Source.TEXT)
        self._where.setText(self._where_text())
        self._where.setVisible(bool(self._where.text()))
        self._moved.setVisible(explorer.moved)
        self._show_progress()
        self._show_page()

    def _show_page(self) -> None:
        told = self._told()
        self._message.setText(told)
        interrupted = self._explorer.state is ExplorerState.INTERRUPTED
        self._resume.setVisible(interrupted or self._explorer.state is ExplorerState.FAILED)
        self._resume.setText(self.tr("Resume") if interrupted else self.tr("Try again"))
        self._stack.setCurrentIndex(_TOLD if told else self._pages.currentIndex())

    def _show_progress(self) -> None:
        if self._explorer.state is not ExplorerState.READING:
            self._patience.stop()
            self._progress.hide()
        elif not self._patience.isActive() and self._progress.isHidden():
            self._progress.setRange(0, 0)
            self._patience.start()

    def _on_progress(self, done: float) -> None:
        self._progress.setRange(0, 1000)
        self._progress.setValue(round(1000 * done))

    def _told(self) -> str:
        """Why there is nothing to show, "" when there is something."""
        explorer = self._explorer
        if explorer.state is ExplorerState.READING and explorer.distribution is not None:
            return ""  # for a moment what was there before
        if explorer.state is ExplorerState.FAILED and explorer.error is not None:
            return " ".join(part for part in error_text(explorer.error) if part)
        if explorer.state is ExplorerState.NOTHING and explorer.source is Source.TEXT:
            return self.tr("Type or paste a text above to see which token may come next.")
        return {
            ExplorerState.NO_MODEL: self.tr("Load a model to see which token may come next."),
            ExplorerState.NOTHING: self.tr("Write something in the chat, or choose “A text of my own” above."),
            ExplorerState.OTHER_MODEL: self.tr(
                "Another model cut this text into tokens, and the loaded one has others. Load that model, or choose "
                "“The end of this chat” above."
            ),
            ExplorerState.WAITING: self.tr("A reply is being written. The next token is looked at when it is done."),
            ExplorerState.READING: self.tr("Reading…"),
            ExplorerState.INTERRUPTED: self.tr("Interrupted by a reply."),
        }.get(explorer.state, "")

    def _where_text(self) -> str:
        place, source = self._explorer.place, self._explorer.source
        if place is None or source is Source.TEXT:
            return ""
        if place.taken is not None:
            template = (
                self.tr("In the place of token {number} of the prompt, {token}")
                if place.message_id is None
                else self.tr("In the place of token {number} of the reply, {token}")
            )
            return template.format(number=number_text(place.position + 1), token=self._taken_text(place.taken))
        if place.message_id is not None:
            return self.tr("After the last token of the reply")
        return self.tr("Where the next reply begins")

    def _taken_text(self, token: int) -> str:
        """The token that stands there, and how likely it was."""
        explorer = self._explorer
        text = cell_text(token, explorer.vocabulary.piece(token)) if explorer.vocabulary is not None else f"#{token}"
        known = explorer.distribution
        if explorer.taken is None or known is None or explorer.state is not ExplorerState.READY:
            return text
        rank, share = number_text(int(known.places[token]) + 1), percent(math.exp(float(known.logprobs[token])))
        return self.tr("{token}: rank {rank}, {percent}").format(token=text, rank=rank, percent=share)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._explorer.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._patience.stop()
            self._explorer.set_active(False)

    # -- words ---------------------------------------------------------------------------------------------------------

    def _retranslate(self) -> None:
        self._source.clear()
        for source, name in (
            (Source.TOKEN, self.tr("The selected token of this chat")),
            (Source.END, self.tr("The end of this chat")),
            (Source.TEXT, self.tr("A text of my own")),
        ):
            self._source.addItem(name, source.value)
        self._source.setCurrentIndex(self._source.findData(self._explorer.source.value))
        self._source.setAccessibleName(self.tr("What the next token follows"))
        self._source.view().setAccessibleName(self._source.accessibleName())
        self._text.setPlaceholderText(self.tr("Any text; the model goes on with it as it stands"))
        self._text.setAccessibleName(self.tr("Text to go on with"))
        self._moved.setText(self.tr("The chat is elsewhere by now: start from there"))
        self._pages.setTabText(0, self.tr("Candidates"))
        self._pages.setTabText(1, self.tr("Lookahead"))
        self._pages.setAccessibleName(self.tr("Candidates or lookahead"))
        self._show()

    def _fit(self) -> None:
        self._text.setFixedHeight(_TEXT_LINES * self.fontMetrics().lineSpacing() + 18)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)


def _label(parent: QWidget, name: str, role: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    return label
