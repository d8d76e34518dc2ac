"""Prompt lookup: drafts the next tokens from where the last ones stood before; the model checks a draft in one batch.

It pays where a reply repeats what the context holds: code that is changed, a text that is quoted, a list that is
sorted. Nothing is taken on trust: every token is drawn by the sampler chain from the model's own logits, and a draft is
used as far as the draws agree with it. Source: prompt lookup decoding (2023), as in llama.cpp's ``examples/lookup``.
"""

from chatapp.engine.cache import PromptCache

_SIZES = (4, 3, 2)  # tokens of the n-grams, the surest first
_LONGEST = 16  # tokens; matches are measured up to here
# Length of the match, tokens to draft, and the steps that checking them takes besides the one that is due: Q4_K_M on
# two cores, where batches of 4, 8 and 16 suit the kernels best. Graphics cards take less.
_DRAFTS = ((16, 15, 4.6), (8, 7, 2.7), (2, 3, 1.4))
_SURE = 6  # tokens of a match that is tried even when guessing has not paid
_LEAST_CREDIT, _MOST_CREDIT = -4.0, 8.0  # steps; below the least one nothing is tried
_REPAID = 1 / 256  # steps a token: what ordinary text may lose


class NgramIndex:
    """The latest place of every short run of tokens; a few dictionary entries a token, no search."""

    def __init__(self) -> None:
        self._after: dict[int, dict[tuple[int, ...], int]] = {n: {} for n in _SIZES}
        self._done = 0

    def extend(self, tokens: list[int]) -> None:
        """Read what is new of *tokens*; what was read before must still be there."""
        for end in range(self._done, len(tokens)):
            for n in _SIZES:
                if end >= n:
                    self._after[n][tuple(tokens[end - n : end])] = end
        self._done = len(tokens)

    def find(self, tokens: list[int], last: int) -> tuple[int, int]:
        """Where in *tokens* what followed the same tokens as *tokens* and *last* end with, and how many those are.

        (0, 0) when they never stood before.
        """
        for n in _SIZES:
            at = self._after[n].get((*tokens[len(tokens) - n + 1 :], last), 0) if len(tokens) >= n else 0
            if at:
                length = n
                while length < min(_LONGEST, at) and tokens[at - 1 - length] == tokens[-length]:
                    length += 1
                return at, length
        return 0, 0


class Drafts:
    """The drafted tokens of one reply. Off (not *wanted*, or a memory that cannot be cut) it evaluates token by token.

    drafted   tokens that were evaluated ahead
    accepted  how many of them the sampler chain drew
    """

    def __init__(self, cache: PromptCache, *, wanted: bool) -> None:
        self.drafted = 0
        self.accepted = 0
        self._cache = cache
        self._index = NgramIndex() if wanted and cache.can_be_cut else None
        self._draft: list[int] = []  # the last tokens in the cache
        self._taken = 0  # of them
        self._cost = 0.0
        self._credit = 0.0  # steps that guesses have saved

    @property
    def n_past(self) -> int:
        """Tokens in the cache that belong to the reply or its prompt: all but those that are only a guess."""
        return len(self._cache.tokens) - len(self._draft) + self._taken

    def evaluate(self, token: int, room: int) -> int:
        """Evaluate *token*, drawn last; return the row of the last batch with its logits.

        *room*: how many tokens the reply may still have.
        """
        if self._taken < len(self._draft) and token == self._draft[self._taken]:
            self._taken += 1
            self.accepted += 1
            return self._taken
        self.drop()
        draft = self._propose(token, room - 1) if self._index is not None else []
        self._cache.evaluate([token, *draft], all_logits=bool(draft))
        self._draft = draft
        self.drafted += len(draft)
        return 0 if draft else -1

    def drop(self) -> None:
        """Forget what was evaluated ahead and not used."""
        if not self._draft:
            return
        self._credit = min(_MOST_CREDIT, self._credit + self._taken - self._cost)
        past, unused = self.n_past, len(self._draft) - self._taken
        self._draft, self._taken = [], 0
        if unused:
            self._cache.cut(past)

    def _propose(self, token: int, room: int) -> list[int]:
        """At most *room* tokens that may follow *token*; none when nothing matches or guessing has not paid."""
        assert self._index is not None
        known = self._cache.tokens
        self._index.extend(known)
        self._credit = min(_MOST_CREDIT, self._credit + _REPAID)
        at, length = self._index.find(known, token)
        if not at or self._credit < (_LEAST_CREDIT if length >= _SURE else 0):
            return []
        size, self._cost = next((size, cost) for least, size, cost in _DRAFTS if length >= least)
        draft: list[int] = []
        for index in range(at, at + min(size, room, self._cache.room - 1)):
            beyond = index - len(known)  # a match that reaches into itself, as in "ha ha ha"
            draft.append(known[index] if beyond < 0 else draft[beyond - 1] if beyond else token)
        return draft
