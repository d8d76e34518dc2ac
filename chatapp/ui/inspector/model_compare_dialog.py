"""The text that is looked at in two models: choosing the other one, and what is different, token by token."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.attention_picture import Head
from chatapp.core.model_comparison import ModelComparison
from chatapp.services.model_compare import CompareState
from chatapp.ui.i18n import error_text
from chatapp.ui.inspector import model_compare_words as words
from chatapp.ui.inspector.export import ExportButton
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.model_compare_export import model_compare_export
from chatapp.ui.inspector.model_compare_views import ApartGrid, KlLegend, KlStrip
from chatapp.ui.inspector.what_if_tables import RowsTable
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.text import ElidedLabel

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_NAME = "modelCompareDialog"


class ModelCompareDialog(QDialog):
    """Stays open beside the window; closing it ends the other model."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(_NAME)
        self._services = services
        self._service = services.model_compare
        self._selected: int | None = None
        self._shown: object = None
        self._first = ElidedLabel(self)
        self._first.setProperty("role", "heading")
        self._first.setObjectName("compareFirst")
        self._second = QLabel(self)
        self._second.setProperty("role", "heading")
        self._choice = CalmComboBox(self)
        self._choice.setObjectName("compareSecond")
        self._choice.setMinimumContentsLength(18)
        self._file, self._run = QPushButton(self), QPushButton(self)
        self._file.setObjectName("compareFile")
        self._file.setAutoDefault(False)
        self._run.setObjectName("compareRun")
        self._run.setAutoDefault(False)  # Enter belongs to the strip
        self._run.setProperty("primary", "true")
        self._export = ExportButton(services, self.export_data, self)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(3)
        self._progress.setRange(0, 1000)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        self._progress.setSizePolicy(policy)
        self._told, self._totals, self._detail, self._heads, self._note = (QLabel(self) for _ in range(5))
        for label, name, role in (
            (self._told, "modelCompareTold", "heading"), (self._totals, "modelCompareTotals", ""),
            (self._detail, "modelCompareToken", ""), (self._heads, "modelCompareHeads", "small"),
            (self._note, "modelCompareNote", "small"),
        ):  # fmt: skip
            label.setObjectName(name)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
            label.setProperty("role", role)
        self._heads.setMinimumHeight(2 * self._heads.fontMetrics().lineSpacing())
        self._heads.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.strip, self._legend, self.grid = KlStrip(self), KlLegend(self), ApartGrid(self)
        self.table = RowsTable("modelCompareTable", self)
        self._found = QWidget(self)
        self._tokens = QSplitter(Qt.Orientation.Vertical, self)  # what there is token by token
        self._empty = QWidget(self)
        self._arrange()
        self._connect()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(940, 640)
        services.models.refresh()
        self._fill()
        self._retranslate()

    @classmethod
    def open_one(cls, services: "Services", parent: QWidget) -> None:
        """Show it, the one that is there already if there is one."""
        found = parent.findChild(cls, _NAME) or cls(services, parent)
        found.show()
        found.raise_()
        found.activateWindow()

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._first, 1)
        row.addWidget(self._second)
        row.addWidget(self._choice, 1)
        for widget in (self._file, self._run, self._export):
            row.addWidget(widget)
        lower, left, right = QWidget(self), QWidget(self), QWidget(self)
        above = QWidget(self)
        upper = QVBoxLayout(above)
        upper.addWidget(self._legend)
        upper.addWidget(self.strip, 1)
        beside = QHBoxLayout(lower)
        beside.setSpacing(12)
        beside.addWidget(left, 1)
        beside.addWidget(right, 1)
        tokens, heads = QVBoxLayout(left), QVBoxLayout(right)
        tokens.addWidget(self._detail)
        tokens.addWidget(self.table, 1)
        heads.addWidget(self._heads)
        heads.addWidget(self.grid, 1)
        splitter = self._tokens
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(above)
        splitter.addWidget(lower)
        splitter.setStretchFactor(0, 2)
        splitter.setStretchFactor(1, 3)
        inner = QVBoxLayout(self._found)
        inner.addWidget(self._totals)
        inner.addWidget(splitter, 1)
        inner.addWidget(self._note)
        inner.addStretch(0)
        for layout in (upper, beside, tokens, heads, inner):
            layout.setContentsMargins(0, 0, 0, 0)
            layout.setSpacing(max(6, layout.spacing()))
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._progress)
        column.addWidget(self._told)
        column.addWidget(self._found, 1)
        column.addWidget(self._empty, 1)

    def _connect(self) -> None:
        services = self._services
        self._service.changed.connect(self.refresh)
        self._service.heads_changed.connect(self._show_heads)
        services.models.changed.connect(self._fill)
        services.engine.state_changed.connect(self.refresh)
        services.inspector.message_changed.connect(self.refresh)
        self._run.clicked.connect(self._on_run)
        self._file.clicked.connect(self._on_file)
        self._choice.currentIndexChanged.connect(self.refresh)
        self.strip.chosen.connect(self._select)
        self.strip.pointed.connect(self._hover)
        self.grid.pointed.connect(self._show_head)

    def export_data(self) -> Exported | None:
        """Every token with both models' numbers, and the page as it is shown."""
        found = self._its_comparison
        if found is None:
            return None
        return model_compare_export(found, self._selected, self._told.text(), self._found)

    @property
    def _its_comparison(self) -> ModelComparison | None:
        """What was found of the model that is chosen."""
        service = self._service
        is_its = service.state is CompareState.DONE and service.path == self._choice.currentData()
        return service.comparison if is_its else None

    # -- choosing ------------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """The models of the list; another one than the chat's first."""
        before, model = self._choice.currentData(), self._services.engine.model
        architecture = model.architecture if model else ""
        self._choice.blockSignals(True)  # what is shown of the model that is chosen stays
        self._choice.clear()
        for known in self._services.models.models():
            if known.error is None:
                self._choice.addItem(f"{known.path.name}", str(known.path))
        others = [at for at in range(self._choice.count()) if model is None or self._choice.itemData(at) != model.path]
        kin = {str(known.path) for known in self._services.models.models() if known.architecture == architecture}
        likeliest = sorted(others, key=lambda at: self._choice.itemData(at) not in kin)  # has the same tokens perhaps
        if before is not None:
            self._choose(before)
        elif likeliest:
            self._choice.setCurrentIndex(likeliest[0])
        self._choice.blockSignals(False)
        self.refresh()

    def _choose(self, path: str) -> None:
        if self._choice.findData(path) < 0:
            self._choice.addItem(Path(path).name, path)
        self._choice.setCurrentIndex(self._choice.findData(path))

    def _on_file(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self, self.tr("Compare with a model file"), "", self.tr("GGUF models (*.gguf);;All files (*)")
        )
        if path:
            self._choose(path)

    def _on_run(self) -> None:
        if self._service.is_busy:
            self._service.cancel()
        else:
            self._service.start(str(self._choice.currentData()))

    # -- showing -------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Show what can be done, how far it is, or what was found."""
        service, model = self._service, self._services.engine.model
        found = self._its_comparison
        self._first.set_full_text(self.tr("A: {model}").format(model=Path(model.path).name if model else "–"))
        ready = model is not None and self._services.inspector.message is not None and self._choice.currentData()
        self._run.setText(self.tr("Cancel") if service.is_busy else self.tr("Compare"))
        self._run.setEnabled(service.is_busy or bool(ready))
        for widget in (self._choice, self._file):
            widget.setEnabled(not service.is_busy)
        self._progress.setVisible(service.is_busy)
        self._progress.setValue(round(1000 * service.progress))
        self._found.setVisible(found is not None)
        self._empty.setVisible(found is None)
        self._told.setText(self._sentence())
        if found is not None and found is not self._shown:
            one = found.sides[0]
            self._totals.setText(words.totals(found))
            self._tokens.setVisible(found.kl is not None)
            self._note.setVisible(found.kl is not None)
            self.strip.show_values(one.trace, found.kl, one.own)
            self._select(max(found.farthest, 0))
        self._shown = found

    def _sentence(self) -> str:
        service, found = self._service, self._its_comparison
        other = Path(str(self._choice.currentData() or "")).name
        running = {
            CompareState.READING: self.tr("The chat’s model reads the text…"),
            CompareState.LOADING: self.tr("Loading {model}…").format(model=other),
            CompareState.COMPARING: self.tr("Comparing token by token…"),
        }
        match service.state:
            case state if state in running:
                return running[state]
            case CompareState.FAILED if service.error is not None:
                return " ".join(error_text(service.error))
            case CompareState.DONE if found is not None:
                return words.verdict(found)
        if self._services.inspector.message is None:
            return self.tr("Choose a message, or an example, in the inspector first.")
        return self.tr(
            "The same text is read by both models. The other one runs beside the chat’s and is closed with this window."
        )

    def _select(self, token: int) -> None:
        self._selected = token
        self.strip.mark(selected=token, hovered=None)
        self._tell(token)
        self._service.look_at(token)
        self._show_heads()

    def _hover(self, token: int | None) -> None:
        self.strip.mark(selected=self._selected, hovered=token)
        shown = self._selected if token is None else token
        if shown is not None:
            self._tell(shown)

    def _tell(self, token: int) -> None:
        found = self._service.comparison
        if found is None or token >= len(found.sides[0].trace):
            return
        text = words.token_sentence(found, token)
        self._detail.setText(text)
        self.strip.describe(text)
        names = (self.tr("Token"), self.tr("A"), self.tr("B"), self.tr("Change (points)"))
        self.table.show_rows(names, words.token_rows(found, token) if found.kl is not None else [])

    def _show_heads(self) -> None:
        found, token = self._service.comparison, self._selected
        apart = found.attention.get(token) if found is not None and token is not None else None
        model = self._services.engine.model
        n_layer = model.n_layer if model else 0
        self.grid.show_heads(apart.picture if apart else None, n_layer, apart.moved if apart else None, is_sorted=False)
        self._show_head(None)

    def _show_head(self, head: Head | None) -> None:
        found, token = self._service.comparison, self._selected
        apart = found.attention.get(token) if found is not None and token is not None else None
        if apart is None:
            text = self._no_heads()
        elif head is not None and head[0] in apart.picture.layers:
            text = words.head_sentence(apart, head)
        else:
            text = words.heads_sentence(apart)
        self._heads.setText(text)
        self.grid.describe(text)

    def _no_heads(self) -> str:
        service, found = self._service, self._service.comparison
        if found is None or found.kl is None:
            return self.tr("Attention can only be compared between models that cut text into the same tokens.")
        if not self._selected:
            return self.tr("Nothing stands before the first token.")
        if service.error is not None:
            return " ".join(error_text(service.error))
        if service.is_asking_heads:
            return self.tr("Reading the attention of both…")
        return self.tr("The models have other layers or heads: head by head they cannot be compared.")

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Compare with another model"))
        self._file.setText(self.tr("Other file…"))
        self._second.setText(self.tr("B:"))
        self._note.setText(
            self.tr(
                "A is the chat’s model, B the other one. The divergence D(A‖B) is 0 bits where both expect the same "
                "next token, and the larger, the more of what A expects comes as a surprise to B. It is worked out "
                "over the whole vocabulary. A head’s colour is the share of its attention that lies elsewhere in B."
            )
        )
        for widget in (self._choice, self._choice.view()):
            widget.setAccessibleName(self.tr("The other model"))
        self._progress.setAccessibleName(self.tr("Progress"))
        self.strip.setAccessibleName(self.tr("Tokens of the text, coloured by how far the models are apart"))
        self.grid.setAccessibleName(self.tr("How far the heads of both models are apart"))
        self.grid.no_attention = self.tr("no attention in this layer")
        self.table.name(self.tr("The likeliest tokens of both models"))
        self._shown = None
        self.refresh()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def done(self, result: int) -> None:
        self._service.end()
        super().done(result)
