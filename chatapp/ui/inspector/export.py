"""Export of exactly what is shown: a menu for PNG, SVG, CSV and JSON in the corner of the inspector."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QSize
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from chatapp.core.errors import UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.trace_export import csv_bytes, table_json
from chatapp.services.export import ExportService
from chatapp.ui.dialogs.save import ask_path
from chatapp.ui.inspector import picture
from chatapp.ui.inspector.exported import Exported
from chatapp.ui.widgets.icons import icon

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


@dataclass(frozen=True, slots=True)
class _Kind:
    title: str
    ending: str
    make: Callable[[Exported], Callable[[], bytes]]
    is_there: Callable[[Exported], bool] = lambda _shown: True


def _arrays(shown: Exported) -> Callable[[], bytes]:
    assert shown.arrays is not None
    return shown.arrays


def _json(shown: Exported) -> Callable[[], bytes]:
    return shown.document or (lambda: table_json(shown.table()))


_KINDS = (
    _Kind(QT_TRANSLATE_NOOP("Export", "Picture (PNG)…"), "png", lambda s: picture.png(s.picture(), s.meta)),
    _Kind(QT_TRANSLATE_NOOP("Export", "Drawing (SVG)…"), "svg", lambda s: picture.svg(s.picture(), s.name, s.meta)),
    _Kind(QT_TRANSLATE_NOOP("Export", "Table (CSV)…"), "csv", lambda s: lambda: csv_bytes(s.table())),
    _Kind(QT_TRANSLATE_NOOP("Export", "All numbers (JSON)…"), "json", _json),
    _Kind(QT_TRANSLATE_NOOP("Export", "Arrays for NumPy (NPZ)…"), "npz", _arrays, lambda s: s.arrays is not None),
)


class ExportButton(QToolButton):
    """Asks *shown* what there is when it is opened."""

    def __init__(
        self, services: "Services", shown: Callable[[], Exported | None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("exportButton")
        self.setIcon(icon("export", "muted"))
        self.setIconSize(QSize(16, 16))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._settings = services.settings
        self._notices = services.notices
        self._shown = shown
        self.service = ExportService(services.tasks, services.notices, self)
        self._menu = QMenu(self)
        self._actions: list[tuple[QAction, _Kind]] = []
        for kind in _KINDS:
            action = self._menu.addAction("")
            action.setObjectName(f"export.{kind.ending}")
            action.triggered.connect(lambda _on=False, kind=kind: self._on_chosen(kind))
            self._actions.append((action, kind))
        self._menu.aboutToShow.connect(self._on_opened)
        self.setMenu(self._menu)
        self._retranslate()

    def _on_opened(self) -> None:
        shown = self._shown()
        for action, kind in self._actions:
            action.setEnabled(shown is not None and kind.is_there(shown))

    def _on_chosen(self, kind: _Kind) -> None:
        shown = self._shown()
        if shown is None:
            return
        path = ask_path(self, self._settings, self.tr("Export"), shown.name, kind.ending)
        if path is None:
            return
        try:
            make = kind.make(shown)
        except UserFixable as error:
            self._notices.post_error(error, key="export")
            return
        self.service.write(path, make)

    def _retranslate(self) -> None:
        self.setToolTip(self.tr("Export what is shown"))
        self.setAccessibleName(self.toolTip())
        for action, kind in self._actions:
            action.setText(QCoreApplication.translate("Export", kind.title))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
