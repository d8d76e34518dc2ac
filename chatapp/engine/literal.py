"""Names of control tokens in what people and models write: there they are text, or a message could end its own turn."""

import re
from collections.abc import Collection, Iterable

CUT = "\ufdd0"  # stands inside such a name until it is tokenized; Unicode keeps this code point for uses like it


class LiteralText:
    """Keeps the *names* of one model's control tokens from being recognised."""

    def __init__(self, names: Iterable[str]) -> None:
        longest_first = sorted((name for name in names if len(name) > 1), key=len, reverse=True)
        self._names = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def guarded(self, text: str, spared: Collection[str] = ()) -> str:
        """*text* with a `CUT` in every name, but for those *spared*."""
        if self._names is None:
            return text
        return self._names.sub(lambda found: found[0] if found[0] in spared else _cut(found[0]), text)


def plain(text: str) -> str:
    """What `LiteralText.guarded` was given."""
    return text.replace(CUT, "")


def _cut(name: str) -> str:
    return f"{name[0]}{CUT}{name[1:]}"
