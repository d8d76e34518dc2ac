"""`TextTotals`: sums over the scored tokens of a text, kept up as they come."""

import heapq
import math

import numpy as np

from chatapp.core.token_measures import Summary
from chatapp.core.trace import TokenTrace

_SURPRISING = 12


class TextTotals:
    """*counted* tokens, and over those: nll (nats), n_bytes, n_chars (begun in them).

    total  tokens of the text; 0 before any came        seen  of them, those that came
    """

    def __init__(self) -> None:
        self.total = self.seen = self.counted = 0
        self.n_bytes = self.n_chars = 0
        self.nll = self._squares = 0.0
        self._first = 0  # tokens that were the likeliest
        self._pieces: dict[int, bytes] = {}  # each part has only those that are new in it
        self._worst: list[tuple[float, int]] = []  # a heap of (surprisal in nats, -token)

    def add(self, start: int, total: int, counted: int, trace: TokenTrace) -> None:
        """Take in a `TextPart`."""
        self.total, self.seen = total, start + len(trace)
        self._pieces |= trace.pieces
        logprobs = trace.logprobs.astype(np.float64)
        for at in range(len(trace) - counted, len(trace)):
            if not math.isfinite(logprobs[at]):
                continue
            piece = self._pieces.get(int(trace.ids[at]), b"")
            self.counted += 1
            self.n_bytes += len(piece)
            self.n_chars += sum(byte & 0xC0 != 0x80 for byte in piece)
            self.nll -= logprobs[at]
            self._squares += logprobs[at] ** 2
            self._first += trace.ranks[at] == 0
            heapq.heappush(self._worst, (-logprobs[at], -(start + at)))
            if len(self._worst) > _SURPRISING:
                heapq.heappop(self._worst)

    @property
    def bits(self) -> float:
        """The surprisal of all counted tokens."""
        return self.nll / math.log(2)

    @property
    def perplexity(self) -> float:
        """nan when nothing was counted."""
        return math.exp(min(self.nll / self.counted, 700)) if self.counted else math.nan

    @property
    def error(self) -> float:
        """Standard error of the perplexity, as llama.cpp's program gives it; nan below two tokens."""
        if self.counted < 2:
            return math.nan
        variance = self._squares / self.counted - (self.nll / self.counted) ** 2
        return math.sqrt(max(0.0, variance) / (self.counted - 1)) * self.perplexity

    @property
    def bits_per_byte(self) -> float:
        """nan when nothing was counted."""
        return self.bits / self.n_bytes if self.n_bytes else math.nan

    @property
    def bits_per_char(self) -> float:
        """nan when nothing was counted."""
        return self.bits / self.n_chars if self.n_chars else math.nan

    def summary(self, shown: int) -> Summary | None:
        """For the summary line; of the most surprising tokens those below number *shown*. None: nothing counted."""
        if not self.counted:
            return None
        worst = [-token for nats, token in sorted(self._worst, reverse=True) if nats > 0]
        return Summary(
            tokens=self.counted,
            perplexity=self.perplexity,
            mean_surprisal=max(0.0, self.bits / self.counted),
            rank_one=self._first / self.counted,
            surprising=tuple(token for token in worst if token < shown),
        )
