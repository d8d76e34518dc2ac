"""Branching with a token that is typed: the text, the tokens the model reads it as, and which of them to begin with."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import UserFixable
from chatapp.core.generation import Fork
from chatapp.core.text import unescaped
from chatapp.core.token_text import hex_text, token_text
from chatapp.protocol.messages import Tokenize, Tokenized
from chatapp.ui.chat.fork_label import token_words
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.numbers import percent
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LONGEST = 400  # characters
_ROWS = 6  # of the table that are seen at once
_BYTES, _NUMBERS = 2, (1, 3)  # columns


class BranchDialog(QDialog):
    """For token number *position* of the reply *message_id*; begins the branch itself when it is accepted."""

    def __init__(self, services: "Services", message_id: int, position: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._message_id = message_id
        self._position = position
        self._job = 0
        self._ids: tuple[int, ...] = ()
        self._intro = QLabel(self)
        self._hint = QLabel(self)
        self._note = QLabel(self)
        for label, role in ((self._intro, ""), (self._hint, "small"), (self._note, "small")):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", role)
        self._note.setObjectName("branchNote")
        self._edit = QLineEdit(self)
        self._edit.setObjectName("branchText")
        self._edit.setMaxLength(_LONGEST)
        self._tokens = _table(self)
        self._first = QCheckBox(self)
        self._first.setObjectName("branchFirst")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self._branch = self._buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        self._branch.setObjectName("branchButton")
        self._branch.setDefault(True)
        column = QVBoxLayout(self)
        column.setSpacing(8)
        for widget in (self._intro, self._edit, self._hint, self._tokens, self._note, self._first):
            column.addWidget(widget)
        column.addStretch(1)
        column.addWidget(self._buttons)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(460, 380)
        self._edit.textChanged.connect(self._ask)
        self._first.toggled.connect(self._show_choice)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._retranslate()
        self._show([])

    def accept(self) -> None:
        """Begin the branch."""
        ids = self._chosen()
        if ids:
            super().accept()
            self._services.chat.branch(self._message_id, self._position, ids)

    def done(self, result: int) -> None:
        self._services.questions.withdraw(self._job)
        super().done(result)

    def _chosen(self) -> tuple[int, ...]:
        return self._ids[:1] if self._first.isChecked() else self._ids

    # -- tokens --------------------------------------------------------------------------------------------------------

    def _ask(self) -> None:
        self._services.questions.withdraw(self._job)
        self._ids = ()
        text = unescaped(self._edit.text())
        if not text:
            self._show([])
            return
        self._branch.setEnabled(False)
        self._job = self._services.questions.ask(Tokenize(0, text, within=True), self._on_tokens, self._on_failed)

    def _on_tokens(self, answer: object) -> None:
        if isinstance(answer, Tokenized):
            self._ids = answer.ids
            pieces = [bytes.fromhex(piece) for piece in answer.pieces]
            self._show(list(zip(answer.ids, pieces, strict=True)))

    def _on_failed(self, error: UserFixable) -> None:
        self._show([])
        message, remedy = error_text(error)
        self._note.setText(f"{message} {remedy}")

    def _show(self, tokens: list[tuple[int, bytes]]) -> None:
        self._tokens.setRowCount(len(tokens))
        for row, (token, piece) in enumerate(tokens):
            cells = [token_text(token, piece), str(token), hex_text(piece), self._chance(token) if row == 0 else ""]
            for at, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setTextAlignment(_alignment(at))
                self._tokens.setItem(row, at, item)
        self._first.setEnabled(len(tokens) > 1)
        self._note.clear()
        self._show_choice()

    def _show_choice(self) -> None:
        self._branch.setEnabled(bool(self._ids))
        for row in range(1, self._tokens.rowCount()):
            for at in range(self._tokens.columnCount()):
                if (item := self._tokens.item(row, at)) is not None:
                    flags = item.flags() | Qt.ItemFlag.ItemIsEnabled
                    item.setFlags(flags & ~Qt.ItemFlag.ItemIsEnabled if self._first.isChecked() else flags)

    def _chance(self, token: int) -> str:
        """How likely the first token was there, as far as that was kept."""
        fork = self._fork(token)
        if fork is None:
            return ""
        if fork.probability is None:
            last = self._services.inspector.trace.top_logprobs[self._position, -1]  # the least likely one that was kept
            return "<" + percent(math.exp(last)).removeprefix("<")
        return percent(fork.probability)

    def _fork(self, token: int) -> Fork | None:
        inspector, at = self._services.inspector, self._position
        trace = inspector.trace
        if inspector.message_id != self._message_id or at >= len(trace):
            return None
        kept = (trace.top_ids[at] == token).nonzero()[0]
        logprob = float(trace.top_logprobs[at, kept[0]]) if len(kept) else None
        old = int(trace.ids[at])
        return Fork(
            self._message_id, at, token, logprob, trace.shown(token), old, float(trace.logprobs[at]),
            trace.shown(old),
        )  # fmt: skip

    # -- words ---------------------------------------------------------------------------------------------------------

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Branch with another token"))
        fork = self._fork(-1)
        if fork is not None and fork.old_token is not None:
            old = token_words(fork.old_token, fork.old_piece, fork.old_probability)
            text = self.tr("Token {number} is {old}. What should stand there instead?")
            self._intro.setText(text.format(number=number_text(self._position + 1), old=old))
        else:
            self._intro.setText(self.tr("What should stand there instead?"))
        self._edit.setAccessibleName(self.tr("Text of the new token"))
        self._hint.setText(
            self.tr("A space before a word is part of its token. \\n is a new line; control tokens go by their names.")
        )
        self._tokens.setHorizontalHeaderLabels(
            [self.tr("Token"), self.tr("Id"), self.tr("Bytes"), self.tr("Probability")]
        )
        for at in range(self._tokens.columnCount()):
            if (item := self._tokens.horizontalHeaderItem(at)) is not None:
                item.setTextAlignment(_alignment(at))
        self._tokens.setAccessibleName(self.tr("Tokens the model reads it as"))
        self._first.setText(self.tr("Begin with the first token only"))
        self._branch.setText(self.tr("Branch from here"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._ask()
        super().changeEvent(event)


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column in _NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _table(parent: QWidget) -> QTableWidget:
    table = QTableWidget(0, 4, parent)
    table.setObjectName("branchTokens")
    table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
    table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    table.verticalHeader().hide()
    row = table.fontMetrics().height() + 6
    table.verticalHeader().setDefaultSectionSize(row)
    for column, letters in enumerate((14, 9, 0, 13)):
        table.setColumnWidth(column, letters * table.fontMetrics().averageCharWidth() + 10)
    table.horizontalHeader().setSectionResizeMode(_BYTES, QHeaderView.ResizeMode.Stretch)
    table.setFixedHeight((_ROWS + 1) * row + 6)
    table.setShowGrid(False)
    table.setWordWrap(False)
    return table
