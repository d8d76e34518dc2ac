"""`GivenTokens`: the tokens a reply must begin with, evaluated in batches of which every row's logits are read."""

from collections.abc import Sequence

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.engine.cache import PromptCache

_BATCH = 32  # tokens; a row of logits is n_vocab floats: 20 MB for a batch with 152,000


class GivenTokens:
    """The given beginning of one reply, put in by id.

    They are evaluated again even where the cache knows them: it keeps no logits, and the trace needs them.
    """

    def __init__(self, tokens: Sequence[int], n_vocab: int) -> None:
        wrong = [token for token in tokens if not 0 <= token < n_vocab]
        if wrong:
            reason = f"Token {wrong[0]} is not in the vocabulary of {n_vocab} tokens"
            raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason)
        self._tokens = list(tokens)
        self._batch = range(0)  # which of them the last batch held

    def __len__(self) -> int:
        return len(self._tokens)

    def at(self, index: int) -> int | None:
        """Token *index* of the reply, None when it is the model's to choose."""
        return self._tokens[index] if index < len(self._tokens) else None

    def evaluate(self, cache: PromptCache, token: int, index: int) -> int:
        """Evaluate *token*, number *index* of the reply; return the row of the last batch with its logits."""
        if index >= len(self._tokens):
            cache.evaluate([token])
            return -1
        if index not in self._batch:
            self._batch = range(index, min(index + _BATCH, len(self._tokens)))
            cache.evaluate(self._tokens[index : self._batch.stop], all_logits=True)
        return index - self._batch.start
