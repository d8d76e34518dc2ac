"""The inspector's dock: its tabs, and which of them is shown."""

from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QTabWidget, QVBoxLayout, QWidget

from chatapp.ui.inspector.attention_tab import AttentionTab
from chatapp.ui.inspector.explorer_tab import ExplorerTab
from chatapp.ui.inspector.export import ExportButton
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.inspector.layers_tab import LayersTab
from chatapp.ui.inspector.sampling_tab import SamplingTab
from chatapp.ui.inspector.steps_tab import StepsTab
from chatapp.ui.inspector.text_tab import TextTab
from chatapp.ui.inspector.tokens_tab import TokensTab
from chatapp.ui.inspector.tree_map import TreeTab

if TYPE_CHECKING:
    from chatapp.services.bundle import Services

_WIDTH = 530  # pixels, of the panel when it is first opened: all its tabs are in sight
_TABS = (TokensTab, SamplingTab, AttentionTab, ExplorerTab, LayersTab, StepsTab, TreeTab, TextTab)


class _Tab(Protocol):
    def title(self) -> str:
        """What the tab is called, in the language of the window."""
        ...


@runtime_checkable
class _Exporting(Protocol):
    def export_data(self) -> Exported | None:
        """What is shown, None when there is nothing."""
        ...


class InspectorPanel(QWidget):
    """One tab for every way to look at the message; all of them share what `InspectorService` has selected."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inspector = services.inspector
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("inspectorTabs")
        self.tabs.setDocumentMode(True)
        for kind in _TABS:
            tab = kind(services, self)
            self.tabs.addTab(tab, "")
            if isinstance(tab, StepsTab):
                tab.tab_wanted.connect(self._go_to)
        self.tabs.setCornerWidget(ExportButton(services, self._shown, self.tabs))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.tabs)
        self.setMinimumWidth(360)
        self._retranslate()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH, super().sizeHint().height())  # a dock's layout asks for this alone

    def _shown(self) -> Exported | None:
        """What the tab in front has for export."""
        tab = self.tabs.currentWidget()
        return tab.export_data() if isinstance(tab, _Exporting) else None

    def _go_to(self, name: str) -> None:
        """Bring the tab with this object name to the front."""
        tabs = (self.tabs.widget(at) for at in range(self.tabs.count()))
        wanted = next((tab for tab in tabs if tab is not None and tab.objectName() == name), None)
        if wanted is not None:
            self.tabs.setCurrentWidget(wanted)
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)

    def _retranslate(self) -> None:
        for at in range(self.tabs.count()):
            self.tabs.setTabText(at, cast("_Tab", self.tabs.widget(at)).title())
        for widget in (self.tabs, self.tabs.tabBar()):  # the bar has the focus
            widget.setAccessibleName(self.tr("Inspector"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._inspector.set_open(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # a minimized window goes on looking
            self._inspector.set_open(False)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
