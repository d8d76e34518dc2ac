"""``bench ui``: how the window's work grows with the length of a reply and of a conversation, and whether it stutters.

Runs `chatapp.bench.window` in a process of its own: this one stays free of Qt.
"""

import json
import os
import subprocess
import sys

from chatapp.bench.measure import Pair, Part, Report
from chatapp.core.errors import EngineError, ErrorCode

_FRAME = 16.0  # ms; longer than this the window stutters
_COST = {
    "stream": ("one token more, after 4,000 to after 100", 1.5),
    "open": ("opening 2,000 messages to 200", 3.0),
    "inspector": ("one token more with the inspector open, after 8,000 to after 200", 1.5),
    "colours": ("the same with token colours in the chat", 1.5),
}
_BLOCK = {
    "inspector": "deaf at 200 tokens/s with the inspector open, 99th percentile to a frame",
    "colours": "the same with token colours in the chat",
}


def run(*, quick: bool = False) -> Report:
    """Measure in a window that is drawn but not shown."""
    command = [sys.executable, "-m", "chatapp.bench.window", *(["--quick"] if quick else [])]
    done = subprocess.run(
        command, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise EngineError(ErrorCode.ENGINE_CRASHED, done.stderr, outcome=f"the window: exit code {done.returncode}")
    found = json.loads(done.stdout)
    cost = [Part.of(name, "ms", _pairs(found["cost"][key]), at_most=bound) for key, (name, bound) in _COST.items()]
    block = [
        Part.of(name, "ms", [(longest, _FRAME) for longest in found["block"][key]], at_most=1.0)
        for key, name in _BLOCK.items()
    ]
    parts = cost + block
    return Report("ui", parts, {"window": "offscreen", "quick": quick})


def _pairs(found: list[list[float]]) -> list[Pair]:
    return [(large, small) for large, small in found]
