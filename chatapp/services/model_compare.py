"""The text that is looked at, read by a second model beside the chat's own: a worker of its own, while it is needed."""

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from chatapp.core.attention_picture import picture_of
from chatapp.core.conversation import Message, Role
from chatapp.core.errors import ErrorCode, RequestError, UserFixable
from chatapp.core.model_comparison import HeadsApart, ModelComparison, ModelFile, Side, divergence, heads_apart
from chatapp.core.text import QT_TRANSLATE_NOOP
from chatapp.core.trace import decode_pieces
from chatapp.core.trace_buffer import TraceBuffer, tokens_in
from chatapp.hub.gguf import GgufHeader
from chatapp.hub.plan import make_plan
from chatapp.protocol.messages import (
    Attend,
    Attended,
    Device,
    LoadOptions,
    Logits,
    LogitsRead,
    Prefix,
    PromptProgress,
    Question,
    Score,
    Scored,
)
from chatapp.services.branching import is_by
from chatapp.services.engine_process import EngineService
from chatapp.services.inspector import InspectorService
from chatapp.services.memory import free_memory
from chatapp.services.models import ModelsService
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks
from chatapp.services.vocabulary import VocabularyService

MOST = 2048  # tokens; the whole distributions of more take minutes
TOO_LONG = QT_TRANSLATE_NOOP(
    "reasons", "Two models can be compared on at most {most} tokens, and {count} stand here. Choose an earlier message"
)
_ROWS = 64  # distributions of one question: 39 MB at 152,000 tokens; fewer would be evaluated by another kernel
_SHORTEST = 512  # tokens of context: the batches are then those of the chat's own, and the numbers comparable
_STEP = 256


class CompareState(StrEnum):
    """How far it is."""

    IDLE = "idle"
    READING = "reading"  # the chat's model reads the text
    LOADING = "loading"  # the other model
    COMPARING = "comparing"
    DONE = "done"
    FAILED = "failed"  # see `error`


class ModelCompareService(QObject):
    """A is the chat's model, B the other one.

    path       of B, that is or was compared last
    progress   of what is done now, 0..1
    error      why it failed, or the heads of a token could not be compared
    comparison what was found, also while another one is made
    Signals:
        changed()        any of it
        heads_changed()  the attention of another token was compared, or cannot be
    """

    changed = Signal()
    heads_changed = Signal()

    def __init__(
        self,
        engine: EngineService,
        models: ModelsService,
        inspector: InspectorService,
        questions: Questions,
        vocabulary: VocabularyService,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._models = models
        self._inspector = inspector
        self._tasks = tasks
        self.other = EngineService(fake=engine.is_fake, parent=self)
        self.other.settle = self._settle
        self._questions = (questions, Questions(self.other, self))
        self._vocabularies = (vocabulary, VocabularyService(self.other, self._questions[1], tasks, self))
        self._jobs: list[tuple[Questions, int]] = []
        self._wanted = 0  # counts comparisons: only the latest counts
        self.path = ""
        self._header: GgufHeader | None = None
        self._message: Message | None = None
        self._is_reply = False
        self._prefix = Prefix()
        self._unsaid = 0  # tokens at the reply's end that its text does not have
        self._scored: list[Scored] = []
        self._shared = 0
        self._pair: dict[int, object] = {}  # the answers to the running question of both
        self.state = CompareState.IDLE
        self.progress = 0.0
        self.error: UserFixable | None = None
        self.comparison: ModelComparison | None = None
        self._is_attending = False
        self.token: int | None = None  # whose heads are compared
        engine.state_changed.connect(self._make_room)
        models.choosing.connect(self.end)
        self.other.model_loaded.connect(lambda _model: self._on_loaded())
        self.other.load_progress.connect(self._set_progress)
        self.other.failed.connect(self._on_other_failed)

    @property
    def is_busy(self) -> bool:
        """Whether a comparison is being made."""
        return self.state in (CompareState.READING, CompareState.LOADING, CompareState.COMPARING)

    @property
    def is_asking_heads(self) -> bool:
        """Whether the attention of `token` is on its way."""
        return self._is_attending

    # -- what the user does --------------------------------------------------------------------------------------------

    def start(self, path: str) -> None:
        """Compare the chat's model with the one at *path* on the message, or text, that is looked at."""
        message, trace = self._inspector.message, self._inspector.trace
        if message is None or self._engine.model is None:
            return
        self.cancel()
        self._wanted += 1
        self._message, self.path, self._scored = message, path, []
        self.comparison = self.error = self.token = None
        self._prefix = self._inspector.prefix_to(message.id)
        self._is_reply = message.role is Role.ASSISTANT and not self._inspector.is_text
        self._unsaid = 0
        if self._is_reply:
            own = is_by(message, trace, self._engine.model, self._engine.model_path)
            if own and self._prefix.reply_ids:
                self._unsaid = len(trace) - tokens_in(message.text, trace)
            else:  # its tokens were not kept, or may be other words to this model
                self._prefix = replace(self._prefix, reply_ids=(), prefill=message.text)
        self._enter(CompareState.READING)
        self._ask(0, Score(0, self._prefix))

    def cancel(self) -> None:
        """Stop; the other model stays for the next one."""
        self._wanted += 1
        self._withdraw()
        if self.other.model is None:
            self.other.unload()
        if self.is_busy:
            self._enter(CompareState.IDLE)

    def end(self) -> None:
        """End the other model's worker, and forget what was found."""
        self.cancel()
        self.comparison = self.error = self.token = None
        self.other.unload()
        self._enter(CompareState.IDLE)

    def close(self) -> None:
        """The same for good; returns when the worker is gone."""
        self.cancel()
        self.other.close()

    def look_at(self, token: int) -> None:
        """Compare where both models looked when they foretold *token*, in every head."""
        found = self.comparison
        if found is None or found.kl is None or token < 1 or token == self.token or self.is_busy:
            return
        self.token, self._is_attending = token, False
        self._withdraw()
        if token in found.attention or self.other.model is None:  # its worker died: `error` says of what
            self.heads_changed.emit()
        else:
            self.error = None
            self._attend(token, "")

    # -- the steps -----------------------------------------------------------------------------------------------------

    def _on_scored(self, which: int, answer: Scored) -> None:
        if len(answer.trace) < answer.total:  # a reply that began ended it
            self._fail(RequestError(ErrorCode.CANCELLED))
        elif answer.total > MOST:
            self._fail(
                RequestError(ErrorCode.INVALID_ARGUMENT, reason=TOO_LONG, most=str(MOST), count=str(answer.total))
            )
        elif which:
            self._scored.append(answer)
            self._compare()
        else:
            self._scored.append(answer)
            self._enter(CompareState.LOADING)
            wanted, path = self._wanted, self.path
            self._tasks.run(
                lambda: self._models.header(path),
                lambda header: self._load(header) if wanted == self._wanted else None,
                lambda error: self._fail(error) if wanted == self._wanted else None,
            )

    def _load(self, header: GgufHeader) -> None:
        self._header = header
        needed = max(_SHORTEST, -(-self._scored[0].total // _STEP) * _STEP)
        options = replace(self._models.options(), n_ctx=needed, cache_bytes=0)
        model = self.other.model
        if model is not None and self.other.model_path == self.path and model.n_ctx >= needed:
            self._on_loaded()
        else:
            self.other.load(self.path, options)

    def _settle(self, options: LoadOptions, devices: tuple[Device, ...]) -> LoadOptions:
        """Once it is known what is free beside the chat's model."""
        if self._header is None:
            return options
        plan = make_plan(self._header, options, devices, free_memory())
        plan.check()
        return plan.options

    def _on_loaded(self) -> None:
        self._enter(CompareState.COMPARING)
        wanted = self._wanted
        one, two = self._vocabularies

        def failed(error: UserFixable) -> None:
            if wanted == self._wanted and error.code is not ErrorCode.NO_MODEL:
                self._fail(error)

        def known() -> None:
            if wanted == self._wanted and one.current is not None and two.current is not None:
                self._shared = one.current.shared_with(two.current)
                ids = tuple(self._scored[0].trace.ids.tolist())
                self._ask(1, Score(0, Prefix(reply_ids=ids) if self._shared else self._own_words()))

        one.read(lambda _read: two.read(lambda _too: known(), failed), failed)

    def _own_words(self) -> Prefix:
        """The same text for a model that has other tokens, put as its own template does."""
        text = self._message.text if self._message is not None and self._is_reply else ""
        return replace(self._prefix, reply_ids=(), prefill=text, adapters=())

    def _compare(self) -> None:
        one, two = self._sides()
        if not self._shared:
            self.comparison = ModelComparison((one, two))
            self._enter(CompareState.DONE)
            return
        self.comparison = ModelComparison((one, two), np.full(len(one.trace), np.nan))
        self._next_rows()

    def _sides(self) -> tuple[Side, Side]:
        message = self._message
        assert message is not None
        owner = len(self._prefix.messages) - (not self._is_reply)
        found: list[Side] = []
        for answer, engine in zip(self._scored, (self._engine, self.other), strict=True):
            same = bool(self._shared) and bool(found)  # the other one was given tokens, which it knows no owners of
            own = found[0].own if same else np.array(answer.owners) == owner
            trace, length = TraceBuffer(answer.trace), len(message.text)
            if self._unsaid and not self._shared and not found:  # the other one reads the text, and no mark of its end
                own[-self._unsaid :] = False
                said = decode_pieces(trace.token_bytes(int(at)) for at in np.flatnonzero(own))
                length = sum(map(len, said))  # a stop text can begin within a token
            path, print_ = (engine.model.path, engine.model.fingerprint) if engine.model else ("", "")
            file = ModelFile(Path(path).name, print_)
            adapters = () if found else self._prefix.adapters  # the other one is read without
            trace.meta = {
                "model": path, "fingerprint": print_, "kind": "prompt", "prompt_tokens": answer.total,
                "adapters": [use.to_json() for use in adapters],
            }  # fmt: skip
            found.append(Side(file, trace, own, length))
        return found[0], found[1]

    def _next_rows(self) -> None:
        """Ask both for the next distributions whose divergence is not known."""
        found = self.comparison
        assert found is not None
        assert found.kl is not None
        side = found.sides[0]
        left = np.flatnonzero(side.own[1:] & np.isnan(found.kl[1:])) + 1
        if not len(left):
            self._enter(CompareState.DONE)
            return
        wanted = int(side.own[1:].sum())
        self._set_progress(1 - len(left) / wanted)
        start = int(left[0]) - 1  # the distribution of a token comes after the one before it
        ids = tuple(side.trace.ids[: min(start + _ROWS, int(left[-1]))].tolist())
        self._ask_both(Logits(0, Prefix(reply_ids=ids), start))

    def _on_rows(self, one: LogitsRead, two: LogitsRead) -> None:
        found, shared, wanted = self.comparison, self._shared, self._wanted
        p, q = one.arrays["logits"], two.arrays["logits"]

        def keep(kl: NDArray[np.float64]) -> None:
            if wanted == self._wanted and found is not None and found.kl is not None:
                first = one.start + 1
                found.kl[first : first + len(kl)] = np.where(found.sides[0].own[first : first + len(kl)], kl, np.nan)
                self._next_rows()

        self._tasks.run(lambda: divergence(p, q, shared), keep)

    def _attend(self, token: int, method: str) -> None:
        assert self.comparison is not None
        self._is_attending = True
        ids = tuple(self.comparison.sides[0].trace.ids[:token].tolist())
        self._ask_both(Attend(0, Prefix(reply_ids=ids), method=method))

    def _on_attended(self, one: Attended, two: Attended) -> None:
        found, token, wanted = self.comparison, self.token, self._wanted
        if found is None or token is None:
            return
        if one.method != two.method:  # what differs then is also the kernel
            self._attend(token, "replayed")
            return

        def made() -> HeadsApart | None:
            picture = picture_of(
                one.arrays, one.layers, token - 1, recorded=one.recorded, checked=one.checked,
                difference=one.difference, kv_type=one.kv_type, method=one.method,
            )  # fmt: skip
            return heads_apart(picture, two.arrays["weights"][:, :, 0, :token])

        def keep(apart: HeadsApart | None) -> None:
            if wanted == self._wanted and token == self.token:
                self._is_attending = False
                if apart is not None:
                    found.attention[token] = apart
                self.heads_changed.emit()

        if one.layers != two.layers:
            keep(None)
        else:
            self._tasks.run(made, keep)

    # -- asking --------------------------------------------------------------------------------------------------------

    def _ask_both(self, question: Logits | Attend) -> None:
        self._pair = {}
        self._ask(0, replace(question, prefix=replace(question.prefix, adapters=self._prefix.adapters)))
        self._ask(1, question)

    def _ask(self, which: int, question: Question) -> None:
        wanted = self._wanted

        def answered(answer: object) -> None:
            if wanted != self._wanted:
                return
            if isinstance(answer, Scored):
                self._on_scored(which, answer)
                return
            self._pair[which] = answer
            match self._pair.get(0), self._pair.get(1):
                case LogitsRead() as one, LogitsRead() as two:
                    self._on_rows(one, two)
                case Attended() as one, Attended() as two:
                    self._on_attended(one, two)

        def failed(error: UserFixable) -> None:
            if wanted == self._wanted and error.code is not ErrorCode.NO_MODEL:  # why there is none is said elsewhere
                self._fail(error)

        def advanced(event: object) -> None:
            if wanted == self._wanted and isinstance(event, PromptProgress) and isinstance(question, Score):
                self._set_progress(event.fraction)

        asked = self._questions[which]
        self._jobs.append((asked, asked.ask(question, answered, failed, advanced)))

    def _withdraw(self) -> None:
        jobs, self._jobs = self._jobs, []
        for asked, job in jobs:
            asked.withdraw(job)

    def _enter(self, state: CompareState) -> None:
        self.state, self.progress = state, 0.0
        self.changed.emit()

    def _set_progress(self, fraction: float) -> None:
        self.progress = fraction
        self.changed.emit()

    def _fail(self, error: UserFixable) -> None:
        """The comparison, or that of the heads, ends here."""
        self.error, self._is_attending = error, False
        if self.is_busy:
            self._wanted += 1
            self._withdraw()
            self.comparison = None
            self._enter(CompareState.FAILED)
        else:
            self.token = None  # it can be asked for again
            self.heads_changed.emit()

    def _on_other_failed(self, error: UserFixable) -> None:
        if self.is_busy or self.state is CompareState.DONE:
            self._fail(error)

    def _make_room(self) -> None:
        if self._engine.model is None and (self.other.pid or self.comparison is not None or self.is_busy):
            self.end()  # the chat's next model needs the memory
