"""Every step of one token through one layer and head: what the model computed, and the same recomputed in NumPy.

The prefix is read in a context of its own, with flash attention off (scores and weights are nodes only then) and a KV
cache of floats, so that a difference is the arithmetic's and not the cache's.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core import step_by_step as maths
from chatapp.core.errors import EngineError, ErrorCode, RequestError
from chatapp.core.probability import top_ids
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.engine import log
from chatapp.engine.attending import NO_LAYERS
from chatapp.engine.backend import Listener
from chatapp.engine.llama import Context, Model
from chatapp.engine.predicting import follow
from chatapp.engine.reading import Passage, Reader, cancelled
from chatapp.engine.sampling import SamplerChain
from chatapp.engine.step_capture import StepCapture
from chatapp.engine.weight_file import WeightFile
from chatapp.protocol.messages import Steps, StepsTaken

F32 = NDArray[np.float32]

LONGEST = 1024  # tokens
TOP = 12  # tokens whose logits are recomputed
RECOMPUTED = frozenset({"llama", "qwen2", "qwen3", "gpt2", "gemma3", "bloom"})  # architectures with the formulas below

TOO_LONG = QT_TRANSLATE_NOOP(
    "reasons",
    "Step by step reads at most {most} tokens, and {count} stand here. Choose an earlier token, or an example",
)
NO_SUCH_LAYER = QT_TRANSLATE_NOOP("reasons", "Layers are numbered 0 to {high}")
NO_SUCH_HEAD = QT_TRANSLATE_NOOP("reasons", "Heads are numbered 0 to {high}")
NOT_THIS_LAYER = QT_TRANSLATE_NOOP("reasons", "this layer has another kind of memory. Choose another layer")
WITH_ADAPTERS = QT_TRANSLATE_NOOP("reasons", "Step by step reads the model without adapters. Take them off first")
OTHER_FORMULA = QT_TRANSLATE_NOOP("reasons", "not recomputed: “{architecture}” models may use another formula here")
NO_NODE = QT_TRANSLATE_NOOP("reasons", "not recomputed: this model computes it in another way")
IN_ONE_GO = QT_TRANSLATE_NOOP("reasons", "scale, mask and softmax are one node in llama.cpp: compare the next step")
SEVERAL_FILES = QT_TRANSLATE_NOOP("reasons", "not recomputed: the weights of this model lie in several files")
OTHER_ROPE = QT_TRANSLATE_NOOP("reasons", "not recomputed: the positions are stretched (YaRN) or of several dimensions")
CAPPED = QT_TRANSLATE_NOOP("reasons", "not recomputed: the scores are capped or biased by distance in this model")


def take(request: Steps, reader: Reader, listener: Listener, n_threads: int) -> StepsTaken:
    """Read the prefix and collect its last token's numbers; raise `RequestError` for what cannot be."""
    model = reader.model
    if any(adapter.scale for adapter in request.prefix.adapters):
        raise _refused(WITH_ADAPTERS)
    if not 0 <= request.layer < model.n_layer:
        raise _refused(NO_SUCH_LAYER, high=str(model.n_layer - 1))
    if model.n_head < 1:
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NO_LAYERS)
    if not 0 <= request.head < model.n_head:
        raise _refused(NO_SUCH_HEAD, high=str(model.n_head - 1))
    passage = reader.passage(request.prefix)
    tokens = passage.tokens
    if len(tokens) > LONGEST:
        raise _refused(TOO_LONG, most=str(LONGEST), count=str(len(tokens)))
    capture = _read(model, request, tokens, listener, n_threads)
    if "weights" not in capture.parts:
        raise RequestError(ErrorCode.NO_ATTENTION, reason=NOT_THIS_LAYER)
    with WeightFile(model.path) as weights:
        work = _Work(model, request, tokens, capture, weights)
        work.run(listener)
    chosen, drawn = _sampled(request, reader, passage, capture.parts["logits"], work.top)
    work.captured["chosen"] = chosen
    return work.answer(drawn)


def _read(model: Model, request: Steps, tokens: list[int], listener: Listener, n_threads: int) -> StepCapture:
    done = 0

    def on_layer(layer: int) -> None:
        listener.prompt_progress(done * model.n_layer + layer * size, len(tokens) * model.n_layer, 0)

    capture = StepCapture(request.layer, request.head, model.n_layer, on_layer)
    log.clear_errors()
    context = Context(
        model, len(tokens), n_threads=n_threads, flash_attention="off", kv_type="f32", cb_eval=capture.callback
    )
    try:
        context.on_abort(listener.cancelled)
        while done < len(tokens):
            part = tokens[done : done + context.n_batch]
            size = len(part)
            capture.begin()
            code = context.decode(part, done)
            if listener.cancelled():
                raise cancelled()
            if capture.error is not None:
                raise capture.error
            if code:
                outcome = f"llama_decode returned {code}"
                raise EngineError(ErrorCode.ENGINE_CRASHED, outcome=outcome, details=log.last_error())
            done += size
    finally:
        context.close()
    capture.finish()
    return capture


class _Work:
    """One answer in the making."""

    def __init__(
        self, model: Model, request: Steps, tokens: list[int], capture: StepCapture, weights: WeightFile
    ) -> None:
        self._model, self._request, self._tokens, self._weights = model, request, tokens, weights
        self._facts, self._rope = capture.facts, capture.rope
        self._architecture = model.meta("general.architecture")
        self._prefix = f"blk.{request.layer}."
        self._width = len(capture.parts["result_norm"])
        self._head, self._heads, self.kv_heads = (
            int(self._facts[name]) for name in ("head_size", "n_head", "n_head_kv")
        )
        self.kv_head = request.head * self.kv_heads // self._heads
        self.captured = dict(capture.parts)
        self.recomputed: dict[str, F32] = {}
        self.reasons: dict[str, str] = {}
        self._split_heads()
        self.top = top_ids(self.captured["logits"], min(TOP, model.n_vocab)).astype(np.int32)
        self.captured["logits"] = self.captured["logits"][self.top]

    def _split_heads(self) -> None:
        """Out of the rows of all heads those of the chosen one and of its keys and values; the last token's apart."""
        found, size, heads = self.captured, self._head, self._heads
        fused = found.pop("qkv", None)
        if fused is not None:
            keys = heads * size
            values = keys + self.kv_heads * size
            found["q"], found["k"], found["v"] = fused[-1, :keys], fused[:, keys:values], fused[:, values:]
        self._fused = fused is not None
        if "q" in found:
            found["q"] = _part(found["q"], self._request.head, heads)
        for name in ("k", "v", "k_norm", "k_rot"):
            if name in found:
                found[name] = _part(found[name], self.kv_head, self.kv_heads)
        count = len(self._tokens)
        for name in ("scores", "weights", "mask"):
            found[name] = found[name][:count]
        for name, source in (("keys", "k_rot"), ("keys", "k_norm"), ("keys", "k"), ("values", "v")):
            if source in found:
                found.setdefault(name, found[source])
        self._flat = found.pop("k_norm", found.get("k"))  # keys of all tokens before they are turned
        if "k_norm" not in found and self._flat is not None and self._flat is not found.get("k"):
            found["k_norm"] = self._flat[-1]
        for name in ("k", "v", "k_rot"):
            if name in found:
                found[name] = found[name][-1]

    def run(self, listener: Listener) -> None:
        """Recompute what can be."""
        steps: dict[str, Callable[[dict[str, F32]], F32 | None]] = {
            "embedding": lambda _: self._weights.rows("token_embd.weight", self._tokens[-1], 1, self._width)[0],
            "learned": lambda _: self._weights.rows("position_embd.weight", len(self._tokens) - 1, 1, self._width)[0],
            "start": self._start,
            "attn_norm": lambda c: self._norm(c["layer_in"], self._prefix + "attn_norm"),
            "q": lambda c: self._project("q", c["attn_norm"]),
            "k": lambda c: self._project("k", c["attn_norm"]),
            "v": lambda c: self._project("v", c["attn_norm"]),
            "q_norm": lambda c: self._norm(c["q"], self._prefix + "attn_q_norm"),
            "k_norm": lambda c: self._norm(c["k"], self._prefix + "attn_k_norm"),
            "q_rot": self._turned_query,
            "k_rot": lambda c: self._turn(self._flat)[-1:].ravel() if self._rope and self._flat is not None else None,
            "keys": lambda _: self._turn(self._flat) if self._rope and self._flat is not None else None,
            "scores": lambda c: c["keys"] @ self._query(c),
            "scaled": self._scaled,
            "weights": lambda c: maths.softmax(self._scaled(c), self._facts.get("sink")),
            "mix": lambda c: c["weights"] @ c["values"],
            "attn_out": lambda c: self._linear(c["joined"], self._prefix + "attn_output", self._width),
            "attn_post": lambda c: self._norm(c["attn_out"], self._prefix + "post_attention_norm"),
            "ffn_inp": lambda c: c["layer_in"] + c.get("attn_post", c["attn_out"]),
            "ffn_norm": lambda c: self._norm(c["ffn_inp"], self._prefix + "ffn_norm"),
            "ffn_gate": lambda c: self._linear(c["ffn_norm"], self._prefix + "ffn_gate", len(c["ffn_gate"])),
            "ffn_up": lambda c: self._linear(c["ffn_norm"], self._prefix + "ffn_up", len(c["ffn_up"])),
            "ffn_hidden": self._hidden,
            "ffn_out": lambda c: self._linear(c["ffn_hidden"], self._prefix + "ffn_down", self._width),
            "ffn_post": lambda c: self._norm(c["ffn_out"], self._prefix + "post_ffw_norm"),
            "l_out": lambda c: c["ffn_inp"] + c.get("ffn_post", c["ffn_out"]),
            "result_norm": lambda c: self._norm(c["last"], "output_norm"),
            "logits": self._logits,
        }
        refused = "" if self._architecture in RECOMPUTED else OTHER_FORMULA
        if int(self._model.meta("split.count") or 0) > 1:
            refused = SEVERAL_FILES
        special = self._facts.get("capped") or self._facts.get("max_bias")
        for name, make in steps.items():
            if listener.cancelled():
                raise cancelled()
            if name not in self.captured and name != "scaled":
                continue
            if refused:
                self.reasons[name] = refused
                continue
            if special and name in ("scaled", "weights"):
                self.reasons[name] = CAPPED
                continue
            try:
                found = make(self.captured)
            except KeyError:
                found = None
            if found is not None:
                self.recomputed[name] = np.asarray(found, np.float32)
            elif name in ("q_rot", "k_rot", "keys"):
                if "rope_kind" in self._facts:
                    self.reasons[name] = OTHER_ROPE
            else:
                self.reasons[name] = NO_NODE
        if "scaled" in self.recomputed:
            self.reasons["scaled"] = IN_ONE_GO

    # -- the formulas --------------------------------------------------------------------------------------------------

    def _start(self, parts: dict[str, F32]) -> F32:
        if "learned" in parts:
            return parts["embedding"] + parts["learned"]
        return parts["embedding"] * np.float32(self._facts.get("start_scale", 1.0))

    def _norm(self, x: F32, name: str) -> F32:
        weight = self._weights.vector(f"{name}.weight", x.shape[-1])
        if weight is None:
            raise KeyError(name)
        if self._facts["norm"] == "rms":
            return maths.rms_norm(x, weight, self._facts["eps"])
        bias = self._weights.vector(f"{name}.bias", x.shape[-1])
        return maths.layer_norm(x, weight, np.zeros_like(weight) if bias is None else bias, self._facts["eps"])

    def _linear(self, x: F32, name: str, rows: int, first: int = 0) -> F32:
        blocks = self._weights.blocks(f"{name}.weight", first, rows, len(x))
        return maths.linear(x, blocks, self._weights.vector(f"{name}.bias", rows, first))

    def _project(self, which: str, x: F32) -> F32:
        """q, k or v of the chosen head."""
        size = len(self.captured[which])
        at = (self._request.head if which == "q" else self.kv_head) * size
        if self._fused:
            at += {"q": 0, "k": self._heads, "v": self._heads + self.kv_heads}[which] * self._head
        return self._linear(x, self._prefix + ("attn_qkv" if self._fused else f"attn_{which}"), size, at)

    def _turn(self, x: F32) -> F32:
        assert self._rope is not None
        return maths.rotate(x, np.arange(len(self._tokens) - len(x), len(self._tokens)), self._rope)

    def _turned_query(self, parts: dict[str, F32]) -> F32 | None:
        if self._rope is None:
            return None
        before = parts.get("q_norm", parts["q"])
        return self._turn(before[None]).ravel() * np.float32(self._facts.get("q_scale", 1.0))

    def _query(self, parts: dict[str, F32]) -> F32:
        """As it meets the keys."""
        return parts.get("q_rot", parts.get("q_norm", parts["q"]))

    def _scaled(self, parts: dict[str, F32]) -> F32:
        return np.asarray(parts["scores"] * np.float32(self._facts["scale"]) + parts["mask"], np.float32)

    def _hidden(self, parts: dict[str, F32]) -> F32 | None:
        activation = maths.ACTIVATIONS.get(str(self._facts.get("activation")))
        if activation is None:
            return None
        gated = bool(self._facts["gated"])
        return np.multiply(activation(parts["ffn_gate"]), parts["ffn_up"]) if gated else activation(parts["ffn_up"])

    def _logits(self, parts: dict[str, F32]) -> F32:
        name = "output.weight" if "output.weight" in self._weights else "token_embd.weight"
        rows = [self._weights.rows(name, int(token), 1, self._width) for token in self.top]
        return maths.linear(parts["result_norm"], rows)

    # -- the answer ----------------------------------------------------------------------------------------------------

    def answer(self, drawn: dict[str, Any]) -> StepsTaken:
        """All of it."""
        pieces = [self._model.token_text(int(i), special=True) for i in (*self._tokens, *self.top)]
        arrays: dict[str, NDArray[Any]] = {f"captured.{name}": array for name, array in self.captured.items()}
        arrays |= {f"recomputed.{name}": array for name, array in self.recomputed.items()}
        arrays |= {
            "ids": np.array(self._tokens, np.int32),
            "top_ids": self.top,
            "lengths": np.array([len(piece) for piece in pieces], np.int32),
            "bytes": np.frombuffer(b"".join(pieces), np.uint8),
        }
        return StepsTaken(
            self._request.job, self._request.layer, self._request.head, self.kv_head, self._architecture, "f32",
            self._facts | drawn, self.reasons, arrays,
        )  # fmt: skip


def _sampled(
    request: Steps, reader: Reader, passage: Passage, logits: F32, top: NDArray[np.int32]
) -> tuple[F32, dict[str, Any]]:
    """The probabilities of *top* after all samplers, by llama.cpp's own chain, and the names of its stages."""
    params = request.params.checked()
    if params.uses("xtc"):
        params = replace(params, xtc_probability=1.0)  # as `predicting` shows it
    with SamplerChain(params, reader.model.n_vocab, reader.context.n_ctx, reader.model.vocab) as chain:
        follow(chain, passage)
        names, left, probs = chain.stages_left(logits)
    raw = np.asarray(probs[0][top], np.float32)
    return np.asarray(probs[-1][top], np.float32), {
        "stages": list(names), "left": int(left[-1]), "raw": [float(p) for p in raw],
        "temperature": params.temperature,
    }  # fmt: skip


def _part(rows: F32, head: int, heads: int) -> F32:
    """One head's of rows of all heads; with latent attention, queries are not as wide as the keys that they meet."""
    width = rows.shape[-1] // heads
    return rows[..., head * width : (head + 1) * width]


def _refused(reason: str, **params: str) -> RequestError:
    return RequestError(ErrorCode.INVALID_ARGUMENT, reason=reason, **params)
