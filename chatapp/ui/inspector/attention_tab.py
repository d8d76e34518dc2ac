"""The Attention tab: what the model looked at when it wrote the selected token."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.token_text import visible
from chatapp.services.attention_place import AttentionState, Moment
from chatapp.ui.inspector.attention_export import attention_export
from chatapp.ui.inspector.attention_told import AttentionTold
from chatapp.ui.inspector.attention_words import caution_text, head_name, moment_title, not_recorded_text, proof_text
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.heads_page import HeadsPage
from chatapp.ui.inspector.lines_page import LinesPage
from chatapp.ui.inspector.matrix_page import MatrixPage
from chatapp.ui.inspector.message_head import MessageHead
from chatapp.ui.inspector.numbers import count
from chatapp.ui.inspector.shares_page import SharesPage
from chatapp.ui.inspector.sources_page import SourcesPage
from chatapp.ui.inspector.token_line import text_of
from chatapp.ui.inspector.verify_line import VerifyLine
from chatapp.ui.inspector.what_if_page import WhatIfPage
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_PATIENCE = 200  # ms, before it is said that something is being read
_LONGEST = 20  # characters of a token


class AttentionTab(QWidget):
    """One token, whose row, and which heads; below the pages that show it, and what the picture is."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("attentionTab")
        self._services = services
        self._attention = services.attention
        self._token = QLabel(self)
        self._token.setObjectName("attentionToken")
        self._token.setTextFormat(Qt.TextFormat.PlainText)
        self._token.setProperty("role", "heading")
        self._moment = CalmComboBox(self)
        self._moment.setObjectName("attentionMoment")
        for moment in Moment:
            self._moment.addItem("", moment.value)
        self._bar = QTabBar(self)
        self._bar.setObjectName("attentionPages")
        self._bar.setExpanding(False)
        self._heads = ElidedLabel(self)
        self._heads.setObjectName("attentionHeads")
        self._heads.setProperty("role", "small")
        self._all = QPushButton(self)
        self._all.setObjectName("allHeads")
        self._all.setProperty("link", "true")
        self._pages = QStackedWidget(self)
        self.sources, self.heads = SourcesPage(services, self), HeadsPage(services, self)
        self.matrix, self.lines = MatrixPage(services, self), LinesPage(services, self)
        self.shares = SharesPage(services, self)
        self.what_if = WhatIfPage(services, self)
        for page in (self.sources, self.heads, self.matrix, self.lines, self.shares, self.what_if):
            self._bar.addTab("")
            self._pages.addWidget(page)
        self._below = QWidget(self)
        self._proof, self._caution, self._memory = (QLabel(self) for _ in range(3))
        for label, name in (
            (self._proof, "attentionProof"), (self._caution, "attentionCaution"), (self._memory, "attentionMemory"),
        ):  # fmt: skip
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", "small")
        self._help = QToolButton(self)
        self._help.setObjectName("explainAttention")
        self._help.setIcon(icon("info"))
        self._help.setIconSize(QSize(16, 16))
        self._help.setCheckable(True)
        self._progress, self._patience = self._progress_line()
        self._stack = QStackedWidget(self)
        self._stack.addWidget(AttentionTold(services, self))
        self._stack.addWidget(self._content())
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(6)
        column.addWidget(MessageHead(services, self))
        column.addWidget(self._stack, 1)
        self._connect()
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Attention")

    def _progress_line(self) -> tuple[QProgressBar, QTimer]:
        """The line, and the timer that shows it."""
        line = QProgressBar(self)
        line.setTextVisible(False)
        line.setFixedHeight(3)
        policy = line.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        line.setSizePolicy(policy)
        line.hide()
        patience = QTimer(self, singleShot=True, interval=_PATIENCE)
        patience.timeout.connect(line.show)
        return line, patience

    def export_data(self) -> Exported | None:
        """The page in front, with the weight of every token."""
        pages = (
            ("sources", self.sources.strip), ("heads", self.heads.grid),
            ("matrix", self.matrix.matrix), ("lines", self.lines.lines), ("shares", self.shares.chart),
        )  # fmt: skip
        if self._pages.currentWidget() is self.what_if:
            return self.what_if.export_data()
        shown, widget = pages[self._bar.currentIndex()]
        return attention_export(self._attention, self._services.inspector.trace, shown, widget)

    def _content(self) -> QWidget:
        page = QWidget(self)
        row, below, last = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._token)
        row.addStretch(1)
        row.addWidget(self._moment)
        below.setSpacing(8)
        below.addWidget(self._bar)
        below.addWidget(self._heads, 1)
        below.addWidget(self._all)
        last.setSpacing(4)
        last.addWidget(self._proof, 1)
        last.addWidget(self._help, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addLayout(below)
        column.addWidget(self._progress)
        column.addWidget(self._pages, 1)
        column.addLayout(last)
        notes = QVBoxLayout(self._below)
        notes.setContentsMargins(0, 0, 0, 0)
        notes.setSpacing(6)
        notes.addWidget(VerifyLine(self._services, self._below))
        notes.addWidget(self._caution)
        column.addWidget(self._below)
        column.addWidget(self._memory)
        return page

    def _connect(self) -> None:
        attention = self._attention
        attention.changed.connect(self.show_state)
        attention.heads_changed.connect(self._show_heads)
        attention.light.changed.connect(self._show_token)
        self._moment.activated.connect(lambda _at: attention.set_moment(Moment(self._moment.currentData())))
        self._bar.currentChanged.connect(self._on_page)
        self._all.clicked.connect(lambda: attention.choose_heads(frozenset()))
        self._help.toggled.connect(lambda _on: self._show_proof())

    # -- showing -------------------------------------------------------------------------------------------------------

    def show_state(self) -> None:
        """Show what there is, or why there is nothing."""
        attention = self._attention
        state = attention.state
        shown = attention.picture is not None and state in (AttentionState.READY, AttentionState.READING)
        self._stack.setCurrentIndex(int(shown and attention.vocabulary.current is not None))
        if state is not AttentionState.READING:
            self._patience.stop()
            self._progress.hide()
        elif not self._patience.isActive() and self._progress.isHidden():
            self._patience.start()
        self._progress.setRange(0, 1000 if attention.progress else 0)
        self._progress.setValue(round(1000 * attention.progress))
        self._show_token()
        self._show_heads()
        self._show_proof()

    def _on_page(self, at: int) -> None:
        self._attention.side.want(None)  # the page that is shown says what it wants
        self._pages.setCurrentIndex(at)
        self._below.setVisible(self._pages.currentWidget() is not self.what_if)  # which says as much with numbers

    def _show_token(self) -> None:
        trace, shown = self._services.inspector.trace, self._attention.shown
        self._moment.setCurrentIndex(self._moment.findData(self._attention.moment.value))
        token = shown[1] if self._attention.light.token is None and shown is not None else self._attention.light.token
        if token is None or token >= len(trace):
            return
        cell = trace.cells[trace.cell_of(token)]
        text = text_of(trace, token, token + 1)
        if cell.text is not None and cell.end > cell.start + 1:
            text = f"{visible(cell.text.strip())} {token - cell.start + 1}/{cell.end - cell.start}"
        text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
        self._token.setText(self.tr("“{token}”, token {number}").format(token=text, number=count(token + 1)))

    def _show_heads(self) -> None:
        attention = self._attention
        heads, picture = sorted(attention.heads), attention.picture
        if picture is None:
            return
        if not heads:
            text = self.tr("all {count} heads").format(count=count(int(picture.exists.sum())))
        elif len(heads) <= 3:
            text = ", ".join(head_name(head) for head in heads)
        else:
            text = self.tr("{count} heads").format(count=count(len(heads)))
        self._heads.set_full_text(text)
        self._all.setVisible(bool(heads))

    def _show_proof(self) -> None:
        picture, explained = self._attention.picture, self._help.isChecked()
        self._proof.setText(proof_text(picture) if picture is not None else "")
        self._caution.setText(caution_text())
        self._memory.setText(self._memory_text())
        self._memory.setVisible(explained and bool(self._memory.text()))

    def _memory_text(self) -> str:
        """How much of the chat is recorded, and what that takes."""
        each, most = self._services.models.recorded_bytes(), self._services.engine.options.recording
        picture = self._attention.picture
        if picture is not None and not picture.flash_attention:
            return not_recorded_text(flash=self._services.engine.options.flash_attention != "off", on=most > 0)
        if not each or not most:
            return ""
        return self.tr(
            "The attention of the last {tokens} tokens is recorded: {each} a token, at most {most}. What was given up "
            "is evaluated once more when you look at it."
        ).format(tokens=count(most // each), each=size_text(each), most=size_text(most))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self._attention.set_active(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._patience.stop()
            self._attention.set_active(False)

    def _retranslate(self) -> None:
        names = (
            self.tr("Sources"),
            self.tr("Heads"),
            self.tr("Matrix"),
            self.tr("Lines"),
            self.tr("Shares"),
            self.tr("What if"),
        )
        for at, name in enumerate(names):
            self._bar.setTabText(at, name)
        self._bar.setAccessibleName(self.tr("Ways to look at attention"))
        for at, moment in enumerate(Moment):
            self._moment.setItemText(at, moment_title(moment))
        for widget in (self._moment, self._moment.view()):
            widget.setAccessibleName(self.tr("Which moment is shown"))
        self._moment.setToolTip(
            self.tr("What the model looked at when it chose this token, or when it read it and chose the next one")
        )
        self._all.setText(self.tr("All heads"))
        name = self.tr("How this was recorded")
        self._help.setToolTip(name)
        self._help.setAccessibleName(name)
        self.show_state()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
