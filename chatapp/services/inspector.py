"""What the inspector looks at: one message, its token trace, and one token of it, shared by all tabs and the chat."""

from dataclasses import replace
from enum import StrEnum

from PySide6.QtCore import QObject, Signal

from chatapp.core.adapters import AdapterUse
from chatapp.core.conversation import Message, Role
from chatapp.core.errors import UserFixable
from chatapp.core.trace import TokenTrace
from chatapp.core.trace_buffer import TraceBuffer
from chatapp.protocol.messages import ChatMessage, Prefix
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService
from chatapp.services.prompt_scores import PromptScores
from chatapp.services.reply import system_of
from chatapp.services.storage import StorageService


class TraceState(StrEnum):
    """What there is of the message that is looked at."""

    NONE = "none"  # no message
    LOADING = "loading"  # from the disk
    WRITING = "writing"  # the reply is being written
    READY = "ready"
    SCORING = "scoring"  # the model reads the prompt again
    UNSCORED = "unscored"  # a prompt whose tokens were never scored: `score` can be called
    NEEDS_MODEL = "needs_model"  # the same, and no model is loaded
    MISSING = "missing"  # a reply without a trace: edited by hand, of an older version, damaged, or killed with the app


_UNKNOWN = (TraceState.UNSCORED, TraceState.NEEDS_MODEL, TraceState.SCORING)


class InspectorService(QObject):
    """Signals:

    message_changed()   another message is looked at, or its trace is another one: read everything anew
    trace_grew(int)     tokens came; the index of the first cell of `trace` that is new or changed
    token_changed()     another token is selected
    hover_changed()     another token is pointed at
    state_changed()     see `state` and `progress`
    open_changed()      the inspector is seen now, or no longer
    failed(UserFixable) the tokens could not be scored
    """

    message_changed = Signal()
    trace_grew = Signal(int)
    token_changed = Signal()
    hover_changed = Signal()
    state_changed = Signal()
    open_changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        chat: ChatService,
        engine: EngineService,
        scores: PromptScores,
        storage: StorageService,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._scores = scores
        self._storage = storage
        self._wanted: int | None = None  # the token to select once the trace is read
        self._wanted_place = 0  # or, of a text beside the chat, the end of the word to select
        self._following = True  # the newest reply is looked at as soon as it begins
        self.is_open = False
        self.state = TraceState.NONE
        self.message_id: int | None = None
        self.trace = TraceBuffer()
        self.token: int | None = None
        self.hovered: int | None = None
        chat.conversation_changed.connect(self._on_conversation_changed)
        chat.path_changed.connect(self._on_path_changed)
        chat.reply_traced.connect(self._on_reply_traced)
        chat.message_changed.connect(self._on_message_changed)
        chat.options_changed.connect(self._on_options_changed)
        engine.state_changed.connect(self._on_engine_changed)
        scores.changed.connect(self._on_scores_changed)
        scores.scored.connect(self._on_scored)
        scores.failed.connect(self._on_score_failed)

    @property
    def progress(self) -> float:
        """Of scoring, 0..1."""
        return self._scores.progress(self.message_id) or 0.0

    @property
    def message(self) -> Message | None:
        """The message that is looked at, as it is now; a text beside the chat is one of the user's."""
        if self.message_id is None:
            return None
        return self._scores.text(self.message_id) or self._chat.conversation.messages.get(self.message_id)

    @property
    def is_text(self) -> bool:
        """Whether a text beside the chat is looked at."""
        return self.message_id is not None and self._scores.text(self.message_id) is not None

    # -- what the user does --------------------------------------------------------------------------------------------

    def set_open(self, is_open: bool) -> None:
        """While the inspector is seen, sampler stages are recorded and the newest reply is followed."""
        changed = is_open != self.is_open
        self.is_open = self._chat.stages_wanted = is_open
        if is_open and self.message is None:
            self._look_at_newest()
        if changed:
            self.open_changed.emit()

    def select(self, message_id: int, token: int | None = None) -> None:
        """Look at a message of the shown conversation, and at one of its tokens."""
        path = self._chat.conversation.path()
        self._following = bool(path) and message_id == path[-1].id
        if message_id != self.message_id:
            self._look_at(message_id, token)
        elif self.state is TraceState.LOADING:
            self._wanted = token
        else:
            self.select_token(token)

    def look_at_text(self, text: str, place: int = 0) -> None:
        """Look at a text, raw, that becomes no part of any conversation; it is read at once.

        place  where a word ends whose last token is then selected; 0: none
        """
        self._following = False
        self._wanted_place = place
        self.message_id = self._scores.add_text(text)
        self.trace, self.token, self.hovered = TraceBuffer(), None, None
        self._settle(self._unscored())
        self.score()

    def look_at_chat(self) -> None:
        """Back to the newest reply."""
        self._following = True
        self._look_at_newest()

    def select_token(self, token: int | None) -> None:
        """Select one token of the message, None for none; out of range is brought into it."""
        if token is not None:
            token = max(0, min(token, len(self.trace) - 1)) if len(self.trace) else None
        if token != self.token:
            self.token = token
            self.token_changed.emit()

    def hover(self, token: int | None) -> None:
        """Point at a token, None for none."""
        if token != self.hovered:
            self.hovered = token
            self.hover_changed.emit()

    def score(self) -> None:
        """Let the model read the prompt up to this message again, to see how likely its tokens were."""
        if self.message_id is not None and self.state is TraceState.UNSCORED:
            self._scores.score(self.message_id)

    def cancel_scoring(self) -> None:
        """Do without."""
        if self.message_id is not None:
            self._scores.cancel(self.message_id)

    # -- for the questions of the tabs ---------------------------------------------------------------------------------

    def prefix_to(self, message_id: int, tokens: int | None = None) -> Prefix:
        """What the model had read before token number *tokens* of a reply; with None all of it.

        Of another message: the prompt that it ends, where a reply would begin.
        """
        chat = self._chat
        if self._scores.text(message_id) is not None:
            if tokens is None:
                return self._scores.prefix_of(message_id)
            return Prefix(raw=True, reply_ids=tuple(self.trace.ids[:tokens].tolist()))
        message = chat.conversation.messages[message_id]
        if message.role is not Role.ASSISTANT:
            return self._scores.prefix_of(message_id)
        prefix = Prefix(raw=chat.is_raw, adapters=chat.conversation.adapters)
        sent = chat.turns(self._sent_for(message))
        if message_id != self.message_id:
            return replace(prefix, messages=sent)
        # As it was when the reply was written; the conversation's settings may be others by now.
        meta = self.trace.meta
        if "system" in meta:
            rest = sent[1:] if system_of(sent) else sent
            system = (ChatMessage(Role.SYSTEM, meta["system"]),) if meta["system"] else ()
            sent = system + rest
            prefix = replace(prefix, raw=bool(meta.get("raw")))
        if "adapters" in meta:
            prefix = replace(prefix, adapters=tuple(AdapterUse.from_json(use) for use in meta["adapters"]))
        given = self.trace.given_of(message.text)
        return replace(
            prefix,
            messages=sent,
            prefill=given,
            written=message.info.written_in(given) if message.info else 0,
            reply_ids=tuple(self.trace.ids[:tokens].tolist()),
        )

    def read_by(self, message_id: int, prefix: Prefix) -> tuple[int | None, ...]:
        """The messages behind the tokens of *prefix*, which is a `prefix_to` it, by their owners (see `Scored`).

        None for the system prompt, for what follows a prompt, and for a text beside the chat.
        """
        if self._scores.text(message_id) is not None:
            return (None,) * (len(prefix.messages) + 1)
        message = self._chat.conversation.messages[message_id]
        is_reply = message.role is Role.ASSISTANT
        sent = [m.id for m in (self._sent_for(message) if is_reply else self._chat.conversation.path(message_id))]
        lead = [None] * (len(prefix.messages) - len(sent))
        return (*lead, *sent, message_id if is_reply else None)

    def _sent_for(self, reply: Message) -> list[Message]:
        """The messages that were sent to have *reply* written."""
        unsent = set(reply.info.unsent) if reply.info else set()
        return [m for m in self._chat.conversation.path(reply.id)[:-1] if m.id not in unsent]

    # -- keeping up ----------------------------------------------------------------------------------------------------

    def _on_conversation_changed(self) -> None:
        self._following = True
        if self.is_open:
            self._look_at_newest()
        else:
            self._look_at(None)

    def _on_path_changed(self) -> None:
        shown = {m.id for m in self._chat.conversation.path()}
        beside = self.is_text and self._chat.streaming_id is None
        if (beside or self.message_id in shown) and not self._following:
            return
        if self.is_open:
            self._following = True
            self._look_at_newest()
        elif self.message_id not in shown:
            self._look_at(None)

    def _look_at_newest(self) -> None:
        replies = [m.id for m in self._chat.conversation.path() if m.role is Role.ASSISTANT]
        newest = replies[-1] if replies else None
        if newest != self.message_id:
            self._look_at(newest)

    def _look_at(self, message_id: int | None, token: int | None = None) -> None:
        self.message_id = message_id
        self.trace, self.token, self.hovered = TraceBuffer(), None, None
        message = self.message
        if message is None:
            self._settle(TraceState.NONE)
        elif message_id == self._chat.streaming_id:
            for part in self._chat.running_trace():
                self.trace.append(part)
            self._settle(TraceState.WRITING, token)
        else:
            self._wanted = token
            self._settle(TraceState.LOADING)
            self._storage.read(
                lambda store: store.load_trace(message.id), lambda found: self._on_loaded(message, found)
            )

    def _on_loaded(self, message: Message, found: TokenTrace | None) -> None:
        if message.id != self.message_id or self.state is not TraceState.LOADING:
            return
        if found is not None and len(found) and not self._scores.is_stale(message, found.meta):
            self.trace = TraceBuffer(found)
            self._settle(TraceState.READY, self._wanted)
        else:
            self._settle(TraceState.MISSING if message.role is Role.ASSISTANT else self._unscored())

    def _settle(self, state: TraceState, token: int | None = None) -> None:
        self.state = state
        if token is not None and len(self.trace):
            self.token = max(0, min(token, len(self.trace) - 1))
        self.message_changed.emit()
        self.state_changed.emit()

    def _set_state(self, state: TraceState) -> None:
        if state is not self.state:
            self.state = state
            self.state_changed.emit()

    def _unscored(self) -> TraceState:
        if self._scores.progress(self.message_id) is not None:
            return TraceState.SCORING
        return TraceState.UNSCORED if self._engine.model is not None else TraceState.NEEDS_MODEL

    def _on_reply_traced(self, message_id: int, part: TokenTrace) -> None:
        if message_id == self.message_id:
            before = len(self.trace)
            self.trace_grew.emit(self.trace.append(part))
            self._select_fork(before)

    def _select_fork(self, before: int) -> None:
        """Of a branch that is being written the token where it begins is selected as soon as it is there."""
        message = self.message
        fork = message.info.fork if message and message.info else None
        if fork is None or self.token is not None or not before <= fork.position < len(self.trace):
            return
        if self.trace.ids[fork.position] == fork.token:  # not so in a reply that goes on with a branch
            self.select_token(fork.position)

    def _on_message_changed(self, message_id: int) -> None:
        if (
            message_id != self.message_id
            or self.state is not TraceState.WRITING
            or message_id == self._chat.streaming_id
        ):
            return
        self._set_state(TraceState.READY)
        # What was written to its end has its settings now, and a continued one its beginning.
        self._storage.read(
            lambda store: store.load_trace(message_id), lambda found: self._on_written(message_id, found)
        )

    def _on_written(self, message_id: int, found: TokenTrace | None) -> None:
        if message_id != self.message_id or found is None or self.state is not TraceState.READY:
            return
        if len(found) == len(self.trace):
            self.trace.meta = found.meta
            self.state_changed.emit()  # what the reply was sampled with is known now
        else:
            before = len(found) - len(self.trace)
            self.trace = TraceBuffer(found)
            if self.token is not None:
                self.token += before
            self.message_changed.emit()

    def _on_engine_changed(self) -> None:
        model = self._engine.model
        if self.state is TraceState.NEEDS_MODEL and model is not None and not self.is_text:
            self._look_at(self.message_id)  # this one may have scored it before
        elif self.state in _UNKNOWN:
            self._set_state(self._unscored())
        elif self.message is None or self.state is not TraceState.READY or model is None:
            return
        elif not self.is_text:
            self._on_options_changed()  # without a model nobody could say how it would read the prompt
        elif model.fingerprint != self.trace.meta.get("fingerprint"):
            self.look_at_text(self.message.text, self._wanted_place)  # another one cuts and reads it in its own way

    def _on_options_changed(self) -> None:
        """Tokens of a prompt are shown only while the model would read the same ones."""
        message = self.message
        if message is None or message.role is Role.ASSISTANT or self.is_text:
            return
        changed = self.state is TraceState.READY and self._scores.is_stale(message, self.trace.meta)
        if changed or self.state is TraceState.UNSCORED:  # all may be again as it was when it was scored
            self._look_at(message.id, self.token)

    # -- scoring -------------------------------------------------------------------------------------------------------

    def _on_scores_changed(self, message_id: int) -> None:
        if message_id == self.message_id and self.state in _UNKNOWN:
            self.state = self._unscored()
            self.state_changed.emit()

    def _on_scored(self, message_id: int, trace: TraceBuffer) -> None:
        message = self.message
        if message is not None and message_id == self.message_id and not self._scores.is_stale(message, trace.meta):
            self.trace = trace
            self._settle(TraceState.READY, self._token_at(self._wanted_place) if self.is_text else None)

    def _token_at(self, place: int) -> int | None:
        """The token that the text's character before *place* is in; None for 0."""
        message, trace = self.message, self.trace
        if message is None or not place or trace.owners is None:
            return None
        own = [i for i in range(len(trace)) if trace.owners[i] >= 0]
        data = b"".join(trace.token_bytes(i) for i in own)
        end = data.find(message.text.encode("utf-8", "replace"))  # behind the space that SentencePiece puts there
        end += len(message.text[:place].encode("utf-8", "replace"))
        for token in own:
            end -= len(trace.token_bytes(token))
            if end <= 0:
                return token
        return None

    def _on_score_failed(self, message_id: int, error: UserFixable) -> None:
        if message_id == self.message_id:
            self.failed.emit(error)
