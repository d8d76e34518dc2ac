"""The one reply that may run, in the conversation that is shown: send, stop, regenerate, edit, branch."""

from collections.abc import Callable, Sequence
from enum import StrEnum

from PySide6.QtCore import QObject, QTimer, Signal

from chatapp.core.context import Overflow
from chatapp.core.conversation import Conversation, Message, Role
from chatapp.core.errors import ErrorCode, RequestError, UserFixable
from chatapp.core.generation import FinishReason, ReplyInfo
from chatapp.core.trace import TokenTrace
from chatapp.core.vocabulary import Vocabulary
from chatapp.protocol.messages import Failed, Finished, Generate, PromptProgress, Tokens
from chatapp.services.branching import Branch, is_by, other_model, plan_branch, same_tokens
from chatapp.services.conversations import ConversationsService
from chatapp.services.engine_process import EngineService, EngineState
from chatapp.services.notices import Action, Notices
from chatapp.services.reply import RunningReply, ThinkingTime, whole_trace
from chatapp.services.settings import SettingsService
from chatapp.services.shown import ShownConversation
from chatapp.services.storage import StorageService
from chatapp.services.vocabulary import VocabularyService
from chatapp.settings import schema
from chatapp.store.conversations import ConversationStore

_SAVE_EVERY = 1000  # ms, of streamed text
_NO_MODEL = "no_model"  # not the key of what says why there is none, and what can be done


class ChatState(StrEnum):
    """What the shown conversation waits for."""

    IDLE = "idle"
    WAITING = "waiting"  # a message was sent while the model loads
    PROMPT = "prompt"
    STREAMING = "streaming"
    STOPPING = "stopping"


class ChatService(ShownConversation):
    """Signals, besides those of the conversation that is shown:

    text_streamed(int, str)    message id and what to append
    reply_traced(int, TokenTrace)  message id and its next tokens
    state_changed(ChatState)
    prompt_progress(int, int)  prompt tokens done, in all
    stats_changed(ReplyInfo)   of the running or last reply
    """

    text_streamed = Signal(int, str)
    reply_traced = Signal(int, object)
    state_changed = Signal(str)
    prompt_progress = Signal(int, int)
    stats_changed = Signal(object)

    def __init__(
        self,
        storage: StorageService,
        conversations: ConversationsService,
        engine: EngineService,
        settings: SettingsService,
        notices: Notices,
        vocabulary: VocabularyService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(storage, conversations, settings, parent)
        self._engine = engine
        self._notices = notices
        self._vocabulary = vocabulary
        self._reply: RunningReply | None = None
        self._planned: Branch | None = None  # to be begun unless something else is done before it can be
        self.state = ChatState.IDLE
        self.stages_wanted = False  # whether replies record what every sampler stage left
        self._save_timer = QTimer(self, interval=_SAVE_EVERY)
        self._save_timer.timeout.connect(self._save_progress)
        engine.event_received.connect(self._on_event)
        engine.model_loaded.connect(self._on_model_loaded)
        engine.failed.connect(self._on_engine_failed)
        engine.state_changed.connect(self._on_engine_state)

    # -- what the window shows -----------------------------------------------------------------------------------------

    @property
    def streaming_id(self) -> int | None:
        """The message being written, wherever it is."""
        return self._reply.message_id if self._reply else None

    def running_trace(self) -> list[TokenTrace]:
        """The tokens of the running reply that have come, in parts."""
        return list(self._reply.traces) if self._reply else []

    @property
    def given_length(self) -> int:
        """Characters at the beginning of the running reply's text that were given, and that no token made."""
        return self._reply.given_length if self._reply else 0

    @property
    def running_conversation_id(self) -> int | None:
        """The conversation whose reply runs."""
        return self._reply.conversation.id if self._reply else None

    @property
    def can_send(self) -> bool:
        """Whether `send` would be taken: nothing runs and there is, or soon will be, a model."""
        usable = (EngineState.STARTING, EngineState.LOADING, EngineState.READY)
        return self._reply is None and self._engine.state in usable

    @property
    def context_length(self) -> int:
        """Tokens the loaded model's context holds; 0 without a model."""
        return self._engine.model.n_ctx if self._engine.model else 0

    @property
    def context_used(self) -> int:
        """Tokens of the shown path, as of its last reply."""
        if self._reply and self._reply.conversation is self.conversation:
            return self._reply.prompt_tokens + self._reply.n_tokens
        infos = [m.info for m in self.conversation.path() if m.info and m.info.completion_tokens]
        return infos[-1].prompt_tokens + infos[-1].completion_tokens if infos else 0

    @property
    def is_raw(self) -> bool:
        """Whether replies are plain continuations without a chat template; by default where a model has none."""
        return self._is_raw(self.conversation)

    def _is_raw(self, conversation: Conversation) -> bool:
        if conversation.raw is not None:
            return conversation.raw
        return self._engine.model is not None and not self._engine.model.has_chat_template

    # -- turns ---------------------------------------------------------------------------------------------------------

    def send(self, text: str) -> bool:
        """Add a user message and answer it; False (and a notice, when there is a reason) when it was not taken."""
        if not text.strip() or self._reply is not None:
            return False
        if not self._check_engine():
            return False
        self._add(Role.USER, text, self.conversation.leaf_id)
        self._answer()
        return True

    def regenerate(self, message_id: int) -> None:
        """Answer again: a reply gets a sibling, a user message a(nother) reply."""
        if self._reply is not None or not self._check_engine():
            return
        message = self.conversation.messages[message_id]
        asked = message.parent_id if message.role is Role.ASSISTANT else message.id
        self.conversation.leaf_id = asked
        self._answer()

    def answer_without_oldest(self, message_id: int) -> None:
        """Answer again, leaving out the oldest turns as far as needed."""
        if self._reply is None and self._check_engine():
            self.conversation.leaf_id = self.conversation.messages[message_id].parent_id
            self._answer(overflow=Overflow.DROP)

    def resume(self, message_id: int) -> None:
        """Go on with a reply that was stopped or cut off: a sibling that begins with its text and its tokens."""
        message = self.conversation.messages[message_id]
        if self._reply is None and message.text and self._check_engine():
            self.conversation.leaf_id = message.parent_id
            self._answer(resumed=message)

    def branch(self, message_id: int, position: int, ids: int | Sequence[int]) -> None:
        """Write a sibling of a reply with its first *position* tokens and then *ids*; a notice says why not.

        Nothing when another conversation is shown by now.
        """
        message = self.conversation.messages.get(message_id)
        if message is None:
            return
        if self._reply is not None:
            self._notices.post_error(RequestError(ErrorCode.ENGINE_BUSY), key="branch")
        elif self._check_engine():
            self._storage.read(
                lambda store: store.load_trace(message_id),
                lambda trace: self._plan_branch(message, trace, position, ids),
            )

    def _plan_branch(self, message: Message, trace: TokenTrace | None, position: int, ids: int | Sequence[int]) -> None:
        def is_wanted() -> bool:  # else something else was done meanwhile
            return self._planned is branch and message.id in self.conversation.messages

        def refuse(error: UserFixable) -> None:
            if is_wanted():
                self._notices.post_error(error, key="branch")

        def begin() -> None:
            if is_wanted():
                self._notices.clear("branch")
                self.conversation.leaf_id = message.parent_id
                self._answer(branch=branch)

        if self._reply is not None:
            return
        try:
            branch = plan_branch(message, trace, position, ids)
        except RequestError as error:
            self._notices.post_error(error, key="branch")
            return
        self._planned = branch
        self._check_tokens(branch, begin, refuse)

    def _check_tokens(self, branch: Branch, begin: Callable[[], None], refuse: Callable[[UserFixable], None]) -> None:
        """*begin* when the ids of *branch* mean the same to the loaded model, else *refuse*."""
        message, trace = branch.message, branch.trace

        def compare(read: Vocabulary) -> None:
            if same_tokens(trace, read):
                begin()
            else:
                refuse(other_model(message))

        def fail(error: UserFixable) -> None:
            no_vocabulary = error.code is ErrorCode.INVALID_ARGUMENT  # such an engine's tokens are its own
            refuse(other_model(message) if no_vocabulary else error)

        if is_by(message, trace, self._engine.model, self._engine.model_path):
            begin()
        else:
            self._vocabulary.read(compare, fail)

    def edit(self, message_id: int, text: str) -> bool:
        """Add a sibling with *text*. A user message is answered, a reply is left as it was written.

        False, and a notice that says why, when it was not taken; without a text there is nothing to say.
        """
        message = self.conversation.messages[message_id]
        if not text.strip():
            return False
        if self._reply is not None:
            self._notices.post_error(RequestError(ErrorCode.ENGINE_BUSY), key="edit")
            return False
        if message.role is Role.USER and not self._check_engine():
            return False
        self._notices.clear("edit")
        if message.role is Role.USER:
            self._add(Role.USER, text, message.parent_id)
            self._answer()
        else:
            self._add(message.role, text, message.parent_id, ReplyInfo(finish=FinishReason.STOP))
            self.path_changed.emit()
        return True

    def go_to(self, message_id: int) -> None:
        """Bring a message into sight, with the branch it is in; nothing when another conversation is shown by now."""
        if message_id not in self.conversation.messages:
            return
        if all(m.id != message_id for m in self.conversation.path()):
            self.select(message_id)
        self.message_wanted.emit(message_id)

    def stop(self) -> None:
        """End the running reply; what was written stays."""
        if self._reply is None:
            return
        if self._reply.job is None:  # still waiting for the model
            self._finish(FinishReason.CANCELLED)
            return
        self._engine.cancel()

    def close(self) -> None:
        """The program ends: keep what was written of a running reply, marked as stopped."""
        if self._reply is not None:
            self._finish(FinishReason.CANCELLED)

    # -- the reply -----------------------------------------------------------------------------------------------------

    def _check_engine(self) -> bool:
        if self.can_send:
            return True
        restart = [(Action.RESTART_ENGINE, self._engine.restart)] if self._engine.model_path else []
        self._notices.post_error(RequestError(ErrorCode.NO_MODEL), *restart, key=_NO_MODEL)
        return False

    def _answer(
        self, *, overflow: Overflow | None = None, resumed: Message | None = None, branch: Branch | None = None
    ) -> None:
        """Begin a reply to the leaf, go on with *resumed* or begin as *branch* says.

        As soon as a model is there: it may be another one than the one that is being loaded now.
        """
        self._planned = None
        self._notices.clear("reply")
        conversation = self.conversation
        left_out = branch.unsent if branch else ()
        path = [m for m in conversation.path() if m.id not in left_out]
        fork = branch.fork if branch else (resumed.info.fork if resumed and resumed.info else None)
        begun = resumed.info.begun_length if resumed and resumed.info else None
        params = self.effective_sampling()
        model = self._engine.model.path if self._engine.model else self._engine.model_path
        message = self._add(Role.ASSISTANT, "", conversation.leaf_id, ReplyInfo(model=model, fork=fork))
        turns = self.turns(path)
        first = len(turns) - len(path)
        request = Generate(
            0,
            turns,
            params,
            prefill=resumed.text if resumed else conversation.prefill,
            written=len(resumed.text) - (begun or 0) if resumed else 0,
            overflow=overflow or conversation.overflow,
            adapters=conversation.adapters,
            stages=self.stages_wanted,
            pinned=tuple(first + i for i, m in enumerate(path) if m.pinned),
            lookup=self._settings.get(schema.LOOKUP) == "on",
        )
        sent = [None] * first + [m.id for m in path]
        if branch is not None:
            request = branch.asked(request)
        self._reply = RunningReply(conversation, message.id, request, sent, resumed, branch)
        if resumed is not None:
            self._reply.thinking = ThinkingTime(resumed.info.seconds_thinking if resumed.info else None)
        self._save_timer.start()
        self.path_changed.emit()
        self._set_state(ChatState.WAITING)
        if self._engine.state is EngineState.READY:
            self._begin()

    def _begin(self) -> None:
        """Have the reply that waits written, unless its tokens are not those of the model that is there now."""
        reply = self._reply
        if reply is None:
            return
        if reply.branch is None:
            self._start(reply)
        else:
            self._check_tokens(reply.branch, lambda: self._start(reply), lambda error: self._refuse(reply, error))

    def _can_start(self, reply: RunningReply) -> bool:
        return self._reply is reply and reply.job is None and self._engine.state is EngineState.READY

    def _start(self, reply: RunningReply) -> None:
        model = self._engine.model
        if model is None or not self._can_start(reply):
            return
        if reply.take(model, raw=self._is_raw(reply.conversation)):
            reply.changed = True
            if reply.conversation is self.conversation:
                self.message_changed.emit(reply.message_id)
        reply.job = self._engine.generate(reply.request)
        self._set_state(ChatState.PROMPT)

    def _refuse(self, reply: RunningReply, error: UserFixable) -> None:
        if self._can_start(reply):
            self._finish(FinishReason.INTERRUPTED)
            self._notices.post_error(error, key="branch")

    def _on_model_loaded(self, _model: object) -> None:
        self._begin()
        self.stats_changed.emit(ReplyInfo())

    def _on_event(self, event: object) -> None:
        reply = self._reply
        if reply is None or getattr(event, "job", None) != reply.job:
            return
        match event:
            case PromptProgress(_, done, total):
                reply.read_prompt(event)
                self.prompt_progress.emit(done, total)
            case Tokens(_, text):
                if self.state is not ChatState.STOPPING:  # what was on its way when it was stopped
                    self._set_state(ChatState.STREAMING)
                trace = reply.traced(event)
                reply.add(text, trace)
                self._stream(text)
                if len(trace):
                    self.reply_traced.emit(reply.message_id, trace)
                self.stats_changed.emit(reply.info_so_far())
            case Finished(_, text, info):
                reply.add(text)
                self._stream(text)
                self._finish(info.finish or FinishReason.STOP, info)
            case Failed(_, error) if error.code is ErrorCode.CONTEXT_FULL:
                # Nothing was written; the line under the reply says what can be done.
                reply.prompt_tokens = int(error.params["needed"])
                if reply.request.overflow == Overflow.DROP:
                    reply.drop_all()
                self._finish(FinishReason.CONTEXT)
            case Failed(_, error):
                self._finish(FinishReason.INTERRUPTED)
                self._notices.post_error(error, key="reply")
            case _:
                pass

    def _stream(self, text: str) -> None:
        if text and self._reply and self._reply.conversation is self.conversation:
            self.text_streamed.emit(self._reply.message_id, text)

    def _finish(self, finish: FinishReason, info: ReplyInfo | None = None) -> None:
        reply, self._reply = self._reply, None
        if reply is None:
            return
        self._save_timer.stop()
        message = reply.finished(finish, info)
        reply.conversation.update(message)
        conversation_id = reply.conversation.id
        resumed = reply.resumed if message.text else None  # nothing of it was taken over yet
        traces, meta = reply.traces, reply.meta(message.info)

        def save(store: ConversationStore) -> None:
            earlier = store.load_trace(resumed.id) if resumed is not None else None
            # Here, on the store's thread: to join thousands of parts takes longer than a frame.
            store.save_reply(conversation_id, message, whole_trace(resumed, earlier, traces, meta))

        self._storage.write(save)
        self._save_header(reply.conversation)
        self._set_state(ChatState.IDLE)
        if reply.conversation is self.conversation:
            self.message_changed.emit(message.id)
        if message.info is not None:
            self.stats_changed.emit(message.info)

    def _on_engine_failed(self, _error: UserFixable) -> None:
        self._finish(FinishReason.INTERRUPTED)

    def _on_engine_state(self, state: str) -> None:
        if state == EngineState.STARTING:
            self._notices.clear(_NO_MODEL)
        if self._reply is None:
            self.state_changed.emit(self.state)  # can_send may be another
        elif state == EngineState.STOPPING:
            self._set_state(ChatState.STOPPING)
        elif state == EngineState.OFF or (state == EngineState.STARTING and self._reply.job is not None):
            self._finish(FinishReason.INTERRUPTED)  # no model is waited for, or another was chosen in the middle

    # -- helpers -------------------------------------------------------------------------------------------------------

    def _sync(self) -> None:
        if self._reply is not None:
            self._reply.conversation.update(self._reply.so_far())

    def _show(self, conversation: Conversation) -> None:
        super()._show(conversation)
        self.state_changed.emit(self.state)

    def _on_deleted(self, conversation_id: int) -> None:
        if self.running_conversation_id == conversation_id:
            self.stop()
        super()._on_deleted(conversation_id)

    def _save_progress(self) -> None:
        reply = self._reply
        if reply is not None and reply.changed:
            reply.changed = False
            self._sync()
            conversation_id, message = reply.conversation.id, reply.so_far()
            self._storage.write(lambda store: store.save_message(conversation_id, message))

    def _set_state(self, state: ChatState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit(state)
