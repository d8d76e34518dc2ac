"""LoRA adapters of a conversation: which files, how strongly."""

from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Self

from chatapp.core.text import file_name

MAX_ADAPTERS = 8
ADAPTER_SCALE = (-10.0, 10.0)


@dataclass(frozen=True, slots=True)
class AdapterUse:
    """A LoRA adapter (a GGUF file) and how strongly it works; 1 is as it was trained."""

    path: str
    scale: float = 1.0

    @property
    def label(self) -> str:
        """For example "poems × 0.5"."""
        name = PurePath(file_name(self.path)).stem
        return name if self.scale == 1 else f"{name} × {self.scale:g}"

    def to_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {"path": self.path, "scale": self.scale}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Read what `to_json` wrote; raise KeyError, TypeError or ValueError for anything else."""
        return cls(str(data["path"]), float(data["scale"]))
