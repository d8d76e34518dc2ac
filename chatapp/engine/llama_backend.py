"""`LlamaBackend`: chat, scoring and counting on llama.cpp through its C API."""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil

from chatapp.core.errors import ErrorCode, RequestError
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.core.probability import TOP_K, distribution
from chatapp.core.sampling import RECOMMENDED
from chatapp.core.stages import StageRow
from chatapp.core.text import one_line
from chatapp.core.trace import TokenTrace
from chatapp.engine import embedding, inspection, log, questions
from chatapp.engine.adapters import Adapters
from chatapp.engine.backend import Inspection, Listener
from chatapp.engine.cache import PromptCache, default_budget
from chatapp.engine.devices import list_devices, used_devices
from chatapp.engine.given import GivenTokens
from chatapp.engine.llama import Context, Model
from chatapp.engine.lookup import Drafts
from chatapp.engine.prompt import PLAIN_STOP
from chatapp.engine.prompts import Prompt, Prompts
from chatapp.engine.reading import Reader
from chatapp.engine.recorder import AttentionRecorder
from chatapp.engine.replay import Replay
from chatapp.engine.sampling import SamplerChain
from chatapp.engine.text import StreamText
from chatapp.engine.trace import TraceWriter
from chatapp.protocol.messages import (
    DEFAULT_CONTEXT,
    Count,
    Counted,
    Device,
    Embed,
    Embedded,
    Generate,
    Inspect,
    InspectorAnswer,
    InspectorQuestion,
    LoadOptions,
    ModelInfo,
    Tokenize,
    Tokenized,
)


class LlamaBackend:
    """One model and one chat context; what a prompt shares with any branch evaluated before is reused."""

    name = "llama.cpp"

    def __init__(self) -> None:
        log.install()
        self._model: Model | None = None
        self._context: Context | None = None
        self._prompts: Prompts | None = None
        self._adapters: Adapters | None = None
        self._replay: Replay | None = None
        self._n_threads = 0
        self._fingerprint = ""
        self._cache: PromptCache | None = None

    # -- loading -------------------------------------------------------------------------------------------------------

    def devices(self) -> tuple[Device, ...]:
        """What it can compute on, with the memory that is free now."""
        return list_devices()

    def load(self, path: str, options: LoadOptions, progress: Callable[[float], None]) -> ModelInfo:
        """Open the weights and make the chat context."""
        log.clear_errors()
        self._n_threads = options.n_threads or psutil.cpu_count(logical=False) or 1
        devices = tuple(device.name for device in used_devices(options.n_gpu_layers, options.device))
        model = self._model = Model(path, options.n_gpu_layers if devices else 0, progress, devices)
        n_ctx = options.n_ctx or min(model.n_ctx_train or DEFAULT_CONTEXT, DEFAULT_CONTEXT)
        # A graphics card would have to be waited for at every layer; what that costs was never measured.
        wanted = options.recording if not devices else 0
        recorder = AttentionRecorder(wanted, windowed=model.window > 0) if wanted else None
        self._context = Context(
            model,
            n_ctx,
            n_threads=self._n_threads,
            flash_attention=options.flash_attention,
            kv_type=options.kv_type,
            can_save=options.cache_bytes != 0,
            recorder=recorder,
        )
        # One token now reads the weights from the disk, so that the first reply does not have to wait for them.
        self._context.decode([max(model.bos, 0)], 0)
        self._context.clear()
        budget = options.cache_bytes if options.cache_bytes >= 0 else default_budget()
        self._cache = PromptCache(self._context, budget)
        self._prompts = Prompts(model)
        self._adapters = Adapters(model, self._context)
        self._fingerprint = model.fingerprint()
        self._replay = Replay(model, self._adapters, self._n_threads)
        return ModelInfo(
            path=path,
            name=one_line(model.meta("general.name")) or Path(path).stem,
            architecture=model.meta("general.architecture"),
            recommended={f"general.sampling.{k}": v for k in RECOMMENDED if (v := model.meta(f"general.sampling.{k}"))},
            description=model.description,
            size=model.size,
            n_params=model.n_params,
            n_vocab=model.n_vocab,
            n_ctx=self._context.n_ctx,
            n_ctx_train=model.n_ctx_train,
            n_layer=model.n_layer,
            n_head=model.n_head,
            has_chat_template=not self._prompts.plain,
            fingerprint=self._fingerprint,
            backend=self.name,
            has_attention=model.n_head > 0,
            n_gpu_layers=model.n_gpu_layers,
            devices=devices if model.n_gpu_layers else (),
        )

    def rest(self) -> None:
        """Nobody asks for anything: free what nobody has looked at for a while."""
        if self._replay is not None:
            self._replay.close_unused()

    def close(self) -> None:
        """Free context and weights."""
        if self._replay:
            self._replay.close()
        if self._context:
            self._context.close()
        if self._model:
            self._model.close()
        self._context = self._model = self._cache = self._replay = None

    # -- prompts -------------------------------------------------------------------------------------------------------

    def count(self, request: Count) -> Counted:
        """Tokens of a conversation; does not touch the context, so it may come between two tokens of a reply."""
        return self._need_prompts().count(request)

    # -- generation ----------------------------------------------------------------------------------------------------

    def generate(self, request: Generate, listener: Listener) -> tuple[str, ReplyInfo]:
        """Stream a reply; return the text still held back and how it ended."""
        model, context = self._need_model(), self._need_context()
        started = time.perf_counter()
        self.rest()
        prompts = self._need_prompts()
        params = request.params.checked()
        given = GivenTokens(request.prefix_ids, model.n_vocab)
        made = prompts.make(request, context.n_ctx, following=len(given))
        with SamplerChain(params, model.n_vocab, context.n_ctx, model.vocab) as chain:  # first: it may be refused
            return self._reply(request, listener, chain, made, given, started)

    def _reply(
        self,
        request: Generate,
        listener: Listener,
        chain: SamplerChain,
        made: Prompt,
        given: GivenTokens,
        started: float,
    ) -> tuple[str, ReplyInfo]:
        """Process the prompt and write the reply."""
        model, cache, prompts = self._need_model(), self._need_cache(), self._need_prompts()
        prompt = made.tokens
        if self._adapters is not None and self._adapters.use(request.adapters):
            cache.forget(saved=True)
        origin = self._origin(prompt)
        begun = self._known(request, given) if request.origin == origin else []
        read = prompt + begun
        reuse = cache.reuse(read)
        listener.prompt_made(made.prefill, made.dropped, origin)
        listener.prompt_progress(reuse.tokens, len(read), reuse.tokens, tuple(prompt))
        if made.opening:
            listener.tokens(made.opening, TokenTrace.empty())
        info = ReplyInfo(
            model=model.path,
            prompt_tokens=len(prompt),
            reused_tokens=min(reuse.tokens, len(prompt)),
            reused_given_tokens=max(0, reuse.tokens - len(prompt)),
            restored_tokens=reuse.restored,
            cache=reuse.use,
            prefill_tokens=made.prefill,
        )
        if not cache.process(read, listener, reuse.tokens):
            return "", replace(info, finish=FinishReason.CANCELLED)
        text = self._text(request)
        writer = TraceWriter(model.piece, model.name, listener.tokens, chain.stages if request.stages else ())
        chain.accept_prompt(prompt)
        chain.accept_written(prompts.written(request))
        drafts = Drafts(cache, wanted=request.lookup)
        try:
            for token in begun:
                chain.accept(token)
                writer.known(token, text.feed(model.piece(token)))
            finish, first_at = self._decode(chain, text, writer, request, listener, given, drafts)
        finally:
            writer.flush()  # also when the grammar leads nowhere: what was written is kept
            drafts.drop()
        held = text.finish()
        now = time.perf_counter()
        # Tokens without text would stand behind the very same prompt when it is asked again.
        if not text.stopped and text.emitted:
            tokens = prompt + self._whole(writer.spoken, text.pending)
            prompts.remember(made, text.emitted, tokens, raw=request.raw)
        return held, replace(
            info,
            finish=finish,
            completion_tokens=writer.count,
            seconds_to_first_token=(first_at or now) - started,
            decode_seconds=now - first_at if first_at and writer.count > len(given) + 1 else 0.0,
            given_tokens=min(len(given), writer.count),
            seed=chain.seed,
            drafted_tokens=drafts.drafted,
            accepted_tokens=drafts.accepted,
        )

    def _origin(self, prompt: list[int]) -> str:
        """Names *prompt*, the weights with the adapters in use, and the width of a trace: what rows depend on."""
        weights = (self._fingerprint, self._adapters.used if self._adapters else [], TOP_K)
        return hashlib.sha256(repr(weights).encode() + np.array(prompt, np.int32).tobytes()).hexdigest()

    def _known(self, request: Generate, given: GivenTokens) -> list[int]:
        """The given tokens that need no trace: those of which it is known, but none that ends the reply."""
        model, text = self._need_model(), self._text(request)
        limit = request.params.max_tokens or len(given) + 1
        known = given.first(max(0, min(request.known_prefix, limit - 1)))
        for index, token in enumerate(known):
            text.feed(model.piece(token))
            if text.stopped or model.is_end(token):
                return known[:index]
        return known

    def _text(self, request: Generate) -> StreamText:
        """An empty reply to *request*."""
        plain = self._need_prompts().plain and not request.raw
        return StreamText(request.params.stop + (PLAIN_STOP if plain else ()))

    def _whole(self, tokens: list[int], pending: int) -> list[int]:
        """*tokens* without those of a character that the end cut in half, which has *pending* bytes."""
        model = self._need_model()
        while pending > 0 and tokens:
            pending -= len(model.piece(tokens[-1]))
            tokens = tokens[:-1]
        return tokens

    def _decode(
        self,
        chain: SamplerChain,
        text: StreamText,
        writer: TraceWriter,
        request: Generate,
        listener: Listener,
        given: GivenTokens,
        drafts: Drafts,
    ) -> tuple[FinishReason, float | None]:
        """The loop: sample, record, show, evaluate. Return why it ended and when the first token was drawn."""
        model, context, cache = self._need_model(), self._need_context(), self._need_cache()
        limit = request.params.max_tokens or context.n_ctx
        first_at: float | None = None
        row = -1
        while True:
            if listener.cancelled():
                return FinishReason.CANCELLED, first_at
            logits = context.logits(row)
            token = given.at(writer.count)
            dist = distribution(logits, max(TOP_K, chain.wants))
            stages: StageRow | None = None
            drawn = token is None
            if token is not None:
                chain.accept(token)
                stages = chain.given_row(dist, float(logits[token])) if request.stages else None
            elif request.stages:
                token, stages = chain.sample_stages(logits, dist.top_ids, TOP_K)
            else:
                token = chain.sample(context.handle, logits, dist.top_ids, row)
            end = model.is_end(token)
            shown = "" if end else text.feed(model.piece(token))
            writer.add(token, dist, logits, shown, spoken=not end, stages=stages)
            if drawn:
                first_at = first_at or time.perf_counter()
            if end:
                return FinishReason.STOP, first_at
            if text.stopped:
                return FinishReason.STOP_STRING, first_at
            if writer.count >= limit:
                return FinishReason.LENGTH, first_at
            if drafts.n_past >= context.n_ctx:
                return FinishReason.CONTEXT, first_at
            is_given = writer.count <= len(given)
            if is_given and not given.evaluate(cache, writer.count - 1, listener):
                return FinishReason.CANCELLED, first_at
            row = given.row if is_given else drafts.evaluate(token, limit - writer.count)

    # -- inspection ----------------------------------------------------------------------------------------------------

    def inspect(self, request: Inspect, listener: Listener) -> Inspection:
        """Score given tokens and capture attention, in a context of its own."""
        model, context = self._need_model(), self._need_context()
        adapters = self._adapters or Adapters(model, context)
        return inspection.inspect(model, adapters, request, listener, self._n_threads)

    def tokenize(self, request: Tokenize) -> Tokenized:
        """Cut a text into tokens; the bytes of control tokens are their names."""
        model = self._need_model()
        if request.within:
            ids = model.tokenize_within(request.text, parse_special=request.special)
        else:
            ids = model.tokenize(request.text, add_special=False, parse_special=request.special)
        pieces = tuple(model.token_text(token, special=True).hex() for token in ids)
        return Tokenized(request.job, tuple(ids), pieces, tuple(model.is_control(token) for token in ids))

    def embed(self, request: Embed, listener: Listener) -> Embedded:
        """Turn texts into vectors, in a context of its own."""
        pooling, vectors = embedding.embed(self._need_model(), request, listener, self._n_threads)
        return Embedded(request.job, pooling, {"vectors": vectors})

    def ask(self, question: InspectorQuestion, listener: Listener) -> InspectorAnswer:
        """Answer the inspector; all but the scoring of long texts is done in the chat context."""
        model, context, cache, prompts = (
            self._need_model(),
            self._need_context(),
            self._need_cache(),
            self._need_prompts(),
        )
        adapters = self._adapters or Adapters(model, context)
        replay = self._replay or Replay(model, adapters, self._n_threads)
        reader = Reader(model, context, cache, prompts, adapters, replay)
        return questions.answer(question, reader, listener, self._n_threads)

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _need_prompts(self) -> Prompts:
        if self._prompts is None:
            raise RequestError(ErrorCode.NO_MODEL)
        return self._prompts

    def _need_model(self) -> Model:
        if self._model is None:
            raise RequestError(ErrorCode.NO_MODEL)
        return self._model

    def _need_context(self) -> Context:
        if self._context is None:
            raise RequestError(ErrorCode.NO_MODEL)
        return self._context

    def _need_cache(self) -> PromptCache:
        if self._cache is None:
            raise RequestError(ErrorCode.NO_MODEL)
        return self._cache
