"""Sentences to look into, as lectures use them, and the same word after other words."""

import re
from dataclasses import dataclass

_COMPUTER = "I prefer a wireless mouse for my computer."
_ANIMAL = "This morning, there was a tiny mouse under my bed."
_CLICKED, _CHASED = "He clicked twice with the mouse on the screen.", "The cat chased a small brown mouse."
_FRUIT, _PHONE = "I ate a sweet red apple for lunch.", "The new phone was released by apple in fall."


@dataclass(frozen=True, slots=True)
class Example:
    """A *text*, the *word* in it that is worth a look, and *others* that have the same word in another sense."""

    text: str
    word: str = ""
    others: tuple[str, ...] = ()


EXAMPLES = (
    Example(_COMPUTER, "mouse", (_ANIMAL, _CLICKED, _CHASED)),
    Example(_ANIMAL, "mouse", (_COMPUTER, _CLICKED, _CHASED)),
    Example("I love apple so I expect this fall when they release the new iphone.", "apple", (_FRUIT, _PHONE)),
    Example("The teacher gave the student a book because she wanted to read.", "she"),
    Example("The cat sat on the"),
    Example("오늘 날씨는"),
)


def example_of(text: str) -> Example:
    """The example that *text* is, or one without a word."""
    return next((example for example in EXAMPLES if example.text == text), Example(text))


def end_of(word: str, text: str) -> int:
    """Where the first *word* in *text* ends, 0 where there is none; letters of another word do not count.

    Korean particles follow a word without a space: there only its beginning has to be one.
    """
    ascii_word = word.isascii()
    found = re.search(rf"(?<!\w){re.escape(word)}" + (r"(?!\w)" if ascii_word else ""), text, re.IGNORECASE)
    return found.end() if found and word else 0
