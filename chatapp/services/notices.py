"""The one door to the user: what happened and what can be done, for the window to show.

Notices posted before a window exists are kept for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import UserFixable
from chatapp.core.text import QT_TRANSLATE_NOOP


class Level(StrEnum):
    """How loud."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Action(StrEnum):
    """What a button on a notice does; the window has the words."""

    RESTART_ENGINE = "restart_engine"
    LOAD_CPU_ONLY = "load_cpu_only"
    SMALLER_CONTEXT = "smaller_context"
    LOAD_ANYWAY = "load_anyway"
    CHOOSE_MODEL = "choose_model"
    UNDO = "undo"
    RETRY_SAVING = "retry_saving"
    UPDATE_NEWS = "update_news"
    UPDATE_ON = "update_on"
    UPDATE_OFF = "update_off"
    OPEN_MODEL = "open_model"
    SHOW_DOWNLOADS = "show_downloads"


CONVERSATION_DELETED = QT_TRANSLATE_NOOP("notices", "“{title}” was moved to the trash.")
UNTITLED_DELETED = QT_TRANSLATE_NOOP("notices", "The conversation was moved to the trash.")
LOAD_IS_TIGHT = QT_TRANSLATE_NOOP(
    "notices",
    "“{name}” needs about {needed} and {available} are free. It would just fit, and other programs may become slow.",
)
CRASHED_BEFORE = QT_TRANSLATE_NOOP(
    "notices", "ChatApp ended unexpectedly the last time. Your conversations are here; a report is kept in {path}."
)
INTERRUPTED_FOUND = QT_TRANSLATE_NOOP(
    "notices", "ChatApp was closed in the middle of a reply. What was written is kept and marked."
)
UPDATE_FOUND = QT_TRANSLATE_NOOP("notices", "ChatApp {version} is available. You have {installed}.")
UPDATE_QUESTION = QT_TRANSLATE_NOOP(
    "notices",
    "Shall ChatApp look for new versions once a day? It reads a public list; nothing about you is sent, and nothing is "
    "downloaded. You can change this in the preferences.",
)


@dataclass(frozen=True, slots=True)
class Notice:
    """One message. With *error*, its texts say everything; else *template* (context ``notices``) and *params* do.

    key     a later notice of the same key replaces this one, and `Notices.clear` takes it away; "" stands alone
    sticky  stays until dismissed
    """

    level: Level
    template: str = ""
    params: dict[str, str] = field(default_factory=dict)
    error: UserFixable | None = None
    actions: tuple[tuple[Action, Callable[[], None]], ...] = ()
    key: str = ""
    sticky: bool = False

    @property
    def message(self) -> str:
        """The sentence in English."""
        return self.error.message if self.error else self.template.format_map(self.params)

    @property
    def remedy(self) -> str:
        """What to do, in English; may be empty."""
        return self.error.remedy if self.error else ""

    @property
    def words(self) -> dict[str, str]:
        """What fills the names in the labels of its buttons."""
        return self.error.params if self.error else self.params

    @property
    def details(self) -> str:
        """Raw text to unfold; may be empty."""
        return self.error.details if self.error else ""


class Notices(QObject):
    """Signals:

    posted(Notice)  show it
    cleared(key)    what it said is no longer so
    """

    posted = Signal(object)
    cleared = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: list[Notice] | None = []

    def attach(self, receiver: Callable[[Notice], None]) -> None:
        """Connect a window and hand it what was posted before."""
        self.posted.connect(receiver)
        waiting, self._waiting = self._waiting or [], None
        for notice in waiting:
            receiver(notice)

    def post(self, notice: Notice) -> None:
        """Show *notice*."""
        if self._waiting is not None:
            self._waiting.append(notice)
        self.posted.emit(notice)

    def post_error(
        self, error: UserFixable, *actions: tuple[Action, Callable[[], None]], key: str = "", level: Level = Level.ERROR
    ) -> None:
        """Show an error with its remedy; it stays until dismissed."""
        self.post(Notice(level, error=error, actions=actions, key=key, sticky=True))

    def post_info(self, template: str, *actions: tuple[Action, Callable[[], None]], **params: str) -> None:
        """Show a message that goes away by itself."""
        self.post(Notice(Level.INFO, template, params, actions=actions))

    def clear(self, key: str) -> None:
        """Take away the notice of that key."""
        if self._waiting is not None:
            self._waiting = [notice for notice in self._waiting if notice.key != key]
        self.cleared.emit(key)
