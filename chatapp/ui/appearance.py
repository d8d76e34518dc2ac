"""Keeps theme, text size and language as the settings say, from the first moment and whenever they change."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

from chatapp.settings.schema import FONT_SIZE, LANGUAGE, THEME
from chatapp.ui import i18n, theme

if TYPE_CHECKING:
    from chatapp.services.settings import SettingsService


class Appearance(QObject):
    """Applies the appearance settings to the application."""

    def __init__(self, app: QApplication, settings: "SettingsService", parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._app = app
        self._settings = settings
        i18n.install(settings.get(LANGUAGE))
        self._apply_theme()
        settings.changed.connect(self._on_setting_changed)

    def zoom(self, steps: int) -> None:
        """Make all text *steps* points larger; 0 goes back to the system's size."""
        if steps == 0:
            self._settings.reset(FONT_SIZE.key)
            return
        low, high = FONT_SIZE.bounds or (8, 32)
        size = self._app.font().pointSize() + steps
        self._settings.set(FONT_SIZE.key, int(max(low, min(size, high))))

    def _apply_theme(self) -> None:
        theme.apply(self._app, self._settings.get(THEME.key), self._settings.get(FONT_SIZE.key))

    def _on_setting_changed(self, key: str) -> None:
        if key == LANGUAGE.key:
            i18n.install(self._settings.get(key))
        elif key in (THEME.key, FONT_SIZE.key):
            self._apply_theme()
