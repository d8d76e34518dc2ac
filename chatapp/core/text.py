"""Marks words for translation in modules that must not know Qt."""


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 - lupdate finds strings by this very name
    """Return *text* unchanged; lupdate collects it under *context*, and the ui looks the translation up later."""
    del context
    return text
