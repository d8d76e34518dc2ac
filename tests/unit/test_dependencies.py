"""Faults of libraries that once bit us, so that an upgrade cannot bring them back unseen."""

import sys

from PySide6.QtCore import QObject


def test_qt_does_not_eat_references_to_none() -> None:
    """PySide6 6.12.0 on Python 3.11: each void call dropped one, until the process aborted in `none_dealloc`."""
    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert abs(sys.getrefcount(None) - before) < 500
