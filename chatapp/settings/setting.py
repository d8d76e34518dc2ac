"""What a setting is: its kind, limits and words, and the check every value passes on its way in."""

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar, cast

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.sampling import (
    BETWEEN,
    IS_TEXT,
    MAX_GRAMMAR_LENGTH,
    ONE_OF,
    TOO_LONG,
    WHOLE_NUMBER,
    checked_bias,
    invalid,
)
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.settings.addresses import AddressError

T = TypeVar("T")

A_LIST = QT_TRANSLATE_NOOP("reasons", "it must be a list")
A_NUMBER = QT_TRANSLATE_NOOP("reasons", "it must be a number")
ENTRY_LENGTH = QT_TRANSLATE_NOOP("reasons", "each entry must be a text of {low} to {high} characters")


class Kind(StrEnum):
    """The type of a value; the preferences have one input for each. Lists are tuples in memory."""

    CHOICE = "choice"
    INTEGER = "integer"
    REAL = "real"
    TEXT = "text"
    LINE = "line"  # of text
    FOLDER = "folder"  # a path; empty for the usual one
    TEXTS = "texts"
    PATHS = "paths"
    INTEGERS = "integers"
    BIASES = "biases"  # (token id, number) pairs


class Section(StrEnum):
    """Where the preferences show a setting."""

    GENERAL = "general"
    CHAT = "chat"
    MODEL = "model"
    SAMPLING = "sampling"
    NETWORK = "network"
    HIDDEN = "hidden"


SECTION_TITLES: dict[Section, str] = {
    Section.GENERAL: QT_TRANSLATE_NOOP("settings", "General"),
    Section.CHAT: QT_TRANSLATE_NOOP("settings", "Chat"),
    Section.MODEL: QT_TRANSLATE_NOOP("settings", "Model"),
    Section.SAMPLING: QT_TRANSLATE_NOOP("settings", "Sampling"),
    Section.NETWORK: QT_TRANSLATE_NOOP("settings", "Downloads"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values of a CHOICE, with its words."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class Special:
    """A value outside the bounds (or at their edge) with a meaning of its own, such as 0 for "Automatic"."""

    value: float | None
    title: str


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """One setting.

    bounds          lowest and highest number (of each number in INTEGERS); for TEXTS the length of each in characters
    special         a further allowed value
    reload_needed   takes effect when a model is loaded the next time
    code            "gbnf" or "json": a TEXT in that language, which is checked
    check           of a LINE or FOLDER: what to keep of a text, or an `AddressError`
    example         of a LINE
    escaped         the entries of a TEXTS are shown with \\n for a new line
    Title and description are English, translated by the ui under the context ``settings``.
    """

    key: str
    kind: Kind
    default: T
    section: Section = Section.HIDDEN
    title: str = ""
    description: str = ""
    bounds: tuple[float, float] | None = None
    choices: tuple[Choice, ...] = ()
    special: Special | None = None
    reload_needed: bool = False
    code: str = ""
    check: Callable[[str], str] | None = None
    example: str = ""
    escaped: bool = False

    @property
    def hidden(self) -> bool:
        """The app keeps it, the preferences do not show it."""
        return self.section is Section.HIDDEN

    def checked(self, value: object) -> T:
        """*value* in its in-memory form (lists become tuples); raise `RequestError` saying why it cannot be used."""
        if self.kind is Kind.REAL and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if self.special is not None and type(value) is type(self.special.value) and value == self.special.value:
            return cast("T", value)
        match self.kind:
            case Kind.CHOICE:
                if value not in [choice.value for choice in self.choices]:
                    raise self._refuse(value, ONE_OF, choices=", ".join(c.value for c in self.choices))
                return cast("T", value)
            case Kind.INTEGER | Kind.REAL:
                return cast("T", self._number(value))
            case Kind.TEXT | Kind.LINE | Kind.FOLDER:
                if not isinstance(value, str):
                    raise self._refuse(value, IS_TEXT)
                return cast("T", self._code(value) if self.kind is Kind.TEXT else self._line(value))
            case Kind.BIASES:
                return cast("T", checked_bias(value))
            case Kind.TEXTS | Kind.PATHS | Kind.INTEGERS:
                if not isinstance(value, (list, tuple)):
                    raise self._refuse(value, A_LIST)
                item = self._number if self.kind is Kind.INTEGERS else self._text
                return cast("T", tuple(item(entry) for entry in value))

    def _number(self, value: object) -> int | float:
        low, high = self.bounds or (-math.inf, math.inf)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self._refuse(value, A_NUMBER)
        if not low <= value <= high:  # also refuses nan
            raise self._refuse(value, BETWEEN, low=f"{low:,.15g}", high=f"{high:,.15g}")
        if self.kind is not Kind.REAL and not isinstance(value, int):
            raise self._refuse(value, WHOLE_NUMBER)
        return float(value) if self.kind is Kind.REAL else value

    def _text(self, value: object) -> str:
        low, high = self.bounds or (1, math.inf)
        if not isinstance(value, str) or not low <= len(value) <= high:
            raise self._refuse(value, ENTRY_LENGTH, low=f"{low:,.15g}", high=f"{high:,.15g}")
        return value

    def _line(self, text: str) -> str:
        try:
            return self.check(text) if self.check is not None else text
        except AddressError as error:
            raise self._refuse(text, error.reason, example=self.example) from error

    def _code(self, text: str) -> str:
        if self.code and len(text) > MAX_GRAMMAR_LENGTH:
            raise self._refuse(text[:20], TOO_LONG, high=f"{MAX_GRAMMAR_LENGTH:,}")
        if self.code and text.strip():
            _check_code(self.code, text)
        return text

    def _refuse(self, value: object, reason: str, **params: str) -> RequestError:
        return invalid(self.title or self.key, str(value)[:80], reason, **params)


def _check_code(language: str, text: str) -> None:
    from chatapp.core.grammar import NOT_JSON, TOO_NESTED, check_grammar  # noqa: PLC0415 - not for a start without any

    if language == "gbnf":
        check_grammar(text)
    elif language == "json":
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            raise RequestError(ErrorCode.INVALID_SCHEMA, reason=NOT_JSON, line=error.lineno, words=error.msg) from error
        except RecursionError as error:
            raise RequestError(ErrorCode.INVALID_SCHEMA, reason=TOO_NESTED) from error
