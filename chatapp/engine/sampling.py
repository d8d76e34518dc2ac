"""The native sampler chain of one reply.

Sources: penalties (Keskar et al. 2019, arXiv:1909.05858), top-k (Fan et al. 2018), top-p (Holtzman et al. 2019,
arXiv:1904.09751), typical-p (Meister et al. 2022, arXiv:2202.00666), mirostat (Basu et al. 2020, arXiv:2007.14966),
min-p (Nguyen et al. 2024, arXiv:2407.01082), top-n-sigma (Tang et al. 2024, arXiv:2411.07641), DRY and XTC
(text-generation-webui pull requests 5677 and 6335), adaptive-p (llama.cpp pull request 17927).
"""

import ctypes
import secrets
from collections.abc import Sequence
from typing import Any, Self

import llama_cpp.llama_cpp as C  # noqa: N812 - the C API, as its own examples name it
import numpy as np
from numpy.typing import NDArray

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.probability import TOP_K, Distribution
from chatapp.core.sampling import BAN, FIRST, IMPOSSIBLE, MAX_SEED, SamplingParams, invalid
from chatapp.core.stages import StageRow, StageTrace, chain_of
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine.grammar import grammar_sampler

TOKEN_RANGE = QT_TRANSLATE_NOOP("reasons", "this model's tokens are numbered from 0 to {high}")

_MIROSTAT_M = 100  # llama.cpp's own
_FEW = 256  # candidates; where the first stage leaves more, the chain starts from all
_DATA = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class SamplerChain:
    """logit bias, grammar → the stages in the user's order → draw, or the likeliest token at temperature 0.

    *seed* is the one in use, drawn when the parameters leave it open. A sampler its value switches off is left out;
    at temperature 0 the stages that truncate are, too. *stages* are the names of what is there, "raw" first.
    *wants* is how many of the likeliest tokens are all that the chain looks at (a top-k comes first, or nothing but the
    likeliest is taken); 0 when it needs all.
    Use as a context manager; the chain is native memory.
    """

    def __init__(self, params: SamplingParams, n_vocab: int, n_ctx: int, vocab: Any = None) -> None:
        self.seed = params.seed if params.seed is not None else secrets.randbelow(MAX_SEED + 1)
        self.stages: tuple[str, ...] = ("raw",)
        self._n_vocab = n_vocab
        self._n_ctx = n_ctx
        self._vocab = vocab
        self._parts: list[int] = []  # for each sampler of the chain the stage it belongs to
        self._remember: list[tuple[Any, int]] = []  # samplers that look at earlier tokens, and how many of them
        self._can_forbid = False
        self._grammar: Any = None
        self._all = np.arange(n_vocab, dtype=np.int32)
        self._buffer = np.zeros(n_vocab, _DATA)
        self._pointer = self._buffer.ctypes.data_as(C.llama_token_data_p)
        self.wants = 0
        self._chain: Any = C.llama_sampler_chain_init(C.llama_sampler_chain_default_params())
        try:
            self._build(params)
        except BaseException:
            self.__exit__()
            raise

    def _build(self, params: SamplingParams) -> None:
        for stage in chain_of(params)[1:]:
            self.stages += (stage,)
            getattr(self, f"_add_{stage}")(params)
        first = self.stages[1]
        if first == "greedy":
            self.wants = 1
        elif first == "top_k" and params.top_k <= _FEW:
            self.wants = params.top_k

    # -- the stages ----------------------------------------------------------------------------------------------------

    def _add_logit_bias(self, params: SamplingParams) -> None:
        for token, bias in params.logit_bias:
            if token >= self._n_vocab:
                raise invalid("logit_bias", f"{token}: {bias:g}", TOKEN_RANGE, high=str(self._n_vocab - 1))
        biases = [
            C.llama_logit_bias(token=token, bias=float("-inf") if bias <= -BAN else bias)
            for token, bias in params.logit_bias
        ]
        array = (C.llama_logit_bias * len(biases))(*biases)
        self._add(C.llama_sampler_init_logit_bias(self._n_vocab, len(biases), array))
        self._drop_impossible()
        self._can_forbid = True

    def _add_grammar(self, params: SamplingParams) -> None:
        self._grammar = grammar_sampler(self._vocab, params)
        self._add(self._grammar)
        self._drop_impossible()
        self._can_forbid = True

    def _add_penalties(self, params: SamplingParams) -> None:
        count = self._window(params.repeat_last_n)
        sampler = C.llama_sampler_init_penalties(
            self._n_vocab, count, params.repeat_penalty, params.frequency_penalty, params.presence_penalty
        )
        self._add(sampler)
        self._remember.append((sampler, count))

    def _add_dry(self, params: SamplingParams) -> None:
        count = self._window(params.dry_last_n)
        breakers = [text.encode("utf-8", "replace") for text in params.dry_breakers]
        sampler = C.llama_sampler_init_dry(
            self._vocab,
            params.dry_multiplier,
            params.dry_base,
            params.dry_allowed_length,
            count,
            (ctypes.c_char_p * len(breakers))(*breakers),
            len(breakers),
        )
        self._add(sampler)
        self._remember.append((sampler, count))

    def _add_top_n_sigma(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_top_n_sigma(params.top_n_sigma))
        self._drop_impossible()

    def _add_top_k(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_top_k(params.top_k))

    def _add_typical_p(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_typical(params.typical_p, 1))

    def _add_top_p(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_top_p(params.top_p, 1))

    def _add_min_p(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_min_p(params.min_p, 1))

    def _add_xtc(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_xtc(params.xtc_probability, params.xtc_threshold, 1, self.seed))

    def _add_temperature(self, params: SamplingParams) -> None:
        if params.dynatemp_range > 0:
            self._add(
                C.llama_sampler_init_temp_ext(params.temperature, params.dynatemp_range, params.dynatemp_exponent)
            )
        else:
            self._add(C.llama_sampler_init_temp(params.temperature))

    def _add_greedy(self, _params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_greedy())

    def _add_mirostat(self, params: SamplingParams) -> None:
        tau, eta = params.mirostat_tau, params.mirostat_eta
        self._add(C.llama_sampler_init_mirostat(self._n_vocab, self.seed, tau, eta, _MIROSTAT_M))

    def _add_mirostat_v2(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_mirostat_v2(self.seed, params.mirostat_tau, params.mirostat_eta))

    def _add_adaptive_p(self, params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_adaptive_p(params.adaptive_target, params.adaptive_decay, self.seed))

    def _add_draw(self, _params: SamplingParams) -> None:
        self._add(C.llama_sampler_init_dist(self.seed))

    def _drop_impossible(self) -> None:
        """Remove tokens whose logit became -inf: some samplers that follow compute nan from them."""
        self._add(C.llama_sampler_init_min_p(IMPOSSIBLE, 1))

    def _window(self, last_n: int) -> int:
        return self._n_ctx if last_n < 0 else min(last_n, self._n_ctx)

    def _add(self, sampler: Any) -> None:
        C.llama_sampler_chain_add(self._chain, sampler)
        self._parts.append(len(self.stages) - 1)

    # -- sampling ------------------------------------------------------------------------------------------------------

    @property
    def handle(self) -> Any:
        """The native chain."""
        return self._chain

    def accept_prompt(self, tokens: Sequence[int]) -> None:
        """Let the penalties see the end of the prompt (not the grammar: see `accept_written`)."""
        for sampler, count in self._remember:
            for token in tokens[len(tokens) - min(len(tokens), count) :]:
                C.llama_sampler_accept(sampler, token)

    def accept_written(self, tokens: Sequence[int]) -> None:
        """Let the grammar go on behind *tokens* of the prompt; where they do not follow it, it begins behind them."""
        for token in tokens if self._grammar else ():
            if not self._allows(token):
                C.llama_sampler_reset(self._grammar)
                return
            C.llama_sampler_accept(self._grammar, token)

    def accept(self, token: int) -> None:
        """Remember *token*, which was given and not drawn; raise `RequestError` where the grammar forbids it."""
        if self._grammar and not self._allows(token):
            raise RequestError(ErrorCode.GRAMMAR_STUCK)
        C.llama_sampler_accept(self._chain, token)

    def _allows(self, token: int) -> bool:
        """Whether the grammar does; llama.cpp aborts when it has to accept what it would not have allowed."""
        only = C.llama_token_data_array(
            data=(C.llama_token_data * 1)(C.llama_token_data(id=token, logit=0.0, p=0.0)),
            size=1,
            selected=-1,
            sorted=False,
        )
        C.llama_sampler_apply(self._grammar, ctypes.byref(only))
        return bool(only.data[0].logit >= 0)

    def given_row(self, dist: Distribution, logit: float) -> StageRow:
        """The stage view of a token that was given: the raw distribution, and nothing after it."""
        logprobs = np.array([logit - dist.log_z], np.float32)
        rows = StageTrace.of_given(self.stages, self._n_vocab, logprobs, dist.top_logprobs[None, :TOP_K])
        return StageRow(rows.left[0], rows.probs[0], rows.drawn[0])

    def sample(self, context: Any, logits: NDArray[np.float32], top_ids: NDArray[np.int32], row: int = -1) -> int:
        """Draw from *logits*, row *row* of *context*'s last batch, and remember the token.

        *top_ids* are the likeliest, best first. When they are as many as the chain `wants`, it looks at nothing else.
        """
        if self._can_forbid:  # llama.cpp aborts when nothing is left; ours says so
            return self.sample_stages(logits, None)[0]
        if not 0 < self.wants <= len(top_ids):
            return int(C.llama_sampler_sample(self._chain, context, row))
        array = self._array(top_ids[: self.wants], logits[top_ids[: self.wants]])
        C.llama_sampler_apply(self._chain, ctypes.byref(array))
        token = int(array.data[array.selected].id)
        C.llama_sampler_accept(self._chain, token)
        return token

    def sample_stages(
        self, logits: NDArray[np.float32], top_ids: NDArray[np.int32] | None, k: int | None = None
    ) -> tuple[int, StageRow | None]:
        """Draw from *logits* as `sample` does, stage by stage; with *top_ids* say what each stage left of them.

        With *k* only of the first *k* of them; then they are the likeliest, best first, and at least `wants`.
        """
        array = self._array(self._all, logits)
        seen: list[tuple[int, NDArray[np.int32], NDArray[np.float32]]] = []
        if top_ids is not None:
            seen.append(_snapshot(array))
            if k is not None and 0 < self.wants <= len(top_ids):
                array = self._array(top_ids[: self.wants], logits[top_ids[: self.wants]])
        for at, stage in enumerate(self._parts):
            if self._apply(at, array) and top_ids is not None:
                seen.append(_snapshot(array, greedy=self.stages[stage] == "greedy"))
        if not 0 <= array.selected < array.size:
            raise RequestError(ErrorCode.GRAMMAR_STUCK)
        token = int(array.data[array.selected].id)
        C.llama_sampler_accept(self._chain, token)
        return token, None if top_ids is None else self._row(seen, top_ids[:k], token)

    def stages_left(
        self, logits: NDArray[np.float32]
    ) -> tuple[tuple[str, ...], NDArray[np.int32], NDArray[np.float32]]:
        """What every stage but the draw leaves of *logits*, float32 (V,): names, left (S,), probabilities (S, V).

        No token is drawn or remembered.
        """
        names = self.stages[:-1]
        left, probs = np.zeros(len(names), np.int32), np.zeros((len(names), self._n_vocab), np.float32)
        array = self._array(self._all, logits)
        left[0], ids, values = _snapshot(array)
        probs[0, ids] = values
        for at, stage in enumerate(self._parts):
            if stage < len(names) and self._apply(at, array):
                left[stage], ids, values = _snapshot(array)
                probs[stage, ids] = values
        return names, left, probs

    def _apply(self, at: int, array: Any) -> bool:
        """Apply sampler number *at*; whether it is the last one of its stage."""
        C.llama_sampler_apply(C.llama_sampler_chain_get(self._chain, at), ctypes.byref(array))
        stage = self._parts[at]
        if at + 1 < len(self._parts) and self._parts[at + 1] == stage:
            return False
        if self.stages[stage] in FIRST and not _possible(array):
            raise RequestError(ErrorCode.GRAMMAR_STUCK)
        return True

    def _array(self, ids: NDArray[np.int32], logits: NDArray[np.float32]) -> Any:
        """llama.cpp's array of candidates; it is valid until the next one is made."""
        buffer = self._buffer[: len(ids)]
        buffer["id"], buffer["logit"], buffer["p"] = ids, logits, 0
        return C.llama_token_data_array(data=self._pointer, size=len(ids), selected=-1, sorted=False)

    def _row(
        self, seen: list[tuple[int, NDArray[np.int32], NDArray[np.float32]]], top_ids: NDArray[np.int32], token: int
    ) -> StageRow:
        wanted = np.append(top_ids, np.int32(token))
        probs = np.zeros((len(seen), len(wanted)), np.float32)
        found = np.zeros(self._n_vocab, np.float32)
        for at, (_, ids, values) in enumerate(seen):
            found[ids] = values
            probs[at] = found[wanted]
            found[ids] = 0
        return StageRow(np.array([n for n, _, _ in seen], np.int32), probs[:, :-1], probs[:, -1])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        C.llama_sampler_free(self._chain)  # frees the samplers it holds, too


def _view(array: Any) -> NDArray[Any]:
    address = ctypes.addressof(array.data.contents)
    raw = (ctypes.c_uint8 * (array.size * _DATA.itemsize)).from_address(address)
    return np.frombuffer(raw, _DATA)


def _possible(array: Any) -> bool:
    return array.size > 0 and bool(np.isfinite(_view(array)["logit"]).any())


def _snapshot(array: Any, *, greedy: bool = False) -> tuple[int, NDArray[np.int32], NDArray[np.float32]]:
    """How many candidates are left, their ids and (softmax of what the logits are now) their probabilities."""
    view = _view(array)
    if greedy:
        return 1, view["id"][[array.selected]].copy(), np.ones(1, np.float32)
    logits = view["logit"]
    weights = np.exp(logits - logits.max(), dtype=np.float32)
    total = float(weights.sum(dtype=np.float64))
    return int(np.count_nonzero(weights)), view["id"].copy(), weights / np.float32(total)
