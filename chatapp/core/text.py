"""Words for modules that must not know Qt: marked for translation, on one line, of a path or a model file."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - lupdate finds strings by this very name
    """Return *text* unchanged; lupdate collects it under *context*, and the ui looks the translation up later."""
    del context
    return text


def file_name(path: str) -> str:
    """The last part of a path of whatever system: chats move between them."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def one_line(text: str, most: int = 200) -> str:
    """What a model file says of itself as one printable line of *most* characters at most: names end up in menus."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:most]


def escaped(text: str) -> str:
    """*text* on one line: a new line as ``\\n``, a tab as ``\\t``, a backslash doubled."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def unescaped(text: str) -> str:
    """What `escaped` made of; a backslash before anything else stays."""
    found: list[str] = []
    at = 0
    while at < len(text):
        pair = _ESCAPES.get(text[at : at + 2])
        found.append(pair or text[at])
        at += 2 if pair else 1
    return "".join(found)


_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}
