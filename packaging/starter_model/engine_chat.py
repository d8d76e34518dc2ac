"""Talks with a finished GGUF through the app's own engine: worker process, chat template, samplers, token trace."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray
from places import GGUF, REPOSITORY

sys.path.insert(0, str(REPOSITORY))
os.environ["PYTHONPATH"] = str(REPOSITORY)  # the worker is a process of its own

from chatapp.core.generation import FinishReason
from chatapp.core.sampling import BAN, SamplingParams
from chatapp.core.trace import TokenTrace
from chatapp.engine.client import EngineClient
from chatapp.protocol.messages import (
    ChatMessage,
    Finished,
    Generate,
    Inspect,
    LoadOptions,
    Tokenize,
    Tokens,
)

LIMIT = 200  # tokens; no answer of the corpus is that long
CONTEXT = 1024
GREEDY = SamplingParams(temperature=0.0)
DEFAULTS = SamplingParams()  # what the app samples with


@dataclass
class Reply:
    """One answer: its text, whether it ended by itself, what the model thought at each token, and its seconds."""

    text: str
    ended: bool
    trace: TokenTrace
    seconds: float


class Chat:
    """A worker with the model; use as a context manager."""

    def __init__(self, path: Path = GGUF, threads: int = 2) -> None:
        self.client = EngineClient()
        self.client.load(str(path), LoadOptions(n_ctx=CONTEXT, n_threads=threads, cache_bytes=0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def run(self, request: Generate) -> Reply:
        """The reply to a request."""
        started, texts, traces, ended = time.monotonic(), [], [], False
        for event in self.client.generate(request):
            if isinstance(event, Tokens):
                texts.append(event.text)
                traces.append(event.trace)
            elif isinstance(event, Finished):
                texts.append(event.text)
                ended = event.info.finish is FinishReason.STOP
        return Reply("".join(texts), ended, TokenTrace.join(traces), time.monotonic() - started)

    def ask(self, turns: Sequence[str], seed: int | None = None) -> list[Reply]:
        """The replies to a user's messages, one after the other: greedy, or with a seed as the app samples."""
        messages: list[ChatMessage] = []
        replies = []
        params = GREEDY if seed is None else DEFAULTS.with_value("seed", seed)
        for turn in turns:
            messages.append(ChatMessage("user", turn))
            replies.append(self.run(Generate(0, tuple(messages), params.with_value("max_tokens", LIMIT))))
            messages.append(ChatMessage("assistant", replies[-1].text))
        return replies

    def go_on(self, text: str) -> Reply:
        """One more token of a plain text: what the model expects there."""
        return self.run(Generate(0, (), GREEDY.with_value("max_tokens", 1), raw=True, prompt=text))

    def seconds_for(self, tokens: int, question: str) -> float:
        """How long an answer of exactly so many tokens takes, from the question to its end."""
        end = self.tokens("<|end|>")[-1]
        params = GREEDY.with_value("max_tokens", tokens).with_value("logit_bias", ((end, -BAN),))
        reply = self.run(Generate(0, (ChatMessage("user", question),), params))
        assert len(reply.trace) == tokens
        return reply.seconds

    def attention(self, ids: tuple[int, ...]) -> NDArray[np.float32]:
        """What every head looks at in a text: (layers, heads, query tokens, key tokens)."""
        weights: NDArray[np.float32] = self.client.inspect(Inspect(0, tokens=ids)).arrays["attention"]
        return weights

    def tokens(self, text: str) -> tuple[int, ...]:
        """The token ids of a text, with the names of control tokens in it recognised."""
        return self.client.tokenize(Tokenize(0, text)).ids
