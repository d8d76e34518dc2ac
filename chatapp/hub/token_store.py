"""Access tokens in the system's keyring (Secret Service, Keychain, Credential Manager), never in a file of ours.

The system's own keyring is asked for by name: what `keyring` would choose by itself may be one that writes plain text.
"""

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from chatapp import log
from chatapp.core.errors import ErrorCode, HubError
from chatapp.core.text import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

NO_KEYRING = QT_TRANSLATE_NOOP("reasons", "no keyring runs here")
LOCKED = QT_TRANSLATE_NOOP("reasons", "it is locked")

_SERVICE = "ChatApp"  # under which the system shows it
_T = TypeVar("_T")
_log = log.get("hub")


def load(endpoint: str) -> str:
    """The token for the hub at *endpoint*, or nothing. May wait for the user to unlock the keyring. Raise HubError."""
    return _with(lambda backend: backend.get_password(_SERVICE, endpoint) or "")


def save(endpoint: str, token: str) -> None:
    """Keep it. May wait for the user. Raise HubError (HUB_KEYRING)."""
    _with(lambda backend: backend.set_password(_SERVICE, endpoint, token))


def forget(endpoint: str) -> None:
    """Delete it, if there is one. May wait for the user. Raise HubError (HUB_KEYRING)."""

    def delete(backend: "KeyringBackend") -> None:
        if backend.get_password(_SERVICE, endpoint) is not None:
            backend.delete_password(_SERVICE, endpoint)

    _with(delete)


def _with(work: "Callable[[KeyringBackend], _T]") -> _T:
    from keyring.errors import KeyringLocked  # noqa: PLC0415 - cryptography and D-Bus: only for those who need it

    try:
        kind = backend_kind()
        kind.priority  # noqa: B018 - raises when nothing answers
    except Exception as error:
        _log.info("no keyring: %s", error)
        raise HubError(ErrorCode.HUB_KEYRING, details=str(error), reason=NO_KEYRING) from error
    try:
        return work(kind())
    except KeyringLocked as error:
        raise HubError(ErrorCode.HUB_KEYRING, details=str(error), reason=LOCKED) from error
    except Exception as error:  # every keyring has errors of its own
        _log.warning("the keyring failed: %s", type(error).__name__)
        raise HubError(ErrorCode.HUB_KEYRING, reason=str(error) or type(error).__name__) from error


def backend_kind() -> "type[KeyringBackend]":
    """The keyring of this system."""
    if sys.platform == "win32":
        from keyring.backends.Windows import WinVaultKeyring as Kind  # noqa: PLC0415
    elif sys.platform == "darwin":
        from keyring.backends.macOS import Keyring as Kind  # noqa: PLC0415
    else:
        from keyring.backends.SecretService import Keyring as Kind  # noqa: PLC0415
    return Kind
