"""Which hub is asked, by which way and with which access token: one answer for search and downloads."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote

from PySide6.QtCore import QObject, Signal

from chatapp.core.errors import UserFixable
from chatapp.hub import access, token_store
from chatapp.hub.remote_file import Source
from chatapp.hub.stop import Stop
from chatapp.services.settings import SettingsService
from chatapp.services.tasks import Tasks
from chatapp.settings import schema

T = TypeVar("T")

_OURS = {schema.HUB.key, schema.OFFLINE.key, schema.PROXY.key, schema.PROXY_ADDRESS.key}


class Kept(StrEnum):
    """Where a token is kept."""

    NOWHERE = ""
    ENVIRONMENT = "environment"
    KEYRING = "keyring"
    SESSION = "session"  # until the program ends


@dataclass(frozen=True, slots=True)
class Token:
    """The token in use, without itself. *name* is whose it is; *error*: the last thing that did not work with it."""

    kept: Kept = Kept.NOWHERE
    name: str = ""
    is_checked: bool = True  # False while the hub is asked
    error: UserFixable | None = None


class HubAccess(QObject):
    """Signals:

    changed()        another hub is asked, in another way or with another token
    token_changed()  there is another thing to say of the token
    """

    changed = Signal()
    token_changed = Signal()

    def __init__(self, settings: SettingsService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._tokens: dict[str, str] = {}  # by the address of the hub, as far as they are known
        self._told: dict[str, Token] = {}
        self._tasks = Tasks("access", 1, self)  # a keyring may wait for its password, and nobody else shall
        self._stop = Stop()
        self._source = access.source(settings)
        access.use_proxy(settings)
        settings.changed.connect(self._on_setting_changed)

    def source(self) -> Source:
        """The hub at this moment; may be asked from any thread."""
        return self._source

    def page(self, repo: str) -> str:
        """The address of a repository's page, for a browser."""
        return f"{self._source.endpoint}/{quote(repo)}"

    @property
    def token_page(self) -> str:
        """Where the user can make a token."""
        return f"{self._source.endpoint}/settings/tokens"

    @property
    def environment(self) -> dict[str, str]:
        """Variables that count instead of settings, and their values."""
        given = access.given_by_environment()
        if self._settings.get(schema.PROXY) != "system":
            given = {name: value for name, value in given.items() if name not in access.PROXY_VARIABLES}
        return given

    def start(self) -> None:
        """Fetch the token, if the keyring has one for this hub; for after the window is shown."""
        endpoint = self._source.endpoint
        name = access.saved_names(self._settings).get(endpoint)
        if name is None or self._source.token:
            return

        def take(token: str) -> None:
            if token:
                self._tokens[endpoint] = token
                self._tell(endpoint, Token(Kept.KEYRING, name))
                self._renew()
            else:
                self._note_saved(endpoint, None)  # somebody deleted it there

        self._run(
            lambda: token_store.load(endpoint),
            take,
            lambda error: self._tell(endpoint, Token(name=name, error=error)),
        )

    def close(self) -> None:
        """Wait for nobody."""
        self._stop.set()
        self._tasks.close()

    # -- the token -----------------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """What is to say of the token for this hub."""
        if access.TOKEN_VARIABLE in self.environment:
            return Token(Kept.ENVIRONMENT)
        return self._told.get(self._source.endpoint, Token())

    def enter_token(self, token: str) -> None:
        """Ask the hub whose it is, use it from then on and put it into the keyring."""
        endpoint, token = self._source.endpoint, token.strip()
        before = self._told.get(endpoint, Token())
        asked = Source(endpoint, token, self._source.offline)
        self._tell(endpoint, Token(before.kept, before.name, is_checked=False))

        def keep(name: str) -> None:
            self._tokens[endpoint] = token
            self._tell(endpoint, Token(Kept.SESSION, name))
            self._renew()
            self._run(
                lambda: token_store.save(endpoint, token),
                lambda _: self._on_saved(endpoint, name),
                lambda error: self._tell(endpoint, Token(Kept.SESSION, name, error=error)),
            )

        self._run(
            lambda: access.account_name(asked),
            keep,
            lambda error: self._tell(endpoint, Token(before.kept, before.name, error=error)),
        )

    def remove_token(self) -> None:
        """Forget it, here and in the keyring."""
        endpoint = self._source.endpoint
        self._tokens.pop(endpoint, None)
        self._tell(endpoint, Token())
        self._renew()
        if endpoint in access.saved_names(self._settings):
            self._run(
                lambda: token_store.forget(endpoint),
                lambda _: self._note_saved(endpoint, None),
                lambda error: self._tell(endpoint, Token(error=error)),
            )

    def _on_saved(self, endpoint: str, name: str) -> None:
        self._note_saved(endpoint, name)
        self._tell(endpoint, Token(Kept.KEYRING, name))

    def _note_saved(self, endpoint: str, name: str | None) -> None:
        saved = dict(access.saved_names(self._settings))
        saved.pop(endpoint, None)
        if name is not None:
            saved[endpoint] = name
        self._settings.set(schema.SAVED_TOKENS, tuple(f"{where} {who}" for where, who in saved.items()))

    def _tell(self, endpoint: str, token: Token) -> None:
        self._told[endpoint] = token
        self.token_changed.emit()

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _run(self, work: Callable[[], T], done: Callable[[T], None], failed: Callable[[UserFixable], None]) -> None:
        """Left alone when the program ends: a keyring may wait for its password for ever."""
        self._tasks.run(lambda: self._stop.run(work, lambda _: None), done, failed)

    def _on_setting_changed(self, key: str) -> None:
        if key in _OURS:
            access.use_proxy(self._settings)
            self._renew()

    def _renew(self) -> None:
        before = self._source
        found = access.source(self._settings)
        self._source = access.source(self._settings, self._tokens.get(found.endpoint, ""))
        self.changed.emit()
        if self._source.endpoint != before.endpoint:
            self.start()
            self.token_changed.emit()
