"""What Qt says of a window's size, place and panels, as text for the settings."""

import base64
import binascii

from PySide6.QtCore import QByteArray


def encoded(data: QByteArray) -> str:
    """Of ``saveGeometry`` or ``saveState``."""
    return base64.b64encode(data.data()).decode("ascii")


def decoded(text: str) -> QByteArray:
    """Back; nothing when somebody has changed the text."""
    try:
        return QByteArray(base64.b64decode(text, validate=True))
    except binascii.Error:
        return QByteArray()
