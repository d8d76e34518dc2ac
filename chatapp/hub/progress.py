"""How far a download is, how fast, and how long it will take; told no more often than anyone can see."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Phase = Literal["checking", "downloading", "waiting", "offline"]
WINDOW = 5.0  # seconds over which speed is averaged


@dataclass(frozen=True, slots=True)
class Progress:
    """Bytes *done* of *total*; *speed* in bytes a second; *eta* in seconds, None while nobody can know.

    phase   "checking": reading again what is on the disk; "waiting": after a failure, before the next attempt;
            "offline": the hub cannot be reached, which is tried again until it can
    reason  why it waits: a template of context ``reasons``, or words of the system
    """

    done: int
    total: int
    speed: float = 0.0
    eta: float | None = None
    phase: Phase = "downloading"
    reason: str = ""


class Meter:
    """Calls *report* with `Progress`, at most once in *interval* seconds, and whenever the phase changes."""

    def __init__(
        self,
        report: Callable[[Progress], object],
        total: int,
        interval: float = 0.1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._total = total
        self._interval = interval
        self._clock = clock
        self._last = float("-inf")
        self._phase: Phase | None = None
        self._samples: deque[tuple[float, int]] = deque()

    def at(self, done: int, phase: Phase = "downloading", reason: str = "") -> None:
        """Tell that *done* bytes are there."""
        now = self._clock()
        if phase != self._phase:
            self._samples.clear()
        elif now - self._last < self._interval and done < self._total:
            return
        self._phase, self._last = phase, now
        samples = self._samples
        if samples and done < samples[-1][1]:
            samples.clear()  # begun again
        samples.append((now, done))
        while len(samples) > 2 and now - samples[1][0] >= WINDOW:
            samples.popleft()
        seconds = now - samples[0][0]
        speed = (done - samples[0][1]) / seconds if seconds > 0 else 0.0
        eta = (self._total - done) / speed if speed > 0 else None
        self._report(Progress(done, self._total, speed, eta, phase, reason))
