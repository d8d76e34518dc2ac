"""The two sides that take turns: our worker behind a client, and the bare loop in a process of its own."""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import psutil

from chatapp.core.errors import EngineError, ErrorCode
from chatapp.core.generation import SamplingParams
from chatapp.engine.__main__ import SPIN_COUNT
from chatapp.engine.client import EngineClient
from chatapp.protocol.messages import Generate, LoadOptions, ModelInfo, PromptProgress, Tokens

_WORDS = ("time", "light", "river", "stone", "green", "water", "house", "paper", "north", "sound", "table", "music")


class Ours:
    """A worker with the model loaded; a context manager."""

    def __init__(self, model: str, n_ctx: int, n_threads: int) -> None:
        self._client = EngineClient()
        self._process = psutil.Process(self._client.pid)
        try:
            options = LoadOptions(n_ctx=n_ctx, n_threads=n_threads, n_gpu_layers=0)
            self.info: ModelInfo = self._client.load(model, options)
        except BaseException:
            self._client.close()
            raise

    def setup(self) -> dict[str, Any]:
        """What is measured, for the report."""
        info = self.info
        return {"model": info.path, "fingerprint": info.fingerprint, "n_vocab": info.n_vocab, "n_ctx": info.n_ctx}

    def first_token(self, text: str, params: SamplingParams) -> float:
        """Seconds from sending *text* to the arrival of the first token after it."""
        started = time.perf_counter()
        arrived = [time.perf_counter() - started for e in self.stream(text, 1, params) if isinstance(e, Tokens)]
        return arrived[0]

    def stream(self, text: str, count: int, params: SamplingParams) -> Iterator[Tokens | PromptProgress]:
        """Continue *text* by up to *count* tokens, fewer when the model ends the reply."""
        params = replace(params, max_tokens=count)
        for event in self._client.generate(Generate(0, params=params, raw=True, prompt=text)):
            if isinstance(event, Tokens | PromptProgress):
                yield event

    def pause(self) -> None:
        """Let the worker's process stand still, in the middle of whatever it does."""
        self._process.suspend()

    def resume(self) -> None:
        """Let it go on."""
        self._process.resume()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()


class Bare:
    """The process of `chatapp.bench.bare`; a context manager."""

    def __init__(self, model: str, n_ctx: int, n_threads: int) -> None:
        # The same environment as the worker's, which sets this for itself.
        environment = {"GOMP_SPINCOUNT": SPIN_COUNT} | os.environ
        self._process = subprocess.Popen(
            [sys.executable, "-m", "chatapp.bench.bare"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self._ask({"do": "load", "model": model, "n_ctx": n_ctx, "n_threads": n_threads})

    def tokenize(self, text: str) -> list[int]:
        """Token ids of a raw prompt."""
        return [int(token) for token in self._ask({"do": "tokenize", "text": text})["tokens"]]

    def generate(self, prompt: Sequence[int], count: int, params: SamplingParams) -> list[int]:
        """Continue *prompt* by exactly *count* tokens."""
        first, _seconds = self.begin(prompt, params)
        return first + self.more(count - 1)[0]

    def begin(self, prompt: Sequence[int], params: SamplingParams) -> tuple[list[int], float]:
        """Evaluate *prompt* and draw one token; it, and the seconds it took."""
        found = self._ask({"do": "begin", "prompt": list(prompt), "params": params.to_json()})
        return found["tokens"], found["seconds"]

    def more(self, count: int, *, unmeasured: int = 0) -> tuple[list[int], float]:
        """Draw *count* more tokens; they, and the seconds it took, without the first *unmeasured* ones."""
        found = self._ask({"do": "more", "count": count, "unmeasured": unmeasured})
        return found["tokens"], found["seconds"]

    def _ask(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(command) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise EngineError(ErrorCode.ENGINE_CRASHED, outcome=f"the bare loop: exit code {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def prose(bare: Bare, n_tokens: int, seed: int) -> str:
    """Words that are *n_tokens* tokens long, or a few more where the tokenizer cuts them so; other ones per *seed*."""
    choose = random.Random(seed)
    text = choose.choice(_WORDS)
    while (missing := n_tokens - len(bare.tokenize(text))) > 0:
        # A word is one token or more: never too many at a time.
        text += "".join(" " + choose.choice(_WORDS) for _ in range(max(1, missing // 8)))
    return text
