"""Distributions of the next token: asked for one at a time, made off the GUI thread, and the last ones kept."""

from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject

from chatapp.core.errors import UserFixable
from chatapp.core.next_token import NextToken
from chatapp.core.sampling import SamplingParams
from chatapp.core.stages import is_greedy
from chatapp.protocol.messages import Predict, Predicted, Prefix, PromptProgress
from chatapp.services.questions import Questions
from chatapp.services.tasks import Tasks

_KEPT = 24  # distributions; one takes 3 MB at 150,000 tokens


class NextTokens(QObject):
    """Only the latest question is answered."""

    def __init__(self, questions: Questions, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._questions = questions
        self._tasks = tasks
        self._job = 0
        self._wanted = 0  # counts questions
        self._known: OrderedDict[tuple[Prefix, SamplingParams], NextToken] = OrderedDict()

    def known(self, prefix: Prefix, params: SamplingParams) -> NextToken | None:
        """What was asked before."""
        found = self._known.get((prefix, params))
        if found is not None:
            self._known.move_to_end((prefix, params))
        return found

    def ask(
        self,
        prefix: Prefix,
        params: SamplingParams,
        on_known: Callable[[NextToken], None],
        on_failure: Callable[[UserFixable], None],
        on_progress: Callable[[float], None],
    ) -> None:
        """Have the token after *prefix* predicted; of an earlier question nothing is heard any more.

        on_progress  0..1, of the prefix that is read
        """
        self.drop()
        wanted = self._wanted

        def on_answer(answer: object) -> None:
            self._job = 0
            if isinstance(answer, Predicted):
                self._tasks.run(lambda: _made(answer, params), keep)

        def keep(made: NextToken) -> None:
            if wanted == self._wanted:
                self._known[prefix, params] = made
                if len(self._known) > _KEPT:
                    self._known.popitem(last=False)
                on_known(made)

        def fail(error: UserFixable) -> None:
            self._job = 0
            on_failure(error)

        def progress(event: object) -> None:
            if isinstance(event, PromptProgress):
                on_progress(event.fraction)

        self._job = self._questions.ask(Predict(0, prefix, params), on_answer, fail, progress)

    @property
    def is_asking(self) -> bool:
        """Whether the engine has yet to answer."""
        return bool(self._job)

    def drop(self) -> None:
        """Nobody wants the answer any more."""
        self._wanted += 1
        self._questions.withdraw(self._job)
        self._job = 0

    def forget(self) -> None:
        """Another model's answers would be others."""
        self.drop()
        self._known.clear()


def _made(answer: Predicted, params: SamplingParams) -> NextToken:
    left, probs = answer.arrays["stage_left"], answer.arrays["stage_probs"]
    final = probs[-1].copy()
    if is_greedy(params):  # the draw itself decides
        likeliest = int(final.argmax())
        final[:] = 0
        final[likeliest] = 1
    stages = tuple(zip(answer.stages, (int(n) for n in left), strict=True))
    return NextToken.of(answer.arrays["logits"], final, answer.n_tokens, stages)
