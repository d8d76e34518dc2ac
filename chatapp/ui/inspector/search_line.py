"""The line that finds tokens: by text, or by an expression such as ``rank > 50``."""

from collections.abc import Container

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from chatapp.core.token_search import Query, QueryError, parse
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.services.tasks import Tasks
from chatapp.ui.inspector.numbers import count
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.search_field import SearchField

_AT_ONCE = 10_000  # tokens that are searched within a frame; longer ones on a thread


class SearchLine(QWidget):
    """Signals:

    found(list[int])  the tokens of all places that were found
    jumped(int)       go to this token
    """

    found = Signal(list)
    jumped = Signal(int)

    def __init__(self, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._asked = 0  # searches so far
        self._looking = False
        self._pending = 0  # the step to make when the places are known
        self._searched = 0  # tokens of the trace that the places are from
        self._trace = TraceBuffer()
        self._hidden: Container[int] = ()
        self._query = Query()
        self._places: list[tuple[int, int]] = []
        self._at: int | None = None
        self.edit = SearchField(self)
        self.edit.setObjectName("tokenSearch")
        self.edit.textChanged.connect(self._on_edited)
        self._count = QLabel(self)
        self._count.setObjectName("tokenSearchCount")
        self._count.setProperty("role", "small")
        self._error = QLabel(self)
        self._error.setObjectName("tokenSearchError")
        self._error.setProperty("role", "error")
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        self._error.setWordWrap(True)
        self._error.hide()
        self._previous, self._following = self._button("chevron-left", -1), self._button("chevron-right", 1)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.edit, 1)
        row.addWidget(self._count)
        row.addWidget(self._previous)
        row.addWidget(self._following)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._error)
        self._retranslate()

    def bind_keys(self, widget: QWidget) -> None:
        """Let F3 go on, Shift+F3 back and Ctrl+F come here, wherever in *widget* the focus is."""
        for keys, action in (
            (QKeySequence("F3"), lambda: self.step(1)),
            (QKeySequence("Shift+F3"), lambda: self.step(-1)),
            (QKeySequence(QKeySequence.StandardKey.Find), self._take_focus),
        ):
            shortcut = QShortcut(keys, widget)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(action)

    def _take_focus(self) -> None:
        if self.isVisible():  # there may be no tokens yet
            self.edit.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def set_trace(self, trace: TraceBuffer, hidden: Container[int] = ()) -> None:
        """Search *trace* from now on, without the *hidden* tokens."""
        if trace is not self._trace or len(trace) != self._searched or hidden != self._hidden:
            self._trace, self._hidden = trace, hidden
            self._search()

    def catch_up(self) -> None:
        """Search tokens that came since, too."""
        if not self._looking and len(self._trace) != self._searched:
            self._search(keep=True)

    def step(self, by: int) -> None:
        """Go to the next place (1) or the one before (-1), around the end; tokens that came since are searched, too."""
        self.catch_up()
        if self._looking:
            self._pending = by
        elif self._places:
            self._at = (0 if by > 0 else -1) if self._at is None else self._at + by
            self._at %= len(self._places)
            self._show_count()
            self.jumped.emit(self._places[self._at][0])

    def _on_edited(self) -> None:
        try:
            self._query = parse(self.edit.text())
        except QueryError as error:
            self._query = Query()
            template = QCoreApplication.translate("token search", error.template)
            self._show_error(template.format(**error.params))
        else:
            self._show_error("")
        self._search()

    def _search(self, *, keep: bool = False) -> None:
        """Find the places anew, and *keep* the number of the one that was shown."""
        query, trace, hidden = self._query, self._trace, self._hidden
        self._asked += 1
        self._searched = len(trace)
        self._looking, self._pending = True, 0
        asked, at = self._asked, self._at if keep else None

        def find() -> tuple[list[tuple[int, int]], list[int]]:
            if asked != self._asked:  # something else is looked for by now
                return [], []
            places = [place for place in query.find(trace) if place[0] not in hidden]
            return places, [token for start, end in places for token in range(start, end)]

        def show(found: tuple[list[tuple[int, int]], list[int]]) -> None:
            if asked == self._asked and isValid(self):
                self._places, self._at, self._looking = found[0], at, False
                self._show_count()
                self.found.emit(found[1])
                if self._pending:
                    self.step(self._pending)

        if len(trace) <= _AT_ONCE:
            show(find())
        else:
            self._show_count()
            self._tasks.run(find, show)

    def _show_count(self) -> None:
        if not self.edit.text() or not self._error.isHidden():
            text = ""
        elif self._looking:
            text = "…"
        elif not self._places:
            text = self.tr("none found")
        elif self._at is None:
            text = self.tr("{total} found").format(total=count(len(self._places)))
        else:
            text = self.tr("{number} of {total}").format(number=count(self._at + 1), total=count(len(self._places)))
        self._count.setText(text)
        for button in (self._previous, self._following):
            button.setEnabled(bool(self._places))

    def _show_error(self, sentence: str) -> None:
        self._error.setText(sentence)
        self._error.setVisible(bool(sentence))
        self.edit.setProperty("invalid", "true" if sentence else "false")
        self.edit.style().unpolish(self.edit)
        self.edit.style().polish(self.edit)

    def _button(self, picture: str, by: int) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(picture, "muted"))
        button.setIconSize(QSize(16, 16))
        button.setObjectName("nextFound" if by > 0 else "previousFound")
        button.clicked.connect(lambda: self.step(by))
        return button

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.step(-1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1)
        else:
            super().keyPressEvent(event)

    def _retranslate(self) -> None:
        self.edit.setPlaceholderText(self.tr("Find text, or rank > 50, p < 1 %, surprisal > 8…"))
        self.edit.setAccessibleName(self.tr("Find tokens"))
        self.edit.setToolTip(
            self.tr("Text, or conditions on p, surprisal, entropy, rank and id, joined by “and”. F3 goes to the next.")
        )
        for button, name in (
            (self._previous, self.tr("Previous place (Shift+F3)")),
            (self._following, self.tr("Next place (F3)")),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
        if self.edit.text():
            self._on_edited()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
