"""How likely every token of a prompt was: rows of the trace for text that nobody has drawn."""

import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.probability import TOP_K, Distribution, distribution, rank
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.trace import TokenTrace
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Model
from chatapp.engine.owners import owners_of_bytes, owners_of_tokens
from chatapp.engine.reading import Passage, Reader, cancelled
from chatapp.protocol.messages import Prefix, Score, Scored

START_BETWEEN = QT_TRANSLATE_NOOP("reasons", "The first token to score must lie between 0 and {high}")


def score(request: Score, reader: Reader, listener: Listener) -> Scored:
    """Trace and owners of the tokens from *start* on; of those that were done when it is cancelled."""
    passage = reader.passage(request.prefix, unread=1)
    tokens = passage.tokens
    if not 0 <= request.start <= len(tokens):
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=START_BETWEEN, high=str(len(tokens)))
    writer = ScoreWriter(reader.model)
    if request.start == 0:
        writer.add_unscored(tokens[0])
    first = max(request.start, 1)
    if first < len(tokens):
        for index, logits in reader.rows(tokens[:-1], first - 1, listener):
            writer.add(tokens[index + 1], logits)
        if not writer.scored:
            raise cancelled()
    trace = writer.take()
    owners = owners_of(request.prefix, passage, reader)[request.start : request.start + len(trace)]
    return Scored(request.job, request.start, len(tokens), trace, tuple(owners))


class ScoreWriter:
    """Collects scored tokens. *scored* is how many had a probability, *nll* the sum of their negative logprobs."""

    def __init__(self, model: Model) -> None:
        self.scored = 0
        self.nll = 0.0
        self._model = model
        self._nothing = _nothing(min(TOP_K, model.n_vocab))
        self._known: set[int] = set()
        self._rows: list[tuple[int, float, int, Distribution]] = []

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, token: int, logits: NDArray[np.float32]) -> None:
        """*token* stands where the model had *logits*, float32 (n_vocab,)."""
        dist = distribution(logits)
        logprob = float(logits[token]) - dist.log_z
        self._rows.append((token, logprob, rank(logits, token, dist.top_ids), dist))
        self.scored += 1
        self.nll -= logprob

    def add_unscored(self, token: int) -> None:
        """*token* has nothing before it, or is not asked about."""
        self._rows.append((token, float("nan"), -1, self._nothing))

    def take(self) -> TokenTrace:
        """What was added since the last call. Bytes are in the first trace that names their token."""
        rows, self._rows = self._rows, []
        if not rows:
            return TokenTrace.empty()
        ids = np.array([token for token, *_ in rows], np.int32)
        top_ids = np.stack([dist.top_ids for *_, dist in rows])
        new = {*ids.tolist(), *top_ids.ravel().tolist()} - self._known - {-1}
        self._known |= new
        return TokenTrace(
            ids=ids,
            logprobs=np.array([logprob for _, logprob, *_ in rows], np.float32),
            ranks=np.array([place for *_, place, _ in rows], np.int32),
            entropy=np.array([dist.entropy for *_, dist in rows], np.float32),
            top_ids=top_ids,
            top_logprobs=np.stack([dist.top_logprobs for *_, dist in rows]),
            pieces={token: self._model.token_text(token, special=True) for token in new},
        )


def _nothing(width: int) -> Distribution:
    nan = float("nan")
    return Distribution(nan, nan, np.full(width, -1, np.int32), np.full(width, nan, np.float32))


def owners_of(prefix: Prefix, passage: Passage, reader: Reader) -> list[int]:
    """The message of every token; of the given beginning and the reply it is the one that comes next."""
    begun = len(passage.prompt) - passage.prefill
    reply = [len(prefix.messages)] * (passage.prefill + len(passage.reply))
    if prefix.text or not prefix.messages:
        return [-1] * begun + reply
    contents = [message.content for message in prefix.messages]
    of_bytes = owners_of_bytes(passage.text, contents, reader.prompts.marked(prefix.messages, raw=prefix.raw))
    pieces = [reader.model.name(token) for token in passage.prompt[:begun]]
    return owners_of_tokens(pieces, passage.text, of_bytes) + reply
