"""Finds tokens by text, or by an expression such as ``rank > 50`` or ``p < 1% and entropy > 3``."""

import operator
import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.measure import Measure
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.token_measures import group_values
from chatapp.core.trace_buffer import TraceBuffer

NO_NUMBER = QT_TRANSLATE_NOOP("token search", "“{part}” needs a number, as in {name} {sign} {example}.")
UNKNOWN_NAME = QT_TRANSLATE_NOOP(
    "token search", "“{name}” is not a number of a token; use p, surprisal, entropy, rank or id."
)

_NAMES = {
    "p": Measure.PROBABILITY,
    "prob": Measure.PROBABILITY,
    "probability": Measure.PROBABILITY,
    "surprisal": Measure.SURPRISAL,
    "bits": Measure.SURPRISAL,
    "entropy": Measure.ENTROPY,
    "rank": Measure.RANK,
    "id": None,
}
_EXAMPLES = {Measure.PROBABILITY: "0.01", Measure.SURPRISAL: "8", Measure.ENTROPY: "3", Measure.RANK: "50", None: "262"}
_SIGNS: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
}
_PART = re.compile(r"\s*([A-Za-z]+)\s*(<=|>=|==|<|>|=)\s*(.*?)\s*", re.DOTALL)
_AND = re.compile(r"\s+(?:and|&&|&)\s+|\s*,\s*(?=[A-Za-z]+\s*[<>=])", re.IGNORECASE)
_NUMBER = re.compile(r"([0-9]*\.?[0-9]+(?:e-?[0-9]+)?)\s*(%?)", re.IGNORECASE)


class QueryError(ValueError):
    """An expression that cannot be read: a *template* to translate (context "token search") and its *params*."""

    def __init__(self, template: str, **params: str) -> None:
        super().__init__(template.format(**params))
        self.template = template
        self.params = params


@dataclass(frozen=True, slots=True)
class _Condition:
    measure: Measure | None
    sign: str
    number: float


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for: a text, or conditions that all hold."""

    text: str = ""
    conditions: tuple[_Condition, ...] = ()

    def find(self, trace: TraceBuffer) -> list[tuple[int, int]]:
        """What was found, in order: the first token of each place and the token behind its last one."""
        if self.conditions:
            return self._matching(trace)
        return _containing(trace, self.text) if self.text else []

    def _matching(self, trace: TraceBuffer) -> list[tuple[int, int]]:
        count = len(trace)
        good = np.ones(count, bool)
        for condition in self.conditions:
            if condition.measure is None:
                values = trace.ids.astype(np.float64)
            else:
                values = group_values(trace, condition.measure, range(count), range(1, count + 1))
            with np.errstate(invalid="ignore"):
                good &= _SIGNS[condition.sign](values, condition.number)
        return [(token, token + 1) for token in np.flatnonzero(good).tolist()]


def parse(text: str) -> Query:
    """Read what was typed; raise `QueryError` with a sentence when it is an expression that cannot be read.

    A text that looks like none is looked for as it stands; in double quotes always.
    """
    if len(text) > 1 and text[0] == text[-1] == '"':
        return Query(text[1:-1])
    matches = [_PART.fullmatch(part) for part in _AND.split(text)]
    found = [match for match in matches if match is not None]
    if len(found) < len(matches):  # a part that is none makes all of it text
        return Query(text.strip())
    if not any(match[1].lower() in _NAMES for match in found) and not _looks_meant(found):
        return Query(text.strip())
    return Query(conditions=tuple(_condition(match) for match in found))


def _looks_meant(found: list[re.Match[str]]) -> bool:
    """Whether a comparison with a name we do not know is one: ``loss > 3``, but not ``a = b``."""
    return all(_NUMBER.fullmatch(match[3]) for match in found)


def _condition(match: re.Match[str]) -> _Condition:
    name, sign, value = match[1].lower(), match[2], match[3]
    if name not in _NAMES:
        raise QueryError(UNKNOWN_NAME, name=match[1])
    measure = _NAMES[name]
    number = _NUMBER.fullmatch(value)
    if number is None:
        raise QueryError(NO_NUMBER, part=match[0].strip(), name=name, sign=sign, example=_EXAMPLES[measure])
    return _Condition(measure, sign, float(number[1]) / (100 if number[2] else 1))


def _containing(trace: TraceBuffer, wanted: str) -> list[tuple[int, int]]:
    """Places where the text of the tokens, joined, has *wanted*, whatever the case."""
    starts: list[int] = []
    parts: list[str] = []
    at = 0
    cells = trace.cells[:]  # more may come while we look
    for cell in cells:
        starts.append(at)
        parts.append((cell.text or "\ufffd").casefold())
        at += len(parts[-1])
    joined, wanted = "".join(parts), wanted.casefold()
    found: list[tuple[int, int]] = []
    place = joined.find(wanted)
    while place >= 0:
        first, last = (bisect_right(starts, p) - 1 for p in (place, place + len(wanted) - 1))
        found.append((cells[first].start, cells[last].end))
        place = joined.find(wanted, place + len(wanted))
    return found
