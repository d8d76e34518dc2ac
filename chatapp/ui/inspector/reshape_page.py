"""Re-shape: what other settings would have left of the selected token's distribution, while the sliders move."""

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from chatapp.core.kept_stages import Missing, NotComputable
from chatapp.core.reshape_kept import Shaped
from chatapp.core.reshaper import Predicted, Reshaper, refused
from chatapp.core.sampling import SamplingParams
from chatapp.services.inspector import TraceState
from chatapp.services.prediction import TokenPrediction
from chatapp.ui.inspector.exported import Exported, reshape_export
from chatapp.ui.inspector.numbers import rough_percent
from chatapp.ui.inspector.obstacles import asking_text, obstacle_text
from chatapp.ui.inspector.reshape_controls import ReshapeControls, applied
from chatapp.ui.inspector.shape_bars import Bars, ShapeBars
from chatapp.ui.inspector.stage_words import stage_title
from chatapp.ui.inspector.words import bits_words, count_words, share_words
from chatapp.ui.widgets.text import number_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class _Controls(QScrollArea):
    """The sliders; those that are folded out scroll, so that the bars stay in sight."""

    def __init__(self, controls: ReshapeControls, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._inner = controls
        self.setWidget(controls)
        controls.installEventFilter(self)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def _fit(self) -> None:
        height = self._inner.sizeHint().height()
        self.setMaximumHeight(height)
        self.setMinimumHeight(min(height, 150))


class ReshapePage(QWidget):
    """The sliders stay where they are while tokens of one message are looked at."""

    def __init__(self, services: "Services", prediction: TokenPrediction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._inspector = services.inspector
        self._prediction = prediction
        self._reshaper: Reshaper | None = None
        self._key: tuple[object, ...] = ()
        self._message: int | None = None
        self.shaped: Shaped | None = None
        self._missing: NotComputable | None = None
        self._basis = self._label("reshapeBasis")
        self._whole = QPushButton(self)
        self._whole.setObjectName("wholeVocabularyButton")
        self._whole.clicked.connect(self._on_whole)
        self.controls = ReshapeControls(self)
        self.controls.changed.connect(self._on_changed)
        self._scroll = _Controls(self.controls, self)
        self._struck = QCheckBox(self)
        self._struck.setChecked(True)
        self._struck.toggled.connect(lambda _on: self._compute())
        self._numbers = self._label("reshapeNumbers")
        self._numbers.setProperty("role", None)
        self.bars = ShapeBars(self)
        self._apply = QPushButton(self)
        self._apply.setObjectName("applySamplingButton")
        self._apply.setProperty("primary", "true")
        self._apply.clicked.connect(self._on_apply)
        self._reset = QPushButton(self)
        self._reset.setObjectName("resetSamplingButton")
        self._reset.clicked.connect(self._on_reset)
        self._lay_out()
        self._fit()
        prediction.changed.connect(self.refresh)
        services.chat.sampling_changed.connect(self._show_buttons)
        services.settings.changed.connect(lambda _key: self._show_buttons())
        self._retranslate()

    def _fit(self) -> None:
        self._numbers.setMinimumHeight(2 * self._numbers.fontMetrics().lineSpacing())  # the bars must not jump

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setProperty("role", "small")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._basis, 1)
        head.addWidget(self._whole)
        buttons = QHBoxLayout()
        buttons.addWidget(self._apply)
        buttons.addWidget(self._reset)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._scroll, 3)
        column.addWidget(self._struck)
        column.addWidget(self._numbers)
        column.addWidget(self.bars, 4)
        column.addLayout(buttons)

    # -- what is shown -------------------------------------------------------------------------------------------------

    @property
    def sampled_with(self) -> SamplingParams:
        """Where the sliders begin: the settings of the reply, or of the next one where these are not known."""
        return self._prediction.sampled_with or self._services.chat.effective_sampling()

    def export_data(self) -> Exported | None:
        """The bars, with the settings of the sliders."""
        token, bars = self._inspector.token, self.bars.rows.bars
        if self._reshaper is None or self.shaped is None or token is None or bars is None:
            return None
        return reshape_export(self._inspector.trace, token, self._reshaper, self.shaped, bars, self.controls.params)

    def refresh(self) -> None:
        """Show the selected token anew; what nobody sees waits."""
        if not self.isVisible():
            return
        trace, token = self._inspector.trace, self._inspector.token
        if self._inspector.message_id != self._message and self._inspector.state is not TraceState.LOADING:
            self._message = self._inspector.message_id
            self.controls.show_params(self.sampled_with)
        key = (trace, len(trace), token, self._prediction.predicted, self._prediction.sampled_with)
        if key != self._key:
            self._key = key
            self._reshaper = None
            if token is not None and token < len(trace) and not math.isnan(trace.logprobs[token]):
                self._reshaper = Reshaper(
                    trace, token, self._prediction.sampled_with, self._predicted(), self._prediction.n_vocab
                )
        self._compute()

    def _predicted(self) -> Predicted | None:
        answer = self._prediction.predicted
        if answer is None:
            return None
        return Predicted(answer.arrays["logits"], answer.arrays["stage_probs"], self._prediction.params)

    def _compute(self) -> None:
        reshaper, params = self._reshaper, self.controls.params
        self.shaped, self._missing = None, None
        if reshaper is not None:
            try:
                shaped = reshaper.shape(params, struck=self._struck.isChecked())
            except NotComputable as missing:
                self._missing = missing
            else:
                self.shaped = shaped if shaped.low.any() else None  # bounds that say nothing are not shown
            pieces = tuple(self._inspector.trace.shown(int(i)) for i in reshaper.ids)
            self.bars.show_bars(Bars(reshaper.ids, pieces, reshaper.raw, reshaper.taken, self.shaped))
        else:
            self.bars.show_bars(None)
        self._say()

    def _say(self) -> None:
        reshaper, params = self._reshaper, self.controls.params
        self._struck.setVisible(params.uses("xtc"))
        self._struck.setText(
            self.tr("Shown as XTC acts, which it does for {share} of the tokens").format(
                share=rough_percent(params.xtc_probability)
            )
        )
        self._show_buttons()
        if reshaper is None:
            self._basis.setText(self.tr("Nothing stands before the first token, so it has no distribution."))
            self._numbers.setText("")
            return
        self._basis.setText(self._basis_words(reshaper))
        self._numbers.setText(self._numbers_words(reshaper))

    def _basis_words(self, reshaper: Reshaper) -> str:
        prediction = self._prediction
        if prediction.is_asking:
            return asking_text(prediction.progress)
        total = number_text(reshaper.n_vocab) if reshaper.n_vocab else ""
        if reshaper.is_whole:
            return self.tr("Computed from all {total} tokens.").format(total=total)
        words = {"count": number_text(len(reshaper.ids)), "total": total, "share": rough_percent(reshaper.mass)}
        if total and self.shaped is not None and self.shaped.is_exact:
            said = self.tr("Computed from {count} of {total} tokens, {share} of the probability; the shares are exact.")
        elif total:
            said = self.tr("Computed from {count} of {total} tokens, {share} of the probability; the rest is one bar.")
        else:
            said = self.tr("Computed from the {count} tokens that were kept, {share} of the probability.")
        said = said.format(**words)
        obstacle = prediction.obstacle
        return said if obstacle is None else f"{said} {obstacle_text(obstacle)}"

    def _numbers_words(self, reshaper: Reshaper) -> str:
        if self._missing is not None:
            return self._missing_words(self._missing)
        shaped = self.shaped
        if shaped is None:
            return self.tr("Too little of the distribution was kept to tell; the whole vocabulary is needed.")
        before = number_text(reshaper.entropy / math.log(2), 2)
        lines = [
            self.tr("Entropy {before} → {after} bits").format(before=before, after=bits_words(shaped.entropy)),
            self.tr("{count} tokens left, to which the model gave {share}").format(
                count=count_words(shaped.left), share=share_words(shaped.mass)
            ),
        ]
        kind = refused(self.controls.params)
        if kind is not None:
            lines[0] += " · " + (
                self.tr("before {stage}, which depends on earlier draws").format(stage=stage_title(kind))
            )
        return "\n".join(lines)

    def _missing_words(self, missing: NotComputable) -> str:
        stage = stage_title(missing.stage)
        match missing.missing:
            case Missing.VOCABULARY:
                said = self.tr("{stage} needs the whole vocabulary.")
            case Missing.LOGITS:
                said = self.tr("{stage}: the repetition penalty needs the model's own scores, which are not kept.")
            case Missing.PROMPT:
                said = self.tr("{stage} looks back at the prompt, whose tokens are not kept.")
            case Missing.MODEL:
                said = self.tr("{stage} can only be computed by the model.")
        return said.format(stage=stage)

    def _show_buttons(self) -> None:
        prediction, reshaper = self._prediction, self._reshaper
        can_ask = prediction.obstacle is None and reshaper is not None
        is_whole = reshaper is not None and reshaper.is_whole
        if prediction.is_asking:
            self._whole.setText(self.tr("Cancel"))
        elif is_whole:
            self._whole.setText(self.tr("Ask the model"))
        else:
            self._whole.setText(self.tr("Use the full vocabulary"))
        wanted = not is_whole or self._missing is not None
        self._whole.setVisible(prediction.is_asking or (can_ask and wanted))
        chat = self._services.chat.effective_sampling()
        self._apply.setEnabled(applied(self.controls.params, chat) != chat)
        self._reset.setEnabled(self.controls.params != self.sampled_with)

    # -- what the user does --------------------------------------------------------------------------------------------

    def _on_changed(self, _params: object) -> None:
        self._compute()

    def _on_whole(self) -> None:
        if self._prediction.is_asking:
            self._prediction.cancel()
        else:
            self._prediction.ask(self.controls.params)

    def _on_apply(self) -> None:
        chat = self._services.chat
        chat.set_sampling(applied(self.controls.params, chat.effective_sampling()))

    def _on_reset(self) -> None:
        self.controls.show_params(self.sampled_with)
        self._compute()

    def _retranslate(self) -> None:
        self._apply.setText(self.tr("Apply to this chat"))
        self._apply.setToolTip(self.tr("The next replies of this chat are sampled with these settings."))
        self._reset.setText(self.tr("Reset"))
        self._reset.setToolTip(self.tr("Back to what the reply was sampled with"))
        self._whole.setToolTip(self.tr("The model computes this token again, so that nothing has to be left open."))
        self._say()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() == QEvent.Type.FontChange:
            self._fit()
        super().changeEvent(event)
