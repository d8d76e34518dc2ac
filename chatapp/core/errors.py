"""The errors a person can do something about, each with a sentence and a remedy.

::

    Exception
    └── UserFixable            the world is in the way; shown as a notice (window) or one line on stderr (terminal)
        ├── ModelError         a model file that is missing, broken, too large or not understood
        ├── EngineError        the worker crashed, hung or could not start
        ├── RequestError       a prompt, setting or argument that cannot be used
        ├── StorageError       the data folder, the database or the disk
        └── HubError           finding and downloading models: the network, the hub, what it sent
    (anything else is our bug: it reaches the crash handler)

Texts are English templates keyed by `ErrorCode`, in `error_texts`; the ui translates the template under the context
``errors`` and fills in the parameters afterwards, so an error crosses the wire from the worker as code + parameters.
The parameter ``reason`` may itself be a template (context ``reasons``), or words of the system or of llama.cpp, which
stay as they are.
"""

import re
from collections.abc import Mapping
from typing import Any

from chatapp.core.error_texts import TEXTS, ErrorCode

__all__ = [
    "TEXTS",
    "EngineError",
    "ErrorCode",
    "HubError",
    "ModelError",
    "RequestError",
    "StorageError",
    "UserFixable",
    "family",
    "fill",
]

_NAME = re.compile(r"\{(\w+)\}")


def fill(template: str, params: Mapping[str, object]) -> str:
    """Put *params* into the ``{names}`` of *template*; a brace that is no name of theirs stays as it is."""
    return _NAME.sub(lambda found: str(params.get(found[1], found[0])), template)


class UserFixable(Exception):  # noqa: N818 - says what it is: everything else is our bug
    """A failure the user can mend: *code* picks the words, *params* fill them, *details* is raw text to unfold."""

    def __init__(self, code: ErrorCode, details: str = "", **params: object) -> None:
        self.code = code
        self.details = details
        self.params = {name: str(value) for name, value in params.items()}
        text = TEXTS[code]
        missing = set(_NAME.findall(text.message + text.remedy)) - self.params.keys()
        if missing:
            raise KeyError(*sorted(missing))  # a bug, noticed where the error is made
        super().__init__(self.message)

    @property
    def message(self) -> str:
        """The sentence in English, filled in."""
        return fill(TEXTS[self.code].message, self.words(self.params.get("reason", "")))

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return fill(TEXTS[self.code].remedy, self.params)

    def words(self, reason: str) -> dict[str, str]:
        """The parameters, with *reason* (a template, in whatever language) filled in by the others."""
        return self.params | {"reason": fill(reason, self.params)}

    def to_json(self) -> dict[str, Any]:
        """The wire form: plain JSON types."""
        return {"code": self.code.value, "params": self.params, "details": self.details}

    @staticmethod
    def from_json(data: dict[str, Any]) -> "UserFixable":
        """Rebuild the error (of the right class) from `to_json`."""
        code = ErrorCode(data["code"])
        return family(code)(code, str(data.get("details", "")), **data.get("params", {}))


class ModelError(UserFixable):
    """A model file that is missing, broken, too large or not understood."""


class EngineError(UserFixable):
    """The worker crashed, hung or could not start."""


class RequestError(UserFixable):
    """A prompt, setting or argument that cannot be used."""


class StorageError(UserFixable):
    """The data folder, the database or the disk."""


class HubError(UserFixable):
    """Finding and downloading models: the network, the hub, what it sent."""


def family(code: ErrorCode) -> type[UserFixable]:
    """The class that errors with *code* belong to."""
    if code.startswith("model"):
        return ModelError
    if code.startswith("engine"):
        return EngineError
    if code.startswith(("folder", "database", "disk", "file", "setting", "already")):
        return StorageError
    if code.startswith(("hub", "download")):
        return HubError
    return RequestError
