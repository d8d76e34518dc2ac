"""``bench inspect``: what looking into the model costs the chat, and how soon there is something to see.

decode    tokens a second with attention recorded, against without
prefill   the same for a prompt
row       until the attention of a token in all layers and heads is there, against decoding one token at its place
capture   reading a prompt without flash attention with the attention of its end captured, against reading it only
memory    what the record holds, against its cap, when it is too small for what is read: of this model, and of one of
          7 to 8 billion parameters

Both sides are in one process, `chatapp.bench.inspect_parts`, on the same weights.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from chatapp.bench.measure import Part, Report
from chatapp.core.errors import EngineError, ErrorCode
from chatapp.engine.__main__ import SPIN_COUNT
from chatapp.hub.gguf import read_header

_SPEED, _ROW, _CAPTURE, _MEMORY = 0.97, 0.7, 1.1, 1.0


def run(model: str, *, n_threads: int, quick: bool = False) -> Report:
    """Measure all parts; with *quick* at a quarter of the length."""
    read_header(Path(model))  # says what is wrong with a file that is none
    command = [sys.executable, "-m", "chatapp.bench.inspect_parts", model, "--threads", str(n_threads)]
    # The same environment as the worker's, which sets this for itself.
    environment = {"GOMP_SPINCOUNT": SPIN_COUNT} | os.environ
    done = subprocess.run(command + ["--quick"] * quick, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EngineError(ErrorCode.ENGINE_CRASHED, done.stderr, outcome=f"the bench: exit code {done.returncode}")
    found = json.loads(done.stdout)
    pairs = {key: [(ours, bare) for ours, bare in runs] for key, runs in found["pairs"].items()}
    n_tokens, held = found["n_tokens"], found["held"]
    parts = [
        Part.of("decode", "tokens/s", pairs["decode"], at_least=_SPEED),
        Part.of("prefill", "tokens/s", pairs["prefill"], at_least=_SPEED),
        Part.of("row", "ms", pairs["row"], at_most=_ROW),
        Part.of("capture", "s", pairs["capture"], at_most=_CAPTURE),
        Part.of("memory", "bytes", pairs["memory"], at_most=_MEMORY),
        Part.of(f"memory, {n_tokens:,} tokens at 32 × 32 heads", "bytes", pairs["large"], at_most=_MEMORY),
    ]
    setup = {
        "model": model,
        "n_threads": n_threads,
        "quick": quick,
        "tokens_held": held,
        "tokens_dropped": n_tokens - held,
    }
    return Report("inspect", parts, setup)
