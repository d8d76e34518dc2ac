"""The page of one repository: what it is, its quantizations and whether they fit, and its card."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import ErrorCode
from chatapp.services.hub_repository import Badge, Variant, key
from chatapp.ui.i18n import error_text
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.modelhub.card_view import CardView
from chatapp.ui.modelhub.message_pane import MessagePane
from chatapp.ui.modelhub.repository_head import RepositoryHead
from chatapp.ui.modelhub.repository_row import RepositoryRow
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel, number_text, size_text

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_MOST_ROWS = 200  # some repositories have hundreds of files
_AT_ONCE = 6  # rows that are made between two frames


class RepositoryPage(QWidget):
    """Signals:

    back_requested()  return to the search
    """

    back_requested = Signal()

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._hub = services.hub_repository
        self._rows: dict[str, RepositoryRow] = {}
        self._waiting: list[Variant] = []
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._add_rows)
        self.setObjectName("repositoryPage")
        self._back = QToolButton(self)
        self._back.setObjectName("backToSearch")
        self._back.setIcon(icon("chevron-left"))
        self._back.setIconSize(QSize(18, 18))
        self._back.clicked.connect(self.back_requested)
        self._title = ElidedLabel(self)
        self._title.setObjectName("repositoryTitle")
        self._title.setProperty("role", "title")
        self._browse = QPushButton(self)
        self._browse.setObjectName("openInBrowser")
        self._browse.setProperty("link", True)
        self._browse.clicked.connect(self._open_in_browser)
        self._busy = QProgressBar(self)
        self._busy.setRange(0, 0)
        self._busy.setTextVisible(False)
        self._busy.setFixedHeight(3)
        self._message = MessagePane("repositoryMessage", self)
        self._head = RepositoryHead(self)
        self._head.browse_requested.connect(self._open_in_browser)
        self._context_label = QLabel(self)
        self._context = QComboBox(self)
        self._context.setObjectName("contextChoice")
        self._context.activated.connect(lambda at: self._hub.set_context(self._context.itemData(at)))
        self._advice = self._label("recommendation")
        self._list = QVBoxLayout()
        self._list.setSpacing(0)
        self._pictures = self._label("projectorNote")
        self._pictures.setProperty("role", "small")
        self._card_title = self._label("cardTitle")
        self._card_title.setProperty("role", "heading")
        self._card_note = self._label("cardNote")
        self._card_note.setProperty("role", "small")
        self._card = CardView(self)
        self._stack = QStackedWidget(self)
        self._build()
        self._connect()
        self._retranslate()

    def _label(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    def _build(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(12, 10, 16, 4)
        top.setSpacing(8)
        top.addWidget(self._back)
        top.addWidget(self._title, 1)
        top.addWidget(self._browse)
        context = QHBoxLayout()
        context.setSpacing(8)
        context.addWidget(self._advice, 1)
        context.addWidget(self._context_label)
        context.addWidget(self._context)
        content = QWidget(self)
        content.setProperty("plain", True)
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 6, 20, 24)
        column.setSpacing(10)
        column.addWidget(self._head)
        column.addLayout(context)
        column.addLayout(self._list)
        for widget in (self._pictures, self._card_title, self._card_note, self._card):
            column.addWidget(widget)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(content)
        self._stack.addWidget(self._scroll)
        self._stack.addWidget(self._message)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addLayout(top)
        outer.addWidget(self._busy)
        outer.addWidget(self._stack, 1)
        self.setFocusProxy(self._back)

    def _connect(self) -> None:
        hub, downloads = self._hub, self._services.downloads
        hub.changed.connect(self._show_all)
        hub.forecasts_changed.connect(self._show_forecasts)
        hub.card_changed.connect(self._show_card)
        hub.local_changed.connect(self._show_states)
        downloads.changed.connect(self._show_states)
        downloads.progressed.connect(self._show_progress)
        back = QShortcut(QKeySequence(QKeySequence.StandardKey.Back), self, self.back_requested.emit)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def open(self, repo: str) -> None:
        """Show *repo*, as the hub has it now."""
        self._scroll.verticalScrollBar().setValue(0)
        self._hub.open(repo, self.tr("Picture"))

    def close_repository(self) -> None:
        """Nothing of it is shown any more."""
        self._hub.close()
        self._clear()

    # -- showing -------------------------------------------------------------------------------------------------------

    def _clear(self) -> None:
        self._timer.stop()
        self._waiting = []
        for row in self._rows.values():
            row.hide()
            row.deleteLater()
        self._rows = {}
        self._card.show_text("")

    def _show_all(self) -> None:
        hub = self._hub
        self._clear()
        self._title.set_full_text(words.name_text(hub.repo))
        self._busy.setVisible(hub.repository is None and hub.error is None)
        self._stack.setVisible(not self._busy.isVisibleTo(self))
        if hub.error is not None:
            self._show_failure()
        elif hub.repository is not None:
            self._stack.setCurrentWidget(self._scroll)
            self._waiting = list(hub.repository.models[:_MOST_ROWS])
            self._head.show_model(hub.repository.model)
            self._show_pictures()
            self._add_rows()
            self._show_forecasts()
            self._show_card()

    def _show_failure(self) -> None:
        error = self._hub.error
        assert error is not None
        what, remedy = error_text(error)
        title = self.tr("This model cannot be shown")
        picture = "warning"
        if error.code is ErrorCode.HUB_NOT_FOUND:
            title, picture = self.tr("This model is no longer there"), "search"
        elif error.code is ErrorCode.HUB_GATED:
            title = self.tr("This model is given out on request")
        elif error.code is ErrorCode.HUB_UNREACHABLE:
            title = self.tr("You are offline. Local models still work.")
        buttons = [
            ("repositoryAgain", self.tr("Try again"), self._hub.retry),
            ("repositoryBack", self.tr("Back to the search"), self.back_requested.emit),
        ]
        if error.code is ErrorCode.HUB_GATED:
            buttons.insert(0, ("repositoryAccess", self.tr("Open its page"), self._open_in_browser))
        self._message.show_message(picture, title, f"{what} {remedy}", buttons)
        self._stack.setCurrentWidget(self._message)

    def _add_rows(self) -> None:
        """Make some of the rows, and go on when the window has drawn them."""
        repository = self._hub.repository
        if repository is None:
            return
        batch, self._waiting = self._waiting[:_AT_ONCE], self._waiting[_AT_ONCE:]
        for variant in batch:
            row = RepositoryRow(variant, repository.model.n_params, self)
            row.download_requested.connect(lambda variant=variant: self._services.downloads.add(variant.files))
            row.open_requested.connect(self._services.models.choose)
            row.queue_requested.connect(self._services.downloads.show_requested)
            self._list.addWidget(row)
            self._rows[key(variant)] = row
            self._show_forecast(row)
            self._show_state(row)
        if not self._waiting:
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

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
        if hub.repository is not None:
            self._head.show_access(is_open=hub.is_open, refused=hub.access_refused, token=hub.has_token)

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
        return self.tr("The best quality that fits.")

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
        row.show_state(self._hub.path(row.variant), self._services.downloads.find(row.variant.files))

    def _show_progress(self, item_id: int) -> None:
        item = self._services.downloads.item(item_id)
        row = self._rows.get(item.files[0].path) if item is not None else None
        if item is not None and row is not None and item.files == row.variant.files:
            row.show_state("", item)

    def _show_pictures(self) -> None:
        repository = self._hub.repository
        projectors = repository.projectors if repository is not None else ()
        text = ""
        if projectors:
            text = self.tr(
                "With an extra file (mmproj, {size}) this model can also look at pictures. This version of ChatApp "
                "works with text only, so that file is left out."
            ).format(size=size_text(projectors[0].size))
        elif repository is not None and not repository.models:
            text = self.tr("There are no model files here that ChatApp can use.")
        self._pictures.setText(text)
        self._pictures.setVisible(bool(text))

    def _show_card(self) -> None:
        hub = self._hub
        card, error = hub.card, hub.card_error
        self._card_title.setVisible(card is not None or error is not None)
        note = ""
        if error is not None:
            note = " ".join(error_text(error))
        elif card is not None and card.cut:
            note = self.tr("It is very long; only its beginning was fetched.")
        self._card_note.setText(note)
        self._card_note.setVisible(bool(note))
        self._card.show_text(card.text if card is not None else "")

    def _open_in_browser(self) -> None:
        QDesktopServices.openUrl(QUrl(self._hub.page))

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Model page"))
        self._back.setToolTip(self.tr("Back to the search"))
        self._back.setAccessibleName(self.tr("Back to the search"))
        self._browse.setText(self.tr("Open in browser"))
        self._context_label.setText(self.tr("For a context of"))
        self._context.setAccessibleName(self.tr("Context length"))
        self._context.setToolTip(self.tr("How much text the model can look back on. More takes more memory."))
        self._card_title.setText(self.tr("What its authors say"))
        for row in self._rows.values():
            row.retranslate()
        self._context.clear()
        self._show_forecasts()
        self._show_pictures()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
