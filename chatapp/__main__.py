"""Picks the window or the command line before importing either; the worker is ``python -m chatapp.engine``."""

import os
import sys

from chatapp import arguments
from chatapp.core.errors import ErrorCode, RequestError


def main() -> int:
    """Run; the exit code."""
    given = arguments.parse(sys.argv[1:])
    if given.command is not None:
        from chatapp import cli  # noqa: PLC0415 - without Qt

        return cli.main(given)
    if sys.platform == "linux" and not has_display():
        # Qt would abort the process with a page of text.
        error = RequestError(ErrorCode.NO_DISPLAY)
        sys.stderr.write(f"chatapp: {error.message} {error.remedy}\n")
        return 1
    from chatapp import app  # noqa: PLC0415 - without the command line's imports

    return app.main(given)


def has_display() -> bool:
    """Whether Qt could open a window."""
    if os.environ.get("QT_QPA_PLATFORM", "") not in ("", "xcb", "wayland"):
        return True  # offscreen and the like
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
