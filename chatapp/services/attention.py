"""What the selected token looked at: asks the engine for it, keeps the last answers, and knows why there is none."""

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from chatapp.core.attention_picture import AttentionPicture, Head
from chatapp.core.context_sections import word_of
from chatapp.core.errors import ErrorCode, RequestError, UserFixable
from chatapp.protocol.messages import Attend, Attended, PromptProgress
from chatapp.services.attention_light import AttentionLight
from chatapp.services.attention_place import (
    AttentionState,
    Known,
    Moment,
    Place,
    Region,
    known_of,
    regions_of,
)
from chatapp.services.attention_rows import ROLLOUT, AttentionRows
from chatapp.services.attention_side import AttentionSide
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService, EngineState
from chatapp.services.inspector import InspectorService, TraceState
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks
from chatapp.services.vocabulary import VocabularyService

_SETTLED = 60  # ms that the pointer rests on a token before it is asked about
_BEFORE = 160  # tokens before the one that is looked at whose rows are read, too
_KEPT = 24  # pictures; one takes 1.4 MB at 2,000 tokens of 336 heads
_LARGEST = 128 << 20  # bytes of one answer, of a token far before the end of a prompt


class AttentionService(QObject):
    """Asks only while it is active: while somebody looks.

    picture  of `token`; while another one is read, still that of the one before
    regions  the messages, by owner
    side     what else can be asked of the token
    ids, owners  int32 (N,) of all that is shown as context: what the picture has, and the tokens after it
    Signals:
        changed()          state, picture, regions or context are others
        heads_changed()    `heads` or `how` are others
    """

    active_changed = Signal()
    changed = Signal()
    heads_changed = Signal()

    def __init__(
        self,
        chat: ChatService,
        engine: EngineService,
        inspector: InspectorService,
        questions: Questions,
        vocabulary: VocabularyService,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._chat = chat
        self._engine = engine
        self._inspector = inspector
        self._questions = questions
        self.vocabulary = vocabulary
        self._tasks = tasks
        self.is_active = False
        self._job = 0
        self._wanted = 0  # counts questions: only the answer to the latest counts
        self._place: Place | None = None
        self._known: OrderedDict[Place, Known] = OrderedDict()  # another one for every model
        self._moments = {True: Moment.WRITING, False: Moment.READING}  # replies, prompts
        self.side = AttentionSide(questions, tasks, self)
        self.rows = AttentionRows(questions, self)
        self.state = AttentionState.NOTHING
        self.error: UserFixable | None = None
        self.progress = 0.0
        self.token: int | None = None
        self.shown: tuple[int, int, Moment] | None = None  # message, token and moment of `picture`
        self.place: Place | None = None  # the same, as the engine is asked about it
        self.picture: AttentionPicture | None = None
        self.regions: tuple[Region, ...] = ()
        self.message_ids: tuple[int | None, ...] = ()
        self.ids: NDArray[np.int32] = np.zeros(0, np.int32)
        self.owners: NDArray[np.int32] = np.zeros(0, np.int32)
        self.heads: frozenset[Head] = frozenset()
        self.how = "mean"
        self.light = AttentionLight(self, inspector)
        self._settle = QTimer(self, singleShot=True, interval=_SETTLED)
        self._settle.timeout.connect(self._update)
        inspector.message_changed.connect(self._on_message)
        inspector.token_changed.connect(self._soon)
        inspector.hover_changed.connect(self._soon)
        inspector.state_changed.connect(self._soon)
        engine.state_changed.connect(self._on_engine)
        chat.state_changed.connect(self._soon)
        vocabulary.changed.connect(self.changed)

    # -- what the user does --------------------------------------------------------------------------------------------

    def set_active(self, active: bool) -> None:
        """Whether somebody looks."""
        if active == self.is_active:
            return
        self.is_active = active
        if active:
            self._update()
        else:
            self._settle.stop()
            self._drop()
            self.rows.pause()
        self.active_changed.emit()

    @property
    def moment(self) -> Moment:
        """Whose row is shown of a token of this message."""
        return self._moments[self._inspector.trace.owners is None]

    def set_moment(self, moment: Moment) -> None:
        """Show the other row, of all tokens of messages of this kind."""
        self._moments[self._inspector.trace.owners is None] = moment
        self._update()

    def choose_heads(self, heads: frozenset[Head], how: str | None = None) -> None:
        """Look at *heads* only, at all of them when there are none.

        *how* "mean" or "max" puts them together, "rollout" follows all of them through the layers.
        """
        how = how or self.how
        if (heads, how) != (self.heads, self.how):
            self.heads, self.how = heads, how
            self.rows.choose(how, heads)
            self.heads_changed.emit()
            self._look_beside()

    def cancel(self) -> None:
        """What is being read is not wanted any more."""
        if self.state is AttentionState.READING:
            self._drop()
            self.error = RequestError(ErrorCode.CANCELLED)
            self._set_state(AttentionState.FAILED)

    def retry(self) -> None:
        """Ask again what failed, or was given up."""
        self.rows.resume()
        self._place = None
        self._update()

    # -- what to look at -----------------------------------------------------------------------------------------------

    def _soon(self) -> None:
        if self.is_active:
            self._settle.start()

    def _on_message(self) -> None:
        self._forget()
        self.changed.emit()
        self._soon()

    def _on_engine(self) -> None:
        if self._engine.model is None:
            self._known = OrderedDict()
            self._forget()
        if self._engine.state is not EngineState.BUSY and self.state is AttentionState.WRITING:
            self._place = None
        self._soon()

    def _forget(self) -> None:
        self._drop()
        self._place = self.picture = self.shown = self.place = None
        self.side.forget()
        self.rows.forget()
        self.state = AttentionState.NOTHING

    def _update(self) -> None:
        """Go to the token that is looked at now."""
        if not self.is_active:
            return
        self._settle.stop()
        inspector = self._inspector
        token = inspector.token if inspector.hovered is None else inspector.hovered
        self.token = token if token is not None and token < len(inspector.trace) else None
        obstacle = self._obstacle()
        if obstacle is not None:
            self._drop()
            self._place = None
            self._set_state(obstacle)
            return
        place = self._find_place(self.token)
        if isinstance(place, AttentionState):
            self._drop()
            self._place = None
            self._set_state(place)
        elif place != self._place:
            self._go_to(place)

    def _obstacle(self) -> AttentionState | None:
        engine, inspector = self._engine, self._inspector
        written_by = inspector.trace.meta.get("fingerprint", "")
        found: dict[AttentionState, Callable[[], bool]] = {
            AttentionState.NOTHING: lambda: self.token is None or inspector.message_id is None,
            AttentionState.WRITING: lambda: (
                self._chat.streaming_id is not None or inspector.state is not TraceState.READY
            ),
            AttentionState.NO_MODEL: lambda: engine.model is None,
            AttentionState.OTHER_MODEL: lambda: (
                engine.model is not None and bool(written_by) and written_by != engine.model.fingerprint
            ),
            AttentionState.NO_ATTENTION: lambda: (
                not engine.is_fake and engine.model is not None and not engine.model.has_attention
            ),
        }
        return next((state for state, holds in found.items() if holds()), None)

    @property
    def selected(self) -> Place | None:
        """Where the selected token would be asked about now, also while another one is pointed at; None: nowhere."""
        inspector, token = self._inspector, self._inspector.token
        if token is None or token >= len(inspector.trace) or inspector.message is None or self._engine.model is None:
            return None
        place = self._find_place(token)
        return place if isinstance(place, Place) else None

    def _find_place(self, token: int | None) -> Place | AttentionState:
        inspector, model = self._inspector, self._engine.model
        assert inspector.message_id is not None
        assert token is not None
        assert model is not None
        key = (inspector.message_id, token, self.moment)
        writing = self.moment is Moment.WRITING
        if inspector.trace.owners is None:
            count = token if writing else token + 1
            prefix = inspector.prefix_to(inspector.message_id, count)
            return Place(key, prefix, 0, inspector.read_by(inspector.message_id, prefix), is_reply=True)
        position = token - 1 if writing else token
        if position < 0:
            return AttentionState.FIRST
        total = len(inspector.trace)
        if 2 * model.n_layer * model.n_head * (total - position) * total > _LARGEST:
            return AttentionState.TOO_FAR
        prefix = inspector.prefix_to(inspector.message_id)
        ids = inspector.read_by(inspector.message_id, prefix)
        return Place(key, prefix, total - 1 - position, ids, is_reply=False)

    # -- asking --------------------------------------------------------------------------------------------------------

    def _go_to(self, place: Place) -> None:
        self._drop()
        self._place = place
        self.error = None
        self.vocabulary.need()
        known = self._known.get(place)
        if known is not None:
            self._known.move_to_end(place)
            self._show(place, known)
            return
        self.progress = 0.0
        self._set_state(AttentionState.READING)
        wanted = self._wanted
        self._job = self._questions.ask(
            Attend(0, place.prefix, (), place.after + 1),
            lambda answer: self._on_answer(wanted, place, answer),
            lambda error: self._on_failed(wanted, error),
            self._on_progress,
        )

    def _drop(self) -> None:
        self._wanted += 1
        self._questions.withdraw(self._job)
        self._job = 0
        self.side.leave()
        if not self.rows.is_rollout:  # which takes too long to be begun again
            self.rows.pause()

    def _on_answer(self, wanted: int, place: Place, answer: object) -> None:
        if wanted != self._wanted or not isinstance(answer, Attended):
            return
        self._job = 0
        after = self._inspector.trace.ids[place.key[1] :] if place.is_reply else np.zeros(0, np.int32)
        if place.is_reply and place.key[2] is Moment.READING:
            after = after[1:]
        regions, kept = regions_of(place), self._known

        def keep(known: Known) -> None:
            kept[place] = known
            if len(kept) > _KEPT:
                kept.popitem(last=False)
            if wanted == self._wanted:
                self._show(place, known)

        self._tasks.run(lambda: known_of(answer, place, regions, after), keep)

    def _show(self, place: Place, known: Known) -> None:
        self.picture, self.shown, self.place = known.picture, place.key, place
        self.regions = known.regions
        if place.message_ids != self.message_ids:
            self.message_ids = place.message_ids
        if not (np.array_equal(self.ids, known.ids) and np.array_equal(self.owners, known.owners)):
            self.ids, self.owners = known.ids, known.owners
        self.state = AttentionState.READY
        kept = frozenset(filter(known.picture.has, self.heads))
        if kept != self.heads:  # they were another model's
            self.choose_heads(kept)
        self.changed.emit()
        self._look_beside()

    def _look_beside(self) -> None:
        """Ask for what is wanted besides, of the selected token; what is only pointed at passes by."""
        place = self._place
        if self.state is not AttentionState.READY or place is None or self.picture is None:
            return
        if self._inspector.hovered is None:
            self.side.look_at(
                place, self.picture, tuple(sorted({layer for layer, _ in self.heads or {self.matrix_head}}))
            )
        inspector, is_reply = self._inspector, place.is_reply
        if inspector.message_id is not None:
            # The last token of a reply is not read by anybody.
            prefix = inspector.prefix_to(inspector.message_id, len(inspector.trace) - 1 if is_reply else None)
            total = len(self.ids) - 1 if is_reply else len(self.ids)
            first = min(self.first_of_message - 1, self.picture.position - _BEFORE)
            self.rows.look_at(prefix, total, max(0, first), self.picture.position)

    def _on_failed(self, wanted: int, error: UserFixable) -> None:
        if wanted != self._wanted:
            return
        self._job = 0
        if self._chat.streaming_id is not None or self._engine.state is EngineState.BUSY:
            self._place = None
            self._set_state(AttentionState.WRITING)
        elif self._engine.model is None:
            self._place = None
            self._set_state(AttentionState.NO_MODEL)
        else:
            self.error = error
            self._set_state(AttentionState.FAILED)

    def _on_progress(self, event: object) -> None:
        if isinstance(event, PromptProgress) and event.total:
            self.progress = event.done / event.total
            self.changed.emit()

    def _set_state(self, state: AttentionState) -> None:
        self.state = state
        self.changed.emit()

    # -- where things are ----------------------------------------------------------------------------------------------

    def token_at(self, position: int) -> int | None:
        """Which token of the message that is looked at stands at *position* of the context."""
        length = len(self._inspector.trace)
        first = 0 if self._inspector.trace.owners is not None else len(self.ids) - length
        return position - first if 0 <= position - first < length else None

    def position_of(self, token: int) -> int:
        """Where in the context token number *token* of the message that is looked at stands."""
        return token if self._inspector.trace.owners is not None else len(self.ids) - len(self._inspector.trace) + token

    @property
    def first_of_message(self) -> int:
        """Where in the context the message that is looked at begins, what was given of a reply left out."""
        mine = np.flatnonzero(self.owners == self._inspector.trace.meta.get("owner", -2))
        return int(mine[0]) if len(mine) else self.position_of(0)

    def query_of(self, token: int) -> int:
        """The position whose row is shown for a token; -1 of the first of all, when it is written."""
        return self.position_of(token) - (1 if self.moment is Moment.WRITING else 0)

    def row(self, token: int) -> NDArray[np.float32] | None:
        """float32 (T,): what a token of the message looked at, as its heads are put together; None: not known yet."""
        if self.picture is None or self.shown is None or not self.is_shown:
            return None
        if self.how != ROLLOUT and self.shown[1:] == (token, self.moment):
            return self.picture.row(self.heads, self.how)  # what others sum up is rounded
        return self.rows.row(self.query_of(token))

    @property
    def is_shown(self) -> bool:
        """Whether there is something to show, if only of the token before."""
        return self.picture is not None and self.state in (AttentionState.READY, AttentionState.READING)

    @property
    def matrix_head(self) -> Head:
        """The head whose matrix is shown: the first of those that are chosen, else the first of all."""
        if self.heads:
            return min(self.heads)
        return (self.picture.layers[0] if self.picture and self.picture.layers else 0, 0)

    def word(self, position: int) -> str:
        """What the token at a position of the context is called, "" where there is none or it is not known yet."""
        vocabulary = self.vocabulary.current
        if vocabulary is None or not 0 <= position < len(self.ids):
            return ""
        return word_of(self.ids, vocabulary.piece, position)
