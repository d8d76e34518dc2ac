"""The LoRA adapters of the conversation that is shown: add, scale, remove."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.adapters import ADAPTER_SCALE, MAX_ADAPTERS, AdapterUse
from chatapp.ui.widgets.icons import icon
from chatapp.ui.widgets.text import ElidedLabel, plain_tip

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


class AdapterList(QWidget):
    """One row for each adapter; every change counts from the next reply on."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("adapterList")
        self._heading = QLabel(self)
        self._heading.setProperty("role", "heading")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(4)
        self._add = QPushButton(icon("plus"), "", self)
        self._add.setObjectName("addAdapterButton")
        self._add.clicked.connect(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._heading)
        column.addLayout(self._rows)
        column.addWidget(self._add)
        services.chat.conversation_changed.connect(self._show_all)
        self._retranslate()

    def add(self, path: str) -> None:
        """Use the adapter at *path* too, as strongly as it was trained; one that is there already stays as it is."""
        adapters = self._services.chat.conversation.adapters
        if path not in [adapter.path for adapter in adapters]:
            self._set((*adapters, AdapterUse(path)))

    def _choose(self) -> None:
        path, _filter = QFileDialog.getOpenFileName(
            self, self.tr("Add LoRA adapter"), "", self.tr("GGUF adapters (*.gguf);;All files (*)")
        )
        if path:
            self.add(path)

    def _set(self, adapters: tuple[AdapterUse, ...]) -> None:
        self._services.chat.set_adapters(adapters)
        self._show_all()

    def _show_all(self) -> None:
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        adapters = self._services.chat.conversation.adapters
        for adapter in adapters:
            self._rows.addWidget(self._row(adapter))
        self._add.setEnabled(len(adapters) < MAX_ADAPTERS)

    def _row(self, adapter: AdapterUse) -> QWidget:
        row = QWidget(self)
        name = ElidedLabel(row)
        name.set_full_text(Path(adapter.path).stem)
        name.setToolTip(plain_tip(adapter.path))
        scale = QDoubleSpinBox(row)
        scale.setRange(*ADAPTER_SCALE)
        scale.setSingleStep(0.1)
        scale.setValue(adapter.scale)
        scale.setAccessibleName(self.tr("How strongly {name} works").format(name=Path(adapter.path).stem))
        scale.setToolTip(self.tr("1 is as the adapter was trained, 0 switches it off."))
        scale.valueChanged.connect(lambda value: self._scale(adapter.path, value))
        remove = QToolButton(row)
        remove.setIcon(icon("close", "muted"))
        remove.setAccessibleName(self.tr("Remove {name}").format(name=Path(adapter.path).stem))
        remove.setToolTip(self.tr("Remove"))
        remove.clicked.connect(lambda: self._remove(adapter.path))
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(name, 1)
        line.addWidget(scale)
        line.addWidget(remove)
        return row

    def _scale(self, path: str, scale: float) -> None:
        # The rows stay: somebody is typing in one of them.
        adapters = self._services.chat.conversation.adapters
        self._services.chat.set_adapters(tuple(AdapterUse(path, scale) if a.path == path else a for a in adapters))

    def _remove(self, path: str) -> None:
        self._set(tuple(a for a in self._services.chat.conversation.adapters if a.path != path))

    def _retranslate(self) -> None:
        self._heading.setText(self.tr("LoRA adapters"))
        self._heading.setToolTip(self.tr("Small files that teach a model a style or a subject; made for one model."))
        self._add.setText(self.tr("Add adapter…"))
        self._show_all()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
