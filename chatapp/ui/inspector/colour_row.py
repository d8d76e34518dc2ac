"""The row that says what the tokens are coloured by, with the legend; kept in the settings."""

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from chatapp.core.measure import Measure, are_rank_bounds
from chatapp.services.settings import SettingsService
from chatapp.settings.inspector import COLORS_IN_CHAT, RANK_BUCKETS, SHOW_HINTS, TOKEN_MEASURE, rank_bounds
from chatapp.ui.inspector.hints import measure_title
from chatapp.ui.inspector.legend import Legend
from chatapp.ui.widgets.combo import CalmComboBox
from chatapp.ui.widgets.icons import icon

_HIGHEST = 1_000_000  # rank that can be a bound
_DIGITS = 7


class ColourRow(QWidget):
    """*changed* comes when the measure or the bounds of the ranks are others.

    in_chat  whether it is about messages of the chat, so that the colours can be switched there
    hint     whether what the measure means is explained beside it
    """

    changed = Signal()

    def __init__(
        self, settings: SettingsService, parent: QWidget | None = None, *, in_chat: bool = True, hint: bool = True
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._combo = CalmComboBox(self)
        self._combo.setObjectName("tokenMeasure")
        for measure in Measure:
            self._combo.addItem("", measure.value)
        self._combo.activated.connect(self._on_chosen)
        self.legend = Legend(self)
        self._edit = self._button("edit", "editRankBounds")
        self._edit.toggled.connect(self._on_edit)
        self._chat = self._button("eye", "colorsInChat")
        self._chat.setVisible(in_chat)
        self._chat.toggled.connect(lambda on: settings.set(COLORS_IN_CHAT, "on" if on else "off"))
        self._help = self._button("info", "explainMeasure")
        self._help.setVisible(hint)
        self._help.toggled.connect(lambda on: settings.set(SHOW_HINTS, "on" if on else "off"))
        self._bounds_title = QLabel(self)
        self._bounds_title.setProperty("role", "small")
        self._bounds = QLineEdit(self)
        self._bounds.setObjectName("rankBounds")
        self._bounds.editingFinished.connect(self._on_bounds)
        self._error = QLabel(self)
        self._error.setProperty("role", "error")
        self._error.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._combo)
        row.addWidget(self.legend, 1)
        row.addWidget(self._edit)
        row.addWidget(self._chat)
        row.addWidget(self._help)
        below = QHBoxLayout()
        below.addWidget(self._bounds_title)
        below.addWidget(self._bounds, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addLayout(below)
        column.addWidget(self._error)
        settings.changed.connect(self._on_setting)
        self._on_edit(False)
        self._retranslate()

    @property
    def measure(self) -> Measure:
        """What the tokens are coloured by."""
        return Measure(self._settings.get(TOKEN_MEASURE))

    @property
    def bounds(self) -> tuple[int, ...]:
        """The last rank of each bucket but the last."""
        return rank_bounds(self._settings.get(RANK_BUCKETS))

    def show_values(self) -> None:
        """Show what the settings say."""
        self._combo.setCurrentIndex(self._combo.findData(self.measure.value))
        ranks = self.measure is Measure.RANK
        self._edit.setVisible(ranks)
        self._on_edit(ranks and self._edit.isChecked())
        self._chat.setChecked(self._settings.get(COLORS_IN_CHAT) == "on")
        self._help.setChecked(self._settings.get(SHOW_HINTS) == "on")
        self._bounds.setText(", ".join(map(str, self.bounds)))
        self.legend.show_measure(self.measure, self.bounds)

    def _on_chosen(self) -> None:
        self._settings.set(TOKEN_MEASURE, self._combo.currentData())

    def _on_setting(self, key: str) -> None:
        if key == COLORS_IN_CHAT.key:
            self.show_values()
        if key in (TOKEN_MEASURE.key, RANK_BUCKETS.key, SHOW_HINTS.key):
            self.show_values()
            self.changed.emit()

    def _on_edit(self, on: bool) -> None:
        for widget in (self._bounds_title, self._bounds):
            widget.setVisible(on)
        if on and self.isVisible():
            self._bounds.setFocus(Qt.FocusReason.OtherFocusReason)
        if not on:
            self._error.hide()

    def _on_bounds(self) -> None:
        parts = self._bounds.text().replace(",", " ").split()
        numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) <= _DIGITS]
        if len(numbers) == len(parts) and are_rank_bounds(numbers) and numbers[-1] <= _HIGHEST:
            self._error.hide()
            self._settings.set(RANK_BUCKETS, tuple(numbers))
        else:
            self._error.show()

    def _button(self, picture: str, name: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setIcon(icon(picture))
        button.setIconSize(QSize(16, 16))
        button.setCheckable(True)
        return button

    def _retranslate(self) -> None:
        for at, measure in enumerate(Measure):
            self._combo.setItemText(at, measure_title(measure))
        for widget in (self._combo, self._combo.view()):  # and the list that pops up
            widget.setAccessibleName(self.tr("Colour by"))
        self._combo.setToolTip(self.tr("What the tokens are coloured by"))
        for button, name in (
            (self._edit, self.tr("Change the bounds of the ranks")),
            (self._chat, self.tr("Colours in the chat")),
            (self._help, self.tr("Explain what this means")),
        ):
            button.setToolTip(name)
            button.setAccessibleName(name)
        self._bounds_title.setText(self.tr("New colour after rank"))
        self._bounds.setAccessibleName(self.tr("Bounds of the ranks"))
        self._error.setText(self.tr("Up to 6 growing whole numbers, such as 1, 10, 100, 1000."))
        self.show_values()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
