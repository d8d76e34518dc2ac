"""Settings with a signal: what the window reads, changes and listens to."""

from typing import Any, TypeVar, overload

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp import log
from chatapp.core.errors import UserFixable
from chatapp.core.generation import SamplingParams
from chatapp.services.notices import Action, Notices
from chatapp.services.tasks import Tasks
from chatapp.settings import schema
from chatapp.settings.file import Settings
from chatapp.settings.sampling import sampling_params, set_sampling_params
from chatapp.settings.setting import Setting

T = TypeVar("T")

_SAVE_AFTER = 500  # ms; a slider being dragged is written once
_NOTICE = "settings"
_log = log.get("settings")


class SettingsService(QObject):
    """Signals:

    changed(key)  a setting has another value now
    """

    changed = Signal(str)

    def __init__(self, settings: Settings, notices: Notices, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._notices = notices
        self._tasks = Tasks("settings", 1, self)  # a disk that is busy may take seconds to take a file
        self._closed = False
        self._timer = QTimer(self, singleShot=True, interval=_SAVE_AFTER)
        self._timer.timeout.connect(self.save)
        for warning in settings.warnings:
            notices.post_error(warning)

    @property
    def schema(self) -> tuple[Setting[Any], ...]:
        """Every setting, in the order in which the preferences show it."""
        return schema.SETTINGS

    @overload
    def get(self, setting: Setting[T]) -> T: ...
    @overload
    def get(self, setting: str) -> Any: ...
    def get(self, setting: Setting[Any] | str) -> Any:
        """The value in use."""
        return self._settings.get(_of(setting))

    def set(self, setting: Setting[Any] | str, value: object) -> None:
        """Change a value; raise `RequestError` when it cannot be used (then the old one stays)."""
        known = _of(setting)
        if known.key.startswith("sampling."):  # each value may be fine and two of them contradict each other
            self.sampling().with_value(known.key.removeprefix("sampling."), known.checked(value))
        if self._settings.set(known, value):
            self._announce(known.key)

    def reset(self, setting: Setting[Any] | str) -> None:
        """Back to the default."""
        known = _of(setting)
        if self._settings.reset(known):
            self._announce(known.key)

    def sampling(self) -> SamplingParams:
        """What a conversation without settings of its own samples with."""
        return sampling_params(self._settings)

    def set_sampling(self, params: SamplingParams) -> None:
        """Make *params* the defaults."""
        before = self.sampling()
        set_sampling_params(self._settings, params)
        for name, value in params.to_json().items():
            if before.to_json()[name] != value:
                self._announce(f"sampling.{name}")

    def save(self) -> None:
        """Write the file as it is now, in the background; a failure becomes a notice."""
        self._timer.stop()
        text = self._settings.text()
        self._tasks.run(lambda: self._settings.write(text), self._on_saved, self._on_failed)

    def close(self) -> None:
        """Write the file, wait for it, end the thread; what is changed from here on is not written."""
        self._closed = True
        self._timer.stop()
        text = self._settings.text()
        try:
            self._tasks.wait(lambda: self._settings.write(text))
        except UserFixable as error:
            _log.error("unsaved at the end: %s", error)
        self._tasks.close()

    def _announce(self, key: str) -> None:
        if not self._closed:
            self._timer.start()
        self.changed.emit(key)

    def _on_saved(self, _nothing: None) -> None:
        self._notices.clear(_NOTICE)

    def _on_failed(self, error: UserFixable) -> None:
        self._notices.post_error(error, (Action.RETRY_SAVING, self.save), key=_NOTICE)


def _of(setting: Setting[Any] | str) -> Setting[Any]:
    return schema.BY_KEY[setting] if isinstance(setting, str) else setting
