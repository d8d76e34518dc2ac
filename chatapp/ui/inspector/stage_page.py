"""The stages that the selected token went through: as recorded, or computed by the model again."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from chatapp.core.stage_view import StageView, recomputed_stages, recorded_stages
from chatapp.core.stages import chain_of
from chatapp.services.prediction import TokenPrediction
from chatapp.ui.inspector.exported import Exported, stage_export
from chatapp.ui.inspector.obstacles import asking_text, obstacle_text
from chatapp.ui.inspector.stage_columns import StageColumns

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class StagePage(QWidget):
    """What was recorded is shown at once; what was not can be computed again with the settings of the reply."""

    def __init__(self, services: "Services", prediction: TokenPrediction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspector = services.inspector
        self._prediction = prediction
        self._key: tuple[object, ...] = ()
        self._source = QLabel(self)
        self._source.setObjectName("stageSource")
        self._source.setProperty("role", "small")
        self._source.setWordWrap(True)
        self._source.setTextFormat(Qt.TextFormat.PlainText)
        self._again = QPushButton(self)
        self._again.setObjectName("recomputeButton")
        self._again.clicked.connect(self._on_again)
        self.table = StageColumns(self)
        self._empty = QWidget(self)  # in place of the table
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._source, 1)
        head.addWidget(self._again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        column.addWidget(self._empty, 1)
        prediction.changed.connect(self.refresh)
        self.refresh()

    @property
    def view(self) -> StageView | None:
        """What is shown now."""
        return self.table.stages.view

    def export_data(self) -> Exported | None:
        """The table."""
        view, token = self.view, self._inspector.token
        if view is None or token is None:
            return None
        return stage_export(self._inspector.trace, token, view, self._prediction.sampled_with)

    def refresh(self) -> None:
        """Show the selected token anew."""
        prediction, trace = self._prediction, self._inspector.trace
        key = (trace, self._inspector.token, prediction.predicted, prediction.sampled_with)
        if key != self._key:  # else the cell that was walked to stays where it is
            self._key = key
            view = self._found()
            self.table.show_view(view, prediction.sampled_with)
            self.table.setVisible(view is not None)
            self._empty.setVisible(view is None)
        self._say(self.view)

    def _found(self) -> StageView | None:
        trace, token = self._inspector.trace, self._inspector.token
        if token is None or token >= len(trace):
            return None
        recorded = recorded_stages(trace, token)
        if recorded is not None:
            return recorded
        answer, sampled_with = self._prediction.predicted, self._prediction.sampled_with
        if answer is None or self._prediction.params != sampled_with:
            return None
        arrays = answer.arrays
        found = recomputed_stages(trace, token, answer.stages, arrays["stage_left"], arrays["stage_probs"])
        return found.with_draw(chain_of(self._prediction.params)[-1])

    def _say(self, view: StageView | None) -> None:
        prediction = self._prediction
        trace, token = self._inspector.trace, self._inspector.token
        self._again.setText(self.tr("Cancel") if prediction.is_asking else self.tr("Recompute"))
        obstacle = prediction.obstacle
        can_ask = view is None and obstacle is None and prediction.sampled_with is not None
        self._again.setVisible(can_ask or (view is None and prediction.is_asking))
        if view is not None:
            self._source.setText(self._origin(view))
        elif prediction.is_asking:
            self._source.setText(asking_text(prediction.progress))
        elif trace.owners is not None:
            self._source.setText(self.tr("The model read this token; no sampler chose it."))
        elif token is None:
            self._source.setText("")
        else:
            why = self.tr("The stages of this token were not recorded, since the inspector was closed.")
            if obstacle is not None:
                why += " " + obstacle_text(obstacle)
            elif prediction.sampled_with is None:
                why += " " + self.tr("What it was sampled with is not known.")
            self._source.setText(why)

    def _origin(self, view: StageView) -> str:
        if view.given:
            return self.tr("This token was given, not drawn: no sampler saw it.")
        if view.recorded:
            return self.tr("Recorded while the reply was written.")
        return self.tr("Recomputed by the model with the settings of the reply.")

    def _on_again(self) -> None:
        params = self._prediction.sampled_with
        if self._prediction.is_asking:
            self._prediction.cancel()
        elif params is not None:
            self._prediction.ask(params)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._say(self.view)
        super().changeEvent(event)
