"""Tokens as an engine sends them, at the pace of a fast model, and how long the window is deaf meanwhile."""

import codecs
import time
from collections.abc import Callable, Iterator

import numpy as np
from PySide6.QtCore import QEventLoop, Qt, QTimer

from chatapp.core.stages import StageTrace
from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import Tokens

CANDIDATES = 20
_STAGES = ("raw", "penalties", "top_k", "top_p", "min_p", "temperature", "draw")
_VOCABULARY = 5000
_BEAT = 1  # ms


def traced_tokens(job: int, text: str, size: int) -> list[Tokens]:
    """*text* in tokens of *size* bytes, each in an event of its own, with top candidates and sampler stages."""
    data = text.encode()
    rng = np.random.default_rng(7)
    decoder = codecs.getincrementaldecoder("utf-8")()
    found: list[Tokens] = []
    for at in range(0, len(data), size):
        piece = data[at : at + size]
        likeliest = np.sort(rng.dirichlet(np.full(CANDIDATES, 0.4)) * 0.95)[::-1].astype(np.float32) + 1e-6
        rank = int(rng.choice(CANDIDATES, p=likeliest / likeliest.sum()))
        tops = rng.choice(_VOCABULARY, CANDIDATES, replace=False).astype(np.int32)
        token = _VOCABULARY + at // size
        tops[rank] = token
        pieces = {int(i): f" word{i}".encode() for i in tops} | {token: piece}
        trace = TokenTrace(
            np.array([token], np.int32),
            np.log(likeliest[rank : rank + 1]),
            np.array([rank], np.int32),
            np.array([-(likeliest * np.log(likeliest)).sum()], np.float32),
            tops[None],
            np.log(likeliest)[None],
            pieces,
            stages=_stages(likeliest, rank),
        )
        found.append(Tokens(job, decoder.decode(piece), trace))
    return found


def _stages(likeliest: "np.ndarray[tuple[int], np.dtype[np.float32]]", drawn: int) -> StageTrace:
    """What seven samplers left: fewer and fewer of the candidates."""
    probs = np.tile(likeliest, (len(_STAGES), 1))
    for stage, left in enumerate((CANDIDATES, CANDIDATES, 16, 12, 8, 8, 8)):
        probs[stage, max(left, drawn + 1) :] = 0.0
    counts = np.array([[_VOCABULARY, _VOCABULARY, 40, 12, 8, 8, 1]], np.int32)
    return StageTrace(_STAGES, counts, probs[None], probs[None, :, drawn])


class Pacer:
    """Sends events to *send*, one every *pace* seconds, and listens how long the event loop is busy between them.

    blocks  for each event the longest time, in ms, for which nothing else was heard until the next one; up to
            `_BEAT` too much, never too little
    """

    def __init__(self, send: Callable[[Tokens], None], events: Iterator[Tokens], pace: float) -> None:
        self.blocks: list[float] = []
        self._send = send
        self._events = events
        self._loop = QEventLoop()
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=round(pace * 1000))
        self._timer.timeout.connect(self._next)
        # Not at every turn of the event loop: that would be work, and the work is measured, too.
        self._beat = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=_BEAT)
        self._beat.timeout.connect(self._on_beat)
        self._heard = 0.0
        self._longest = 0.0

    def run(self) -> None:
        """Send all events; return when the last one has been heard out."""
        self._heard = time.perf_counter()
        self._beat.start()
        self._timer.start()
        self._loop.exec()
        self._beat.stop()

    def _next(self) -> None:
        event = next(self._events, None)
        self.blocks.append(self._longest)
        self._longest = 0.0
        if event is None:
            self._timer.stop()
            self._loop.quit()
        else:
            self._send(event)

    def _on_beat(self) -> None:
        now = time.perf_counter()
        self._longest = max(self._longest, (now - self._heard) * 1000)
        self._heard = now
