"""The quantizations of a repository, one of them recommended, for a context length that can be chosen."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from chatapp.paths import is_file
from chatapp.services.downloads import State
from chatapp.services.hub_repository import Badge, Variant, key
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.modelhub.repository_row import RepositoryRow
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.text import number_text, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_MOST_ROWS = 200  # some repositories have hundreds of files
_AT_ONCE = 2  # rows that are made between two frames


class RepositoryFiles(QWidget):
    """Rows with badges and buttons; what they say follows the hub, this machine and the downloads."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._hub = services.hub_repository
        self._rows: dict[str, RepositoryRow] = {}
        self._waiting: list[Variant] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._add_rows)
        self.setObjectName("repositoryFiles")
        self._advice = self._label("recommendation")
        self._context_label = QLabel(self)
        self._context = CalmComboBox(self)
        self._context.setObjectName("contextChoice")
        self._context.activated.connect(lambda at: self._hub.set_context(self._context.itemData(at)))
        self._note = self._label("filesNote")
        self._note.setProperty("role", "small")
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        context = QHBoxLayout()
        context.setSpacing(8)
        context.addWidget(self._advice, 1)
        context.addWidget(self._context_label)
        context.addWidget(self._context)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(context)
        column.addLayout(self._list)
        column.addWidget(self._note)
        self._hub.forecasts_changed.connect(self._show_forecasts)
        self._hub.local_changed.connect(self._show_states)
        services.downloads.changed.connect(self._show_states)
        services.downloads.progressed.connect(self._show_progress)
        self._retranslate()

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def clear(self) -> None:
        """Show none."""
        self._timer.stop()
        self._waiting = []
        for row in self._rows.values():
            row.hide()
            row.deleteLater()
        self._rows = {}

    def show_files(self) -> None:
        """Show those of the repository that is open, a few at a time."""
        self.clear()
        repository = self._hub.repository
        if repository is not None:
            self._waiting = list(repository.models[:_MOST_ROWS])
            self._show_note()
            self._show_forecasts()
            self._timer.start()

    def _add_rows(self) -> None:
        repository = self._hub.repository
        batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for variant in batch if repository is not None else ():
            row = RepositoryRow(variant, repository.model.n_params if repository else 0, self)
            row.download_requested.connect(lambda variant=variant: self._services.downloads.add(variant.files))
            row.open_requested.connect(self._services.models.choose)
            row.queue_requested.connect(self._services.downloads.show_requested)
            # The Tab key follows the order in which widgets were made, and the card below was made before the rows.
            last = next(reversed(self._rows.values())).button if self._rows else self._context
            QWidget.setTabOrder(last, row.badge)
            QWidget.setTabOrder(row.badge, row.button)
            self._list.addWidget(row)
            self._rows[key(variant)] = row
            self._show_forecast(row)
            self._show_state(row)
        if not self._waiting:
            self._timer.stop()

    # -- what is known -------------------------------------------------------------------------------------------------

    def _show_forecasts(self) -> None:
        hub = self._hub
        for row in self._rows.values():
            self._show_forecast(row)
        contexts = hub.contexts() if hub.repository is not None else []
        if [self._context.itemData(at) for at in range(self._context.count())] != contexts:
            self._context.clear()
            for n_ctx in contexts:
                self._context.addItem(self.tr("{count} tokens").format(count=number_text(n_ctx)), n_ctx)
        self._context.setCurrentIndex(self._context.findData(hub.n_ctx))
        self._advice.setText(self._advice_text())
        for widget in (self._context_label, self._context):
            widget.setVisible(bool(hub.forecasts))

    def _show_forecast(self, row: RepositoryRow) -> None:
        best = self._hub.recommended
        is_best = best is not None and key(best) == key(row.variant)
        mark = self.tr("Best that fits") if self._hub.is_compromise else self.tr("Recommended")
        forecast = self._hub.forecasts.get(key(row.variant))
        row.show_forecast(forecast, mark if is_best else "", self._reason() if is_best else "")

    def _reason(self) -> str:
        best = self._hub.recommended
        forecast = self._hub.forecasts.get(key(best)) if best is not None else None
        if forecast is None:
            return ""
        if forecast.badge is Badge.GPU:
            return self.tr("The best quality that the graphics card holds as a whole.")
        if forecast.comfortable:
            return self.tr("The best quality that leaves memory for other programs.")
        if self._hub.is_compromise:
            return self.tr("The best quality that fits.")
        return self.tr("Good quality that still fits; what is better would fill the memory.")

    def _advice_text(self) -> str:
        hub = self._hub
        best = hub.recommended
        if hub.repository is None or not hub.forecasts:
            return ""
        if best is None:
            return self.tr("None of these fits this computer comfortably. A model with fewer weights would.")
        name = words.name_text(best.quantization)
        if hub.is_compromise:
            return self.tr(
                "No better quality than {name} fits. A model with fewer weights in better quality would answer better."
            ).format(name=name)
        return self.tr("Recommended here: {name}. {reason}").format(name=name, reason=self._reason())

    def _show_states(self) -> None:
        for row in self._rows.values():
            self._show_state(row)

    def _show_state(self, row: RepositoryRow) -> None:
        path, item = self._hub.path(row.variant), self._services.downloads.find(row.variant.files)
        if not path and item is not None and item.state is State.DONE and is_file(item.path):
            # Of what the library lists it knows more: it may be damaged.
            path = str(item.path) if self._services.library.model(str(item.path)) is None else ""
        row.show_state(path, item)

    def _show_progress(self, item_id: int) -> None:
        item = self._services.downloads.item(item_id)
        row = self._rows.get(item.files[0].path) if item is not None else None
        if row is not None and self._services.downloads.find(row.variant.files) is item:
            row.show_state("", item)

    def _show_note(self) -> None:
        repository = self._hub.repository
        text = ""
        if repository is not None and repository.projectors:
            text = self.tr(
                "With an extra file (mmproj, {size}) this model can also look at pictures. This version of ChatApp "
                "works with text only, so that file is left out."
            ).format(size=size_text(repository.projectors[0].size))
        elif repository is not None and not repository.models:
            text = self.tr("There are no model files here that ChatApp can use.")
        self._note.setText(text)
        self._note.setVisible(bool(text))

    def _retranslate(self) -> None:
        self._context_label.setText(self.tr("For a context of"))
        self._context.setAccessibleName(self.tr("Context length"))
        self._context.setToolTip(self.tr("How much text the model can look back on. More takes more memory."))
        for row in self._rows.values():
            row.retranslate()
        self._context.clear()
        self._show_forecasts()
        self._show_note()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
