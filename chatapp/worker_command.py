"""How the engine worker is started, from source and in a packaged app."""

import sys
from pathlib import Path


def worker_command(*, fake: bool) -> tuple[str, list[str]]:
    """Program and arguments of the worker, from source and in a frozen app."""
    extra = ["--fake"] if fake else []
    if getattr(sys, "frozen", False):
        suffix = ".exe" if sys.platform == "win32" else ""
        return str(Path(sys.executable).with_name(f"chatapp-engine{suffix}")), extra
    return sys.executable, ["-m", "chatapp.engine", *extra]
