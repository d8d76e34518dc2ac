"""`GivenTokens`: the tokens a reply must begin with, evaluated in batches of which every row's logits are read."""

from collections.abc import Sequence

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.backend import Listener
from chatapp.engine.cache import PromptCache

NO_TOKEN = QT_TRANSLATE_NOOP("reasons", "Token {token} is not in the vocabulary of {count} tokens")

_BATCH = 32  # tokens; a row of logits is n_vocab floats: 20 MB for a batch with 152,000


class GivenTokens:
    """The given beginning of one reply, put in by id.

    They are evaluated again even where the cache knows them: it keeps no logits, and the trace needs them. Not so those
    that the asker has the trace of: see `LlamaBackend`.

    row  of the last batch, with the logits of the token that was evaluated last
    """

    def __init__(self, tokens: Sequence[int], n_vocab: int) -> None:
        self._tokens = checked_ids(tokens, n_vocab)
        self._batch = range(0)  # which of them the last batch held
        self.row = 0

    def __len__(self) -> int:
        return len(self._tokens)

    def first(self, count: int) -> list[int]:
        """The first *count* of them."""
        return self._tokens[:count]

    def at(self, index: int) -> int | None:
        """Token *index* of the reply, None when it is the model's to choose."""
        return self._tokens[index] if index < len(self._tokens) else None

    def evaluate(self, cache: PromptCache, index: int, listener: Listener) -> bool:
        """Evaluate given token *index*; False when it was cancelled."""
        if index not in self._batch:
            self._batch = range(index, min(index + _BATCH, len(self._tokens)))
            tokens = self._tokens[index : self._batch.stop]
            if not cache.evaluate(tokens, all_logits=True, cancelled=listener.cancelled):
                return False
        self.row = index - self._batch.start
        return True


def checked_ids(tokens: Sequence[int], n_vocab: int) -> list[int]:
    """*tokens* as a list; raise `RequestError` for one that is not in the vocabulary."""
    wrong = next((token for token in tokens if not 0 <= token < n_vocab), None)
    if wrong is not None:
        raise RequestError(ErrorCode.INVALID_ARGUMENT, reason=NO_TOKEN, token=str(wrong), count=str(n_vocab))
    return list(tokens)
