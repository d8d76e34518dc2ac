"""From how the worker died and its last words to an error a person can use."""

import signal
from dataclasses import dataclass

from chatapp.core.errors import EngineError, ErrorCode

_MEMORY = ("out of memory", "failed to allocate", "cannot allocate", "bad_alloc", "erroroutofdevicememory")
_GPU = ("cuda error", "vk::", "ggml_vulkan", "errordevicelost", "metal", "rocm error", "hip error")
_TAIL = 12  # lines
# Windows reports a crash as an exit status; the common ones by their names.
_WINDOWS = {0xC0000005: "access violation", 0xC0000409: "abort", 0xC0000017: "out of memory", 0xC000001D: "bad CPU"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the worker ended. *code* is the exit code, or the signal number when it *crashed*."""

    crashed: bool
    code: int
    stderr: str

    @property
    def words(self) -> str:
        """For people: "signal SIGABRT", "exit code 3"."""
        if not self.crashed:
            return f"exit code {self.code}"
        if self.code & 0xFFFFFFFF in _WINDOWS:
            return _WINDOWS[self.code & 0xFFFFFFFF]
        try:
            return f"signal {signal.Signals(self.code).name}"
        except ValueError:
            return f"status {self.code}"

    @property
    def tail(self) -> str:
        """The last lines of stderr."""
        return "\n".join(self.stderr.strip().splitlines()[-_TAIL:])


def explain(outcome: Outcome) -> EngineError:
    """The error to show; the raw tail is in its details."""
    text = outcome.stderr.lower()
    killed = outcome.crashed and outcome.code == getattr(signal, "SIGKILL", 9)
    if any(phrase in text for phrase in _MEMORY):
        return EngineError(ErrorCode.ENGINE_OUT_OF_MEMORY, outcome.tail)
    if any(phrase in text for phrase in _GPU):
        return EngineError(ErrorCode.ENGINE_GPU, outcome.tail)
    if killed:  # not by us: what we kill is no longer listened to. Linux does so when memory runs out
        return EngineError(ErrorCode.ENGINE_OUT_OF_MEMORY, outcome.tail)
    return EngineError(ErrorCode.ENGINE_CRASHED, outcome.tail, outcome=outcome.words)
