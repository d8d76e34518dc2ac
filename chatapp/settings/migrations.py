"""Changes to settings files of older versions, in order.

When a setting is renamed or its values change their meaning: append a function ``m00N_<what>`` that edits the raw dict
in place (values are validated afterwards, so be tolerant), and write ``test_m00N_<what>`` in
``tests/unit/settings/test_migrations.py`` (a test counts them). Never edit or remove an earlier one.
"""

from collections.abc import Callable
from typing import Any

Migration = Callable[[dict[str, Any]], None]

MIGRATIONS: tuple[Migration, ...] = ()


def current_version() -> int:
    """The version written into new files."""
    return len(MIGRATIONS) + 1


def migrate(data: dict[str, Any], version: int) -> None:
    """Bring *data*, read from a file of *version*, up to date in place."""
    for step in MIGRATIONS[max(version, 1) - 1 :]:
        step(data)
