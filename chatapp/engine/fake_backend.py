"""`FakeBackend`: scripted replies and crashes, to drive the whole app without a model. Labelled as such.

What a user message can ask for: ``/abort`` ``/segfault`` ``/exit`` ``/hang`` (deaf to cancel) ``/wait`` (until
cancelled) ``/quiet`` (the same without a word) ``/error`` (a `UserFixable`) ``/bug`` (an exception) ``/long N`` (N
words) ``/say TEXT``; anything else is echoed. Every token is its own only candidate: there is no distribution behind
it, and none is invented.
"""

import ctypes
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import NoReturn

import numpy as np

from chatapp.core.context import plan_drop, room_for_prompt
from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.trace import TokenTrace
from chatapp.engine.backend import Inspection, Listener
from chatapp.engine.text import StreamText
from chatapp.protocol.messages import (
    Count,
    Counted,
    Device,
    Embed,
    Embedded,
    Generate,
    Inspect,
    InspectorAnswer,
    InspectorQuestion,
    LoadOptions,
    ModelInfo,
    Tokenize,
    Tokenized,
)

NO_MODEL_HERE = QT_TRANSLATE_NOOP("reasons", "this is the test engine, there is no model")
N_CTX = 4096
_PAUSE = 0.005  # seconds between tokens: slow enough to be stopped in the middle


class FakeBackend:
    """Implements `Backend` without a model; token ids are numbers given to words as they appear."""

    name = "fake"

    def __init__(self) -> None:
        self._ids: dict[bytes, int] = {}
        self._n_ctx = N_CTX

    def devices(self) -> tuple[Device, ...]:
        """None: nothing is computed."""
        return ()

    def load(self, path: str, options: LoadOptions, progress: Callable[[float], None]) -> ModelInfo:
        """Pretend to load; a path ending in ``.missing`` fails and one in ``.abort`` dies."""
        if path.endswith(".missing"):
            raise RequestError(ErrorCode.MODEL_MISSING, path=path)
        if path.endswith(".abort"):
            os.abort()
        for step in range(5):
            progress(step / 4)
        self._n_ctx = options.n_ctx or N_CTX
        return ModelInfo(
            path=path, name="Fake", architecture="fake", description="scripted replies, no model", size=0, n_params=0,
            n_vocab=0, n_ctx=options.n_ctx or N_CTX, n_ctx_train=N_CTX, n_layer=0, n_head=0, backend=self.name,
            has_attention=False,
        )  # fmt: skip

    def count(self, request: Count) -> Counted:
        """Words, taken for tokens."""
        each = tuple(_length(m.content) for m in request.messages)
        return Counted(request.job, sum(each) + _length(request.prefill), each, _length(request.draft))

    def generate(self, request: Generate, listener: Listener) -> tuple[str, ReplyInfo]:
        """Play the script that the last user message asks for."""
        started = time.perf_counter()
        asked = request.messages[-1].content if request.messages else request.prompt
        total, dropped = self._fit(request)
        prefill = _length(request.prefill)
        listener.prompt_made(prefill, dropped)
        listener.prompt_progress(total, total, 0, (0,) * total)
        if request.prefill:
            listener.tokens(request.prefill, TokenTrace.empty())
        text = StreamText(request.params.stop)
        finish, count = FinishReason.STOP, 0
        for piece in chain(self._given(request.prefix_ids), self._script(asked, listener)):
            if listener.cancelled():
                finish = FinishReason.CANCELLED
                break
            shown = text.feed(piece)
            listener.tokens(shown, self._trace(piece))
            count += 1
            if text.stopped or count == request.params.max_tokens:
                finish = FinishReason.STOP_STRING if text.stopped else FinishReason.LENGTH
                break
            time.sleep(_PAUSE)
        if listener.cancelled():
            finish = FinishReason.CANCELLED
        info = ReplyInfo(
            model="fake", finish=finish, prompt_tokens=total, completion_tokens=count, seed=request.params.seed or 0,
            given_tokens=min(count, len(request.prefix_ids)), seconds_to_first_token=_PAUSE,
            decode_seconds=time.perf_counter() - started,
        )  # fmt: skip
        return text.finish(), info

    def _fit(self, request: Generate) -> tuple[int, tuple[int, ...]]:
        """Words of the prompt, and what was left out of it."""
        counts = [_length(m.content) for m in request.messages]
        total = sum(counts) + _length(request.prefill or request.prompt)
        dropped: tuple[int, ...] = ()
        room = room_for_prompt(self._n_ctx, request.params.max_tokens)
        if request.overflow == "drop" and total > room:
            dropped = plan_drop(counts, [m.role for m in request.messages], request.pinned, total - room)
            total -= sum(counts[i] for i in dropped)
        if total >= self._n_ctx:
            raise RequestError(ErrorCode.CONTEXT_FULL, needed=total, available=self._n_ctx)
        return total, dropped

    def inspect(self, request: Inspect, listener: Listener) -> Inspection:
        """Refuse: there is nothing to look into."""
        del request, listener
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_MODEL_HERE)

    def tokenize(self, request: Tokenize) -> Tokenized:
        """Cut as replies are cut; words get their numbers as they appear."""
        pieces = _words(request.text)
        ids = tuple(self._ids.setdefault(piece, len(self._ids)) for piece in pieces)
        return Tokenized(request.job, ids, tuple(piece.hex() for piece in pieces), (False,) * len(ids))

    def embed(self, request: Embed, listener: Listener) -> Embedded:
        """Refuse: there is nothing that could be embedded with."""
        del request, listener
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_MODEL_HERE)

    def ask(self, question: InspectorQuestion, listener: Listener) -> InspectorAnswer:
        """Refuse: there are no distributions."""
        del question, listener
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_MODEL_HERE)

    def rest(self) -> None:
        """Nothing to free."""

    def close(self) -> None:
        """Nothing to free."""

    def _given(self, ids: tuple[int, ...]) -> list[bytes]:
        words = {number: piece for piece, number in self._ids.items()}
        unknown = [number for number in ids if number not in words]
        if unknown:
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=f"Token {unknown[0]} was never said")
        return [words[number] for number in ids]

    def _script(self, asked: str, listener: Listener) -> Iterator[bytes]:
        word, _, rest = asked.strip().partition(" ")
        match word:
            case "/abort" | "/segfault" | "/exit" | "/bug":
                yield from _words(rest or "These words come before the crash. ")
                _crash(word)
            case "/hang":
                yield from _words("These words come before the silence. ")
                threading.Event().wait()
            case "/wait" | "/quiet":
                yield from _words("Waiting to be stopped. " if word == "/wait" else "")
                while not listener.cancelled():
                    time.sleep(_PAUSE)
            case "/error":
                raise RequestError(ErrorCode.TEMPLATE_FAILED, reason="the test engine was asked to fail")
            case "/long":
                yield from (f"word{n} ".encode() for n in range(int(rest or "1000")))
            case "/say":
                yield from _words(rest)
            case _:
                yield from _words(f"You said: {asked}")

    def _trace(self, piece: bytes) -> TokenTrace:
        token = self._ids.setdefault(piece, len(self._ids))
        ids = np.array([token], np.int32)
        zero = np.zeros(1, np.float32)
        return TokenTrace(ids, zero, np.zeros(1, np.int32), zero, ids[:, None], zero[:, None], {token: piece})


def _length(text: str) -> int:
    return len(text.split())


def _words(text: str) -> list[bytes]:
    """Cut as a byte-level tokenizer would: at spaces, and Hangul in the middle of its bytes."""
    pieces: list[bytes] = []
    for word in re.findall(r"\S+\s*|\s+", text):
        data = word.encode()
        pieces += [data] if data.isascii() else [data[i : i + 2] for i in range(0, len(data), 2)]
    return pieces


def _crash(how: str) -> NoReturn:
    if how == "/abort":
        os.write(2, b"GGML_ASSERT(false) failed: the test engine was asked to abort\n")
        os.abort()
    if how == "/segfault":
        ctypes.string_at(0)
    if how == "/exit":
        os._exit(7)
    raise RuntimeError("the test engine was asked for a bug")
