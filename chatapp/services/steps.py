"""The selected token through one layer and head of the model that wrote or read it, step by step."""

from dataclasses import replace

from chatapp.core.step_by_step import Difference, difference
from chatapp.protocol.messages import Prefix, Steps, StepsTaken
from chatapp.services.token_question import TokenQuestion


class TokenSteps(TokenQuestion):
    """Asks for one token, layer and head at a time. Of a reply it is what led to the token, of other texts what the
    token itself became.

    layer, head  of the next question
    """

    layer = 0
    head = 0
    of_itself = True

    @property
    def taken(self) -> StepsTaken | None:
        """The answer, None before."""
        return self.answer if isinstance(self.answer, StepsTaken) else None

    @property
    def sizes(self) -> tuple[int, int]:
        """Layers and heads of the loaded model; 0 without one."""
        model = self._engine.model
        return (model.n_layer, model.n_head) if model is not None else (0, 0)

    @property
    def token(self) -> int | None:
        """The number of the token whose steps they are, in the message; None before the first one of a reply."""
        inspector = self._inspector
        token = inspector.token
        if token is None or token >= len(inspector.trace):
            return None
        return token if inspector.trace.owners is not None else (token - 1 if token else None)

    def choose(self, layer: int, head: int, *, again: bool = True) -> None:
        """Look at another layer and head; what is known is asked for *again*, or forgotten where it cannot be."""
        if (layer, head) == (self.layer, self.head):
            return
        self.layer, self.head = layer, head
        if again and self.obstacle is None and (self.answer is not None or self.is_asking):
            self.ask()
        else:
            self.forget()
            self.changed.emit()

    def ask(self) -> None:
        """Let the model read up to the token; nothing happens while there is an `obstacle`."""
        layers, heads = self.sizes  # of a smaller model than the one before: its last ones
        self.layer, self.head = min(self.layer, max(0, layers - 1)), min(self.head, max(0, heads - 1))
        self.ask_about(self._question)

    def differences(self) -> dict[str, Difference]:
        """Of every part that was recomputed and captured."""
        arrays = self.taken.arrays if self.taken is not None else {}
        return {
            name.removeprefix("captured."): difference(array, arrays[name.replace("captured.", "recomputed.")])
            for name, array in arrays.items()
            if name.startswith("captured.") and name.replace("captured.", "recomputed.") in arrays
        }

    def _question(self, prefix: Prefix) -> Steps:
        inspector = self._inspector
        if inspector.trace.owners is not None and inspector.token is not None:  # what the token itself became
            prefix = replace(prefix, reply_ids=tuple(inspector.trace.ids[: inspector.token + 1].tolist()))
        params = self.sampled_with or self._chat.effective_sampling()
        return Steps(0, prefix, self.layer, self.head, params)
