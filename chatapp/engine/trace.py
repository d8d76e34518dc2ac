"""Writes the token trace while a reply is made, and hands it on in parts."""

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from chatapp.core.probability import TOP_K, Distribution, rank
from chatapp.core.stages import StageRow, StageTrace
from chatapp.core.trace import TokenTrace

# Parts closer together than this are joined: 20 a second look as smooth as more, and each costs both processes time
# while the next token is computed.
_SECONDS = 0.05


class TraceWriter:
    """Collects tokens and calls *emit* with their text, their trace and how many `known` ones came before them.

    At once, unless the last call was only just now.

    count   tokens so far
    spoken  ids of the tokens that belong to the reply's text (all but an end-of-turn token)
    *stages* are the names of what `add` gets rows of, if it does.
    """

    def __init__(
        self,
        piece: Callable[[int], bytes],
        name: Callable[[int], bytes],
        emit: Callable[[str, TokenTrace, int], None],
        stages: tuple[str, ...] = (),
    ) -> None:
        self.count = 0
        self.spoken: list[int] = []
        self._piece = piece
        self._name = name
        self._emit = emit
        self._known: set[int] = set()  # ids whose bytes were sent in this reply
        self._rows: list[tuple[int, float, int, Distribution]] = []
        self._stages = stages
        self._stage_rows: list[StageRow] = []
        self._text = ""
        self._unseen = 0  # tokens without a row that were not handed on
        self._sent_at = 0.0

    def known(self, token: int, text: str) -> None:
        """*token* and the *text* that may be shown after it come first, and whoever reads the trace has its row."""
        self._text += text
        self.count += 1
        self.spoken.append(token)
        self._unseen += 1

    def add(
        self,
        token: int,
        dist: Distribution,
        logits: NDArray[np.float32],
        text: str,
        *,
        spoken: bool,
        stages: StageRow | None = None,
    ) -> None:
        """Record *token*, drawn where the model had *logits*, and the *text* that may be shown after it."""
        logprob = float(logits[token]) - dist.log_z
        self._rows.append((token, logprob, rank(logits, token, dist.top_ids), dist))
        if stages is not None:
            self._stage_rows.append(stages)
        self._text += text
        self.count += 1
        if spoken:
            self.spoken.append(token)
        now = time.monotonic()
        if now - self._sent_at >= _SECONDS:
            self._sent_at = now
            self.flush()

    def flush(self) -> None:
        """Hand on what was collected."""
        unseen, self._unseen = self._unseen, 0
        text, self._text = self._text, ""
        if not self._rows:
            if unseen:
                self._emit(text, TokenTrace.empty(), unseen)
            return
        top_ids = np.stack([d.top_ids[:TOP_K] for *_, d in self._rows])
        ids = np.array([token for token, *_ in self._rows], np.int32)
        new = set(ids.tolist()).union(top_ids.ravel().tolist()) - self._known
        self._known |= new
        pieces = {i: self._piece(i) for i in new}
        trace = TokenTrace(
            ids=ids,
            logprobs=np.array([logprob for _, logprob, *_ in self._rows], np.float32),
            ranks=np.array([r for *_, r, _ in self._rows], np.int32),
            entropy=np.array([d.entropy for *_, d in self._rows], np.float32),
            top_ids=top_ids,
            top_logprobs=np.stack([d.top_logprobs[:TOP_K] for *_, d in self._rows]),
            pieces=pieces,
            stages=self._stage_trace(),
            names={i: self._name(i) for i, piece in pieces.items() if not piece},
        )
        self._rows.clear()
        self._emit(text, trace, unseen)

    def _stage_trace(self) -> StageTrace | None:
        if not self._stage_rows:
            return None
        rows, self._stage_rows = self._stage_rows, []
        return StageTrace(
            self._stages,
            np.stack([row.left for row in rows]),
            np.stack([row.probs for row in rows]),
            np.stack([row.drawn for row in rows]),
        )
