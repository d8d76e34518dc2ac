"""Newer versions of ChatApp: looks for them once a day where the user wants that, and whenever asked by hand."""

import contextlib
import time
from enum import Enum, auto

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp import __version__
from chatapp.core.errors import ErrorCode, HubError, UserFixable
from chatapp.hub import access, releases
from chatapp.hub.releases import Release
from chatapp.hub.remote_file import Source
from chatapp.hub.stop import Stop, Stopped
from chatapp.services.conversations import ConversationsService
from chatapp.services.notices import UPDATE_FOUND, UPDATE_QUESTION, Action, Level, Notice, Notices
from chatapp.services.settings import SettingsService
from chatapp.services.tasks import Tasks
from chatapp.settings import schema

_DAY = 24 * 3600  # seconds
_LOOK_EVERY = 3_600_000  # ms: whether a day is over, for those who never close the window
_KEY = "update"


class UpdateState(Enum):
    """What is known."""

    NOT_ASKED = auto()
    ASKING = auto()
    NEWEST = auto()
    FOUND = auto()
    FAILED = auto()


class UpdateService(QObject):
    """Signals:

    changed         `state`, `release` or `error` is another
    news_requested  the user wants to read what is new
    """

    changed = Signal()
    news_requested = Signal()

    def __init__(
        self,
        settings: SettingsService,
        conversations: ConversationsService,
        notices: Notices,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._conversations = conversations
        self._notices = notices
        self._tasks = Tasks("updates", 1, self)  # of its own: a silent server holds up nobody else
        self._stop = Stop()
        self._timer = QTimer(self, interval=_LOOK_EVERY)
        self._timer.timeout.connect(self._look_if_due)
        self._feed = releases.feed()
        self.state = UpdateState.NOT_ASKED
        self.release: Release | None = None
        self.error: UserFixable | None = None
        settings.changed.connect(self._on_setting_changed)

    def start(self) -> None:
        """Look, if the user wants it and a day is over; ask once whether they want it, but not a newcomer."""
        if not self._feed:
            return
        if self._settings.get(schema.UPDATE_CHECK) == "on":
            self._timer.start()
            self._look_if_due()
        elif not self._settings.get(schema.UPDATE_QUESTION) and self._conversations.summaries():
            self._settings.set(schema.UPDATE_QUESTION, "asked")
            answers = ((Action.UPDATE_ON, self._turn_on), (Action.UPDATE_OFF, lambda: None))
            self._notices.post(Notice(Level.INFO, UPDATE_QUESTION, actions=answers, key=_KEY, sticky=True))

    def check(self) -> None:
        """Look now, because the user asked; the answer is in `state`."""
        if not self._feed:
            self._show(UpdateState.FAILED, error=HubError(ErrorCode.UPDATES_NOWHERE))
        elif self._is_offline():
            self._show(UpdateState.FAILED, error=HubError(ErrorCode.HUB_OFFLINE, host=Source(self._feed).host))
        elif self.state is not UpdateState.ASKING:
            self._ask(by_hand=True)

    def skip(self) -> None:
        """Say nothing more of the version that was found; of a later one again."""
        if self.release is not None:
            self._settings.set(schema.UPDATE_SKIPPED, self.release.version)
            self._notices.clear(_KEY)

    def close(self) -> None:
        """Drop a question that is under way."""
        self._timer.stop()
        self._stop.set()
        self._tasks.close()

    def _turn_on(self) -> None:
        self._settings.set(schema.UPDATE_CHECK, "on")

    def _on_setting_changed(self, key: str) -> None:
        if key != schema.UPDATE_CHECK.key:
            return
        self._timer.stop()
        # Whoever sets it by hand has answered the question.
        self._settings.set(schema.UPDATE_QUESTION, "asked")
        self._notices.clear(_KEY)
        if self._feed and self._settings.get(schema.UPDATE_CHECK) == "on":
            self._timer.start()
            self._look_if_due()

    def _is_offline(self) -> bool:
        return access.source(self._settings).offline  # by the preferences, or by the environment

    def _look_if_due(self) -> None:
        if self._is_offline():
            return
        age = time.time() - self._settings.get(schema.UPDATE_LAST)
        if not 0 <= age < _DAY and self.state is not UpdateState.ASKING:  # below 0: the clock was put back
            self._ask(by_hand=False)

    def _ask(self, *, by_hand: bool) -> None:
        self._settings.set(schema.UPDATE_LAST, int(time.time()))
        self._stop = stop = Stop()
        address = self._feed
        self._show(UpdateState.ASKING)

        def ask() -> Release | None:
            with contextlib.suppress(Stopped):  # the window closes: nobody hears the answer
                return releases.newest(address, __version__, stop)
            return None

        def answered(release: Release | None) -> None:
            self._show(UpdateState.FOUND if release else UpdateState.NEWEST, release)
            if release and not by_hand and release.version != self._settings.get(schema.UPDATE_SKIPPED):
                self._tell(release)

        # Offline is no news: only who asked by hand hears of a failure.
        self._tasks.run(ask, answered, lambda error: self._show(UpdateState.FAILED, error=error))

    def _tell(self, release: Release) -> None:
        words = {"version": release.version, "installed": __version__}
        news = ((Action.UPDATE_NEWS, self.news_requested.emit),)
        self._notices.post(Notice(Level.INFO, UPDATE_FOUND, words, actions=news, key=_KEY, sticky=True))

    def _show(self, state: UpdateState, release: Release | None = None, error: UserFixable | None = None) -> None:
        self.state, self.release, self.error = state, release, error
        self.changed.emit()
