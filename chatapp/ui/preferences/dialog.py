"""The preferences: the declared settings as a form, each taking effect as soon as it is changed."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from chatapp.core.errors import RequestError
from chatapp.settings import schema
from chatapp.settings.schema import BY_KEY
from chatapp.settings.setting import SECTION_TITLES, Section, Setting
from chatapp.ui.i18n import setting_word
from chatapp.ui.memory import MemoryBox
from chatapp.ui.preferences.row import SettingRow
from chatapp.ui.preferences.token_box import TokenBox

if TYPE_CHECKING:
    from chatapp.services.bundle import Services


def open_preferences(services: "Services", parent: QWidget, section: Section | None = None, name: str = "") -> None:
    """Open them, at the input of that object name in *section*."""
    dialog = PreferencesDialog(services, parent.window())
    dialog.open()
    if section is not None:
        dialog.show_at(section, name)


class PreferencesDialog(QDialog):
    """One tab for each section."""

    def __init__(self, services: "Services", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.setObjectName("preferences")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(560, 560)
        self._rows: dict[str, SettingRow] = {}
        self._sections: list[Section] = []
        self._notes: list[tuple[QLabel, str]] = []
        self._tabs = QTabWidget(self)
        self._tabs.setDocumentMode(True)
        for section in SECTION_TITLES:
            rows = [s for s in services.settings.schema if s.section is section]
            if rows:
                self._sections.append(section)
                self._tabs.addTab(self._page(section, rows), "")
        self._reload = QPushButton(self)
        self._reload.setObjectName("reloadButton")
        self._reload.clicked.connect(self._on_reload)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.addButton(self._reload, QDialogButtonBox.ButtonRole.ActionRole)
        buttons.rejected.connect(self.reject)
        self._reload.hide()
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Enter in a field must not press one
        column = QVBoxLayout(self)
        column.addWidget(self._tabs, 1)
        column.addWidget(buttons)
        services.settings.changed.connect(self._on_setting_changed)
        self._retranslate()

    def show_at(self, section: Section, name: str) -> None:
        """Bring the tab of *section* to the front, and the input of that object name into sight."""
        self._tabs.setCurrentIndex(self._sections.index(section))
        area, wanted = self._tabs.currentWidget(), self.findChild(QWidget, name)
        if isinstance(area, QScrollArea) and wanted is not None:
            wanted.setFocus(Qt.FocusReason.OtherFocusReason)
            # Places are known only when the dialog is shown.
            QTimer.singleShot(0, self, lambda: area.ensureWidgetVisible(wanted, 0, area.height() // 3))

    def _page(self, section: Section, settings: list[Setting[Any]]) -> QScrollArea:
        inner = QWidget()
        inner.setProperty("plain", "true")
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(18)
        if section is Section.SAMPLING:
            note = QLabel(inner)
            note.setProperty("role", "muted")
            note.setWordWrap(True)
            self._notes.append((note, "sampling"))
            column.addWidget(note)
        for setting in settings:
            row = SettingRow(setting, inner, explain=True)
            row.changed.connect(lambda value, key=setting.key: self._on_changed(key, value))
            row.reset_requested.connect(lambda key=setting.key: self._services.settings.reset(key))
            self._rows[setting.key] = row
            self._show(setting.key)
            column.addWidget(row)
        if section is Section.MODEL:
            column.insertWidget(0, MemoryBox(self._services, inner))
        elif section is Section.NETWORK:
            column.insertWidget(column.indexOf(self._rows[schema.HUB.key]) + 1, TokenBox(self._services, inner))
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        return area

    def _show(self, key: str) -> None:
        row = self._rows[key]
        row.show_value(self._services.settings.get(key), row.setting.default)
        if key == schema.PROXY_ADDRESS.key:
            row.setEnabled(self._services.settings.get(schema.PROXY) == "own")

    def _on_changed(self, key: str, value: object) -> None:
        try:
            self._services.settings.set(key, value)
        except RequestError as error:
            self._rows[key].show_refusal(error)

    def _on_setting_changed(self, key: str) -> None:
        if key in self._rows:
            self._show(key)
        if key == schema.PROXY.key:
            self._show(schema.PROXY_ADDRESS.key)
        if BY_KEY[key].reload_needed and self._services.engine.model_path:
            self._reload.show()

    def _on_reload(self) -> None:
        self._reload.hide()
        self._services.models.choose(self._services.engine.model_path)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Preferences"))
        for at, section in enumerate(self._sections):
            self._tabs.setTabText(at, setting_word(SECTION_TITLES[section]))
        for note, _which in self._notes:
            note.setText(self.tr("These are the values that conversations start with. Each can have its own."))
        self._reload.setText(self.tr("Load the model again now"))
        self._reload.setToolTip(self.tr("The change takes effect when the model is loaded the next time."))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)
