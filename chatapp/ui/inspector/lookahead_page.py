"""The lookahead: how far and how wide to look, and the tree of what was found."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from chatapp.services.explorer import ExplorerState
from chatapp.services.lookahead import MAX_DEPTH, MAX_NODES, MAX_WIDTH
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.explorer_exports import lookahead_export
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.lookahead_tree import LookaheadTreeView
from chatapp.ui.widgets.spin import CalmSpinBox
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_WIDTH, _DEPTH, _NODES = 3, 6, 60


class LookaheadPage(QWidget):
    """Looks only when asked to: it takes the engine a step for every token that is opened."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._explorer = services.explorer
        self._lookahead = services.lookahead
        self._width, self._width_label = self._number("lookaheadWidth", 1, MAX_WIDTH, _WIDTH)
        self._depth, self._depth_label = self._number("lookaheadDepth", 1, MAX_DEPTH, _DEPTH)
        self._nodes, self._nodes_label = self._number("lookaheadNodes", 1, MAX_NODES, _NODES)
        self._start = QPushButton(self)
        self._start.setObjectName("lookaheadStart")
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(3)
        self._tree = LookaheadTreeView(self)
        self._told = QLabel(self)
        self._told.setObjectName("lookaheadMessage")
        self._told.setTextFormat(Qt.TextFormat.PlainText)
        self._told.setWordWrap(True)
        self._told.setProperty("role", "small")
        row = QHBoxLayout()
        row.setSpacing(6)
        for box, label in (
            (self._width, self._width_label),
            (self._depth, self._depth_label),
            (self._nodes, self._nodes_label),
        ):
            row.addWidget(label)
            row.addWidget(box)
        row.addStretch(1)
        below = QHBoxLayout()
        below.setSpacing(10)
        below.addWidget(self._start)
        below.addWidget(self._told, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(row)
        column.addLayout(below)
        column.addWidget(self._progress)
        column.addWidget(self._tree, 1)
        self._start.clicked.connect(self._on_start)
        self._tree.chosen.connect(self._lookahead.take)
        self._explorer.changed.connect(self._show)
        self._lookahead.changed.connect(self._on_changed)
        self._lookahead.progress.connect(self._on_progress)
        self._retranslate()

    def export_data(self, meta: dict[str, Any]) -> Exported | None:
        """The tree."""
        tree = self._lookahead.tree
        return None if tree is None else lookahead_export(tree, meta, self._tree)

    def _number(self, name: str, low: int, high: int, value: int) -> tuple[CalmSpinBox, QLabel]:
        box, label = CalmSpinBox(low, high, value, self), QLabel(self)
        box.setObjectName(name)
        label.setBuddy(box)
        return box, label

    def _on_start(self) -> None:
        if self._lookahead.is_busy:
            self._lookahead.cancel()
        else:
            self._progress.setRange(0, 0)
            self._lookahead.start(self._width.value(), self._depth.value(), self._nodes.value())

    def _on_progress(self, done: float) -> None:
        self._progress.setRange(0, 1000)
        self._progress.setValue(round(1000 * done))

    def _on_changed(self) -> None:
        if self._tree.tree is not self._lookahead.tree:
            self._tree.show_tree(self._lookahead.tree, self._explorer.pending)
        self._show()

    def _show(self) -> None:
        busy = self._lookahead.is_busy
        self._start.setText(self.tr("Cancel") if busy else self.tr("Look ahead"))
        self._start.setEnabled(busy or self._explorer.state is ExplorerState.READY)
        self._progress.setVisible(busy)
        self._told.setText(self._text())

    def _text(self) -> str:
        ahead = self._lookahead
        if ahead.error is not None:
            return " ".join(part for part in error_text(ahead.error) if part)
        if ahead.interrupted:
            return self.tr("Interrupted by a reply; look ahead again to see the rest.")
        if ahead.is_busy:
            return self.tr("Looking ahead…")
        if ahead.tree is None:
            return self.tr("The likeliest continuations as a tree; the likeliest is followed first.")
        return self.tr(
            "{count} tokens, with the probability of the way to each. Click one to add that way to the text."
        ).format(count=number_text(len(ahead.tree)))

    def _retranslate(self) -> None:
        self._width_label.setText(self.tr("Width"))
        self._depth_label.setText(self.tr("Depth"))
        self._nodes_label.setText(self.tr("Tokens"))
        self._width.setToolTip(self.tr("Candidates after each token"))
        self._depth.setToolTip(self.tr("Tokens of the longest continuation"))
        self._nodes.setToolTip(self.tr("Tokens in the whole tree; the likeliest way is followed first"))
        for box, label in (
            (self._width, self._width_label),
            (self._depth, self._depth_label),
            (self._nodes, self._nodes_label),
        ):
            box.setAccessibleName(label.text())
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
