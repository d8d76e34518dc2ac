"""Reads what the inspector asks about in the chat context, through the prompt cache: nothing is evaluated twice."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.adapters import Adapters
from chatapp.engine.backend import Listener
from chatapp.engine.cache import PromptCache
from chatapp.engine.given import checked_ids
from chatapp.engine.literal import plain
from chatapp.engine.llama import Context, Model
from chatapp.engine.prompts import Prompt, Prompts
from chatapp.engine.replay import Replay
from chatapp.protocol.messages import Generate, Prefix

_LOGITS = 32 << 20  # bytes that the logits of one batch may take; llama.cpp keeps that room
TILE = 64  # tokens; llama.cpp adds up the attention of a smaller batch in float16 (ggml-cpu/common.h)


@dataclass(frozen=True, slots=True)
class Passage:
    """The tokens of a `Prefix`. *text* is the rendered prompt, of which the last *prefill* tokens begin the reply.

    written  what a model wrote of this beginning, see `Prompts.written`
    """

    text: str
    prompt: list[int]
    reply: list[int]
    prefill: int
    written: list[int]

    @property
    def tokens(self) -> list[int]:
        """All of them."""
        return self.prompt + self.reply


class Reader:
    """The loaded model, its chat context and what belongs to it; what is public may be used as it is.

    reused  tokens that `rows` did not evaluate
    """

    def __init__(
        self, model: Model, context: Context, cache: PromptCache, prompts: Prompts, adapters: Adapters, replay: Replay
    ) -> None:
        self.model = model
        self.context = context
        self.prompts = prompts
        self._cache = cache
        self.adapters = adapters
        self.replay = replay
        self.reused = 0

    def passage(self, prefix: Prefix, *, unread: int = 0) -> Passage:
        """The very tokens a reply to *prefix* would be drawn after, with its adapters at work.

        Raise `RequestError` where there are none, or more than the context holds (the last *unread* need no room).
        """
        reply = checked_ids(prefix.reply_ids, self.model.n_vocab)
        written: list[int] = []
        if reply and not (prefix.messages or prefix.text or prefix.prefill):
            made, reply = Prompt("", reply), []
        else:
            asked = Generate(
                0, prefix.messages, raw=prefix.raw or bool(prefix.text), prompt=prefix.text, prefill=prefix.prefill,
                written=prefix.written,
            )  # fmt: skip
            made, written = self.prompts.make(asked, sys.maxsize), self.prompts.written(asked)
        needed = len(made.tokens) + len(reply)
        if needed - unread > self.context.n_ctx:
            raise RequestError(ErrorCode.CONTEXT_FULL, needed=needed, available=self.context.n_ctx)
        if self.adapters.use(prefix.adapters):
            self._cache.forget(saved=True)
        return Passage(plain(made.text), made.tokens, reply, made.prefill, written)

    def rows(
        self, tokens: list[int], start: int, listener: Listener, *, more: int = 0
    ) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """The logits, float32 (n_vocab,), after each of *tokens* from number *start* on; ends early when cancelled.

        They are views that the next one may overwrite. Those from *start* on are evaluated again, even where the cache
        knows them: it keeps no logits. *more* is to be evaluated afterwards, for the progress.
        """
        cache, n_vocab, n_batch = self._cache, self.model.n_vocab, self.context.n_batch
        self.reused = cache.reuse(tokens[: start + 1]).tokens
        listener.prompt_progress(self.reused, len(tokens) + more, self.reused)
        while (at := len(cache.tokens)) < len(tokens):
            wanted = at >= start
            end = at + rows_in_batch(len(tokens) - at, n_vocab, n_batch) if wanted else min(at + n_batch, start)
            if not self._evaluate(tokens[at:end], listener, all_logits=wanted):
                return
            listener.prompt_progress(end, len(tokens) + more, self.reused)
            if wanted:
                for row in range(end - at):
                    yield at + row, self.context.logits(row)

    def last_row(self, tokens: list[int], listener: Listener, *, more: int = 0) -> NDArray[np.float32]:
        """The logits after all of *tokens*; raise `RequestError` when cancelled."""
        for _, logits in self.rows(tokens, len(tokens) - 1, listener, more=more):
            return logits
        raise cancelled()

    def row_after(self, tokens: list[int], listener: Listener, *, keep: bool) -> NDArray[np.float32] | None:
        """The same without a word of progress, and None when cancelled; *keep* what is cut away to get there."""
        cache = self._cache
        cache.reuse(tokens, keep=keep)
        while (at := len(cache.tokens)) < len(tokens):
            if not self._evaluate(tokens[at : at + self.context.n_batch], listener):
                return None
        return self.context.logits()

    def hold(self, tokens: list[int], known: int, listener: Listener) -> None:
        """Have *tokens* in the context, evaluating those from number *known* on even when they are there.

        Nothing is changed where they are. Raise `RequestError` when cancelled.
        """
        cache = self._cache
        if known >= len(tokens) and cache.tokens[: len(tokens)] == tokens:
            return
        reused = cache.reuse([*tokens[:known], -1]).tokens  # the last one is left out: no logits are wanted
        while (at := len(cache.tokens)) < len(tokens):
            if not self._evaluate(tokens[at : at + self.context.n_batch], listener):
                raise cancelled()
            listener.prompt_progress(len(cache.tokens), len(tokens), reused)

    def afresh(
        self, tokens: list[int], start: int, listener: Listener, report: Callable[[int], None] = lambda _done: None
    ) -> NDArray[np.float32]:
        """The logits (a copy) after *tokens*, of which those from *start* on are evaluated, and then forgotten again.

        For what must not stay: the cache would take it for the chat's own. *report* gets how many there are so far.
        Raise `RequestError` when cancelled.
        """
        cache = self._cache
        cache.reuse(tokens[: start + 1])
        if len(cache.tokens) > start:  # a memory that cannot be cut so far back has been emptied
            cache.forget()
        known = len(cache.tokens)
        try:
            while (at := len(cache.tokens)) < len(tokens):
                if not self._evaluate(tokens[at : at + self.context.n_batch], listener):
                    raise cancelled()
                report(len(cache.tokens))
            return self.context.logits().copy()
        finally:
            cache.drop(known)

    def places(self, tokens: list[int]) -> int:
        """How many copies of the last of *tokens* `copies` can take at once; 0 where the memory cannot do it."""
        if not self._cache.can_be_cut:
            return 0
        room = self.context.n_ctx - len(tokens) + 1
        return min(self.context.n_batch, room, _LOGITS // (4 * self.model.n_vocab))

    def copies(self, tokens: list[int], count: int, listener: Listener) -> list[NDArray[np.float32]]:
        """The logits after *tokens*, once for each of *count* copies of the last one, evaluated side by side.

        They are forgotten at once. The other tokens are in the context already (`last_row` brings them there), and
        `AttentionRecorder.change` is `OneEach`. Views that the next evaluation overwrites. Raise `RequestError` when
        cancelled.
        """
        self._cache.reuse(tokens, keep=False)
        assert len(self._cache.tokens) == len(tokens) - 1
        with self._abortable(listener):
            if not self._cache.try_out(tokens[-1], count):
                raise cancelled()
        return [self.context.logits(row) for row in range(count)]

    def _evaluate(self, tokens: list[int], listener: Listener, *, all_logits: bool = False) -> bool:
        """`PromptCache.evaluate`, which a cancel can end in the middle of; False when it did."""
        if listener.cancelled():
            return False
        with self._abortable(listener):
            return self._cache.evaluate(tokens, all_logits=all_logits)

    @contextmanager
    def _abortable(self, listener: Listener) -> Iterator[None]:
        recorder = self.context.recorder
        self.context.on_abort(listener.cancelled)
        try:
            if recorder is not None:
                recorder.is_asked = True
            yield
        finally:
            self.context.on_abort(None)
            if recorder is not None:
                recorder.is_asked = False


def rows_in_batch(left: int, n_vocab: int, n_batch: int) -> int:
    """How many of the *left* tokens to evaluate at once when the logits of each are wanted: n_vocab floats a token."""
    most = max(TILE, min(n_batch - TILE, _LOGITS // (4 * n_vocab)) // TILE * TILE)
    return left if left < most + TILE else most


def cancelled() -> RequestError:
    """What a job ends with that was cancelled before there was anything to answer."""
    return RequestError(ErrorCode.CANCELLED)
