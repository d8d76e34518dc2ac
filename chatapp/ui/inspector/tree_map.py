"""The Tree tab: every message and every branch of the conversation, to jump between and to compare."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QSize
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.conversation import Message, Role
from chatapp.core.tree_rows import START, TreeRows, tree_rows
from chatapp.ui import theme
from chatapp.ui.inspector.branch_export import tree_export
from chatapp.ui.inspector.compare_dialog import CompareDialog
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.tree_delegate import NORMAL, ZOOMS, TreeDelegate
from chatapp.ui.inspector.tree_item_model import TreeItemModel
from chatapp.ui.inspector.tree_view import TreeView
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LETTERS = "AB"


class TreeTab(QWidget):
    """The map, what it counts, and the way to a comparison of two replies."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._chat = services.chat
        self._shown: tuple[int, int] = (0, -1)  # conversation, messages
        self._zoom = NORMAL
        self._model = TreeItemModel(services.chat, self)
        self.view = TreeView(self._model, self)
        self._delegate = TreeDelegate(self._model, self.view)
        self.view.setItemDelegate(self._delegate)
        self._count = QLabel(self)
        self._count.setObjectName("treeCount")
        self._count.setProperty("role", "small")
        self._hint = QLabel(self)
        self._hint.setWordWrap(True)
        self._hint.setProperty("role", "small")
        self._compare = QPushButton(self)
        self._compare.setObjectName("compareButton")
        self._smaller, self._larger = self._tool("minus", -1), self._tool("plus", 1)
        bar = QHBoxLayout()
        bar.setContentsMargins(12, 8, 8, 4)
        bar.addWidget(self._count, 1)
        for widget in (self._smaller, self._larger, self._compare):
            bar.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(bar)
        column.addWidget(self.view, 1)
        column.addWidget(self._hint)
        self._hint.setContentsMargins(12, 6, 12, 8)
        self._connect()
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Tree")

    def export_data(self) -> Exported | None:
        """All of the tree, not only what is in view."""
        return tree_export(self._chat, self._model, self._delegate, self.view.viewport().width())

    def _tool(self, name: str, step: int) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("largerTree" if step > 0 else "smallerTree")
        button.setIcon(icon(name, "muted"))
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(lambda: self._set_zoom(step))
        return button

    def _connect(self) -> None:
        chat = self._chat
        chat.conversation_changed.connect(self._refresh)
        chat.path_changed.connect(self._refresh)
        chat.message_changed.connect(self._model.refresh)
        self.view.jumped.connect(self._on_jumped)
        self.view.zoomed.connect(self._set_zoom)
        self.view.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self._compare.clicked.connect(self._on_compare_clicked)
        theme.notifier.changed.connect(self._restyle)

    # -- what is shown -------------------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        conversation = self._chat.conversation
        wanted = (conversation.id, len(conversation.messages))
        if wanted == self._shown:
            self._model.show_path()
            self.view.viewport().update()
            self._follow()
        else:
            messages = dict(conversation.messages)
            # On a thread: thousands of messages take longer than a frame.
            self._services.tasks.run(lambda: tree_rows(messages), lambda rows: self._on_rows(wanted, rows))

    def _on_rows(self, wanted: tuple[int, int], rows: TreeRows) -> None:
        conversation = self._chat.conversation
        if wanted != (conversation.id, len(conversation.messages)):
            return
        self._shown = wanted
        self._model.marks = {}
        self._model.set_rows(rows)
        self._restyle()
        self._tell()
        self._follow()
        self._on_selection_changed()

    def _follow(self) -> None:
        """Keep the end of the path that is shown in sight, unless it is a part of it that was chosen."""
        leaf, current = self._chat.conversation.leaf_id, self.view.currentIndex()
        row = self._model.rows.row_of.get(leaf or 0, START)
        if row != START and not (current.isValid() and self._model.is_shown(current.row())):
            self.view.selectionModel().setCurrentIndex(
                self._model.index(row), QItemSelectionModel.SelectionFlag.NoUpdate
            )
            seen = self.view.viewport().rect().contains(self.view.visualRect(self._model.index(row)))
            hint = QAbstractItemView.ScrollHint
            self.view.scrollTo(self._model.index(row), hint.EnsureVisible if seen else hint.PositionAtCenter)

    def _tell(self) -> None:
        messages, leaves = len(self._model.rows), self._model.rows.leaves
        one = self.tr("1 message") if messages == 1 else self.tr("{count} messages")
        two = self.tr("1 branch") if leaves == 1 else self.tr("{count} branches")
        self._count.setText(
            f"{one.format(count=number_text(messages))} · {two.format(count=number_text(leaves))}"
            if messages
            else self.tr("Nothing has been said yet")
        )

    def _set_zoom(self, step: int) -> None:
        self._zoom = max(0, min(self._zoom + step, len(ZOOMS) - 1))
        self._delegate.zoom = ZOOMS[self._zoom]
        self._smaller.setEnabled(self._zoom > 0)
        self._larger.setEnabled(self._zoom < len(ZOOMS) - 1)
        self._restyle()

    def _restyle(self) -> None:
        self._delegate.measure()
        self.view.doItemsLayout()

    # -- what the user does --------------------------------------------------------------------------------------------

    def _on_jumped(self, message_id: int) -> None:
        self._chat.go_to(message_id)
        self._services.inspector.select(message_id)

    def _on_selection_changed(self, _now: QItemSelection | None = None, _before: QItemSelection | None = None) -> None:
        pair = self._pair()
        self._compare.setEnabled(pair is not None)
        marks = dict(zip(pair, _LETTERS, strict=True)) if pair else {}
        if marks != self._model.marks:
            self._model.marks = marks
            self.view.viewport().update()

    def _pair(self) -> tuple[int, int] | None:
        """The two replies to compare: those that are selected, or the one and the version that it came from."""
        rows = sorted(index.row() for index in self.view.selectionModel().selectedIndexes())
        found = [m for m in map(self._model.message_at, rows) if m is not None and m.role is Role.ASSISTANT]
        if len(found) == 1 == len(rows):
            other = self._other_version(found[0])
            found = [other, found[0]] if other else []
        if len(found) != 2 or len(rows) > 2:
            return None
        first, second = sorted(message.id for message in found)
        return first, second

    def _other_version(self, message: Message) -> Message | None:
        messages = self._chat.conversation.messages
        fork = message.info.fork if message.info else None
        if fork is not None and fork.message_id in messages:
            return messages[fork.message_id]
        others = [m for m in self._chat.conversation.siblings(message.id) if m.id != message.id]
        before = [m for m in others if m.id < message.id]
        return before[-1] if before else others[0] if others else None

    def _on_compare_clicked(self) -> None:
        if pair := self._pair():
            CompareDialog(self._services, pair, self).show()

    # -- words ---------------------------------------------------------------------------------------------------------

    def _retranslate(self) -> None:
        self.view.setAccessibleName(self.tr("Tree of the conversation"))
        self._compare.setText(self.tr("Compare"))
        self._compare.setToolTip(self.tr("Two replies token by token: where they part and how far they drift"))
        for button, words in ((self._smaller, self.tr("Smaller")), (self._larger, self.tr("Larger"))):
            button.setToolTip(words)
            button.setAccessibleName(words)
        self._hint.setText(self.tr("● you  ○ reply. Click to show a branch, Ctrl+click a second reply to compare."))
        self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
