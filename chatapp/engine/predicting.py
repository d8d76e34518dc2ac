"""Full distributions of the next token, and what every sampler stage would leave of one. Nothing is drawn."""

from dataclasses import replace

import numpy as np

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.backend import Listener
from chatapp.engine.reading import Passage, Reader, cancelled
from chatapp.engine.sampling import SamplerChain
from chatapp.protocol.messages import Logits, LogitsRead, Predict, Predicted

_MOST = 128 << 20  # bytes of one answer
TOO_MANY = QT_TRANSLATE_NOOP("reasons", "The distributions of {count} tokens cannot be asked for at once")


def predict(request: Predict, reader: Reader, listener: Listener) -> Predicted:
    """Logits and stages over the whole vocabulary; raise `RequestError` as a reply with these settings would."""
    params = request.params.checked()
    if params.uses("xtc"):
        params = replace(params, xtc_probability=1.0)  # what it does where it acts at all is no matter of chance
    model, n_ctx = reader.model, reader.context.n_ctx
    with SamplerChain(params, model.n_vocab, n_ctx, model.vocab) as chain:  # first: it may be refused
        passage = reader.passage(request.prefix)
        follow(chain, passage)
        logits = reader.last_row(passage.tokens, listener).copy()
        names, left, probs = chain.stages_left(logits)
    arrays = {"logits": logits, "stage_left": left, "stage_probs": probs}
    return Predicted(request.job, len(passage.tokens), names, arrays)


def follow(chain: SamplerChain, passage: Passage) -> None:
    """Let *chain* stand where it stood when the reply had been written up to the end of *passage*."""
    chain.accept_prompt(passage.prompt)
    chain.accept_written(passage.written)
    for token in passage.reply:
        chain.accept(token)


def logits(request: Logits, reader: Reader, listener: Listener) -> LogitsRead:
    """Logits after each token; raise `RequestError` for too many of them, and when cancelled."""
    tokens = reader.passage(request.prefix).tokens
    n_rows, n_vocab = len(tokens) - request.start, reader.model.n_vocab
    if not (request.start >= 0 and 0 < 4 * n_rows * n_vocab <= _MOST):
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=TOO_MANY, count=str(n_rows))
    found = np.empty((n_rows, n_vocab), np.float32)
    done = 0
    for at, row in reader.rows(tokens, request.start, listener):
        found[at - request.start] = row
        done += 1
    if done < n_rows:
        raise cancelled()
    return LogitsRead(request.job, request.start, {"logits": found})
