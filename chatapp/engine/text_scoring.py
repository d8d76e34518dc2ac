"""The perplexity of a text of any length, window by window in a context of its own: the chat's KV cache stays.

The arithmetic of "llama.cpp" is that of its ``tools/perplexity/perplexity.cpp``.
"""

import math
from collections.abc import Iterator

from chatapp.core.errors import EngineError, ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import log
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Context
from chatapp.engine.reading import Reader, cancelled, rows_in_batch
from chatapp.engine.scoring import ScoreWriter
from chatapp.protocol.messages import ScoreText, TextPart, TextScored

METHODS = ("continuous", "llama.cpp")
NO_METHOD = QT_TRANSLATE_NOOP("reasons", "The method is one of {choices}")
CONTEXT_BETWEEN = QT_TRANSLATE_NOOP("reasons", "The context length must lie between {low} and {high} tokens")
NO_NUMBER = QT_TRANSLATE_NOOP("reasons", "The model gives this text no probability")

_LEAST = 16  # tokens of context
_LONG = 4096  # more memory is not taken beside the chat's context unless it is asked for
_LLAMA_CPP = 512  # its program's own context length


def score_text(request: ScoreText, reader: Reader, listener: Listener, n_threads: int) -> TextScored:
    """Hand the text on in parts, scored; what is done when it is cancelled is the answer."""
    if request.method not in METHODS:
        raise _refused(NO_METHOD, choices=", ".join(METHODS))
    alone = request.method == "llama.cpp"
    n_ctx = request.n_ctx or (_LLAMA_CPP if alone else min(_LONG, reader.context.n_ctx))
    most = max(reader.context.n_ctx, reader.model.n_ctx_train)
    if not _LEAST <= n_ctx <= most:
        raise _refused(CONTEXT_BETWEEN, low=str(_LEAST), high=str(most))
    text = request.utf8.decode("utf-8", "replace")
    text = text.removesuffix("\n") if alone else text  # as the program reads a file
    if not text:
        raise RequestError(ErrorCode.EMPTY_PROMPT)
    tokens = reader.model.tokenize(text, add_special=True, parse_special=False)
    needed = 2 * n_ctx if alone else 2
    if len(tokens) < needed:
        raise RequestError(ErrorCode.TEXT_TOO_SHORT, count=len(tokens), needed=needed)
    return _Run(request, reader, tokens, n_ctx, listener).answer(alone=alone, n_threads=n_threads)


class _Run:
    """One text."""

    def __init__(self, request: ScoreText, reader: Reader, tokens: list[int], n_ctx: int, listener: Listener) -> None:
        self._request = request
        self._adapters = reader.adapters
        self._model = reader.model
        self._tokens = tokens
        self._n_ctx = n_ctx
        self._listener = listener
        self._writer = ScoreWriter(reader.model)
        self._sent = 0  # tokens
        self._counted = 0  # of them

    def answer(self, *, alone: bool, n_threads: int) -> TextScored:
        """Score all windows; *alone*: each for itself."""
        n, writer = len(self._tokens), self._writer
        windows = _apart(n, self._n_ctx) if alone else _overlapping(n, self._n_ctx)
        log.clear_errors()
        context = Context(self._model, min(self._n_ctx, n), n_threads=n_threads)
        try:
            self._adapters.use_in(context, self._request.adapters)
            whole = all(self._score(context, *window) for window in windows)
        finally:
            context.close()
        if not writer.scored and not whole:
            raise cancelled()
        if whole:
            self._skip(n)
        self._send()
        if not math.isfinite(writer.nll):
            raise _refused(NO_NUMBER)
        return TextScored(self._request.job, n, writer.scored, writer.nll, self._n_ctx, not whole)

    def _score(self, context: Context, begin: int, end: int, first: int) -> bool:
        """Read tokens *begin* to *end* and score those from *first* on; False when it was cancelled."""
        self._skip(first)
        read = self._tokens[begin:end]  # the last one's logits are for no token, but it fills the batch
        if self._model.adds_bos:
            read[0] = self._model.bos
        context.clear()
        unscored = first - 1 - begin
        at = 0
        while at < len(read):
            wanted = at >= unscored
            n_rows = rows_in_batch(len(read) - at, self._model.n_vocab, context.n_batch)
            part = read[at : at + n_rows] if wanted else read[at : min(at + context.n_batch, unscored)]
            if not self._decode(context, part, at, all_logits=wanted):
                return False
            if wanted:
                for row, token in enumerate(self._tokens[begin + at + 1 : min(begin + at + len(part) + 1, end)]):
                    self._writer.add(token, context.logits(row))
                self._send()
            at += len(part)
            self._listener.prompt_progress(self._sent, len(self._tokens), 0)
        return True

    def _decode(self, context: Context, part: list[int], at: int, *, all_logits: bool) -> bool:
        cancelled = self._listener.cancelled
        if cancelled():
            return False
        context.on_abort(cancelled)
        code = context.decode(part, at, all_logits=all_logits)
        context.on_abort(None)
        if code not in (0, 2):
            outcome = f"llama_decode returned {code}"
            raise EngineError(ErrorCode.ENGINE_CRASHED, outcome=outcome, details=log.last_error())
        return code == 0

    def _skip(self, first: int) -> None:
        """The tokens before *first* that were not handed on count for nothing."""
        for token in self._tokens[self._sent + len(self._writer) : first]:
            self._writer.add_unscored(token)

    def _send(self) -> None:
        trace = self._writer.take()
        if len(trace):
            counted = self._writer.scored - self._counted
            self._listener.text_part(TextPart(self._request.job, self._sent, len(self._tokens), counted, trace))
            self._sent += len(trace)
            self._counted += counted


def _overlapping(n: int, n_ctx: int) -> Iterator[tuple[int, int, int]]:
    """Begin, end and first scored token of windows that have at least half of *n_ctx* before a token, or all."""
    begin, done = 0, 1
    while done < n:
        end = min(begin + n_ctx, n)
        yield begin, end, done
        begin, done = begin + n_ctx // 2, end


def _apart(n: int, n_ctx: int) -> Iterator[tuple[int, int, int]]:
    """The same of the windows that lie in a text of *n* tokens one after the other."""
    for begin in range(0, n - n_ctx + 1, n_ctx):
        yield begin, begin + n_ctx, begin + n_ctx // 2 + 1


def _refused(reason: str, **params: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason, **params)
