"""``bench ui``: how the window's work grows with the length of a reply and of a conversation.

Runs `chatapp.bench.window` in a process of its own: this one stays free of Qt.
"""

import json
import os
import subprocess
import sys

from chatapp.bench.measure import Part, Report
from chatapp.core.errors import EngineError, ErrorCode

_BOUNDS = {"stream": 1.5, "open": 3.0}
_NAMES = {"stream": "one token more, after 4,000 to after 100", "open": "opening 2,000 messages to 200"}


def run(*, quick: bool = False) -> Report:
    """Measure in a window that is drawn but not shown."""
    command = [sys.executable, "-m", "chatapp.bench.window", *(["--quick"] if quick else [])]
    done = subprocess.run(
        command, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EngineError(ErrorCode.ENGINE_CRASHED, done.stderr, outcome=f"the window: exit code {done.returncode}")
    found = json.loads(done.stdout)
    parts = [
        Part.of(_NAMES[name], "ms", [(large, small) for large, small in pairs], at_most=_BOUNDS[name])
        for name, pairs in found.items()
    ]
    return Report("ui", parts, {"window": "offscreen", "quick": quick})
