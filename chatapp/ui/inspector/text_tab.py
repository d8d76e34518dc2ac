"""The Text tab: how likely the model finds a text of one's own, and its perplexity."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from chatapp.core.errors import UserFixable
from chatapp.protocol.loading import ModelInfo
from chatapp.services.text_score import CONTINUOUS, LLAMA_CPP, ScoreState
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector.explorer_exports import of_model
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.text_result import TextResult
from chatapp.ui.inspector.text_source import TextSource
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.spin import CalmSpinBox
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_LONGEST_CONTEXT = 1_000_000  # tokens


class TextTab(QWidget):
    """A text and how to score it; below it what came out."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("textTab")
        self._score = services.text_score
        self._engine = services.engine
        self._model: ModelInfo | None = None  # that the text is scored with
        self._method_used = ""
        self._refusal: UserFixable | None = None  # of a file
        self._source = TextSource(services, self)
        self._method = CalmComboBox(self)
        self._method.setObjectName("scoreMethod")
        self._context_label = QLabel(self)
        self._context = CalmSpinBox(0, _LONGEST_CONTEXT, 0, self)
        self._context.setObjectName("scoreContext")
        self._context.setSingleStep(128)
        self._context_label.setBuddy(self._context)
        self._context.setMaximumWidth(self.fontMetrics().horizontalAdvance("1,000,000") + 40)
        self._start = QPushButton(self)
        self._start.setObjectName("scoreStart")
        self._start.setProperty("primary", "true")
        self._progress = QProgressBar(self)
        self._progress.setObjectName("scoreProgress")
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(3)
        self._told = _label(self, "scoreMessage", "small")
        self._adapters = _label(self, "scoreAdapters", "small")
        self._hint = _label(self, "scoreHint", "muted")
        self._result = TextResult(services, self)
        self._result.search.bind_keys(self)
        self._arrange()
        self._start.clicked.connect(self._on_start)
        self._source.changed.connect(self._on_source)
        self._source.refused.connect(self._on_refused)
        self._score.changed.connect(self._show)
        self._score.restarted.connect(self._on_restarted)
        self._retranslate()

    def title(self) -> str:
        """For the tab."""
        return self.tr("Text")

    def export_data(self) -> Exported | None:
        """The scored text."""
        adapters = [use.to_json() for use in self._score.adapters] or None
        meta = of_model(
            self._model, shown="text", method=self._method_used, n_ctx=self._score.n_ctx or None, adapters=adapters
        )
        return self._result.export_data(meta)

    def _on_restarted(self) -> None:
        self._model, self._method_used = self._engine.model, str(self._method.currentData())

    def _arrange(self) -> None:
        self._source.row.addWidget(self._start)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self._method, 1)
        row.addSpacing(4)
        row.addWidget(self._context_label)
        row.addWidget(self._context)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addWidget(self._source)
        column.addLayout(row)
        column.addWidget(self._progress)
        column.addWidget(self._told)
        column.addWidget(self._adapters)
        column.addWidget(self._hint)
        column.addWidget(self._result, 1)
        column.addStretch(0)

    # -- showing -------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        score = self._score
        busy = score.is_busy
        self._start.setText(self._start_text())
        self._start.setEnabled(busy or (score.has_model and not self._source.is_empty))
        self._source.set_usable(not busy)
        for widget in (self._method, self._context):
            widget.setEnabled(not busy)
        self._progress.setVisible(busy)
        self._progress.setRange(0, score.totals.total)  # 0, 0: not known yet
        self._progress.setValue(score.totals.seen)
        self._told.setText(self._told_text())
        self._told.setVisible(bool(self._told.text()))
        has_result = len(score.trace) > 0
        names = ", ".join(use.label for use in score.adapters)
        with_adapters = (
            self.tr("Scored with the LoRA adapters {names}")
            if has_result or busy
            else self.tr("This chat's LoRA adapters are used: {names}")
        )
        self._adapters.setText(with_adapters.format(names=names))
        self._adapters.setVisible(bool(names))
        self._result.setVisible(has_result)
        self._source.make_room(has_result)
        self._hint.setVisible(not has_result and not busy)

    def _start_text(self) -> str:
        if self._score.is_busy:
            return self.tr("Cancel")
        return self.tr("Start again") if self._score.state is ScoreState.INTERRUPTED else self.tr("Score the text")

    def _told_text(self) -> str:
        score = self._score
        error = self._refusal or score.error
        if error is not None:
            return " ".join(part for part in error_text(error) if part)
        if not score.has_model:
            return self.tr("Load a model to score a text.")
        done, total = number_text(score.totals.seen), number_text(score.totals.total)
        begun = score.totals.total > 0
        return {
            ScoreState.WAITING: self.tr("A reply is being written. The text is read when it is done."),
            ScoreState.SCORING: self.tr("{done} of {total} tokens") if begun else self.tr("Reading…"),
            ScoreState.CANCELLED: self.tr("Stopped after {done} of {total} tokens.") if begun else "",
            ScoreState.INTERRUPTED: self.tr("Interrupted by a reply after {done} of {total} tokens."),
        }.get(score.state, "").format(done=done, total=total)

    # -- what the user does --------------------------------------------------------------------------------------------

    def _on_start(self) -> None:
        self._refusal = None
        if self._score.is_busy:
            self._score.cancel()
        else:
            self._score.start(self._source.text(), str(self._method.currentData()), self._context.value())

    def _on_source(self) -> None:
        self._refusal = None
        self._show()

    def _on_refused(self, error: UserFixable) -> None:
        self._refusal = error
        self._show()

    # -- words ---------------------------------------------------------------------------------------------------------

    def _retranslate(self) -> None:
        chosen = self._method.currentData() or CONTINUOUS
        self._method.clear()
        self._method.addItem(self.tr("Each token after all before it"), CONTINUOUS)
        self._method.addItem(self.tr("As llama.cpp's perplexity program"), LLAMA_CPP)
        self._method.setCurrentIndex(self._method.findData(chosen))
        self._method.setAccessibleName(self.tr("How to score the text"))
        self._method.view().setAccessibleName(self._method.accessibleName())
        self._method.setToolTip(
            self.tr(
                "llama.cpp's program cuts the text into pieces of the context's length and counts the second half of "
                "each, so its perplexity is higher"
            )
        )
        self._hint.setText(
            self.tr(
                "Every token of the text is coloured by its surprisal: how little the model expected it after what "
                "stands before it. The perplexity sums that up: as if the model had to choose among so many equally "
                "likely tokens each time. The lower it is, the better the model knows texts like this one."
            )
        )
        self._context_label.setText(self.tr("Context"))
        self._context.setAccessibleName(self.tr("Context length in tokens"))
        self._context.setSpecialValueText(self.tr("usual"))
        self._context.setToolTip(
            self.tr(
                "Tokens the model reads at most; usual is the context of the chat, or 512 as llama.cpp's program has"
            )
        )
        self._show()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)


def _label(parent: QWidget, name: str, role: str) -> QLabel:
    label = QLabel(parent)
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", role)
    return label
