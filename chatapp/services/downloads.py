"""The download queue as signals: its threads tell what happens, the window hears of it on its own."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from chatapp.core.errors import ErrorCode
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.hub.download_job import Item, State, are_same
from chatapp.hub.progress import Progress
from chatapp.hub.remote_file import RemoteFile
from chatapp.paths import Paths
from chatapp.services.hub_access import HubAccess
from chatapp.services.notices import Action, Level, Notice, Notices
from chatapp.services.settings import SettingsService
from chatapp.settings import schema

if TYPE_CHECKING:
    from chatapp.hub.download_queue import DownloadQueue

# The ui draws these and may not import the hub.
__all__ = ["DownloadService", "Item", "Progress", "RemoteFile", "State"]

ARRIVED = QT_TRANSLATE_NOOP("notices", "“{name}” is here and ready to chat with.")

_ARRIVED, _FAILED = "arrived", "download"  # keys of notices
_SILENCE = 3.0  # seconds without a byte
_SETTINGS = {s.key for s in (schema.DOWNLOAD_FOLDER, schema.SPEED_LIMIT, schema.DOWNLOADS_AT_ONCE)}
_WANT_TOKEN = (ErrorCode.HUB_GATED, ErrorCode.HUB_TOKEN)
_ACTIVE = (State.QUEUED, State.RUNNING)


class DownloadService(QObject):
    """Signals:

    changed()           an entry came or went, the order or a state is another
    progressed(int)     bytes came for the entry of that id
    finished(str)       a model is there, proven, at this path (of its first file)
    failed(Item)        an entry has failed; its error says why
    show_requested()    the user should see the queue
    chat_requested(str) the user wants to chat with the model at this path

    Nothing is read, and no thread runs, before `start` or the first `add`.
    """

    changed = Signal()
    progressed = Signal(int)
    finished = Signal(str)
    failed = Signal(object)
    show_requested = Signal()
    chat_requested = Signal(str)

    def __init__(
        self,
        paths: Paths,
        settings: SettingsService,
        access: HubAccess,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._paths = paths
        self._settings = settings
        self._access = access
        self._notices = notices
        self._told = 0  # the entry whose failure the user was told of last
        self._token = ""  # that the last attempts were made with
        self._queue: DownloadQueue | None = None
        self._items: dict[int, Item] = {}
        self._batch: set[int] = set()  # what is counted in `total`
        self._relay = _Relay(self)
        self._relay.news.connect(self._on_news, Qt.ConnectionType.QueuedConnection)
        self._heard: dict[int, float] = {}  # monotonic time of the last news of an entry
        self._clock = QTimer(self, interval=1000)
        self._clock.timeout.connect(self._on_clock)
        settings.changed.connect(self._on_setting_changed)
        access.changed.connect(self._on_access_changed)

    def start(self) -> None:
        """Read the queue of last time and go on with it."""
        self._list_folder()  # whoever writes the settings file by hand sets only one of them
        self._opened()
        self._look()

    def close(self) -> None:
        """Stop everything; the queue goes on when the program starts again."""
        self._clock.stop()
        if self._queue is not None:
            self._queue.close()

    @property
    def is_offline(self) -> bool:
        """Whether nothing runs because the network shall not be used."""
        return self._access.source().offline

    def items(self) -> tuple[Item, ...]:
        """All entries, in order."""
        return tuple(self._items.values())

    def item(self, item_id: int) -> Item | None:
        """One entry."""
        return self._items.get(item_id)

    def find(self, files: Sequence[RemoteFile]) -> Item | None:
        """The entry that fetches *files*, or has fetched them."""
        return next((item for item in reversed(self._items.values()) if are_same(item.files, files)), None)

    def total(self) -> Progress | None:
        """Of all that is fetched or waits for its turn, with what came since nothing did; None while nothing moves."""
        counted = (*_ACTIVE, State.DONE)
        items = [item for item in self._items.values() if item.id in self._batch and item.state in counted]
        if self.is_offline or not any(item.state in _ACTIVE for item in items):
            return None
        done, total = sum(i.progress.done for i in items), sum(i.progress.total for i in items)
        # Not of those that only read again what is here, which is ten times as fast.
        arriving = [i.progress for i in items if i.state is State.RUNNING and i.progress.phase == "downloading"]
        speed = sum(progress.speed for progress in arriving)
        return Progress(done, total, speed, (total - done) / speed if speed > 0 else None)

    # -- what the user wants; nothing here waits -----------------------------------------------------------------------

    def add(self, files: Sequence[RemoteFile]) -> int:
        """Fetch a model, in one file or in many, after what is waiting already; the entry's id."""
        return self._opened().add(files)

    def pause(self, item_id: int) -> None:
        """Stop it and keep what has arrived."""
        self._opened().pause(item_id)

    def resume(self, item_id: int) -> None:
        """Let it wait for its turn."""
        self._opened().resume(item_id)

    retry = resume

    def cancel(self, item_id: int) -> None:
        """Take it out of the queue; unless it is done, what has arrived is deleted."""
        self._opened().cancel(item_id)

    def move(self, item_id: int, place: int) -> None:
        """Put it at *place*, counted from 0."""
        self._opened().move(item_id, place)

    def pause_all(self) -> None:
        """Pause what runs or waits."""
        self._for_all(_ACTIVE, self.pause)

    def resume_all(self) -> None:
        """Let what is paused wait for its turn."""
        self._for_all((State.PAUSED,), self.resume)

    def clear_finished(self) -> None:
        """Take what is done out of the list; the models stay."""
        self._for_all((State.DONE,), self.cancel)

    def _for_all(self, states: tuple[State, ...], do: Callable[[int], None]) -> None:
        # From the end: what waits must not begin because what runs is being paused.
        for item in reversed(self.items()):
            if item.state in states:
                do(item.id)

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _opened(self) -> "DownloadQueue":
        if self._queue is None:
            from chatapp.hub.download_queue import DownloadQueue  # noqa: PLC0415 - TLS and HTTP: not before the window

            file = self._paths.data / "downloads.json"
            self._queue = DownloadQueue(file, self._paths.models, self._access.source, self._relay, at_once=0)
            self._configure(self._queue)
        return self._queue

    def _configure(self, queue: "DownloadQueue") -> None:
        get = self._settings.get
        queue.folder = Path(get(schema.DOWNLOAD_FOLDER) or self._paths.models)
        queue.pace.bytes_per_second = get(schema.SPEED_LIMIT) * 1000
        queue.run_at_once(0 if self.is_offline else get(schema.DOWNLOADS_AT_ONCE))

    def _on_setting_changed(self, key: str) -> None:
        if key == schema.DOWNLOAD_FOLDER.key:
            self._list_folder()
        if self._queue is not None and key in _SETTINGS:
            self._configure(self._queue)

    def _list_folder(self) -> None:
        """What is in the chosen folder is listed, also when another one is chosen later."""
        folder, known = self._settings.get(schema.DOWNLOAD_FOLDER), self._settings.get(schema.MODEL_FOLDERS)
        if folder and folder not in known:
            self._settings.set(schema.MODEL_FOLDERS, (*known, folder))

    def _on_access_changed(self) -> None:
        source = self._access.source()
        if self._queue is not None:
            self._configure(self._queue)
            if source.token != self._token:
                for item in self.items():  # with this token they may be given
                    if item.error is not None and item.error.code in _WANT_TOKEN:
                        self.retry(item.id)
        self._token = source.token
        self.changed.emit()  # what waits says why

    def _look(self) -> None:
        if self._queue is None:
            return
        self._items = {item.id: item for item in self._queue.items()}
        active = {item.id for item in self._items.values() if item.state in _ACTIVE}
        self._batch = self._batch | active if active else set()
        self.changed.emit()

    def _on_news(self) -> None:
        told, progress = self._relay.take()
        if told:
            self._look()
        now = time.monotonic()
        for item in progress:
            known = self._items.get(item.id)
            if known is not None and known.state is State.RUNNING:
                self._heard[item.id] = now
                self._show(known, item.progress)
        if progress and not self._clock.isActive():
            self._clock.start()
        for item in told:
            if item.state is State.DONE:
                self._on_done(item)
            elif item.state is State.FAILED:
                self._on_failed(item)
            elif item.id == self._told:
                self._notices.clear(_FAILED)

    def _on_done(self, item: Item) -> None:
        path = str(item.path)
        self.finished.emit(path)
        if item.is_model:
            chat = (Action.OPEN_MODEL, lambda: self.chat_requested.emit(path))
            self._notices.post(Notice(Level.INFO, ARRIVED, {"name": item.title}, actions=(chat,), key=_ARRIVED))

    def _on_failed(self, item: Item) -> None:
        self.failed.emit(item)
        if item.error is not None:  # of many, the last one is told here; the others are in the list
            self._told = item.id
            show = (Action.SHOW_DOWNLOADS, self.show_requested.emit)
            self._notices.post_error(item.error, show, key=_FAILED, level=Level.WARNING)

    def _on_clock(self) -> None:
        """A server that is silent sends no progress: the last speed must not stay as if it were so."""
        running = [item for item in self._items.values() if item.state is State.RUNNING]
        if not running:
            self._clock.stop()
        now = time.monotonic()
        for item in running:
            if item.progress.speed > 0 and now - self._heard.get(item.id, now) > _SILENCE:
                self._show(item, replace(item.progress, speed=0.0, eta=None))

    def _show(self, item: Item, progress: Progress) -> None:
        self._items[item.id] = replace(item, progress=progress)
        self.progressed.emit(item.id)


class _Relay(QObject):
    """Hears the queue's threads, under its lock, and wakes the window's thread once for all that came meanwhile."""

    news = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._told: deque[Item] = deque()
        self._progress: dict[int, Item] = {}  # the latest of each
        self._announced = False

    def changed(self, item: Item) -> None:
        """Of the queue: a state is another, or an entry is new."""
        self._told.append(item)
        self._announce()

    def progressed(self, item: Item) -> None:
        """Of the queue: bytes came."""
        self._progress[item.id] = item
        self._announce()

    def _announce(self) -> None:
        if not self._announced:
            self._announced = True
            self.news.emit()

    def take(self) -> tuple[list[Item], list[Item]]:
        """State changes in order, and the latest progress; each is given once."""
        self._announced = False  # first: what comes from now on wakes us again
        told = [self._told.popleft() for _ in range(len(self._told))]
        progress, self._progress = self._progress, {}
        return told, list(progress.values())
