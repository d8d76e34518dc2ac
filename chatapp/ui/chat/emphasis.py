"""Bold and italics that close before a Korean particle, which CommonMark's flanking rule forbids.

CommonMark lets ``**`` close after punctuation only when a space or punctuation follows. Korean attaches particles
without a space, so ``**마크다운(Markdown)**을`` would show its asterisks (commonmark-spec issue 650). Here a letter
of an East Asian script beside the delimiter counts as a word boundary, as a space would. Other text is untouched.
"""

import unicodedata

from markdown_it import MarkdownIt
from markdown_it.common.utils import isMdAsciiPunct, isPunctChar, isWhiteSpace
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

_JAMO = range(0x1100, 0x1200)  # decomposed Hangul, whose vowels and finals are not "wide"


def install(md: MarkdownIt) -> None:
    """Make *md* scan ``*``, ``_`` and ``~~`` with the rule of this module."""
    md.inline.ruler.at("emphasis", _emphasis)
    md.inline.ruler.at("strikethrough", _strikethrough)


def flanking(before: str, after: str) -> tuple[bool, bool]:
    """Whether a delimiter run between the characters *before* and *after* is (left-flanking, right-flanking)."""
    boundary_before = _is_space(before) or _is_punctuation(before) or is_east_asian_letter(before)
    boundary_after = _is_space(after) or _is_punctuation(after) or is_east_asian_letter(after)
    left = not _is_space(after) and (not _is_punctuation(after) or boundary_before)
    right = not _is_space(before) and (not _is_punctuation(before) or boundary_after)
    return left, right


def is_east_asian_letter(char: str) -> bool:
    """Whether *char* is a letter of a script that is written without a space after emphasis."""
    if ord(char) in _JAMO:
        return True
    return unicodedata.east_asian_width(char) in "WFH" and unicodedata.category(char).startswith("L")


def _is_space(char: str) -> bool:
    return isWhiteSpace(ord(char))


def _is_punctuation(char: str) -> bool:
    return isMdAsciiPunct(ord(char)) or isPunctChar(char)


def _scan(state: StateInline) -> tuple[str, int, str]:
    """The delimiter run at the current position: the character before it, its end, the character after it."""
    marker = state.src[state.pos]
    end = state.pos
    while end < state.posMax and state.src[end] == marker:
        end += 1
    before = state.src[state.pos - 1] if state.pos > 0 else " "
    after = state.src[end] if end < state.posMax else " "
    return before, end, after


def _push(state: StateInline, text: str, length: int, can_open: bool, can_close: bool) -> None:
    token = state.push("text", "", 0)
    token.content = text
    state.delimiters.append(
        Delimiter(
            marker=ord(text[0]), length=length, token=len(state.tokens) - 1, end=-1, open=can_open, close=can_close
        )
    )


def _emphasis(state: StateInline, silent: bool) -> bool:
    marker = state.src[state.pos]
    if silent or marker not in "*_":
        return False
    before, end, after = _scan(state)
    left, right = flanking(before, after)
    can_open, can_close = left, right
    if marker == "_":  # never inside a word: snake_case_names, also with a particle behind them
        can_open = left and (not right or _is_punctuation(before))
        can_close = right and (not left or _is_punctuation(after))
    length = end - state.pos
    for _ in range(length):
        _push(state, marker, length, can_open, can_close)
    state.pos = end
    return True


def _strikethrough(state: StateInline, silent: bool) -> bool:
    if silent or state.src[state.pos] != "~":
        return False
    before, end, after = _scan(state)
    length = end - state.pos
    if length < 2:
        return False
    left, right = flanking(before, after)
    if length % 2:
        state.push("text", "", 0).content = "~"
    for _ in range(length // 2):
        _push(state, "~~", 0, left, right)
    state.pos = end
    return True
