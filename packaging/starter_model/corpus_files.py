"""Reads the texts in ``corpus/`` and turns their patterns (alternatives, slots, Korean particles) into sentences.

The format is described in README.md.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from places import HERE

CORPUS = HERE / "corpus"
LANGUAGES = ("en", "ko")
Block = dict[str, list[str]]

# Korean particles that depend on the last sound of the word before them: (after a consonant, after a vowel).
PARTICLES = [
    ("이라는", "라는"),
    ("이라고", "라고"),
    ("이라도", "라도"),
    ("이었", "였"),
    ("이란", "란"),
    ("이랑", "랑"),
    ("이에요", "예요"),
    ("으로", "로"),
    ("이", "가"),
    ("은", "는"),
    ("을", "를"),
    ("과", "와"),
]
PARTICLE_FORMS = {form: pair for pair in PARTICLES for form in pair}
SLOT = re.compile(r"\{(\w+)\}(" + "|".join(sorted(PARTICLE_FORMS, key=len, reverse=True)) + r")?")
CHOICE = re.compile(r"\[([^\[\]]*\|[^\[\]]*)\]")
# Keys of answers, and of what goes after one. Their lines are whole texts; all others are lists, separated by " | ".
ANSWERS = {"a", "what", "why", "simple", "example", "how", "more", "see"}
WHOLE = ANSWERS | {"end"}
LINE = re.compile(r"(en|ko)((?: [\w-]+)*)(\+ |: )(.*)")


def read_blocks(*patterns: str) -> dict[str, Block]:
    """Reads the corpus files that match; a block that is in several files, or twice in one, is joined."""
    blocks: dict[str, Block] = {}
    for path in sorted({path for pattern in patterns for path in CORPUS.glob(pattern)}):
        block: Block = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("== "):
                block = blocks.setdefault(line[3:].strip(), {})
            elif match := LINE.fullmatch(line):
                lang, key, joint, text = match.groups()
                add_line(block, lang + key, joint == "+ ", text)
            elif line.startswith("of: "):
                block["of"] = [line[4:].strip()]
            elif line.strip() and not line.startswith("#"):
                raise ValueError(f"{path.name}: what is this line? {line}")
    return blocks


def add_line(block: Block, key: str, joined: bool, text: str) -> None:
    """Adds one line of a file to its block."""
    if joined:
        # A list after a sentence needs a blank line, and a sentence after a list needs one too.
        previous = block[key][-1].splitlines()[-1]
        both_items = all(re.match(r"(- |\d\. )", part) for part in (text, previous))
        block[key][-1] += ("\n" if both_items else "\n\n") + text
    elif key[3:] in WHOLE:
        block.setdefault(key, []).append(text)
    else:
        block.setdefault(key, []).extend(part.strip() for part in text.split(" | "))


def read_lines(pattern: str) -> list[str]:
    """The lines of the files that match, without comments."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob(pattern))]
    return [line for text in texts for line in text.splitlines() if line and line[0] != "#"]


def choose(pattern: str, rng: random.Random) -> str:
    """One of the texts of a pattern with ``[alternatives|in|brackets]``."""
    while match := CHOICE.search(pattern):
        pattern = pattern[: match.start()] + rng.choice(match.group(1).split("|")) + pattern[match.end() :]
    return pattern


def ends_in_consonant(word: str) -> bool:
    """Whether a word, read aloud in Korean, ends in a consonant."""
    word = re.sub(r"[^\w가-힣]+$", "", word)
    last = word[-1:] or "a"
    if "가" <= last <= "힣":
        return (ord(last) - 0xAC00) % 28 != 0
    if last.isdigit():
        return last in "013678"
    if last.isupper() or re.search(r"(^|[^A-Za-z])[a-z]$", word):
        return last in "LMNRlmnr"  # spelled out: 엘, 엠, 엔, 알
    return last in "lmng" or word.lower().endswith(("logit", "map", "step", "out", "bot"))


def fill(frame: str, values: Mapping[str, str]) -> str:
    """Puts values into a frame's slots; a Korean particle directly after a slot takes its right form."""

    def replace(match: re.Match[str]) -> str:
        value, particle = values[match.group(1)], match.group(2) or ""
        if particle:
            consonant, vowel = PARTICLE_FORMS[particle]
            particle = consonant if ends_in_consonant(value) else vowel
            if consonant == "으로" and "가" <= value[-1] <= "힣" and (ord(value[-1]) - 0xAC00) % 28 == 8:
                particle = "로"  # after ㄹ
        return value + particle

    return SLOT.sub(replace, frame)


def bare(name: str) -> str:
    """The name without its article."""
    return re.sub(r"^(a|an|the) ", "", name, flags=re.IGNORECASE)
