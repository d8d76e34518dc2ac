"""The native sampler chain of one reply."""

import secrets
from collections.abc import Sequence
from typing import Any, Self

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it

from chatapp.core.generation import MAX_SEED, SamplingParams


class SamplerChain:
    """penalties → top-k → top-p → min-p → temperature → draw, or the likeliest token at temperature 0.

    *seed* is the one in use, drawn when the parameters leave it open. A sampler its value switches off is left out.
    Use as a context manager; the chain is native memory.
    """

    def __init__(self, params: SamplingParams, n_vocab: int, n_ctx: int) -> None:
        self.seed = params.seed if params.seed is not None else secrets.randbelow(MAX_SEED + 1)
        self._chain: Any = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
        last_n = n_ctx if params.repeat_last_n < 0 else params.repeat_last_n
        self._remembers = last_n if params.repeat_penalty != 1.0 else 0
        if self._remembers:
            self._add(C.llama_sampler_init_penalties(n_vocab, self._remembers, params.repeat_penalty, 0.0, 0.0))
        if params.temperature == 0:
            self._add(C.llama_sampler_init_greedy())
            return
        if params.top_k > 0:
            self._add(C.llama_sampler_init_top_k(params.top_k))
        if params.top_p < 1:
            self._add(C.llama_sampler_init_top_p(params.top_p, 1))
        if params.min_p > 0:
            self._add(C.llama_sampler_init_min_p(params.min_p, 1))
        self._add(C.llama_sampler_init_temp(params.temperature))
        self._add(C.llama_sampler_init_dist(self.seed))

    @property
    def handle(self) -> Any:
        """The native chain."""
        return self._chain

    def accept_prompt(self, tokens: Sequence[int]) -> None:
        """Let the penalties see the end of the prompt."""
        for token in tokens[len(tokens) - min(len(tokens), self._remembers) :]:
            C.llama_sampler_accept(self._chain, token)

    def accept(self, token: int) -> None:
        """Let the samplers see a token of the reply that was not drawn."""
        C.llama_sampler_accept(self._chain, token)

    def sample(self, context: Any) -> int:
        """Draw from the last logits of *context* and remember the token."""
        return int(C.llama_sampler_sample(self._chain, context, -1))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        C.llama_sampler_free(self._chain)  # frees the samplers it holds, too

    def _add(self, sampler: Any) -> None:
        C.llama_sampler_chain_add(self._chain, sampler)
