"""`TextRest`: the numbers of a long text's tokens that are not shown, kept for an export."""

import numpy as np

from chatapp.core.trace import TokenTrace


class TextRest:
    """16 bytes a token: *parts* as they came, without candidates and without the bytes of the tokens."""

    def __init__(self) -> None:
        self.parts: list[TokenTrace] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, trace: TokenTrace) -> None:
        """Take in the next tokens; copies, since the arrays of a frame hold all that came with it."""
        ids = trace.ids.copy()
        none = np.zeros((len(ids), 0))
        self.parts.append(
            TokenTrace(
                ids, trace.logprobs.copy(), trace.ranks.copy(), trace.entropy.copy(), none.astype(np.int32),
                none.astype(np.float32), {},
            )
        )  # fmt: skip
        self._count += len(ids)
