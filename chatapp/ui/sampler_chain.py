"""The sampler stages as a list: in which order they run, and which are left out."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from chatapp.core.sampling import SamplingParams
from chatapp.settings.schema import BY_KEY
from chatapp.ui.i18n import setting_word

# The setting whose title names a stage.
_TITLES = {
    "penalties": "repeat_penalty",
    "dry": "dry_multiplier",
    "xtc": "xtc_probability",
}
_STAGE = Qt.ItemDataRole.UserRole


class SamplerChain(QListWidget):
    """Drag, or Alt+Up and Alt+Down, moves a stage; its box switches it off. Stages without effect are grey.

    Signals:
        edited  the user has changed the order or what is left out: (order, disabled)
    """

    edited = Signal(tuple, tuple)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("samplerChain")
        self.setProperty("framed", "true")
        self.setDragDropMode(QListWidget.DragDropMode.InternalMove)
        self.setDefaultDropAction(Qt.DropAction.MoveAction)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown = SamplingParams()
        self._others: tuple[str, ...] = ()  # switched off, and not in this list
        self.itemChanged.connect(lambda _item: self._tell())
        self.model().rowsMoved.connect(lambda *_: self._tell())
        self._retranslate()

    def show_value(self, params: SamplingParams) -> None:
        """Show the chain of *params* without telling anyone."""
        if self._order() != params.order:
            self._fill(params.order)
        self._shown = params
        self._others = tuple(name for name in params.disabled if name not in params.order)
        self.blockSignals(True)
        for row in range(self.count()):
            item = self.item(row)
            name = item.data(_STAGE)
            on = name not in params.disabled
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            grey = self.palette().brush(self.palette().ColorRole.PlaceholderText)
            item.setData(Qt.ItemDataRole.ForegroundRole, None if params.uses(name) else grey)
        self.blockSignals(False)

    def _fill(self, order: tuple[str, ...]) -> None:
        self.blockSignals(True)
        self.clear()
        for name in order:
            item = QListWidgetItem(_title(name))
            item.setData(_STAGE, name)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
                | Qt.ItemFlag.ItemIsDragEnabled
            )
            item.setCheckState(Qt.CheckState.Checked)
            self.addItem(item)
        self.blockSignals(False)
        self._fit()

    def _order(self) -> tuple[str, ...]:
        return tuple(self.item(row).data(_STAGE) for row in range(self.count()))

    def _tell(self) -> None:
        off = [self.item(row) for row in range(self.count())]
        disabled = tuple(i.data(_STAGE) for i in off if i.checkState() is Qt.CheckState.Unchecked)
        self.edited.emit(self._order(), disabled + self._others)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        row = self.currentRow()
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            if 0 <= row + step < self.count() and row >= 0:
                self.blockSignals(True)
                item = self.takeItem(row)
                self.insertItem(row + step, item)
                self.setCurrentItem(item)
                self.blockSignals(False)
                self._tell()
            event.accept()
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        rows = sum(self.sizeHintForRow(row) for row in range(self.count()))
        self.setFixedHeight(rows + 2 * self.frameWidth() + 8)

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Order of the samplers"))
        self.setToolTip(self.tr("Drag a sampler, or press Alt+Up or Alt+Down, to change when it runs."))
        self.blockSignals(True)
        for row in range(self.count()):
            self.item(row).setText(_title(self.item(row).data(_STAGE)))
        self.blockSignals(False)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        elif event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()
        elif event.type() == QEvent.Type.PaletteChange and self.count():
            self.show_value(self._shown)  # the grey of the other theme
        super().changeEvent(event)


def _title(stage: str) -> str:
    return setting_word(BY_KEY[f"sampling.{_TITLES.get(stage, stage)}"].title)
