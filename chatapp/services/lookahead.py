"""Looking ahead from where the explorer stands: the likeliest continuations, and one of them taken as steps."""

import math

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import ErrorCode, UserFixable
from chatapp.core.lookahead import LookaheadTree
from chatapp.protocol.messages import Lookahead, LookedAhead, Prefix, PromptProgress
from chatapp.services.explorer import ExplorerService, ExplorerState, Step
from chatapp.services.questions import Questions

MAX_WIDTH, MAX_DEPTH, MAX_NODES = 8, 24, 300


class LookaheadService(QObject):
    """Signals:

    changed()        `tree`, `is_busy`, `interrupted` or `error` are others
    progress(float)  0..1
    """

    changed = Signal()
    progress = Signal(float)

    def __init__(self, explorer: ExplorerService, questions: Questions, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._explorer = explorer
        self._questions = questions
        self._job = 0
        self._asked_from: Prefix | None = None
        self._ended = False  # by the user
        self.tree: LookaheadTree | None = None
        self.interrupted = False  # a reply began before all was looked at
        self.error: UserFixable | None = None
        explorer.changed.connect(self._on_explorer_changed)

    @property
    def is_busy(self) -> bool:
        """Whether the engine is looking ahead."""
        return bool(self._job)

    def start(self, width: int, depth: int, nodes: int) -> None:
        """Look ahead from where the explorer stands; see `Lookahead` for the numbers."""
        prefix = self._explorer.prefix
        if prefix is None:
            return
        self._questions.withdraw(self._job)
        self._job = 0
        self._asked_from, self.tree, self.error = prefix, None, None
        self._ended = self.interrupted = False
        self._job = self._questions.ask(
            Lookahead(0, prefix, width, depth, nodes), self._on_answer, self._on_failed, self._on_progress
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop; what was found so far is shown."""
        self._ended = True
        self._questions.end(self._job)

    def take(self, node: int) -> None:
        """Take the tokens up to *node* as steps."""
        tree = self.tree
        if tree is not None and 0 <= node < len(tree):
            path = tree.path(node)
            self._explorer.extend(
                Step(int(tree.ids[n]), tree.pieces[n], float(tree.logprobs[n]), math.nan) for n in path
            )

    def _on_answer(self, answer: object) -> None:
        self._job = 0
        if isinstance(answer, LookedAhead):
            self.tree = LookaheadTree.from_arrays(answer.arrays)
            self.interrupted = answer.cancelled and not self._ended
        self.changed.emit()

    def _on_failed(self, error: UserFixable) -> None:
        self._job = 0
        if error.code is ErrorCode.CANCELLED:
            self.interrupted = not self._ended
        else:
            self.error = error
        self.changed.emit()

    def _on_progress(self, event: object) -> None:
        if isinstance(event, PromptProgress):
            self.progress.emit(event.fraction)

    def _on_explorer_changed(self) -> None:
        gone = self._explorer.state is ExplorerState.NO_MODEL  # another one would find another tree
        if self._asked_from is not None and (gone or self._explorer.prefix != self._asked_from):
            self._questions.withdraw(self._job)
            self._job, self._asked_from, self.tree, self.error = 0, None, None, None
            self.interrupted = False
            self.changed.emit()
