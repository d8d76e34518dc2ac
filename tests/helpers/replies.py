"""Replies of known tokens with known numbers, played through the real services by the test engine."""

import codecs
from collections.abc import Iterable

import numpy as np
from pytestqt.qtbot import QtBot

from chatapp.core.trace import TokenTrace
from chatapp.protocol.messages import PromptProgress, Tokens
from chatapp.services.bundle import Services


class PlayedReply:
    """A reply that is written token by token; *say* sends the next ones, *stop* ends it."""

    def __init__(self, services: Services, qtbot: QtBot) -> None:
        self._services = services
        self._qtbot = qtbot
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._count = 0
        jobs: list[int] = []
        services.engine.event_received.connect(lambda e: jobs.append(e.job) if isinstance(e, PromptProgress) else None)
        assert services.chat.send("/quiet")
        qtbot.waitUntil(lambda: bool(jobs), timeout=10_000)
        self._job = jobs[-1]
        self.message_id = services.chat.conversation.path()[-1].id

    def say(self, pieces: Iterable[tuple[bytes, float]]) -> None:
        """The bytes of tokens, and the probability of each."""
        for data, probability in pieces:
            token = self._count + 100
            self._count += 1
            value = np.log(np.array([probability], np.float32))
            rank = np.array([0 if probability > 0.5 else 30], np.int32)
            tops = np.array([[1, 2, 3, 4, 5, 6]], np.int32)
            top_values = np.log(np.array([[0.3, 0.2, 0.1, 0.05, 0.02, 0.01]], np.float32))
            names = {token: data, **{i: f" word{i}".encode() for i in range(1, 7)}}
            trace = TokenTrace(np.array([token], np.int32), value, rank, -value, tops, top_values, names)
            self._services.engine.event_received.emit(Tokens(self._job, self._decoder.decode(data), trace))

    def give(self, text: str) -> None:
        """What the reply was made to begin with."""
        self._services.engine.event_received.emit(Tokens(self._job, text, TokenTrace.empty()))

    def stop(self) -> None:
        """End it and wait until it has ended."""
        self._services.chat.stop()
        self._qtbot.waitUntil(lambda: self._services.chat.streaming_id is None, timeout=10_000)
