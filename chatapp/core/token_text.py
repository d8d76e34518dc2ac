"""Token texts as they are shown: spaces, line breaks, bytes and characters without a shape made visible."""

import unicodedata

BREAK, TAB, SPACE = "⏎", "⇥", "·"
_LONGEST = 64  # characters; a token may be a line of dashes
# What belongs to the characters beside it, and alone is nothing to see: the joiner of emoji, variation selectors, the
# fillers of Hangul. Python calls most of them printable.
_UNSEEN = frozenset(
    map(chr, (0x200D, *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x115F, 0x1160, 0x3164, 0xFFA0))
)


def visible(text: str, space: str = " ") -> str:
    """*text* on one line, every character seen; *space* stands for a space. Long ones end in "…"."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    if not text.isprintable() or text in _UNSEEN:
        text = "".join(_visible(char, alone=len(text) == 1) for char in text)
    if text and unicodedata.combining(text[0]):
        text = "◌" + text
    return text if space == " " else text.replace(" ", space)


def byte_text(data: bytes) -> str:
    """Bytes that are no character by themselves, as ``<ED><95>``."""
    return "".join(f"<{byte:02X}>" for byte in data)


def hex_text(data: bytes) -> str:
    """The exact bytes, as ``20 63 61``."""
    return data.hex(" ").upper()


def control_text(token: int) -> str:
    """A token without bytes, such as the end of a turn, by its id."""
    return f"⟨{token}⟩"


def token_text(token: int, data: bytes, space: str = SPACE) -> str:
    """One token by itself, as lists show it; of one that ends in the middle of a character the bytes of that."""
    if not data:
        return control_text(token)
    try:
        return visible(data.decode(), space)
    except UnicodeDecodeError:
        text = data.decode("utf-8", "surrogateescape")
        return "".join(byte_text(bytes([ord(c) - 0xDC00])) if _is_byte(c) else visible(c, space) for c in text)


def _is_byte(char: str) -> bool:
    """Whether "surrogateescape" made *char* of a byte that is no text."""
    return "\udc80" <= char <= "\udcff"


def _visible(char: str, *, alone: bool) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    if not alone if char in _UNSEEN else char.isprintable():
        return char
    if ord(char) < 0x20:
        return chr(0x2400 + ord(char))
    return f"⟨U+{ord(char):04X}⟩"


_SIGNS = {"\n": BREAK, "\t": TAB, "\r": "␍"}
