"""Reading a text of unknown encoding: UTF-8, UTF-16, or CP949 as Korean Windows writes it.

All in slices: Python holds its lock while it decodes, and the window shall go on drawing meanwhile.
"""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from chatapp.core.errors import ErrorCode, StorageError
from chatapp.core.text import QT_TRANSLATE_NOOP

MAX_BYTES = 20 * 1024 * 1024
_SLICE = 256 * 1024  # bytes, characters

TOO_LARGE = QT_TRANSLATE_NOOP("reasons", "it is larger than {high} MB")
NO_TEXT = QT_TRANSLATE_NOOP("reasons", "it is not a text file")

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text as UTF-8, with its own line ends, and how many characters it has."""

    utf8: bytes = b""
    length: int = 0


def plain_text(text: str, name: str = "") -> PlainText:
    """*text*, half a character in it as "?"; raise `StorageError` when it is too large."""
    parts = [text[at : at + _SLICE].encode("utf-8", "replace") for at in range(0, len(text), _SLICE)]
    if sum(map(len, parts)) > MAX_BYTES:
        raise _unreadable(Path(name), TOO_LARGE, high=str(MAX_BYTES // 1024**2))
    return PlainText(b"".join(parts), len(text))


def read_text(path: Path) -> PlainText:
    """The text of the file; raise `StorageError` when it is none, too large, or cannot be read."""
    try:
        size = path.stat().st_size
        data = path.read_bytes() if size <= MAX_BYTES else b""
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if size > MAX_BYTES:
        raise _unreadable(path, TOO_LARGE, high=str(MAX_BYTES // 1024**2))
    text = decoded(data)
    if text is None:
        raise _unreadable(path, NO_TEXT)
    return text


def decoded(data: bytes) -> PlainText | None:
    """*data* as text, None when it is binary. Line ends stay: a model reads them."""
    for encoding in _guesses(data):
        parts, length = [], 0
        try:
            for text in _slices(data, encoding):
                if "\0" in text:
                    return None
                length += len(text)
                parts.append(text.encode())
        except UnicodeDecodeError:
            continue
        return PlainText(b"".join(parts), length)
    return None


def _slices(data: bytes, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    for at in range(0, len(data), _SLICE):
        yield decoder.decode(data[at : at + _SLICE], at + _SLICE >= len(data))


def _guesses(data: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    if b"\0" not in data:
        return ("utf-8", "cp949")
    # Without a mark UTF-16 shows by its line ends and spaces: every other byte of them is 0.
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 == 0 and min(even, odd) == 0:
        return ("utf-16-le",) if odd else ("utf-16-be",)
    return ()


def _unreadable(path: Path, reason: str, **params: str) -> StorageError:
    return StorageError(ErrorCode.FILE_UNREADABLE, path=path.name, reason=reason, **params)
