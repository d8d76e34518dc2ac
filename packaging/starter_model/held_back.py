"""The questions that are never trained on: reads them, and refuses training questions that come too close to one."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from places import HERE

FIRST, SECOND = HERE / "held_back.txt", HERE / "held_back_second.txt"
OUTSIDE = "outside"
# Two questions are too close when this share of the longer one's letters has to change to make the other, or less; of
# all but the shortest, one letter always.
TOO_CLOSE, SHORT = 0.12, 7


@dataclass(frozen=True)
class HeldBack:
    """One question, perhaps after others, and what its answer must say: one alternative of every idea."""

    lang: str
    topic: str
    turns: tuple[str, ...]
    ideas: tuple[tuple[str, ...], ...]

    @property
    def outside(self) -> bool:
        """Whether the model must decline."""
        return self.topic == OUTSIDE


def read(path: Path) -> list[HeldBack]:
    """The questions of a file; its head says how a line is written."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            lang, topic, question, needs = (part.strip() for part in line.split(" | "))
            ideas = () if topic == OUTSIDE else tuple(tuple(idea.strip().split("/")) for idea in needs.split(" & "))
            found.append(HeldBack(lang, topic, tuple(turn.strip() for turn in question.split(">>")), ideas))
    return found


def normalize(question: str) -> str:
    """A question's letters and digits only: what is left when case, spacing and punctuation do not count."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", question).lower())


def distance(a: str, b: str, limit: int) -> int:
    """How many letters must be changed, added or taken away to make *b* of *a*; more than *limit* is only "more"."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        last, row = row, [i]
        for j, other in enumerate(b, 1):
            row.append(min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other)))
        if min(row) > limit:
            return limit + 1
    return row[-1]


def pairs(text: str) -> set[str]:
    """All neighbouring letters."""
    return {text[i : i + 2] for i in range(len(text) - 1)} or {text}


class Guard:
    """Says which of the held-back questions a conversation comes too close to, and counts what it refused."""

    def __init__(self, *paths: Path) -> None:
        questions = [question.turns for path in paths or (FIRST, SECOND) for question in read(path)]
        self.refused: Counter[str] = Counter()
        self.known = [tuple(normalize(turn) for turn in turns) for turns in questions]
        self.texts = [" >> ".join(turns) for turns in questions]
        # A follow-up such as "why?" must be trained: only the whole exchange is held back.
        self.places: dict[str, list[int]] = defaultdict(list)
        for number, turns in enumerate(self.known):
            for pair in pairs(turns[-1]):
                self.places[pair].append(number)
        self.near = lru_cache(maxsize=200_000)(self.near_uncached)

    def near_uncached(self, question: str) -> tuple[int, ...]:
        """The held-back questions whose last turn is nearly this one."""
        text = normalize(question)
        if not text:
            return ()
        own = pairs(text)
        shared = Counter(number for pair in own for number in self.places.get(pair, ()))
        # A changed letter changes two pairs: close texts share most of them, and few need to be compared by letters.
        likely = [number for number, count in shared.items() if count >= 0.5 * len(own)]
        return tuple(number for number in likely if close(text, self.known[number][-1]))

    def refuses(self, questions: Sequence[str]) -> bool:
        """Whether the users' messages of a conversation hold a held-back question; counts it."""
        for place, question in enumerate(questions):
            for number in self.near(question):
                before = self.known[number][:-1]
                asked = [normalize(text) for text in questions[max(0, place - len(before)) : place]]
                if len(asked) == len(before) and all(map(close, asked, before)):
                    self.refused[f"{question}  ~  {self.texts[number]}"] += 1
                    return True
        return False


def close(a: str, b: str) -> bool:
    """Whether two normalized questions are the same or nearly so."""
    longer = max(len(a), len(b))
    limit = max(int(longer >= SHORT), int(TOO_CLOSE * longer))
    return distance(a, b, limit) <= limit
