"""What if heads were muted, or a part of the conversation hidden, when the selected token was predicted?"""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject

from chatapp.core.attention_picture import AttentionPicture
from chatapp.core.what_if import Change, Effect, HeadEffects, effect_of, effects_of
from chatapp.protocol.messages import Attend, Attended, Mute, Muted, Prefix, Question, Sweep, Swept
from chatapp.services.attention_place import Moment, Place, known_of
from chatapp.services.chat import ChatService
from chatapp.services.engine_process import EngineService
from chatapp.services.inspector import InspectorService
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks
from chatapp.services.token_question import TokenQuestion


class WhatIf(TokenQuestion):
    """First asks where the heads look, then what comes of the change.

    effect   of the last change, None before
    effects  of every head by itself, None before; fewer of them where it was stopped
    sweeps   whether what is asked now is about every head
    """

    def __init__(
        self,
        inspector: InspectorService,
        questions: Questions,
        engine: EngineService,
        chat: ChatService,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(inspector, questions, engine, chat, parent)
        self._tasks = tasks
        self._wanted = 0  # counts questions: only the answer to the latest counts
        self._looked: Attended | None = None
        self._make: Callable[[Prefix], Question] = lambda prefix: Attend(0, prefix)
        self._change = Change()
        self._place: tuple[int | None, int | None] = (None, None)  # message and token that were asked about
        self._effect: Effect | None = None
        self._effects: HeadEffects | None = None
        self.sweeps = False

    @property
    def effect(self) -> Effect | None:
        """See above; others hear of another token before this one does."""
        return self._effect if self._place == (self._inspector.message_id, self._inspector.token) else None

    @property
    def effects(self) -> HeadEffects | None:
        """The same of every head."""
        return self._effects if self._place == (self._inspector.message_id, self._inspector.token) else None

    def try_out(self, change: Change) -> None:
        """Ask what *change* does; nothing happens while there is an `obstacle`."""
        hidden = () if change.hidden is None else (change.hidden,)
        heads = tuple(sorted(change.heads))
        self._change, self.sweeps = change, False
        self._start(lambda prefix: Mute(0, prefix, heads, change.everywhere, hidden))

    def sweep(self) -> None:
        """Ask which heads mattered; nothing happens while there is an `obstacle`."""
        token, self.sweeps = self._token, True
        self._start(lambda prefix: Sweep(0, prefix, token))

    def stop(self) -> None:
        """What is asked ends early; of a sweep there is what was done so far."""
        self._questions.end(self._job)

    def forget(self) -> None:
        """Start anew: what is known belongs to another token."""
        self._wanted += 1
        self._looked = self._effect = self._effects = None
        super().forget()

    @property
    def _token(self) -> int:
        trace, token = self._inspector.trace, self._inspector.token
        return int(trace.ids[token]) if token is not None and token < len(trace) else -1

    def _start(self, make: Callable[[Prefix], Question]) -> None:
        self._make = make
        self._wanted += 1
        self._place = (self._inspector.message_id, self._inspector.token)
        self.ask_about(make if self._looked is not None else lambda prefix: Attend(0, prefix))

    def _on_answer(self, answer: object) -> None:
        if isinstance(answer, Attended):
            self._looked = answer
            if self.obstacle is None:
                self.ask_about(self._make)
            else:
                self.cancel()
            return
        looked, token, change, wanted = self._looked, self._token, self._change, self._wanted
        if looked is None:
            return

        def made() -> Effect | HeadEffects | None:
            picture = _picture(looked)
            if isinstance(answer, Muted):
                return effect_of(change, answer.arrays["before"], answer.arrays["after"], token, picture)
            if isinstance(answer, Swept) and answer.layers == picture.layers:
                arrays = answer.arrays
                return effects_of(arrays["change"], arrays["divergence"], answer.logprob, token, picture)
            return None

        self._tasks.run(made, lambda found: self._on_made(wanted, found))

    def _on_made(self, wanted: int, found: Effect | HeadEffects | None) -> None:
        if wanted != self._wanted:
            return
        if isinstance(found, Effect):
            self._effect = found
        elif found is not None:
            self._effects = found
        super()._on_answer(found)


def _picture(answer: Attended) -> AttentionPicture:
    """Of the token before the selected one."""
    place = Place((0, 0, Moment.WRITING), Prefix(), 0, (), is_reply=True)
    return known_of(answer, place, (), np.zeros(0, np.int32)).picture
