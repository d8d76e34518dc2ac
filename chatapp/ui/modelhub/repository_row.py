"""One quantization of a repository: what it is, whether it fits, and the button that fetches it."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from chatapp.services.downloads import State
from chatapp.services.hub_repository import Badge, Forecast, Variant, quality
from chatapp.ui.modelhub import find_words as words
from chatapp.ui.modelhub.fit_popover import FitPopover
from chatapp.ui.widgets.text import ElidedLabel, number_text, plain_tip, size_text

if TYPE_CHECKING:
    from chatapp.services.downloads import Item

_AROUND = 32  # pixels: frame and padding of a button, on both sides
_SIZE_WIDTH = 11  # digits


class RepositoryRow(QFrame):
    """Signals:

    download_requested()  fetch it
    open_requested(str)   chat with the file at this path
    queue_requested()     show the downloads
    """

    download_requested = Signal()
    open_requested = Signal(str)
    queue_requested = Signal()

    def __init__(self, variant: Variant, n_params: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.variant = variant
        self._n_params = n_params
        self._forecast: Forecast | None = None
        self._path = ""
        self._item: Item | None = None
        self.setObjectName("repositoryRow")
        self.setProperty("card", True)
        self.name = QLabel(self)
        self.name.setObjectName("variantName")
        self.name.setProperty("role", "heading")
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.mark = QLabel(self)
        self.mark.setObjectName("recommendedMark")
        self.mark.setProperty("role", "badge")
        self.mark.hide()
        self._hint = ElidedLabel(self)
        self._hint.setProperty("role", "small")
        self._size, self._bits = self._number("variantSize"), self._number("variantBits")
        self._bits.setProperty("role", "small")
        self._column = QWidget(self)  # as wide as the longest badge, so that those of all rows stand below each other
        self.badge = QPushButton(self._column)
        self.badge.setObjectName("fitBadge")
        self.badge.setProperty("chip", True)
        self.badge.clicked.connect(self._show_numbers)
        self.badge.hide()
        self.button = QPushButton(self)
        self.button.setObjectName("downloadButton")
        self.button.clicked.connect(self._on_clicked)
        self._progress = QProgressBar(self)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(4)
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)  # the row keeps its height
        self._progress.setSizePolicy(policy)
        self._progress.hide()
        self._build()
        self.retranslate()

    def _number(self, name: str) -> QLabel:
        label = QLabel(self)
        label.setObjectName(name)
        label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return label

    def _build(self) -> None:
        unit = self.fontMetrics().horizontalAdvance("0")  # the average of a font with Hangul is no letter's
        title = QHBoxLayout()
        title.setSpacing(8)
        title.addWidget(self.name)
        title.addWidget(self.mark)
        title.addStretch(1)
        texts = QVBoxLayout()
        texts.setSpacing(1)
        texts.addLayout(title)
        texts.addWidget(self._hint)
        numbers = QVBoxLayout()
        numbers.setSpacing(1)
        for label in (self._size, self._bits):
            label.setMinimumWidth(_SIZE_WIDTH * unit)
            numbers.addWidget(label)
        inner = QHBoxLayout(self._column)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addStretch(1)
        inner.addWidget(self.badge)
        inner.addStretch(1)
        self.button.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        action = QVBoxLayout()
        action.setSpacing(3)
        action.setContentsMargins(0, 7, 0, 0)  # as much as the progress takes below
        action.addStretch(1)
        action.addWidget(self.button)
        action.addWidget(self._progress)
        action.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 9, 2, 9)
        row.setSpacing(10)
        row.addLayout(texts, 1)
        row.addLayout(numbers)
        row.addWidget(self._column)
        row.addLayout(action)

    # -- what is known -------------------------------------------------------------------------------------------------

    def show_forecast(self, forecast: Forecast | None, mark: str, reason: str) -> None:
        """Whether it fits; *mark* says that it is recommended ("" when it is not), *reason* why."""
        self._forecast = forecast
        self.mark.setText(mark)
        self.mark.setVisible(bool(mark))
        self.mark.setToolTip(plain_tip(reason))
        self._show_button()
        self.badge.setVisible(forecast is not None)
        if forecast is not None:
            text, numbers = words.badge_text(forecast.badge), words.forecast_text(forecast)
            self.badge.setText(text)
            self.badge.setProperty("level", words.BADGE_COLORS[forecast.badge])
            self.badge.style().polish(self.badge)
            self.badge.setToolTip(plain_tip(numbers))
            self.badge.setAccessibleName(self.tr("{badge}: show the numbers").format(badge=text))

    def show_state(self, path: str, item: "Item | None") -> None:
        """Where it is: at *path* on this machine, or in the queue as *item*."""
        self._path, self._item = path, item
        self._show_button()

    def _show_button(self) -> None:
        item = None if self._path else self._item
        state = item.state if item is not None else None
        percent = 0
        if item is not None and item.progress.total:
            percent = min(100, int(100 * item.progress.done / item.progress.total))
        texts = self._state_texts(percent)
        if self._path:
            text = self.tr("Open in chat")
        elif not self.variant.is_complete:
            text = self.tr("Incomplete")
        else:
            text = texts[state] if state in texts else self.tr("Download")
        self.button.setText(text)
        self.button.setProperty("primary", not self.mark.isHidden() and not self._path and state not in texts)
        self.button.style().polish(self.button)
        self.button.setEnabled(bool(self._path) or self.variant.is_complete)
        self.button.setAccessibleName(f"{text}: {self.name.text()}")
        tip = ""
        if not self.variant.is_complete:
            tip = self.tr("Some of its files are missing on the hub.")
        elif state in texts:
            tip = self.tr("Show the downloads")
        self.button.setToolTip(tip)
        self._progress.setVisible(state is State.RUNNING)
        self._progress.setValue(percent)

    def _state_texts(self, percent: int) -> dict[State, str]:
        return {
            State.QUEUED: self.tr("In the queue"),
            State.RUNNING: self.tr("{percent} %").format(percent=percent),
            State.PAUSED: self.tr("Paused at {percent} %").format(percent=percent),
            State.FAILED: self.tr("Failed: show"),
        }

    def _on_clicked(self) -> None:
        if self._path:
            self.open_requested.emit(self._path)
        elif self._item is not None and self._item.state not in (State.DONE, State.CANCELLED):
            self.queue_requested.emit()
        else:
            self.download_requested.emit()

    def _show_numbers(self) -> None:
        if self._forecast is not None:
            FitPopover(words.forecast_text(self._forecast), self.badge).show()

    def _widest(self, texts: Iterable[str]) -> int:
        return max(self.fontMetrics().horizontalAdvance(text) for text in texts) + _AROUND

    def retranslate(self) -> None:
        """Set all words anew."""
        variant = self.variant
        self.name.setText(words.name_text(variant.quantization or variant.name))
        self.name.setToolTip(plain_tip("\n".join(words.name_text(file.path) for file in variant.files[:20])))
        self._hint.set_full_text(words.quality_text(quality(variant.quantization)))
        size = size_text(variant.size)
        count = len(variant.files)
        self._size.setText(self.tr("{size} in {count} files").format(size=size, count=count) if count > 1 else size)
        bits = variant.bits_per_weight(self._n_params)
        # A repository of several models gives the number of weights of one of them.
        plausible = 0.5 < bits < 40
        self._bits.setText(self.tr("{bits} bits a weight").format(bits=number_text(bits, 1)) if plausible else "")
        self.setAccessibleName(f"{self.name.text()}, {self._size.text()}, {self._hint.full_text}")
        self._column.setFixedWidth(self._widest(words.badge_text(badge) for badge in Badge))
        others = (self.tr("Download"), self.tr("Open in chat"))
        self.button.setMinimumWidth(self._widest((*self._state_texts(100).values(), *others)))
        self._show_button()
