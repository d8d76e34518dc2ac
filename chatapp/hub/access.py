"""Which hub is asked, how, and as whom: what the environment says, else the settings; tokens come from the keyring."""

import os
from collections.abc import Mapping
from typing import Protocol, TypeVar

from chatapp.hub import api, proxies, token_store
from chatapp.hub.remote_file import PUBLIC, Source
from chatapp.settings import schema
from chatapp.settings.setting import Setting

T = TypeVar("T")

ENDPOINT_VARIABLE, TOKEN_VARIABLE, OFFLINE_VARIABLE = "HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE"
PROXY_VARIABLES = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY")

_YES = ("1", "ON", "YES", "TRUE")  # as the hub library reads its variables


class Values(Protocol):
    """The settings."""

    def get(self, setting: Setting[T], /) -> T:
        """The value in use."""


def source(settings: Values, token: str = "") -> Source:
    """The hub; *token* counts when the environment has none."""
    endpoint = _variable(ENDPOINT_VARIABLE).rstrip("/") or settings.get(schema.HUB) or PUBLIC
    offline = _variable(OFFLINE_VARIABLE).upper() in _YES or settings.get(schema.OFFLINE) == "on"
    # A token that other programs saved is left alone.
    return Source(endpoint, _variable(TOKEN_VARIABLE) or token, offline)


def source_with_saved_token(settings: Values) -> Source:
    """The same with the token from the keyring, if one was saved there; waits. Raise HubError (HUB_KEYRING)."""
    found = source(settings)
    if found.token or found.endpoint not in saved_names(settings):
        return found
    return source(settings, token_store.load(found.endpoint))


def use_proxy(settings: Values) -> None:
    """Go by the proxy that the settings name."""
    way, address = settings.get(schema.PROXY), settings.get(schema.PROXY_ADDRESS)
    proxies.use(address or "system" if way == "own" else way)


def saved_names(settings: Values) -> Mapping[str, str]:
    """Hubs for which the keyring has a token: whose it is."""
    pairs = (line.partition(" ") for line in settings.get(schema.SAVED_TOKENS))
    return {endpoint: name for endpoint, _, name in pairs}


def given_by_environment() -> dict[str, str]:
    """The variables that count, with their values; nothing that is secret."""
    found = {}
    for name in (ENDPOINT_VARIABLE, TOKEN_VARIABLE, OFFLINE_VARIABLE, *PROXY_VARIABLES):
        value = _variable(name) or (_variable(name.lower()) if name in PROXY_VARIABLES else "")
        if value:
            found[name] = "…" if name == TOKEN_VARIABLE else proxies.without_login(value)
    return found


def account_name(asked: Source) -> str:
    """Who the token of *asked* belongs to, as the hub says; waits. Raise HubError (HUB_TOKEN when it knows nobody)."""

    return api.call(asked, "whoami", lambda hub: str(hub.whoami(token=asked.token)["name"]))


def _variable(name: str) -> str:
    return os.environ.get(name, "").strip()
