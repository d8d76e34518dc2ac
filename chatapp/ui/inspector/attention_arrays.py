"""The weights that a page of the Attention tab shows, as arrays for a file, with what makes them again."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatapp.core.attention_file import inspect_command, write_npz
from chatapp.core.attention_picture import AttentionPicture
from chatapp.services.attention import AttentionService


@dataclass(frozen=True, slots=True)
class Weighed:
    """Arrays as in `Inspected`, in half precision.

    attention  float16 (L, H, Q, T)    lowest  int32 (L, Q)  the first key that a query sees
    In the file there are also the owners, int32 (T,), see `Scored`.
    """

    picture: AttentionPicture
    layers: NDArray[np.int32]
    attention: NDArray[np.float16]
    lowest: NDArray[np.int32]

    def command(self, trace_meta: Mapping[str, Any]) -> str:
        """What to type for the same attention of the same tokens."""
        picture = self.picture
        # As it was computed when the chat ran; what was evaluated once more was so in batches.
        begins = int(trace_meta.get("prompt_tokens") or 0) if picture.recorded else 0
        adapters = [(str(use["path"]), float(use["scale"])) for use in trace_meta.get("adapters") or ()]
        return inspect_command(
            str(trace_meta.get("model", "")) or "MODEL.gguf",
            picture.ids.tolist(),
            method="rebuilt" if picture.flash_attention else "captured",
            kv_type=picture.kv_type,
            layers=() if len(self.layers) == len(picture.layers) else self.layers.tolist(),
            last=self.attention.shape[2],
            adapters=adapters,
            reply_from=begins if begins < len(picture.ids) else 0,
        )

    def npz(self, meta: Mapping[str, Any]) -> bytes:
        """The file."""
        picture = self.picture
        positions = np.arange(len(picture.ids), dtype=np.int32)
        chosen = [picture.layers.index(int(layer)) for layer in self.layers]
        arrays: dict[str, NDArray[Any]] = {
            "tokens": picture.ids,
            "positions": positions,
            "queries": positions[len(positions) - self.attention.shape[2] :],
            "owners": picture.owners,
            "layers": self.layers,
            "groups": picture.groups[chosen],
            "lowest": self.lowest,
            "attention": self.attention,
        }
        file = io.BytesIO()
        write_npz(file, arrays, meta)
        return file.getvalue()


def weighed_of(attention: AttentionService, shown: str) -> Weighed:
    """The matrix where that is the page that is *shown*, else the picture; only where there is one."""
    picture, matrix = attention.picture, attention.side.matrix
    assert picture is not None
    if shown == "matrix" and matrix is not None and np.array_equal(matrix.ids, picture.ids):
        return Weighed(picture, np.array(matrix.layers, np.int32), matrix.weights, matrix.lowest)
    layers = np.array(picture.layers, np.int32)
    return Weighed(picture, layers, picture.weights[:, :, None], picture.lowest[:, None])


def label_of(picture: AttentionPicture) -> dict[str, Any]:
    """What the picture says of itself, for meta data."""
    method: str = picture.method
    if method == "rebuilt":
        method += ", recorded" if picture.recorded else ", evaluated once more"
    return {
        "attention": method,
        "kv_type": picture.kv_type,
        "flash_attention": "on" if picture.flash_attention else "off",
        "row_sums": list(picture.sums),
        "checked_at": picture.checked,
        "difference": picture.difference,
    }
