"""Plain text beside the conversations: sentences and lists that repeat, so that ordinary attention patterns form."""

from __future__ import annotations

import random
import re

from corpus_files import LANGUAGES, Block, bare, choose, fill

# {a:Anna|Tom} draws a word and remembers it: {a} says it again.
DRAWN = re.compile(r"\{(\w+):([^{}]+)\}")


def sentence(pattern: str, rng: random.Random) -> str:
    """One of the sentences of a pattern."""
    values: dict[str, str] = {}

    def draw(match: re.Match[str]) -> str:
        left = [word for word in match.group(2).split("|") if word not in values.values()]
        values[match.group(1)] = rng.choice(left)
        return "{" + match.group(1) + "}"

    return fill(choose(DRAWN.sub(draw, pattern), rng), values)


def repeated_words(slots: Block, rng: random.Random) -> str:
    """Words that come again in the same order, which teaches heads to copy."""
    lang = rng.choice(LANGUAGES)
    words = [bare(w) for key in ("noun", "food", "city", "thing") for w in slots[f"{lang} slot {key}"]]
    chosen = rng.sample(words, rng.randrange(3, 9))
    joint = rng.choice([", ", ", ", " ", " - ", "\n"])
    return (joint.join(chosen * rng.randrange(2, 4)) + rng.choice([".", ""])).strip()


def draw_plain(patterns: list[str], slots: Block, rng: random.Random, lists: bool = True) -> str:
    """One document: up to three sentences, or a list that repeats."""
    if lists and rng.random() < 0.25:
        return repeated_words(slots, rng)
    count = min(len(patterns), rng.randrange(1, 4))
    return " ".join(sentence(pattern, rng) for pattern in rng.sample(patterns, count))
