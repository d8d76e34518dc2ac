"""The Tokens tab: the message as a strip of tokens, each in the colour of how likely it was."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QPushButton, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from chatapp.core.candidates import candidates_of
from chatapp.core.conversation import Role
from chatapp.core.token_measures import numbers_of, summarize
from chatapp.core.trace_export import origin
from chatapp.services.inspector import TraceState
from chatapp.settings.inspector import SCORE_BY_ITSELF, SHOW_HINTS, WHOLE_PROMPT
from chatapp.ui.inspector.branch_dialog import BranchDialog
from chatapp.ui.inspector.candidates import CandidateTable
from chatapp.ui.inspector.colour_row import ColourRow
from chatapp.ui.inspector.exported import APP, Exported, token_export
from chatapp.ui.inspector.hints import Hint
from chatapp.ui.inspector.message_head import MessageHead
from chatapp.ui.inspector.search_line import SearchLine
from chatapp.ui.inspector.state_page import StatePage
from chatapp.ui.inspector.summary import SummaryLine
from chatapp.ui.inspector.token_line import TokenLine, text_of
from chatapp.ui.inspector.token_strip import TokenStrip

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_SUMMARY_AFTER = 500  # ms; while a reply is written
_SHORT = 1000  # characters of a prompt that is scored by itself


class TokensTab(QWidget):
    """Shows the trace of the message that `InspectorService` looks at."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._inspector = services.inspector
        self._own: np.ndarray[tuple[int], np.dtype[np.intp]] | None = None  # tokens of a prompt's last message
        self._tried: set[int] = set()  # messages that this model scored without being asked to
        head = MessageHead(services, self)  # first: the Tab key goes through widgets as they were made
        self._colours = ColourRow(services.settings, self)
        self._hint = Hint(self)
        self._pages = QStackedWidget(self)
        self._summary = SummaryLine(self)
        self._whole = QCheckBox(self)
        self._whole.setObjectName("wholePrompt")
        self.strip = TokenStrip(self)
        self._search = SearchLine(services.tasks, self)
        self._line = TokenLine(self)
        self.table = CandidateTable(self)
        self._branch, self._type = QPushButton(self), QPushButton(self)
        self._branch.setObjectName("branchButton")
        self._type.setObjectName("typeTokenButton")
        for button in (self._branch, self._type):
            button.setProperty("link", "true")
        self._later = QTimer(self, singleShot=True, interval=_SUMMARY_AFTER)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 10)
        column.setSpacing(8)
        column.addWidget(head)
        column.addWidget(self._colours)
        column.addWidget(self._hint)
        column.addWidget(self._pages, 1)
        self._pages.addWidget(StatePage(services, self))
        self._pages.addWidget(self._content())
        self._connect()
        self._retranslate()
        self._show_all()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Tokens")

    def export_data(self) -> Exported | None:
        """The strip with the numbers of its tokens."""
        trace = self._inspector.trace
        if not len(trace):
            return None
        whole = self._own is None or self._services.settings.get(WHOLE_PROMPT) == "on"
        own = None if whole or self._own is None else self._own.tolist()
        meta = origin(trace.meta, APP, shown="tokens")
        return token_export(trace, own, self.strip, self._colours.legend, meta)

    def _content(self) -> QWidget:
        upper, lower = QWidget(self), QWidget(self)
        above = QVBoxLayout(upper)
        above.setContentsMargins(0, 0, 0, 4)
        above.setSpacing(6)
        for part in (self._summary, self._whole, self.strip, self._search):
            above.addWidget(part, int(part is self.strip))
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 4, 0, 0)
        below.setSpacing(6)
        self._line.row.addWidget(self._type)
        self._line.row.addWidget(self._branch)
        below.addWidget(self._line)
        below.addWidget(self.table, 1)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        splitter.addWidget(upper)
        splitter.addWidget(lower)
        splitter.setStretchFactor(0, 1)
        splitter.setStretchFactor(1, 1)
        return splitter

    def _connect(self) -> None:
        inspector, settings = self._inspector, self._services.settings
        inspector.message_changed.connect(self._show_all)
        inspector.trace_grew.connect(self._on_grown)
        inspector.state_changed.connect(self._on_state)
        inspector.token_changed.connect(self._show_token)
        inspector.hover_changed.connect(self._show_token)
        self._services.chat.state_changed.connect(self._score_if_short)
        self._services.engine.model_loaded.connect(lambda _model: self._tried.clear())
        settings.changed.connect(self._score_if_short)
        self.strip.pointed.connect(inspector.hover)
        self.strip.chosen.connect(inspector.select_token)
        self.strip.regrouped.connect(self._show_token)
        self._summary.jumped.connect(inspector.select_token)
        self._search.jumped.connect(inspector.select_token)
        self._search.found.connect(self.strip.set_found)
        self._later.timeout.connect(self._catch_up)
        self._colours.changed.connect(self._on_colours)
        self._hint.closed.connect(lambda: settings.set(SHOW_HINTS, "off"))
        self._whole.toggled.connect(self._on_whole)
        self.table.branch_requested.connect(self._on_branch)
        self.table.selectionModel().selectionChanged.connect(self._show_branch)
        self._branch.clicked.connect(self._on_branch_clicked)
        self._type.clicked.connect(self._on_type)
        self._search.bind_keys(self)

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _show_all(self) -> None:
        """Another message, or another trace of it."""
        trace, whole = self._inspector.trace, self._services.settings.get(WHOLE_PROMPT) == "on"
        owners = trace.owners
        self._own = None
        wanted = dim = None
        hidden: set[int] = set()
        if owners is not None and len(owners) == len(trace) and len(owners):
            own = owners == trace.meta.get("owner", owners.max())
            self._own = np.flatnonzero(own)
            shown, template = own.tolist(), (owners < 0).tolist()
            if whole:
                dim = template.__getitem__
            else:
                wanted, hidden = shown.__getitem__, set(np.flatnonzero(~own).tolist())
        self._whole.setVisible(self._own is not None)
        self._whole.setChecked(whole)
        self.strip.follow = self._inspector.state is TraceState.WRITING
        self.strip.set_measure(self._colours.measure, self._colours.bounds)
        self.strip.show_trace(trace, wanted, dim)
        if self._own is not None and whole and len(self._own):
            self.strip.show_token(int(self._own[0]))
        self._search.set_trace(trace, hidden)
        self._show_summary()
        self._show_token()
        self._on_state()

    def _on_grown(self, first: int) -> None:
        self.strip.grow(first)
        if self._pages.currentIndex() == 0:
            self._on_state()
        if not self._later.isActive():
            self._later.start()

    def _on_state(self) -> None:
        state = self._inspector.state
        self.strip.follow = state is TraceState.WRITING
        shown = len(self._inspector.trace) > 0
        self._pages.setCurrentIndex(int(shown))
        self._colours.setVisible(shown)
        self._show_hint()
        self._show_branch()
        self._score_if_short()
        if state is TraceState.READY and self._later.isActive():
            self._later.stop()
            self._catch_up()

    def _catch_up(self) -> None:
        """What need not change with every token of a reply that is being written."""
        self._show_summary()
        self._search.catch_up()
        token = self._looked_at()
        if token is not None:
            self._line.show_token(self._inspector.trace, *self.strip.group_at(token))

    def _show_summary(self) -> None:
        self._summary.show_summary(self._inspector.trace, summarize(self._inspector.trace, self._own))

    def _show_token(self) -> None:
        inspector, trace = self._inspector, self._inspector.trace
        self.strip.mark(selected=inspector.token, hovered=inspector.hovered)
        token = self._looked_at()
        if token is None:
            self._line.show_token(None)
            self.table.show_candidates(
                None, self.tr("Point at a token to see what else could have come, or choose one with the arrow keys.")
            )
        else:
            self._line.show_token(trace, *self.strip.group_at(token))
            self.table.show_candidates(
                candidates_of(trace, token),
                self.tr("The first token of a text is not predicted: there is nothing before it."),
            )
        self._line.setVisible(token is not None)
        if inspector.hovered is None:
            self.strip.describe(self._line.sentence())
            self._show_hint()
        self._show_branch()

    def _show_hint(self) -> None:
        inspector, trace = self._inspector, self._inspector.trace
        self._hint.setVisible(len(trace) > 0 and self._services.settings.get(SHOW_HINTS) == "on")
        if inspector.token is None or inspector.token >= len(trace):
            self._hint.show_measure(self._colours.measure, "", None)
        else:
            start, end = self.strip.group_at(inspector.token)
            numbers = numbers_of(trace, start, end)
            self._hint.show_measure(self._colours.measure, text_of(trace, start, end), numbers)

    def _on_colours(self) -> None:
        self.strip.set_measure(self._colours.measure, self._colours.bounds)
        self._show_hint()

    def _on_whole(self, on: bool) -> None:
        if on != (self._services.settings.get(WHOLE_PROMPT) == "on"):
            self._services.settings.set(WHOLE_PROMPT, "on" if on else "off")
            self._show_all()

    def _score_if_short(self) -> None:
        """A short prompt is read again without being asked for, while nothing else is done."""
        chat, message = self._services.chat, self._inspector.message
        if not self._inspector.is_open or message is None or self._inspector.state is not TraceState.UNSCORED:
            return
        if self._services.settings.get(SCORE_BY_ITSELF) != "on" or message.id in self._tried:
            return
        if chat.streaming_id is not None:
            return
        path = [message] if self._inspector.is_text else chat.conversation.path(message.id)
        if sum(len(m.text) for m in path) <= _SHORT:
            self._tried.add(message.id)
            QTimer.singleShot(0, self, self._inspector.score)

    # -- branching -----------------------------------------------------------------------------------------------------

    def _show_branch(self) -> None:
        message = self._inspector.message
        reply = message is not None and message.role is Role.ASSISTANT
        can = reply and self._inspector.state is TraceState.READY and self._looked_at() is not None
        self.table.can_branch = can
        self._branch.setVisible(can)
        self._type.setVisible(can)
        found = self.table.current()
        self._branch.setEnabled(found is not None and not found.chosen)

    def _looked_at(self) -> int | None:
        token = self._inspector.token if self._inspector.hovered is None else self._inspector.hovered
        return token if token is not None and token < len(self._inspector.trace) else None

    def _on_branch_clicked(self) -> None:
        found = self.table.current()
        if found is not None:
            self._on_branch(found.token)

    def _on_branch(self, token_id: int) -> None:
        position, message_id = self._looked_at(), self._inspector.message_id
        if position is not None and message_id is not None:
            self.strip.setFocus()  # the button that was pressed goes
            self._services.chat.branch(message_id, position, token_id)

    def _on_type(self) -> None:
        position, message_id = self._looked_at(), self._inspector.message_id
        if position is not None and message_id is not None:
            BranchDialog(self._services, message_id, position, self).open()

    def _retranslate(self) -> None:
        self.strip.setAccessibleName(self.tr("Tokens"))
        self._branch.setText(self.tr("Branch from here"))
        self._branch.setToolTip(self.tr("Write another reply that begins with exactly these tokens; this one is kept"))
        self._type.setText(self.tr("Type a token…"))
        self._type.setToolTip(self.tr("Write another reply that goes on here with what you type"))
        self._whole.setText(self.tr("Whole prompt"))
        self._whole.setToolTip(self.tr("Also show the system prompt, earlier messages and the template's own tokens"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._show_token()
        super().changeEvent(event)
