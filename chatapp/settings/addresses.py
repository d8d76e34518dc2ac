"""Addresses that the user types: of a hub, of a proxy, of a folder."""

import ipaddress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from chatapp.core.text import QT_TRANSLATE_NOOP

NO_ADDRESS = QT_TRANSLATE_NOOP("reasons", "it must be an address such as {example}")
NOT_SECURE = QT_TRANSLATE_NOOP("reasons", "it must begin with https://")
TOO_MUCH = QT_TRANSLATE_NOOP("reasons", "it must not have a user name, a question mark or a number sign")
UNKNOWN_PROXY = QT_TRANSLATE_NOOP("reasons", "only HTTP and SOCKS5 proxies can be used: http://… or socks5://…")
NO_FOLDER = QT_TRANSLATE_NOOP("reasons", "it must be the whole path of a folder")

_PROXIES = ("http", "socks5", "socks5h")


class AddressError(ValueError):
    """*reason* is a template of context ``reasons`` with the name ``{example}``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def hub_address(text: str) -> str:
    """The address without a slash at its end; empty for the usual hub. Raise `AddressError`.

    Only on this computer may it be without TLS: a token, and what is searched for, would be read by anyone on the way.
    """
    text = text.strip().rstrip("/")
    if not text:
        return ""
    url = _split(text)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise AddressError(NO_ADDRESS)
    if url.username or url.password or url.query or url.fragment:
        raise AddressError(TOO_MUCH)
    if url.scheme == "http" and not is_loopback(url.hostname):
        raise AddressError(NOT_SECURE)
    return text


def proxy_address(text: str) -> str:
    """The address; empty for none. Raise `AddressError`."""
    text = text.strip()
    if not text:
        return ""
    url = _split(text if "://" in text else f"http://{text}")
    if url.scheme not in _PROXIES:
        raise AddressError(UNKNOWN_PROXY)
    if not url.hostname or url.path not in ("", "/") or url.query or url.fragment:
        raise AddressError(NO_ADDRESS)
    return url.geturl().rstrip("/")


def folder_path(text: str) -> str:
    """The path, which need not exist now; empty for the usual folder. Raise `AddressError`."""
    if text and (not Path(text).is_absolute() or "\0" in text):
        raise AddressError(NO_FOLDER)
    return text


def is_loopback(host: str) -> bool:
    """Whether *host* is this computer."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _split(text: str) -> SplitResult:
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 - looked at, since it is only read then
    except ValueError:
        raise AddressError(NO_ADDRESS) from None
    if any(character.isspace() or not character.isprintable() for character in text):
        raise AddressError(NO_ADDRESS)
    return url
