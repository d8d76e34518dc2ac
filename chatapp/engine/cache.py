"""`PromptCache`: which tokens the chat context holds, and what was saved of those it had to give up.

The context keeps one branch, its cells in the order of positions. What another branch needs cut away is copied out
first, and copied back when a prompt leads there again; copying takes about a thousandth of evaluating (Qwen2.5 0.5B on
two cores: 10 ms and 11 s for 1,000 tokens), so it is done for all but a few tokens.

A memory that cannot be cut (recurrent, hybrid, windowed without its full size) is saved as a whole, where prompts are
likely to part: after a reply, and before the last token of a prompt.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import psutil

from chatapp.core.errors import EngineError, ErrorCode
from chatapp.core.generation import CacheUse
from chatapp.engine import log
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Context
from chatapp.engine.saved_states import Copy, Ids, SavedState, SavedStates, shared

_LEAST = 8  # tokens; fewer ride along in the next batch at no cost to speak of, and would crowd the list of states
_PIECE = 256  # tokens in a saved state, so that one that is needed in part is not copied back whole
_LARGEST_BUDGET = 2 << 30  # bytes


@dataclass(frozen=True, slots=True)
class Reuse:
    """How much of a prompt need not be evaluated (tokens), and how many of these had to be copied back."""

    tokens: int
    restored: int
    use: CacheUse


class PromptCache:
    """The memory of *context*, and states saved from it in at most *budget* bytes.

    tokens   what is in the context's memory, in order; true after every call, errors included
    """

    def __init__(self, context: Context, budget: int, *, least: int = _LEAST) -> None:
        self._context = context
        self._least = least
        self.tokens: list[int] = []
        self.saved = SavedStates(budget)

    def reuse(self, prompt: list[int], *, keep: bool = True) -> Reuse:
        """Bring as much as is known of *prompt* into the memory and cut it there.

        The last token of the prompt is always left to evaluate, since its logits are needed. Without *keep* what is cut
        away is not saved.
        """
        wanted = _ids(prompt[:-1])
        reuse = self._reuse_pieces if self._context.can_be_cut else self._reuse_whole
        return reuse(wanted, keep=keep)

    def process(self, prompt: list[int], listener: Listener, reused: int) -> bool:
        """Evaluate what is missing of *prompt*; False when it was cancelled (what was evaluated stays)."""
        context = self._context
        # Regenerating leads back to the token before the last; what cannot be cut must be saved there.
        stop = len(prompt) if context.can_be_cut or not self.saved.budget else len(prompt) - 1
        while (at := len(self.tokens)) < len(prompt):
            if at == stop:
                self._save_whole()
                stop = len(prompt)
            batch = prompt[at : min(stop, at + context.n_batch)]
            if listener.cancelled() or not self.evaluate(batch, cancelled=listener.cancelled):
                return False
            listener.prompt_progress(len(self.tokens), len(prompt), reused)
        return True

    def evaluate(
        self, tokens: list[int], *, all_logits: bool = False, cancelled: Callable[[], bool] | None = None
    ) -> bool:
        """Decode *tokens* (at most n_batch) after those that are there; False when aborted, also by *cancelled*."""
        context = self._context
        if cancelled is not None:
            context.on_abort(cancelled)
        try:
            code = context.decode(tokens, len(self.tokens), all_logits=all_logits)
        finally:
            if cancelled is not None:
                context.on_abort(None)
        if code == 0:
            self.tokens += tokens
            return True
        # Whole ubatches may have got through, and the rest of the batch may have left traces.
        self.tokens += tokens[: max(0, len(context) - len(self.tokens))]
        if not (context.can_be_cut and self._cut(len(self.tokens))):
            self.forget()
        if code == 2:  # aborted
            return False
        raise _failed(code)

    def try_out(self, token: int, count: int) -> bool:
        """Decode *token* *count* times (at most `room`) at the next position, with logits, and forget it; only where
        `can_be_cut`. False when aborted. The copies see each other unless `AttentionRecorder.change` hides them."""
        context = self._context
        code = context.decode([token] * count, len(self.tokens), all_logits=True, in_place=True)
        self.cut(len(self.tokens))
        if code not in (0, 2):
            raise _failed(code)
        return code == 0

    @property
    def can_be_cut(self) -> bool:
        """Whether `cut` works with this kind of memory."""
        return self._context.can_be_cut

    @property
    def room(self) -> int:
        """Tokens that can still be evaluated, at most a batch."""
        return min(self._context.n_batch, self._context.n_ctx - len(self.tokens))

    def cut(self, position: int) -> None:
        """Drop the tokens from *position* on, unsaved; only where `can_be_cut`."""
        if not self._cut(position):
            self.forget()
            raise EngineError(ErrorCode.ENGINE_CRASHED, outcome="llama_memory_seq_rm failed", details=log.last_error())

    def forget(self, *, saved: bool = False) -> None:
        """Empty the context; with *saved* drop the saved states, too (they are of other weights now)."""
        self._context.clear()
        self.tokens.clear()
        if saved:
            self.saved.clear()

    def drop(self, position: int) -> None:
        """Forget what lies from *position* on without saving it."""
        if position < len(self.tokens) and not (self._context.can_be_cut and self._cut(position)):
            self.forget()

    # -- memory that can be cut ----------------------------------------------------------------------------------------

    def _reuse_pieces(self, wanted: Ids, *, keep: bool) -> Reuse:
        live = _ids(self.tokens)
        at = shared(live, wanted)
        chain = self.saved.chain(wanted, at)
        self.saved.touch(chain)
        if at < len(live):
            if keep:
                self._save_from(live, at, chain)
            if not self._cut(at):
                self.forget()
                return Reuse(0, 0, CacheUse.LOST)
        for state in chain:
            if not self._restore(state, shared(state.ids, wanted)):
                break
        restored = max(0, len(self.tokens) - at)
        return Reuse(len(self.tokens), restored, _use(len(self.tokens), restored))

    def _save_from(self, live: Ids, at: int, pinned: list[SavedState]) -> None:
        """Save what of *live* from *at* on is not yet, last piece first: the first ones shall be evicted last."""
        known = self.saved.chain(live, at)
        self.saved.touch([state for state in known if state not in pinned])
        at = max([at, *(shared(state.ids, live) for state in known)])
        size = min(_PIECE, self._context.longest_save)
        if len(live) - at < self._least or not size:
            return
        # The token before, too: it ends the prompt, and another reply to it evaluates it anew for its logits, with
        # numbers that are not quite those that were seen from here.
        for start in reversed(range(max(0, at - 1), len(live), size)):
            end = min(start + size, len(live))
            self.saved.add(live[:end], start, self._copier(start, end), pinned)

    def _restore(self, state: SavedState, until: int) -> bool:
        """Put *state* in and keep it up to *until*; on failure drop it and empty the context."""
        self._cut(state.start)
        if self._context.restore(state.data, state.start) and len(self._context) == state.end:
            self.tokens += state.ids[state.start :].tolist()
            if until == state.end or self._cut(until):
                return True
        self.saved.drop(state)
        self.forget()
        return False

    def _cut(self, position: int) -> bool:
        """Forget everything from *position* on; False when the memory did not do it."""
        del self.tokens[position:]
        return self._context.cut(position) and len(self._context) == position

    # -- memory that cannot --------------------------------------------------------------------------------------------

    def _reuse_whole(self, wanted: Ids, *, keep: bool) -> Reuse:
        live = _ids(self.tokens)
        at = shared(live, wanted)
        if keep:
            self._save_whole()  # it is the end of a reply: here a later prompt may turn off
        best = self.saved.longest_whole(wanted)
        if at == len(live) and (best is None or best.end <= at):
            return Reuse(at, 0, _use(at, 0))
        self.forget()
        if best is None:
            return Reuse(0, 0, CacheUse.LOST if at else CacheUse.NONE)
        self.saved.touch([best])
        if not self._restore(best, best.end):
            return Reuse(0, 0, CacheUse.LOST)
        return Reuse(best.end, best.end, CacheUse.RESTORED)

    def _save_whole(self) -> None:
        live = _ids(self.tokens)
        if not len(live) or not self._context.longest_save:
            return
        known = self.saved.longest_whole(live)
        if known is not None and known.end == len(live):
            self.saved.touch([known])
        else:
            self.saved.add(live, 0, self._copier(0, len(live)))

    def _copier(self, start: int, end: int) -> Copy:
        return lambda fits: self._context.save(start, end, fits)


def default_budget() -> int:
    """Bytes for saved states when the user leaves it open: a tenth of the free memory, at most 2 GiB."""
    return min(_LARGEST_BUDGET, psutil.virtual_memory().available // 10)


def _failed(code: int) -> EngineError:
    return EngineError(ErrorCode.ENGINE_CRASHED, outcome=f"llama_decode returned {code}", details=log.last_error())


def _ids(tokens: list[int]) -> Ids:
    return np.array(tokens, np.int32)


def _use(tokens: int, restored: int) -> CacheUse:
    if restored:
        return CacheUse.RESTORED
    return CacheUse.REUSED if tokens else CacheUse.NONE
